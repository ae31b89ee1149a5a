// SPDX-License-Identifier: GPL-2.0-only
/* UDP from the modem to the host: the same transfer again and again. */
#include <sys/socket.h>
#include <unistd.h>

#include "../modem/ip.h"
#include "../modem/util.h"
#include "jobs.h"

struct down {
	struct work *w;
	uint8_t transfer[TRANSFER_MAX];
	uint8_t last[TRANSFER_MAX];
	size_t len, last_len;		/* of a transfer; of the last one */
	unsigned int frames, last_frames;
	uint32_t sent;			/* frames */
};

static size_t build(struct down *d, unsigned int frames)
{
	const struct job *job = &d->w->job;
	unsigned int i, link;
	size_t len = 0;

	for (i = 0; i < frames; i++) {
		link = i % job->links;
		ip_put_udp4(d->transfer + len + frame_overhead(job), FAR_ADDRESS(link),
			    HOST_ADDRESS(link), UDP_PORT, UDP_PORT, job->packet - UDP4_HEADERS);
		len += put_frame(d->transfer + len, job, link, job->packet);
	}
	return len;
}

static void down_init(struct down *d, struct work *w)
{
	const struct job *job = &w->job;

	d->w = w;
	d->sent = 0;
	memset(d->transfer, 0, sizeof(d->transfer));
	d->frames = frames_per_transfer(job);
	d->last_frames = (job->frames - 1) % d->frames + 1;
	d->len = build(d, d->frames);
	memcpy(d->last, d->transfer, sizeof(d->last));
	d->last_len = d->len / d->frames * d->last_frames;
	/* A packet that was damaged in the air, which nobody has vouched for. */
	if (job->verify && !job->v5)
		d->last[d->last_len - 1] ^= 1;
}

/* So many transfers may follow. */
static unsigned int credit(struct down *d)
{
	const struct job *job = &d->w->job;
	unsigned int ahead;

	if (!job->window)
		return WINDOW_MAX;
	/* Without a sink a transfer is consumed when it comes back as another URB. */
	if (!job->sink)
		return job->window;
	ahead = d->sent - atomic_load(&d->w->shared->consumed);
	return job->window - min_size(job->window, (ahead + d->frames - 1) / d->frames);
}

static void send_one(struct down *d)
{
	uint32_t left = d->w->job.frames - d->sent;
	bool last = left <= d->frames;

	port_send(d->w->port, last ? d->last : d->transfer, last ? d->last_len : d->len);
	d->sent += last ? left : d->frames;
}

/* Half of the window opens at once, so that transfers come in groups. */
static void wait_for_credit(struct down *d)
{
	const struct job *job = &d->w->job;
	unsigned int ahead = job->window / 2 * d->frames;

	if (job->window && job->sink)
		wait_for_sink(d->w, d->sent > ahead ? d->sent - ahead : 0);
}

static void begin_here(struct down *d)
{
	if (!d->w->result->begin && d->sent >= d->w->job.skip)
		d->w->result->begin = now();
}

/* The last transfers have come back when all URBs of the driver are here. */
static void wait_for_urbs(struct down *d, unsigned int urbs)
{
	while (port_in_urbs(d->w->port) < urbs && port_read(d->w->port, 0))
		;
	d->w->result->end = now();
}

void job_down(struct work *w)
{
	static struct down d;
	struct port *p = w->port;
	unsigned int n, urbs;

	while (port_read(p, MSG_DONTWAIT))
		;
	urbs = port_in_urbs(p);
	down_init(&d, w);
	while (d.sent < w->job.frames && w->result->stalled < STALLS_MAX) {
		begin_here(&d);
		if (!port_in_urbs(p) && !port_read(p, 0)) {
			w->result->stalled++;
			return;
		}
		for (n = credit(&d); n && port_in_urbs(p) && d.sent < w->job.frames; n--) {
			send_one(&d);
			w->result->transfers++;
		}
		port_flush(p);
		if (!n)
			wait_for_credit(&d);
	}
	if (!w->job.sink)
		wait_for_urbs(&d, urbs);
}
