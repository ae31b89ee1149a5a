/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JOBS_H
#define JOBS_H

#include "bench.h"
#include "port.h"

#define TRANSFER_MAX		32768
#define WINDOW_MAX		64
#define DELAYED_ACK_MSECS	40
#define STALLS_MAX		5	/* seconds without progress that end a job */

/* A job that the modem has in hand. */
struct work {
	struct job job;
	struct port *port;
	struct shared *shared;
	struct result *result;
	int conn;		/* to the host's program; it hangs up to end the job */
};

/* Sleep until the sink has read so many packets. */
void wait_for_sink(struct work *w, uint32_t wanted);

void job_down(struct work *w);
void job_up(struct work *w);
void job_line(struct work *w);
void job_tcp(struct work *w);

/* frames.c */

/* A frame of the uplink; the walk stops with a @packet of NULL. */
struct uplink_frame {
	const uint8_t *packet;
	uint32_t len;		/* of the packet, as IP tells it */
	uint32_t offset;	/* where it ends in the transfer */
	bool compute;		/* QMAPv5: the modem shall fill in the checksum */
};

void next_frame(const struct out_transfer *out, struct uplink_frame *frame);
unsigned int frames_per_transfer(const struct job *job);
unsigned int frame_overhead(const struct job *job);
/* Headers before the packet at @frame + frame_overhead(). The frame's size. */
unsigned int put_frame(uint8_t *frame, const struct job *job, unsigned int link, unsigned int len);
void count_transfer(struct work *w, const struct out_transfer *out, unsigned int frames);
bool checksum_is_right(const struct uplink_frame *frame);

#endif
