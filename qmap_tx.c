// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uplink: packets fill an aggregate, and when it is sent.
 *
 * Packets wait in the qdiscs of the links; of each link at most one is here, and
 * waits for room. The links of a modem share one aggregate, and take turns
 * (qmap_fq.c). It is self-clocking: a full one is sent at once, a partial one when
 * nothing is in flight and the last one left long enough ago. So a packet on a quiet
 * line leaves in the softirq that brought it, and under load transfers are full.
 *
 * Byte queue limits bound what is here to what keeps the modem busy until a completion
 * is answered, and no more. A slow modem has one transfer in flight and the next one
 * behind it, and what follows is chosen when the first completes. So a ping waits for
 * two transfers at most, whatever other links send, and overtakes what its own qdisc
 * lets it.
 *
 * Without aggregation, and without QMAP, an aggregate is full with its first packet.
 */
#include "qmap_fq.h"
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/delay.h>
#include <linux/math64.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

#define TX_RING		8	/* transfers */
#define DEFAULT_BYTES	4096	/* every QMAP modem takes that */
#define DRAIN_MSECS	1000
#define POLL_MSECS	20
#define MIN_IN_FLIGHT	8192U	/* bytes; less would be a softirq for each packet */
#define MIN_IN_FLIGHT_NS NSEC_PER_MSEC	/* until a completion is answered */
#define MAX_IN_FLIGHT_NS (4 * NSEC_PER_MSEC)
#define ESTIMATE_NS	(4 * NSEC_PER_MSEC)	/* busy time for an estimate */
#define TIME_USECS	250	/* fills transfers at a tenth of the delay of LTE */

static bool is_closed(const struct qmap_tx *tx)
{
	return tx->blocked & QMAP_TX_CLOSED;
}

static bool is_full(const struct qmap_tx *tx, const struct qmap_xfer *xfer)
{
	return xfer->closed || xfer->frames >= tx->limits.max_frames ||
	       xfer->len + qmap_frame_size(1, tx->v5) > tx->limits.max_bytes;
}

/* A packet without QMAP header shares a transfer with nobody. */
static bool fits(const struct qmap_tx *tx, const struct qmap_xfer *xfer,
		 bool muxed, unsigned int size)
{
	return muxed && !is_full(tx, xfer) &&
	       xfer->len + size <= tx->limits.max_bytes;
}

static bool takes_packet(const struct qmap_link *link)
{
	return !is_closed(&link->modem->tx) && !link->packet.skb && !link->flow_off;
}

static bool has_room(const struct qmap_tx *tx)
{
	if (is_closed(tx) || tx->n_answers || dql_avail(&tx->dql) < 0)
		return false;
	if (tx->agg)
		return !is_full(tx, tx->agg) && !tx->blocked;
	return !list_empty(&tx->ring.idle);
}

static void qmap_tx_put_idle(struct qmap_xfer *xfer)
{
	xfer->len = 0;
	xfer->frames = 0;
	xfer->closed = false;
	qmap_ring_put_idle(xfer);
}

/* What stop takes back is no error. */
static void qmap_tx_fail(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	if (!is_closed(&modem->tx)) {
		qmap_count(modem, QMAP_TX_ERRORS, 1);
		modem->ndev->stats.tx_errors += xfer->frames;
	}
	qmap_tx_put_idle(xfer);
}

static int qmap_tx_submit(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	struct usb_interface *intf = modem->usbnet->intf;
	struct urb *urb = xfer->urb;
	int err;

	err = usb_autopm_get_interface_async(intf);
	if (err)
		return err;

	urb->transfer_buffer_length = xfer->len;
	urb->transfer_flags = xfer->len % modem->usbnet->maxpacket ?
			      0 : URB_ZERO_PACKET;
	err = usb_submit_urb(urb, GFP_ATOMIC);
	if (err)
		usb_autopm_put_interface_async(intf);
	return err;
}

/* The reference is for resume only: the transfers it sends take their own. */
static void qmap_tx_wake_device(struct qmap_modem *modem)
{
	struct usb_interface *intf = modem->usbnet->intf;

	if (!usb_autopm_get_interface_async(intf))
		usb_autopm_put_interface_async(intf);
}

static void qmap_tx_sent(struct qmap_modem *modem, enum qmap_counter why)
{
	struct qmap_tx *tx = &modem->tx;

	tx->last_sent = ktime_get();
	if (!tx->in_flight++) {
		tx->busy_since = tx->last_sent;
		tx->last_taken = jiffies;
		qmap_watchdog_start(modem);
	}
	qmap_count(modem, QMAP_TX_TRANSFERS, 1);
	qmap_count(modem, why, 1);
}

/* Return: whether the aggregate is gone. If not, it is sent later. */
static bool qmap_tx_send_agg(struct qmap_modem *modem, enum qmap_counter why)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer = tx->agg;
	int err;

	if (tx->blocked) {
		if (tx->blocked == QMAP_TX_SUSPENDED)
			qmap_tx_wake_device(modem);
		return false;
	}

	err = qmap_tx_submit(modem, xfer);
	if (err == -ENOMEM || err == -EAGAIN) { /* no room to map it for DMA */
		qmap_schedule_recovery(modem, QMAP_RETRY_MSECS);
		return false;
	}

	tx->agg = NULL;
	if (!err) {
		qmap_tx_sent(modem, why);
	} else {
		dql_completed(&tx->dql, xfer->len);
		qmap_tx_fail(modem, xfer);
	}
	return true;
}

/* Sends what is due. */
static void qmap_tx_try_send(struct qmap_modem *modem, bool timer)
{
	struct qmap_tx *tx = &modem->tx;
	ktime_t due;

	if (!tx->agg || is_closed(tx))
		return;
	if (is_full(tx, tx->agg)) {
		qmap_tx_send_agg(modem, QMAP_TX_FULL);
		return;
	}
	if (tx->in_flight || tx->refill || hrtimer_is_queued(&tx->timer))
		return;

	due = ktime_add_us(tx->last_sent, tx->limits.time_usecs);
	if (!ktime_before(ktime_get(), due))
		qmap_tx_send_agg(modem, timer ? QMAP_TX_TIMER : QMAP_TX_IDLE);
	else
		hrtimer_start(&tx->timer, due, HRTIMER_MODE_ABS_SOFT);
}

static void qmap_tx_wake_queues(struct qmap_tx *tx)
{
	if (!list_empty(&tx->fq.links) && has_room(tx) && qmap_queue_wake(&tx->fq))
		tx->refill = true;
}

/* The poll comes after the queues that are woken have had their turn. */
static void qmap_tx_wake_queues_and_poll(struct qmap_modem *modem)
{
	qmap_tx_wake_queues(&modem->tx);
	if (modem->tx.refill)
		napi_schedule(&modem->napi);
}

/* Return: the aggregate that takes @size bytes more, or NULL for now. A packet
 * that is longer than any aggregate goes alone.
 */
static struct qmap_xfer *qmap_tx_get_agg(struct qmap_modem *modem, bool muxed,
					 unsigned int size)
{
	struct qmap_tx *tx = &modem->tx;

	if (tx->agg && !fits(tx, tx->agg, muxed, size) &&
	    !qmap_tx_send_agg(modem, QMAP_TX_FULL))
		return NULL;
	if (!tx->agg && dql_avail(&tx->dql) >= 0)
		tx->agg = qmap_ring_next_idle(&tx->ring);
	return tx->agg;
}

/* Return: where in the aggregate the next frame of @size bytes belongs. */
static u8 *qmap_tx_reserve(struct qmap_tx *tx, struct qmap_xfer *xfer,
			   unsigned int size)
{
	u8 *buf = xfer->buf + xfer->len;

	xfer->len += size;
	xfer->frames++;
	dql_queued(&tx->dql, size);
	return buf;
}

static void qmap_tx_put_segment(struct qmap_modem *modem, struct qmap_link *link,
				struct qmap_xfer *xfer, unsigned int len,
				unsigned int size)
{
	u8 *buf = qmap_tx_reserve(&modem->tx, xfer, size);
	struct qmap_packet *packet = &link->packet;
	bool v5 = modem->tx.v5, csum = false;

	xfer->closed = !qmap_link_is_muxed(link);
	if (qmap_link_is_muxed(link)) {
		csum = v5 && qmap_packet_wants_csum(packet);
		buf += qmap_encode(buf, link->mux_id, len, v5, csum);
	}
	qmap_packet_copy(packet, buf, csum);
	qmap_count(modem, QMAP_TX_FRAMES, 1);
	qmap_link_count(link, QMAP_LINK_TX_FRAMES, 1);
	if (csum)
		qmap_link_count(link, QMAP_LINK_TX_CSUM_ASKED, 1);
}

/* A modem reads a transfer in one version: the aggregate takes nothing more. */
static void qmap_tx_set_v5(struct qmap_tx *tx, bool v5)
{
	if (tx->agg && tx->v5 != v5)
		tx->agg->closed = true;
	tx->v5 = v5;
}

/* Where user space makes the links, nobody tells the driver what was agreed on. It
 * sends a packet in each version, in turn, and one of two gets an answer.
 */
static void qmap_tx_choose_version(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	bool told = tx->version || tx->rx_v5 != QMAP_RX_V5_UNKNOWN;

	tx->alternate = !told && !qmap_has_fixed_links(modem);
	if (tx->version || !told)
		qmap_tx_set_v5(tx, (tx->version ?: modem->product->qmap_version) == 5);
	else
		qmap_tx_set_v5(tx, tx->rx_v5);
}

/* In packets as the modem sees them, and bytes of IP. */
static void qmap_tx_count_packet(struct qmap_link *link)
{
	const struct qmap_packet *packet = &link->packet;
	struct net_device *parent = link->modem->ndev;
	unsigned int bytes;

	bytes = packet->skb->len + (packet->frames - 1) * packet->header;
	dev_sw_netstats_tx_add(link->ndev, packet->frames, bytes);
	if (link->ndev != parent)
		dev_sw_netstats_tx_add(parent, packet->frames, bytes);
}

static void qmap_tx_finish_packet(struct qmap_link *link)
{
	struct qmap_packet *packet = &link->packet;
	struct qmap_tx *tx = &link->modem->tx;

	qmap_tx_count_packet(link);
	/* few ask, and it is a call */
	if (unlikely(skb_shinfo(packet->skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(packet->skb);
	napi_consume_skb(packet->skb, 1);
	packet->skb = NULL;
	if (unlikely(tx->alternate) && qmap_link_is_muxed(link))
		qmap_tx_set_v5(tx, !tx->v5);
}

/* Puts as much of the link's packet into aggregates as its turn allows.
 *
 * Return: whether there was room for that.
 */
static bool qmap_tx_push_packet(struct qmap_modem *modem, struct qmap_link *link)
{
	struct qmap_packet *packet = &link->packet;
	bool muxed = qmap_link_is_muxed(link);
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;
	unsigned int len, size;

	do {
		len = qmap_packet_segment(packet);
		size = muxed ? qmap_frame_size(len, tx->v5) : len;
		xfer = qmap_tx_get_agg(modem, muxed, size);
		if (!xfer)
			return false;
		qmap_tx_put_segment(modem, link, xfer, len, size);
		qmap_fq_charge(&tx->fq, link, size);
	} while (packet->left && !qmap_fq_is_preempted(&tx->fq, link));
	if (!packet->left)
		qmap_tx_finish_packet(link);
	return true;
}

/* Return: whether there was room for all. */
static bool qmap_tx_push_answers(struct qmap_modem *modem)
{
	const unsigned int size = qmap_frame_size(sizeof(struct qmap_command), false);
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;

	while (tx->n_answers) {
		xfer = qmap_tx_get_agg(modem, true, size);
		if (!xfer)
			return false;
		qmap_encode_answer(qmap_tx_reserve(tx, xfer, size), &tx->answers[0]);
		qmap_count(modem, QMAP_TX_ANSWERS, 1);
		tx->n_answers--;
		memmove(tx->answers, tx->answers + 1,
			tx->n_answers * sizeof(tx->answers[0]));
	}
	return true;
}

/* Return: whether the link has nothing in hand only because its queue has not had
 * its turn yet. Until then nobody goes on who has sent more.
 */
static bool is_awaited(const struct qmap_tx *tx, const struct qmap_link *link)
{
	return tx->refill || netif_queue_stopped(link->ndev);
}

/* Puts what is in hand into aggregates while there is room. */
static void qmap_tx_push_pending(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_link *link;

	if (is_closed(tx) || !qmap_tx_push_answers(modem))
		return;
	while ((link = qmap_fq_first(&tx->fq))) {
		if (!link->packet.skb) {
			if (is_awaited(tx, link))
				return;
			qmap_fq_del(link);
			continue;
		}
		if (!qmap_tx_push_packet(modem, link))
			return;
		qmap_fq_requeue(&tx->fq);
	}
}

static void qmap_tx_drop_packet(struct qmap_link *link)
{
	link->ndev->stats.tx_dropped++;
	dev_kfree_skb_any(link->packet.skb);
	link->packet.skb = NULL;
}

/* Nobody waits: the link needs no turn. */
static void qmap_tx_push_direct(struct qmap_link *link)
{
	struct qmap_fq *fq = &link->modem->tx.fq;

	qmap_fq_catch_up(fq, link);
	if (!qmap_tx_push_packet(link->modem, link))
		qmap_fq_add(fq, link);
}

static void qmap_tx_start_packet(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_tx *tx = &link->modem->tx;

	if (!qmap_packet_init(&link->packet, link, skb)) {
		qmap_link_count(link, QMAP_LINK_TX_INVALID, 1);
		qmap_tx_drop_packet(link);
	} else if (list_empty(&tx->fq.links) && !tx->n_answers) {
		qmap_tx_push_direct(link);
	} else {
		qmap_fq_add(&tx->fq, link);
		qmap_tx_push_pending(link->modem);
	}
}

/* Return: whether the link's next packet stays in its qdisc. */
static bool must_wait(const struct qmap_link *link)
{
	return link->packet.skb || link->flow_off || !has_room(&link->modem->tx);
}

/* Bridge mode has kept @skb. What was announced to follow others is sent now. */
static void qmap_tx_keep_back(struct qmap_link *link, struct sk_buff *skb, bool refused)
{
	struct qmap_modem *modem = link->modem;
	bool more = qmap_skb_xmit_more(skb);

	spin_lock(&modem->tx.lock);
	if (refused) {
		qmap_link_count(link, QMAP_LINK_TX_REFUSED, 1);
		link->ndev->stats.tx_dropped++;
	}
	if (!more && !netdev_xmit_more())
		qmap_tx_try_send(modem, false);
	spin_unlock(&modem->tx.lock);
	if (refused)
		dev_kfree_skb_any(skb);
	else
		dev_consume_skb_any(skb);
}

static bool qmap_tx_bridge(struct qmap_link *link, struct sk_buff *skb)
{
	enum qmap_bridge_verdict verdict = qmap_bridge_tx(link, skb);

	if (verdict == QMAP_BRIDGE_PASS)
		return true;
	qmap_tx_keep_back(link, skb, verdict == QMAP_BRIDGE_REFUSED);
	return false;
}

/* Context: ndo_start_xmit.
 * Return: NETDEV_TX_OK with @skb consumed, or NETDEV_TX_BUSY without room and with
 * the link's queue stopped.
 */
netdev_tx_t qmap_tx_xmit(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_modem *modem = link->modem;
	struct qmap_tx *tx = &modem->tx;
	bool more = qmap_skb_xmit_more(skb);
	bool taken;

	if (qmap_link_is_bridged(link) && !qmap_tx_bridge(link, skb))
		return NETDEV_TX_OK;

	spin_lock(&tx->lock);
	taken = takes_packet(link);
	if (taken)
		qmap_tx_start_packet(link, skb);
	if (!taken || must_wait(link)) {
		/* it sends no more for now, whatever was announced */
		qmap_tx_try_send(modem, false);
		if (must_wait(link))
			qmap_queue_stop(link);
	} else if (!more && !netdev_xmit_more()) {
		qmap_tx_try_send(modem, false);
	}
	spin_unlock(&tx->lock);
	return taken ? NETDEV_TX_OK : NETDEV_TX_BUSY;
}

static enum hrtimer_restart qmap_tx_timer(struct hrtimer *timer)
{
	struct qmap_modem *modem = container_of(timer, struct qmap_modem,
						tx.timer);

	spin_lock(&modem->tx.lock);
	qmap_tx_try_send(modem, true);
	qmap_tx_wake_queues_and_poll(modem);
	spin_unlock(&modem->tx.lock);
	return HRTIMER_NORESTART;
}

/* Sends what is due. Context: process or softirq. */
void qmap_tx_kick(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	qmap_tx_push_pending(modem);
	qmap_tx_try_send(modem, false);
	qmap_tx_wake_queues_and_poll(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/* Drops the answer if there is no place for it. Context: NAPI. */
void qmap_tx_answer(struct qmap_modem *modem, const struct qmap_answer *answer)
{
	struct qmap_tx *tx = &modem->tx;

	spin_lock(&tx->lock);
	if (!is_closed(tx) && tx->n_answers < QMAP_TX_MAX_ANSWERS)
		tx->answers[tx->n_answers++] = *answer;
	spin_unlock(&tx->lock);
	qmap_tx_kick(modem);
}

static void qmap_tx_completed(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	struct qmap_tx *tx = &modem->tx;

	tx->in_flight--;
	usb_autopm_put_interface_async(modem->usbnet->intf);
	if (!xfer->urb->status) {
		qmap_tx_put_idle(xfer);
		return;
	}
	if (xfer->urb->status == -EPIPE && !is_closed(tx)) {
		tx->blocked |= QMAP_TX_HALTED;
		qmap_schedule_recovery(modem, 0);
	}
	qmap_tx_fail(modem, xfer);
}

/* Below the limit another transfer is begun, so two are there at least.
 *
 * Return: bytes that keep the modem busy for so long, without @last of them.
 */
static unsigned int bytes_in(const struct qmap_tx *tx, u64 ns, unsigned int last)
{
	unsigned int transfer = tx->limits.max_bytes;
	u64 bytes = 0, least;

	least = max(transfer, MIN_IN_FLIGHT - min(MIN_IN_FLIGHT, transfer));
	if (tx->busy_ns)
		bytes = div64_u64(tx->busy_bytes * ns, tx->busy_ns);
	bytes -= min_t(u64, bytes, last);
	return clamp_t(u64, bytes, least, TX_RING * QMAP_TX_SIZE);
}

static void qmap_tx_limit_in_flight(struct qmap_tx *tx)
{
	tx->dql.min_limit = bytes_in(tx, MIN_IN_FLIGHT_NS, 0);
	tx->dql.max_limit = bytes_in(tx, MAX_IN_FLIGHT_NS, tx->limits.max_bytes);
	tx->busy_ns = 0;
	tx->busy_bytes = 0;
}

static void qmap_tx_estimate(struct qmap_tx *tx, unsigned int bytes)
{
	ktime_t now = ktime_get();

	tx->busy_ns += ktime_to_ns(ktime_sub(now, tx->busy_since));
	tx->busy_bytes += bytes;
	tx->busy_since = now;
	if (tx->busy_ns >= ESTIMATE_NS)
		qmap_tx_limit_in_flight(tx);
}

static void qmap_tx_reclaim(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;
	unsigned int bytes = 0;

	while ((xfer = qmap_ring_next_done(&tx->ring))) {
		bytes += xfer->len;
		qmap_tx_completed(modem, xfer);
	}
	if (!bytes)
		return;
	tx->last_taken = jiffies;
	qmap_tx_estimate(tx, bytes);
	dql_completed(&tx->dql, bytes);
}

/* Reclaims what was sent, sends what is due. Context: NAPI.
 *
 * Return: whether queues were woken: a partial aggregate waits until they have
 * filled it, and this must be called again after that.
 */
bool qmap_tx_poll(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	bool refill;

	spin_lock(&tx->lock);
	qmap_tx_reclaim(modem);
	tx->refill = false;
	qmap_tx_push_pending(modem);
	qmap_tx_wake_queues(tx);
	refill = tx->refill;
	qmap_tx_try_send(modem, false);
	spin_unlock(&tx->lock);
	return refill;
}

/* The link goes down; its queue is off. Context: process. */
void qmap_tx_purge_link(struct qmap_link *link)
{
	struct qmap_tx *tx = &link->modem->tx;

	spin_lock_bh(&tx->lock);
	if (link->packet.skb)
		qmap_tx_drop_packet(link);
	qmap_fq_del(link);
	link->flow_off = false;
	spin_unlock_bh(&tx->lock);
	qmap_tx_kick(link->modem);
}

void qmap_tx_clear_halt(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	bool asked;

	if (!(READ_ONCE(tx->blocked) & QMAP_TX_HALTED))
		return;
	asked = qmap_ring_clear_halt(&tx->ring);
	spin_lock_bh(&tx->lock);
	qmap_tx_reclaim(modem);	/* or an old stall would be taken for a new one */
	if (asked)
		tx->blocked &= ~QMAP_TX_HALTED;
	spin_unlock_bh(&tx->lock);
}

/* @limits: clamped to what is possible */
void qmap_tx_set_limits(struct qmap_modem *modem,
			const struct qmap_tx_limits *limits)
{
	struct qmap_tx_limits *own = &modem->tx.limits;

	ASSERT_RTNL();
	spin_lock_bh(&modem->tx.lock);
	own->max_frames = clamp(limits->max_frames, 1U, QMAP_TX_MAX_FRAMES);
	own->max_bytes = clamp(limits->max_bytes, 1U, QMAP_TX_SIZE);
	own->time_usecs = min(limits->time_usecs, QMAP_TX_MAX_USECS);
	modem->tx.busy_ns = 0;
	qmap_tx_limit_in_flight(&modem->tx);
	spin_unlock_bh(&modem->tx.lock);
	qmap_tx_kick(modem);
}

/* @version: 1, 5, or 0 for that of the downlink, and before its first frame that of
 * the product. User space agrees with the modem on the version of each direction.
 *
 * Context: process.
 */
void qmap_tx_set_version(struct qmap_modem *modem, u8 version)
{
	ASSERT_RTNL();
	spin_lock_bh(&modem->tx.lock);
	modem->tx.version = version;
	qmap_tx_choose_version(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/* A frame of the downlink was in this version. The uplink follows, unless user space
 * has set another. Context: NAPI.
 */
void qmap_tx_set_rx_version(struct qmap_modem *modem, bool v5)
{
	struct qmap_tx *tx = &modem->tx;

	if (likely(tx->rx_v5 == v5))
		return;
	spin_lock(&tx->lock);
	tx->rx_v5 = v5;
	qmap_tx_choose_version(modem);
	spin_unlock(&tx->lock);
}

void qmap_tx_init(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;

	qmap_ring_init(&tx->ring, modem);
	spin_lock_init(&tx->lock);
	qmap_fq_init(&tx->fq);
	hrtimer_setup(&tx->timer, qmap_tx_timer, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	dql_init(&tx->dql, HZ);
	tx->blocked = QMAP_TX_CLOSED;
	tx->limits = (struct qmap_tx_limits) {
		.max_frames = 1,
		.max_bytes = DEFAULT_BYTES,
		.time_usecs = TIME_USECS,
	};
	tx->rx_v5 = QMAP_RX_V5_UNKNOWN;
	qmap_tx_choose_version(modem);
}

/* Context: process. Return: 0 or -ENOMEM. */
int qmap_tx_start(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	int err;

	ASSERT_RTNL();
	err = qmap_ring_alloc(&tx->ring, TX_RING, QMAP_TX_SIZE,
			      modem->usbnet->out);
	if (err)
		return err;

	dql_reset(&tx->dql);
	tx->dql.adj_limit = 0;	/* by which the last session had counted */
	spin_lock_bh(&tx->lock);
	tx->busy_ns = 0;
	qmap_tx_limit_in_flight(tx);
	tx->blocked &= ~QMAP_TX_CLOSED;
	tx->refill = false;
	/* links may have run into the missing ring since the last stop */
	qmap_tx_wake_queues_and_poll(modem);
	spin_unlock_bh(&tx->lock);
	return 0;
}

void qmap_tx_close(struct qmap_modem *modem)
{
	ASSERT_RTNL();
	spin_lock_bh(&modem->tx.lock);
	modem->tx.blocked |= QMAP_TX_CLOSED;
	spin_unlock_bh(&modem->tx.lock);
	hrtimer_cancel(&modem->tx.timer);
}

static void qmap_tx_drop_all(struct qmap_modem *modem)
{
	struct qmap_link *link;

	list_for_each_entry(link, &modem->links, list)
		if (link->packet.skb)
			qmap_tx_drop_packet(link);
}

/* The ring is closed and poisoned, NAPI and recovery are off. Context: process. */
void qmap_tx_stop(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;

	ASSERT_RTNL();
	spin_lock_bh(&tx->lock);
	qmap_tx_reclaim(modem);
	qmap_tx_drop_all(modem);
	tx->agg = NULL;
	tx->n_answers = 0;
	qmap_queue_reset_flow(modem);
	tx->blocked &= ~QMAP_TX_HALTED;
	tx->rx_v5 = QMAP_RX_V5_UNKNOWN;	/* something else may be agreed on next */
	qmap_tx_choose_version(modem);
	spin_unlock_bh(&tx->lock);
	qmap_ring_free(&tx->ring);
}

static bool qmap_tx_is_drained(struct qmap_modem *modem)
{
	bool drained;

	spin_lock_bh(&modem->tx.lock);
	drained = !modem->tx.in_flight;
	spin_unlock_bh(&modem->tx.lock);
	return drained;
}

/* Nothing is submitted until qmap_tx_resume(). What the modem has not taken a second
 * later is still in flight then.
 *
 * Context: process.
 * Return: 0, or -EBUSY with nothing changed if @may_refuse and something is in flight.
 */
int qmap_tx_suspend(struct qmap_modem *modem, bool may_refuse)
{
	struct qmap_tx *tx = &modem->tx;
	int tries = DRAIN_MSECS / POLL_MSECS;

	spin_lock_bh(&tx->lock);
	if (may_refuse && tx->in_flight) {
		spin_unlock_bh(&tx->lock);
		return -EBUSY;
	}
	tx->blocked |= QMAP_TX_SUSPENDED;
	spin_unlock_bh(&tx->lock);

	while (!qmap_tx_is_drained(modem) && tries--)
		msleep(POLL_MSECS);
	return 0;
}

/* The modem has begun anew: what it had commanded is over; qmap_tx_resume() must
 * follow. Context: process.
 */
void qmap_tx_reset(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	qmap_queue_reset_flow(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/* The device is awake: what has waited for it leaves. Context: process. */
void qmap_tx_resume(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	modem->tx.blocked &= ~QMAP_TX_SUSPENDED;
	spin_unlock_bh(&modem->tx.lock);
	qmap_tx_kick(modem);
}
