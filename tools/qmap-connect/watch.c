// SPDX-License-Identifier: GPL-2.0-only
/*
 * A modem whose processor restarts without leaving the bus ends all clients. It tells that to
 * the control service only, and the proxy keeps it to itself. What is seen is that packets go
 * and none comes. Then the modem is asked; otherwise it is left alone, and may sleep.
 */
#include <stdlib.h>

#include "connect.h"

#define WATCH_SECONDS	4

static guint64 packets(const struct modem *m, const char *way)
{
	g_autofree char *path = g_strdup_printf("/sys/class/net/%s/statistics/%s_packets",
						m->name, way);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	return g_ascii_strtoull(text, NULL, 10);
}

static bool is_forgotten(const GError *error)
{
	return g_error_matches(error, QMI_PROTOCOL_ERROR, QMI_PROTOCOL_ERROR_INVALID_CLIENT_ID) ||
	       g_error_matches(error, QMI_CORE_ERROR, QMI_CORE_ERROR_TIMEOUT);
}

static void answered(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageNasGetServingSystemOutput) out = NULL;
	g_autoptr(GError) error = NULL;
	struct modem *m = data;

	out = qmi_client_nas_get_serving_system_finish(QMI_CLIENT_NAS(source), result, &error);
	if (out)
		qmi_message_nas_get_serving_system_output_get_result(out, &error);
	m->asking = false;
	if (m->nas != QMI_CLIENT_NAS(source) || m->state != MODEM_READY || !is_forgotten(error))
		return;
	if (error->domain == QMI_PROTOCOL_ERROR)
		clients_drop(m);
	modem_lost(m, "the modem has restarted");
}

static gboolean look(gpointer data)
{
	struct modem *m = data;
	guint64 sent = packets(m, "tx"), received = packets(m, "rx");
	bool silent = sent != m->sent && received == m->received;

	m->sent = sent;
	m->received = received;
	if (!silent || m->asking || m->state != MODEM_READY)
		return G_SOURCE_CONTINUE;
	m->asking = true;
	qmi_client_nas_get_serving_system(m->nas, NULL, ANSWER_SECONDS, NULL, answered, m);
	return G_SOURCE_CONTINUE;
}

void watch_start(struct modem *m)
{
	g_timeout_add_seconds(WATCH_SECONDS, look, m);
}
