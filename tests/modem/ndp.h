/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NDP_H
#define NDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;
struct call;

/*
 * Answer IPv6 neighbour discovery: router solicitations, and on legacy framing those for
 * neighbours. True if the network must not get the packet.
 */
bool ndp_receive(struct modem *m, const struct call *call, const uint8_t *packet, size_t len);

#endif
