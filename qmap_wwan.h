/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qmap_wwan - Quectel modems that speak QMI and QMAP over USB
 *
 * A modem is one bound USB interface. Calls go down this table only:
 *
 *   qmap_wwan.c	USB: binds the modem, its control channel, its power
 *   qmap_sysfs.c	attributes in sysfs
 *   qmap_netdev.c	the modem's own netdev, wwan0
 *   qmap_ioctl.c	its private ioctls
 *   qmap_mux.c		links and their table: one netdev for each PDN
 *   qmap_ethtool.c	counters and limits
 *   qmap_data.c	the data path as a whole: NAPI, recovery, start and stop
 *   qmap_watchdog.c	how long the modem may take
 *
 *   downlink: modem to host
 *   qmap_rx.c		received transfers are walked frame by frame
 *   qmap_command.c	flow control, as the modem commands it
 *   qmap_deliver.c	a frame becomes a packet, which goes to the stack
 *   qmap_gro.c		... or a run of TCP segments becomes one
 *   qmap_skb.c		packets of the stack: copied, or left in the buffer
 *
 *   uplink: host to modem
 *   qmap_tx.c		packets fill an aggregate; when it is sent
 *   qmap_queue.c	queues of links are stopped and woken
 *   qmap_fq.c		whose turn it is, where links send at once
 *   qmap_packet.c	a packet: segments, checksums, copying
 *
 *   both
 *   qmap_bridge.c	bridge mode: ARP and neighbours, one host
 *   qmap_agg.c		the format of an aggregate: bytes to frames and back
 *   qmap_ring.c	transfers and their completion
 *   qmap_pool.c	buffers that packets may keep
 *
 * Locks, outer first: rtnl, wakeup_lock, sleep_lock, tx.lock, then ring.lock or
 * pool.lock. bridge.lock is for itself.
 *
 * What is read without the lock of its changes, and what orders it:
 *
 *   by_mux_id, links	RCU
 *   counters		u64_stats_sync. The netdevs' own are plain: NAPI writes those of
 *			the downlink, tx.lock protects the uplink's
 *   rx.halted		set: queueing the recovery. Cleared: a release
 *   rx.ring.poisoned	ring.lock: a transfer that cannot be submitted is put back before
 *			this is looked at, and taken after this was cleared
 *   rx_urb_size	for what is taken back to change it: ring.lock, which its completion
 *			and NAPI take after that
 *   a ring's count	QMAP_TX_CLOSED under tx.lock, @running under sleep_lock, rtnl, or
 *			queueing the recovery
 *   users of a buffer	put_page() is a full barrier, and submitting depends on the count
 *   tx.blocked		queueing the recovery. Resume has had tx.lock
 *   tx.rx_v5, ethernet	written by NAPI itself, or while it is off
 *   tx.timer, watchdog	whether queued: tx.lock, which they take when no longer queued
 *   netif_running()	of a link that stops: synchronize_net() waits for holders of
 *			tx.lock, napi_disable() for NAPI
 *   netif_queue_stopped()	tx.lock. Open, stop and usbnet's suspend go without: a link
 *			that was down is in no queue, qmap_tx_resume() follows suspend
 *
 * The others are values by themselves and may be old: n_links, pool.size, rx.wanted_size,
 * rx.grow_failed, tx.limits, tx.version, bridge.on, bridge.ipv4, and what ethtool shows.
 */
#ifndef _QMAP_WWAN_H
#define _QMAP_WWAN_H

#include "qmap_mux.h"
#include "qmap_rx.h"
#include "qmap_tx.h"

#include <linux/mii.h>		/* usbnet.h of 5.10 does not include it */
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>
#include <linux/usb.h>
#include <linux/usb/usbnet.h>
#include <linux/workqueue.h>

#define QMAP_MUX_ID_BASE	0x80		/* link n of qmap_mode has 0x80 + n */
#define QMAP_STUCK_SECS		30		/* without a transfer that was taken */
#define QMAP_RETRY_MSECS	20		/* a persistent error does not spin */

/* What sets a product apart. */
struct qmap_product {
	u32 rx_urb_size;	/* bytes of a downlink transfer */
	u8 qmap_version;	/* 1 or 5; 0: Ethernet on the wire, no QMAP */
	bool no_dtr;		/* does not want DTR asserted */
	bool links_down;	/* fixed links wait for user space to report a call */
};

struct qmap_modem {
	struct usbnet *usbnet;	/* probe, netdev, control channel */
	struct net_device *ndev;	/* wwan0 */
	const struct qmap_product *product;
	unsigned int mode;	/* qmap_mode at the time of bind; 0 without QMAP */
	const char *netdev_prefix;	/* "wwan", what stands before its number */
	char link_separator;	/* between "wwan0" and a link's number */
	u32 rx_urb_size;	/* bytes of a downlink transfer; changed under rtnl */
	struct usb_driver *wdm;	/* cdc-wdm, serves the QMI channel */
	struct mutex wakeup_lock;	/* protects @wakeup_users */
	unsigned int wakeup_users;	/* of remote wakeup: netdev, QMI channel, DTR */
	bool suspended;		/* as USB has it; for suspend and resume only */
	struct mutex sleep_lock;	/* protects @running and rx.ring.poisoned; keeps
					 * suspend from stop
					 */
	bool running;		/* the rings are there, between start and stop */
	struct napi_struct napi;	/* receives, and reclaims what was sent */
	struct delayed_work watchdog;
	struct delayed_work recovery;	/* halted endpoints and retries */
	struct qmap_rx rx;
	struct qmap_tx tx;
	struct qmap_link own_link;	/* of @ndev, in qmap_mode 0 and 1 */
	struct list_head links;	/* all; RCU, changed under rtnl */
	unsigned int n_links;
	struct qmap_link __rcu *by_mux_id[256];	/* for the downlink; RCU, changed under rtnl */
	u64 counters[QMAP_COUNTERS];
	struct u64_stats_sync rx_sync;	/* of the downlink's, written by NAPI */
	struct u64_stats_sync tx_sync;	/* of the uplink's, written under tx.lock */
};

/* @ndev: the modem's own, not a link above it */
static inline struct qmap_modem *qmap_modem_of(const struct net_device *ndev)
{
	const struct usbnet *usbnet = netdev_priv(ndev);

	return (struct qmap_modem *)usbnet->data[0];
}

/* The driver makes the links, and talks to user space as the vendor's driver does.
 * Otherwise user space makes them (add_mux), and the model is qmi_wwan.
 */
static inline bool qmap_has_fixed_links(const struct qmap_modem *modem)
{
	return modem->mode;
}

/* wwan0 is a link itself, not only the parent of links. */
static inline bool qmap_has_own_link(const struct qmap_modem *modem)
{
	return modem->mode < 2;
}

static inline bool qmap_has_upper_links(const struct qmap_modem *modem)
{
	return READ_ONCE(modem->n_links) > qmap_has_own_link(modem);
}

/* wwan0 has no Ethernet header. */
static inline bool qmap_is_raw_ip(const struct qmap_modem *modem)
{
	return !READ_ONCE(modem->own_link.ethernet);
}

/* Context: NAPI; softirqs are RCU readers by themselves. */
static inline struct qmap_link *qmap_find_link(struct qmap_modem *modem, u8 mux_id)
{
	return rcu_dereference_bh(modem->by_mux_id[mux_id]);
}

/* Has process context look after the rings. Context: any. */
static inline void qmap_schedule_recovery(struct qmap_modem *modem,
					  unsigned int msecs)
{
	/* Pairs with the barrier of the work that begins. Where it is queued already,
	 * kernels before 6.0 order nothing here on arm64.
	 */
	smp_mb();
	schedule_delayed_work(&modem->recovery, msecs_to_jiffies(msecs));
}

/* A transfer is in flight, or the modem has stopped a link. The watchdog first looks
 * after QMAP_STUCK_SECS, and then for as long as there is something to watch.
 *
 * Context: any, but not after qmap_data_stop(), which cancels it.
 */
static inline void qmap_watchdog_start(struct qmap_modem *modem)
{
	if (!delayed_work_pending(&modem->watchdog))
		schedule_delayed_work(&modem->watchdog, QMAP_STUCK_SECS * HZ);
}

/* On 32 bits a counter takes two writes; elsewhere the sync is empty. */
static inline void qmap_add(u64 *counter, unsigned int n,
			    struct u64_stats_sync *sync)
{
	u64_stats_update_begin(sync);
	WRITE_ONCE(*counter, *counter + n);
	u64_stats_update_end(sync);
}

static inline void qmap_count(struct qmap_modem *modem, enum qmap_counter what,
			      unsigned int n)
{
	qmap_add(&modem->counters[what], n, what < QMAP_TX_TRANSFERS ?
		 &modem->rx_sync : &modem->tx_sync);
}

static inline void qmap_link_count(struct qmap_link *link,
				   enum qmap_link_counter what, unsigned int n)
{
	qmap_add(&link->counters[what], n, what < QMAP_LINK_TX_FRAMES ?
		 &link->rx_sync : &link->tx_sync);
}

/* What "ip -s link" shows of a frame that is not delivered. */
static inline void qmap_count_loss(struct net_device *ndev,
				   enum qmap_counter why)
{
	if (why == QMAP_RX_NO_LINK || why == QMAP_RX_LINK_DOWN ||
	    why == QMAP_RX_NO_MEMORY)
		ndev->stats.rx_dropped++;
	else
		ndev->stats.rx_errors++;
}

/* qmap_sysfs.c */
void qmap_sysfs_init(struct qmap_modem *modem);
void qmap_sysfs_end_mux(struct qmap_modem *modem);

/* qmap_netdev.c */
extern struct notifier_block qmap_netdev_notifier;
void qmap_netdev_init(struct qmap_modem *modem);
int qmap_netdev_set_raw_ip(struct qmap_modem *modem, bool raw_ip);

/* qmap_ioctl.c */
int qmap_ioctl(struct net_device *ndev, struct ifreq *ifr, void __user *data,
	       int cmd);

/* qmap_ethtool.c */
extern const struct ethtool_ops qmap_ethtool_ops, qmap_link_ethtool_ops;

/* qmap_data.c */
void qmap_data_init(struct qmap_modem *modem);
void qmap_data_exit(struct qmap_modem *modem);
int qmap_data_start(struct qmap_modem *modem);
void qmap_data_stop(struct qmap_modem *modem);
void qmap_data_suspend(struct qmap_modem *modem);
void qmap_data_resume(struct qmap_modem *modem);
void qmap_data_quiesce(struct qmap_modem *modem);

#endif
