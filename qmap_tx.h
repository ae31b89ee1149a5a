/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Uplink: from the stack to transfers.
 */
#ifndef _QMAP_TX_H
#define _QMAP_TX_H

#include "qmap_agg.h"
#include "qmap_compat.h"
#include "qmap_ring.h"

#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <net/tso.h>

#define QMAP_TX_MAX_FRAMES	64U
#define QMAP_TX_MAX_USECS	1000000U
#define QMAP_TX_MAX_ANSWERS	8U		/* to commands, that wait for room */
#define QMAP_MAX_MTU		(QMAP_TX_SIZE - 64)

/* What is done to a packet while it is copied. The kernel offers TSO_MANGLEID wherever
 * there is TSO, and "ethtool -K tso on" has it: packets with one identification for all
 * segments come then, too.
 */
#define QMAP_FEATURES		(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | \
				 NETIF_F_TSO_MANGLEID | NETIF_F_TSO6 | \
				 QMAP_F_GSO_UDP | NETIF_F_RXCSUM)

struct qmap_link;
struct qmap_modem;

/* When an aggregate is full, and when it is due. */
struct qmap_tx_limits {
	unsigned int max_frames;	/* 1 until user space has agreed on more */
	unsigned int max_bytes;		/* a longer packet goes alone */
	unsigned int time_usecs;	/* between a transfer and a partial one after it */
};

/* A packet on its way into aggregates. */
struct qmap_packet {
	struct sk_buff *skb;	/* NULL: none is in hand */
	unsigned int left;	/* bytes that are in no aggregate yet, without @header */
	unsigned int gso_size;	/* bytes of each segment but the last; 0: no GSO packet */
	unsigned int header;	/* bytes of headers that each segment repeats */
	unsigned int frames;	/* it has become so far */
	struct tso_t tso;	/* the next segment's headers */
};

/* Start-time fair queueing of the links that wait to send. */
struct qmap_fq {
	struct list_head links;	/* sorted by their virtual times */
	u64 vtime;		/* of the link served last, before its frame */
};

/* Why nothing may be submitted. */
#define QMAP_TX_CLOSED		BIT(0)		/* not between start and stop */
#define QMAP_TX_SUSPENDED	BIT(1)
#define QMAP_TX_HALTED		BIT(2)		/* the endpoint is */

#define QMAP_RX_V5_UNKNOWN	2U		/* neither of false and true */

struct qmap_tx {
	struct qmap_ring ring;	/* idle transfers are free to be filled */
	spinlock_t lock;	/* all below; softirqs are off */
	struct qmap_fq fq;	/* links with a packet in hand, or stopped for room */
	struct qmap_answer answers[QMAP_TX_MAX_ANSWERS];	/* go before packets */
	unsigned int n_answers;
	struct qmap_xfer *agg;	/* being filled, or NULL */
	unsigned int in_flight;	/* transfers with the host controller */
	unsigned int blocked;	/* QMAP_TX_CLOSED ... */
	bool refill;		/* woken queues have not had their turn yet */
	unsigned long last_taken;	/* jiffies when the modem took one, or got work */
	ktime_t last_sent;
	ktime_t busy_since;	/* the modem has had work since then */
	u64 busy_ns;		/* it was busy with @busy_bytes */
	u64 busy_bytes;		/* since the last estimate of its speed */
	struct hrtimer timer;	/* sends an aggregate whose time is over */
	struct dql dql;		/* bounds the bytes in flight */
	struct qmap_tx_limits limits;	/* changed under rtnl too */
	u8 version;		/* that user space has set, 1 or 5; 0: auto */
	u8 rx_v5;		/* of the downlink's last frame, or QMAP_RX_V5_UNKNOWN; written
				 * by NAPI and stop, so NAPI reads it without the lock
				 */
	bool v5;		/* frames are QMAPv5 */
	bool alternate;		/* after each packet the other version's turn comes */
};

/* qmap_tx.c */
void qmap_tx_init(struct qmap_modem *modem);
int qmap_tx_start(struct qmap_modem *modem);
void qmap_tx_close(struct qmap_modem *modem);
void qmap_tx_stop(struct qmap_modem *modem);
int qmap_tx_suspend(struct qmap_modem *modem, bool may_refuse);
void qmap_tx_reset(struct qmap_modem *modem);
void qmap_tx_resume(struct qmap_modem *modem);
bool qmap_tx_poll(struct qmap_modem *modem);
void qmap_tx_kick(struct qmap_modem *modem);
void qmap_tx_clear_halt(struct qmap_modem *modem);
void qmap_tx_set_limits(struct qmap_modem *modem,
			const struct qmap_tx_limits *limits);
void qmap_tx_set_version(struct qmap_modem *modem, u8 version);
void qmap_tx_set_rx_version(struct qmap_modem *modem, bool v5);
void qmap_tx_purge_link(struct qmap_link *link);
void qmap_tx_answer(struct qmap_modem *modem,
		    const struct qmap_answer *answer);
netdev_tx_t qmap_tx_xmit(struct qmap_link *link, struct sk_buff *skb);

/* qmap_queue.c */
void qmap_queue_stop(struct qmap_link *link);
bool qmap_queue_wake(struct qmap_fq *fq);
void qmap_queue_flow_on(struct qmap_link *link);
void qmap_queue_set_flow(struct qmap_link *link, bool off);
void qmap_queue_reset_flow(struct qmap_modem *modem);

/* qmap_watchdog.c */
void qmap_watchdog_init(struct qmap_modem *modem);

/* qmap_packet.c */
bool qmap_packet_init(struct qmap_packet *packet, struct qmap_link *link,
		      struct sk_buff *skb);
unsigned int qmap_packet_segment(const struct qmap_packet *packet);
bool qmap_packet_wants_csum(const struct qmap_packet *packet);
void qmap_packet_copy(struct qmap_packet *packet, u8 *buf, bool csum_by_modem);
netdev_features_t qmap_packet_features(struct sk_buff *skb,
				       struct net_device *ndev,
				       netdev_features_t features);

#endif
