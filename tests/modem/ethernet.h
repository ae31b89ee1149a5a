/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ETHERNET_H
#define ETHERNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

#define ETHERNET_HEADER	14

extern const uint8_t ethernet_modem_address[6];

/* Put a header before the @len bytes at @frame + ETHERNET_HEADER. Returns the frame's size. */
size_t ethernet_encode(struct modem *m, uint8_t *frame, uint8_t family, size_t len);

/* True if an IP packet of *@len bytes follows the header. ARP is answered here. */
bool ethernet_decode(struct modem *m, const uint8_t *frame, size_t size, size_t *len);

#endif
