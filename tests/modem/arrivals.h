/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARRIVALS_H
#define ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

struct modem;

/* Packets of one PDN, family and protocol, which a network keeps in order. */
#define STREAMS		32

/*
 * The payload of a packet, or of each segment, that must arrive:
 *
 *   seed(32)   stream(32)   number(32)   length(32)   filling
 */
#define MARK_SIZE	16

void mark_put(uint8_t *payload, uint32_t seed, uint32_t stream, uint32_t number, size_t len);

/* Count what the host's stack gets of the packets with this seed. Needs a host. */
void arrivals_watch(struct modem *m, uint32_t seed);

#endif
