// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: the format of data, as GobiNet agrees on it. The modem is asked first, because it may
 * have agreed on the very same already, and then calls may be up.
 */
#include <stdio.h>

#include "../common/faces.h"
#include "qcqmid.h"

#define DL_DATAGRAMS	31	/* GobiNet's figures */
#define DL_SIZE		31744
#define UL_DATAGRAMS	11
#define UL_SIZE		8192
#define ENDPOINT_HSUSB	2

enum { WDA_SET_DATA_FORMAT = 0x0020, WDA_GET_DATA_FORMAT = 0x0021 };

static void put_endpoint(struct message *m, guint8 type, const struct device *d)
{
	guint32 raw[] = { GUINT32_TO_LE(ENDPOINT_HSUSB), GUINT32_TO_LE(d->interface) };

	message_put(m, type, raw, sizeof(raw));
}

/* The same TLVs in answers to both messages. False: up and down differ. */
static bool take_format(struct data_format *f, const struct message *answer)
{
	*f = (struct data_format){
		.link = message_get_u32(answer, 0x11),
		.protocol = message_get_u32(answer, 0x12),
		.dl_datagrams = message_get_u32(answer, 0x15),
		.dl_size = message_get_u32(answer, 0x16),
		.ul_datagrams = message_get_u32(answer, 0x17),
		.ul_size = message_get_u32(answer, 0x18),
	};
	return f->protocol == message_get_u32(answer, 0x13);
}

/* --- what is wanted: where the driver makes the links QMAP, otherwise none */

static void want_format(struct device *d)
{
	struct ioctl_links links;

	d->wanted = (struct data_format){ .link = LINK_RAW_IP };
	if (!modem_follow_name(d) || !ask_links(d->name, &links))
		return;
	d->wanted.protocol = links.qmap_version;
	d->wanted.dl_size = MIN(DL_SIZE, links.rx_urb_size);
	d->wanted.dl_datagrams = DL_DATAGRAMS;
	d->wanted.ul_size = UL_SIZE;
	d->wanted.ul_datagrams = UL_DATAGRAMS;
}

/* --- read */

static void format_is_read(gpointer data, const struct message *answer)
{
	struct device *d = data;

	if (message_error(answer) || !take_format(&d->format, answer))
		d->format.link = LINK_UNKNOWN;
	step_next(d);
}

void format_read(struct device *d)
{
	struct message request;

	if (d->ethernet) {
		step_next(d);
		return;
	}
	want_format(d);
	message_begin(&request, d->own, WDA_GET_DATA_FORMAT);
	put_endpoint(&request, 0x10, d);
	step_ask(d, &request, format_is_read);
}

/* --- agree */

static void agreed(gpointer data, const struct message *answer)
{
	struct device *d = data;
	struct data_format granted;

	if (message_error(answer)) {
		modem_lost(d, "the modem refuses the data format");
	} else if (take_format(&granted, answer) && granted.protocol == d->wanted.protocol) {
		d->format = d->wanted;
		d->format.dl_size = granted.dl_size;
		format_take_uplink(&d->format, granted.ul_size, granted.ul_datagrams);
		step_next(d);
	} else if (d->wanted.protocol == AGGREGATION_QMAPV5) {
		d->wanted.protocol = AGGREGATION_QMAP;
		format_agree(d);
	} else {
		modem_lost(d, "the modem does not agree on QMAP");
	}
}

static void put_aggregation(struct message *m, const struct data_format *f)
{
	message_put_u32(m, 0x15, f->dl_datagrams);
	message_put_u32(m, 0x16, f->dl_size);
	message_put_u32(m, 0x1b, f->ul_datagrams);
	message_put_u32(m, 0x1c, f->ul_size);
}

void format_agree(struct device *d)
{
	const struct data_format *f = &d->wanted;
	const guint8 no_qos_header = 0;
	struct message request;

	if (d->ethernet || format_is_agreed(&d->format, f)) {
		step_next(d);
		return;
	}
	message_begin(&request, d->own, WDA_SET_DATA_FORMAT);
	message_put(&request, 0x10, &no_qos_header, sizeof(no_qos_header));
	message_put_u32(&request, 0x11, f->link);
	message_put_u32(&request, 0x12, f->protocol);
	message_put_u32(&request, 0x13, f->protocol);
	if (f->protocol != AGGREGATION_NONE)
		put_aggregation(&request, f);
	put_endpoint(&request, 0x17, d);
	step_ask(d, &request, agreed);
}

/* --- tell the driver */

static void tell(const struct device *d, const char *attribute, guint32 value)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/%s", d->name, attribute);
	char text[16];

	snprintf(text, sizeof(text), "%u", value);
	write_file(path, text);
}

void format_tell(struct device *d)
{
	const struct data_format *f = &d->format;

	if (!d->ethernet)
		say(d, "qmap settings qmap_enabled=%u, rx_size=%u, tx_size=%u", f->protocol,
		    f->dl_size, f->ul_size);
	if (f->protocol != AGGREGATION_NONE) {
		tell(d, "tx_qmap_version", f->protocol == AGGREGATION_QMAPV5 ? 5 : 1);
		tell(d, "tx_aggr_max_frames", f->ul_datagrams);
		tell(d, "tx_aggr_max_bytes", f->ul_size);
	}
	step_next(d);
}
