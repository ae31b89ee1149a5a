/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DOWNLINK_H
#define DOWNLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "loop.h"

struct call;
struct modem;

#define DOWNLINK_SIZE_MAX	65536
#define PACKET_MAX		65535

/* A transfer that is ready to be sent. */
struct transfer {
	struct transfer *next;
	unsigned int frames;
	size_t len;
	uint8_t data[];
};

struct downlink {
	/* The aggregate being built; a packet that was too much for it lies behind its end. */
	uint8_t buf[DOWNLINK_SIZE_MAX + PACKET_MAX + 32];
	size_t len, spill;
	unsigned int frames;
	bool closed;			/* full, or waited long enough */
	unsigned int next_pdn;		/* whose turn it is */
	/* What goes before it, in order */
	struct transfer *queue, **tail;
	void (*source)(struct modem *m);	/* fills the queue when it is empty, or NULL */
	/* The transfer under way: of the queue, or else the aggregate */
	struct transfer *current;
	const uint8_t *data;
	size_t left;
	bool sending;
	bool zlp;			/* an empty transfer is owed */
	bool adrift;			/* the host cannot know where the next frame begins */
	bool forgetful;			/* see downlink_taken_back() */
	struct loop_timer hold;
	struct service service;
	struct fault fault;
	uint32_t commands;		/* transaction ids of QMAP commands */
};

void downlink_init(struct modem *m);
void downlink_reset(struct modem *m);

/* Send what can be sent. Called after each batch of events. */
void downlink_run(struct modem *m);
/*
 * The first URB, of @room bytes, is taken back. A forgetful host controller does not tell what it
 * has received.
 */
void downlink_taken_back(struct modem *m, size_t room);
/* Send the aggregate even if it is not full. */
void downlink_close(struct modem *m);

/*
 * Frame the packet at @frame + downlink_overhead() in the format agreed on. Returns the frame's
 * size.
 */
size_t downlink_encode(struct modem *m, uint8_t *frame, const struct call *call, size_t len);
size_t downlink_overhead(const struct modem *m);

/* Send these bytes as one transfer. */
void downlink_transfer(struct modem *m, const void *data, size_t len, unsigned int frames);
/* Send one packet (an answer of the modem itself) in a transfer of its own. */
void downlink_packet(struct modem *m, const struct call *call, const uint8_t *packet, size_t len);
/* Ask the host to stop or go on sending for a mux id. */
void downlink_flow(struct modem *m, uint8_t mux_id, bool enable);

#endif
