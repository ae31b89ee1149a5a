// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the driver waits for the modem.
 *
 * One that takes transfers, however slowly, is not stuck: in bad coverage each may
 * take some seconds. The network stack's watchdog knows only that a queue has been
 * stopped for a while, so there is none.
 */
#include "qmap_wwan.h"

#include <linux/jiffies.h>
#include <linux/net.h>

/* seconds without a transfer that was taken */
#define STUCK		30

/* Seconds after which a link that the modem has stopped is let go. The longest
 * that it can take the modem to find its network again, by the timers T310, T311
 * and T301 of LTE and 5G NR (3GPP TS 36.331, 38.331), is 38. After that the word
 * to go on was lost, or the one to stop never meant. Who does mean it says it
 * again.
 */
#define FLOW_OFF	40

/* Return: jiffies that are left of some seconds, or 0. */
static unsigned long left(unsigned long since, unsigned int seconds)
{
	unsigned long end = since + seconds * HZ, now = jiffies;

	return time_after(end, now) ? end - now : 0;
}

static unsigned long check_transfers(struct qmap_modem *modem)
{
	struct qmap_tx *tx = &modem->tx;
	unsigned long rest;

	if (!tx->running || !tx->in_flight)
		return 0;
	/* somebody else takes care of them */
	if (tx->asleep || tx->halted)
		tx->taken = jiffies;
	rest = left(tx->taken, STUCK);
	if (rest)
		return rest;

	if (net_ratelimit())
		netdev_err(modem->ndev, "the modem has taken nothing for %u s, %u transfers are given up\n",
			   STUCK, tx->in_flight);
	qmap_ring_unlink(&tx->ring);
	qmap_data_recover(modem, 0);
	tx->taken = jiffies;
	return STUCK * HZ;
}

static unsigned long check_link(struct qmap_link *link)
{
	unsigned long rest;

	if (!link->flow_off)
		return 0;
	rest = left(link->flow_since, FLOW_OFF);
	if (rest)
		return rest;

	if (net_ratelimit())
		netdev_warn(link->ndev, "stopped by the modem for %u s, sends again\n",
			    FLOW_OFF);
	qmap_tx_let_go(link);
	return 0;
}

static unsigned long check_links(struct qmap_modem *modem)
{
	struct qmap_link *link;
	unsigned long rest = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list)
		rest = min_not_zero(rest, check_link(link));
	rcu_read_unlock();
	return rest;
}

static void check(struct work_struct *work)
{
	struct qmap_modem *modem = container_of(to_delayed_work(work),
						struct qmap_modem, timeout);
	unsigned long rest;

	spin_lock_bh(&modem->tx.lock);
	rest = min_not_zero(check_transfers(modem), check_links(modem));
	spin_unlock_bh(&modem->tx.lock);
	if (rest)
		schedule_delayed_work(&modem->timeout, rest);
	qmap_tx_kick(modem);
}

/**
 * qmap_timeout_start() - something begins that is not to last for ever
 * @modem: the modem; a transfer is in flight, or a link is stopped
 *
 * Looks in time, whatever begins, and then as long as there is something.
 *
 * Context: any, while transfers may be submitted.
 */
void qmap_timeout_start(struct qmap_modem *modem)
{
	BUILD_BUG_ON(STUCK > FLOW_OFF);
	if (!delayed_work_pending(&modem->timeout))
		schedule_delayed_work(&modem->timeout, STUCK * HZ);
}

/**
 * qmap_timeout_init() - once, when the modem is bound
 * @modem: the modem
 */
void qmap_timeout_init(struct qmap_modem *modem)
{
	INIT_DELAYED_WORK(&modem->timeout, check);
}
