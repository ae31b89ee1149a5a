// SPDX-License-Identifier: GPL-2.0-only
#include <glib-unix.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "hotplug.h"

static void (*watcher)(const char *event, gpointer data);

static gboolean readable(gint fd, GIOCondition condition, gpointer data)
{
	char text[8192];
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
		text[n] = 0;
		watcher(text, data);
	}
	return G_SOURCE_CONTINUE;
}

void hotplug_watch(void (*seen)(const char *event, gpointer data), gpointer data)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	watcher = seen;
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)))
		g_unix_fd_add(fd, G_IO_IN, readable, data);
}
