// SPDX-License-Identifier: GPL-2.0-only
/* A modem is made ready step by step, is lost, and is made ready again. */
#include <net/if.h>
#include <string.h>

#include "../common/faces.h"
#include "qcqmid.h"

#define PAUSE_MAX	5	/* seconds between two attempts */

enum { DMS_GET_SERIAL_NUMBERS = 0x0025 };
#define TLV_MEID	0x12

static const struct client control;

static void modem_open(struct device *d);

/* --- steps one after the other */

void step_next(struct device *d)
{
	d->step++;
	(*d->step)(d);
}

/* Data of an answer to a step: nobody waits for it if the step has been given up. */
static void step_answered(gpointer data, const struct message *answer)
{
	struct device *d = data;

	if (!d->step)
		return;
	if (answer)
		d->answered(d, answer);
	else
		modem_lost(d, "the modem does not answer");
}

void step_ask(struct device *d, const struct message *request, answer_fn answered)
{
	d->answered = answered;
	proxy_ask(d, request, step_answered, d);
}

/* --- a client for the next steps */

static void own_allocated(gpointer data, const struct message *answer)
{
	struct device *d = data;
	struct client client = client_answered(answer);

	if (!d->step) {
		client_release(d, client);
	} else if (!client.id) {
		modem_lost(d, answer ? "the modem refuses a client" : "the modem does not answer");
	} else {
		d->own = client;
		clients_note(d);
		step_next(d);
	}
}

static void serials_client(struct device *d)
{
	client_ask(d, QMI_DMS, own_allocated, d);
}

static void format_client(struct device *d)
{
	if (d->ethernet)
		step_next(d);
	else
		client_ask(d, QMI_WDA, own_allocated, d);
}

static void own_release(struct device *d)
{
	client_release(d, d->own);
	d->own = control;
	clients_note(d);
	step_next(d);
}

/* --- the steps */

static void channel_is_open(gpointer data, const struct message *answer)
{
	struct device *d = data;

	if (message_error(answer))
		modem_lost(d, "qmi-proxy cannot open the channel");
	else
		step_next(d);
}

static void channel_open(struct device *d)
{
	struct message request;

	message_begin(&request, control, CTL_PROXY_OPEN);
	message_put(&request, 0x01, d->channel, strlen(d->channel));
	step_ask(d, &request, channel_is_open);
}

static void release_left(struct device *d)
{
	unsigned int i;

	for (i = 0; i < d->left->len; i++)
		client_release(d, g_array_index(d->left, struct client, i));
	g_array_set_size(d->left, 0);
	clients_note(d);
	step_next(d);
}

/* A modem without one has zeros. */
static void take_serials(gpointer data, const struct message *answer)
{
	struct device *d = data;
	size_t len;
	const guint8 *meid = message_get(answer, TLV_MEID, &len);

	memset(d->meid, '0', sizeof(d->meid));
	if (meid && len == sizeof(d->meid))
		memcpy(d->meid, meid, len);
	step_next(d);
}

static void serials_read(struct device *d)
{
	struct message request;

	message_begin(&request, d->own, DMS_GET_SERIAL_NUMBERS);
	step_ask(d, &request, take_serials);
}

static void be_ready(struct device *d)
{
	d->step = NULL;
	d->agreed = true;
	d->ready = true;
	d->pause = 1;
	d->told = NULL;
	device_ready(d);
	modem_idle(d);
}

static const step_fn opening[] = {
	channel_open,	/* no SYNC: the proxy serves others */
	release_left,	/* CTL Release Client ID */
	serials_client,	/* CTL Get Client ID: DMS */
	serials_read,	/* DMS Get Device Serial Numbers */
	own_release,	/* CTL Release Client ID */
	format_client,	/* CTL Get Client ID: WDA */
	format_read,	/* WDA Get Data Format */
	format_agree,	/* WDA Set Data Format, if another */
	format_tell,	/* sysfs: version, limits */
	own_release,	/* CTL Release Client ID */
	be_ready,
};

/* Later, when somebody opens the device. */
static const step_fn opening_again[] = {
	channel_open, release_left, be_ready,
};

/* --- its life */

static gboolean try_again(gpointer data)
{
	struct device *d = data;

	d->retry = 0;
	modem_open(d);
	return G_SOURCE_REMOVE;
}

static void modem_open(struct device *d)
{
	g_array_unref(d->left);
	d->left = clients_noted(d);
	d->step = d->agreed ? opening_again : opening;
	if (proxy_connect(d))
		(*d->step)(d);
	else
		modem_lost(d, "qmi-proxy does not run yet");
}

void modem_wanted(struct device *d)
{
	if (d->present && !d->ready && !d->step && !d->retry)
		modem_open(d);
}

/* While nobody has the device open, the proxy leaves the channel to who uses it without a proxy. */
void modem_idle(struct device *d)
{
	if (!d->ready || d->files || d->opening || !proxy_is_quiet(d))
		return;
	d->ready = false;
	proxy_close(d);
}

/* Its clients are noted: they are released when it is open again. */
void modem_lost(struct device *d, const char *why)
{
	GSList *at;

	for (at = d->files; at; at = at->next)
		file_lost(at->data);
	d->ready = false;
	d->step = NULL;
	d->own = control;
	proxy_close(d);
	if (g_strcmp0(why, d->told))
		say(d, "%s", why);
	d->told = why;
	if (!d->present)
		return;
	d->retry = g_timeout_add_seconds(d->pause, try_again, d);
	d->pause = MIN(2 * d->pause, PAUSE_MAX);
}

void modem_gone(struct device *d)
{
	d->present = false;
	if (d->retry)
		g_source_remove(d->retry);
	d->retry = 0;
	modem_lost(d, "the modem is gone");
	devices_settle();
}

/* False: its channel is not there, or not any more. */
bool modem_found(struct device *d, const char *name)
{
	g_autofree char *channel = first_entry(name, "device/usbmisc");

	if (!channel)
		return false;
	g_free(d->name);
	g_free(d->channel);
	g_free(d->identity);
	d->name = g_strdup(name);
	d->channel = g_strdup_printf("/dev/%s", channel);
	d->identity = modem_identity(name);
	d->ifindex = if_nametoindex(name);
	d->interface = read_number(name, "device/bInterfaceNumber", 16);
	d->ethernet = modem_is_ethernet(name);
	d->ids = read_number(name, "device/../idVendor", 16) << 16 |
		 read_number(name, "device/../idProduct", 16);
	d->present = true;
	d->agreed = false;
	d->pause = 1;
	d->told = NULL;
	modem_open(d);
	return true;
}

/* udev renames a netdev when we may have seen it already. False: there is none any more. */
bool modem_follow_name(struct device *d)
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(d->ifindex, name))
		return false;
	g_free(d->name);
	d->name = g_strdup(name);
	return true;
}

/* Every client is released; proxy_is_quiet() when the modem has done so. */
void modem_leave(struct device *d)
{
	GSList *at;

	d->present = false;
	d->ready = false;
	d->step = NULL;
	if (!d->proxy.in)
		return;
	client_release(d, d->own);
	for (at = d->files; at; at = at->next) {
		if (!file_is_gone(at->data))
			client_release(d, file_client(at->data));
		file_lost(at->data);
	}
}

/* What was released needs no note. */
void modem_left(struct device *d)
{
	d->own = control;
	clients_note(d);
	proxy_close(d);
}
