/* SPDX-License-Identifier: GPL-2.0-only */
/* The format of data, as the wireless data administrative service numbers it. */
#ifndef DATA_FORMAT_H
#define DATA_FORMAT_H

#include <glib.h>
#include <stdbool.h>

enum { LINK_UNKNOWN = 0, LINK_RAW_IP = 2 };
enum { AGGREGATION_NONE = 0, AGGREGATION_QMAP = 5, AGGREGATION_QMAPV5 = 9 };

struct data_format {
	guint32 link;
	guint32 protocol;	/* in both directions */
	guint32 dl_size, dl_datagrams, ul_size, ul_datagrams;
};

/* Whether the modem has what is wanted already. */
bool format_is_agreed(const struct data_format *has, const struct data_format *wants);

/* What it has granted of the uplink in its answer; 0 is what it did not tell. */
void format_take_uplink(struct data_format *f, guint32 size, guint32 datagrams);

#endif
