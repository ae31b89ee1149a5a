/* SPDX-License-Identifier: GPL-2.0-only */
/* The driver's faces in sysfs, and its one ioctl that reads. */
#ifndef FACES_H
#define FACES_H

#include <glib.h>
#include <stdbool.h>

#define NETDEVS		"/sys/class/net"
#define LINKS_MAX	8

/* As the vendor's clients ask for it; only where the driver has made the links. */
struct ioctl_links {
	guint32 size;
	guint32 rx_urb_size;
	guint32 ep_type;
	guint32 iface_id;
	guint32 qmap_mode;
	guint32 qmap_version;	/* as WDA numbers them */
	guint32 dl_minimum_padding;
	char ifname[LINKS_MAX][16];
	guint8 mux_id[LINKS_MAX];
};

/* The text of a netdev's attribute without the newline, or NULL. */
char *read_face(const char *name, const char *attribute);
unsigned int read_number(const char *name, const char *attribute, int base);
bool write_file(const char *path, const char *text);

/* Whatever a directory of the netdev lists first, or NULL. */
char *first_entry(const char *name, const char *directory);

bool ask_links(const char *name, struct ioctl_links *links);

/* Whether it is a modem's own netdev, and the names of all that are, in their order. */
bool is_modem(const char *name);
GPtrArray *find_modems(void);

/* Differs when the modem has been away from the bus. */
char *modem_identity(const char *name);
/* A legacy product: no QMAP, Ethernet on USB. */
bool modem_is_ethernet(const char *name);

#endif
