/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct product {
	const char *names;	/* as "-d" takes them, separated by spaces */
	const char *model;
	const char *maker;	/* Quectel unless told otherwise */
	uint16_t vid, pid;
	uint8_t interface;	/* number of the QMI interface */
	uint16_t serial;	/* bit i: interface i is serial; 0: all between DIAG and QMI are */
	uint32_t dl_size;	/* limits told by WDA; 0: no QMAP, no WDA */
	uint32_t dl_datagrams;
	bool super;		/* SuperSpeed unless told otherwise */
	bool v5;		/* accepts QMAPv5 */
	bool dtr;		/* mute until the host sets DTR */
};

/* Legacy firmware has only Ethernet framing. */
static inline bool product_is_legacy(const struct product *product)
{
	return !product->dl_size;
}

#define REVISION_MAX	32

/* Quectel's scheme: model, variant, firmware release. */
static inline void product_revision(const struct product *product, char text[REVISION_MAX])
{
	snprintf(text, REVISION_MAX, "%sVIRTR01A01", product->model);
}

const struct product *product_find(const char *name);
void product_list(FILE *out);

#endif
