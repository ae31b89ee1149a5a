// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "reference.h"

/* Bytes are taken one after the other. One that is not there is zero, and remembered. */
struct cursor {
	const uint8_t *bytes;
	size_t len;
	size_t at;
	bool ran_out;
};

static void skip(struct cursor *c, size_t n)
{
	if (n > c->len - c->at) {
		c->ran_out = true;
		n = c->len - c->at;
	}
	c->at += n;
}

static unsigned int take(struct cursor *c)
{
	size_t at = c->at;

	skip(c, 1);
	return at < c->len ? c->bytes[at] : 0;
}

static unsigned int take_be16(struct cursor *c)
{
	unsigned int high = take(c);

	return high * 256 + take(c);
}

/* A command has no header but the first, whatever the bit for another says. */
static void take_frame(struct cursor *c, struct ref_frame *f)
{
	size_t start = c->at;
	unsigned int first = take(c), mux_id = take(c), length = take_be16(c), pad = first % 64;
	bool command = first >= 128, another = first / 64 % 2;
	unsigned int type = 4, flags = 0;

	if (another && !command) {
		type = take(c);
		flags = take(c);
		take_be16(c);
	}
	*f = (struct ref_frame){ .start = start, .packet = c->at };
	skip(c, length);
	if (c->ran_out) {
		*f = (struct ref_frame){ .verdict = REF_TRUNCATED, .start = start };
		return;
	}
	f->end = c->at;
	f->rest = c->len - c->at;
	f->pad = pad < length ? pad : length;
	f->len = length - f->pad;
	f->mux_id = mux_id;
	f->v5 = another && !command;
	f->csum_valid = flags >= 128;

	if (length == 0)
		f->verdict = REF_EMPTY;
	else if (f->len == 0)
		f->verdict = REF_BAD_PAD;
	else if (type != 4)
		f->verdict = REF_BAD_HEADER;
	else
		f->verdict = command ? REF_COMMAND : REF_PACKET;
}

size_t ref_decode(const uint8_t *transfer, size_t len, struct ref_frame *frames)
{
	struct cursor c = { .bytes = transfer, .len = len };
	size_t n = 0;

	while (c.at < len)
		take_frame(&c, &frames[n++]);
	return n;
}

size_t ref_encode(uint8_t *to, unsigned int mux_id, const uint8_t *packet, size_t len, bool v5,
		  bool csum)
{
	size_t pad = 0, n = 0;

	while ((len + pad) % 4)
		pad++;
	to[n++] = pad + (v5 ? 64 : 0);
	to[n++] = mux_id;
	to[n++] = (len + pad) / 256;
	to[n++] = (len + pad) % 256;
	if (v5) {
		to[n++] = 4;
		to[n++] = csum ? 128 : 0;
		to[n++] = 0;
		to[n++] = 0;
	}
	memcpy(to + n, packet, len);
	memset(to + n + len, 0, pad);
	return n + len + pad;
}

size_t ref_ip_len(const uint8_t *packet, size_t len)
{
	if (len >= 20 && packet[0] / 16 == 4)
		return packet[2] * 256 + packet[3];
	if (len >= 40 && packet[0] / 16 == 6)
		return 40 + packet[4] * 256 + packet[5];
	return 0;
}

unsigned int ref_ip_protocol(const uint8_t *packet, size_t len)
{
	if (len < 20)
		return 0;
	return packet[0] / 16 == 4 ? packet[9] : packet[6];
}
