// SPDX-License-Identifier: GPL-2.0-only
/*
 * qmap_gro.c with TCP of all kinds: an input is a recipe for a transfer.
 *
 * Each packet that a run becomes is cut again, by what GSO means, and that must give the frames
 * that went in, byte for byte. It must be made of as many frames as the reference would take:
 * one more is wrong on the far side of a router, one less is slow. And no transfer may keep the
 * driver busy for longer than it is worth: looks at frames are counted.
 */
#include <stdarg.h>

#include "../../qmap_skb.h"
#include "fuzz.h"
#include "recipe.h"
#include "segments.h"
#include "wrap.h"

static struct net_device ndev;
static unsigned int skip;
static bool no_skb, no_pages;
static unsigned int allocated, decoded;

/* What the driver calls */

static void *get(size_t size)
{
	allocated++;
	return allocate(size);
}

static void put(void *p)
{
	if (p)
		allocated--;
	free(p);
}

struct sk_buff *qmap_skb_copy(struct napi_struct *napi, struct net_device *dev, const u8 *data,
			      unsigned int len, bool has_header)
{
	const unsigned int headroom = 16;
	struct sk_buff *skb;

	if (napi || has_header)
		abort();
	if (no_skb)
		return NULL;
	skb = get(sizeof(*skb));
	memset(skb, 0, sizeof(*skb));
	skb->head = get(headroom + len);
	skb->data = skb->head + headroom;
	skb->len = len;
	skb->dev = dev;
	memcpy(skb->data, data, len);
	return skb;
}

struct page *dev_alloc_pages(unsigned int order)
{
	return no_pages ? NULL : get(PAGE_SIZE << order);
}

void *napi_alloc_frag(unsigned int size)
{
	return no_pages ? NULL : get(size);
}

void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int size,
		     unsigned int truesize)
{
	if (i || off || size < 0 || truesize < (unsigned int)size)
		abort();
	skb->shinfo.frag = page;
	skb->len += size;
	skb->data_len += size;
}

void kfree_skb(struct sk_buff *skb)
{
	put(skb->shinfo.frag);
	put(skb->head);
	put(skb);
}

enum qmap_counter __wrap_qmap_decode(const u8 *buf, unsigned int len, struct qmap_frame *frame)
{
	decoded++;
	return __real_qmap_decode(buf, len, frame);
}

/* What it made */

/* A transfer as the reference sees it, and where in it the driver is. */
struct scene {
	u8 *transfer;
	size_t len;
	struct ref_frame *frames;
	size_t n;
	size_t at;
};

static void print_scene(const struct scene *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct ref_frame *f = &s->frames[i];

		fprintf(stderr, "%s frame %zu at %zu, verdict %d, mux id %u%s\n",
			i == s->at ? ">" : " ", i, f->start, f->verdict, f->mux_id,
			f->csum_valid ? ", valid" : "");
		print_bytes("", s->transfer + f->packet, f->len);
	}
}

static void __attribute__((format(printf, 3, 4))) expect(bool ok, const struct scene *s,
							 const char *format, ...)
{
	va_list args;

	if (ok)
		return;
	print_scene(s);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	abort();
}

static void check_segment(const struct scene *s, const struct ref_gso *gso, size_t n,
			  size_t ip_len, bool trusted)
{
	const struct ref_frame *f = &s->frames[s->at + n];
	const u8 *packet = s->transfer + f->packet;
	static u8 segment[65536];
	size_t len = ref_segment(gso, n, segment);

	if (len == f->len && ref_same_segment(packet, segment, ip_len, len) &&
	    (ip_len == sizeof(struct ipv6hdr) || ref_ip_checksum_is_right(packet)) &&
	    (trusted || ref_tcp_checksum_is_right(packet, ip_len, len)))
		return;
	print_bytes("expected", packet, f->len);
	print_bytes("driver", segment, len);
	expect(false, s, "segment %zu of the packet is not what frame %zu was", n, s->at + n);
}

/* What whoever cuts it or computes its checksum goes by. */
static void check_marks(const struct scene *s, const struct sk_buff *skb, size_t ip_len,
			size_t count)
{
	const u8 *tcp = skb->data + ip_len;

	expect(skb->ip_summed == CHECKSUM_PARTIAL, s, "ip_summed is %u", skb->ip_summed);
	expect(skb->head + skb->csum_start == tcp && skb->csum_offset == 16, s,
	       "checksum at %u+%u", skb->csum_start, skb->csum_offset);
	expect(ref_same_sum(tcp[16] * 256 + tcp[17], ref_pseudo_sum(skb->data, ip_len, skb->len)),
	       s, "the pseudo header's sum is %02x%02x", tcp[16], tcp[17]);
	expect(skb->shinfo.gso_segs == count, s, "%u segments of %zu", skb->shinfo.gso_segs, count);
	expect(ip_len == 40 ? skb->shinfo.gso_type == SKB_GSO_TCPV6 :
			      (skb->shinfo.gso_type & ~SKB_GSO_TCP_FIXEDID) == SKB_GSO_TCPV4,
	       s, "GSO type %u", skb->shinfo.gso_type);
	expect(ip_len == 40 || ref_ip_checksum_is_right(skb->data), s, "wrong IP checksum");
	expect(!(skb->shinfo.gso_type & SKB_GSO_TCP_FIXEDID) || skb->data[6] & 0x40, s,
	       "fixed ids where fragments may be made");
}

static void check_packet(const struct scene *s, const struct sk_buff *skb, size_t count,
			 bool trusted)
{
	size_t n, ip_len = skb->data[0] >> 4 == 4 ? 20 : 40;
	struct ref_gso gso = {
		.header = skb->data, .header_len = skb->len - skb->data_len,
		.payload = page_address(skb->shinfo.frag), .payload_len = skb->data_len,
		.size = skb->shinfo.gso_size,
		.fixed_id = skb->shinfo.gso_type & SKB_GSO_TCP_FIXEDID,
	};

	expect(qmap_ip_len(skb->data, skb->len) == skb->len, s, "%u bytes, IP says %u", skb->len,
	       qmap_ip_len(skb->data, skb->len));
	expect((skb->data_len + gso.size - 1) / gso.size == count, s,
	       "%u bytes of data in %zu segments of %zu", skb->data_len, count, gso.size);
	for (n = 0; n < count; n++)
		check_segment(s, &gso, n, ip_len, trusted);
	check_marks(s, skb, ip_len, count);
}

/* How many frames should go together. */
static size_t expected_count(const struct scene *s, bool trusted)
{
	if (!(ndev.features & NETIF_F_GRO) || ndev.features & NETIF_F_GRO_FRAGLIST ||
	    no_skb || no_pages || skip)
		return 1;
	return ref_run(s->transfer, &s->frames[s->at], s->n - s->at, trusted);
}

static void check_frame(const struct scene *s, const struct qmap_frame *frame, size_t expected)
{
	const struct ref_frame *first = &s->frames[s->at], *last = first + expected - 1;
	size_t n, len = 0;

	expect(frame->count == expected, s, "expected a run of %zu, driver: %u", expected,
	       frame->count);
	for (n = 0; n < expected; n++)
		len += first[n].len;
	expect(frame->size == last->end - first->start && frame->len == len, s,
	       "expected %zu bytes in %zu, driver: %u in %u", len, last->end - first->start,
	       frame->len, frame->size);
}

static bool checksum_is_wrong(const struct scene *s, size_t n)
{
	const struct ref_frame *f = &s->frames[n];
	const u8 *packet = s->transfer + f->packet;

	return !ref_tcp_checksum_is_right(packet, packet[0] >> 4 == 4 ? 20 : 40, f->len);
}

/* The driver may give up on the rest of a run only where it has failed with it. */
static void check_skip(const struct scene *s, size_t count, unsigned int before)
{
	unsigned int skipped = skip;

	if (before) {
		expect(skipped == before - 1, s, "%u skipped, then %u", before, skipped);
		return;
	}
	expect(s->at + count + skipped <= s->n, s, "%u skipped are too many", skipped);
	expect(no_skb || no_pages || checksum_is_wrong(s, s->at + count) ||
	       (count == 1 && checksum_is_wrong(s, s->at)), s, "%u skipped without need", skipped);
}

/* As qmap_deliver_ip() does it. */
static void receive(const struct scene *s, struct qmap_frame *frame)
{
	struct sk_buff *skb = NULL;
	unsigned int before;
	size_t expected;

	if (!(ndev.features & NETIF_F_RXCSUM))
		frame->csum_valid = false;
	before = skip;
	expected = expected_count(s, frame->csum_valid);
	if (qmap_ip_protocol(frame->data, frame->len) == IPPROTO_TCP)
		skb = qmap_gro_rx(NULL, &ndev, frame, &skip);
	check_frame(s, frame, expected);
	if (before != skip)
		check_skip(s, expected, before);
	expect(!skb == (expected == 1), s, "a packet of %zu", expected);
	if (skb) {
		check_packet(s, skb, expected, frame->csum_valid);
		kfree_skb(skb);
	}
	expect(!allocated, s, "%u allocations left behind", allocated);
}

/* The loop is qmap_rx_walk(). */
static void walk(struct scene *s)
{
	struct qmap_frame frame;
	size_t off = 0;

	while (off < s->len) {
		expect(s->at < s->n && s->frames[s->at].start == off, s, "a frame at %zu", off);
		if (qmap_decode(s->transfer + off, s->len - off, &frame) == QMAP_RX_FRAMES)
			receive(s, &frame);
		s->at += frame.count;
		off = frame.size ? off + frame.size : s->len;
	}
}

static void make_world(uint8_t options)
{
	ndev.features = NETIF_F_GRO | NETIF_F_RXCSUM;
	if (options & RECIPE_NO_GRO)
		ndev.features &= ~NETIF_F_GRO;
	if (options & RECIPE_FRAGLIST)
		ndev.features |= NETIF_F_GRO_FRAGLIST;
	if (options & RECIPE_NO_RXCSUM)
		ndev.features &= ~NETIF_F_RXCSUM;
	no_skb = options & RECIPE_NO_SKB;
	no_pages = options & RECIPE_NO_PAGES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t dish[RECIPE_TRANSFER];
	struct scene s = { .at = 0 };

	if (!size)
		return 0;
	make_world(data[0]);
	if (data[0] & RECIPE_RAW) {
		s.len = size - 1;
		s.transfer = exact_copy(data + 1, s.len);
	} else {
		s.len = recipe_cook(data + 1, size - 1, dish);
		s.transfer = exact_copy(dish, s.len);
	}
	s.frames = allocate(REF_MOST_FRAMES(s.len) * sizeof(*s.frames));
	s.n = ref_decode(s.transfer, s.len, s.frames);
	skip = 0;
	decoded = 0;
	walk(&s);
	expect(decoded <= 3 * s.n, &s, "%zu frames were looked at %u times", s.n, decoded);
	free(s.frames);
	free(s.transfer);
	return 0;
}
