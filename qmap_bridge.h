/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bridge mode: one host behind a bridge has the address of a link's PDN.
 */
#ifndef _QMAP_BRIDGE_H
#define _QMAP_BRIDGE_H

#include <linux/etherdevice.h>
#include <linux/jump_label.h>
#include <linux/seqlock.h>
#include <linux/sysfs.h>

/* The Ethernet address of all that is behind a modem. */
#define QMAP_FAR_END	{ 0x02, 0x50, 0xf3, 0x00, 0x00, 0x00 }

struct qmap_link;
struct sk_buff;

struct qmap_bridge {
	bool on;		/* changed under rtnl */
	__be32 ipv4;		/* the host's address; 0: any. Changed under rtnl */
	seqlock_t lock;		/* @host, @by_dhcp */
	u8 host[ETH_ALEN];	/* zero: none has asked yet */
	bool by_dhcp;		/* it has asked so, which counts more */
	time64_t heard;		/* seconds when it last sent; for ndo_start_xmit only */
};

enum qmap_bridge_verdict {
	QMAP_BRIDGE_PASS,	/* goes to the modem */
	QMAP_BRIDGE_TAKEN,	/* meant for the driver, which has answered if it could */
	QMAP_BRIDGE_REFUSED,
};

DECLARE_STATIC_KEY_FALSE(qmap_bridge_used);	/* by any link of any modem */

extern const struct attribute_group qmap_bridge_group;

void qmap_bridge_init(struct qmap_link *link);
void qmap_bridge_exit(struct qmap_link *link);
enum qmap_bridge_verdict qmap_bridge_tx(struct qmap_link *link, struct sk_buff *skb);
void qmap_bridge_rx(const struct qmap_link *link, struct sk_buff *skb);

#endif
