// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers of transfers, and the pool from which the downlink renews them.
 *
 * Received packets may keep parts of a transfer's buffer. The transfer then goes
 * on with another one, and the buffer is used again when it is free.
 */
#include "qmap_ring.h"

#include <linux/mm.h>
#include <linux/usb.h>

u8 *qmap_buf_alloc(size_t size, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp | __GFP_COMP | __GFP_NOWARN,
					get_order(size));

	return page ? page_address(page) : NULL;
}

void qmap_buf_free(u8 *buf)
{
	if (buf)
		put_page(virt_to_page(buf));
}

static bool qmap_buf_is_kept(const u8 *buf)
{
	return page_ref_count(virt_to_page(buf)) > 1;
}

static void push_first(struct qmap_bufs *bufs, u8 *buf)
{
	bufs->first = (bufs->first + QMAP_POOL_BUFS - 1) % QMAP_POOL_BUFS;
	bufs->buf[bufs->first] = buf;
	bufs->count++;
}

static void push_last(struct qmap_bufs *bufs, u8 *buf)
{
	bufs->buf[(bufs->first + bufs->count++) % QMAP_POOL_BUFS] = buf;
}

static u8 *pop_first(struct qmap_bufs *bufs)
{
	u8 *buf = bufs->buf[bufs->first];

	bufs->first = (bufs->first + 1) % QMAP_POOL_BUFS;
	bufs->count--;
	return buf;
}

static bool first_is_free(const struct qmap_bufs *bufs)
{
	return bufs->count && !qmap_buf_is_kept(bufs->buf[bufs->first]);
}

/* Context: process. Return: 0, or -ENOMEM with fewer than @count. */
int qmap_bufs_alloc(struct qmap_bufs *bufs, unsigned int count, size_t size)
{
	u8 *buf;

	while (bufs->count < count) {
		buf = qmap_buf_alloc(size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		push_last(bufs, buf);
	}
	return 0;
}

void qmap_bufs_free(struct qmap_bufs *bufs)
{
	while (bufs->count)
		qmap_buf_free(pop_first(bufs));
}

/* Return: whether the first buffer is free. */
static bool qmap_pool_provide(struct qmap_pool *pool)
{
	struct qmap_bufs *bufs = &pool->bufs;
	u8 *buf = NULL;

	if (first_is_free(bufs))
		return true;
	if (bufs->count < QMAP_POOL_BUFS)
		buf = qmap_buf_alloc(pool->size, GFP_NOWAIT);
	if (buf)
		push_first(bufs, buf);
	else if (bufs->count)
		push_last(bufs, pop_first(bufs)); /* try another next time */
	return buf;
}

/* Sees that a buffer is free until qmap_pool_renew_buf() takes it, so packets may
 * keep the buffer of the transfer at hand. Context: NAPI. Return: whether one is free.
 */
bool qmap_pool_reserve(struct qmap_pool *pool)
{
	unsigned long flags;
	bool free;

	spin_lock_irqsave(&pool->lock, flags);
	free = qmap_pool_provide(pool);
	spin_unlock_irqrestore(&pool->lock, flags);
	return free;
}

static void qmap_pool_exchange(struct qmap_pool *pool, struct qmap_xfer *xfer)
{
	u8 *old = xfer->buf;

	xfer->buf = pop_first(&pool->bufs);
	xfer->urb->transfer_buffer = xfer->buf;
	if (xfer->urb->transfer_buffer_length == pool->size)
		push_last(&pool->bufs, old);
	else
		qmap_buf_free(old);
	xfer->urb->transfer_buffer_length = pool->size;
}

/* Gives a transfer, which is on no list, a buffer of the right size that no packet
 * keeps. Context: any.
 *
 * Return: 0, or -ENOMEM if its buffer may not be received into for now.
 */
int qmap_pool_renew_buf(struct qmap_pool *pool, struct qmap_xfer *xfer)
{
	unsigned long flags;
	int err = 0;

	if (likely(!qmap_buf_is_kept(xfer->buf) &&
		   xfer->urb->transfer_buffer_length == READ_ONCE(pool->size)))
		return 0;

	spin_lock_irqsave(&pool->lock, flags);
	if (qmap_pool_provide(pool))
		qmap_pool_exchange(pool, xfer);
	else
		err = -ENOMEM;
	spin_unlock_irqrestore(&pool->lock, flags);
	return err;
}

/* The pool gets @bufs, of @size bytes, and @bufs what was there. Context: process. */
void qmap_pool_swap(struct qmap_pool *pool, struct qmap_bufs *bufs,
		    unsigned int size)
{
	spin_lock_irq(&pool->lock);
	swap(pool->bufs, *bufs);
	WRITE_ONCE(pool->size, size);
	spin_unlock_irq(&pool->lock);
}

void qmap_pool_init(struct qmap_pool *pool)
{
	spin_lock_init(&pool->lock);
}
