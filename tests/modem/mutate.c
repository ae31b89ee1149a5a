// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutated downlink transfers: bytes of a good transfer are changed, moved or left out. Some are
 * longer than the host's URBs, and payloads look like frames and commands. A seed determines all
 * of it. Between them are unchanged transfers, whose packets must arrive.
 */
#include <stdbool.h>

#include "arrivals.h"
#include "ip.h"
#include "modem.h"
#include "mutate.h"
#include "qmap.h"
#include "util.h"

#define DISCARD_PORT	9
#define FRAMES_MAX	256
#define SEGMENT_MAX	1400		/* bytes of payload */
#define OVERLONG	4096		/* what a transfer may have more than an URB */
#define TCP_ACK		0x10

static struct mutation {
	struct modem *m;
	unsigned long left;		/* transfers to go */
	uint32_t seed;
	uint64_t state;			/* of the generator */
	bool good;			/* the transfer at hand */
	uint8_t data[DOWNLINK_SIZE_MAX + OVERLONG + PACKET_MAX];
	size_t len, room;		/* of the host's URB */
	size_t frame[FRAMES_MAX];	/* where those begin that were made */
	unsigned int frames;
	uint32_t number[STREAMS];	/* of the next good packet */
} mutation;

/* xorshift64* */
static uint32_t draw(struct mutation *s, uint32_t below)
{
	s->state ^= s->state >> 12;
	s->state ^= s->state << 25;
	s->state ^= s->state >> 27;
	return (uint64_t)(uint32_t)(s->state * 0x2545f4914f6cdd1d >> 32) * below >> 32;
}

static bool one_in(struct mutation *s, uint32_t n)
{
	return !draw(s, n);
}

/* Good transfers */

static struct call *draw_call(struct mutation *s)
{
	struct modem *m = s->m;
	unsigned int family = one_in(s, 2) ? 6 : 4;
	struct pdn *pdn = &m->pdn[draw(s, m->pdns)];

	if (m->format.dl_protocol && pdn->call[family == 6].up)
		return &pdn->call[family == 6];
	return call_first(m, family);
}

/* Common to the TCP segments of a run. */
struct run {
	const struct call *call;
	uint8_t protocol;
	uint16_t id, id_step;
	uint32_t sequence;
	size_t len;			/* of each payload */
};

static void put_tcp(uint8_t *tcp, const struct run *run)
{
	memset(tcp, 0, TCP_HEADER);
	put_be16(tcp, DISCARD_PORT);
	put_be16(tcp + 2, DISCARD_PORT);
	put_be32(tcp + 4, run->sequence);
	tcp[12] = TCP_HEADER / 4 << 4;
	tcp[13] = TCP_ACK;
	put_be16(tcp + 14, 500);
}

static size_t put_ip(uint8_t *packet, const struct run *run, size_t len)
{
	const struct pdn *pdn = run->call->pdn;
	uint8_t from[16], to[16];

	if (run->call->family == 4) {
		ip_put_header4(packet, pdn_address4(pdn, PDN_GATEWAY),
			       pdn_address4(pdn, PDN_CLIENT), run->protocol, run->id, len);
		return IP4_HEADER;
	}
	pdn_address6(pdn, PDN_GATEWAY, from);
	pdn_address6(pdn, PDN_CLIENT, to);
	ip_put_header6(packet, from, to, run->protocol, len);
	return IP6_HEADER;
}

/* A packet that will be mutated gets no number, and a mark that is not looked for. */
static void put_payload(struct mutation *s, uint8_t *payload, const struct run *run)
{
	uint32_t stream = (run->call->pdn->profile - 1) * 4 + (run->call->family == 6) * 2 +
			  (run->protocol == IPPROTO_IS_TCP);

	if (!s->good) {
		mark_put(payload, ~s->seed, stream, s->left, run->len);
		return;
	}
	mark_put(payload, s->seed, stream, s->number[stream]++, run->len);
	stat_inc(s->m, mutate_good);
}

static void put_packet(struct mutation *s, const struct run *run)
{
	size_t header = run->protocol == IPPROTO_IS_TCP ? TCP_HEADER : UDP_HEADER;
	uint8_t *frame = s->data + s->len, *packet = frame + downlink_overhead(s->m);
	uint8_t *transport = packet + put_ip(packet, run, header + run->len);

	if (run->protocol == IPPROTO_IS_TCP)
		put_tcp(transport, run);
	else
		ip_put_udp(transport, DISCARD_PORT, DISCARD_PORT, run->len);
	put_payload(s, transport + header, run);
	ip_put_checksum(packet, transport + header + run->len - packet);
	if (s->frames < FRAMES_MAX)
		s->frame[s->frames++] = s->len;
	s->len += downlink_encode(s->m, frame, run->call, transport + header + run->len - packet);
}

static bool has_room(const struct mutation *s, size_t payload)
{
	const size_t most = 3 + IP6_HEADER + TCP_HEADER;
	size_t limit = s->good ? min_size(s->m->format.dl_size, s->room) : s->room + OVERLONG;

	if (!s->m->format.dl_protocol)
		return !s->len;
	return s->frames < FRAMES_MAX &&
	       s->len + downlink_overhead(s->m) + most + payload <= limit;
}

static void put_datagram(struct mutation *s, size_t len)
{
	const struct run run = {
		.call = draw_call(s), .protocol = IPPROTO_IS_UDP, .len = len,
	};

	put_packet(s, &run);
}

static void put_segments(struct mutation *s, size_t len, unsigned int count)
{
	struct run run = {
		.call = draw_call(s), .protocol = IPPROTO_IS_TCP, .len = len,
		.id = draw(s, 65536), .id_step = draw(s, 2), .sequence = draw(s, UINT32_MAX),
	};

	while (count-- && has_room(s, len)) {
		put_packet(s, &run);
		run.id += run.id_step;
		run.sequence += len;
	}
}

/* Most packets are short, because short ones are faster. */
static size_t draw_payload(struct mutation *s)
{
	return MARK_SIZE + draw(s, one_in(s, 4) ? SEGMENT_MAX - MARK_SIZE : 200);
}

static void put_frames(struct mutation *s, unsigned int count)
{
	size_t len = draw_payload(s);

	s->len = s->frames = 0;
	while (count-- && has_room(s, len)) {
		if (one_in(s, 3))
			put_segments(s, len, 2 + draw(s, 10));
		else
			put_datagram(s, len);
		len = draw_payload(s);
	}
}

/* Mutations */

static size_t draw_frame(struct mutation *s)
{
	return s->frames ? min_size(s->frame[draw(s, s->frames)], s->len) : 0;
}

static void fill(struct mutation *s, size_t from, size_t len)
{
	for (; len--; from++)
		s->data[from] = draw(s, 256);
}

/* Make room for @size bytes. Returns how many there are. */
static size_t open_gap(struct mutation *s, size_t at, size_t size)
{
	size = min_size(size, s->room + OVERLONG - s->len);
	memmove(s->data + at + size, s->data + at, s->len - at);
	s->len += size;
	return size;
}

static void change_byte(struct mutation *s)
{
	if (s->len)
		s->data[draw(s, s->len)] ^= 1 + draw(s, 255);
}

/* QMAP's headers, and the packet's */
static void change_header(struct mutation *s)
{
	size_t at = draw_frame(s) + draw(s, one_in(s, 2) ? 8 : 68);

	if (at >= s->len)
		return;
	if (one_in(s, 2))
		s->data[at] = draw(s, 256);
	else
		s->data[at] ^= 1 << draw(s, 8);
}

static void change_length(struct mutation *s)
{
	size_t at = draw_frame(s);
	uint16_t length = get_be16(s->data + at + 2);

	put_be16(s->data + at + 2, one_in(s, 2) ? draw(s, 65536) : length + draw(s, 17) - 8);
}

static void empty(struct mutation *s)
{
	put_be16(s->data + draw_frame(s) + 2, 0);
}

static void truncate_transfer(struct mutation *s)
{
	s->len = draw(s, s->len + 1);
}

static void extend(struct mutation *s)
{
	size_t more = draw(s, one_in(s, 8) ? OVERLONG : 64);

	fill(s, s->len, open_gap(s, s->len, more));
}

/* Full to the last byte, usually with a frame that is cut off there. */
static void fill_up(struct mutation *s)
{
	for (put_frames(s, FRAMES_MAX); s->len < s->room; )
		put_datagram(s, SEGMENT_MAX);
	s->len = s->room;
}

/* A payload as a distant attacker may choose it: frames and commands, again and again. */
static void forge_at(struct mutation *s, size_t from, size_t len)
{
	uint8_t forged[QMAP_HEADER + QMAP_COMMAND_SIZE] = { [QMAP_HEADER] = 0x45 };
	size_t i;

	if (one_in(s, 2))
		qmap_encode_command(forged, 0x80 + draw(s, 6), 1 + draw(s, 2), draw(s, UINT32_MAX));
	else
		qmap_encode(forged, AGGREGATION_QMAP, 0x80 + draw(s, 6), 1 + draw(s, 16), false);
	for (i = 0; i < len; i++)
		s->data[from + i] = forged[i % sizeof(forged)];
}

static void forge(struct mutation *s)
{
	size_t from = draw(s, s->len + 1);

	forge_at(s, from, min_size(draw(s, 2048), s->len - from));
}

/* Longer than the host's URB, with a forged frame where the URB ends. */
static void overrun_room(struct mutation *s)
{
	size_t from = s->room - draw(s, 64);

	for (put_frames(s, FRAMES_MAX); s->len <= s->room; )
		put_datagram(s, SEGMENT_MAX);
	extend(s);
	forge_at(s, from, s->len - from);
}

static void repeat_frame(struct mutation *s)
{
	size_t from = draw_frame(s), at = draw_frame(s), size;
	uint8_t copy[512];

	size = min_size(sizeof(copy), s->len - from);
	memcpy(copy, s->data + from, size);
	memcpy(s->data + at, copy, open_gap(s, at, size));
}

static void insert_header(struct mutation *s)
{
	size_t at = draw_frame(s), size = open_gap(s, at, 4 + draw(s, 5));

	fill(s, at, size);
	/* or hardly any would be in reach */
	if (size > 2)
		s->data[at + 2] = 0;
}

static void insert_command(struct mutation *s)
{
	uint8_t command[QMAP_HEADER + QMAP_COMMAND_SIZE];
	size_t at = draw_frame(s);

	qmap_encode_command(command, 0x80 + draw(s, 6), draw(s, 4), draw(s, UINT32_MAX));
	memcpy(s->data + at, command, open_gap(s, at, sizeof(command)));
}

static void remove_bytes(struct mutation *s)
{
	size_t at = draw(s, s->len + 1), size = min_size(1 + draw(s, 8), s->len - at);

	memmove(s->data + at, s->data + at + size, s->len - at - size);
	s->len -= size;
}

static void noise(struct mutation *s)
{
	s->len = draw(s, one_in(s, 8) ? s->room + 1 : 256);
	fill(s, 0, s->len);
}

static void mutate(struct mutation *s)
{
	static void (*const ways[])(struct mutation *s) = {
		change_byte, change_header, change_header, change_length, change_length, empty,
		truncate_transfer, extend, repeat_frame, insert_header, insert_command,
		remove_bytes, forge,
	};
	unsigned int times = 1 + draw(s, 3);

	if (one_in(s, 16))
		fill_up(s);
	if (one_in(s, 16))
		noise(s);
	if (one_in(s, 32))
		overrun_room(s);
	while (times--)
		ways[draw(s, ARRAY_SIZE(ways))](s);
}

/* In order of command */

static void next_transfer(struct modem *m)
{
	struct mutation *s = &mutation;

	if (!s->left) {
		m->downlink.source = NULL;
		return;
	}
	s->good = --s->left % 4 == 0;
	s->room = min_size(usb_first(m, m->usb.ep_in)->length, DOWNLINK_SIZE_MAX);
	put_frames(s, one_in(s, 32) ? FRAMES_MAX : 1 + draw(s, 6));
	if (!s->good)
		mutate(s);
	downlink_transfer(m, s->data, s->len, s->frames);
	stat_inc(m, mutate_transfers);
}

void mutate_start(struct modem *m, unsigned long count, uint32_t seed)
{
	mutation.m = m;
	mutation.left = count;
	mutation.seed = seed;
	mutation.state = 0x9e3779b97f4a7c15 ^ seed;
	memset(mutation.number, 0, sizeof(mutation.number));
	m->downlink.source = next_transfer;
}
