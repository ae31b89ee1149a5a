// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links and their table: one netdev for each PDN.
 *
 * The modem's own netdev is a link in qmap_mode 0 and 1. The others are netdevs
 * above it, as a VLAN is above its Ethernet device: made by the driver in
 * greater modes, by user space (add_mux) in mode 0.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

/* The links above a modem come up with it, if their calls are up. */
static void qmap_link_carrier(const struct qmap_link *link)
{
	if (link->call_up && netif_running(link->modem->ndev))
		netif_carrier_on(link->ndev);
	else
		netif_carrier_off(link->ndev);
}

/* Sets the carrier of all netdevs. The modem's own has one while a call of any link
 * is up. Its netdev is up or goes down.
 */
void qmap_mux_carrier(struct qmap_modem *modem)
{
	bool any = !qmap_has_fixed_links(modem);
	struct qmap_link *link;

	ASSERT_RTNL();
	list_for_each_entry(link, &modem->links, list) {
		any |= link->call_up;
		if (link != &modem->own_link)
			qmap_link_carrier(link);
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
 * from the start. link_state tells so of the first one only, as the vendor's driver
 * has it: its client takes 0 to mean that no call is left.
 */
static void qmap_link_init_state(struct qmap_link *link)
{
	const struct qmap_modem *modem = link->modem;

	link->call_up = !qmap_has_fixed_links(modem) || !modem->product->links_down;
	link->link_state = link->call_up && link_number(link) == 1;
}

/* Return: what link_state tells: link n at bit n - 1. */
u32 qmap_mux_state(struct qmap_modem *modem)
{
	struct qmap_link *link;
	u32 state = 0;

	ASSERT_RTNL();
	list_for_each_entry(link, &modem->links, list)
		if (link->link_state)
			state |= BIT(link_number(link) - 1);
	return state;
}

/* User space says that the data call of a fixed link is up or down. @value: if wwan0 is
 * the link, 0 for down; otherwise the link's number, with bit 7 for down.
 *
 * Return: 0, or -EINVAL if there is no such link.
 */
int qmap_mux_set_state(struct qmap_modem *modem, u32 value)
{
	bool own = qmap_has_own_link(modem);
	bool up = own ? value : !(value & BIT(7));
	u32 number = own ? 1 : value & GENMASK(6, 0);
	struct qmap_link *link;

	ASSERT_RTNL();
	list_for_each_entry(link, &modem->links, list) {
		if (link_number(link) != number)
			continue;
		link->call_up = up;
		link->link_state = up;
		qmap_mux_carrier(modem);
		return 0;
	}
	return -EINVAL;
}

/* ndo_set_mac_address of modems and links */
int qmap_link_set_address(struct net_device *ndev, void *addr)
{
	return ndev->addr_len ? eth_mac_addr(ndev, addr) : -EOPNOTSUPP;
}

/* Shows the stack Ethernet headers or none. @ndev: down; alloc_etherdev() or
 * ether_setup() has seen it.
 *
 * Context: process; rtnl if @ndev is registered.
 */
void qmap_link_set_header(struct net_device *ndev, bool ethernet)
{
	unsigned int mtu = ndev->mtu, min_mtu = ndev->min_mtu;
	unsigned int max_mtu = ndev->max_mtu;
	unsigned int tx_queue_len = ndev->tx_queue_len;

	ether_setup(ndev);
	ndev->priv_flags &= ~IFF_TX_SKB_SHARING;	/* packets are pulled */
	ndev->mtu = mtu;
	ndev->min_mtu = min_mtu;
	ndev->max_mtu = max_mtu;
	ndev->tx_queue_len = tx_queue_len;
	if (ethernet)
		return;
	ndev->header_ops = NULL;
	ndev->type = ARPHRD_NONE;
	ndev->hard_header_len = 0;
	ndev->min_header_len = 0;
	ndev->addr_len = 0;
	ndev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
}

static int qmap_link_init(struct net_device *ndev)
{
	ndev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!ndev->tstats)
		return -ENOMEM;
	qmap_bridge_init(netdev_priv(ndev));
	return 0;
}

static void qmap_link_uninit(struct net_device *ndev)
{
	qmap_bridge_exit(netdev_priv(ndev));
	free_percpu(ndev->tstats);
}

/* Who opens links before their parent, as systemd-networkd does, asks only once. */
static int qmap_link_open(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);
	int err;

	err = dev_open(link->modem->ndev, NULL);
	if (err)
		return err;
	netif_start_queue(ndev);
	return 0;
}

static int qmap_link_stop(struct net_device *ndev)
{
	struct qmap_link *link = netdev_priv(ndev);

	/* some come past the qdisc, and may have found the netdev up before */
	netif_tx_disable(ndev);
	qmap_tx_purge_link(link);
	if (netif_running(link->modem->ndev))
		qmap_data_quiesce(link->modem);
	return 0;
}

static netdev_tx_t qmap_link_start_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	return qmap_tx_xmit(netdev_priv(ndev), skb);
}

static int qmap_link_get_iflink(const struct net_device *ndev)
{
	const struct qmap_link *link = netdev_priv(ndev);
	const struct net_device *parent = link->modem->ndev;

	/* an index means another netdev in another namespace */
	return net_eq(dev_net(ndev), dev_net(parent)) ? parent->ifindex :
							ndev->ifindex;
}

static const struct net_device_ops qmap_link_netdev_ops = {
	.ndo_init		= qmap_link_init,
	.ndo_uninit		= qmap_link_uninit,
	.ndo_open		= qmap_link_open,
	.ndo_stop		= qmap_link_stop,
	.ndo_start_xmit		= qmap_link_start_xmit,
	.ndo_features_check	= qmap_packet_features,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_get_iflink		= qmap_link_get_iflink,
	.ndo_set_mac_address	= qmap_link_set_address,
};

/* /sys/class/net/<link>/qmap/mux_id is qmi_wwan's; here it is there in every mode. */
static ssize_t mux_id_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	const struct qmap_link *link = netdev_priv(to_net_dev(dev));

	return sysfs_emit(buf, "0x%02x\n", link->mux_id);
}
static DEVICE_ATTR_RO(mux_id);

static struct attribute *qmap_link_attrs[] = {
	&dev_attr_mux_id.attr,
	NULL
};

static const struct attribute_group qmap_link_group = {
	.name = "qmap",
	.attrs = qmap_link_attrs,
};

static const struct attribute_group *qmap_link_groups[] = {
	&qmap_bridge_group,
	NULL
};

static const struct device_type qmap_link_type = {
	.name = "wwan",
	.groups = qmap_link_groups,
};

static void qmap_link_setup(struct net_device *ndev)
{
	ether_setup(ndev);
	ndev->netdev_ops = &qmap_link_netdev_ops;
	ndev->ethtool_ops = &qmap_link_ethtool_ops;
	ndev->sysfs_groups[0] = &qmap_link_group;
	ndev->hw_features = QMAP_FEATURES;
	ndev->features |= QMAP_FEATURES | NETIF_F_HIGHDMA;
	ndev->needs_free_netdev = true;
	ndev->priv_flags |= IFF_DISABLE_NETPOLL;
	SET_NETDEV_DEVTYPE(ndev, &qmap_link_type);
}

/* As user space expects them: fixed links like those of the vendor's driver, others
 * like those of qmi_wwan.
 */
static void qmap_link_setup_for_mode(struct net_device *ndev,
				     const struct qmap_modem *modem)
{
	qmap_link_set_header(ndev, qmap_has_fixed_links(modem));
	ndev->flags |= IFF_NOARP;
	ndev->min_mtu = ETH_MIN_MTU;
	ndev->max_mtu = QMAP_MAX_MTU;
	if (!qmap_has_fixed_links(modem))
		return;
	eth_hw_addr_set(ndev, modem->ndev->dev_addr);
	ndev->addr_assign_type = NET_ADDR_STOLEN;
}

/* A fixed link's name is taken if udev has renamed the parent of other links, or too
 * long if it has renamed this one already: then another parent's name will do.
 */
static void qmap_link_name(char *name, const struct qmap_modem *modem, u8 mux_id)
{
	u8 n = mux_id - QMAP_MUX_ID_BASE;
	char separator = modem->link_separator;

	if (!qmap_has_fixed_links(modem)) {
		strscpy(name, "qmimux%d", IFNAMSIZ);
		return;
	}
	if (snprintf(name, IFNAMSIZ, "%s%c%u", modem->ndev->name, separator, n) >= IFNAMSIZ ||
	    __dev_get_by_name(dev_net(modem->ndev), name))
		snprintf(name, IFNAMSIZ, "%s%%d%c%u", modem->netdev_prefix, separator, n);
}

static struct net_device *qmap_link_alloc(struct qmap_modem *modem, u8 mux_id)
{
	bool fixed = qmap_has_fixed_links(modem);
	struct net_device *ndev;
	struct qmap_link *link;
	char name[IFNAMSIZ];

	qmap_link_name(name, modem, mux_id);
	ndev = alloc_netdev(sizeof(*link), name,
			    fixed ? NET_NAME_PREDICTABLE : NET_NAME_ENUM,
			    qmap_link_setup);
	if (!ndev)
		return NULL;

	qmap_link_setup_for_mode(ndev, modem);
	dev_net_set(ndev, dev_net(modem->ndev));
	link = netdev_priv(ndev);
	link->modem = modem;
	link->ndev = ndev;
	link->mux_id = mux_id;
	link->ethernet = fixed;
	qmap_link_init_state(link);
	return ndev;
}

/* NAPI and the queues' control find it from now on. */
static void qmap_link_publish(struct qmap_link *link)
{
	struct qmap_modem *modem = link->modem;

	INIT_LIST_HEAD(&link->rx_list);
	INIT_LIST_HEAD(&link->fq_node);
	u64_stats_init(&link->rx_sync);
	u64_stats_init(&link->tx_sync);
	list_add_tail_rcu(&link->list, &modem->links);
	WRITE_ONCE(modem->n_links, modem->n_links + 1);
	if (qmap_link_is_muxed(link))
		rcu_assign_pointer(modem->by_mux_id[link->mux_id], link);
}

static int qmap_link_register(struct qmap_modem *modem, u8 mux_id)
{
	struct net_device *ndev = qmap_link_alloc(modem, mux_id);
	int err;

	if (!ndev)
		return -ENOMEM;
	qmap_link_carrier(netdev_priv(ndev));
	err = register_netdevice(ndev);
	if (err) {
		free_netdev(ndev);
		return err;
	}
	qmap_link_publish(netdev_priv(ndev));
	/* users make as many as they like */
	if (qmap_has_fixed_links(modem) || net_ratelimit())
		netdev_info(ndev, "link of %s, mux id 0x%02x\n",
			    modem->ndev->name, mux_id);
	return 0;
}

static void qmap_link_unregister(struct qmap_link *link, struct list_head *gone)
{
	struct qmap_modem *modem = link->modem;

	RCU_INIT_POINTER(modem->by_mux_id[link->mux_id], NULL);
	list_del_rcu(&link->list);
	WRITE_ONCE(modem->n_links, modem->n_links - 1);
	if (netdev_has_upper_dev(modem->ndev, link->ndev))
		netdev_upper_dev_unlink(modem->ndev, link->ndev);
	unregister_netdevice_queue(link->ndev, gone);
}

static void qmap_link_remove(struct qmap_link *link)
{
	LIST_HEAD(gone);

	qmap_link_unregister(link, &gone);
	qmap_synchronize_softirq();	/* NAPI may have found it before */
	unregister_netdevice_many(&gone);
}

/* Makes a link above the modem's netdev.
 *
 * Return: 0, -EINVAL if there is a link with this mux id, or another errno.
 */
int qmap_mux_add(struct qmap_modem *modem, u8 mux_id)
{
	struct qmap_link *link;
	int err;

	ASSERT_RTNL();
	if (rcu_access_pointer(modem->by_mux_id[mux_id])) {
		if (net_ratelimit())
			netdev_err(modem->ndev, "mux id 0x%02x has a link already\n",
				   mux_id);
		return -EINVAL;
	}
	err = qmap_link_register(modem, mux_id);
	if (err)
		return err;
	link = rtnl_dereference(modem->by_mux_id[mux_id]);
	err = netdev_upper_dev_link(modem->ndev, link->ndev, NULL);
	if (err)
		qmap_link_remove(link);
	return err;
}

/* Return: 0, or -EINVAL if there is no such link. */
int qmap_mux_del(struct qmap_modem *modem, u8 mux_id)
{
	struct qmap_link *link = rtnl_dereference(modem->by_mux_id[mux_id]);

	if (!link) {
		if (net_ratelimit())
			netdev_err(modem->ndev, "mux id 0x%02x has no link\n",
				   mux_id);
		return -EINVAL;
	}
	qmap_link_remove(link);
	return 0;
}

/* Makes the modem's own netdev, which is not registered yet, a link where it is one. */
void qmap_mux_init(struct qmap_modem *modem)
{
	struct qmap_link *own = &modem->own_link;

	INIT_LIST_HEAD(&modem->links);
	own->modem = modem;
	own->ndev = modem->ndev;
	if (!qmap_has_own_link(modem))
		return;
	own->mux_id = qmap_has_fixed_links(modem) ? QMAP_MUX_ID_BASE + 1 : 0;
	qmap_link_init_state(own);
	qmap_link_publish(own);
}

/* Makes the fixed links, before the modem's netdev can be seen: whoever sees that
 * finds them. Those made so far go in its ndo_uninit if one cannot be had.
 */
int qmap_mux_register(struct qmap_modem *modem)
{
	unsigned int n;
	int err = 0;

	ASSERT_RTNL();
	qmap_bridge_init(&modem->own_link);
	if (!qmap_has_own_link(modem))
		for (n = 1; n <= modem->mode && !err; n++)
			err = qmap_link_register(modem, QMAP_MUX_ID_BASE + n);
	qmap_mux_carrier(modem);
	return err;
}

/* Puts the links above the modem's netdev, which must be in sysfs for that. It comes
 * here again when it has moved to another namespace.
 */
int qmap_mux_join(struct qmap_modem *modem)
{
	struct net_device *parent = modem->ndev;
	struct qmap_link *link;
	int err = 0;

	ASSERT_RTNL();
	list_for_each_entry(link, &modem->links, list) {
		if (link == &modem->own_link ||
		    netdev_has_upper_dev(parent, link->ndev))
			continue;
		err = netdev_upper_dev_link(parent, link->ndev, NULL);
		if (err)
			break;
	}
	return err;
}

/* The modem's netdev is being unregistered, or could not be registered. */
void qmap_mux_unregister(struct qmap_modem *modem)
{
	struct qmap_link *link, *next;
	LIST_HEAD(gone);

	ASSERT_RTNL();
	list_for_each_entry_safe(link, next, &modem->links, list) {
		if (link != &modem->own_link)
			qmap_link_unregister(link, &gone);
	}
	unregister_netdevice_many(&gone);
	qmap_bridge_exit(&modem->own_link);
}
