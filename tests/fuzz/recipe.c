// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "recipe.h"
#include "segments.h"

#define MOST_HEADER	(40 + 60)
#define MOST_FRAMING	(8 + 7)

struct flow {
	uint8_t header[MOST_HEADER];	/* of the next segment */
	size_t ip_len;
	size_t header_len;
	size_t size;
	size_t last;		/* bytes of data in the segment before */
	uint8_t kind;
	uint8_t mux_id;
};

struct kitchen {
	const uint8_t *recipe;
	size_t left;
	struct flow flows[2];
	unsigned int flow;
	uint8_t *to;
	size_t len;
};

static const uint8_t ip4[20] = {
	0x45, 0, 0, 0, 0xff, 0xfe, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
};

static const uint8_t ip6[40] = {
	0x60, 0, 0, 0, 0, 0, 6, 64, 0xfd, [23] = 1, [24] = 0xfd, [39] = 2,
};

/* Its sequence numbers run over before long. */
static const uint8_t tcp[20] = {
	0x14, 0x51, 0xc0, 0, 0xff, 0xff, 0xff, 0xe0, 0, 0, 1, 0, 0x50, 0x10, 0x10, 0,
};

static uint8_t next(struct kitchen *k)
{
	if (!k->left)
		return 0;
	k->left--;
	return *k->recipe++;
}

static void begin_flow(struct flow *f, uint8_t kind, size_t size, uint8_t mux_id)
{
	size_t options = (kind & FLOW_OPTIONS) / 2 * 12;
	bool v6 = kind & FLOW_IP6;
	uint8_t *th;

	f->kind = kind;
	f->size = size;
	f->last = size;
	f->mux_id = mux_id;
	f->ip_len = v6 ? sizeof(ip6) : sizeof(ip4);
	f->header_len = f->ip_len + sizeof(tcp) + options;
	memcpy(f->header, v6 ? ip6 : ip4, f->ip_len);
	if (!v6 && kind & FLOW_FRAGMENT)
		f->header[6] = 0;
	th = f->header + f->ip_len;
	memcpy(th, tcp, sizeof(tcp));
	memset(th + sizeof(tcp), 1, options); /* each a NOP */
	th[12] += options / 4 * 16;
}

static void add(uint8_t *at, size_t bytes, unsigned int n)
{
	while (bytes--) {
		n += at[bytes];
		at[bytes] = n;
		n >>= 8;
	}
}

static uint8_t bits(struct kitchen *k)
{
	uint8_t what = next(k);

	return what < 0x80 ? 1 << what % 8 : what;
}

static void flip(struct kitchen *k, uint8_t *at, size_t len)
{
	size_t offset = next(k);

	at[offset % len] ^= bits(k);
}

/* Sequence numbers go on as the header has it, which may have been edited. */
static void go_on(struct flow *f, size_t len)
{
	size_t header = f->ip_len + f->header[f->ip_len + 12] / 16 * 4;

	add(f->header + f->ip_len + 4, 4, len > header ? len - header : 0);
	if (f->ip_len == 20 && !(f->kind & FLOW_SAME_ID))
		add(f->header + 4, 2, 1);
}

static size_t put_segment(struct flow *f, uint8_t *packet, size_t size)
{
	size_t i, len = f->header_len + size, ip_length = f->ip_len == 20 ? len : len - 40;

	memcpy(packet, f->header, f->header_len);
	add(packet + (f->ip_len == 20 ? 2 : 4), 2, ip_length);
	for (i = f->header_len; i < len; i++)
		packet[i] = 37 * (i + f->header[f->ip_len + 7]);
	go_on(f, len);
	f->last = size;
	return len;
}

/* Return: bytes that the frame has grown by. */
static int pad_more(uint8_t *frame, int n)
{
	add(frame, 1, n);
	add(frame + 2, 2, n);
	return n;
}

static size_t put_frame(struct kitchen *k, const struct flow *f, const uint8_t *packet, size_t len,
			bool is_odd)
{
	uint8_t *to = k->to + k->len, how = is_odd ? next(k) : 0;
	bool v5 = !(f->kind & FLOW_V5) != !(how & FRAME_OTHER_VERSION);
	size_t size = ref_encode(to, f->mux_id, packet, len, v5, f->kind & FLOW_VALID);

	memset(to + size, 0, 4);
	if (how & FRAME_BARE)
		size += pad_more(to, -(to[0] % 4));
	if (how & FRAME_PADDED)
		size += pad_more(to, 4);
	if (is_odd)
		to[(how & FRAME_OFFSET) % (v5 ? 8 : 4)] ^= bits(k);
	return size;
}

static struct flow *choose_flow(struct kitchen *k, uint8_t what)
{
	struct flow *f;

	k->flow ^= what & SEGMENT_OTHER_FLOW;
	f = &k->flows[k->flow];
	if (what & SEGMENT_NEW_FLOW) {
		uint8_t kind = next(k), size = next(k);

		begin_flow(f, kind, size * 4, next(k));
		if (kind & FLOW_EDIT)
			flip(k, f->header, f->header_len);
	}
	return f;
}

static size_t choose_size(struct kitchen *k, const struct flow *f)
{
	size_t size = next(k);

	return size < 0x80 ? size : f->size + size % 8 - (f->size < 4 ? 0 : 4);
}

static void leave_gap(struct flow *f)
{
	add(f->header + f->ip_len + 4, 4, f->last < f->size ? f->size - f->last : 1);
}

/* Return: false if there is no room for any more. */
static bool cook_segment(struct kitchen *k)
{
	uint8_t packet[MOST_HEADER + 1028], what = next(k);
	struct flow *f = choose_flow(k, what);
	size_t len, size = what & SEGMENT_SIZE ? choose_size(k, f) : f->size;

	if (what & SEGMENT_LATE)
		leave_gap(f);
	len = put_segment(f, packet, size);
	if (what & SEGMENT_EDIT)
		flip(k, packet, len);
	if (what & SEGMENT_PUSH)
		packet[f->ip_len + 13] |= 0x08;
	ref_put_checksums(packet, f->ip_len, len);
	if (what & SEGMENT_DAMAGE)
		flip(k, packet, len);
	if (k->len + len + MOST_FRAMING > RECIPE_TRANSFER)
		return false;
	k->len += put_frame(k, f, packet, len, what & SEGMENT_FRAME);
	return true;
}

size_t recipe_cook(const uint8_t *recipe, size_t len, uint8_t *to)
{
	struct kitchen k = { .recipe = recipe, .left = len, .to = to };

	begin_flow(&k.flows[0], FLOW_V5, 8, 0x81);
	begin_flow(&k.flows[1], FLOW_IP6 | FLOW_V5, 8, 0x82);
	while (k.left && cook_segment(&k))
		;
	return k.len;
}
