/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links: a link is a netdev that carries one PDN.
 */
#ifndef _QMAP_MUX_H
#define _QMAP_MUX_H

#include "qmap_bridge.h"
#include "qmap_tx.h"

#include <linux/u64_stats_sync.h>

#define QMAP_MAX_LINKS		8		/* of qmap_mode */

struct qmap_link {
	struct list_head list;	/* modem->links; RCU, changed under rtnl */
	struct qmap_modem *modem;
	struct net_device *ndev;	/* may be the modem's own */
	u8 mux_id;		/* 0: a transfer is one packet without QMAP header */
	bool ethernet;		/* the stack sees Ethernet headers */

	/* rtnl */
	bool call_up;		/* has a carrier while the modem's netdev is up */
	bool link_state;	/* its bit of the attribute link_state */

	struct qmap_bridge bridge;

	/* tx.lock */
	bool flow_off;		/* the modem wants nothing from it for now */
	unsigned long flow_since;	/* jiffies when it last said so */
	struct qmap_packet packet;	/* in hand: waits for room or for its turn */
	struct list_head fq_node;	/* tx.fq */
	u64 vtime;		/* bytes it has sent, or would have by sending all the time */

	/* NAPI */
	struct list_head rx_list;	/* packets of this poll that bypass GRO */
	struct list_head rx_node;	/* rx.rx_links, if there are any */

	u64 counters[QMAP_LINK_COUNTERS];
	struct u64_stats_sync rx_sync;	/* of the downlink's, written by NAPI */
	struct u64_stats_sync tx_sync;	/* of the uplink's, written under tx.lock */
};

/* The format on the wire is QMAP, otherwise Ethernet or raw IP. */
static inline bool qmap_link_is_muxed(const struct qmap_link *link)
{
	return link->mux_id;
}

static inline bool qmap_link_is_ethernet(const struct qmap_link *link)
{
	return link->ethernet && !link->mux_id;
}

/* Costs nothing while no link of any modem is in bridge mode. */
static inline bool qmap_link_is_bridged(const struct qmap_link *link)
{
	return static_branch_unlikely(&qmap_bridge_used) && READ_ONCE(link->bridge.on);
}

void qmap_mux_init(struct qmap_modem *modem);
int qmap_mux_register(struct qmap_modem *modem);
int qmap_mux_join(struct qmap_modem *modem);
void qmap_mux_unregister(struct qmap_modem *modem);
int qmap_mux_add(struct qmap_modem *modem, u8 mux_id);
int qmap_mux_del(struct qmap_modem *modem, u8 mux_id);
u32 qmap_mux_state(struct qmap_modem *modem);
int qmap_mux_set_state(struct qmap_modem *modem, u32 value);
void qmap_mux_carrier(struct qmap_modem *modem);
void qmap_link_set_header(struct net_device *ndev, bool ethernet);
int qmap_link_set_address(struct net_device *ndev, void *addr);

#endif
