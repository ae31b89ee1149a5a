// SPDX-License-Identifier: GPL-2.0-only
/* Who else uses the modem. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "connect.h"

#define CONNECTED 3	/* SS_CONNECTED, in the sixth column */

/* Clients of the proxy, of any modem: each has a connection, and the proxy's end has the name. */
static bool proxy_has_clients(void)
{
	g_autofree char *table = NULL;
	g_auto(GStrv) lines = NULL;
	unsigned int i, state;
	char name[16];

	if (!g_file_get_contents("/proc/net/unix", &table, NULL, NULL))
		return true;
	lines = g_strsplit(table, "\n", 0);
	for (i = 0; lines[i]; i++)
		if (sscanf(lines[i], "%*s %*s %*s %*s %*s %x %*s %15s", &state, name) == 2 &&
		    state == CONNECTED && !strcmp(name, "@qmi-proxy"))
			return true;
	return false;
}

static bool is_proxy(const char *process)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/comm", process), *name = NULL;

	return g_file_get_contents(path, &name, NULL, NULL) && !strcmp(name, "qmi-proxy\n");
}

static bool has_open(const char *process, dev_t device)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/fd", process);
	g_autoptr(GDir) files = g_dir_open(path, 0, NULL);
	const char *name;

	while (files && (name = g_dir_read_name(files))) {
		g_autofree char *file = g_strdup_printf("%s/%s", path, name);
		struct stat st;

		if (!stat(file, &st) && S_ISCHR(st.st_mode) && st.st_rdev == device)
			return true;
	}
	return false;
}

/* Whether nobody has clients in the modem, before we open it. In doubt somebody has. */
bool channel_is_unused(const struct modem *m)
{
	g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
	const char *process;
	struct stat st;

	if (!processes || stat(m->channel, &st) || proxy_has_clients())
		return false;
	while ((process = g_dir_read_name(processes))) {
		if (!g_ascii_isdigit(*process) || is_proxy(process))
			continue;
		if (has_open(process, st.st_rdev))
			return false;
	}
	return true;
}
