// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of transfers, one for each direction.
 *
 * A transfer is allocated when the netdev opens and freed when it stops. Its
 * completion, which may run in any context, only puts it on its ring's done list
 * and schedules NAPI.
 */
#include "qmap_wwan.h"

#include <linux/slab.h>

static void qmap_ring_put(struct qmap_xfer *xfer, struct list_head *list)
{
	unsigned long flags;

	spin_lock_irqsave(&xfer->ring->lock, flags);
	list_add_tail(&xfer->list, list);
	spin_unlock_irqrestore(&xfer->ring->lock, flags);
}

static void qmap_ring_complete(struct urb *urb)
{
	struct qmap_xfer *xfer = urb->context;
	struct qmap_ring *ring = xfer->ring;

	qmap_ring_put(xfer, &ring->done);

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

static int qmap_ring_alloc_xfer(struct qmap_ring *ring, struct qmap_xfer *xfer,
				size_t size)
{
	xfer->ring = ring;
	xfer->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!xfer->urb)
		return -ENOMEM;

	xfer->buf = qmap_buf_alloc(size, GFP_KERNEL);
	if (!xfer->buf) {
		usb_free_urb(xfer->urb);
		return -ENOMEM;
	}
	usb_fill_bulk_urb(xfer->urb, ring->modem->usbnet->udev, ring->pipe,
			  xfer->buf, size, qmap_ring_complete, xfer);
	list_add_tail(&xfer->list, &ring->idle);
	return 0;
}

static void qmap_ring_free_xfer(struct qmap_xfer *xfer)
{
	qmap_buf_free(xfer->buf);
	usb_free_urb(xfer->urb);
}

/* Makes idle transfers with buffers of @size bytes. Context: process.
 *
 * Return: 0, or -ENOMEM with the ring empty.
 */
int qmap_ring_alloc(struct qmap_ring *ring, unsigned int count, size_t size,
		    unsigned int pipe)
{
	ring->xfers = kcalloc(count, sizeof(*ring->xfers), GFP_KERNEL);
	if (!ring->xfers)
		return -ENOMEM;

	ring->poisoned = false;
	ring->pipe = pipe;
	for (ring->count = 0; ring->count < count; ring->count++) {
		if (qmap_ring_alloc_xfer(ring, &ring->xfers[ring->count], size)) {
			qmap_ring_free(ring);
			return -ENOMEM;
		}
	}
	return 0;
}

/* @ring: poisoned, with NAPI and recovery off */
void qmap_ring_free(struct qmap_ring *ring)
{
	while (ring->count)
		qmap_ring_free_xfer(&ring->xfers[--ring->count]);
	kfree(ring->xfers);
	ring->xfers = NULL;
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}

/* Asks for all transfers back and waits for none. Context: any, without ring.lock:
 * some may complete meanwhile.
 */
void qmap_ring_unlink(struct qmap_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++)
		usb_unlink_urb(ring->xfers[i].urb);
}

/* Takes back all transfers, while nobody submits any. They may be submitted again at
 * once. Context: process.
 *
 * All are asked for before one is waited for: xhci_hcd stops the endpoint for
 * several at once then, and what it has no memory to take back it takes back with
 * the next.
 */
void qmap_ring_kill(struct qmap_ring *ring)
{
	unsigned int i;

	qmap_ring_unlink(ring);
	for (i = 0; i < ring->count; i++)
		usb_kill_urb(ring->xfers[i].urb);
}

/* Takes back all transfers and lets none be submitted. What had completed before
 * is still on the done list. Context: process.
 */
void qmap_ring_poison(struct qmap_ring *ring)
{
	unsigned int i;

	/* URBs count how often they are blocked */
	if (ring->poisoned)
		return;
	WRITE_ONCE(ring->poisoned, true);
	for (i = 0; i < ring->count; i++)
		usb_block_urb(ring->xfers[i].urb);
	qmap_ring_kill(ring);
}

void qmap_ring_unpoison(struct qmap_ring *ring)
{
	unsigned int i;

	if (!ring->poisoned)
		return;
	for (i = 0; i < ring->count; i++)
		usb_unblock_urb(ring->xfers[i].urb);
	WRITE_ONCE(ring->poisoned, false);
}

/* Brings a halted endpoint back to life. What was in flight is lost. Context: process.
 *
 * Return: false if the modem was not even asked, because memory is short or it is
 * suspended. The recovery comes again then.
 */
bool qmap_ring_clear_halt(struct qmap_ring *ring)
{
	int err;

	qmap_ring_kill(ring);
	err = usb_clear_halt(ring->modem->usbnet->udev, ring->pipe);
	if (err != -ENOMEM && err != -EHOSTUNREACH)
		return true;
	qmap_schedule_recovery(ring->modem, QMAP_RETRY_MSECS);
	return false;
}

/* @xfer: on no list. Context: any. */
void qmap_ring_put_idle(struct qmap_xfer *xfer)
{
	qmap_ring_put(xfer, &xfer->ring->idle);
}

static struct qmap_xfer *qmap_ring_take(struct qmap_ring *ring,
					struct list_head *list)
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

/* Return: the transfer that completed first, now on no list, or NULL. */
struct qmap_xfer *qmap_ring_next_done(struct qmap_ring *ring)
{
	return qmap_ring_take(ring, &ring->done);
}

struct qmap_xfer *qmap_ring_next_idle(struct qmap_ring *ring)
{
	return qmap_ring_take(ring, &ring->idle);
}

void qmap_ring_init(struct qmap_ring *ring, struct qmap_modem *modem)
{
	ring->modem = modem;
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}
