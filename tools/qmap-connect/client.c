// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client ids of QMI. They live in the modem: longer than this program, than the proxy, and than
 * the driver. So they are noted in a file, and who comes after a crash releases them. One that was
 * asked for is noted too: if it was given to a run that did not live to see it, only a SYNC takes
 * it back, which takes everybody's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connect.h"

#define ASKED "asked"

struct allocation {
	gpointer asked;
	void (*take)(struct flow *flow, QmiClient *client);
};

static char *file_of(const struct modem *m)
{
	return g_strdup_printf(RUN_DIR "/%s.clients", m->name);
}

void clients_save(struct modem *m)
{
	g_autofree char *path = file_of(m);
	g_autoptr(GString) text = g_string_new(m->identity);
	unsigned int i;

	for (i = 0; i < m->clients->len; i++) {
		QmiClient *client = g_ptr_array_index(m->clients, i);

		g_string_append_printf(text, "\n%u %u", qmi_client_get_service(client),
				       qmi_client_get_cid(client));
	}
	if (m->allocating || m->stray_client)
		g_string_append(text, "\n" ASKED);
	if (!strchr(text->str, '\n'))
		unlink(path);
	else
		g_file_set_contents(path, text->str, text->len, NULL);
}

/* They are not released: the modem is gone, or the next run does it. */
void clients_forget(struct modem *m)
{
	g_ptr_array_set_size(m->clients, 0);
	g_clear_object(&m->uim);
	g_clear_object(&m->nas);
	g_clear_object(&m->wda);
}

/* The modem does not know them any more, and may give their ids to others. */
void clients_drop(struct modem *m)
{
	clients_forget(m);
	clients_save(m);
}

/* --- allocate */

/* A client that comes when its flow has ended is released with the others. */
static void allocated(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autofree struct allocation *allocation = data;
	struct modem *m = flow_modem(allocation->asked);
	g_autoptr(GError) error = NULL;
	QmiClient *client = qmi_device_allocate_client_finish(QMI_DEVICE(source), result, &error);
	struct flow *flow = flow_answered(allocation->asked);
	bool same = m->device == QMI_DEVICE(source);

	if (client && !same)
		g_object_unref(client);
	else if (client)
		g_ptr_array_add(m->clients, client);
	if (same) {
		m->allocating--;
		m->stray_client |= g_error_matches(error, QMI_CORE_ERROR, QMI_CORE_ERROR_TIMEOUT);
		clients_save(m);
	}
	if (flow && !client)
		flow_fail(flow, "%s", error->message);
	else if (flow)
		allocation->take(flow, client);
	else
		modem_settled(m);
}

void client_allocate(struct flow *flow, QmiService service,
		     void (*take)(struct flow *flow, QmiClient *client))
{
	struct modem *m = flow->modem;
	struct allocation *allocation;

	show_message(flow, "CTL", 0x0022, "Get Client ID");
	show_tlv(flow, 0x01, "service: %s", qmi_service_get_string(service));
	if (dry_next(flow))
		return;
	allocation = g_new(struct allocation, 1);
	*allocation = (struct allocation){ flow_ask(flow), take };
	m->allocating++;
	clients_save(m);
	qmi_device_allocate_client(m->device, service, QMI_CID_NONE, ANSWER_SECONDS, NULL,
				   allocated, allocation);
}

/* --- release */

static void released(GObject *source, GAsyncResult *result, gpointer data)
{
	struct flow *flow = flow_answered(data);

	qmi_device_release_client_finish(QMI_DEVICE(source), result, NULL);
	if (flow)
		flow_again(flow);
}

/* The step runs again when this is done. */
void client_release(struct flow *flow, QmiClient *client)
{
	struct modem *m = flow->modem;

	show_message(flow, "CTL", 0x0023, "Release Client ID");
	show_tlv(flow, 0x01, "%s, client %u",
		 qmi_service_get_string(qmi_client_get_service(client)),
		 qmi_client_get_cid(client));
	qmi_device_release_client(m->device, client, QMI_DEVICE_RELEASE_CLIENT_FLAGS_RELEASE_CID,
				  ANSWER_SECONDS, NULL, released, flow_ask(flow));
	g_ptr_array_remove(m->clients, client);
	clients_save(m);
}

/* A modem that does not answer is not asked for each of them. */
void clients_release(struct flow *flow)
{
	struct modem *m = flow->modem;
	bool answers = !m->device || qmi_device_get_consecutive_timeouts(m->device) < 3;

	if (m->clients->len && answers)
		client_release(flow, g_ptr_array_index(m->clients, 0));
	else
		flow_next(flow);
}

/* --- what an earlier run has left */

/* Its file, a line for each client; NULL if the modem has been away since. */
static char **lines_left(struct modem *m)
{
	g_autofree char *path = file_of(m), *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 0);
	return g_strcmp0(lines[0], m->identity) ? NULL : g_steal_pointer(&lines);
}

/* Whether an id that we do not know may be ours. */
bool clients_stray(struct modem *m)
{
	g_auto(GStrv) lines = lines_left(m);

	m->stray_client = lines && g_strv_contains((const gchar * const *)lines, ASKED);
	return m->stray_client;
}

/* A SYNC was answered. */
void clients_synced(struct modem *m)
{
	m->stray_client = false;
	clients_save(m);
}

static void found(GObject *source, GAsyncResult *result, gpointer data)
{
	struct modem *m = data;
	QmiClient *client = qmi_device_allocate_client_finish(QMI_DEVICE(source), result, NULL);

	if (client && m->device == QMI_DEVICE(source))
		g_ptr_array_add(m->clients, client);
	else if (client)
		g_object_unref(client);
	if (m->device != QMI_DEVICE(source))
		return;
	if (--m->allocating)
		return;
	if (flow_is_at(&m->flow, clients_find))
		flow_next(&m->flow);
	else
		modem_settled(m);
}

static void find(struct modem *m, const char *line)
{
	unsigned int service, id;

	if (sscanf(line, "%u %u", &service, &id) != 2)
		return;
	m->allocating++;
	qmi_device_allocate_client(m->device, service, id, ANSWER_SECONDS, NULL, found, m);
}

/* With its id a client is there at once, and no message is sent. */
void clients_find(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_auto(GStrv) lines = NULL;
	unsigned int i;

	if (dry_next(flow))
		return;
	lines = lines_left(m);
	for (i = 1; lines && lines[i]; i++)
		find(m, lines[i]);
	if (!m->allocating)
		flow_next(flow);
}
