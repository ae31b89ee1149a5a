/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEVICE_H
#define DEVICE_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "ioctls.h"

struct qmi_port;

/* What the driver says of the modem and its links. */
struct device {
	char interface[PATH_MAX];	/* in sysfs */
	char parent[IFNAMSIZ];
	char channel[NAME_MAX + 8];	/* /dev/cdc-wdm0 */
	uint32_t iface_id;
	uint32_t mode;			/* qmap_mode */
	uint32_t version;		/* VERSION_QMAP or VERSION_QMAPV5 */
	uint32_t rx_urb_size;
	bool without_ioctl;		/* as programs older than 0x89F3 */
	bool by_ioctl;			/* the links were told, and not made up */
	bool state_by_ioctl;		/* links go up and down by 0x89F1 */
	char link[LINKS_MAX][IFNAMSIZ];
	uint8_t mux_id[LINKS_MAX];
};

/* The first modem on the bus, or the end of the program. */
void device_find(struct device *dev);

/* Agree with the modem on the format of data, and tell the driver. */
void device_negotiate(struct device *dev, struct qmi_port *port);

/* @index counts from 0. */
void device_set_link(struct device *dev, unsigned int index, bool up);
void device_disable_bridge(const char *link);

#endif
