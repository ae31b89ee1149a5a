// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the host to the modem: transfers are counted and completed at once, or at the pace of a
 * line that takes its time for each transfer and each byte.
 */
#include <err.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "../modem/ip.h"
#include "../modem/util.h"
#include "jobs.h"

#define ECHO_MAX	256	/* bytes of an echo */
#define QUEUE		1024	/* transfers or echoes that wait */
#define ECHO_REQUEST	8
#define FOREVER		UINT64_MAX

/* At once */

static void look_at_frames(struct work *w, const struct out_transfer *out)
{
	struct uplink_frame f = { .offset = 0 };
	unsigned int frames = 0;

	for (next_frame(out, &f); f.packet; next_frame(out, &f)) {
		frames++;
		w->result->bytes += f.len;
		if (w->job.verify && !checksum_is_right(&f))
			w->result->bad_checksums++;
	}
	count_transfer(w, out, frames);
}

static void take(void *arg, const struct out_transfer *out)
{
	struct work *w = arg;

	look_at_frames(w, out);
	port_complete_out(w->port, out->id, out->len);
}

void job_up(struct work *w)
{
	struct port *p = w->port;

	p->take = take;
	while (w->result->frames < w->job.frames) {
		if (!port_read(p, 0)) {
			w->result->stalled++;
			break;
		}
		atomic_store(&w->shared->last_arrival, now());
		port_flush(p);
	}
	w->result->end = now();
}

/*
 * A slow line
 *
 * A bulk endpoint's data crosses the bus as the modem accepts it: transfer after transfer, byte
 * after byte. A packet has reached the modem when its last byte has, and not when its transfer
 * ends.
 */

struct on_line {
	uint64_t end;
	uint32_t id, len, bytes, frames;
};

struct echo {
	uint64_t due;
	size_t len;
	uint8_t frame[ECHO_MAX];
};

struct line {
	struct work *w;
	struct on_line out[QUEUE];
	struct echo echo[QUEUE];
	unsigned int out_head, out_tail, echo_head, echo_tail;
	uint64_t free_at;		/* the transfers before are over */
};

static bool is_echo_request(const struct uplink_frame *f)
{
	return f->len <= ECHO_MAX - 8 && f->packet[9] == IPPROTO_IS_ICMP &&
	       f->packet[IP4_HEADER] == ECHO_REQUEST;
}

/* The same packet back: addresses change places, and the type is another. */
static void put_reply(struct echo *echo, const struct job *job, const struct uplink_frame *f)
{
	uint8_t *packet = echo->frame + frame_overhead(job);
	uint8_t *icmp = packet + IP4_HEADER;
	uint32_t sum;

	memcpy(packet, f->packet, f->len);
	memcpy(packet + 12, f->packet + 16, 4);
	memcpy(packet + 16, f->packet + 12, 4);
	icmp[0] = 0;
	sum = get_be16(icmp + 2) + (ECHO_REQUEST << 8);
	put_be16(icmp + 2, sum + (sum >> 16));
	echo->len = put_frame(echo->frame, job, 0, f->len);
}

static void queue_reply(struct line *line, const struct uplink_frame *f, uint64_t due)
{
	struct echo *echo = &line->echo[line->echo_tail++ % QUEUE];

	if (line->echo_tail - line->echo_head > QUEUE)
		errx(1, "too many echoes");
	echo->due = due;
	put_reply(echo, &line->w->job, f);
}

static void take_slowly(void *arg, const struct out_transfer *out)
{
	struct line *line = arg;
	const struct job *job = &line->w->job;
	struct on_line *o = &line->out[line->out_tail++ % QUEUE];
	struct uplink_frame f = { .offset = 0 };
	uint64_t begin = now();

	if (line->out_tail - line->out_head > QUEUE)
		errx(1, "too many transfers");
	if (begin < line->free_at)
		begin = line->free_at;
	*o = (struct on_line){ .id = out->id, .len = out->len };
	for (next_frame(out, &f); f.packet; next_frame(out, &f)) {
		o->frames++;
		o->bytes += f.len;
		if (is_echo_request(&f))
			queue_reply(line, &f, begin + (uint64_t)f.offset * job->per_byte);
	}
	o->end = begin + job->per_urb + (uint64_t)out->len * job->per_byte;
	line->free_at = o->end;
	if (!line->w->result->begin)
		line->w->result->begin = begin;
}

static bool forget(void *arg, uint32_t id)
{
	struct line *line = arg;
	unsigned int i, j;

	for (i = line->out_head; i != line->out_tail; i++) {
		if (line->out[i % QUEUE].id != id)
			continue;
		for (j = i; j + 1 != line->out_tail; j++)
			line->out[j % QUEUE] = line->out[(j + 1) % QUEUE];
		line->out_tail--;
		return true;
	}
	return false;
}

static void complete_due(struct line *line, uint64_t time)
{
	struct result *r = line->w->result;
	struct out_transfer out = { .len = 0 };
	struct on_line *o;

	for (; line->out_head != line->out_tail; line->out_head++) {
		o = &line->out[line->out_head % QUEUE];
		if (o->end > time)
			break;
		out.len = o->len;
		count_transfer(line->w, &out, o->frames);
		r->bytes += o->bytes;
		r->end = o->end;
		port_complete_out(line->w->port, o->id, o->len);
	}
}

static void reply_due(struct line *line, uint64_t time)
{
	struct echo *echo;

	for (; line->echo_head != line->echo_tail; line->echo_head++) {
		echo = &line->echo[line->echo_head % QUEUE];
		if (echo->due > time || !port_in_urbs(line->w->port))
			break;
		port_send(line->w->port, echo->frame, echo->len);
	}
}

static uint64_t next_event(const struct line *line)
{
	uint64_t next = FOREVER;

	if (line->out_head != line->out_tail)
		next = line->out[line->out_head % QUEUE].end;
	if (line->echo_head != line->echo_tail && line->echo[line->echo_head % QUEUE].due < next)
		next = line->echo[line->echo_head % QUEUE].due;
	return next;
}

/* False when the host's program has hung up. */
static bool wait_for_event(struct line *line)
{
	struct pollfd fds[2] = {
		{ line->w->port->fd, POLLIN, 0 }, { line->w->conn, POLLIN, 0 },
	};
	uint64_t next = next_event(line), time = now();
	uint64_t ns = next > time ? next - time : 0;
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	if (ppoll(fds, 2, next == FOREVER ? NULL : &ts, NULL) < 0)
		err(1, "ppoll");
	if (fds[0].revents)
		port_read(line->w->port, MSG_DONTWAIT);
	return !fds[1].revents;
}

void job_line(struct work *w)
{
	static struct line line;

	line = (struct line){ .w = w };
	w->port->arg = &line;
	w->port->take = take_slowly;
	w->port->forget = forget;
	while (wait_for_event(&line)) {
		complete_due(&line, now());
		reply_due(&line, now());
		port_flush(w->port);
	}
	complete_due(&line, FOREVER);
}
