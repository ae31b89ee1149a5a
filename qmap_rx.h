/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Downlink: from transfers to the stack.
 */
#ifndef _QMAP_RX_H
#define _QMAP_RX_H

#include "qmap_agg.h"
#include "qmap_ring.h"

struct qmap_link;
struct sk_buff;

/* What follows @pool belongs to NAPI, unless it says otherwise. */
struct qmap_rx {
	struct qmap_ring ring;	/* with the host controller whenever possible */
	struct qmap_pool pool;
	struct qmap_xfer *current_xfer;	/* being walked */
	bool halted;		/* the endpoint is; set by NAPI, cleared by the recovery and stop */
	bool resync;		/* what comes next is the rest of something */
	u32 burst_len;		/* bytes since the last short packet, if more than a buffer */
	u32 wanted_size;	/* bytes that buffers would need; the recovery reads it */
	unsigned long grow_failed;	/* jiffies; set by the recovery */
	unsigned int gro_skip;	/* frames to come that are in no run for sure */
	struct list_head rx_links;	/* with packets of this poll that bypass GRO */
	bool udp_to_gro;	/* UDP does not; decided for each poll */
	bool udp_held;		/* GRO may still have some of it */
	unsigned long udp_wanted;	/* jiffies when GRO last took an interest in UDP */
	unsigned long udp_probed;	/* ... when it last had the choice */
};

/* qmap_rx.c */
void qmap_rx_init(struct qmap_modem *modem);
int qmap_rx_start(struct qmap_modem *modem);
void qmap_rx_stop(struct qmap_modem *modem);
void qmap_rx_refill(struct qmap_modem *modem, gfp_t gfp);
int qmap_rx_poll(struct qmap_modem *modem, int budget);
void qmap_rx_clear_halt(struct qmap_modem *modem);
void qmap_rx_grow(struct qmap_modem *modem);
int qmap_rx_resize(struct qmap_modem *modem, u32 size);

/* qmap_command.c */
enum qmap_counter qmap_command_rx(struct qmap_modem *modem,
				  const struct qmap_frame *frame);

/* qmap_deliver.c */
void qmap_deliver_init(struct qmap_rx *rx);
void qmap_deliver_begin(struct qmap_rx *rx);
enum qmap_counter qmap_deliver_frame(struct qmap_link *link,
				     struct qmap_frame *frame);
void qmap_deliver_end(struct qmap_rx *rx);
void qmap_deliver_complete(struct qmap_modem *modem);

#endif
