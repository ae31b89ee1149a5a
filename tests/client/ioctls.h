/* SPDX-License-Identifier: GPL-2.0-only */
/* The vendor's device ioctls, in the layout that its programs were compiled with. */
#ifndef IOCTLS_H
#define IOCTLS_H

#include <stdint.h>

#define IOCTL_LINK_STATE	0x89f1	/* u32, as the attribute link_state takes it */
#define IOCTL_SET_FORMAT	0x89f2	/* struct ioctl_format: what WDA has agreed on */
#define IOCTL_GET_LINKS		0x89f3	/* struct ioctl_links */

#define LINKS_MAX	8
#define EP_TYPE_HSUSB	2
#define VERSION_QMAP	5		/* as WDA numbers them */
#define VERSION_QMAPV5	9

struct ioctl_format {
	uint32_t size;
	uint32_t rx_urb_size;
	uint32_t ep_type;
	uint32_t iface_id;
	uint32_t mux_id;
	uint32_t ul_max_datagrams;
	uint32_t ul_max_size;
	uint32_t dl_minimum_padding;
};

_Static_assert(sizeof(struct ioctl_format) == 32, "as the vendor has it");

struct ioctl_links {
	uint32_t size;
	uint32_t rx_urb_size;
	uint32_t ep_type;
	uint32_t iface_id;
	uint32_t qmap_mode;
	uint32_t qmap_version;
	uint32_t dl_minimum_padding;
	char ifname[LINKS_MAX][16];
	uint8_t mux_id[LINKS_MAX];
};

_Static_assert(sizeof(struct ioctl_links) == 164, "as the vendor has it");

/* Zero, or -1 with errno, as ioctl() itself. */
int netdev_ioctl(const char *name, unsigned long request, void *data);

#endif
