// SPDX-License-Identifier: GPL-2.0-only
/* Options, signals, and which modem has which device. */
#include <glib-unix.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../common/faces.h"
#include "../common/hotplug.h"
#include "qcqmid.h"

#define SETTLE_MSECS	100	/* events of hot plug come several at a time */
#define LEAVE_MSECS	3000	/* for releasing clients */
#define LOOK_MSECS	20

static GSList *devices;		/* in the order of their numbers */
static GMainLoop *loop;
static guint looking, settling;
static bool leaving;
static int status;

void say(const struct device *d, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_print("%s: %s\n", d->name ? d->name : "qcqmid", text);
}

/* --- devices */

static struct device *device_of(unsigned int ifindex)
{
	GSList *at;

	for (at = devices; at; at = at->next) {
		struct device *d = at->data;

		if (d->present && d->ifindex == ifindex)
			return d;
	}
	return NULL;
}

static int by_number(gconstpointer a, gconstpointer b)
{
	return ((const struct device *)a)->number - ((const struct device *)b)->number;
}

/* The lowest number that no modem has. Its device may still be open from an earlier one. */
static struct device *free_device(void)
{
	unsigned int number = 0;
	struct device *d;
	GSList *at;

	for (at = devices; at; at = at->next) {
		d = at->data;
		if (d->number != number)
			break;
		if (!d->present)
			return d;
		number++;
	}
	d = g_new0(struct device, 1);
	d->number = number;
	d->left = g_array_new(FALSE, FALSE, sizeof(struct client));
	devices = g_slist_insert_sorted(devices, d, by_number);
	return d;
}

static void free_it(struct device *d)
{
	devices = g_slist_remove(devices, d);
	device_destroy(d);
	g_array_unref(d->left);
	g_free(d->name);
	g_free(d->channel);
	g_free(d->identity);
	g_free(d);
}

static gboolean settle(gpointer data)
{
	GSList *at, *next;

	settling = 0;
	for (at = devices; at; at = next) {
		struct device *d = at->data;

		next = at->next;
		if (!d->present && !d->files && !d->opening)
			free_it(d);
	}
	return G_SOURCE_REMOVE;
}

/* Devices that no modem has and nobody has open go; not while one of them serves a request. */
void devices_settle(void)
{
	if (!settling && !leaving)
		settling = g_idle_add(settle, NULL);
}

/* --- modems */

static void quit(int with)
{
	status = with;
	g_main_loop_quit(loop);
}

static void found(const char *name)
{
	struct device *d = free_device();

	if (!modem_found(d, name)) {
		devices_settle();
		return;
	}
	if (d->session)
		return;
	say(d, "creating qcqmi%u", d->number);
	if (!device_create(d))
		quit(1);
}

static void look(void)
{
	g_autoptr(GPtrArray) names = find_modems();
	GSList *at;
	unsigned int i;

	for (at = devices; at; at = at->next) {
		struct device *d = at->data;

		if (d->present && !modem_follow_name(d))
			modem_gone(d);
	}
	for (i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);

		if (!device_of(if_nametoindex(name)))
			found(name);
	}
}

static gboolean look_now(gpointer data)
{
	looking = 0;
	look();
	return G_SOURCE_REMOVE;
}

static void seen(const char *event, gpointer data)
{
	if (!looking && !leaving && strstr(event, "/net/"))
		looking = g_timeout_add(SETTLE_MSECS, look_now, NULL);
}

/* --- the end */

static gboolean all_left(gpointer data)
{
	gint64 deadline = *(gint64 *)data;
	bool quiet = true;
	GSList *at;

	for (at = devices; at; at = at->next)
		quiet &= proxy_is_quiet(at->data);
	if (!quiet && g_get_monotonic_time() < deadline)
		return G_SOURCE_CONTINUE;
	for (at = devices; quiet && at; at = at->next)
		modem_left(at->data);
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

static gboolean terminated(gpointer data)
{
	static gint64 deadline;
	GSList *at;

	if (leaving)
		return G_SOURCE_CONTINUE;
	leaving = true;
	deadline = g_get_monotonic_time() + LEAVE_MSECS * 1000;
	for (at = devices; at; at = at->next)
		modem_leave(at->data);
	g_timeout_add(LOOK_MSECS, all_left, &deadline);
	return G_SOURCE_CONTINUE;
}

static int run(void)
{
	loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGINT, terminated, NULL);
	g_unix_signal_add(SIGTERM, terminated, NULL);
	signal(SIGPIPE, SIG_IGN);	/* who reads our output may end before us */
	hotplug_watch(seen, NULL);
	g_idle_add(look_now, NULL);
	g_main_loop_run(loop);
	leaving = true;
	while (devices)
		free_it(devices->data);
	g_main_loop_unref(loop);
	return status;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 1)
		return run();
	if (argc == 2 && !strcmp(argv[1], "--version")) {
		printf("qcqmid %s\n", VERSION);
		return 0;
	}
	fprintf(stderr, "usage: qcqmid [--version]\n"
		"Makes /dev/qcqmi0, as of GobiNet, for each modem of the driver qmap_wwan.\n");
	return 2;
}
