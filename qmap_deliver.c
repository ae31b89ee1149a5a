// SPDX-License-Identifier: GPL-2.0-only
/*
 * Downlink: a frame becomes a packet of its link, which goes to the stack.
 *
 * Packets go through GRO. UDP bypasses it unless some socket, tunnel or feature wants
 * datagrams merged: GRO would only pass them on, at a tenth of what a small packet
 * costs. All is in NAPI.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"
#include "qmap_skb.h"

#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#define UDP_PROBE	(HZ / 50)	/* GRO is asked so often whether it wants UDP */
#define UDP_WANTED	HZ		/* ... and gets it for so long since it last did */

static const u8 far_end[ETH_ALEN] __aligned(2) = QMAP_FAR_END;

static __be16 ip_protocol(u8 first_byte)
{
	switch (first_byte >> 4) {
	case 4:
		return htons(ETH_P_IP);
	case 6:
		return htons(ETH_P_IPV6);
	}
	return 0;
}

static void push_ethernet(struct sk_buff *skb, __be16 protocol)
{
	struct ethhdr *eth = __skb_push(skb, ETH_HLEN);

	ether_addr_copy(eth->h_dest, skb->dev->dev_addr);
	ether_addr_copy(eth->h_source, far_end);
	eth->h_proto = protocol;
	skb_reset_mac_header(skb);
}

static void qmap_deliver_count(struct qmap_link *link, enum qmap_counter verdict,
			       const struct qmap_frame *frame)
{
	struct net_device *parent = link->modem->ndev;

	switch (verdict) {
	case QMAP_RX_FRAMES:
		qmap_link_count(link, QMAP_LINK_RX_FRAMES, frame->count);
		qmap_link_count(link, QMAP_LINK_RX_MERGED, frame->count - 1);
		if (frame->csum_valid)
			qmap_link_count(link, QMAP_LINK_RX_CSUM_VALID, frame->count);
		qmap_sw_netstats_rx_add(link->ndev, frame->count, frame->len);
		if (link->ndev != parent)
			qmap_sw_netstats_rx_add(parent, frame->count, frame->len);
		return;
	case QMAP_RX_LINK_DOWN:
		qmap_link_count(link, QMAP_LINK_RX_DOWN, 1);
		break;
	case QMAP_RX_NO_MEMORY:
		qmap_link_count(link, QMAP_LINK_RX_NO_MEMORY, 1);
		break;
	default:
		qmap_link_count(link, QMAP_LINK_RX_NOT_IP, 1);
	}
	if (link->ndev != parent)
		qmap_count_loss(link->ndev, verdict);
}

/* IPv6 may have it behind other headers, and has so in each fragment. */
static bool may_be_udp(u8 transport)
{
	switch (transport) {
	case IPPROTO_UDP:
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
		return true;
	}
	return false;
}

static void qmap_deliver_udp_to_gro(struct qmap_rx *rx, struct napi_struct *napi,
				    struct sk_buff *skb)
{
	rx->udp_probed = jiffies;
	if (napi_gro_receive(napi, skb) != GRO_NORMAL) {
		rx->udp_wanted = jiffies;
		rx->udp_held = true;
	}
}

/* The stack takes a list in one go if all of it is for one netdev. */
static void qmap_deliver_to_list(struct qmap_link *link, struct sk_buff *skb)
{
	if (list_empty(&link->rx_list))
		list_add_tail(&link->rx_node, &link->modem->rx.rx_links);
	list_add_tail(&skb->list, &link->rx_list);
}

static void qmap_deliver_skb(struct qmap_link *link, struct sk_buff *skb, bool udp)
{
	struct napi_struct *napi = &link->modem->napi;
	struct qmap_rx *rx = &link->modem->rx;

	if (!udp)
		napi_gro_receive(napi, skb);
	else if (rx->udp_to_gro)
		qmap_deliver_udp_to_gro(rx, napi, skb);
	else
		qmap_deliver_to_list(link, skb);
}

static enum qmap_counter qmap_deliver_ip(struct qmap_link *link,
					 struct qmap_frame *frame)
{
	struct napi_struct *napi = &link->modem->napi;
	__be16 protocol = ip_protocol(frame->data[0]);
	struct net_device *ndev = link->ndev;
	struct sk_buff *skb = NULL;
	u8 transport;

	if (!protocol)
		return QMAP_RX_NOT_IP;
	if (!(ndev->features & NETIF_F_RXCSUM))
		frame->csum_valid = false;
	transport = qmap_ip_protocol(frame->data, frame->len);
	if (transport == IPPROTO_TCP)
		skb = qmap_gro_rx(napi, ndev, frame, &link->modem->rx.gro_skip);
	if (!skb)
		skb = qmap_skb_from_frame(napi, ndev, frame, transport);
	if (!skb)
		return QMAP_RX_NO_MEMORY;

	skb_reset_mac_header(skb);
	if (link->ethernet) {
		push_ethernet(skb, protocol);
		if (qmap_link_is_bridged(link))
			qmap_bridge_rx(link, skb);
		__skb_pull(skb, ETH_HLEN);
	}
	skb->protocol = protocol;
	qmap_deliver_skb(link, skb, may_be_udp(transport));
	return QMAP_RX_FRAMES;
}

/* Some firmware sends bare IP packets at times, some a wrong destination. */
static enum qmap_counter qmap_deliver_ethernet(struct qmap_link *link,
					       const struct qmap_frame *frame)
{
	struct napi_struct *napi = &link->modem->napi;
	__be16 protocol = ip_protocol(frame->data[0]);
	struct sk_buff *skb;
	struct ethhdr *eth;

	if (!protocol && frame->len < ETH_HLEN)
		return QMAP_RX_TRUNCATED;
	skb = qmap_skb_copy(napi, link->ndev, frame->data, frame->len, !protocol);
	if (!skb)
		return QMAP_RX_NO_MEMORY;

	if (protocol)
		push_ethernet(skb, protocol);
	eth = (struct ethhdr *)skb->data;
	if (!is_multicast_ether_addr(eth->h_dest))
		ether_addr_copy(eth->h_dest, link->ndev->dev_addr);
	skb->protocol = eth_type_trans(skb, link->ndev);
	napi_gro_receive(napi, skb);
	return QMAP_RX_FRAMES;
}

/* @frame becomes the sum of it and of those behind it that are taken with it.
 *
 * Return: QMAP_RX_FRAMES or the counter of why it is not delivered.
 */
enum qmap_counter qmap_deliver_frame(struct qmap_link *link,
				     struct qmap_frame *frame)
{
	enum qmap_counter verdict;

	if (!netif_running(link->ndev))
		verdict = QMAP_RX_LINK_DOWN;
	else if (qmap_link_is_ethernet(link))
		verdict = qmap_deliver_ethernet(link, frame);
	else
		verdict = qmap_deliver_ip(link, frame);
	qmap_deliver_count(link, verdict, frame);
	return verdict;
}

/* Datagrams may not overtake each other, so all of a poll go one way, and that of
 * those before as long as GRO may have one of them: with HZ >= 1000 it keeps them
 * beyond a poll that took its whole budget. (GRO itself lets an empty datagram
 * overtake what it holds.)
 */
void qmap_deliver_begin(struct qmap_rx *rx)
{
	rx->udp_to_gro = rx->udp_held || jiffies - rx->udp_wanted < UDP_WANTED ||
			 jiffies - rx->udp_probed >= UDP_PROBE;
}

void qmap_deliver_end(struct qmap_rx *rx)
{
	struct qmap_link *link;

	list_for_each_entry(link, &rx->rx_links, rx_node) {
		netif_receive_skb_list(&link->rx_list);
		INIT_LIST_HEAD(&link->rx_list);
	}
	INIT_LIST_HEAD(&rx->rx_links);
}

/* The last thing of a poll that has delivered all: GRO lets go of all it holds.
 * napi_complete_done() may keep a packet of a link that goes away.
 */
void qmap_deliver_complete(struct qmap_modem *modem)
{
	struct qmap_rx *rx = &modem->rx;
	bool held = rx->udp_held;

	/* before: another CPU may poll as soon as this one no longer does */
	rx->udp_held = false;
	/* a thread that polls on and on leaves to GRO what it has */
	if (!napi_complete(&modem->napi))
		rx->udp_held = held;
}

void qmap_deliver_init(struct qmap_rx *rx)
{
	INIT_LIST_HEAD(&rx->rx_links);
	rx->udp_probed = jiffies - UDP_PROBE;
	rx->udp_wanted = jiffies - UDP_WANTED;
}
