// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "segments.h"

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20, CWR = 0x80 };

/* Offsets into an IPv4 header, and into that of TCP */
enum { TOTAL_LENGTH = 2, ID = 4, FRAGMENT = 6, PROTOCOL = 9, IP_CHECKSUM = 10 };
enum { SEQUENCE = 4, DATA_OFFSET = 12, FLAGS = 13, CHECKSUM = 16, URGENT = 18 };

/* ... and into one of IPv6 */
enum { PAYLOAD_LENGTH = 4, NEXT_HEADER = 6 };

enum { IP4 = 20, IP6 = 40, TCP = 20 };

static unsigned int get16(const uint8_t *at)
{
	return at[0] * 256 + at[1];
}

static void put16(uint8_t *at, unsigned int n)
{
	at[0] = n / 256 % 256;
	at[1] = n % 256;
}

static void add32(uint8_t *at, unsigned int n)
{
	uint32_t sum = (uint32_t)get16(at) * 65536 + get16(at + 2) + n;

	put16(at, sum >> 16);
	put16(at + 2, sum & 0xffff);
}

/* Of 16-bit words with the carry brought around; a last byte is the high half of one. */
static unsigned int sum_of(const uint8_t *bytes, size_t len, unsigned int sum)
{
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : bytes[i] * 256u;
		if (sum > 0xffff)
			sum -= 0xffff;
	}
	return sum;
}

unsigned int ref_pseudo_sum(const uint8_t *packet, size_t ip_len, size_t len)
{
	uint8_t words[4] = { 0, 6 };

	put16(words + 2, len - ip_len);
	if (ip_len == IP4)
		return sum_of(packet + 12, 8, sum_of(words, 4, 0));
	return sum_of(packet + 8, 32, sum_of(words, 4, 0));
}

bool ref_same_sum(unsigned int a, unsigned int b)
{
	return a % 0xffff == b % 0xffff;
}

bool ref_ip_checksum_is_right(const uint8_t *packet)
{
	return ref_same_sum(sum_of(packet, IP4, 0), 0);
}

bool ref_tcp_checksum_is_right(const uint8_t *packet, size_t ip_len, size_t len)
{
	unsigned int sum = ref_pseudo_sum(packet, ip_len, len);

	return ref_same_sum(sum_of(packet + ip_len, len - ip_len, sum), 0);
}

void ref_put_checksums(uint8_t *packet, size_t ip_len, size_t len)
{
	uint8_t *tcp = packet + ip_len;
	unsigned int sum;

	if (ip_len == IP4) {
		put16(packet + IP_CHECKSUM, 0);
		put16(packet + IP_CHECKSUM, 0xffff - sum_of(packet, IP4, 0));
	}
	put16(tcp + CHECKSUM, 0);
	sum = sum_of(tcp, len - ip_len, ref_pseudo_sum(packet, ip_len, len));
	put16(tcp + CHECKSUM, 0xffff - sum);
}

static size_t ip_header(const uint8_t *packet)
{
	return packet[0] / 16 == 4 ? IP4 : IP6;
}

size_t ref_segment(const struct ref_gso *gso, size_t n, uint8_t *to)
{
	size_t ip_len = ip_header(gso->header), from = n * gso->size;
	size_t rest = gso->payload_len - from;
	size_t payload = rest < gso->size ? rest : gso->size;
	size_t len = gso->header_len + payload;
	uint8_t *tcp = to + ip_len;

	memcpy(to, gso->header, gso->header_len);
	memcpy(to + gso->header_len, gso->payload + from, payload);
	if (ip_len == IP4) {
		put16(to + TOTAL_LENGTH, len);
		put16(to + ID, get16(to + ID) + (gso->fixed_id ? 0 : n));
	} else {
		put16(to + PAYLOAD_LENGTH, len - IP6);
	}
	add32(tcp + SEQUENCE, from);
	if (payload < rest)
		tcp[FLAGS] &= ~(FIN | PSH);
	if (n > 0)
		tcp[FLAGS] &= ~CWR;
	ref_put_checksums(to, ip_len, len);
	return len;
}

bool ref_same_segment(const uint8_t *a, const uint8_t *b, size_t ip_len, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		size_t in_tcp = i - ip_len;

		if (a[i] == b[i] || (i >= ip_len && in_tcp / 2 == CHECKSUM / 2))
			continue;
		if (ip_len == IP4 && i / 2 == IP_CHECKSUM / 2)
			continue;
		if (i >= ip_len && in_tcp / 2 == URGENT / 2 && !(a[ip_len + FLAGS] & URG))
			continue;
		return false;
	}
	return true;
}

/* Whole, not a fragment, without options of IP, and with data. 0 if it is anything else. */
static size_t header_of_segment(const uint8_t *packet, size_t len)
{
	size_t ip_len = ip_header(packet), header;

	if (len < ip_len + TCP || ref_ip_len(packet, len) != len ||
	    ref_ip_protocol(packet, len) != 6)
		return 0;
	if (ip_len == IP4 && (packet[0] != 0x45 || get16(packet + FRAGMENT) & 0x3fff ||
			      !ref_ip_checksum_is_right(packet)))
		return 0;
	header = ip_len + packet[ip_len + DATA_OFFSET] / 16 * 4;
	return header >= ip_len + TCP && header < len ? header : 0;
}

static unsigned int flags_of(const uint8_t *packet)
{
	return packet[ip_header(packet) + FLAGS];
}

/* Data in a connection's middle. */
static bool may_be_first(const uint8_t *packet)
{
	return (flags_of(packet) & (ACK | FIN | SYN | RST | PSH | URG | CWR)) == ACK;
}

/* The second one tells how ids go on; that they stand still is for what is never fragmented. */
static bool has_fixed_ids(const uint8_t *first, const uint8_t *second)
{
	return ip_header(first) == IP4 && get16(first + FRAGMENT) & 0x4000 &&
	       get16(first + ID) == get16(second + ID);
}

/* Is @packet what cutting gives as segment @n, with these flags and this data? */
static bool is_segment(const struct ref_gso *first, size_t n, const uint8_t *packet, size_t len)
{
	static uint8_t expected[65536];
	uint8_t header[256];
	size_t ip_len = ip_header(first->header);
	struct ref_gso gso = *first;

	if (header_of_segment(packet, len) != gso.header_len || ip_header(packet) != ip_len ||
	    len - gso.header_len > gso.size)
		return false;
	memcpy(header, gso.header, gso.header_len);
	header[ip_len + FLAGS] |= flags_of(packet) & (FIN | PSH);
	add32(header + ip_len + SEQUENCE, n * gso.size);
	put16(header + ID, get16(header + ID) + (ip_len == IP4 && !gso.fixed_id ? n : 0));
	gso.header = header;
	gso.payload = packet + gso.header_len;
	gso.payload_len = len - gso.header_len;
	return ref_segment(&gso, 0, expected) == len &&
	       ref_same_segment(expected, packet, ip_len, len);
}

static bool is_last(const uint8_t *packet, size_t payload, size_t size)
{
	return payload < size || flags_of(packet) & (FIN | PSH);
}

/* Do all of them lie as far apart, aligned, under the same headers, and as well verified? */
static bool lies_behind(const struct ref_frame *first, const struct ref_frame *f, size_t n,
			bool trusted)
{
	return f->verdict == REF_PACKET && f->mux_id == first->mux_id && f->packet % 4 == 0 &&
	       f->packet == first->packet + n * (first->end - first->start) &&
	       (f->csum_valid || !trusted);
}

size_t ref_run(const uint8_t *transfer, const struct ref_frame *frames, size_t n, bool trusted)
{
	const uint8_t *first = transfer + frames->packet;
	struct ref_gso gso = { .header = first };
	size_t i, ip_len = ip_header(first);

	gso.header_len = header_of_segment(first, frames->len);
	if (!gso.header_len || !may_be_first(first))
		return 1;
	gso.size = frames->len - gso.header_len;
	for (i = 0; i < n; i++) {
		const struct ref_frame *f = &frames[i];
		const uint8_t *packet = transfer + f->packet;

		if (!lies_behind(frames, f, i, trusted))
			break;
		if (i == 1)
			gso.fixed_id = has_fixed_ids(first, packet);
		if (!is_segment(&gso, i, packet, f->len))
			break;
		if (!trusted && !ref_tcp_checksum_is_right(packet, ip_len, f->len))
			break;
		if (is_last(packet, f->len - gso.header_len, gso.size))
			return i + 1;
	}
	return i ? i : 1;
}
