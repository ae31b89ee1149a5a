// SPDX-License-Identifier: GPL-2.0-only
/* Legacy framing: one Ethernet frame per transfer, and ARP answers for every address. */
#include "ethernet.h"
#include "ip.h"
#include "modem.h"
#include "util.h"

enum { TYPE_IP4 = 0x0800, TYPE_ARP = 0x0806, TYPE_IP6 = 0x86dd };

#define ARP_SIZE	28
#define ARP_REQUEST	1
#define ARP_REPLY	2

/* The address at the modem's end, always the same in Qualcomm's firmware. */
const uint8_t ethernet_modem_address[6] = { 0x02, 0x50, 0xf3 };

static void put_header(struct modem *m, uint8_t *frame, uint16_t type)
{
	memcpy(frame, m->host_address, 6);
	memcpy(frame + 6, ethernet_modem_address, 6);
	put_be16(frame + 12, type);
}

size_t ethernet_encode(struct modem *m, uint8_t *frame, uint8_t family, size_t len)
{
	put_header(m, frame, family == 6 ? TYPE_IP6 : TYPE_IP4);
	return ETHERNET_HEADER + len;
}

static void answer_arp(struct modem *m, const uint8_t *arp)
{
	const struct call *call = call_first(m, 4);
	uint8_t frame[ETHERNET_HEADER + ARP_SIZE], *reply = frame + ETHERNET_HEADER;
	uint32_t sender = get_be32(arp + 14), target = get_be32(arp + 24);

	/* A probe for the host's own address must find it free. */
	if (!call || get_be16(arp + 6) != ARP_REQUEST || !sender || sender == target ||
	    target == pdn_address4(call->pdn, PDN_CLIENT))
		return;
	put_header(m, frame, TYPE_ARP);
	memcpy(reply, arp, 6);
	put_be16(reply + 6, ARP_REPLY);
	memcpy(reply + 8, ethernet_modem_address, 6);
	put_be32(reply + 14, target);
	memcpy(reply + 18, arp + 8, 10);
	downlink_transfer(m, frame, sizeof(frame), 1);
}

bool ethernet_decode(struct modem *m, const uint8_t *frame, size_t size, size_t *len)
{
	const uint8_t *payload = frame + ETHERNET_HEADER;
	uint16_t type;

	if (size < ETHERNET_HEADER) {
		violation(m, VIOLATION_not_ethernet, frame, size);
		return false;
	}
	/* Firmware learns whom to write to from what it reads. */
	memcpy(m->host_address, frame + 6, 6);
	type = get_be16(frame + 12);
	*len = size - ETHERNET_HEADER;
	if (type == TYPE_ARP && *len >= ARP_SIZE) {
		answer_arp(m, payload);
		return false;
	}
	if (type != TYPE_IP4 && type != TYPE_IP6) {
		violation(m, VIOLATION_not_ethernet, frame, size);
		return false;
	}
	/* Short frames may have been padded. */
	if (ip_family(payload, *len))
		*len = min_size(*len, ip_length(payload, ip_family(payload, *len)));
	return true;
}
