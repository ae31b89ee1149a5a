// SPDX-License-Identifier: GPL-2.0-only
/*
 * Client ids of QMI. They live in the modem, longer than this program and the proxy. So they are
 * noted in a file, and who comes after a crash releases them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qcqmid.h"

#define RUN_DIR	"/var/run/qcqmid"

static const struct client control;

/* --- asked for, and released */

void client_ask(struct device *d, guint8 service, answer_fn answered, gpointer data)
{
	struct message request;

	message_begin(&request, control, CTL_GET_CLIENT_ID);
	message_put(&request, 0x01, &service, sizeof(service));
	proxy_ask(d, &request, answered, data);
}

/* The id in the answer, or 0. */
struct client client_answered(const struct message *answer)
{
	struct client client = { 0 };
	size_t len;
	const guint8 *who = answer ? message_get(answer, 0x01, &len) : NULL;

	if (who && len >= 2 && !message_error(answer))
		client = (struct client){ who[0], who[1] };
	return client;
}

static void released(gpointer data, const struct message *answer)
{
	modem_idle(data);
}

void client_release(struct device *d, struct client client)
{
	guint8 who[] = { client.service, client.id };
	struct message request;

	if (!client.id)
		return;
	message_begin(&request, control, CTL_RELEASE_CLIENT_ID);
	message_put(&request, 0x01, who, sizeof(who));
	proxy_ask(d, &request, released, d);
}

/* --- noted */

static char *path_of(const struct device *d)
{
	return g_strdup_printf(RUN_DIR "/qcqmi%u.clients", d->number);
}

static void note(GString *text, struct client client)
{
	if (client.id)
		g_string_append_printf(text, "\n%u %u", client.service, client.id);
}

void clients_note(struct device *d)
{
	g_autofree char *path = path_of(d);
	g_autoptr(GString) text = g_string_new(d->identity);
	const GSList *at;
	unsigned int i;

	note(text, d->own);
	for (i = 0; i < d->left->len; i++)
		note(text, g_array_index(d->left, struct client, i));
	for (at = d->files; at; at = at->next)
		if (!file_is_gone(at->data))
			note(text, file_client(at->data));
	if (!strchr(text->str, '\n')) {
		unlink(path);
		return;
	}
	g_mkdir_with_parents(RUN_DIR, 0755);
	g_file_set_contents(path, text->str, text->len, NULL);
}

/* None if the modem has been away since. */
GArray *clients_noted(const struct device *d)
{
	GArray *clients = g_array_new(FALSE, FALSE, sizeof(struct client));
	g_autofree char *path = path_of(d), *text = NULL;
	g_auto(GStrv) lines = NULL;
	unsigned int i, service, id;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return clients;
	lines = g_strsplit(text, "\n", 0);
	if (g_strcmp0(lines[0], d->identity))
		return clients;
	for (i = 1; lines[i]; i++) {
		struct client client;

		if (sscanf(lines[i], "%u %u", &service, &id) != 2)
			continue;
		client = (struct client){ service, id };
		g_array_append_val(clients, client);
	}
	return clients;
}
