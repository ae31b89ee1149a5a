// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links: one netdev for each PDN.
 *
 * The modem's own netdev is a link in qmap_mode 0 and 1. The others are netdevs
 * above it, as a VLAN is above its Ethernet device: made by the driver in
 * greater modes, by user space (add_mux) in mode 0.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#define COPY_BREAK	256	/* bytes */

static const u8 far_end[ETH_ALEN] = QMAP_FAR_END;

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

/**
 * qmap_link_copy() - copy a packet or the headers of one
 * @link: whose packet it is
 * @data: what is copied
 * @len: bytes
 * @has_header: @data begins with an Ethernet header
 *
 * The headroom is for whoever forwards the packet, so that it need not be
 * copied. The IP header stands after an Ethernet header's room, or it would not
 * be aligned where that matters.
 *
 * Context: NAPI.
 * Return: the copy or NULL.
 */
struct sk_buff *qmap_link_copy(struct qmap_link *link, const u8 *data,
			       unsigned int len, bool has_header)
{
	const unsigned int headroom = LL_MAX_HEADER + (has_header ? 0 : ETH_HLEN);
	struct sk_buff *skb;

	skb = napi_alloc_skb(&link->modem->napi, headroom + len);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	__skb_put_data(skb, data, len);
	skb->dev = link->ndev;
	return skb;
}

static void push_ethernet(struct sk_buff *skb, __be16 protocol)
{
	struct ethhdr *eth = __skb_push(skb, ETH_HLEN);

	ether_addr_copy(eth->h_dest, skb->dev->dev_addr);
	ether_addr_copy(eth->h_source, far_end);
	eth->h_proto = protocol;
	skb_reset_mac_header(skb);
}

static void count_rx(struct qmap_link *link, enum qmap_counter verdict,
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

static bool is_ethernet_on_wire(const struct qmap_link *link)
{
	return link->ethernet && !link->mux_id;
}

/* A datagram's payload can stay in the transfer's buffer: that measures better
 * than a copy from a few hundred bytes on. TCP's does not, as the fewer pieces
 * the better for GRO and what follows.
 */
static unsigned int bytes_to_copy(const struct qmap_frame *frame, u8 transport)
{
	if (!frame->truesize || transport != IPPROTO_UDP ||
	    frame->len <= COPY_BREAK)
		return frame->len;
	return sizeof(struct udphdr) + (frame->data[0] >> 4 == 4 ?
					sizeof(struct iphdr) :
					sizeof(struct ipv6hdr));
}

static void keep(struct sk_buff *skb, const u8 *data, unsigned int len,
		 unsigned int truesize)
{
	struct page *page = virt_to_head_page(data);

	get_page(page);
	skb_add_rx_frag(skb, 0, page, data - (u8 *)page_address(page), len,
			truesize);
}

static struct sk_buff *single(struct qmap_link *link,
			      const struct qmap_frame *frame, u8 transport)
{
	unsigned int len = bytes_to_copy(frame, transport);
	struct sk_buff *skb;

	skb = qmap_link_copy(link, frame->data, len, false);
	if (!skb)
		return NULL;
	if (len < frame->len)
		keep(skb, frame->data + len, frame->len - len, frame->truesize);
	if (frame->csum_valid)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

/* IPv6 may have it behind other headers, and has so in each fragment. */
static bool may_be_udp(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
		return true;
	}
	return false;
}

static enum qmap_counter receive_ip(struct qmap_link *link,
				    struct qmap_frame *frame)
{
	__be16 protocol = ip_protocol(frame->data[0]);
	struct sk_buff *skb;
	u8 transport;

	if (!protocol)
		return QMAP_RX_NOT_IP;
	if (!(link->ndev->features & NETIF_F_RXCSUM))
		frame->csum_valid = false;
	transport = qmap_ip_protocol(frame->data, frame->len);
	skb = transport == IPPROTO_TCP ? qmap_gro_rx(link, frame) : NULL;
	if (!skb)
		skb = single(link, frame, transport);
	if (!skb)
		return QMAP_RX_NO_MEMORY;

	skb_reset_mac_header(skb);
	if (link->ethernet) {
		push_ethernet(skb, protocol);
		__skb_pull(skb, ETH_HLEN);
	}
	skb->protocol = protocol;
	qmap_rx_deliver(link, skb, may_be_udp(transport));
	return QMAP_RX_FRAMES;
}

/* Some firmware sends bare IP packets at times, some a wrong destination. */
static enum qmap_counter receive_ethernet(struct qmap_link *link,
					  const struct qmap_frame *frame)
{
	__be16 protocol = ip_protocol(frame->data[0]);
	struct sk_buff *skb;
	struct ethhdr *eth;

	if (!protocol && frame->len < ETH_HLEN)
		return QMAP_RX_TRUNCATED;
	skb = qmap_link_copy(link, frame->data, frame->len, !protocol);
	if (!skb)
		return QMAP_RX_NO_MEMORY;

	if (protocol)
		push_ethernet(skb, protocol);
	eth = (struct ethhdr *)skb->data;
	if (!is_multicast_ether_addr(eth->h_dest))
		ether_addr_copy(eth->h_dest, link->ndev->dev_addr);
	skb->protocol = eth_type_trans(skb, link->ndev);
	napi_gro_receive(&link->modem->napi, skb);
	return QMAP_RX_FRAMES;
}

/**
 * qmap_link_rx() - give a packet to the stack
 * @link: whose packet it is
 * @frame: the packet, copied; becomes the sum of it and those that follow, if
 *	   they are taken with it
 *
 * Context: NAPI.
 * Return: QMAP_RX_FRAMES or the counter of why not.
 */
enum qmap_counter qmap_link_rx(struct qmap_link *link,
			       struct qmap_frame *frame)
{
	enum qmap_counter verdict;

	if (!netif_running(link->ndev))
		verdict = QMAP_RX_LINK_DOWN;
	else if (is_ethernet_on_wire(link))
		verdict = receive_ethernet(link, frame);
	else
		verdict = receive_ip(link, frame);
	count_rx(link, verdict, frame);
	return verdict;
}

/**
 * qmap_mux_find() - the link of a mux id
 * @modem: the modem
 * @mux_id: as a frame has it
 *
 * Context: NAPI: softirqs are RCU readers by themselves.
 * Return: the link or NULL.
 */
struct qmap_link *qmap_mux_find(struct qmap_modem *modem, u8 mux_id)
{
	return rcu_dereference_bh(modem->by_mux_id[mux_id]);
}

/**
 * qmap_mux_rx() - give a packet to the link of its mux id
 * @modem: the modem
 * @frame: the packet, as for qmap_link_rx()
 *
 * Context: NAPI.
 * Return: QMAP_RX_FRAMES or the counter of why not.
 */
enum qmap_counter qmap_mux_rx(struct qmap_modem *modem,
			      struct qmap_frame *frame)
{
	struct qmap_link *link = qmap_mux_find(modem, frame->mux_id);

	return link ? qmap_link_rx(link, frame) : QMAP_RX_NO_LINK;
}

/**
 * qmap_link_sent() - account what was sent
 * @link: whose it was
 * @packets: as the modem sees them
 * @bytes: of IP
 *
 * Context: softirq, tx.lock.
 */
void qmap_link_sent(struct qmap_link *link, unsigned int packets,
		    unsigned int bytes)
{
	struct net_device *parent = link->modem->ndev;

	dev_sw_netstats_tx_add(link->ndev, packets, bytes);
	if (link->ndev != parent)
		dev_sw_netstats_tx_add(parent, packets, bytes);
}

/**
 * qmap_link_stop_queue() - a link may not send for now
 * @link: the link
 * @why: counted
 *
 * Context: softirq, tx.lock.
 */
void qmap_link_stop_queue(struct qmap_link *link, enum qmap_link_counter why)
{
	qmap_link_count(link, why, 1);
	netif_stop_queue(link->ndev);
}

/**
 * qmap_link_wake_queue() - undo qmap_link_stop_queue()
 * @link: the link
 *
 * Context: softirq, tx.lock.
 * Return: whether its queue was stopped.
 */
bool qmap_link_wake_queue(struct qmap_link *link)
{
	if (!netif_queue_stopped(link->ndev) || !netif_running(link->ndev))
		return false;
	netif_wake_queue(link->ndev);
	return true;
}

/* The links above a modem come up with it, those that are to be up at all. */
static void link_carrier(const struct qmap_link *link)
{
	if (link->up && netif_running(link->modem->ndev))
		netif_carrier_on(link->ndev);
	else
		netif_carrier_off(link->ndev);
}

/**
 * qmap_mux_carrier() - set the carrier of all netdevs as it should be
 * @modem: its netdev is up or goes down
 *
 * The modem's own has a carrier while any of its links is to be up.
 *
 * Context: process, rtnl.
 */
void qmap_mux_carrier(struct qmap_modem *modem)
{
	struct qmap_link *link;
	bool any = !modem->mode;

	list_for_each_entry(link, &modem->links, list) {
		any |= link->up;
		if (link != &modem->self)
			link_carrier(link);
	}
	if (any)
		netif_carrier_on(modem->ndev);
	else
		netif_carrier_off(modem->ndev);
}

static unsigned int link_number(const struct qmap_link *link)
{
	return link->mux_id - QMAP_MUX_ID_BASE;
}

/* For scripts that say nothing about their data calls most modems' links are up
 * from the start. Not so in what is told, but for the first one, as the vendor's
 * driver has it: its client takes 0 to mean that no call is left.
 */
static void link_init_state(struct qmap_link *link)
{
	const struct qmap_modem *modem = link->modem;

	link->up = !modem->mode || !modem->product->links_down;
	link->said_up = link->up && link_number(link) == 1;
}

/**
 * qmap_mux_state() - of which links user space says that they are up
 * @modem: in qmap_mode 1 or more
 *
 * Context: process, rtnl.
 * Return: link n at bit n - 1.
 */
u32 qmap_mux_state(struct qmap_modem *modem)
{
	struct qmap_link *link;
	u32 state = 0;

	list_for_each_entry(link, &modem->links, list)
		if (link->said_up)
			state |= BIT(link_number(link) - 1);
	return state;
}

/**
 * qmap_mux_set_state() - user space says that a data call is up or down
 * @modem: in qmap_mode 1 or more
 * @value: mode 1: up or down; otherwise a link's number, and bit 7 for down
 *
 * Context: process, rtnl.
 * Return: 0, or -EINVAL if there is no such link.
 */
int qmap_mux_set_state(struct qmap_modem *modem, u32 value)
{
	bool up = modem->mode == 1 ? value : !(value & BIT(7));
	u32 number = modem->mode == 1 ? 1 : value & GENMASK(6, 0);
	struct qmap_link *link;

	list_for_each_entry(link, &modem->links, list) {
		if (link_number(link) != number)
			continue;
		link->up = up;
		link->said_up = up;
		qmap_mux_carrier(modem);
		return 0;
	}
	return -EINVAL;
}

/**
 * qmap_mux_has_links() - whether there are links above the modem's netdev
 * @modem: the modem
 *
 * Context: any.
 * Return: whether there are.
 */
bool qmap_mux_has_links(const struct qmap_modem *modem)
{
	return READ_ONCE(modem->n_links) > (modem->mode < 2);
}

static int link_init(struct net_device *ndev)
{
	ndev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	return ndev->tstats ? 0 : -ENOMEM;
}

static void link_uninit(struct net_device *ndev)
{
	free_percpu(ndev->tstats);
}

/* Who opens links before their parent, as systemd-networkd does, asks only once. */
static int link_open(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);
	int err;

	err = dev_open(link->modem->ndev, NULL);
	if (err)
		return err;
	netif_start_queue(ndev);
	return 0;
}

static int link_stop(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);

	/* some come past the qdisc, and may have found the netdev up before */
	netif_tx_disable(ndev);
	qmap_tx_forget(link);
	if (netif_running(link->modem->ndev))
		qmap_data_quiesce(link->modem);
	return 0;
}

static netdev_tx_t link_start_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	return qmap_tx_xmit(netdev_priv(ndev), skb);
}

static int link_get_iflink(const struct net_device *ndev)
{
	const struct qmap_link *link = netdev_priv(ndev);
	const struct net_device *parent = link->modem->ndev;

	/* an index means another netdev in another namespace */
	return net_eq(dev_net(ndev), dev_net(parent)) ? parent->ifindex :
							ndev->ifindex;
}

static const struct net_device_ops link_netdev_ops = {
	.ndo_init		= link_init,
	.ndo_uninit		= link_uninit,
	.ndo_open		= link_open,
	.ndo_stop		= link_stop,
	.ndo_start_xmit		= link_start_xmit,
	.ndo_features_check	= qmap_packet_features,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_get_iflink		= link_get_iflink,
	.ndo_set_mac_address	= qmap_netdev_set_address,
};

static void link_setup(struct net_device *ndev)
{
	ether_setup(ndev);
	ndev->netdev_ops = &link_netdev_ops;
	ndev->ethtool_ops = &qmap_link_ethtool_ops;
	ndev->sysfs_groups[0] = &qmap_link_group;
	ndev->hw_features = QMAP_FEATURES;
	ndev->features |= QMAP_FEATURES | NETIF_F_HIGHDMA;
	ndev->needs_free_netdev = true;
	ndev->priv_flags |= IFF_DISABLE_NETPOLL;
	SET_NETDEV_DEVTYPE(ndev, &qmap_link_type);
}

/* As user space expects them: in qmap_mode 0 like the links of qmi_wwan, in the
 * others like those of the vendor's driver.
 */
static void link_setup_for_mode(struct net_device *ndev,
				const struct qmap_modem *modem)
{
	qmap_netdev_set_header(ndev, modem->mode);
	ndev->flags |= IFF_NOARP;
	ndev->min_mtu = ETH_MIN_MTU;
	ndev->max_mtu = QMAP_MAX_MTU;
	if (!modem->mode)
		return;
	eth_hw_addr_set(ndev, modem->ndev->dev_addr);
	ndev->addr_assign_type = NET_ADDR_STOLEN;
}

/* In qmap_mode 0 as qmi_wwan has it, otherwise as the vendor's driver. The name
 * is taken if udev has renamed the parent of other links, or too long if it has
 * renamed this one already: then another parent's name will do.
 */
static void link_name(char *name, const struct qmap_modem *modem, u8 mux_id)
{
	u8 n = mux_id - QMAP_MUX_ID_BASE;
	char separator = qmap_link_separator();

	if (!modem->mode) {
		strscpy(name, "qmimux%d", IFNAMSIZ);
		return;
	}
	if (snprintf(name, IFNAMSIZ, "%s%c%u", modem->ndev->name, separator, n) >= IFNAMSIZ ||
	    __dev_get_by_name(dev_net(modem->ndev), name))
		snprintf(name, IFNAMSIZ, "wwan%%d%c%u", separator, n);
}

static struct net_device *link_alloc(struct qmap_modem *modem, u8 mux_id)
{
	struct net_device *ndev;
	struct qmap_link *link;
	char name[IFNAMSIZ];

	link_name(name, modem, mux_id);
	ndev = alloc_netdev(sizeof(*link), name,
			    modem->mode ? NET_NAME_PREDICTABLE : NET_NAME_ENUM,
			    link_setup);
	if (!ndev)
		return NULL;

	link_setup_for_mode(ndev, modem);
	dev_net_set(ndev, dev_net(modem->ndev));
	link = netdev_priv(ndev);
	link->modem = modem;
	link->ndev = ndev;
	link->mux_id = mux_id;
	link->ethernet = modem->mode;
	link_init_state(link);
	return ndev;
}

/* Found by NAPI and by queue control from now on. */
static void link_publish(struct qmap_link *link)
{
	struct qmap_modem *modem = link->modem;

	INIT_LIST_HEAD(&link->plain);
	INIT_LIST_HEAD(&link->turn);
	u64_stats_init(&link->rx_sync);
	u64_stats_init(&link->tx_sync);
	list_add_tail_rcu(&link->list, &modem->links);
	WRITE_ONCE(modem->n_links, modem->n_links + 1);
	if (link->mux_id)
		rcu_assign_pointer(modem->by_mux_id[link->mux_id], link);
}

static int link_register(struct qmap_modem *modem, u8 mux_id)
{
	struct net_device *ndev = link_alloc(modem, mux_id);
	struct qmap_link *link;
	int err;

	if (!ndev)
		return -ENOMEM;
	link = netdev_priv(ndev);
	link_carrier(link);
	err = register_netdevice(ndev);
	if (err) {
		free_netdev(ndev);
		return err;
	}
	link_publish(link);
	if (modem->mode || net_ratelimit())	/* users make as many as they like */
		netdev_info(ndev, "link of %s, mux id 0x%02x\n",
			    modem->ndev->name, mux_id);
	return 0;
}

static void link_unregister(struct qmap_link *link, struct list_head *gone)
{
	struct qmap_modem *modem = link->modem;

	RCU_INIT_POINTER(modem->by_mux_id[link->mux_id], NULL);
	list_del_rcu(&link->list);
	WRITE_ONCE(modem->n_links, modem->n_links - 1);
	if (netdev_has_upper_dev(modem->ndev, link->ndev))
		netdev_upper_dev_unlink(modem->ndev, link->ndev);
	unregister_netdevice_queue(link->ndev, gone);
}

static void link_remove(struct qmap_link *link)
{
	LIST_HEAD(gone);

	link_unregister(link, &gone);
	unregister_netdevice_many(&gone);
}

/**
 * qmap_mux_add() - make a link above the modem's netdev
 * @modem: the modem
 * @mux_id: of the new link
 *
 * Context: process, rtnl.
 * Return: 0, -EINVAL if there is a link with this mux id, or another errno.
 */
int qmap_mux_add(struct qmap_modem *modem, u8 mux_id)
{
	struct qmap_link *link;
	int err;

	if (rcu_access_pointer(modem->by_mux_id[mux_id])) {
		if (net_ratelimit())
			netdev_err(modem->ndev, "mux id 0x%02x has a link already\n",
				   mux_id);
		return -EINVAL;
	}
	err = link_register(modem, mux_id);
	if (err)
		return err;
	link = rtnl_dereference(modem->by_mux_id[mux_id]);
	err = netdev_upper_dev_link(modem->ndev, link->ndev, NULL);
	if (err)
		link_remove(link);
	return err;
}

/**
 * qmap_mux_del() - remove a link above the modem's netdev
 * @modem: the modem
 * @mux_id: whose link
 *
 * Context: process, rtnl.
 * Return: 0, or -EINVAL if there is none.
 */
int qmap_mux_del(struct qmap_modem *modem, u8 mux_id)
{
	struct qmap_link *link = rtnl_dereference(modem->by_mux_id[mux_id]);

	if (!link) {
		if (net_ratelimit())
			netdev_err(modem->ndev, "mux id 0x%02x has no link\n",
				   mux_id);
		return -EINVAL;
	}
	link_remove(link);
	return 0;
}

/**
 * qmap_mux_init() - make the modem's own netdev a link, where it is one
 * @modem: its netdev is not registered yet
 */
void qmap_mux_init(struct qmap_modem *modem)
{
	struct qmap_link *self = &modem->self;

	INIT_LIST_HEAD(&modem->links);
	self->modem = modem;
	self->ndev = modem->ndev;
	if (modem->mode > 1)
		return;
	self->mux_id = modem->mode ? QMAP_MUX_ID_BASE + 1 : 0;
	link_init_state(self);
	link_publish(self);
}

/* The links that qmap_mode asks for are there before the modem's netdev is, or
 * whoever sees that could find none. Those made so far go in its ndo_uninit if
 * one cannot be had.
 */
static int make_links(struct qmap_modem *modem)
{
	unsigned int n;
	int err = 0;

	for (n = 1; modem->mode > 1 && n <= modem->mode && !err; n++)
		err = link_register(modem, QMAP_MUX_ID_BASE + n);
	qmap_mux_carrier(modem);
	return err;
}

/* What is above what shows in sysfs, so it takes the modem's netdev. That comes
 * here again when it has moved to another namespace.
 */
static int join_links(struct qmap_modem *modem)
{
	struct net_device *parent = modem->ndev;
	struct qmap_link *link;
	int err = 0;

	list_for_each_entry(link, &modem->links, list) {
		if (link == &modem->self ||
		    netdev_has_upper_dev(parent, link->ndev))
			continue;
		err = netdev_upper_dev_link(parent, link->ndev, NULL);
		if (err)
			break;
	}
	return err;
}

static int on_netdev_event(struct notifier_block *nb, unsigned long event,
			   void *info)
{
	struct net_device *ndev = netdev_notifier_info_to_dev(info);
	int err = 0;

	if (!qmap_netdev_is_modem(ndev))
		return NOTIFY_DONE;
	if (event == NETDEV_POST_INIT)
		err = make_links(qmap_modem_of(ndev));
	else if (event == NETDEV_REGISTER)
		err = join_links(qmap_modem_of(ndev));
	return notifier_from_errno(err);
}

/* Makes the links of each modem's netdev as that is registered. */
struct notifier_block qmap_mux_notifier = {
	.notifier_call = on_netdev_event,
};

/**
 * qmap_mux_unregister() - remove all links above the modem's netdev
 * @modem: its netdev is being unregistered, or could not be registered
 *
 * Context: process, rtnl.
 */
void qmap_mux_unregister(struct qmap_modem *modem)
{
	struct qmap_link *link, *next;
	LIST_HEAD(gone);

	list_for_each_entry_safe(link, next, &modem->links, list) {
		if (link != &modem->self)
			link_unregister(link, &gone);
	}
	unregister_netdevice_many(&gone);
}
