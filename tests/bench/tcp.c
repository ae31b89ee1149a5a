// SPDX-License-Identifier: GPL-2.0-only
/*
 * The far end of a TCP connection by arithmetic: no payload is looked at and no timer runs but
 * that of a delayed ACK, so that nearly all of a row's cost is the host's. The host connects; then
 * either the modem sends inside the window that the host offers, or it acknowledges what the host
 * sends as a receiver by RFC 5681 and RFC 2018 does: each second full segment, and at once, with
 * SACK blocks, whatever is out of order.
 */
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>

#include "../modem/ip.h"
#include "../modem/util.h"
#include "jobs.h"

#define FIN		0x01
#define SYN		0x02
#define ACK		0x10
#define HEADER		32	/* with the timestamp option */
#define SEGMENTS_PER_ACK	2
#define WINDOW_SCALE	7
#define WINDOW		(4 << 20)		/* bytes that we offer */
#define OUR_ISN		1000000U
#define GAPS_MAX	64
#define SACK_BLOCKS	3			/* beside timestamps */
#define DUPLICATES	3
#define ANSWER_MAX	4096			/* bytes of a transfer with answers */
#define ANSWERS_SIZE	(1 << 20)
#define FRAME_MAX	(IP4_HEADER + 60 + 8)

/* Received out of order; the newest is told first. */
struct range {
	uint32_t begin, end;
};

struct segment {
	uint32_t seq, ack, len;		/* len: of the payload */
	uint32_t window, tsval;
	uint8_t flags, scale;
};

struct tcp {
	struct work *w;
	bool sending;			/* the modem is */
	bool established;
	uint32_t mss;			/* payload of a full segment */
	uint32_t address, far_address;
	uint16_t port, far_port;
	uint32_t rcv_nxt, tsval;	/* of the host */
	uint8_t scale;
	/* receiving */
	uint32_t first;			/* its first byte's number */
	uint32_t unacked;		/* bytes in order since the last ACK */
	bool ack_now;
	struct range range[GAPS_MAX];
	unsigned int ranges;
	struct range duplicate;		/* for D-SACK (RFC 2883); empty if begin == end */
	/* sending */
	uint32_t snd_una, snd_nxt, snd_max, duplicates, recover;
	uint32_t edge;			/* of the window that the host offers */
	uint8_t transfer[WINDOW_MAX][TRANSFER_MAX];
	unsigned int frames;		/* of a transfer */
	/* Answers: the transfer that is filled is the last in the memory that a flush frees. */
	uint8_t answers[ANSWERS_SIZE];
	size_t answer, answer_len;
};

static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

static uint32_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t sum16(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (; len; len -= 2, p += 2)
		sum += get_be16(p);
	return sum;
}

/* Segments for the host. All payload is zero, so only headers are summed up. */

/* Everything that never changes. */
static void put_headers(const struct tcp *t, uint8_t *packet, unsigned int header, size_t payload)
{
	uint8_t *tcp = packet + IP4_HEADER;

	memset(packet, 0, IP4_HEADER + 20);
	packet[0] = 0x45;
	put_be16(packet + 2, IP4_HEADER + header + payload);
	packet[6] = 0x40;
	packet[8] = 64;
	packet[9] = IPPROTO_IS_TCP;
	put_be32(packet + 12, t->far_address);
	put_be32(packet + 16, t->address);
	put_be16(packet + 10, ~fold(sum16(packet, IP4_HEADER)));
	put_be16(tcp, t->far_port);
	put_be16(tcp + 2, t->port);
	tcp[12] = header / 4 << 4;
}

static void put_timestamps(const struct tcp *t, uint8_t *option, uint32_t time)
{
	put_be32(option, 0x0101080a);
	put_be32(option + 4, time);
	put_be32(option + 8, t->tsval);
}

static void put_checksum(uint8_t *packet, unsigned int header, size_t payload)
{
	uint8_t *tcp = packet + IP4_HEADER;
	uint64_t sum = sum16(packet + 12, 8) + IPPROTO_IS_TCP + header + payload;

	put_be16(tcp + 16, 0);
	put_be16(tcp + 16, ~fold(sum + sum16(tcp, header)));
}

static void put_state(const struct tcp *t, uint8_t *packet, uint32_t seq, uint8_t flags,
		      uint32_t window)
{
	uint8_t *tcp = packet + IP4_HEADER;

	put_be32(tcp + 4, seq);
	put_be32(tcp + 8, t->rcv_nxt);
	tcp[13] = flags;
	put_be16(tcp + 14, window);
}

/* An answer is a frame of its own in the transfer that answers this transfer. */
static uint8_t *answer_packet(struct tcp *t)
{
	return t->answers + t->answer + t->answer_len + frame_overhead(&t->w->job);
}

static void send_answers(struct tcp *t)
{
	if (!t->answer_len || !port_in_urbs(t->w->port))
		return;
	port_send(t->w->port, t->answers + t->answer, t->answer_len);
	t->answer += t->answer_len;
	t->answer_len = 0;
}

static void add_answer(struct tcp *t, unsigned int header)
{
	const struct job *job = &t->w->job;

	put_checksum(answer_packet(t), header, 0);
	t->answer_len += put_frame(t->answers + t->answer + t->answer_len, job, 0,
				   IP4_HEADER + header);
	if (t->answer_len + FRAME_MAX > ANSWER_MAX)
		send_answers(t);
	if (t->answer + t->answer_len + FRAME_MAX > ANSWERS_SIZE)
		errx(1, "too many answers");
}

static void flush(struct tcp *t)
{
	port_flush(t->w->port);
	memmove(t->answers, t->answers + t->answer, t->answer_len);
	t->answer = 0;
}

static void answer_syn(struct tcp *t)
{
	uint8_t *packet = answer_packet(t), *options = packet + IP4_HEADER + 20;

	put_headers(t, packet, 44, 0);
	put_state(t, packet, OUR_ISN, SYN | ACK, 65535);
	put_timestamps(t, options, now() / 1000000);
	put_be32(options + 12, 0x01030300 | WINDOW_SCALE);
	put_be32(options + 16, 0x01010402);	/* SACK permitted */
	put_be32(options + 20, 0x02040000 | (t->mss + HEADER - 20));
	add_answer(t, 44);
}

/* The option's bytes, for what there is to tell. */
static unsigned int put_sack(const struct tcp *t, uint8_t *option)
{
	struct range block[SACK_BLOCKS];
	unsigned int i, n = 0;

	if (t->duplicate.begin != t->duplicate.end)
		block[n++] = t->duplicate;
	for (i = 0; i < t->ranges && n < SACK_BLOCKS; i++)
		block[n++] = t->range[i];
	if (!n)
		return 0;
	put_be32(option, 0x01010500 | (2 + 8 * n));
	for (i = 0; i < n; i++) {
		put_be32(option + 4 + 8 * i, block[i].begin);
		put_be32(option + 8 + 8 * i, block[i].end);
	}
	return 4 + 8 * n;
}

static void answer_ack(struct tcp *t, uint8_t flags)
{
	uint8_t *packet = answer_packet(t), *options = packet + IP4_HEADER + 20;
	unsigned int header = HEADER + put_sack(t, options + 12);

	put_headers(t, packet, header, 0);
	put_timestamps(t, options, now() / 1000000);
	put_state(t, packet, t->snd_nxt, flags, WINDOW >> WINDOW_SCALE);
	add_answer(t, header);
	t->unacked = 0;
	t->ack_now = false;
	t->duplicate = (struct range){ 0, 0 };
}

/* What the host sends */

static void parse_options(const uint8_t *tcp, struct segment *s)
{
	const uint8_t *p = tcp + 20, *end = tcp + (tcp[12] >> 4) * 4;

	while (p < end && *p) {
		if (*p == 1) {
			p++;
			continue;
		}
		if (p + 1 >= end || p[1] < 2)
			return;
		if (p[0] == 3)
			s->scale = p[2];
		else if (p[0] == 8)
			s->tsval = get_be32(p + 2);
		p += p[1];
	}
}

static void parse(const struct uplink_frame *f, struct segment *s)
{
	const uint8_t *tcp = f->packet + IP4_HEADER;
	unsigned int header = (tcp[12] >> 4) * 4;

	*s = (struct segment){
		.seq = get_be32(tcp + 4), .ack = get_be32(tcp + 8), .flags = tcp[13],
		.window = get_be16(tcp + 14), .len = f->len - IP4_HEADER - header,
	};
	/* as every stack lays it out once a connection stands */
	if (header >= HEADER && get_be32(tcp + 20) == 0x0101080a)
		s->tsval = get_be32(tcp + 24);
	else
		parse_options(tcp, s);
}

static void take_syn(struct tcp *t, const struct uplink_frame *f, const struct segment *s)
{
	t->address = get_be32(f->packet + 12);
	t->far_address = get_be32(f->packet + 16);
	t->port = get_be16(f->packet + IP4_HEADER);
	t->far_port = get_be16(f->packet + IP4_HEADER + 2);
	t->rcv_nxt = s->seq + 1;
	t->first = t->rcv_nxt;
	t->tsval = s->tsval;
	t->scale = s->scale;
	t->snd_una = OUR_ISN + 1;
	t->snd_nxt = t->snd_una;
	t->snd_max = t->snd_una;
	t->recover = t->snd_una;
	t->edge = t->snd_una;
	answer_syn(t);
}

/* Receiving */

static void drop_range(struct tcp *t, unsigned int i)
{
	for (t->ranges--; i < t->ranges; i++)
		t->range[i] = t->range[i + 1];
}

/* A segment ahead of the gap: joined with what it touches, and put first. */
static void keep_range(struct tcp *t, uint32_t begin, uint32_t end)
{
	struct range new = { begin, end };
	unsigned int i;

	for (i = 0; i < t->ranges;) {
		if (after(t->range[i].begin, new.end) > 0 ||
		    after(new.begin, t->range[i].end) > 0) {
			i++;
			continue;
		}
		if (after(new.begin, t->range[i].begin) > 0)
			new.begin = t->range[i].begin;
		if (after(t->range[i].end, new.end) > 0)
			new.end = t->range[i].end;
		drop_range(t, i);
	}
	if (t->ranges == GAPS_MAX)
		errx(1, "more than %d gaps", GAPS_MAX);
	for (i = t->ranges++; i; i--)
		t->range[i] = t->range[i - 1];
	t->range[0] = new;
}

/* What lay behind the gap is in order now. */
static void close_gaps(struct tcp *t)
{
	unsigned int i;

	for (i = 0; i < t->ranges;) {
		if (after(t->range[i].begin, t->rcv_nxt) > 0) {
			i++;
			continue;
		}
		if (after(t->range[i].end, t->rcv_nxt) > 0)
			t->rcv_nxt = t->range[i].end;
		drop_range(t, i);
		i = 0;
	}
}

static void take_out_of_order(struct tcp *t, const struct segment *s)
{
	t->ack_now = true;
	if (after(s->seq, t->rcv_nxt) > 0) {
		t->w->result->out_of_order++;
		keep_range(t, s->seq, s->seq + s->len);
		return;
	}
	t->w->result->retransmitted += s->len;
	t->duplicate = (struct range){ s->seq, s->seq + s->len };
}

static bool ack_is_due(const struct tcp *t)
{
	return t->unacked >= SEGMENTS_PER_ACK * t->mss;
}

static void take_data(struct tcp *t, const struct segment *s)
{
	if (s->seq != t->rcv_nxt)
		take_out_of_order(t, s);
	if (after(s->seq + s->len, t->rcv_nxt) <= 0 || after(s->seq, t->rcv_nxt) > 0)
		return;
	t->unacked += s->seq + s->len - t->rcv_nxt;
	t->rcv_nxt = s->seq + s->len;
	t->tsval = s->tsval;
	if (t->ranges) {
		close_gaps(t);
		t->ack_now = true;
	}
	if (!t->w->job.gro && ack_is_due(t))
		t->ack_now = true;
}

/* Sending */

static void take_ack(struct tcp *t, const struct segment *s)
{
	uint32_t edge = s->ack + (s->window << t->scale);

	/* A window never shrinks; an ACK that was overtaken tells an old one. */
	if (after(edge, t->edge) > 0)
		t->edge = edge;
	if (after(s->ack, t->snd_una) > 0) {
		t->snd_una = s->ack;
		if (after(t->snd_una, t->snd_nxt) > 0)
			t->snd_nxt = t->snd_una;
		t->duplicates = 0;
		return;
	}
	if (s->ack != t->snd_una || s->len || t->snd_una == t->snd_max)
		return;
	/* From the gap on again, but once for each window. */
	if (++t->duplicates == DUPLICATES && after(t->snd_una, t->recover) >= 0) {
		t->recover = t->snd_max;
		t->snd_nxt = t->snd_una;
	}
}

static void take_segment(struct tcp *t, const struct uplink_frame *f)
{
	struct segment s;

	if (t->w->job.verify && !checksum_is_right(f))
		t->w->result->bad_checksums++;
	parse(f, &s);
	if (s.flags & SYN) {
		take_syn(t, f, &s);
		return;
	}
	if (t->sending)
		take_ack(t, &s);
	t->established = true;
	if (s.len)
		take_data(t, &s);
	if (s.flags & FIN && s.seq + s.len == t->rcv_nxt) {
		t->rcv_nxt++;
		answer_ack(t, ACK | FIN);
	} else if (t->ack_now) {
		answer_ack(t, ACK);
	}
}

static void take(void *arg, const struct out_transfer *out)
{
	struct tcp *t = arg;
	struct uplink_frame f = { .offset = 0 };
	unsigned int frames = 0;

	for (next_frame(out, &f); f.packet; next_frame(out, &f)) {
		frames++;
		if (f.packet[9] == IPPROTO_IS_TCP)
			take_segment(t, &f);
	}
	if (ack_is_due(t))
		answer_ack(t, ACK);
	count_transfer(t->w, out, frames);
	port_complete_out(t->w->port, out->id, out->len);
	send_answers(t);
}

/* The transfers of a window, but for what changes with each. */
static void build_transfers(struct tcp *t)
{
	const struct job *job = &t->w->job;
	unsigned int i, frame;
	uint8_t *p;

	memset(t->transfer, 0, sizeof(t->transfer));
	t->frames = frames_per_transfer(job);
	for (i = 0; i < job->window; i++)
		for (frame = 0, p = t->transfer[i]; frame < t->frames; frame++) {
			put_headers(t, p + frame_overhead(job), HEADER, t->mss);
			p += put_frame(p, job, 0, job->packet);
		}
}

static void send_transfer(struct tcp *t, unsigned int i, unsigned int frames)
{
	const struct job *job = &t->w->job;
	unsigned int size = frame_overhead(job) + align4(job->packet);
	uint8_t *packet = t->transfer[i] + frame_overhead(job);
	uint32_t time = now() / 1000000;
	unsigned int n;

	for (n = 0; n < frames; n++, packet += size) {
		put_timestamps(t, packet + IP4_HEADER + 20, time);
		put_state(t, packet, t->snd_nxt, ACK, WINDOW >> WINDOW_SCALE);
		put_checksum(packet, HEADER, t->mss);
		t->snd_nxt += t->mss;
	}
	port_send(t->w->port, t->transfer[i], frames * size);
	if (after(t->snd_max, t->snd_nxt) > 0)
		t->w->result->retransmitted += frames * t->mss;
	else
		t->snd_max = t->snd_nxt;
}

/* The number of the first byte that may not be sent: first all that is skipped. */
static uint32_t end_of_data(const struct tcp *t)
{
	const struct job *job = &t->w->job;

	return OUR_ISN + 1 + (t->w->result->begin ? job->frames : job->skip) * t->mss;
}

/* Full transfers while the window has room for one. */
static void send_data(struct tcp *t)
{
	const struct job *job = &t->w->job;
	uint32_t end = end_of_data(t), full = t->frames * t->mss, room, left;
	unsigned int i;

	room = min_size(job->window * full, t->edge - t->snd_una);
	for (i = 0; i < job->window && port_in_urbs(t->w->port); i++) {
		left = min_size(full, end - t->snd_nxt);
		if (!left || t->snd_nxt - t->snd_una + left > room)
			return;
		send_transfer(t, i, left / t->mss);
	}
}

/* The measurement begins when the host has read what is skipped, with nothing under way: the stack
 * acknowledges before the program reads, and what lies in its queue is most of the work.
 */
static void begin_measured(struct tcp *t)
{
	struct result *r = t->w->result;

	if (r->begin || t->snd_una != end_of_data(t))
		return;
	wait_for_sink(t->w, t->w->job.skip);
	r->idle_begin = idle_time();
	r->begin = now();
}

static void check_progress(struct tcp *t)
{
	const struct job *job = &t->w->job;
	struct result *r = t->w->result;
	uint32_t segments = (t->rcv_nxt - t->first) / t->mss;

	if (!t->sending && !r->end && segments >= job->frames)
		r->end = now();
}

/* Nothing came for a while: an ACK is due, or what we sent is lost. */
static bool wait_is_over(struct tcp *t)
{
	struct result *r = t->w->result;

	if (!t->sending && t->unacked) {
		answer_ack(t, ACK);
		send_answers(t);
		flush(t);
		return false;
	}
	t->snd_nxt = t->snd_una;
	if (t->sending && t->frames)
		send_data(t);
	flush(t);
	return ++r->stalled > STALLS_MAX;
}

static bool is_over(const struct tcp *t)
{
	const struct job *job = &t->w->job;

	if (t->sending)
		return t->snd_una - OUR_ISN - 1 == job->frames * t->mss;
	return t->w->result->end;
}

void job_tcp(struct work *w)
{
	static struct tcp tcp;
	struct tcp *t = &tcp;

	memset(t, 0, sizeof(*t));
	t->w = w;
	t->sending = w->job.kind == JOB_DOWN_TCP;
	t->mss = w->job.packet - IP4_HEADER - HEADER;
	w->port->take = take;
	w->port->arg = t;
	while (!is_over(t)) {
		if (!port_read(w->port, 0)) {
			if (wait_is_over(t))
				return;
			continue;
		}
		send_answers(t);
		check_progress(t);
		if (t->sending && t->established) {
			if (!t->frames)
				build_transfers(t);
			begin_measured(t);
			send_data(t);
		}
		flush(t);
	}
}
