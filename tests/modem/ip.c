// SPDX-License-Identifier: GPL-2.0-only
/* Enough of the internet protocols to check packets and to answer a few. */
#include "ip.h"
#include "util.h"

uint8_t ip_family(const uint8_t *packet, size_t len)
{
	if (len >= IP4_HEADER && packet[0] >> 4 == 4 && (packet[0] & 0x0f) >= 5)
		return 4;
	if (len >= IP6_HEADER && packet[0] >> 4 == 6)
		return 6;
	return 0;
}

size_t ip_length(const uint8_t *packet, uint8_t family)
{
	return family == 4 ? get_be16(packet + 2) : IP6_HEADER + get_be16(packet + 4);
}

static uint8_t transport4(const uint8_t *packet, size_t *offset)
{
	const uint16_t fragment_offset = 0x1fff;

	if (get_be16(packet + 6) & fragment_offset)
		return 0;
	*offset = (packet[0] & 0x0f) * 4;
	return packet[9];
}

/* Skips hop-by-hop, which MLD has, and no other extension header. */
static uint8_t transport6(const uint8_t *packet, size_t len, size_t *offset)
{
	uint8_t next = packet[6];

	*offset = IP6_HEADER;
	if (next == 0 && len >= IP6_HEADER + 8) {
		next = packet[IP6_HEADER];
		*offset += 8 + packet[IP6_HEADER + 1] * 8;
	}
	return next;
}

uint8_t ip_transport(const uint8_t *packet, size_t len, size_t *offset)
{
	uint8_t protocol;

	if (ip_family(packet, len) == 4)
		protocol = transport4(packet, offset);
	else
		protocol = transport6(packet, len, offset);
	return *offset < len ? protocol : 0;
}

static uint32_t sum_bytes(const uint8_t *p, size_t len, uint32_t sum)
{
	uint64_t wide = sum;

	for (; len >= 4; len -= 4, p += 4)
		wide += get_be32(p);
	if (len >= 2) {
		wide += (uint32_t)get_be16(p) << 16;
		p += 2;
		len -= 2;
		if (len)
			wide += p[0] << 8;
	} else if (len) {
		wide += (uint32_t)p[0] << 24;
	}
	while (wide >> 16)
		wide = (wide & 0xffff) + (wide >> 16);
	return wide;
}

/* Offset of the checksum in the transport header; 0 for a protocol without one. */
static size_t checksum_offset(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_IS_TCP:
		return 16;
	case IPPROTO_IS_UDP:
		return 6;
	case IPPROTO_IS_ICMP6:
		return 2;
	default:
		return 0;
	}
}

/* Over transport header and payload, and the pseudo header: addresses, protocol, length. */
static uint32_t transport_sum(const uint8_t *packet, size_t len, size_t offset, uint8_t protocol)
{
	bool v4 = ip_family(packet, len) == 4;
	uint32_t sum = v4 ? sum_bytes(packet + 12, 8, 0) : sum_bytes(packet + 8, 32, 0);

	return sum_bytes(packet + offset, len - offset, sum + protocol + len - offset);
}

/* Offset of the checksum in the packet; 0 if it has none. */
static size_t checksum_field(const uint8_t *packet, size_t len, size_t *offset, uint8_t *protocol)
{
	size_t field;

	*protocol = ip_transport(packet, len, offset);
	field = *offset + checksum_offset(*protocol);
	return field == *offset || field + 2 > len ? 0 : field;
}

bool ip_put_checksum(uint8_t *packet, size_t len)
{
	uint8_t protocol;
	size_t offset, field = checksum_field(packet, len, &offset, &protocol);
	uint32_t sum;

	if (!field)
		return false;
	put_be16(packet + field, 0);
	sum = transport_sum(packet, len, offset, protocol);
	put_be16(packet + field, protocol == IPPROTO_IS_UDP && sum == 0xffff ? sum : ~sum);
	return true;
}

bool ip_checksum_is_right(const uint8_t *packet, size_t len)
{
	uint8_t protocol;
	size_t offset, field = checksum_field(packet, len, &offset, &protocol);

	return field && transport_sum(packet, len, offset, protocol) == 0xffff;
}

void ip_put_header4(uint8_t *packet, uint32_t from, uint32_t to, uint8_t protocol, uint16_t id,
		    size_t len)
{
	const uint16_t dont_fragment = 0x4000;

	memset(packet, 0, IP4_HEADER);
	packet[0] = 0x45;
	put_be16(packet + 2, IP4_HEADER + len);
	put_be16(packet + 4, id);
	if (protocol == IPPROTO_IS_TCP)
		put_be16(packet + 6, dont_fragment);
	packet[8] = 64;
	packet[9] = protocol;
	put_be32(packet + 12, from);
	put_be32(packet + 16, to);
	put_be16(packet + 10, ~sum_bytes(packet, IP4_HEADER, 0));
}

void ip_put_header6(uint8_t *packet, const uint8_t from[16], const uint8_t to[16],
		    uint8_t protocol, size_t len)
{
	put_be32(packet, 0x60000000);
	put_be16(packet + 4, len);
	packet[6] = protocol;
	packet[7] = 64;
	memcpy(packet + 8, from, 16);
	memcpy(packet + 24, to, 16);
}

void ip_put_udp(uint8_t *udp, uint16_t sport, uint16_t dport, size_t len)
{
	put_be16(udp, sport);
	put_be16(udp + 2, dport);
	put_be16(udp + 4, UDP_HEADER + len);
	put_be16(udp + 6, 0);
}

size_t ip_put_udp4(uint8_t *packet, uint32_t from, uint32_t to, uint16_t sport, uint16_t dport,
		   size_t len)
{
	ip_put_header4(packet, from, to, IPPROTO_IS_UDP, 0, UDP_HEADER + len);
	ip_put_udp(packet + IP4_HEADER, sport, dport, len);
	ip_put_checksum(packet, UDP4_HEADERS + len);
	return UDP4_HEADERS + len;
}
