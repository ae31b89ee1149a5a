// SPDX-License-Identifier: GPL-2.0-only
/*
 * Downlink: received transfers are walked frame by frame.
 *
 * A transfer goes back to the host controller only when all its frames are
 * delivered. So a busy CPU makes the modem wait, and nothing is lost.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/log2.h>
#include <linux/rtnetlink.h>
#include <linux/usb.h>
#include <linux/usb/usbnet.h>

#define RETRY_MSECS	50
#define UDP_PROBE	(HZ / 50)	/* GRO is asked so often whether it wants UDP */
#define UDP_WANTED	HZ		/* ... and gets it for so long since it last did */

/* No transfer will succeed before someone else acts: the device is gone, or
 * the ring is poisoned by stop or suspend.
 */
static bool out_of_reach(int err)
{
	return err == -ENODEV || err == -ESHUTDOWN || err == -ENOENT ||
	       err == -EPERM || err == -EHOSTUNREACH;
}

static void submit(struct qmap_modem *modem, struct qmap_xfer *xfer, gfp_t gfp)
{
	int err = -EPIPE;

	if (!READ_ONCE(modem->rx.halted))
		err = qmap_ring_fit(xfer);
	if (!err)
		err = usb_submit_urb(xfer->urb, gfp);
	if (!err)
		return;

	/* resume may have refilled the ring between the attempt and this */
	qmap_ring_park(xfer);
	if (!out_of_reach(err) ||
	    (err == -EPERM && !READ_ONCE(modem->rx.ring.poisoned)))
		qmap_data_recover(modem, RETRY_MSECS);
}

/**
 * qmap_rx_refill() - submit what is idle
 * @modem: the modem
 * @gfp: what the context allows
 *
 * Context: any. A transfer that cannot be submitted for now is tried again by
 * the recovery.
 */
void qmap_rx_refill(struct qmap_modem *modem, gfp_t gfp)
{
	struct qmap_xfer *xfer;
	unsigned int i;

	for (i = 0; i < modem->rx.ring.count; i++) {
		xfer = qmap_ring_next_idle(&modem->rx.ring);
		if (!xfer)
			break;
		submit(modem, xfer, gfp);
	}
}

/**
 * qmap_rx_start() - make the ring and hand it to the host controller
 * @modem: awake, NAPI enabled
 *
 * Context: process, rtnl.
 * Return: 0 or a negative errno.
 */
int qmap_rx_start(struct qmap_modem *modem)
{
	int err;

	err = qmap_ring_alloc(&modem->rx.ring, QMAP_RX_RING, modem->rx_urb_size,
			      modem->usbnet->in);
	if (err)
		return err;

	qmap_rx_refill(modem, GFP_KERNEL);
	return 0;
}

/**
 * qmap_rx_stop() - free the ring
 * @modem: its ring is poisoned, NAPI and recovery are off
 */
void qmap_rx_stop(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;

	/* here and not at start, when NAPI is on before there is a ring */
	rx->current_xfer = NULL;
	rx->resync = false;
	rx->at_once = 0;
	rx->wanted_size = 0;
	rx->alone = 0;
	rx->halted = false;
	qmap_ring_free(&rx->ring);
}

/**
 * qmap_rx_clear_halt() - if the endpoint is halted, bring it back to life
 * @modem: awake
 *
 * Context: process.
 */
void qmap_rx_clear_halt(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;

	if (!READ_ONCE(rx->halted))
		return;
	qmap_ring_kill(&rx->ring);
	if (qmap_data_clear_halt(modem, modem->usbnet->in))
		WRITE_ONCE(rx->halted, false);
}

/* A suspend meanwhile would poison the ring as well, so the device is kept awake. */
static int resize_running(struct qmap_modem *modem, u32 size)
{
	struct usb_interface *intf = modem->usbnet->intf;
	int err;

	err = usb_autopm_get_interface(intf);
	if (err)
		return err;
	err = qmap_ring_resize(&modem->rx.ring, size);
	qmap_rx_refill(modem, GFP_KERNEL);
	usb_autopm_put_interface(intf);
	return err;
}

/**
 * qmap_rx_resize() - receive transfers of another size from now on
 * @modem: the modem; its netdev may be up
 * @size: bytes the modem may send at once; rounded up to whole USB packets
 *
 * What is with the host controller is taken back to get its new buffer. What is
 * being received at this moment is lost.
 *
 * Context: process, rtnl.
 * Return: 0 or a negative errno with nothing changed.
 */
int qmap_rx_resize(struct qmap_modem *modem, u32 size)
{
	int err = 0;

	size = ALIGN(min_t(u32, size, QMAP_RX_MAX_SIZE), QMAP_RX_ALIGN);
	if (size == modem->rx_urb_size)
		return 0;
	if (modem->rx.ring.count)
		err = resize_running(modem, size);
	if (!err)
		WRITE_ONCE(modem->rx_urb_size, size);
	return err;
}

/**
 * qmap_rx_grow() - make buffers as large as what the modem sends at once
 * @modem: awake
 *
 * Context: process. Stop waits for the caller under rtnl, so this does not wait
 * for rtnl.
 */
void qmap_rx_grow(struct qmap_modem *modem)
{
	u32 size = READ_ONCE(modem->rx.wanted_size);

	if (size <= READ_ONCE(modem->rx_urb_size))
		return;
	if (!rtnl_trylock()) {
		qmap_data_recover(modem, RETRY_MSECS);
		return;
	}
	if (!qmap_rx_resize(modem, size))
		netdev_warn(modem->ndev, "the modem sends more at once than was agreed on: rx_urb_size = %u from now on\n",
			    modem->rx_urb_size);
	rtnl_unlock();
}

/* A short packet, an empty one included, ends what the modem sends at once. */
static bool ends_short(const struct qmap_modem *modem, const struct urb *urb)
{
	return urb->actual_length < urb->transfer_buffer_length &&
	       (!urb->status || urb->actual_length % modem->usbnet->maxpacket);
}

/* One that was complete at the moment it was taken back has its data, too. */
static bool is_complete(const struct qmap_modem *modem, const struct urb *urb)
{
	if (urb->status == -ECONNRESET || urb->status == -ENOENT)
		return urb->actual_length && ends_short(modem, urb);
	return !urb->status;
}

/* The modem has sent @rx->at_once bytes, and a short packet ends them. */
static void end_of_overlong(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;
	unsigned long size = roundup_pow_of_two(min_t(u32, rx->at_once, QMAP_RX_MAX_SIZE));

	rx->at_once = 0;
	WRITE_ONCE(rx->wanted_size, max_t(u32, rx->wanted_size, size));
	if (rx->wanted_size > READ_ONCE(modem->rx_urb_size))
		qmap_data_recover(modem, 0);
}

/* What follows a transfer that broke off, or that was full before its last frame
 * was over, is the rest of it. It may be what somebody far away has written into
 * a packet, so no frame is looked for in it.
 */
static bool is_rest(struct qmap_modem *modem, const struct urb *urb)
{
	struct qmap_rx *rx = &modem->rx;
	bool rest = rx->resync;

	if (rx->at_once)
		rx->at_once += urb->actual_length;
	if (is_complete(modem, urb))
		rx->resync = rest && !ends_short(modem, urb);
	else if (urb->actual_length)
		rx->resync = true;
	if (rx->at_once && !rx->resync)
		end_of_overlong(modem);
	return rest;
}

/* In qmap_mode 0 the driver is not told what user space and modem agree on. The
 * first byte is that of an IP header, or else 0x00 to 0x44 or a command.
 */
static bool is_qmap(const struct qmap_modem *modem, const struct qmap_xfer *xfer)
{
	u8 first = xfer->buf[0];

	if (modem->mode)
		return true;
	if (!qmap_mux_has_links(modem))
		return false;
	return !qmap_netdev_is_raw_ip(modem) ||
	       !((first > 0x44 && first >> 4 == 4) || first >> 4 == 6);
}

/* Return: whether there is something to walk. */
static bool received(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	bool rest = is_rest(modem, xfer->urb);
	int status = xfer->urb->status;

	if (is_complete(modem, xfer->urb) && !rest) {
		xfer->len = xfer->urb->actual_length;
		xfer->off = 0;
		xfer->whole = !is_qmap(modem, xfer);
		qmap_count(modem, QMAP_RX_TRANSFERS, 1);
		usb_mark_last_busy(modem->usbnet->udev);
		return true;
	}

	switch (status) {
	case 0:
		qmap_count(modem, QMAP_RX_ERRORS, 1);
		modem->ndev->stats.rx_errors++;
		submit(modem, xfer, GFP_ATOMIC);
		return false;
	case -ENOENT:		/* poisoned or killed: submit() finds out */
	case -ECONNRESET:
		submit(modem, xfer, GFP_ATOMIC);
		return false;
	case -ENODEV:
	case -ESHUTDOWN:
		qmap_ring_park(xfer);
		return false;
	}

	qmap_count(modem, QMAP_RX_ERRORS, 1);
	modem->ndev->stats.rx_errors++;
	if (status == -EPIPE)
		WRITE_ONCE(modem->rx.halted, true);
	qmap_ring_park(xfer);
	qmap_data_recover(modem, RETRY_MSECS);
	return false;
}

/* The transfer ends where no packet does. If it is full, the rest is to come. */
static void cut_off(struct qmap_modem *modem, const struct qmap_xfer *xfer)
{
	if (xfer->len < xfer->urb->transfer_buffer_length)
		return;
	modem->rx.resync = true;
	modem->rx.at_once = xfer->len;
}

static void account(struct qmap_modem *modem, enum qmap_counter verdict,
		    unsigned int frames)
{
	qmap_count(modem, verdict, frames);
	/* some modems send empty frames all the time */
	if (verdict != QMAP_RX_FRAMES && verdict != QMAP_RX_COMMANDS &&
	    verdict != QMAP_RX_EMPTY)
		qmap_count_loss(modem->ndev, verdict);
}

/* What a packet takes of the buffer if it stays there, in 16ths of its length. The
 * buffer may be less than its pages.
 *
 * Where half of the buffer is empty, a copy takes less memory.
 *
 * Return: 0 if packets must be copied.
 */
static unsigned int buffer_share(const struct qmap_xfer *xfer)
{
	unsigned int size = xfer->urb->transfer_buffer_length;

	if (xfer->len < size / 2 || !qmap_ring_reserve(xfer->ring))
		return 0;
	return DIV_ROUND_UP(16 * (PAGE_SIZE << get_order(size)), xfer->len);
}

static unsigned int walk_frames(struct qmap_modem *modem,
				struct qmap_xfer *xfer, unsigned int budget)
{
	unsigned int share = buffer_share(xfer), work = 0;
	enum qmap_counter verdict;
	struct qmap_frame frame;

	while (xfer->off < xfer->len && work < budget) {
		verdict = qmap_decode(xfer->buf + xfer->off,
				      xfer->len - xfer->off, &frame);
		if (verdict == QMAP_RX_FRAMES) {
			frame.truesize = frame.size * share / 16;
			qmap_tx_follow(modem, frame.v5);
			verdict = qmap_mux_rx(modem, &frame);
		} else if (verdict == QMAP_RX_COMMANDS) {
			verdict = qmap_command_rx(modem, &frame);
		}
		account(modem, verdict, frame.count);
		if (unlikely(!frame.size)) {
			cut_off(modem, xfer);
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
	unsigned int header = qmap_netdev_is_raw_ip(modem) ? 0 : ETH_HLEN;

	return xfer->len >= header &&
	       header + qmap_ip_len(xfer->buf + header, xfer->len - header) == xfer->len;
}

static unsigned int deliver_whole(struct qmap_modem *modem,
				  struct qmap_xfer *xfer)
{
	struct qmap_frame frame = {
		.data = xfer->buf, .len = xfer->len, .count = 1,
	};

	if (xfer->len)
		account(modem, qmap_link_rx(&modem->self, &frame), 1);
	if (!is_exact(modem, xfer))
		cut_off(modem, xfer);
	xfer->off = xfer->len;
	return 1;
}

/**
 * qmap_rx_deliver() - give a packet to the stack
 * @link: whose packet it is
 * @skb: the packet
 * @udp: it may be UDP
 *
 * GRO is spared UDP that it would only pass on: it has no use for it unless some
 * socket, tunnel or feature wants it merged, and it is a tenth of what a small
 * packet costs. The stack takes a list in one go as far as it is for one netdev,
 * so each link has its own.
 *
 * Context: NAPI.
 */
void qmap_rx_deliver(struct qmap_link *link, struct sk_buff *skb, bool udp)
{
	struct napi_struct *napi = &link->modem->napi;
	struct qmap_rx *rx = &link->modem->rx;

	if (!udp) {
		napi_gro_receive(napi, skb);
	} else if (rx->udp_to_gro) {
		rx->udp_probed = jiffies;
		if (napi_gro_receive(napi, skb) != GRO_NORMAL) {
			rx->udp_wanted = jiffies;
			rx->udp_held = true;
		}
	} else {
		if (list_empty(&link->plain))
			list_add_tail(&link->plain_list, &rx->plain);
		list_add_tail(&skb->list, &link->plain);
	}
}

/* Datagrams may not overtake each other, so all of a poll go one way, and that of
 * those before as long as GRO may have one of them: with HZ >= 1000 it keeps them
 * beyond a poll that took its whole budget. (GRO itself lets an empty datagram
 * overtake what it holds.)
 */
static void begin_delivery(struct qmap_rx *rx)
{
	rx->udp_to_gro = rx->udp_held || jiffies - rx->udp_wanted < UDP_WANTED ||
			 jiffies - rx->udp_probed >= UDP_PROBE;
}

static void end_delivery(struct qmap_rx *rx)
{
	struct qmap_link *link;

	list_for_each_entry(link, &rx->plain, plain_list) {
		netif_receive_skb_list(&link->plain);
		INIT_LIST_HEAD(&link->plain);
	}
	INIT_LIST_HEAD(&rx->plain);
}

static int deliver(struct qmap_modem *modem, int budget)
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
			if (!received(modem, xfer))
				continue;
			rx->current_xfer = xfer;
		}

		if (xfer->whole)
			work += deliver_whole(modem, xfer);
		else
			work += walk_frames(modem, xfer, budget - work);
		if (xfer->off < xfer->len)
			break;
		rx->current_xfer = NULL;
		submit(modem, xfer, GFP_ATOMIC);
	}
	return min(work, budget);
}

/**
 * qmap_rx_poll() - deliver what was received
 * @modem: the modem
 * @budget: frames at the most; goes on in the middle of a transfer next time
 *
 * Context: NAPI.
 * Return: frames looked at, and transfers.
 */
int qmap_rx_poll(struct qmap_modem *modem, int budget)
{
	int work;

	begin_delivery(&modem->rx);
	work = deliver(modem, budget);
	end_delivery(&modem->rx);
	return work;
}

/**
 * qmap_rx_complete() - there is no more to deliver for now
 * @modem: the modem
 *
 * GRO lets go of all it holds. napi_complete() and not napi_complete_done(), by
 * which it may keep a packet of a link that goes away.
 *
 * Context: NAPI, as the last thing of a poll.
 */
void qmap_rx_complete(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;
	bool held = rx->udp_held;

	/* before: another CPU may poll as soon as this one no longer does */
	rx->udp_held = false;
	/* who polls on and on, as some kernels' threads do, leaves to GRO what it has */
	if (!napi_complete(&modem->napi))
		rx->udp_held = held;
}

/**
 * qmap_rx_init() - once, when the modem is bound
 * @modem: the modem
 */
void qmap_rx_init(struct qmap_modem *modem)
{
	INIT_LIST_HEAD(&modem->rx.plain);
	modem->rx.udp_probed = jiffies - UDP_PROBE;
	modem->rx.udp_wanted = jiffies - UDP_WANTED;
}
