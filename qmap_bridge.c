// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridge mode: the address of a link's PDN belongs to one host behind a bridge, of which
 * the link is a port.
 *
 * A modem knows no Ethernet, so the driver is the neighbour that the host sees: it
 * answers ARP and neighbour solicitations for whatever the host looks for, and addresses
 * to the host what arrives. The host is the first that asks for an address, by DHCP or as
 * it looks for a router. What others on the bridge send does not leave.
 *
 * The attributes are those of the vendor's driver: quectel-CM -b writes them.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"
#include "qmap_sysfs.h"

#include <linux/if_arp.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>
#include <net/arp.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#define DHCP_SERVER_PORT	67
#define AGEING_SECS		300	/* a bridge forgets a silent host after that, too */

static unsigned int bridge_mode;
module_param(bridge_mode, uint, 0444);
MODULE_PARM_DESC(bridge_mode, "links that begin in bridge mode, link n at bit n - 1");

static unsigned int bridge_ipv4;
module_param(bridge_ipv4, uint, 0444);
MODULE_PARM_DESC(bridge_ipv4, "IPv4 address that the host behind them has, as 0x0a400102");

static const u8 far_end[ETH_ALEN] __aligned(2) = QMAP_FAR_END;

DEFINE_STATIC_KEY_FALSE(qmap_bridge_used);

struct arp_packet {
	struct arphdr header;
	u8 sender_address[ETH_ALEN];
	__be32 sender_ip;
	u8 target_address[ETH_ALEN];
	__be32 target_ip;
} __packed;

struct advertisement {
	struct ipv6hdr ip6;
	struct icmp6hdr icmp6;
	struct in6_addr target;
	u8 option[8];		/* its Ethernet address */
} __packed;

/* --- the host */

static void get_host(const struct qmap_bridge *bridge, u8 *host)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&bridge->lock);
		ether_addr_copy(host, bridge->host);
	} while (read_seqretry(&bridge->lock, seq));
}

static bool is_from_host(struct qmap_bridge *bridge, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (const void *)skb->data;
	u8 host[ETH_ALEN] __aligned(2);

	get_host(bridge, host);
	if (!ether_addr_equal(eth->h_source, host))
		return false;
	bridge->heard = ktime_get_seconds();
	return true;
}

/* Who asks by DHCP has the place of a host that has only looked for a router, and never the
 * other way round. Otherwise a host keeps its place as long as a bridge knows it.
 */
static bool gives_way(const struct qmap_bridge *bridge, bool by_dhcp)
{
	if (is_zero_ether_addr(bridge->host))
		return true;
	if (by_dhcp != bridge->by_dhcp)
		return by_dhcp;
	return ktime_get_seconds() >= bridge->heard + AGEING_SECS;
}

/* Who has sent @skb asks for an address. */
static void meet_host(struct qmap_link *link, const struct sk_buff *skb, bool by_dhcp)
{
	const struct ethhdr *eth = (const void *)skb->data;
	struct qmap_bridge *bridge = &link->bridge;
	bool is_new;

	write_seqlock(&bridge->lock);
	is_new = !ether_addr_equal(bridge->host, eth->h_source);
	if (!is_new) {
		bridge->by_dhcp |= by_dhcp;
	} else if (gives_way(bridge, by_dhcp)) {
		ether_addr_copy(bridge->host, eth->h_source);
		bridge->by_dhcp = by_dhcp;
	} else {
		is_new = false;
	}
	write_sequnlock(&bridge->lock);
	if (is_new && net_ratelimit())
		netdev_info(link->ndev, "bridged to %pM\n", eth->h_source);
}

static void forget_host(struct qmap_bridge *bridge)
{
	write_seqlock_bh(&bridge->lock);
	eth_zero_addr(bridge->host);
	bridge->by_dhcp = false;
	write_sequnlock_bh(&bridge->lock);
}

/* --- from the host */

/* The stack gets @skb as if the modem had sent it. */
static void answer(struct sk_buff *skb)
{
	skb->protocol = eth_type_trans(skb, skb->dev);
	netif_rx(skb);
}

/* Neither asks a host so whether an address is free, nor tells that it has one. */
static bool is_arp_request(const struct qmap_bridge *bridge, const struct arp_packet *arp)
{
	__be32 ipv4 = READ_ONCE(bridge->ipv4);

	return arp->header.ar_hrd == htons(ARPHRD_ETHER) &&
	       arp->header.ar_pro == htons(ETH_P_IP) && arp->header.ar_hln == ETH_ALEN &&
	       arp->header.ar_pln == sizeof(__be32) &&
	       arp->header.ar_op == htons(ARPOP_REQUEST) && arp->sender_ip &&
	       arp->sender_ip != arp->target_ip && (!ipv4 || arp->sender_ip == ipv4);
}

static void answer_arp(struct net_device *ndev, const struct arp_packet *arp)
{
	struct sk_buff *skb;

	skb = arp_create(ARPOP_REPLY, ETH_P_ARP, arp->sender_ip, ndev, arp->target_ip,
			 arp->sender_address, far_end, arp->sender_address);
	if (skb)
		answer(skb);
}

static enum qmap_bridge_verdict bridge_arp(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_bridge *bridge = &link->bridge;
	const struct arp_packet *arp;

	if (!is_from_host(bridge, skb) || !pskb_may_pull(skb, ETH_HLEN + sizeof(*arp)))
		return QMAP_BRIDGE_REFUSED;
	arp = (const void *)(skb->data + ETH_HLEN);
	if (is_arp_request(bridge, arp))
		answer_arp(link->ndev, arp);
	return QMAP_BRIDGE_TAKEN;
}

static bool is_dhcp(struct sk_buff *skb)
{
	const struct iphdr *ip = (const void *)(skb->data + ETH_HLEN);
	unsigned int at = ETH_HLEN + ip->ihl * 4;
	const struct udphdr *udp;

	if (ip->protocol != IPPROTO_UDP || ip_is_fragment(ip) ||
	    !pskb_may_pull(skb, at + sizeof(*udp)))
		return false;
	udp = (const void *)(skb->data + at);
	return udp->dest == htons(DHCP_SERVER_PORT);
}

/* A host that still has its address of an earlier call may ask for the new one. */
static enum qmap_bridge_verdict bridge_ipv4_packet(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_bridge *bridge = &link->bridge;
	__be32 ipv4 = READ_ONCE(bridge->ipv4);
	const struct iphdr *ip;
	bool asks;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*ip)))
		return QMAP_BRIDGE_REFUSED;
	asks = is_dhcp(skb);
	if (asks)
		meet_host(link, skb, true);
	if (!is_from_host(bridge, skb))
		return QMAP_BRIDGE_REFUSED;
	ip = (const void *)(skb->data + ETH_HLEN);
	return asks || !ipv4 || ip->saddr == ipv4 ? QMAP_BRIDGE_PASS : QMAP_BRIDGE_REFUSED;
}

static void fill_advertisement(struct advertisement *to, const struct ipv6hdr *asker,
			       const struct nd_msg *question)
{
	unsigned int len = sizeof(*to) - sizeof(to->ip6);
	__wsum csum;

	memset(to, 0, sizeof(*to));
	to->ip6.version = 6;
	to->ip6.payload_len = htons(len);
	to->ip6.nexthdr = IPPROTO_ICMPV6;
	to->ip6.hop_limit = 255;
	to->ip6.saddr = question->target;
	to->ip6.daddr = asker->saddr;
	to->icmp6.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	/* or a host would no longer take it for its router */
	to->icmp6.icmp6_router = 1;
	to->icmp6.icmp6_solicited = 1;
	to->icmp6.icmp6_override = 1;
	to->target = question->target;
	to->option[0] = ND_OPT_TARGET_LL_ADDR;
	to->option[1] = 1;
	ether_addr_copy(to->option + 2, far_end);
	csum = csum_partial(&to->icmp6, len, 0);
	to->icmp6.icmp6_cksum = csum_ipv6_magic(&to->ip6.saddr, &to->ip6.daddr, len,
						IPPROTO_ICMPV6, csum);
}

static void answer_solicitation(struct net_device *ndev, const struct sk_buff *from)
{
	const struct ethhdr *asker = (const void *)from->data;
	const struct ipv6hdr *ip6 = (const void *)(asker + 1);
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = netdev_alloc_skb_ip_align(ndev, sizeof(*eth) + sizeof(struct advertisement));
	if (!skb)
		return;
	eth = skb_put(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, asker->h_source);
	ether_addr_copy(eth->h_source, far_end);
	eth->h_proto = htons(ETH_P_IPV6);
	fill_advertisement(skb_put(skb, sizeof(struct advertisement)), ip6,
			   (const void *)(ip6 + 1));
	answer(skb);
}

/* Return: the type of a message of neighbour discovery, or 0. */
static u8 nd_type(struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + ETH_HLEN);
	const struct icmp6hdr *icmp;

	if (ip6->nexthdr != IPPROTO_ICMPV6 || ip6->hop_limit != 255 ||
	    !pskb_may_pull(skb, ETH_HLEN + sizeof(*ip6) + sizeof(*icmp)))
		return 0;
	icmp = (const void *)(skb->data + ETH_HLEN + sizeof(*ip6));
	return icmp->icmp6_type;
}

static enum qmap_bridge_verdict bridge_solicitation(struct qmap_link *link, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(*ip6) + sizeof(struct nd_msg)))
		return QMAP_BRIDGE_REFUSED;
	ip6 = (const void *)(skb->data + ETH_HLEN);
	/* from no address it asks whether another host has its own */
	if (!ipv6_addr_any(&ip6->saddr))
		answer_solicitation(link->ndev, skb);
	return QMAP_BRIDGE_TAKEN;
}

static enum qmap_bridge_verdict bridge_ipv6_packet(struct qmap_link *link, struct sk_buff *skb)
{
	u8 type;

	if (!pskb_may_pull(skb, ETH_HLEN + sizeof(struct ipv6hdr)))
		return QMAP_BRIDGE_REFUSED;
	type = nd_type(skb);
	if (type == NDISC_ROUTER_SOLICITATION)
		meet_host(link, skb, false);
	if (!is_from_host(&link->bridge, skb))
		return QMAP_BRIDGE_REFUSED;
	switch (type) {
	case NDISC_NEIGHBOUR_SOLICITATION:
		return bridge_solicitation(link, skb);
	case NDISC_NEIGHBOUR_ADVERTISEMENT:
		return QMAP_BRIDGE_TAKEN;
	}
	return QMAP_BRIDGE_PASS;
}

/* A bridge sends everywhere what is for a host that it does not know. */
static bool is_for_far_end(const struct qmap_link *link, const struct ethhdr *eth)
{
	return is_multicast_ether_addr(eth->h_dest) || ether_addr_equal(eth->h_dest, far_end) ||
	       ether_addr_equal(eth->h_dest, link->ndev->dev_addr);
}

/* What becomes of a frame, which the caller keeps.
 *
 * Context: ndo_start_xmit, without tx.lock: an answer may come back as a packet to send.
 */
enum qmap_bridge_verdict qmap_bridge_tx(struct qmap_link *link, struct sk_buff *skb)
{
	const struct ethhdr *eth;

	if (!pskb_may_pull(skb, ETH_HLEN))
		return QMAP_BRIDGE_REFUSED;
	eth = (const void *)skb->data;
	if (!is_for_far_end(link, eth))
		return QMAP_BRIDGE_REFUSED;
	switch (eth->h_proto) {
	case htons(ETH_P_ARP):
		return bridge_arp(link, skb);
	case htons(ETH_P_IP):
		return bridge_ipv4_packet(link, skb);
	case htons(ETH_P_IPV6):
		return bridge_ipv6_packet(link, skb);
	}
	return QMAP_BRIDGE_REFUSED;
}

/* Addresses a packet to the host. @skb: its Ethernet header is in place. Context: NAPI. */
void qmap_bridge_rx(const struct qmap_link *link, struct sk_buff *skb)
{
	struct ethhdr *eth = eth_hdr(skb);
	u8 host[ETH_ALEN] __aligned(2);

	get_host(&link->bridge, host);
	if (is_zero_ether_addr(host))
		return;
	ether_addr_copy(eth->h_dest, host);
	if (!ether_addr_equal(host, link->ndev->dev_addr))
		skb->pkt_type = PACKET_OTHERHOST;
}

/* --- on and off */

static void set_on(struct qmap_bridge *bridge, bool on)
{
	ASSERT_RTNL();
	forget_host(bridge);
	if (on == bridge->on)
		return;
	WRITE_ONCE(bridge->on, on);
	if (on)
		static_branch_inc(&qmap_bridge_used);
	else
		static_branch_dec(&qmap_bridge_used);
}

static bool has_ethernet_over_qmap(const struct qmap_link *link)
{
	return link->ethernet && qmap_link_is_muxed(link);
}

/* The link's netdev is being registered. */
void qmap_bridge_init(struct qmap_link *link)
{
	struct qmap_bridge *bridge = &link->bridge;

	seqlock_init(&bridge->lock);
	if (!has_ethernet_over_qmap(link) ||
	    !(bridge_mode & BIT(link->mux_id - QMAP_MUX_ID_BASE - 1)))
		return;
	bridge->ipv4 = htonl(bridge_ipv4);
	set_on(bridge, true);
}

void qmap_bridge_exit(struct qmap_link *link)
{
	if (link->bridge.on)
		set_on(&link->bridge, false);
}

/* Of the netdevs with these attributes only the modem's own has a parent. */
static struct qmap_link *link_of(struct device *dev)
{
	struct net_device *ndev = to_net_dev(dev);

	return dev->parent ? &qmap_modem_of(ndev)->own_link : netdev_priv(ndev);
}

static ssize_t bridge_mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(link_of(dev)->bridge.on));
}

static ssize_t bridge_mode_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	int value, err;

	err = qmap_leading_number(buf, &value);
	if (!err)
		err = qmap_begin_store(dev);
	if (err)
		return err;
	set_on(&link_of(dev)->bridge, value);
	return qmap_end_store(0, count);
}
static DEVICE_ATTR_RW(bridge_mode);

static ssize_t bridge_ipv4_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	__be32 ipv4 = READ_ONCE(link_of(dev)->bridge.ipv4);

	return sysfs_emit(buf, "%pI4\n", &ipv4);
}

/* Dotted, or a number as quectel-CM writes it. */
static int parse_ipv4(const char *buf, __be32 *ipv4)
{
	int value, err;

	if (buf[strspn(buf, "0123456789")] == '.')
		return in4_pton(buf, -1, (u8 *)ipv4, -1, NULL) ? 0 : -EINVAL;
	err = qmap_leading_number(buf, &value);
	*ipv4 = htonl(value);
	return err;
}

static ssize_t bridge_ipv4_store(struct device *dev, struct device_attribute *attr,
				 const char *buf, size_t count)
{
	__be32 ipv4;
	int err;

	err = parse_ipv4(buf, &ipv4);
	if (!err)
		err = qmap_begin_store(dev);
	if (err)
		return err;
	WRITE_ONCE(link_of(dev)->bridge.ipv4, ipv4);
	return qmap_end_store(0, count);
}
static DEVICE_ATTR_RW(bridge_ipv4);

static struct attribute *bridge_attrs[] = {
	&dev_attr_bridge_mode.attr,
	&dev_attr_bridge_ipv4.attr,
	NULL
};

static umode_t is_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	return has_ethernet_over_qmap(link_of(kobj_to_dev(kobj))) ? attr->mode : 0;
}

const struct attribute_group qmap_bridge_group = {
	.attrs = bridge_attrs,
	.is_visible = is_visible,
};
