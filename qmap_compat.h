/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels from 5.10 on call differently. A macro is tested for where there
 * is one, since distributions backport; a version only where there is none.
 */
#ifndef _QMAP_COMPAT_H
#define _QMAP_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/usb.h>
#include <linux/usb/cdc-wdm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define netif_napi_add(ndev, napi, poll) \
	netif_napi_add(ndev, napi, poll, NAPI_POLL_WEIGHT)
#endif

/* also /dev/wwan0qmi0, where the kernel has such ports */
static inline struct usb_driver *
qmap_cdc_wdm_register(struct usb_interface *intf,
		      struct usb_endpoint_descriptor *interrupt, u16 size,
		      int (*manage_power)(struct usb_interface *, int))
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	return usb_cdc_wdm_register(intf, interrupt, size, manage_power);
#else
	return usb_cdc_wdm_register(intf, interrupt, size, WWAN_PORT_QMI,
				    manage_power);
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* private ioctls have an operation of their own, with their data, since 5.15 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#define ndo_siocdevprivate	ndo_do_ioctl
#endif

/* usbnet gives its netdev tstats only since 5.11 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
static inline int qmap_compat_ndo_init(struct net_device *ndev)
{
	ndev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	return ndev->tstats ? 0 : -ENOMEM;
}

static inline void qmap_compat_ndo_uninit(struct net_device *ndev)
{
	free_percpu(ndev->tstats);
}

static inline void dev_get_tstats64(struct net_device *ndev,
				    struct rtnl_link_stats64 *stats)
{
	netdev_stats_to_stats64(stats, &ndev->stats);
	dev_fetch_sw_netstats(stats, ndev->tstats);
}

static inline void dev_sw_netstats_tx_add(struct net_device *ndev,
					  unsigned int packets, unsigned int len)
{
	struct pcpu_sw_netstats *tstats = this_cpu_ptr(ndev->tstats);

	u64_stats_update_begin(&tstats->syncp);
	tstats->tx_packets += packets;
	tstats->tx_bytes += len;
	u64_stats_update_end(&tstats->syncp);
}
#else
#define qmap_compat_ndo_init	NULL

static inline void qmap_compat_ndo_uninit(struct net_device *ndev)
{
}
#endif

/* several packets at once; counters have a type of their own since 6.0 */
static inline void qmap_sw_netstats_rx_add(struct net_device *ndev,
					   unsigned int packets, unsigned int len)
{
	struct pcpu_sw_netstats *tstats = this_cpu_ptr(ndev->tstats);

	u64_stats_update_begin(&tstats->syncp);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	tstats->rx_bytes += len;
	tstats->rx_packets += packets;
#else
	u64_stats_add(&tstats->rx_bytes, len);
	u64_stats_add(&tstats->rx_packets, packets);
#endif
	u64_stats_update_end(&tstats->syncp);
}

/* IPv4 has a limit of its own since 6.3 (6.1 has got the macros), and there is one
 * to be set since 5.17
 */
static inline unsigned int qmap_gro_max_size(const struct net_device *ndev, bool ipv4)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return ipv4 ? READ_ONCE(ndev->gro_ipv4_max_size) : READ_ONCE(ndev->gro_max_size);
#elif defined(GRO_MAX_SIZE)
	return READ_ONCE(ndev->gro_max_size);
#else
	return 65536;
#endif
}

/* before 6.12 GRO takes the ids of such a packet for fixed if it holds the packet; it
 * holds none that may be malformed
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define QMAP_GSO_TCPV4	(SKB_GSO_TCPV4 | SKB_GSO_DODGY)
#else
#define QMAP_GSO_TCPV4	SKB_GSO_TCPV4
#endif

/* no byte queue limits: the ring alone bounds what is in flight */
#ifndef CONFIG_DQL
#define dql_init(dql, hold_time)	((void)(dql), (void)(hold_time))
#define dql_reset(dql)			((void)(dql))
#define dql_avail(dql)			((void)(dql), 0)
#define dql_queued(dql, count)		((void)(dql), (void)(count))
#define dql_completed(dql, count)	((void)(dql), (void)(count))
#endif

#endif
