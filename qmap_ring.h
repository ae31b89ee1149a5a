/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings of USB transfers, one for each direction, and the buffers of the downlink's.
 */
#ifndef _QMAP_RING_H
#define _QMAP_RING_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define QMAP_POOL_BUFS		32	/* more buffers, while packets keep theirs */

struct qmap_modem;
struct urb;

/* A transfer lives while the netdev is open. */
struct qmap_xfer {
	struct list_head list;	/* of its ring, unless the host controller has it, or
				 * NAPI, or it is the aggregate being filled
				 */
	struct qmap_ring *ring;
	struct urb *urb;
	u8 *buf;		/* page-backed */
	unsigned int len;	/* bytes in it */
	unsigned int off;	/* downlink: of the next frame */
	unsigned int frames;	/* uplink: in it */
	bool raw;		/* downlink: one packet without QMAP header */
	bool closed;		/* uplink: takes nothing more */
};

struct qmap_ring {
	struct qmap_modem *modem;
	struct qmap_xfer *xfers;
	unsigned int count;	/* 0 while the netdev is down */
	unsigned int pipe;
	spinlock_t lock;	/* lists; hard interrupts take it too */
	struct list_head done;	/* completed, for NAPI */
	struct list_head idle;
	bool poisoned;		/* by stop or suspend: nothing can be submitted */
};

void qmap_ring_init(struct qmap_ring *ring, struct qmap_modem *modem);
int qmap_ring_alloc(struct qmap_ring *ring, unsigned int count, size_t size,
		    unsigned int pipe);
void qmap_ring_free(struct qmap_ring *ring);
void qmap_ring_unlink(struct qmap_ring *ring);
void qmap_ring_kill(struct qmap_ring *ring);
void qmap_ring_poison(struct qmap_ring *ring);
void qmap_ring_unpoison(struct qmap_ring *ring);
bool qmap_ring_clear_halt(struct qmap_ring *ring);
void qmap_ring_put_idle(struct qmap_xfer *xfer);
struct qmap_xfer *qmap_ring_next_done(struct qmap_ring *ring);
struct qmap_xfer *qmap_ring_next_idle(struct qmap_ring *ring);

/* A queue of buffers that packets may still keep parts of. */
struct qmap_bufs {
	u8 *buf[QMAP_POOL_BUFS];
	unsigned int first;
	unsigned int count;
};

struct qmap_pool {
	spinlock_t lock;	/* all */
	struct qmap_bufs bufs;
	unsigned int size;	/* bytes that a buffer has, or gets when it is renewed */
};

u8 *qmap_buf_alloc(size_t size, gfp_t gfp);
void qmap_buf_free(u8 *buf);
int qmap_bufs_alloc(struct qmap_bufs *bufs, unsigned int count, size_t size);
void qmap_bufs_free(struct qmap_bufs *bufs);
void qmap_pool_init(struct qmap_pool *pool);
void qmap_pool_swap(struct qmap_pool *pool, struct qmap_bufs *bufs,
		    unsigned int size);
bool qmap_pool_reserve(struct qmap_pool *pool);
int qmap_pool_renew_buf(struct qmap_pool *pool, struct qmap_xfer *xfer);

#endif
