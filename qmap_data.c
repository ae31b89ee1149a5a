// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path as a whole: NAPI, recovery from errors, start and stop, suspend
 * and resume of both rings together.
 *
 * Everything happens in NAPI's softirq. The recovery does what must sleep.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/rtnetlink.h>

/* The full budget has NAPI poll again, after the queues that were woken have had
 * their turn in NET_TX_SOFTIRQ.
 */
static int qmap_poll(struct napi_struct *napi, int budget)
{
	struct qmap_modem *modem = container_of(napi, struct qmap_modem, napi);
	bool refill;
	int work;

	refill = qmap_tx_poll(modem);
	work = qmap_rx_poll(modem, budget);
	if (refill)
		return budget;
	if (work < budget)
		qmap_deliver_complete(modem);
	return work;
}

static void qmap_recovery_work(struct work_struct *work)
{
	struct qmap_modem *modem = container_of(to_delayed_work(work),
						struct qmap_modem, recovery);
	struct usb_interface *intf = modem->usbnet->intf;

	if (usb_autopm_get_interface(intf))
		return;
	qmap_rx_clear_halt(modem);
	qmap_tx_clear_halt(modem);
	qmap_rx_grow(modem);
	qmap_rx_refill(modem, GFP_KERNEL);
	qmap_tx_kick(modem);
	usb_autopm_put_interface(intf);
}

void qmap_data_init(struct qmap_modem *modem)
{
	qmap_rx_init(modem);
	qmap_tx_init(modem);
	qmap_watchdog_init(modem);
	INIT_DELAYED_WORK(&modem->recovery, qmap_recovery_work);
	/* A socket that polls cannot make the host controller complete anything, and
	 * would have GRO keep packets, in the worst case of a link that goes away.
	 */
	set_bit(NAPI_STATE_NO_BUSY_POLL, &modem->napi.state);
	netif_napi_add(modem->ndev, &modem->napi, qmap_poll);
}

/* The rings are stopped. */
void qmap_data_exit(struct qmap_modem *modem)
{
	cancel_delayed_work_sync(&modem->recovery);
	netif_napi_del(&modem->napi);
}

/* Makes both rings and starts to receive. The device is awake. Context: process.
 *
 * Return: 0 or a negative errno with nothing started.
 */
int qmap_data_start(struct qmap_modem *modem)
{
	int err;

	ASSERT_RTNL();
	napi_enable(&modem->napi);
	err = qmap_rx_start(modem);
	if (!err)
		err = qmap_tx_start(modem);
	if (err) {
		qmap_data_stop(modem);
		return err;
	}

	mutex_lock(&modem->sleep_lock);
	modem->running = true;
	mutex_unlock(&modem->sleep_lock);
	return 0;
}

/* Takes back all transfers and frees them. Context: process. */
void qmap_data_stop(struct qmap_modem *modem)
{
	ASSERT_RTNL();
	qmap_tx_close(modem);

	mutex_lock(&modem->sleep_lock);
	modem->running = false;
	qmap_ring_poison(&modem->rx.ring);
	qmap_ring_poison(&modem->tx.ring);
	mutex_unlock(&modem->sleep_lock);

	cancel_delayed_work_sync(&modem->recovery);
	napi_disable(&modem->napi);
	/* the last poll may have asked for it again */
	cancel_delayed_work_sync(&modem->recovery);
	cancel_delayed_work_sync(&modem->watchdog);
	qmap_tx_stop(modem);
	qmap_rx_stop(modem);
}

/* Leaves nothing with the host controller; qmap_tx_suspend() came before. Context:
 * process.
 *
 * While the system goes to sleep or wakes up, the kernel may still close a netdev, as
 * at the end of a namespace: only user space is frozen, and a reference to the device
 * does not prevent it. Then stop has the rings.
 */
void qmap_data_suspend(struct qmap_modem *modem)
{
	mutex_lock(&modem->sleep_lock);
	if (modem->running) {
		qmap_ring_kill(&modem->tx.ring);
		qmap_ring_poison(&modem->rx.ring);
	}
	mutex_unlock(&modem->sleep_lock);
}

/* The device is awake, its netdev up or down. What waited for it leaves now. Context:
 * process.
 */
void qmap_data_resume(struct qmap_modem *modem)
{
	bool halted;

	mutex_lock(&modem->sleep_lock);
	if (modem->running) {
		qmap_ring_unpoison(&modem->rx.ring);
		qmap_rx_refill(modem, GFP_NOIO);
	}
	qmap_tx_resume(modem);
	halted = READ_ONCE(modem->rx.halted) ||
		 READ_ONCE(modem->tx.blocked) & QMAP_TX_HALTED;
	if (modem->running && halted)
		qmap_schedule_recovery(modem, 0);
	mutex_unlock(&modem->sleep_lock);
}

/* Waits until NAPI and GRO hold no packet. The netdev is up. Context: process. */
void qmap_data_quiesce(struct qmap_modem *modem)
{
	ASSERT_RTNL();
	napi_disable(&modem->napi);
	napi_enable(&modem->napi);

	/* what completed meanwhile has found NAPI disabled */
	local_bh_disable();
	napi_schedule(&modem->napi);
	local_bh_enable();
}
