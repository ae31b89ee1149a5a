// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of transfers, one for each direction.
 *
 * A transfer is allocated when the netdev opens and freed when it stops;
 * nothing is allocated in between. Its completion, which may run in any
 * context, only puts it on its ring's done list and schedules NAPI.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/usb.h>
#include <linux/usb/usbnet.h>

static void put(struct qmap_xfer *xfer, struct list_head *list)
{
	unsigned long flags;

	spin_lock_irqsave(&xfer->ring->lock, flags);
	list_add_tail(&xfer->list, list);
	spin_unlock_irqrestore(&xfer->ring->lock, flags);
}

static void xfer_complete(struct urb *urb)
{
	struct qmap_xfer *xfer = urb->context;
	struct qmap_ring *ring = xfer->ring;

	put(xfer, &ring->done);

	/* Host controllers that complete in process context would leave the
	 * softirq pending until the next interrupt.
	 */
	if (in_task() && !irqs_disabled()) {
		local_bh_disable();
		napi_schedule(&ring->modem->napi);
		local_bh_enable();
	} else {
		napi_schedule(&ring->modem->napi);
	}
}

static u8 *buf_alloc(size_t size)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN,
					get_order(size));

	return page ? page_address(page) : NULL;
}

static void buf_free(u8 *buf)
{
	if (buf)
		put_page(virt_to_page(buf));
}

static int xfer_alloc(struct qmap_xfer *xfer, struct qmap_ring *ring,
		      unsigned int pipe)
{
	xfer->ring = ring;
	xfer->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!xfer->urb)
		return -ENOMEM;

	xfer->buf = buf_alloc(ring->size);
	if (!xfer->buf) {
		usb_free_urb(xfer->urb);
		return -ENOMEM;
	}
	usb_fill_bulk_urb(xfer->urb, ring->modem->usbnet->udev, pipe,
			  xfer->buf, ring->size, xfer_complete, xfer);
	list_add_tail(&xfer->list, &ring->idle);
	return 0;
}

static void xfer_free(struct qmap_xfer *xfer)
{
	buf_free(xfer->buf);
	usb_free_urb(xfer->urb);
}

/**
 * qmap_ring_alloc() - make the transfers of a ring, all idle
 * @ring: an empty ring
 * @count: transfers
 * @size: bytes of each buffer
 * @pipe: bulk pipe
 *
 * Context: process.
 * Return: 0, or -ENOMEM with the ring empty.
 */
int qmap_ring_alloc(struct qmap_ring *ring, unsigned int count, size_t size,
		    unsigned int pipe)
{
	ring->xfers = kcalloc(count, sizeof(*ring->xfers), GFP_KERNEL);
	if (!ring->xfers)
		return -ENOMEM;

	ring->poisoned = false;
	ring->size = size;
	for (ring->count = 0; ring->count < count; ring->count++) {
		if (xfer_alloc(&ring->xfers[ring->count], ring, pipe)) {
			qmap_ring_free(ring);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * qmap_ring_free() - free the transfers of a ring
 * @ring: poisoned, with NAPI and recovery off
 */
void qmap_ring_free(struct qmap_ring *ring)
{
	while (ring->count)
		xfer_free(&ring->xfers[--ring->count]);
	while (ring->spares)
		buf_free(ring->spare[--ring->spares]);
	kfree(ring->xfers);
	ring->xfers = NULL;
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}

static void exchange_spares(struct qmap_ring *ring, u8 **spare, size_t size)
{
	unsigned int i;

	spin_lock_irq(&ring->lock);
	for (i = 0; i < QMAP_RX_RING; i++)
		swap(ring->spare[i], spare[i]);
	ring->spares = ring->count;
	ring->size = size;
	spin_unlock_irq(&ring->lock);
}

/**
 * qmap_ring_resize() - provide buffers of another size
 * @ring: of QMAP_RX_RING transfers, or empty
 * @size: bytes
 *
 * Each transfer takes its new buffer in qmap_ring_fit().
 *
 * Context: process, rtnl.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int qmap_ring_resize(struct qmap_ring *ring, size_t size)
{
	u8 *spare[QMAP_RX_RING] = { };
	unsigned int i;
	int err = 0;

	for (i = 0; i < ring->count && !err; i++) {
		spare[i] = buf_alloc(size);
		if (!spare[i])
			err = -ENOMEM;
	}
	if (!err)
		exchange_spares(ring, spare, size);

	/* what an earlier change has left, or this one could not complete */
	for (i = 0; i < QMAP_RX_RING; i++)
		buf_free(spare[i]);
	return err;
}

/**
 * qmap_ring_fit() - bring a transfer's buffer to the size that is wanted
 * @xfer: on no list
 *
 * Context: any.
 */
void qmap_ring_fit(struct qmap_xfer *xfer)
{
	struct qmap_ring *ring = xfer->ring;
	unsigned long flags;
	u8 *old = NULL;

	if (likely(xfer->urb->transfer_buffer_length == READ_ONCE(ring->size)))
		return;

	spin_lock_irqsave(&ring->lock, flags);
	if (ring->spares) {
		old = xfer->buf;
		xfer->buf = ring->spare[--ring->spares];
		ring->spare[ring->spares] = NULL;
		xfer->urb->transfer_buffer = xfer->buf;
		xfer->urb->transfer_buffer_length = ring->size;
	}
	spin_unlock_irqrestore(&ring->lock, flags);
	buf_free(old);
}

/**
 * qmap_ring_kill() - take back all transfers
 * @ring: the ring
 *
 * Context: process. They may be submitted again at once.
 */
void qmap_ring_kill(struct qmap_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++)
		usb_kill_urb(ring->xfers[i].urb);
}

/**
 * qmap_ring_poison() - take back all transfers, let none be submitted
 * @ring: the ring
 *
 * Context: process. What had completed before is still on the done list.
 */
void qmap_ring_poison(struct qmap_ring *ring)
{
	unsigned int i;

	WRITE_ONCE(ring->poisoned, true);
	for (i = 0; i < ring->count; i++)
		usb_poison_urb(ring->xfers[i].urb);
}

/**
 * qmap_ring_unpoison() - let transfers be submitted again
 * @ring: the ring
 */
void qmap_ring_unpoison(struct qmap_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++)
		usb_unpoison_urb(ring->xfers[i].urb);
	WRITE_ONCE(ring->poisoned, false);
}

/**
 * qmap_ring_park() - put a transfer on its ring's idle list
 * @xfer: on no list
 *
 * Context: any.
 */
void qmap_ring_park(struct qmap_xfer *xfer)
{
	put(xfer, &xfer->ring->idle);
}

static struct qmap_xfer *take(struct qmap_ring *ring, struct list_head *list)
{
	struct qmap_xfer *xfer;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	xfer = list_first_entry_or_null(list, struct qmap_xfer, list);
	if (xfer)
		list_del(&xfer->list);
	spin_unlock_irqrestore(&ring->lock, flags);
	return xfer;
}

/**
 * qmap_ring_next_done() - take the transfer that completed first
 * @ring: the ring
 *
 * Context: any.
 * Return: a transfer that is now on no list, or NULL.
 */
struct qmap_xfer *qmap_ring_next_done(struct qmap_ring *ring)
{
	return take(ring, &ring->done);
}

/**
 * qmap_ring_next_idle() - take an idle transfer
 * @ring: the ring
 *
 * Context: any.
 * Return: a transfer that is now on no list, or NULL.
 */
struct qmap_xfer *qmap_ring_next_idle(struct qmap_ring *ring)
{
	return take(ring, &ring->idle);
}

/**
 * qmap_ring_init() - once, when the modem is bound
 * @ring: the ring
 * @modem: the owner
 */
void qmap_ring_init(struct qmap_ring *ring, struct qmap_modem *modem)
{
	ring->modem = modem;
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}
