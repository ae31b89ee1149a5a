// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues of links are stopped and woken: while there is no room in the uplink, and
 * as the modem commands it. Packets wait in the links' qdiscs meanwhile.
 */
#include "qmap_fq.h"
#include "qmap_wwan.h"

static void qmap_queue_stop_for(struct qmap_link *link, enum qmap_link_counter why)
{
	qmap_link_count(link, why, 1);
	netif_stop_queue(link->ndev);
}

/* Until it is the link's turn, or until the modem lets it send. */
void qmap_queue_stop(struct qmap_link *link)
{
	struct qmap_tx *tx = &link->modem->tx;

	lockdep_assert_held(&tx->lock);
	qmap_queue_stop_for(link, QMAP_LINK_TX_NO_ROOM);
	if (!link->flow_off)
		qmap_fq_add(&tx->fq, link);
}

static bool qmap_queue_wake_link(struct qmap_link *link)
{
	if (!netif_queue_stopped(link->ndev) || !netif_running(link->ndev))
		return false;
	netif_wake_queue(link->ndev);
	return true;
}

/* There is room for links that wait. The first to be woken finds it. One that is
 * alone need not wait for its turn.
 *
 * Context: tx.lock.
 * Return: whether any queue was stopped.
 */
bool qmap_queue_wake(struct qmap_fq *fq)
{
	struct qmap_link *link;
	bool woken = false;

	list_for_each_entry(link, &fq->links, fq_node)
		if (!link->packet.skb && qmap_queue_wake_link(link))
			woken = true;
	link = qmap_fq_first(fq);
	if (list_is_singular(&fq->links) && !link->packet.skb)
		qmap_fq_del(link);
	return woken;
}

/* A link may send that the modem has stopped; qmap_tx_kick() must follow. */
void qmap_queue_flow_on(struct qmap_link *link)
{
	struct qmap_tx *tx = &link->modem->tx;

	lockdep_assert_held(&tx->lock);
	link->flow_off = false;
	if (netif_running(link->ndev))
		qmap_fq_add(&tx->fq, link);
}

static void qmap_queue_flow_off(struct qmap_link *link)
{
	if (!link->flow_off)
		qmap_queue_stop_for(link, QMAP_LINK_TX_FLOW_OFF);
	link->flow_off = true;
	link->flow_since = jiffies;
	qmap_watchdog_start(link->modem);
	qmap_fq_del(link);
}

/* The modem lets a link send, or not. Of a packet that is in part in an aggregate,
 * the rest waits too.
 *
 * Context: NAPI.
 */
void qmap_queue_set_flow(struct qmap_link *link, bool off)
{
	struct qmap_tx *tx = &link->modem->tx;

	spin_lock(&tx->lock);
	if (off)
		qmap_queue_flow_off(link);
	else if (link->flow_off)
		qmap_queue_flow_on(link);
	spin_unlock(&tx->lock);
}

/* All links may send; qmap_tx_kick() must follow. */
void qmap_queue_reset_flow(struct qmap_modem *modem)
{
	struct qmap_link *link;

	lockdep_assert_held(&modem->tx.lock);
	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list)
		if (link->flow_off)
			qmap_queue_flow_on(link);
	rcu_read_unlock();
}
