/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DHCP_H
#define DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;
struct call;

/* Answer the packet if it is a DHCP client's. True if the network must not get it. */
bool dhcp_receive(struct modem *m, const struct call *call, const uint8_t *packet, size_t len);

#endif
