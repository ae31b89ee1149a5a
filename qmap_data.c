// SPDX-License-Identifier: GPL-2.0-only
/*
 * The data path as a whole: NAPI, recovery from errors, start and stop, suspend
 * and resume of both rings together.
 *
 * Everything happens in the softirq of NAPI, but for what must sleep: that is
 * the recovery's.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/usb.h>
#include <linux/usb/usbnet.h>

#define RETRY_MSECS	10

/* The full budget has NAPI poll again, after the queues that were woken have had
 * their turn in NET_TX_SOFTIRQ.
 */
static int poll(struct napi_struct *napi, int budget)
{
	struct qmap_modem *modem = container_of(napi, struct qmap_modem, napi);
	bool refill;
	int work;

	refill = qmap_tx_poll(modem);
	work = qmap_rx_poll(modem, budget);
	if (refill)
		return budget;
	if (work < budget)
		qmap_rx_complete(modem);
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
	qmap_rx_grow(modem);
	qmap_rx_refill(modem, GFP_KERNEL);
	qmap_tx_kick(modem);
	usb_autopm_put_interface(intf);
}

/**
 * qmap_data_recover() - have process context look after the rings
 * @modem: the modem
 * @msecs: pause before that, so that a persistent error does not spin
 *
 * Context: any.
 */
void qmap_data_recover(struct qmap_modem *modem, unsigned int msecs)
{
	schedule_delayed_work(&modem->recovery, msecs_to_jiffies(msecs));
}

/**
 * qmap_data_clear_halt() - bring an endpoint back to life
 * @modem: the modem
 * @pipe: of the endpoint; nothing is in flight to it
 *
 * Context: process.
 * Return: false if the modem was not even asked to, for want of memory or because it
 * is suspended. The recovery comes again then.
 */
bool qmap_data_clear_halt(struct qmap_modem *modem, unsigned int pipe)
{
	int err = usb_clear_halt(modem->usbnet->udev, pipe);

	if (err != -ENOMEM && err != -EHOSTUNREACH)
		return true;
	qmap_data_recover(modem, RETRY_MSECS);
	return false;
}

/**
 * qmap_data_init() - once, when the modem is bound
 * @modem: with @modem->ndev set
 */
void qmap_data_init(struct qmap_modem *modem)
{
	qmap_ring_init(&modem->rx.ring, modem);
	qmap_ring_init(&modem->tx.ring, modem);
	qmap_rx_init(modem);
	qmap_tx_init(modem);
	qmap_timeout_init(modem);
	INIT_DELAYED_WORK(&modem->recovery, recover);
	/* A socket that polls cannot make the host controller complete anything, and
	 * would have GRO keep packets, in the worst case of a link that goes away.
	 */
	set_bit(NAPI_STATE_NO_BUSY_POLL, &modem->napi.state);
	netif_napi_add(modem->ndev, &modem->napi, poll);
}

/**
 * qmap_data_exit() - undo qmap_data_init()
 * @modem: its rings are stopped
 */
void qmap_data_exit(struct qmap_modem *modem)
{
	cancel_delayed_work_sync(&modem->recovery);
	netif_napi_del(&modem->napi);
}

/**
 * qmap_data_start() - make both rings and start to receive
 * @modem: awake
 *
 * Context: process, rtnl.
 * Return: 0 or a negative errno with nothing started.
 */
int qmap_data_start(struct qmap_modem *modem)
{
	int err;

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

/**
 * qmap_data_stop() - take back all transfers and free them
 * @modem: the modem
 *
 * Context: process, rtnl.
 */
void qmap_data_stop(struct qmap_modem *modem)
{
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
	cancel_delayed_work_sync(&modem->timeout);
	qmap_tx_stop(modem);
	qmap_rx_stop(modem);
}

/**
 * qmap_data_suspend() - leave nothing with the host controller
 * @modem: qmap_tx_suspend() has seen to it that nothing more is sent
 *
 * While the system goes to sleep or wakes up, the kernel may close a netdev, as it
 * does when a namespace ends: only user space is frozen, and who holds a reference
 * to the device does not count. The rings are stop's then.
 *
 * Context: process.
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

/**
 * qmap_data_resume() - go on after a suspend
 * @modem: awake, its netdev up or down
 *
 * Context: process. What waited for the device leaves now.
 */
void qmap_data_resume(struct qmap_modem *modem)
{
	mutex_lock(&modem->sleep_lock);
	if (modem->running) {
		qmap_ring_unpoison(&modem->rx.ring);
		qmap_rx_refill(modem, GFP_NOIO);
	}
	qmap_tx_resume(modem);
	if (modem->running && (modem->rx.halted || modem->tx.halted))
		qmap_data_recover(modem, 0);
	mutex_unlock(&modem->sleep_lock);
}

/**
 * qmap_data_quiesce() - wait until NAPI and GRO hold no packet
 * @modem: its netdev is up
 *
 * Context: process, rtnl.
 */
void qmap_data_quiesce(struct qmap_modem *modem)
{
	napi_disable(&modem->napi);
	napi_enable(&modem->napi);

	/* what completed meanwhile has found NAPI disabled */
	local_bh_disable();
	napi_schedule(&modem->napi);
	local_bh_enable();
}
