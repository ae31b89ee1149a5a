// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of transfers, one for each direction.
 *
 * A transfer is allocated when the netdev opens and freed when it stops. Its
 * completion, which may run in any context, only puts it on its ring's done list
 * and schedules NAPI.
 *
 * Received packets may keep parts of a transfer's buffer. The transfer then goes
 * on with another one, and takes the buffer again when it is free.
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

static u8 *buf_alloc(size_t size, gfp_t gfp)
{
	struct page *page = alloc_pages(gfp | __GFP_COMP | __GFP_NOWARN,
					get_order(size));

	return page ? page_address(page) : NULL;
}

static void buf_free(u8 *buf)
{
	if (buf)
		put_page(virt_to_page(buf));
}

static bool is_kept(const u8 *buf)
{
	return page_ref_count(virt_to_page(buf)) > 1;
}

static void push_first(struct qmap_spares *spares, u8 *buf)
{
	spares->first = (spares->first + QMAP_RX_SPARES - 1) % QMAP_RX_SPARES;
	spares->buf[spares->first] = buf;
	spares->count++;
}

static void push_last(struct qmap_spares *spares, u8 *buf)
{
	spares->buf[(spares->first + spares->count++) % QMAP_RX_SPARES] = buf;
}

static u8 *pop_first(struct qmap_spares *spares)
{
	u8 *buf = spares->buf[spares->first];

	spares->first = (spares->first + 1) % QMAP_RX_SPARES;
	spares->count--;
	return buf;
}

static bool first_is_free(const struct qmap_spares *spares)
{
	return spares->count && !is_kept(spares->buf[spares->first]);
}

static void free_spares(struct qmap_spares *spares)
{
	while (spares->count)
		buf_free(pop_first(spares));
}

static int xfer_alloc(struct qmap_xfer *xfer, struct qmap_ring *ring,
		      unsigned int pipe)
{
	xfer->ring = ring;
	xfer->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!xfer->urb)
		return -ENOMEM;

	xfer->buf = buf_alloc(ring->size, GFP_KERNEL);
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
	free_spares(&ring->spares);
	kfree(ring->xfers);
	ring->xfers = NULL;
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}

/* Return: whether the first spare is free. */
static bool provide_spare(struct qmap_ring *ring)
{
	struct qmap_spares *spares = &ring->spares;
	u8 *buf = NULL;

	if (first_is_free(spares))
		return true;
	if (spares->count < QMAP_RX_SPARES)
		buf = buf_alloc(ring->size, GFP_NOWAIT);
	if (buf)
		push_first(spares, buf);
	else if (spares->count)
		push_last(spares, pop_first(spares)); /* try another next time */
	return buf;
}

/**
 * qmap_ring_reserve() - see that a spare buffer is free
 * @ring: downlink
 *
 * It stays free until qmap_ring_fit() takes it, so packets may keep the buffer of
 * the transfer at hand.
 *
 * Context: NAPI.
 * Return: whether there is one.
 */
bool qmap_ring_reserve(struct qmap_ring *ring)
{
	unsigned long flags;
	bool free;

	spin_lock_irqsave(&ring->lock, flags);
	free = provide_spare(ring);
	spin_unlock_irqrestore(&ring->lock, flags);
	return free;
}

static void exchange_buf(struct qmap_xfer *xfer)
{
	struct qmap_ring *ring = xfer->ring;
	u8 *old = xfer->buf;

	xfer->buf = pop_first(&ring->spares);
	xfer->urb->transfer_buffer = xfer->buf;
	if (xfer->urb->transfer_buffer_length == ring->size)
		push_last(&ring->spares, old);
	else
		buf_free(old);
	xfer->urb->transfer_buffer_length = ring->size;
}

/**
 * qmap_ring_fit() - give a transfer a buffer of the size that is wanted and that
 *		     no packet keeps
 * @xfer: downlink, on no list
 *
 * Context: any.
 * Return: 0, or -ENOMEM if its buffer may not be received into for now.
 */
int qmap_ring_fit(struct qmap_xfer *xfer)
{
	struct qmap_ring *ring = xfer->ring;
	unsigned long flags;
	int err = 0;

	if (likely(!is_kept(xfer->buf) &&
		   xfer->urb->transfer_buffer_length == READ_ONCE(ring->size)))
		return 0;

	spin_lock_irqsave(&ring->lock, flags);
	if (provide_spare(ring))
		exchange_buf(xfer);
	else
		err = -ENOMEM;
	spin_unlock_irqrestore(&ring->lock, flags);
	return err;
}

/**
 * qmap_ring_unlink() - ask for all transfers back, wait for none
 * @ring: the ring
 *
 * Context: any, without the lock of @ring: some may complete meanwhile.
 */
void qmap_ring_unlink(struct qmap_ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->count; i++)
		usb_unlink_urb(ring->xfers[i].urb);
}

/**
 * qmap_ring_kill() - take back all transfers
 * @ring: the ring; nobody submits any meanwhile
 *
 * All are asked for before one is waited for: xhci_hcd stops the endpoint for
 * several at once then, and what it has no memory to take back it takes back with
 * the next.
 *
 * Context: process. They may be submitted again at once.
 */
void qmap_ring_kill(struct qmap_ring *ring)
{
	unsigned int i;

	qmap_ring_unlink(ring);
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

	/* URBs count how often they are blocked */
	if (ring->poisoned)
		return;
	WRITE_ONCE(ring->poisoned, true);
	for (i = 0; i < ring->count; i++)
		usb_block_urb(ring->xfers[i].urb);
	qmap_ring_kill(ring);
}

/**
 * qmap_ring_unpoison() - let transfers be submitted again
 * @ring: the ring
 */
void qmap_ring_unpoison(struct qmap_ring *ring)
{
	unsigned int i;

	if (!ring->poisoned)
		return;
	for (i = 0; i < ring->count; i++)
		usb_unblock_urb(ring->xfers[i].urb);
	WRITE_ONCE(ring->poisoned, false);
}

static int alloc_spares(struct qmap_spares *spares, unsigned int count, size_t size)
{
	u8 *buf;

	while (spares->count < count) {
		buf = buf_alloc(size, GFP_KERNEL);
		if (!buf)
			return -ENOMEM;
		push_last(spares, buf);
	}
	return 0;
}

/**
 * qmap_ring_resize() - provide buffers of another size
 * @ring: of QMAP_RX_RING transfers
 * @size: bytes
 *
 * Each transfer takes its new buffer in qmap_ring_fit(). All are back before the
 * first is submitted anew: none has the old size then. And QEMU's xHCI forgets
 * what else is in its ring when one is taken back, so a new one between the old
 * would be lost, and the ring would stand still from there.
 *
 * Context: process, rtnl, the device is awake.
 * Return: 0, or -ENOMEM with nothing changed.
 */
int qmap_ring_resize(struct qmap_ring *ring, size_t size)
{
	struct qmap_spares spares = { };
	int err;

	err = alloc_spares(&spares, ring->count, size);
	if (!err) {
		qmap_ring_poison(ring);
		spin_lock_irq(&ring->lock);
		swap(ring->spares, spares);
		ring->size = size;
		spin_unlock_irq(&ring->lock);
		qmap_ring_unpoison(ring);
	}
	/* what was there before, or did not suffice */
	free_spares(&spares);
	return err;
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
