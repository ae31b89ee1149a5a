// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links: one netdev for each PDN.
 *
 * In qmap_mode 0 and 1 the modem's own netdev is its only link. Otherwise each
 * link is a netdev above it, as a VLAN is above its Ethernet device.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

static const u8 far_end[ETH_ALEN] = QMAP_FAR_END;

static const struct device_type wwan_type = {
	.name = "wwan",
};

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

/* The headroom is for whoever forwards the packet, so that it need not be copied.
 * The IP header stands after an Ethernet header's room, or it would not be
 * aligned where that matters; @has_header says that @data begins with one.
 */
static struct sk_buff *copy_packet(struct qmap_link *link, const u8 *data,
				   unsigned int len, bool has_header)
{
	const unsigned int headroom = LL_MAX_HEADER + (has_header ? 0 : ETH_HLEN);
	struct sk_buff *skb;

	skb = napi_alloc_skb(&link->modem->napi, headroom + len);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);
	skb->dev = link->ndev;
	return skb;
}

static void push_ethernet(struct sk_buff *skb, __be16 protocol)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	ether_addr_copy(eth->h_dest, skb->dev->dev_addr);
	ether_addr_copy(eth->h_source, far_end);
	eth->h_proto = protocol;
	skb_reset_mac_header(skb);
}

static void count_rx(struct qmap_link *link, unsigned int len)
{
	struct net_device *parent = link->modem->ndev;

	dev_sw_netstats_rx_add(link->ndev, len);
	if (link->ndev != parent)
		dev_sw_netstats_rx_add(parent, len);
}

static enum qmap_counter receive_ip(struct qmap_link *link,
				    const struct qmap_frame *frame)
{
	__be16 protocol = ip_protocol(frame->data[0]);
	struct sk_buff *skb;

	if (!protocol)
		return QMAP_RX_NOT_IP;
	skb = copy_packet(link, frame->data, frame->len, false);
	if (!skb)
		return QMAP_RX_NO_MEMORY;

	skb_reset_mac_header(skb);
	if (link->ethernet) {
		push_ethernet(skb, protocol);
		skb_pull(skb, ETH_HLEN);
	}
	skb->protocol = protocol;
	if (frame->csum_valid)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	napi_gro_receive(&link->modem->napi, skb);
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
	skb = copy_packet(link, frame->data, frame->len, !protocol);
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
 * @frame: the packet; copied
 *
 * Context: NAPI.
 * Return: QMAP_RX_FRAMES or the counter of why not.
 */
enum qmap_counter qmap_link_rx(struct qmap_link *link,
			       const struct qmap_frame *frame)
{
	enum qmap_counter verdict;

	if (!netif_running(link->ndev)) {
		link->ndev->stats.rx_dropped++;
		return QMAP_RX_LINK_DOWN;
	}

	if (link->modem->framing == QMAP_FRAMING_ETHERNET)
		verdict = receive_ethernet(link, frame);
	else
		verdict = receive_ip(link, frame);

	if (verdict == QMAP_RX_FRAMES)
		count_rx(link, frame->len);
	else if (verdict == QMAP_RX_NO_MEMORY)
		link->ndev->stats.rx_dropped++;
	else
		link->ndev->stats.rx_errors++;
	return verdict;
}

/**
 * qmap_mux_rx() - give a packet to the link of its mux id
 * @modem: the modem
 * @frame: the packet
 *
 * Context: NAPI.
 * Return: QMAP_RX_FRAMES or the counter of why not.
 */
enum qmap_counter qmap_mux_rx(struct qmap_modem *modem,
			      const struct qmap_frame *frame)
{
	enum qmap_counter verdict = QMAP_RX_NO_LINK;
	struct qmap_link *link;

	rcu_read_lock();
	link = rcu_dereference(modem->by_mux_id[frame->mux_id]);
	if (link)
		verdict = qmap_link_rx(link, frame);
	rcu_read_unlock();
	return verdict;
}

/* Return: bytes of the packet at @offset, without what an Ethernet device may
 * have padded it with; 0 if it cannot be sent.
 */
static unsigned int packet_len(const struct qmap_link *link,
			       const struct sk_buff *skb, unsigned int offset)
{
	unsigned int len, ip_len, header_len;
	struct ipv6hdr buf;
	const u8 *header;

	if (skb->len <= offset)
		return 0;
	len = skb->len - offset;
	if (link->modem->framing == QMAP_FRAMING_ETHERNET)
		return len;

	header_len = min_t(unsigned int, len, sizeof(buf));
	header = skb_header_pointer(skb, offset, header_len, &buf);
	ip_len = header ? qmap_ip_len(header, header_len) : 0;
	return ip_len <= len ? ip_len : 0;
}

static void count_tx(struct qmap_link *link, unsigned int len)
{
	struct net_device *parent = link->modem->ndev;

	dev_sw_netstats_tx_add(link->ndev, 1, len);
	if (link->ndev != parent)
		dev_sw_netstats_tx_add(parent, 1, len);
}

/**
 * qmap_link_xmit() - send a packet
 * @link: whose packet it is
 * @skb: the packet
 *
 * Context: ndo_start_xmit.
 * Return: NETDEV_TX_OK with @skb consumed, or NETDEV_TX_BUSY for want of room.
 */
netdev_tx_t qmap_link_xmit(struct qmap_link *link, struct sk_buff *skb)
{
	struct qmap_modem *modem = link->modem;
	unsigned int offset, len;

	offset = link->ethernet && modem->framing != QMAP_FRAMING_ETHERNET ?
		 ETH_HLEN : 0;
	len = packet_len(link, skb, offset);
	if (!len || qmap_frame_size(modem->framing, len) > QMAP_TX_SIZE) {
		link->ndev->stats.tx_dropped++;
		dev_kfree_skb_any(skb);
		/* a packet before this one may wait for it */
		qmap_tx_kick(modem);
		return NETDEV_TX_OK;
	}

	if (!qmap_tx_packet(link, skb, offset, len))
		return NETDEV_TX_BUSY;
	count_tx(link, len);
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

/**
 * qmap_mux_stop_queues() - no link may send for now
 * @modem: the modem
 *
 * Context: softirq, tx.lock.
 */
void qmap_mux_stop_queues(struct qmap_modem *modem)
{
	struct qmap_link *link;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list)
		netif_stop_queue(link->ndev);
	rcu_read_unlock();
}

static void wake_queues(struct qmap_modem *modem, unsigned int first,
			unsigned int last)
{
	struct qmap_link *link;
	unsigned int i = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list) {
		if (i >= first && i < last && netif_running(link->ndev))
			netif_wake_queue(link->ndev);
		i++;
	}
	rcu_read_unlock();
}

/**
 * qmap_mux_wake_queues() - undo qmap_mux_stop_queues()
 * @modem: the modem
 *
 * The first to be woken finds the room that there is, so each link is the first
 * in its turn.
 *
 * Context: softirq, tx.lock.
 */
void qmap_mux_wake_queues(struct qmap_modem *modem)
{
	unsigned int turn = modem->turn;

	wake_queues(modem, turn, UINT_MAX);
	wake_queues(modem, 0, turn);
	modem->turn = turn + 1 < READ_ONCE(modem->n_links) ? turn + 1 : 0;
}

/**
 * qmap_mux_carrier() - what the parent netdev is, the links above it are
 * @modem: the modem
 * @on: the parent is up
 *
 * Context: process, rtnl.
 */
void qmap_mux_carrier(struct qmap_modem *modem, bool on)
{
	struct qmap_link *link;

	list_for_each_entry(link, &modem->links, list) {
		if (link == &modem->self)
			continue;
		if (on)
			netif_carrier_on(link->ndev);
		else
			netif_carrier_off(link->ndev);
	}
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

static int link_open(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);

	if (!netif_running(link->modem->ndev))
		return -ENETDOWN;
	netif_start_queue(ndev);
	return 0;
}

static int link_stop(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);

	netif_stop_queue(ndev);
	if (netif_running(link->modem->ndev))
		qmap_data_quiesce(link->modem);
	return 0;
}

static netdev_tx_t link_start_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	return qmap_link_xmit(netdev_priv(ndev), skb);
}

static void link_tx_timeout(struct net_device *ndev, unsigned int txqueue)
{
	struct qmap_link *link = netdev_priv(ndev);

	qmap_tx_give_up(link->modem);
}

static int link_get_iflink(const struct net_device *ndev)
{
	const struct qmap_link *link = netdev_priv(ndev);

	return link->modem->ndev->ifindex;
}

static const struct net_device_ops link_netdev_ops = {
	.ndo_init		= link_init,
	.ndo_uninit		= link_uninit,
	.ndo_open		= link_open,
	.ndo_stop		= link_stop,
	.ndo_start_xmit		= link_start_xmit,
	.ndo_tx_timeout		= link_tx_timeout,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_get_iflink		= link_get_iflink,
	.ndo_set_mac_address	= eth_mac_addr,
	.ndo_validate_addr	= eth_validate_addr,
};

static void link_setup(struct net_device *ndev)
{
	ether_setup(ndev);
	ndev->flags |= IFF_NOARP;
	ndev->min_mtu = ETH_MIN_MTU;
	ndev->max_mtu = QMAP_MAX_MTU;
	ndev->netdev_ops = &link_netdev_ops;
	ndev->needs_free_netdev = true;
	ndev->priv_flags |= IFF_DISABLE_NETPOLL;
	SET_NETDEV_DEVTYPE(ndev, &wwan_type);
}

static struct net_device *link_alloc(struct qmap_modem *modem, unsigned int n)
{
	struct net_device *parent = modem->ndev;
	struct net_device *ndev;
	struct qmap_link *link;
	char name[IFNAMSIZ];

	if (snprintf(name, sizeof(name), "%s.%u", parent->name, n) >= sizeof(name))
		return ERR_PTR(-ENAMETOOLONG);
	ndev = alloc_netdev(sizeof(*link), name, NET_NAME_PREDICTABLE, link_setup);
	if (!ndev)
		return ERR_PTR(-ENOMEM);

	dev_net_set(ndev, dev_net(parent));
	eth_hw_addr_set(ndev, parent->dev_addr);
	ndev->addr_assign_type = NET_ADDR_STOLEN;
	link = netdev_priv(ndev);
	link->modem = modem;
	link->ndev = ndev;
	link->mux_id = QMAP_MUX_ID_BASE + n;
	link->ethernet = true;
	return ndev;
}

/* Found by NAPI and by queue control from now on. */
static void link_publish(struct qmap_link *link)
{
	struct qmap_modem *modem = link->modem;

	list_add_tail_rcu(&link->list, &modem->links);
	WRITE_ONCE(modem->n_links, modem->n_links + 1);
	if (link->mux_id)
		rcu_assign_pointer(modem->by_mux_id[link->mux_id], link);
}

static int link_register(struct qmap_modem *modem, unsigned int n)
{
	struct net_device *ndev;
	struct qmap_link *link;
	int err;

	ndev = link_alloc(modem, n);
	if (IS_ERR(ndev))
		return PTR_ERR(ndev);

	if (!netif_running(modem->ndev))
		netif_carrier_off(ndev);
	err = register_netdevice(ndev);
	if (err) {
		free_netdev(ndev);
		return err;
	}
	err = netdev_upper_dev_link(modem->ndev, ndev, NULL);
	if (err) {
		unregister_netdevice(ndev);
		return err;
	}

	link = netdev_priv(ndev);
	link_publish(link);
	netdev_info(ndev, "link of %s, mux id 0x%02x\n", modem->ndev->name,
		    link->mux_id);
	return 0;
}

static void link_unregister(struct qmap_link *link, struct list_head *gone)
{
	struct qmap_modem *modem = link->modem;

	RCU_INIT_POINTER(modem->by_mux_id[link->mux_id], NULL);
	list_del_rcu(&link->list);
	WRITE_ONCE(modem->n_links, modem->n_links - 1);
	netdev_upper_dev_unlink(modem->ndev, link->ndev);
	unregister_netdevice_queue(link->ndev, gone);
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
	self->ethernet = modem->framing != QMAP_FRAMING_RAW_IP;
	if (modem->mode > 1)
		return;
	self->mux_id = modem->mode ? QMAP_MUX_ID_BASE + 1 : 0;
	link_publish(self);
}

/**
 * qmap_mux_register() - make the links above the modem's netdev
 * @modem: its netdev is registered
 *
 * Context: process.
 * Return: 0 or a negative errno with no such link left.
 */
int qmap_mux_register(struct qmap_modem *modem)
{
	unsigned int n;
	int err = 0;

	if (modem->mode < 2)
		return 0;
	rtnl_lock();
	for (n = 1; n <= modem->mode && !err; n++)
		err = link_register(modem, n);
	rtnl_unlock();
	if (err)
		qmap_mux_unregister(modem);
	return err;
}

/**
 * qmap_mux_unregister() - undo qmap_mux_register()
 * @modem: its netdev is still registered
 *
 * Context: process.
 */
void qmap_mux_unregister(struct qmap_modem *modem)
{
	struct qmap_link *link, *next;
	LIST_HEAD(gone);

	rtnl_lock();
	list_for_each_entry_safe(link, next, &modem->links, list) {
		if (link != &modem->self)
			link_unregister(link, &gone);
	}
	unregister_netdevice_many(&gone);
	rtnl_unlock();
}
