/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels from 4.19 on call differently.
 *
 * A macro is tested for where there is one, since distributions backport; a version
 * only where there is none. Some stable kernels have got a function later on. So all
 * of a series whose first release lacks it use the one from here, which takes its name.
 */
#ifndef _QMAP_COMPAT_H
#define _QMAP_COMPAT_H

#include <linux/build_bug.h>
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/sysfs.h>
#include <linux/tcp.h>
#include <linux/usb.h>
#include <linux/usb/cdc-wdm.h>
#include <linux/version.h>
#include <net/checksum.h>
#include <net/tso.h>

/* since 5.1 */
#ifndef static_assert
#define static_assert(expr)	extern int qmap_assert[(expr) ? 1 : -1]
#endif

/* since 5.4 */
#ifndef fallthrough
#if __GNUC__ < 7 || defined(__CHECKER__)
#define fallthrough		do {} while (0)
#else
#define fallthrough		__attribute__((__fallthrough__))
#endif
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#define sysfs_emit(buf, ...)	scnprintf(buf, PAGE_SIZE, __VA_ARGS__)
#define sysfs_emit_at(buf, at, ...) ({				\
	int _at = at;						\
	scnprintf((buf) + _at, PAGE_SIZE - _at, __VA_ARGS__);	\
})
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define netif_napi_add(ndev, napi, poll) \
	netif_napi_add(ndev, napi, poll, NAPI_POLL_WEIGHT)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 0, 0)
static inline int qmap_dev_open(struct net_device *ndev,
				struct netlink_ext_ack *extack)
{
	return dev_open(ndev);
}

#define dev_open		qmap_dev_open
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
#define eth_hw_addr_set(ndev, addr) \
	ether_addr_copy((ndev)->dev_addr, addr)
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
static inline void
qmap_hrtimer_setup(struct hrtimer *timer,
		   enum hrtimer_restart (*function)(struct hrtimer *),
		   clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}

#define hrtimer_setup		qmap_hrtimer_setup
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

static inline void qmap_get_tstats64(struct net_device *ndev,
				     struct rtnl_link_stats64 *stats)
{
	const struct pcpu_sw_netstats *tstats;
	struct pcpu_sw_netstats now;
	unsigned int start;
	int cpu;

	netdev_stats_to_stats64(stats, &ndev->stats);
	for_each_possible_cpu(cpu) {
		tstats = per_cpu_ptr(ndev->tstats, cpu);
		do {
			start = u64_stats_fetch_begin_irq(&tstats->syncp);
			now = *tstats;
		} while (u64_stats_fetch_retry_irq(&tstats->syncp, start));
		stats->rx_packets += now.rx_packets;
		stats->rx_bytes += now.rx_bytes;
		stats->tx_packets += now.tx_packets;
		stats->tx_bytes += now.tx_bytes;
	}
}

static inline void qmap_sw_netstats_tx_add(struct net_device *ndev,
					   unsigned int packets, unsigned int len)
{
	struct pcpu_sw_netstats *tstats = this_cpu_ptr(ndev->tstats);

	u64_stats_update_begin(&tstats->syncp);
	tstats->tx_packets += packets;
	tstats->tx_bytes += len;
	u64_stats_update_end(&tstats->syncp);
}

#define dev_get_tstats64	qmap_get_tstats64
#define dev_sw_netstats_tx_add	qmap_sw_netstats_tx_add
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

/* Since 4.20 every grace period waits for the softirqs that run. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(4, 20, 0)
#define qmap_synchronize_softirq()	synchronize_rcu_bh()
#else
#define qmap_synchronize_softirq()	do {} while (0)
#endif

/* before 5.5 packets of a list may go on with its poison in them, and forwarding takes
 * that for the next packet
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 5, 0)
static inline void qmap_receive_skb_list(struct list_head *list)
{
	struct sk_buff *skb, *next;

	list_for_each_entry_safe(skb, next, list, list) {
		list_del(&skb->list);
		skb->next = NULL;
		netif_receive_skb(skb);
	}
}

#define netif_receive_skb_list	qmap_receive_skb_list
#endif

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

/* since 5.6 */
#ifndef NETIF_F_GRO_FRAGLIST
#define NETIF_F_GRO_FRAGLIST	0
#endif

/* before 6.12 GRO takes the ids of such a packet for fixed if it holds the packet; it
 * holds none that may be malformed
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define QMAP_GSO_TCPV4	(SKB_GSO_TCPV4 | SKB_GSO_DODGY)
#else
#define QMAP_GSO_TCPV4	SKB_GSO_TCPV4
#endif

/* before 5.2 the packet itself tells whether another follows, as long as it is there */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 2, 0)
#define qmap_skb_xmit_more(skb)	((skb)->xmit_more)
#define netdev_xmit_more()	false
#else
#define qmap_skb_xmit_more(skb)	((void)(skb), false)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 1, 0)
#define skb_is_gso_tcp(skb) \
	(!!(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)))
#endif

/* before 5.9 tso cuts TCP only, and does not tell the length of headers */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 9, 0)
#define QMAP_F_GSO_UDP		0
#define qmap_tso_tlen(skb, tso)	((void)(tso), tcp_hdrlen(skb))

static inline unsigned int qmap_tso_start(struct sk_buff *skb, struct tso_t *tso)
{
	tso_start(skb, tso);
	return skb_transport_offset(skb) + tcp_hdrlen(skb);
}

#define tso_start		qmap_tso_start
#else
#define QMAP_F_GSO_UDP		NETIF_F_GSO_UDP_L4
#define qmap_tso_tlen(skb, tso)	((void)(skb), (unsigned int)(tso)->tlen)
#endif

/* before 5.10 there is a sum to begin with; some processors have a macro for the first */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
static inline __wsum qmap_csum_copy(const void *from, void *to, int len)
{
	return csum_partial_copy_nocheck(from, to, len, 0);
}

#undef csum_partial_copy_nocheck
#define csum_partial_copy_nocheck	qmap_csum_copy
#define skb_copy_and_csum_bits(skb, offset, to, len) \
	skb_copy_and_csum_bits(skb, offset, to, len, 0)
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
