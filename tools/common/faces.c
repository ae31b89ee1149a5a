// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faces.h"

#define LEGACY_VENDOR	"05c6"	/* of the products that have Ethernet on USB */
#define IOCTL_GET_LINKS	0x89f3

G_STATIC_ASSERT(sizeof(struct ioctl_links) == 164);

/* --- files */

char *read_face(const char *name, const char *attribute)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/%s", name, attribute);
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	return g_strchomp(text);
}

unsigned int read_number(const char *name, const char *attribute, int base)
{
	g_autofree char *text = read_face(name, attribute);

	return text ? strtoul(text, NULL, base) : 0;
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) >= 0;

	if (fd >= 0)
		close(fd);
	return written;
}

char *first_entry(const char *name, const char *directory)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/%s", name, directory);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

	return dir ? g_strdup(g_dir_read_name(dir)) : NULL;
}

bool ask_links(const char *name, struct ioctl_links *links)
{
	struct ifreq ifr = { .ifr_data = (void *)links };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool answered;

	memset(links, 0, sizeof(*links));
	g_strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	answered = fd >= 0 && !ioctl(fd, IOCTL_GET_LINKS, &ifr);
	if (fd >= 0)
		close(fd);
	return answered;
}

/* --- which modem */

/* No other driver has this attribute, and no link above the modem's own netdev has it. */
bool is_modem(const char *name)
{
	g_autofree char *version = read_face(name, "tx_qmap_version");

	return version;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char **)a, *(const char **)b);
}

GPtrArray *find_modems(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(NETDEVS, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (is_modem(name))
			g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_name);
	return names;
}

char *modem_identity(const char *name)
{
	g_autofree char *bus = read_face(name, "device/../busnum");
	g_autofree char *number = read_face(name, "device/../devnum");

	return g_strdup_printf("bus %s device %s", bus, number);
}

bool modem_is_ethernet(const char *name)
{
	g_autofree char *vendor = read_face(name, "device/../idVendor");

	return vendor && !strcmp(vendor, LEGACY_VENDOR);
}
