/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stdint.h>

/* What the network says of a call. */
struct settings {
	uint32_t mtu;
	/* in host byte order */
	uint32_t address4, gateway4, netmask4;
	uint8_t address6[16], gateway6[16];
	uint8_t prefix6;
};

void network_set_up(const char *netdev, bool up);
void network_set_mtu(const char *netdev, uint32_t mtu);
/* By DHCP, or else as @set says. */
void network_configure4(const char *link, const struct settings *set);
void network_configure6(const char *link, const struct settings *set);
void network_forget(const char *link);

#endif
