// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two rings of transfers.
 *
 * A transfer is allocated when the netdev opens and freed when it stops;
 * nothing is allocated in between. Its completion, which may run in any
 * context, only puts it on its ring's done list and schedules NAPI. All else
 * happens in the softirq of NAPI, or in the recovery work where it must sleep.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/usb.h>
#include <linux/usb/usbnet.h>

static void xfer_complete(struct urb *urb)
{
	struct qmap_xfer *xfer = urb->context;
	struct qmap_ring *ring = xfer->ring;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	list_add_tail(&xfer->list, &ring->done);
	spin_unlock_irqrestore(&ring->lock, flags);

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

static int xfer_alloc(struct qmap_xfer *xfer, struct qmap_ring *ring,
		      size_t size, unsigned int pipe)
{
	struct page *page;

	xfer->ring = ring;
	INIT_LIST_HEAD(&xfer->list);
	xfer->urb = usb_alloc_urb(0, GFP_KERNEL);
	if (!xfer->urb)
		return -ENOMEM;

	page = alloc_pages(GFP_KERNEL | __GFP_COMP, ring->order);
	if (!page) {
		usb_free_urb(xfer->urb);
		return -ENOMEM;
	}
	xfer->buf = page_address(page);
	usb_fill_bulk_urb(xfer->urb, ring->modem->usbnet->udev, pipe,
			  xfer->buf, size, xfer_complete, xfer);
	list_add_tail(&xfer->list, &ring->idle);
	return 0;
}

static void xfer_free(struct qmap_xfer *xfer)
{
	free_pages((unsigned long)xfer->buf, xfer->ring->order);
	usb_free_urb(xfer->urb);
}

/**
 * qmap_ring_alloc() - make the transfers of a ring, all idle
 * @ring: an empty ring
 * @count: transfers
 * @size: bytes of each buffer
 * @pipe: bulk pipe
 *
 * Context: process. Return: 0, or -ENOMEM with the ring empty.
 */
int qmap_ring_alloc(struct qmap_ring *ring, unsigned int count, size_t size,
		    unsigned int pipe)
{
	ring->xfers = kcalloc(count, sizeof(*ring->xfers), GFP_KERNEL);
	if (!ring->xfers)
		return -ENOMEM;

	ring->order = get_order(size);
	for (ring->count = 0; ring->count < count; ring->count++) {
		if (xfer_alloc(&ring->xfers[ring->count], ring, size, pipe)) {
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
	kfree(ring->xfers);
	ring->xfers = NULL;
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
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
}

/**
 * qmap_ring_park() - put a transfer on its ring's idle list
 * @xfer: on no list
 *
 * Context: any.
 */
void qmap_ring_park(struct qmap_xfer *xfer)
{
	unsigned long flags;

	spin_lock_irqsave(&xfer->ring->lock, flags);
	list_add_tail(&xfer->list, &xfer->ring->idle);
	spin_unlock_irqrestore(&xfer->ring->lock, flags);
}

static struct qmap_xfer *take(struct qmap_ring *ring, struct list_head *list)
{
	struct qmap_xfer *xfer;
	unsigned long flags;

	spin_lock_irqsave(&ring->lock, flags);
	xfer = list_first_entry_or_null(list, struct qmap_xfer, list);
	if (xfer)
		list_del_init(&xfer->list);
	spin_unlock_irqrestore(&ring->lock, flags);
	return xfer;
}

/**
 * qmap_ring_next_done() - take the transfer that completed first
 * @ring: the ring
 *
 * Context: any. Return: a transfer that is now on no list, or NULL.
 */
struct qmap_xfer *qmap_ring_next_done(struct qmap_ring *ring)
{
	return take(ring, &ring->done);
}

/**
 * qmap_ring_next_idle() - take an idle transfer
 * @ring: the ring
 *
 * Context: any. Return: a transfer that is now on no list, or NULL.
 */
struct qmap_xfer *qmap_ring_next_idle(struct qmap_ring *ring)
{
	return take(ring, &ring->idle);
}

/* napi_complete() and not napi_complete_done(): packets that GRO holds must
 * not outlast the poll, they may belong to a link that goes away.
 */
static int poll(struct napi_struct *napi, int budget)
{
	struct qmap_modem *modem = container_of(napi, struct qmap_modem, napi);
	int work;

	qmap_tx_poll(modem);
	work = qmap_rx_poll(modem, budget);
	if (work < budget)
		napi_complete(napi);
	return work;
}

static void recover(struct work_struct *work)
{
	struct qmap_modem *modem = container_of(to_delayed_work(work),
						struct qmap_modem, recovery);
	struct usb_interface *intf = modem->usbnet->intf;

	if (usb_autopm_get_interface(intf))
		return;
	qmap_rx_clear_halt(modem);
	qmap_tx_clear_halt(modem);
	qmap_rx_refill(modem, GFP_KERNEL);
	qmap_tx_kick(modem);
	usb_autopm_put_interface(intf);
}

/**
 * qmap_rings_recover() - have process context look after the rings
 * @modem: the modem
 * @msecs: pause before that, so that a persistent error does not spin
 *
 * Context: any.
 */
void qmap_rings_recover(struct qmap_modem *modem, unsigned int msecs)
{
	schedule_delayed_work(&modem->recovery, msecs_to_jiffies(msecs));
}

static void ring_init(struct qmap_ring *ring, struct qmap_modem *modem)
{
	ring->modem = modem;
	spin_lock_init(&ring->lock);
	INIT_LIST_HEAD(&ring->done);
	INIT_LIST_HEAD(&ring->idle);
}

/**
 * qmap_rings_init() - once, when the modem is bound
 * @modem: with @modem->ndev set
 */
void qmap_rings_init(struct qmap_modem *modem)
{
	ring_init(&modem->rx.ring, modem);
	ring_init(&modem->tx.ring, modem);
	qmap_tx_init(modem);
	INIT_DELAYED_WORK(&modem->recovery, recover);
	netif_napi_add(modem->ndev, &modem->napi, poll);
}

/**
 * qmap_rings_exit() - undo qmap_rings_init()
 * @modem: its rings are stopped
 */
void qmap_rings_exit(struct qmap_modem *modem)
{
	netif_napi_del(&modem->napi);
}

/**
 * qmap_rings_start() - make both rings and start to receive
 * @modem: awake
 *
 * Context: process, rtnl. Return: 0 or a negative errno with nothing started.
 */
int qmap_rings_start(struct qmap_modem *modem)
{
	int err;

	napi_enable(&modem->napi);
	err = qmap_rx_start(modem);
	if (!err)
		err = qmap_tx_start(modem);
	if (err)
		qmap_rings_stop(modem);
	return err;
}

/**
 * qmap_rings_stop() - take back all transfers and free them
 * @modem: its queues are stopped
 *
 * Context: process, rtnl.
 */
void qmap_rings_stop(struct qmap_modem *modem)
{
	qmap_ring_poison(&modem->rx.ring);
	qmap_ring_poison(&modem->tx.ring);
	cancel_delayed_work_sync(&modem->recovery);
	napi_disable(&modem->napi);
	/* the last poll may have asked for it again */
	cancel_delayed_work_sync(&modem->recovery);
	qmap_tx_stop(modem);
	qmap_rx_stop(modem);
}

/**
 * qmap_rings_suspend() - nothing touches the device until resume
 * @modem: the modem, its netdev up or down
 * @may_refuse: this is runtime suspend
 *
 * Context: process. Return: 0, or -EBUSY while transfers are in flight.
 */
int qmap_rings_suspend(struct qmap_modem *modem, bool may_refuse)
{
	int err;

	err = qmap_tx_suspend(modem, may_refuse);
	if (!err)
		qmap_ring_poison(&modem->rx.ring);
	return err;
}

/**
 * qmap_rings_resume() - go on after qmap_rings_suspend()
 * @modem: the modem, awake, its netdev up or down
 *
 * Context: process. What waited for the device leaves now.
 */
void qmap_rings_resume(struct qmap_modem *modem)
{
	qmap_ring_unpoison(&modem->rx.ring);
	qmap_rx_refill(modem, GFP_NOIO);
	qmap_tx_resume(modem);
}

/**
 * qmap_rings_quiesce() - wait until NAPI and GRO hold no packet
 * @modem: its netdev is up
 *
 * Context: process, rtnl.
 */
void qmap_rings_quiesce(struct qmap_modem *modem)
{
	napi_disable(&modem->napi);
	napi_enable(&modem->napi);

	/* what completed meanwhile has found NAPI disabled */
	local_bh_disable();
	napi_schedule(&modem->napi);
	local_bh_enable();
}
