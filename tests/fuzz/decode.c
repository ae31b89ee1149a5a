// SPDX-License-Identifier: GPL-2.0-only
/*
 * qmap_agg.c with any bytes: an input is a downlink transfer.
 *
 * The driver and the reference must see the same frames in it. The packets of these go through
 * the uplink's encoder, which must write what the reference writes, and come back.
 */
#include "../../qmap_agg.h"
#include "fuzz.h"

static const char * const names[] = {
	[REF_PACKET] = "packet", [REF_COMMAND] = "command", [REF_TRUNCATED] = "truncated",
	[REF_EMPTY] = "empty", [REF_BAD_PAD] = "bad pad", [REF_BAD_HEADER] = "bad header",
};

static enum ref_verdict in_our_words(enum qmap_counter verdict)
{
	switch (verdict) {
	case QMAP_RX_FRAMES:
		return REF_PACKET;
	case QMAP_RX_COMMANDS:
		return REF_COMMAND;
	case QMAP_RX_TRUNCATED:
		return REF_TRUNCATED;
	case QMAP_RX_EMPTY:
		return REF_EMPTY;
	case QMAP_RX_BAD_PAD:
		return REF_BAD_PAD;
	case QMAP_RX_BAD_HEADER:
		return REF_BAD_HEADER;
	default:
		fprintf(stderr, "verdict %d\n", verdict);
		abort();
	}
}

/* The loop is qmap_rx_walk(). */
static size_t driver_decode(const u8 *transfer, size_t len, struct ref_frame *frames)
{
	struct qmap_frame frame;
	size_t off = 0, n = 0;

	while (off < len) {
		enum qmap_counter verdict = qmap_decode(transfer + off, len - off, &frame);
		struct ref_frame *f = &frames[n++];

		*f = (struct ref_frame){ .verdict = in_our_words(verdict), .start = off };
		off = frame.size ? off + frame.size : len;
		if (verdict == QMAP_RX_TRUNCATED)
			continue;
		f->packet = frame.data - transfer;
		f->len = frame.len;
		f->pad = frame.pad;
		f->end = off;
		f->rest = frame.left;
		f->mux_id = frame.mux_id;
		f->v5 = frame.v5;
		f->csum_valid = frame.csum_valid;
	}
	return n;
}

static void print_frames(const char *whose, const struct ref_frame *f, size_t n)
{
	fprintf(stderr, "%s: %zu frames\n", whose, n);
	for (; n--; f++) {
		fprintf(stderr, "  %5zu %-10s packet %zu+%zu+%zu end %zu rest %zu", f->start,
			names[f->verdict], f->packet, f->len, f->pad, f->end, f->rest);
		fprintf(stderr, " mux id %u%s%s\n", f->mux_id, f->v5 ? " v5" : "",
			f->csum_valid ? " valid" : "");
	}
}

static bool same_frame(const struct ref_frame *a, const struct ref_frame *b)
{
	return a->verdict == b->verdict && a->start == b->start && a->packet == b->packet &&
	       a->len == b->len && a->pad == b->pad && a->end == b->end && a->rest == b->rest &&
	       a->mux_id == b->mux_id && a->v5 == b->v5 && a->csum_valid == b->csum_valid;
}

static bool same_frames(const struct ref_frame *a, size_t n, const struct ref_frame *b, size_t m)
{
	size_t i;

	for (i = 0; n == m && i < n; i++)
		if (!same_frame(&a[i], &b[i]))
			return false;
	return n == m;
}

/* Aborts unless both see the same; returns how many frames that is. */
static size_t decode(const u8 *transfer, size_t len, struct ref_frame *expected)
{
	size_t size = REF_MOST_FRAMES(len) * sizeof(*expected);
	struct ref_frame *actual = allocate(size);
	size_t n = ref_decode(transfer, len, expected), m = driver_decode(transfer, len, actual);

	if (!same_frames(expected, n, actual, m)) {
		print_bytes("transfer", transfer, len);
		print_frames("expected", expected, n);
		print_frames("driver", actual, m);
		abort();
	}
	free(actual);
	return n;
}

static void check_number(const char *what, unsigned int expected, unsigned int actual,
			 const u8 *packet, size_t len)
{
	if (expected == actual)
		return;
	print_bytes("packet", packet, len);
	fprintf(stderr, "%s: expected %u, driver %u\n", what, expected, actual);
	abort();
}

/* The driver looks at IP headers where they are aligned. */
static void check_ip(const u8 *data, size_t len)
{
	u8 *packet = exact_copy(data, len);

	check_number("IP length", ref_ip_len(packet, len), qmap_ip_len(packet, len), packet, len);
	check_number("IP protocol", ref_ip_protocol(packet, len), qmap_ip_protocol(packet, len),
		     packet, len);
	free(packet);
}

/* What would be sent of it; a longer packet has no room in an uplink buffer. */
static bool fits(const struct ref_frame *f)
{
	return f->verdict == REF_PACKET && qmap_frame_size(f->len, f->v5) <= QMAP_TX_SIZE;
}

/* The bit that the modem sets downlink is the one that asks it uplink. */
static bool asks(const struct ref_frame *f)
{
	return f->mux_id & 1;
}

static size_t encode(u8 *to, const u8 *transfer, const struct ref_frame *f)
{
	unsigned int packet = qmap_encode(to, f->mux_id, f->len, f->v5, asks(f));

	memcpy(to + packet, transfer + f->packet, f->len);
	return qmap_frame_size(f->len, f->v5);
}

static void check_encoded(const u8 *transfer, const struct ref_frame *f)
{
	size_t size = qmap_frame_size(f->len, f->v5), expected_size;
	u8 *actual = allocate(size), *expected = allocate(f->len + 16);

	memset(actual, 0xa5, size);
	encode(actual, transfer, f);
	expected_size = ref_encode(expected, f->mux_id, transfer + f->packet, f->len, f->v5,
				   asks(f));
	if (size != expected_size || memcmp(actual, expected, size)) {
		print_bytes("expected", expected, expected_size);
		print_bytes("driver", actual, size);
		abort();
	}
	free(actual);
	free(expected);
}

static void check_returned(const u8 *transfer, const struct ref_frame *sent,
			   const u8 *aggregate, const struct ref_frame *back)
{
	if (back->verdict == REF_PACKET && back->len == sent->len &&
	    back->mux_id == sent->mux_id && back->v5 == sent->v5 &&
	    back->csum_valid == (sent->v5 && asks(sent)) &&
	    !memcmp(aggregate + back->packet, transfer + sent->packet, sent->len))
		return;
	print_frames("sent", sent, 1);
	print_frames("came back", back, 1);
	abort();
}

static void check_round_trip(const u8 *transfer, const struct ref_frame *frames, size_t n)
{
	size_t i, size = 0, end = 0, m = 0;
	struct ref_frame *back;
	u8 *aggregate;

	for (i = 0; i < n; i++)
		size += fits(&frames[i]) ? qmap_frame_size(frames[i].len, frames[i].v5) : 0;
	aggregate = allocate(size);
	back = allocate(REF_MOST_FRAMES(size) * sizeof(*back));
	for (i = 0; i < n; i++)
		if (fits(&frames[i]))
			end += encode(aggregate + end, transfer, &frames[i]);
	decode(aggregate, size, back);
	for (i = 0; i < n; i++)
		if (fits(&frames[i]))
			check_returned(transfer, &frames[i], aggregate, &back[m++]);
	free(back);
	free(aggregate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ref_frame *frames = allocate(REF_MOST_FRAMES(size) * sizeof(*frames));
	u8 *transfer = exact_copy(data, size);
	size_t i, n = decode(transfer, size, frames);

	for (i = 0; i < n; i++) {
		if (frames[i].verdict == REF_PACKET)
			check_ip(transfer + frames[i].packet, frames[i].len);
		if (fits(&frames[i]))
			check_encoded(transfer, &frames[i]);
	}
	check_round_trip(transfer, frames, n);
	free(transfer);
	free(frames);
	return 0;
}
