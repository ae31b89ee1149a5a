// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uplink: packets fill an aggregate, and when it is sent.
 *
 * Packets wait in the qdiscs of the links; of each link one at the most is here,
 * for want of room. The links of a modem share one open aggregate, and take turns
 * (qmap_turns.c). It is self-clocking: a full one is sent at once, a partial one
 * when nothing is in flight and the last one left long enough ago. So a packet on
 * a quiet line leaves in the softirq that brought it, and under load transfers are
 * full.
 *
 * What is here is bounded by byte queue limits, and those by a time: enough to
 * keep the modem busy until a completion is answered, and no more. A slow modem
 * has one transfer in flight and the next one behind it, and what then follows is
 * chosen when the first completes. So a ping waits for two transfers at most,
 * whatever other links send, and overtakes what its own qdisc lets it.
 *
 * Where nobody has agreed on aggregation, and without QMAP, an aggregate is
 * full with its first packet.
 */
#include "qmap_wwan.h"
#include "qmap_turns.h"
#include "qmap_compat.h"

#include <linux/math64.h>
#include <linux/skbuff.h>
#include <linux/usb.h>
#include <linux/usb/usbnet.h>

#define RETRY_MSECS	10
#define DRAIN_MSECS	1000
#define POLL_MSECS	20
#define MIN_IN_FLIGHT	8192U	/* bytes; less would be a softirq for each packet */
#define MIN_IN_FLIGHT_NS NSEC_PER_MSEC	/* until a completion is answered */
#define MAX_IN_FLIGHT_NS (4 * NSEC_PER_MSEC)
#define ESTIMATE_NS	(4 * NSEC_PER_MSEC)	/* busy time for an estimate */
#define TIME_USECS	250	/* fills transfers at a tenth of the delay of LTE */

static bool is_full(const struct qmap_tx *tx, const struct qmap_xfer *xfer)
{
	return xfer->whole || xfer->frames >= tx->limits.max_frames ||
	       xfer->len + qmap_frame_size(1, tx->v5) > tx->limits.max_bytes;
}

/* A packet without QMAP header shares a transfer with nobody. */
static bool fits(const struct qmap_tx *tx, const struct qmap_xfer *xfer,
		 bool framed, unsigned int size)
{
	return framed && !is_full(tx, xfer) &&
	       xfer->len + size <= tx->limits.max_bytes;
}

static bool takes_packet(const struct qmap_link *link)
{
	return link->modem->tx.running && !link->packet.skb && !link->flow_off;
}

static bool has_room(const struct qmap_modem *modem)
{
	const struct qmap_tx *tx = &modem->tx;

	if (!tx->running || tx->n_answers || dql_avail(&tx->dql) < 0)
		return false;
	if (tx->open)
		return !is_full(tx, tx->open) && !tx->asleep && !tx->halted;
	return !list_empty(&tx->ring.idle);
}

static void release(struct qmap_xfer *xfer)
{
	xfer->len = 0;
	xfer->frames = 0;
	xfer->whole = false;
	qmap_ring_park(xfer);
}

/* What stop takes back is no error. */
static void fail(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	if (modem->tx.running) {
		qmap_count(modem, QMAP_TX_ERRORS, 1);
		modem->ndev->stats.tx_errors += xfer->frames;
	}
	release(xfer);
}

static int submit(struct qmap_modem *modem, struct qmap_xfer *xfer)
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
static void wake_device(struct qmap_modem *modem)
{
	struct usb_interface *intf = modem->usbnet->intf;

	if (!usb_autopm_get_interface_async(intf))
		usb_autopm_put_interface_async(intf);
}

/* Return: whether the open aggregate is gone. If not, it is sent later. */
static bool send_open(struct qmap_modem *modem, enum qmap_counter why)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer = tx->open;
	int err;

	if (tx->halted || !tx->running)
		return false;
	if (tx->asleep) {
		wake_device(modem);
		return false;
	}

	err = submit(modem, xfer);
	if (err == -ENOMEM || err == -EAGAIN) { /* no room to map it for DMA */
		qmap_data_recover(modem, RETRY_MSECS);
		return false;
	}

	tx->open = NULL;
	if (err) {
		dql_completed(&tx->dql, xfer->len);
		fail(modem, xfer);
		return true;
	}
	tx->last_sent = ktime_get();
	if (!tx->in_flight++) {
		tx->busy_since = tx->last_sent;
		tx->taken = jiffies;
		qmap_timeout_start(modem);
	}
	qmap_count(modem, QMAP_TX_TRANSFERS, 1);
	qmap_count(modem, why, 1);
	return true;
}

/* Send what is due. */
static void clock_out(struct qmap_modem *modem, bool timer)
{
	struct qmap_tx *tx = &modem->tx;
	ktime_t due;

	if (!tx->open || !tx->running)
		return;
	if (is_full(tx, tx->open)) {
		send_open(modem, QMAP_TX_FULL);
		return;
	}
	if (tx->in_flight || tx->refill || hrtimer_is_queued(&tx->timer))
		return;

	due = ktime_add_us(tx->last_sent, tx->limits.time_usecs);
	if (!ktime_before(ktime_get(), due))
		send_open(modem, timer ? QMAP_TX_TIMER : QMAP_TX_IDLE);
	else
		hrtimer_start(&tx->timer, due, HRTIMER_MODE_ABS_SOFT);
}

/* The first to be woken finds the room that there is. Who is alone need not wait
 * for its turn.
 */
static void wake_queues(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_link *link;

	if (list_empty(&tx->turns.links) || !has_room(modem))
		return;
	list_for_each_entry(link, &tx->turns.links, turn)
		if (!link->packet.skb && qmap_link_wake_queue(link))
			tx->refill = true;
	link = qmap_turns_first(&tx->turns);
	if (list_is_singular(&tx->turns.links) && !link->packet.skb)
		qmap_turns_leave(link);
}

/* The poll comes after the queues that are woken have had their turn. */
static void wake_queues_and_poll(struct qmap_modem *modem)
{
	wake_queues(modem);
	if (modem->tx.refill)
		napi_schedule(&modem->napi);
}

/* Return: the aggregate that takes @size bytes more, or NULL for now. A packet
 * that is longer than any aggregate goes alone.
 */
static struct qmap_xfer *open_for(struct qmap_modem *modem, bool framed,
				  unsigned int size)
{
	struct qmap_tx *tx = &modem->tx;

	if (tx->open && !fits(tx, tx->open, framed, size) &&
	    !send_open(modem, QMAP_TX_FULL))
		return NULL;
	if (!tx->open && dql_avail(&tx->dql) >= 0)
		tx->open = qmap_ring_next_idle(&tx->ring);
	return tx->open;
}

/* Return: where in the aggregate the next frame of @size bytes belongs. */
static u8 *reserve(struct qmap_tx *tx, struct qmap_xfer *xfer, unsigned int size)
{
	u8 *buf = xfer->buf + xfer->len;

	xfer->len += size;
	xfer->frames++;
	dql_queued(&tx->dql, size);
	return buf;
}

static void append(struct qmap_modem *modem, struct qmap_link *link,
		   struct qmap_xfer *xfer, unsigned int len, unsigned int size)
{
	struct qmap_packet *packet = &link->packet;
	u8 *buf = reserve(&modem->tx, xfer, size);
	bool v5 = modem->tx.v5, csum = false;

	xfer->whole = !link->mux_id;
	if (link->mux_id) {
		csum = v5 && qmap_packet_wants_csum(packet);
		buf += qmap_encode(buf, link->mux_id, len, v5, csum);
	}
	qmap_packet_copy(packet, buf, csum);
	qmap_count(modem, QMAP_TX_FRAMES, 1);
	qmap_link_count(link, QMAP_LINK_TX_FRAMES, 1);
	if (csum)
		qmap_link_count(link, QMAP_LINK_TX_CSUM_ASKED, 1);
}

/* A modem reads a transfer in one version. */
static void speak(struct qmap_tx *tx, bool v5)
{
	if (tx->open && tx->v5 != v5)
		tx->open->whole = true;
	tx->v5 = v5;
}

/* In qmap_mode 0 nobody tells the driver what was agreed on. A packet in each
 * version, in turn, and one of two gets an answer.
 */
static void choose_version(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	bool told = tx->version || tx->heard != QMAP_HEARD_NOTHING;

	tx->in_turn = !told && !modem->mode;
	if (tx->version || !told)
		speak(tx, (tx->version ?: modem->product->qmap_version) == 5);
	else
		speak(tx, tx->heard);
}

static void finish(struct qmap_link *link)
{
	struct qmap_packet *packet = &link->packet;
	struct qmap_tx *tx = &link->modem->tx;

	qmap_link_sent(link, packet->frames, packet->skb->len +
		       (packet->frames - 1) * packet->header);
	/* few ask, and it is a call */
	if (unlikely(skb_shinfo(packet->skb)->tx_flags & SKBTX_ANY_TSTAMP))
		skb_tx_timestamp(packet->skb);
	napi_consume_skb(packet->skb, 1);
	packet->skb = NULL;
	if (unlikely(tx->in_turn) && link->mux_id)
		speak(tx, !tx->v5);
}

/* Put as much of the link's packet into aggregates as its turn allows.
 * Return: whether there was room for that.
 */
static bool advance_link(struct qmap_modem *modem, struct qmap_link *link)
{
	struct qmap_packet *packet = &link->packet;
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;
	unsigned int len, size;

	do {
		len = qmap_packet_segment(packet);
		size = link->mux_id ? qmap_frame_size(len, modem->tx.v5) : len;
		xfer = open_for(modem, link->mux_id, size);
		if (!xfer)
			return false;
		append(modem, link, xfer, len, size);
		qmap_turns_charge(&tx->turns, link, size);
	} while (packet->left && !qmap_turns_is_over(&tx->turns, link));
	if (!packet->left)
		finish(link);
	return true;
}

/* Return: whether there was room for all. */
static bool advance_answers(struct qmap_modem *modem)
{
	const unsigned int size = qmap_frame_size(sizeof(struct qmap_command), false);
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;

	while (tx->n_answers) {
		xfer = open_for(modem, true, size);
		if (!xfer)
			return false;
		qmap_encode_answer(reserve(tx, xfer, size), &tx->answers[0]);
		qmap_count(modem, QMAP_TX_ANSWERS, 1);
		tx->n_answers--;
		memmove(tx->answers, tx->answers + 1,
			tx->n_answers * sizeof(tx->answers[0]));
	}
	return true;
}

/* Return: whether the link has nothing in hand because its queue is still to have
 * its turn. Until then nobody goes on who has sent more.
 */
static bool is_awaited(const struct qmap_tx *tx, const struct qmap_link *link)
{
	return tx->refill || netif_queue_stopped(link->ndev);
}

/* Put what is in hand into aggregates, as far as there is room. */
static void advance(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_link *link;

	if (!tx->running || !advance_answers(modem))
		return;
	while ((link = qmap_turns_first(&tx->turns))) {
		if (!link->packet.skb) {
			if (is_awaited(tx, link))
				return;
			qmap_turns_leave(link);
			continue;
		}
		if (!advance_link(modem, link))
			return;
		qmap_turns_next(&tx->turns);
	}
}

static void drop(struct qmap_link *link)
{
	link->ndev->stats.tx_dropped++;
	dev_kfree_skb_any(link->packet.skb);
	link->packet.skb = NULL;
}

/* Nobody waits: it needs no turn. */
static void pass(struct qmap_link *link)
{
	struct qmap_turns *turns = &link->modem->tx.turns;

	qmap_turns_catch_up(turns, link);
	if (!advance_link(link->modem, link))
		qmap_turns_join(turns, link);
}

static void begin(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_tx *tx = &link->modem->tx;

	if (!qmap_packet_init(&link->packet, link, skb)) {
		qmap_link_count(link, QMAP_LINK_TX_INVALID, 1);
		drop(link);
	} else if (list_empty(&tx->turns.links) && !tx->n_answers) {
		pass(link);
	} else {
		qmap_turns_join(&tx->turns, link);
		advance(link->modem);
	}
}

/* Return: whether its next packet is to wait in its qdisc. */
static bool must_wait(const struct qmap_link *link)
{
	return link->packet.skb || link->flow_off || !has_room(link->modem);
}

/* Until it is its turn, or until the modem lets it. */
static void stop_queue(struct qmap_link *link)
{
	qmap_link_stop_queue(link, QMAP_LINK_TX_NO_ROOM);
	if (!link->flow_off)
		qmap_turns_join(&link->modem->tx.turns, link);
}

/**
 * qmap_tx_xmit() - send a packet
 * @link: whose packet it is
 * @skb: the packet
 *
 * Context: ndo_start_xmit.
 * Return: NETDEV_TX_OK with @skb consumed, or NETDEV_TX_BUSY for want of room
 * with the link's queue stopped.
 */
netdev_tx_t qmap_tx_xmit(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_modem *modem = link->modem;
	struct qmap_tx *tx = &modem->tx;
	bool sent;

	spin_lock(&tx->lock);
	sent = takes_packet(link);
	if (sent)
		begin(link, skb);
	if (!sent || must_wait(link)) {
		/* it sends no more for now, whatever was announced */
		clock_out(modem, false);
		if (must_wait(link))
			stop_queue(link);
	} else if (!netdev_xmit_more()) {
		clock_out(modem, false);
	}
	spin_unlock(&tx->lock);
	return sent ? NETDEV_TX_OK : NETDEV_TX_BUSY;
}

static enum hrtimer_restart time_over(struct hrtimer *timer)
{
	struct qmap_modem *modem = container_of(timer, struct qmap_modem,
						tx.timer);

	spin_lock(&modem->tx.lock);
	clock_out(modem, true);
	wake_queues_and_poll(modem);
	spin_unlock(&modem->tx.lock);
	return HRTIMER_NORESTART;
}

/**
 * qmap_tx_kick() - send what is due
 * @modem: the modem
 *
 * Context: process or softirq.
 */
void qmap_tx_kick(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	advance(modem);
	clock_out(modem, false);
	wake_queues_and_poll(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/**
 * qmap_tx_let_go() - a link may send that the modem has stopped
 * @link: the link; qmap_tx_kick() is to come
 *
 * Context: softirqs off, tx.lock.
 */
void qmap_tx_let_go(struct qmap_link *link)
{
	link->flow_off = false;
	if (netif_running(link->ndev))
		qmap_turns_join(&link->modem->tx.turns, link);
}

static void flow_off(struct qmap_link *link)
{
	if (!link->flow_off)
		qmap_link_stop_queue(link, QMAP_LINK_TX_FLOW_OFF);
	link->flow_off = true;
	link->flow_since = jiffies;
	qmap_timeout_start(link->modem);
	qmap_turns_leave(link);
}

/**
 * qmap_tx_flow() - the modem lets a link send, or not
 * @link: the link
 * @off: not; of a packet that it has begun with, the rest waits too
 *
 * Context: NAPI.
 */
void qmap_tx_flow(struct qmap_link *link, bool off)
{
	struct qmap_tx *tx = &link->modem->tx;

	spin_lock(&tx->lock);
	if (off)
		flow_off(link);
	else if (link->flow_off)
		qmap_tx_let_go(link);
	spin_unlock(&tx->lock);
}

static void reset_flow(struct qmap_modem *modem)
{
	struct qmap_link *link;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list)
		if (link->flow_off)
			qmap_tx_let_go(link);
	rcu_read_unlock();
}

/**
 * qmap_tx_reset_flow() - let all links send, the modem has begun anew
 * @modem: the modem; qmap_tx_resume() is to come
 *
 * Context: process.
 */
void qmap_tx_reset_flow(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	reset_flow(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/**
 * qmap_tx_answer() - answer a command
 * @modem: the modem
 * @answer: the answer; one that there is no place for is dropped
 *
 * Context: NAPI.
 */
void qmap_tx_answer(struct qmap_modem *modem, const struct qmap_answer *answer)
{
	struct qmap_tx *tx = &modem->tx;

	spin_lock(&tx->lock);
	if (tx->running && tx->n_answers < QMAP_TX_MAX_ANSWERS)
		tx->answers[tx->n_answers++] = *answer;
	spin_unlock(&tx->lock);
	qmap_tx_kick(modem);
}

static void completed(struct qmap_modem *modem, struct qmap_xfer *xfer)
{
	modem->tx.in_flight--;
	usb_autopm_put_interface_async(modem->usbnet->intf);
	if (!xfer->urb->status) {
		release(xfer);
		return;
	}
	if (xfer->urb->status == -EPIPE && modem->tx.running) {
		modem->tx.halted = true;
		qmap_data_recover(modem, 0);
	}
	fail(modem, xfer);
}

/* With less in flight another transfer is begun, so with that there are two at
 * least.
 * Return: how much keeps the modem busy for so long, without @last bytes of it.
 */
static unsigned int bytes_in(const struct qmap_tx *tx, u64 ns, unsigned int last)
{
	unsigned int transfer = tx->limits.max_bytes;
	u64 bytes = 0, least;

	least = max(transfer, MIN_IN_FLIGHT - min(MIN_IN_FLIGHT, transfer));
	if (tx->busy_ns)
		bytes = div64_u64(tx->busy_bytes * ns, tx->busy_ns);
	bytes -= min_t(u64, bytes, last);
	return clamp_t(u64, bytes, least, QMAP_TX_RING * QMAP_TX_SIZE);
}

static void limit_in_flight(struct qmap_tx *tx)
{
	tx->dql.min_limit = bytes_in(tx, MIN_IN_FLIGHT_NS, 0);
	tx->dql.max_limit = bytes_in(tx, MAX_IN_FLIGHT_NS, tx->limits.max_bytes);
	tx->busy_ns = 0;
	tx->busy_bytes = 0;
}

static void estimate(struct qmap_tx *tx, unsigned int bytes)
{
	ktime_t now = ktime_get();

	tx->busy_ns += ktime_to_ns(ktime_sub(now, tx->busy_since));
	tx->busy_bytes += bytes;
	tx->busy_since = now;
	if (tx->busy_ns >= ESTIMATE_NS)
		limit_in_flight(tx);
}

static void reclaim(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	struct qmap_xfer *xfer;
	unsigned int bytes = 0;

	while ((xfer = qmap_ring_next_done(&tx->ring))) {
		bytes += xfer->len;
		completed(modem, xfer);
	}
	if (!bytes)
		return;
	tx->taken = jiffies;
	estimate(tx, bytes);
	dql_completed(&tx->dql, bytes);
}

/**
 * qmap_tx_poll() - reclaim what was sent, send what is due
 * @modem: the modem
 *
 * Context: NAPI.
 * Return: whether queues were woken: a partial aggregate waits until they have
 * filled it, and this is to be called again after that.
 */
bool qmap_tx_poll(struct qmap_modem *modem)
{
	bool refill;

	spin_lock(&modem->tx.lock);
	reclaim(modem);
	modem->tx.refill = false;
	advance(modem);
	wake_queues(modem);
	refill = modem->tx.refill;
	clock_out(modem, false);
	spin_unlock(&modem->tx.lock);
	return refill;
}

/**
 * qmap_tx_forget() - drop what is left of a link's packet
 * @link: its queue is off
 *
 * Context: process.
 */
void qmap_tx_forget(struct qmap_link *link)
{
	struct qmap_tx *tx = &link->modem->tx;

	spin_lock_bh(&tx->lock);
	if (link->packet.skb)
		drop(link);
	qmap_turns_leave(link);
	link->flow_off = false;
	spin_unlock_bh(&tx->lock);
	qmap_tx_kick(link->modem);
}

/**
 * qmap_tx_clear_halt() - if the endpoint is halted, bring it back to life
 * @modem: awake
 *
 * Context: process. What was in flight is lost.
 */
void qmap_tx_clear_halt(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	bool asked;

	if (!READ_ONCE(tx->halted))
		return;
	qmap_ring_kill(&tx->ring);
	asked = qmap_data_clear_halt(modem, modem->usbnet->out);
	spin_lock_bh(&tx->lock);
	reclaim(modem);		/* or an old stall would be taken for a new one */
	tx->halted = !asked;
	spin_unlock_bh(&tx->lock);
}

/**
 * qmap_tx_set_limits() - change when aggregates are full, and when due
 * @modem: the modem
 * @limits: clamped to what is possible
 *
 * Context: process, rtnl.
 */
void qmap_tx_set_limits(struct qmap_modem *modem,
			const struct qmap_tx_limits *limits)
{
	struct qmap_tx_limits *own = &modem->tx.limits;

	spin_lock_bh(&modem->tx.lock);
	own->max_frames = clamp(limits->max_frames, 1U, QMAP_TX_MAX_FRAMES);
	own->max_bytes = clamp(limits->max_bytes, 1U, QMAP_TX_SIZE);
	own->time_usecs = min(limits->time_usecs, QMAP_TX_MAX_USECS);
	modem->tx.busy_ns = 0;
	limit_in_flight(&modem->tx);
	spin_unlock_bh(&modem->tx.lock);
	qmap_tx_kick(modem);
}

/**
 * qmap_tx_set_version() - speak this version of QMAP, whatever the modem speaks
 * @modem: the modem
 * @version: 1, 5, or 0 for that of the downlink, and before its first frame that
 *	     of the product
 *
 * User space agrees with the modem on the version of each direction.
 *
 * Context: process, rtnl.
 */
void qmap_tx_set_version(struct qmap_modem *modem, u8 version)
{
	spin_lock_bh(&modem->tx.lock);
	modem->tx.version = version;
	choose_version(modem);
	spin_unlock_bh(&modem->tx.lock);
}

/**
 * qmap_tx_follow() - speak the version of QMAP that the modem speaks, unless
 *		      another is set
 * @modem: the modem
 * @v5: a frame of it was QMAPv5
 *
 * Context: NAPI.
 */
void qmap_tx_follow(struct qmap_modem *modem, bool v5)
{
	struct qmap_tx *tx = &modem->tx;

	if (likely(tx->heard == v5))
		return;
	spin_lock(&tx->lock);
	tx->heard = v5;
	choose_version(modem);
	spin_unlock(&tx->lock);
}

/**
 * qmap_tx_init() - once, when the modem is bound
 * @modem: the modem
 */
void qmap_tx_init(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;

	spin_lock_init(&tx->lock);
	qmap_turns_init(&tx->turns);
	hrtimer_setup(&tx->timer, time_over, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	dql_init(&tx->dql, HZ);
	tx->limits = (struct qmap_tx_limits) {
		.max_frames = 1,
		.max_bytes = QMAP_TX_DEFAULT_BYTES,
		.time_usecs = TIME_USECS,
	};
	tx->heard = QMAP_HEARD_NOTHING;
	choose_version(modem);
}

/**
 * qmap_tx_start() - make the ring
 * @modem: the modem
 *
 * Context: process, rtnl.
 * Return: 0 or -ENOMEM.
 */
int qmap_tx_start(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	int err;

	err = qmap_ring_alloc(&tx->ring, QMAP_TX_RING, QMAP_TX_SIZE,
			      modem->usbnet->out);
	if (err)
		return err;

	dql_reset(&tx->dql);
	tx->dql.adj_limit = 0;	/* by which the last session had counted */
	spin_lock_bh(&tx->lock);
	tx->busy_ns = 0;
	limit_in_flight(tx);
	tx->running = true;
	tx->refill = false;
	/* links may have run into the missing ring since the last stop */
	wake_queues_and_poll(modem);
	spin_unlock_bh(&tx->lock);
	return 0;
}

/**
 * qmap_tx_close() - submit nothing any more
 * @modem: the modem
 *
 * Context: process, rtnl.
 */
void qmap_tx_close(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	modem->tx.running = false;
	spin_unlock_bh(&modem->tx.lock);
	hrtimer_cancel(&modem->tx.timer);
}

static void drop_all(struct qmap_modem *modem)
{
	struct qmap_link *link;

	list_for_each_entry(link, &modem->links, list)
		if (link->packet.skb)
			drop(link);
}

/**
 * qmap_tx_stop() - free the ring
 * @modem: closed, its ring is poisoned, NAPI and recovery are off
 *
 * Context: process, rtnl.
 */
void qmap_tx_stop(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;

	spin_lock_bh(&tx->lock);
	reclaim(modem);
	drop_all(modem);
	tx->open = NULL;
	tx->n_answers = 0;
	reset_flow(modem);
	tx->halted = false;
	tx->heard = QMAP_HEARD_NOTHING;	/* something else may be agreed on next */
	choose_version(modem);
	spin_unlock_bh(&tx->lock);
	qmap_ring_free(&tx->ring);
}

static bool drained(struct qmap_modem *modem)
{
	bool drained;

	spin_lock_bh(&modem->tx.lock);
	drained = !modem->tx.in_flight;
	spin_unlock_bh(&modem->tx.lock);
	return drained;
}

/**
 * qmap_tx_suspend() - submit nothing until qmap_tx_resume()
 * @modem: the modem
 * @may_refuse: rather refuse than wait for what is in flight
 *
 * What the modem has not taken a second later is still in flight then.
 *
 * Context: process.
 * Return: 0 or -EBUSY.
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
	tx->asleep = true;
	spin_unlock_bh(&tx->lock);

	while (!drained(modem) && tries--)
		msleep(POLL_MSECS);
	return 0;
}

/**
 * qmap_tx_resume() - send what has waited for the device
 * @modem: awake
 *
 * Context: process.
 */
void qmap_tx_resume(struct qmap_modem *modem)
{
	spin_lock_bh(&modem->tx.lock);
	modem->tx.asleep = false;
	spin_unlock_bh(&modem->tx.lock);
	qmap_tx_kick(modem);
}
