// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the driver waits for the modem.
 *
 * A modem that takes transfers, however slowly, is not stuck: in bad coverage each
 * may take some seconds. The network stack's watchdog knows only that a queue has been
 * stopped for a while, so there is none.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/jiffies.h>
#include <linux/net.h>

/* Seconds until a link that the modem has stopped sends again. The modem finds its
 * network again within 38, by the timers T310, T311 and T301 of LTE and 5G NR (3GPP
 * TS 36.331, 38.331). After that its word to go on was lost, or the word to stop never
 * meant; a modem that means it says it again.
 */
#define FLOW_OFF_SECS	40

static_assert(QMAP_STUCK_SECS <= FLOW_OFF_SECS);

/* Return: jiffies until then, or 0. */
static unsigned long time_left(unsigned long since, unsigned int seconds)
{
	unsigned long end = since + seconds * HZ, now = jiffies;

	return time_after(end, now) ? end - now : 0;
}

static unsigned long qmap_watchdog_check_transfers(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	unsigned long left;

	if (tx->blocked & QMAP_TX_CLOSED || !tx->in_flight)
		return 0;
	/* resume or the recovery takes care of them */
	if (tx->blocked)
		tx->last_taken = jiffies;
	left = time_left(tx->last_taken, QMAP_STUCK_SECS);
	if (left)
		return left;

	if (net_ratelimit())
		netdev_err(modem->ndev, "the modem has taken nothing for %u s, %u transfers are given up\n",
			   QMAP_STUCK_SECS, tx->in_flight);
	qmap_ring_unlink(&tx->ring);
	qmap_schedule_recovery(modem, 0);
	tx->last_taken = jiffies;
	return QMAP_STUCK_SECS * HZ;
}

static unsigned long qmap_watchdog_check_link(struct qmap_link *link)
{
	unsigned long left;

	if (!link->flow_off)
		return 0;
	left = time_left(link->flow_since, FLOW_OFF_SECS);
	if (left)
		return left;

	if (net_ratelimit())
		netdev_warn(link->ndev, "stopped by the modem for %u s, sends again\n",
			    FLOW_OFF_SECS);
	qmap_queue_flow_on(link);
	return 0;
}

static unsigned long qmap_watchdog_check_links(struct qmap_modem *modem)
{
	struct qmap_link *link;
	unsigned long left = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list)
		left = min_not_zero(left, qmap_watchdog_check_link(link));
	rcu_read_unlock();
	return left;
}

static void qmap_watchdog_work(struct work_struct *work)
{
	struct qmap_modem *modem = container_of(to_delayed_work(work),
						struct qmap_modem, watchdog);
	unsigned long left;

	spin_lock_bh(&modem->tx.lock);
	left = min_not_zero(qmap_watchdog_check_transfers(modem),
			    qmap_watchdog_check_links(modem));
	spin_unlock_bh(&modem->tx.lock);
	if (left)
		schedule_delayed_work(&modem->watchdog, left);
	qmap_tx_kick(modem);
}

void qmap_watchdog_init(struct qmap_modem *modem)
{
	INIT_DELAYED_WORK(&modem->watchdog, qmap_watchdog_work);
}
