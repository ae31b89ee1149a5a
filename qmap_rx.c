// SPDX-License-Identifier: GPL-2.0-only
/*
 * Downlink: received transfers are walked frame by frame.
 *
 * A transfer goes back to the host controller only when all its frames are
 * delivered. So a busy CPU makes the modem wait, and nothing is lost.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/if_ether.h>
#include <linux/log2.h>
#include <linux/rtnetlink.h>

#define RX_RING		16	/* transfers */
#define RX_ALIGN	1024	/* bytes of the longest USB packet */
#define RX_MAX_SIZE	65536U	/* bytes of a buffer */
#define RX_GROW_PAUSE	HZ	/* after memory had no larger buffers */

/* No transfer will succeed before someone else acts: the device is gone, or
 * the ring is poisoned by stop or suspend.
 */
static bool is_out_of_reach(int err)
{
	return err == -ENODEV || err == -ESHUTDOWN || err == -ENOENT ||
	       err == -EPERM || err == -EHOSTUNREACH;
}

static void qmap_rx_submit(struct qmap_modem *modem, struct qmap_xfer *xfer,
			   gfp_t gfp)
{
	struct qmap_rx *rx = &modem->rx;
	int err = -EPIPE;

	/* pairs with the release in qmap_rx_clear_halt() */
	if (!smp_load_acquire(&rx->halted))
		err = qmap_pool_renew_buf(&rx->pool, xfer);
	if (!err)
		err = usb_submit_urb(xfer->urb, gfp);
	if (!err)
		return;

	qmap_ring_put_idle(xfer);
	/* resume may have refilled the ring between the attempt and this */
	if (!is_out_of_reach(err) ||
	    (err == -EPERM && !READ_ONCE(rx->ring.poisoned)))
		qmap_schedule_recovery(modem, QMAP_RETRY_MSECS);
}

/* Submits what is idle. The recovery tries again what cannot be submitted now.
 * Context: any.
 */
void qmap_rx_refill(struct qmap_modem *modem, gfp_t gfp)
{
	struct qmap_xfer *xfer;
	unsigned int i;

	for (i = 0; i < modem->rx.ring.count; i++) {
		xfer = qmap_ring_next_idle(&modem->rx.ring);
		if (!xfer)
			break;
		qmap_rx_submit(modem, xfer, gfp);
	}
}

/* The device is awake, NAPI enabled. Context: process. Return: 0 or a negative errno. */
int qmap_rx_start(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;
	int err;

	ASSERT_RTNL();
	rx->pool.size = modem->rx_urb_size;
	rx->grow_failed = jiffies - RX_GROW_PAUSE - 1;
	err = qmap_ring_alloc(&rx->ring, RX_RING, rx->pool.size,
			      modem->usbnet->in);
	if (err)
		return err;

	qmap_rx_refill(modem, GFP_KERNEL);
	return 0;
}

/* The ring is poisoned, NAPI and recovery are off. */
void qmap_rx_stop(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;

	/* here and not at start, when NAPI is on before there is a ring */
	rx->current_xfer = NULL;
	rx->resync = false;
	rx->burst_len = 0;
	rx->wanted_size = 0;
	rx->gro_skip = 0;
	rx->halted = false;
	qmap_ring_free(&rx->ring);
	qmap_bufs_free(&rx->pool.bufs);
}

void qmap_rx_clear_halt(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;

	if (!READ_ONCE(rx->halted) || !qmap_ring_clear_halt(&rx->ring))
		return;
	/* Some host controller drivers reset the data toggle without a lock. Who submits
	 * again must see that, or the modem's next packet would pass for a repetition.
	 */
	smp_store_release(&rx->halted, false);
}

/* Each transfer takes its new buffer when it is submitted again. All are taken back
 * before that, so none has the old size then, but for one that NAPI has just renewed.
 * And QEMU's xHCI forgets what else is in its ring when one is taken back: a new one
 * between the old would be lost, and the ring would stand still from there.
 */
static int qmap_rx_renew_bufs(struct qmap_modem *modem, u32 size)
{
	struct qmap_rx *rx = &modem->rx;
	struct qmap_bufs bufs = { };
	int err;

	err = qmap_bufs_alloc(&bufs, rx->ring.count, size);
	if (!err) {
		/* NAPI compares with it what is taken back */
		WRITE_ONCE(modem->rx_urb_size, size);
		mutex_lock(&modem->sleep_lock);
		qmap_ring_poison(&rx->ring);
		qmap_pool_swap(&rx->pool, &bufs, size);
		qmap_ring_unpoison(&rx->ring);
		mutex_unlock(&modem->sleep_lock);
	}
	/* what was there before, or did not suffice */
	qmap_bufs_free(&bufs);
	return err;
}

/* The device is kept awake, but not while the whole system goes to sleep. What is
 * submitted then comes back, and resume submits it again.
 */
static int qmap_rx_resize_running(struct qmap_modem *modem, u32 size)
{
	struct usb_interface *intf = modem->usbnet->intf;
	int err;

	err = usb_autopm_get_interface(intf);
	if (err)
		return err;
	err = qmap_rx_renew_bufs(modem, size);
	qmap_rx_refill(modem, GFP_KERNEL);
	usb_autopm_put_interface(intf);
	return err;
}

/* Transfers have another size from now on: @size bytes, rounded up to whole USB
 * packets. The netdev may be up; what is being received at this moment is lost.
 * Context: process.
 *
 * Return: 0 or a negative errno with nothing changed.
 */
int qmap_rx_resize(struct qmap_modem *modem, u32 size)
{
	ASSERT_RTNL();
	size = ALIGN(min_t(u32, size, RX_MAX_SIZE), RX_ALIGN);
	if (size == modem->rx_urb_size)
		return 0;
	if (modem->rx.ring.count)
		return qmap_rx_resize_running(modem, size);
	WRITE_ONCE(modem->rx_urb_size, size);
	return 0;
}

/* Not again and again where memory has no larger buffers. Context: any. */
static bool may_grow(const struct qmap_modem *modem)
{
	unsigned long failed = READ_ONCE(modem->rx.grow_failed);

	return READ_ONCE(modem->rx.wanted_size) > READ_ONCE(modem->rx_urb_size) &&
	       !time_in_range(jiffies, failed, failed + RX_GROW_PAUSE);
}

/* Makes buffers as large as @wanted bytes, or if memory has none, as large as it has. */
static void qmap_rx_grow_to(struct qmap_modem *modem, u32 wanted)
{
	u32 before = modem->rx_urb_size, size = wanted;

	while (size > modem->rx_urb_size && qmap_rx_resize(modem, size))
		size /= 2;
	if (modem->rx_urb_size < wanted)
		WRITE_ONCE(modem->rx.grow_failed, jiffies);
	if (modem->rx_urb_size > before)
		netdev_warn(modem->ndev, "the modem sends more at once than was agreed on: rx_urb_size = %u from now on\n",
			    modem->rx_urb_size);
}

/* Makes buffers as large as what the modem sends at once. The device is awake. Stop
 * waits for the caller under rtnl, so this does not wait for rtnl.
 */
void qmap_rx_grow(struct qmap_modem *modem)
{
	if (!may_grow(modem))
		return;
	if (!rtnl_trylock()) {
		qmap_schedule_recovery(modem, QMAP_RETRY_MSECS);
		return;
	}
	qmap_rx_grow_to(modem, READ_ONCE(modem->rx.wanted_size));
	rtnl_unlock();
}

/* A short packet, an empty one included, ends what the modem sends at once. */
static bool ends_short(const struct qmap_modem *modem, const struct urb *urb)
{
	return urb->actual_length < urb->transfer_buffer_length &&
	       (!urb->status || urb->actual_length % modem->usbnet->maxpacket);
}

/* A transfer that was complete at the moment it was taken back has its data, too. */
static bool is_complete(const struct qmap_modem *modem, const struct urb *urb)
{
	if (urb->status == -ECONNRESET || urb->status == -ENOENT)
		return urb->actual_length && ends_short(modem, urb);
	return !urb->status;
}

static void qmap_rx_end_burst(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;
	unsigned long size = roundup_pow_of_two(rx->burst_len);

	rx->burst_len = 0;
	WRITE_ONCE(rx->wanted_size, max_t(u32, rx->wanted_size, size));
	if (may_grow(modem))
		qmap_schedule_recovery(modem, 0);
}

/* What follows a transfer that broke off, or that was full before its last frame
 * was over, is the rest of it. Somebody far away may have written it into a packet,
 * so no frame is looked for in it. Nor in what follows one that was taken back for a
 * larger one that the modem needs: not every host controller driver tells what it had
 * received.
 *
 * Return: whether this transfer is such a rest.
 */
static bool qmap_rx_update_resync(struct qmap_modem *modem, const struct urb *urb)
{
	struct qmap_rx *rx = &modem->rx;
	bool rest = rx->resync;

	if (!is_complete(modem, urb)) {
		rx->burst_len = 0;	/* how long it is will not be known */
		if (urb->actual_length || urb->transfer_buffer_length <
		    min(rx->wanted_size, READ_ONCE(modem->rx_urb_size)))
			rx->resync = true;
		return rest;
	}
	rx->resync = rest && !ends_short(modem, urb);
	if (rx->burst_len) {
		rx->burst_len = min(rx->burst_len + urb->actual_length, RX_MAX_SIZE);
		if (!rx->resync)
			qmap_rx_end_burst(modem);
	}
	return rest;
}

/* A QMAP header begins with 0x00 to 0x44 (QMAP_NEXT_HEADER and the padding), or with
 * 0x80 and more (a command).
 */
static bool begins_as_ip(const struct qmap_xfer *xfer)
{
	u8 first = xfer->buf[0];

	return (first >= QMAP_IPV4_FIRST_BYTE && first >> 4 == 4) || first >> 4 == 6;
}

/* User space that makes links does not tell when it agrees with the modem on QMAP. */
static bool is_qmap(const struct qmap_modem *modem, const struct qmap_xfer *xfer)
{
	if (qmap_has_fixed_links(modem))
		return true;
	return qmap_has_upper_links(modem) &&
	       !(qmap_is_raw_ip(modem) && begins_as_ip(xfer));
}

static void qmap_rx_count_error(struct qmap_modem *modem)
{
	qmap_count(modem, QMAP_RX_ERRORS, 1);
	modem->ndev->stats.rx_errors++;
}

static void qmap_rx_fail(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	switch (xfer->urb->status) {
	case 0:
		qmap_rx_count_error(modem);
		fallthrough;
	case -ENOENT:		/* poisoned or killed: submit finds out */
	case -ECONNRESET:
		qmap_rx_submit(modem, xfer, GFP_ATOMIC);
		return;
	case -ENODEV:
	case -ESHUTDOWN:
		qmap_ring_put_idle(xfer);
		return;
	case -EPIPE:
		WRITE_ONCE(modem->rx.halted, true);
	}
	qmap_rx_count_error(modem);
	qmap_ring_put_idle(xfer);
	qmap_schedule_recovery(modem, QMAP_RETRY_MSECS);
}

/* Return: whether there is something to walk. */
static bool qmap_rx_accept_transfer(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	bool rest = qmap_rx_update_resync(modem, xfer->urb);

	if (rest || !is_complete(modem, xfer->urb)) {
		qmap_rx_fail(modem, xfer);
		return false;
	}
	xfer->len = xfer->urb->actual_length;
	xfer->off = 0;
	xfer->raw = !is_qmap(modem, xfer);
	qmap_count(modem, QMAP_RX_TRANSFERS, 1);
	usb_mark_last_busy(modem->usbnet->udev);
	return true;
}

/* The transfer ends where no packet does. If it is full, the rest
 * is in the next one.
 */
static void qmap_rx_cut_off(struct qmap_rx *rx, const struct qmap_xfer *xfer)
{
	if (xfer->len < xfer->urb->transfer_buffer_length)
		return;
	rx->resync = true;
	rx->burst_len = xfer->len;
}

static void qmap_rx_count(struct qmap_modem *modem, enum qmap_counter verdict,
			  unsigned int frames)
{
	qmap_count(modem, verdict, frames);
	/* some modems send empty frames all the time */
	if (verdict != QMAP_RX_FRAMES && verdict != QMAP_RX_COMMANDS &&
	    verdict != QMAP_RX_EMPTY)
		qmap_count_loss(modem->ndev, verdict);
}

/* What a packet is charged if it stays in the buffer, in 16ths of its length. The
 * buffer may be much less than its pages, as where one has 64 KiB. Where half of
 * them is empty, a copy takes less memory.
 *
 * Return: 0 if packets must be copied.
 */
static unsigned int qmap_rx_buffer_share(struct qmap_rx *rx,
					 const struct qmap_xfer *xfer)
{
	unsigned int size = PAGE_SIZE << get_order(xfer->urb->transfer_buffer_length);

	if (xfer->len < size / 2 || !qmap_pool_reserve(&rx->pool))
		return 0;
	return DIV_ROUND_UP(16 * size, xfer->len);
}

static enum qmap_counter qmap_rx_packet(struct qmap_modem *modem,
					struct qmap_frame *frame)
{
	struct qmap_link *link = qmap_find_link(modem, frame->mux_id);

	qmap_tx_set_rx_version(modem, frame->v5);
	return link ? qmap_deliver_frame(link, frame) : QMAP_RX_NO_LINK;
}

static unsigned int qmap_rx_walk(struct qmap_modem *modem, struct qmap_xfer *xfer,
				 unsigned int budget)
{
	unsigned int share = qmap_rx_buffer_share(&modem->rx, xfer), work = 0;
	enum qmap_counter verdict;
	struct qmap_frame frame;

	while (xfer->off < xfer->len && work < budget) {
		verdict = qmap_decode(xfer->buf + xfer->off,
				      xfer->len - xfer->off, &frame);
		if (verdict == QMAP_RX_FRAMES) {
			frame.truesize = frame.size * share / 16;
			verdict = qmap_rx_packet(modem, &frame);
		} else if (verdict == QMAP_RX_COMMANDS) {
			verdict = qmap_command_rx(modem, &frame);
		}
		qmap_rx_count(modem, verdict, frame.count);
		if (unlikely(!frame.size)) {
			qmap_rx_cut_off(&modem->rx, xfer);
			frame.size = xfer->len - xfer->off;
		}
		xfer->off += frame.size;
		work += frame.count;
	}
	return work;
}

/* Return: whether the one packet of a transfer without QMAP ends with it. */
static bool is_exact(const struct qmap_modem *modem, const struct qmap_xfer *xfer)
{
	unsigned int header = qmap_is_raw_ip(modem) ? 0 : ETH_HLEN;

	return xfer->len >= header &&
	       header + qmap_ip_len(xfer->buf + header, xfer->len - header) == xfer->len;
}

static unsigned int qmap_rx_raw(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	struct qmap_frame frame = {
		.data = xfer->buf, .len = xfer->len, .count = 1,
	};

	if (xfer->len)
		qmap_rx_count(modem, qmap_deliver_frame(&modem->own_link, &frame), 1);
	if (!is_exact(modem, xfer))
		qmap_rx_cut_off(&modem->rx, xfer);
	xfer->off = xfer->len;
	return 1;
}

/* Return: frames looked at, and transfers. */
static int qmap_rx_transfers(struct qmap_modem *modem, int budget)
{
	struct qmap_rx *rx = &modem->rx;
	struct qmap_xfer *xfer;
	int work = 0;

	while (work < budget) {
		xfer = rx->current_xfer;
		if (!xfer) {
			xfer = qmap_ring_next_done(&rx->ring);
			if (!xfer)
				break;
			work++;
			if (!qmap_rx_accept_transfer(modem, xfer))
				continue;
			rx->current_xfer = xfer;
		}

		if (xfer->raw)
			work += qmap_rx_raw(modem, xfer);
		else
			work += qmap_rx_walk(modem, xfer, budget - work);
		if (xfer->off < xfer->len)
			break;
		rx->current_xfer = NULL;
		qmap_rx_submit(modem, xfer, GFP_ATOMIC);
	}
	return min(work, budget);
}

/* Context: NAPI. Return: work done, at most @budget; goes on in mid-transfer. */
int qmap_rx_poll(struct qmap_modem *modem, int budget)
{
	int work;

	qmap_deliver_begin(&modem->rx);
	work = qmap_rx_transfers(modem, budget);
	qmap_deliver_end(&modem->rx);
	return work;
}

void qmap_rx_init(struct qmap_modem *modem)
{
	qmap_ring_init(&modem->rx.ring, modem);
	qmap_pool_init(&modem->rx.pool);
	qmap_deliver_init(&modem->rx);
}
