/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WDA_H
#define WDA_H

#include <stdint.h>

struct modem;

enum link_protocol { LINK_ETHERNET = 1, LINK_IP = 2 };
enum aggregation { AGGREGATION_NONE = 0, AGGREGATION_QMAP = 5, AGGREGATION_QMAPV5 = 9 };

/* The format that modem and host have agreed on. */
struct data_format {
	uint32_t link;
	uint32_t ul_protocol, dl_protocol;
	uint32_t ul_datagrams, ul_size;
	uint32_t dl_datagrams, dl_size;
};

void wda_reset(struct modem *m);

/* Adopt the format that the host asks for, within the modem's limits. 0 is no limit. */
void wda_agree(struct modem *m, const struct data_format *wanted);

#endif
