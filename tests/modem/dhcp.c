// SPDX-License-Identifier: GPL-2.0-only
/* The modem's DHCP server: it leases the address of the call. */
#include "dhcp.h"
#include "ip.h"
#include "modem.h"
#include "util.h"

#define BOOTP_SIZE	236
#define COOKIE		0x63825363
#define SERVER_PORT	67
#define CLIENT_PORT	68
#define LEASE		7200
#define BROADCAST	0xffffffff
#define FLAG_BROADCAST	0x8000

enum { BOOTREQUEST = 1, BOOTREPLY = 2 };
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6, INFORM = 8 };
enum {
	OPT_NETMASK = 1, OPT_ROUTER = 3, OPT_DNS = 6, OPT_MTU = 26, OPT_REQUESTED = 50,
	OPT_LEASE = 51, OPT_TYPE = 53, OPT_SERVER = 54, OPT_END = 255,
};

/* Offsets in the BOOTP part */
enum { OP = 0, FLAGS = 10, CIADDR = 12, YIADDR = 16, OPTIONS = BOOTP_SIZE + 4 };

static const uint8_t *find_option(const uint8_t *bootp, size_t len, uint8_t code, uint8_t size)
{
	size_t at = OPTIONS;

	while (at + 2 <= len && bootp[at] != OPT_END) {
		if (!bootp[at]) {
			at++;
			continue;
		}
		if (bootp[at] == code && bootp[at + 1] == size && at + 2 + size <= len)
			return bootp + at + 2;
		at += 2 + bootp[at + 1];
	}
	return NULL;
}

static uint8_t *put_option32(uint8_t *p, uint8_t code, uint32_t value)
{
	p[0] = code;
	p[1] = 4;
	put_be32(p + 2, value);
	return p + 6;
}

static uint8_t *put_lease(uint8_t *p, const struct modem *m, const struct pdn *pdn)
{
	p = put_option32(p, OPT_LEASE, LEASE);
	p = put_option32(p, OPT_NETMASK, PDN_NETMASK4);
	p = put_option32(p, OPT_ROUTER, pdn_address4(pdn, PDN_GATEWAY));
	p[0] = OPT_DNS;
	p[1] = 8;
	put_be32(p + 2, pdn_address4(pdn, PDN_GATEWAY));
	put_be32(p + 6, pdn_address4(pdn, PDN_DNS2));
	p += 10;
	p[0] = OPT_MTU;
	p[1] = 2;
	put_be16(p + 2, m->opt.mtu);
	return p + 4;
}

/* What to answer to a message; 0 for nothing. */
static uint8_t answer_type(const uint8_t *bootp, size_t len, uint32_t address)
{
	const uint8_t *type = find_option(bootp, len, OPT_TYPE, 1);
	const uint8_t *requested = find_option(bootp, len, OPT_REQUESTED, 4);
	uint32_t wanted = requested ? get_be32(requested) : get_be32(bootp + CIADDR);

	switch (type ? *type : 0) {
	case DISCOVER:
		return OFFER;
	case REQUEST:
		return wanted == address ? ACK : NAK;
	case INFORM:
		return ACK;
	default:
		return 0;
	}
}

static void reply(struct modem *m, const struct call *call, const uint8_t *request, uint8_t type)
{
	uint8_t packet[576], *bootp = packet + UDP4_HEADERS, *p;
	uint32_t server = pdn_address4(call->pdn, PDN_GATEWAY);
	uint32_t client = pdn_address4(call->pdn, PDN_CLIENT);
	bool broadcast = type == NAK || get_be16(request + FLAGS) & FLAG_BROADCAST;
	size_t len;

	memset(packet, 0, sizeof(packet));
	memcpy(bootp, request, 44);	/* up to and with the client's hardware address */
	bootp[OP] = BOOTREPLY;
	put_be32(bootp + YIADDR, type == NAK ? 0 : client);
	put_be32(bootp + BOOTP_SIZE, COOKIE);
	p = bootp + OPTIONS;
	p[0] = OPT_TYPE;
	p[1] = 1;
	p[2] = type;
	p = put_option32(p + 3, OPT_SERVER, server);
	if (type != NAK)
		p = put_lease(p, m, call->pdn);
	*p++ = OPT_END;
	len = p - bootp < 300 ? 300 : p - bootp;	/* the smallest that old clients take */
	len = ip_put_udp4(packet, server, broadcast ? BROADCAST : client, SERVER_PORT,
			  CLIENT_PORT, len);
	downlink_packet(m, call, packet, len);
	stat_inc(m, dhcp_answers);
}

bool dhcp_receive(struct modem *m, const struct call *call, const uint8_t *packet, size_t len)
{
	const uint8_t *bootp;
	uint8_t type;
	size_t at;

	if (call->family != 4 || ip_transport(packet, len, &at) != IPPROTO_IS_UDP)
		return false;
	if (len < at + UDP_HEADER || get_be16(packet + at + 2) != SERVER_PORT)
		return false;
	bootp = packet + at + UDP_HEADER;
	len -= at + UDP_HEADER;
	if (len < OPTIONS || bootp[OP] != BOOTREQUEST || get_be32(bootp + BOOTP_SIZE) != COOKIE)
		return true;
	type = answer_type(bootp, len, pdn_address4(call->pdn, PDN_CLIENT));
	if (type)
		reply(m, call, bootp, type);
	return true;
}
