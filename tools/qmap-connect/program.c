// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of others are waited for, so that each is told one thing after the other, but not for
 * ever. Their time is not the modem's.
 */
#include "connect.h"

static void ended(GObject *source, GAsyncResult *result, gpointer data)
{
	*(GAsyncResult **)data = g_object_ref(result);
}

static gboolean kill_process(gpointer process)
{
	g_subprocess_force_exit(process);
	return G_SOURCE_REMOVE;
}

/* In a context of its own: nothing else goes on meanwhile. */
static bool communicate(GSubprocess *process, const char *input, GError **error)
{
	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GSource) limit = g_timeout_source_new_seconds(PROGRAM_SECONDS);
	g_autoptr(GAsyncResult) result = NULL;

	g_main_context_push_thread_default(context);
	g_source_set_callback(limit, kill_process, process, NULL);
	g_source_attach(limit, context);
	g_subprocess_communicate_utf8_async(process, input, NULL, ended, &result);
	while (!result)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(limit);
	g_main_context_pop_thread_default(context);
	return g_subprocess_communicate_utf8_finish(process, result, NULL, NULL, error);
}

/* @process: NULL if it could not be started, of which @error tells. @input: NULL if it reads
 * nothing of ours.
 */
bool program_wait(struct modem *m, GSubprocess *process, const char *input, GError **error)
{
	bool good = process && communicate(process, input, error) &&
		    g_subprocess_wait_check(process, NULL, error);

	if (m->leaving)
		modem_limit_leave(m);
	return good;
}
