// SPDX-License-Identifier: GPL-2.0-only
/* The router of an IPv6 call: it advertises the prefix, and the network's MTU. */
#include "ethernet.h"
#include "ip.h"
#include "modem.h"
#include "ndp.h"
#include "util.h"

enum { RS = 133, RA = 134, NS = 135, NA = 136 };
enum { OPT_TARGET_LLADDR = 2, OPT_PREFIX = 3, OPT_MTU = 5 };

#define NS_SIZE		24
#define FOREVER		0xffffffff
#define PREFIX_AUTO	0x40		/* the host makes addresses of it; it is not on-link */
#define NA_FLAGS	0xe0000000	/* router, solicited, override */

static const uint8_t router[16] = { 0xfe, 0x80, [15] = 1 };
static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
static const uint8_t unspecified[16];

/* Send the @len bytes of ICMPv6 at @packet + IP6_HEADER. */
static void send_icmp(struct modem *m, const struct call *call, uint8_t *packet, size_t len,
		      const uint8_t *from, const uint8_t *to)
{
	bool anyone = !memcmp(to, unspecified, 16);

	memset(packet, 0, IP6_HEADER);
	packet[0] = 0x60;
	put_be16(packet + 4, len);
	packet[6] = IPPROTO_IS_ICMP6;
	packet[7] = 255;
	memcpy(packet + 8, from, 16);
	memcpy(packet + 24, anyone ? all_nodes : to, 16);
	ip_put_checksum(packet, IP6_HEADER + len);
	downlink_packet(m, call, packet, IP6_HEADER + len);
}

static void advertise_router(struct modem *m, const struct call *call, const uint8_t *to)
{
	uint8_t packet[IP6_HEADER + 56] = { 0 }, *ra = packet + IP6_HEADER;
	uint8_t *prefix = ra + 16, *mtu = ra + 48;

	ra[0] = RA;
	ra[4] = 64;			/* hop limit */
	put_be16(ra + 6, 0xffff);	/* router lifetime */
	prefix[0] = OPT_PREFIX;
	prefix[1] = 4;
	prefix[2] = 64;
	prefix[3] = PREFIX_AUTO;
	put_be32(prefix + 4, FOREVER);
	put_be32(prefix + 8, FOREVER);
	pdn_address6(call->pdn, PDN_PREFIX, prefix + 16);
	mtu[0] = OPT_MTU;
	mtu[1] = 1;
	put_be32(mtu + 4, m->opt.mtu);
	send_icmp(m, call, packet, 56, router, to);
	stat_inc(m, router_advertisements);
}

/* Answers for every address but the host's own: all others are behind this router. */
static void advertise_neighbour(struct modem *m, const struct call *call, const uint8_t *to,
				const uint8_t *target)
{
	uint8_t packet[IP6_HEADER + 32] = { 0 }, *na = packet + IP6_HEADER;
	uint8_t client[16];

	pdn_address6(call->pdn, PDN_CLIENT, client);
	if (!memcmp(to, unspecified, 16) || !memcmp(target, client, 16))
		return;
	na[0] = NA;
	put_be32(na + 4, NA_FLAGS);
	memcpy(na + 8, target, 16);
	na[24] = OPT_TARGET_LLADDR;
	na[25] = 1;
	memcpy(na + 26, ethernet_modem_address, 6);
	send_icmp(m, call, packet, 32, target, to);
}

bool ndp_receive(struct modem *m, const struct call *call, const uint8_t *packet, size_t len)
{
	const uint8_t *from = packet + 8, *icmp;
	size_t at;

	if (call->family != 6 || ip_transport(packet, len, &at) != IPPROTO_IS_ICMP6)
		return false;
	icmp = packet + at;
	switch (icmp[0]) {
	case RS:
		advertise_router(m, call, from);
		return true;
	case NS:
		if (m->format.link == LINK_ETHERNET && len - at >= NS_SIZE)
			advertise_neighbour(m, call, from, icmp + 8);
		return true;
	case NA:
		return true;
	default:
		return false;
	}
}
