// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem's own netdev, wwan0: a link in qmap_mode 0 and 1, otherwise only
 * the parent of the links. usbnet has allocated it and opens and stops what is
 * its part.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/usb.h>
#include <linux/usb/usbnet.h>

/* What udev, NetworkManager and systemd.link know a WWAN netdev by. */
const struct device_type qmap_modem_type = {
	.name = "wwan",
	.groups = qmap_modem_groups,
};

const struct device_type qmap_link_type = {
	.name = "wwan",
};

/**
 * qmap_modem_of() - from netdev to modem
 * @ndev: the parent netdev, not a link above it
 *
 * Return: its modem.
 */
struct qmap_modem *qmap_modem_of(const struct net_device *ndev)
{
	const struct usbnet *usbnet = netdev_priv(ndev);

	return (struct qmap_modem *)usbnet->data[0];
}

/* Also where it could not be registered after all. */
static void modem_uninit(struct net_device *ndev)
{
	qmap_mux_unregister(qmap_modem_of(ndev));
	qmap_compat_ndo_uninit(ndev);
}

static int modem_open(struct net_device *ndev)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);
	struct usb_interface *intf = modem->usbnet->intf;
	int err;

	err = usb_autopm_get_interface(intf);
	if (err)
		return err;

	err = usbnet_open(ndev);
	if (err)
		goto out;
	err = qmap_data_start(modem);
	if (err)
		usbnet_stop(ndev);
	else
		qmap_mux_carrier(modem);
out:
	usb_autopm_put_interface(intf);
	return err;
}

static int modem_stop(struct net_device *ndev)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);

	netif_stop_queue(ndev);
	qmap_mux_carrier(modem);
	qmap_data_stop(modem);
	return usbnet_stop(ndev);
}

/* No PDN is behind the parent of links. In qmap_mode 0 the modem has agreed on QMAP
 * while there are any, and would misread a packet without its header.
 */
static bool is_parent_only(const struct qmap_modem *modem)
{
	return modem->mode != 1 && (modem->mode || qmap_mux_has_links(modem));
}

static netdev_tx_t modem_start_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);

	if (!is_parent_only(modem))
		return qmap_tx_xmit(&modem->self, skb);

	spin_lock(&modem->tx.lock);
	qmap_count(modem, QMAP_TX_HAS_LINKS, 1);
	spin_unlock(&modem->tx.lock);
	ndev->stats.tx_dropped++;
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static bool looks_like_ip(const u8 *addr)
{
	return addr[0] >> 4 == 4 || addr[0] >> 4 == 6;
}

/**
 * qmap_netdev_set_address() - ndo_set_mac_address
 * @ndev: the modem's netdev or a link
 * @addr: struct sockaddr
 *
 * Context: process, rtnl.
 * Return: 0, -EOPNOTSUPP for raw IP, or what eth_mac_addr() says.
 */
int qmap_netdev_set_address(struct net_device *ndev, void *addr)
{
	return ndev->addr_len ? eth_mac_addr(ndev, addr) : -EOPNOTSUPP;
}

/* Where Ethernet is on the wire, some firmware leaves out the header at times:
 * only such an address can be told from an IP packet.
 */
static int modem_set_mac_address(struct net_device *ndev, void *p)
{
	const struct sockaddr *addr = p;

	if (!qmap_modem_of(ndev)->mode && ndev->addr_len &&
	    looks_like_ip(addr->sa_data))
		return -EADDRNOTAVAIL;
	return qmap_netdev_set_address(ndev, p);
}

/* In qmap_mode 0 the MTU of wwan0 is the way of ModemManager and libqmi to tell
 * the size of downlink transfers that they have agreed on.
 */
static int modem_change_mtu(struct net_device *ndev, int mtu)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);
	int err = 0;

	if (!modem->mode && mtu > modem->rx_urb_size)
		err = qmap_rx_resize(modem, mtu);
	if (!err)
		WRITE_ONCE(ndev->mtu, mtu);
	return err;
}

static const struct net_device_ops modem_netdev_ops = {
	.ndo_init		= qmap_compat_ndo_init,
	.ndo_uninit		= modem_uninit,
	.ndo_open		= modem_open,
	.ndo_stop		= modem_stop,
	.ndo_start_xmit		= modem_start_xmit,
	.ndo_features_check	= qmap_packet_features,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_change_mtu		= modem_change_mtu,
	.ndo_siocdevprivate	= qmap_compat_ioctl,
	.ndo_set_mac_address	= modem_set_mac_address,
	.ndo_validate_addr	= eth_validate_addr,
};

/**
 * qmap_netdev_is_modem() - whether a netdev is a modem's own
 * @ndev: any netdev
 *
 * Return: whether qmap_modem_of() may be asked about it.
 */
bool qmap_netdev_is_modem(const struct net_device *ndev)
{
	return ndev->netdev_ops == &modem_netdev_ops;
}

/* The modem has no address of its own on this interface. */
static void random_address(struct net_device *ndev)
{
	do {
		eth_hw_addr_random(ndev);
	} while (looks_like_ip(ndev->dev_addr));
}

/**
 * qmap_netdev_set_header() - show the stack Ethernet headers or none
 * @ndev: down; one that alloc_etherdev() or ether_setup() has seen
 * @ethernet: Ethernet headers, otherwise raw IP
 *
 * Context: process; rtnl if @ndev is registered.
 */
void qmap_netdev_set_header(struct net_device *ndev, bool ethernet)
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

/**
 * qmap_netdev_is_raw_ip() - whether wwan0 has no Ethernet header
 * @modem: the modem
 *
 * Context: any.
 * Return: whether it has none.
 */
bool qmap_netdev_is_raw_ip(const struct qmap_modem *modem)
{
	return !READ_ONCE(modem->self.ethernet);
}

static void set_raw_ip(struct qmap_modem *modem, bool raw_ip)
{
	WRITE_ONCE(modem->self.ethernet, !raw_ip);
	qmap_netdev_set_header(modem->ndev, !raw_ip);
}

/**
 * qmap_netdev_set_raw_ip() - change between raw IP and Ethernet on wwan0
 * @modem: in qmap_mode 0
 * @raw_ip: raw IP
 *
 * Context: process, rtnl.
 * Return: 0, -EBUSY while the netdev is up, or what some user of it objects.
 */
int qmap_netdev_set_raw_ip(struct qmap_modem *modem, bool raw_ip)
{
	struct net_device *ndev = modem->ndev;
	int err;

	if (raw_ip == qmap_netdev_is_raw_ip(modem))
		return 0;
	if (netif_running(ndev)) {
		if (net_ratelimit())
			netdev_err(ndev, "raw_ip can be changed only while the netdev is down\n");
		return -EBUSY;
	}

	err = notifier_to_errno(call_netdevice_notifiers(NETDEV_PRE_TYPE_CHANGE,
							 ndev));
	if (err) {
		if (net_ratelimit())
			netdev_err(ndev, "raw_ip cannot be changed: %d\n", err);
		return err;
	}
	set_raw_ip(modem, raw_ip);
	call_netdevice_notifiers(NETDEV_POST_TYPE_CHANGE, ndev);
	return 0;
}

/**
 * qmap_netdev_init() - set up the netdev that usbnet will register
 * @modem: the modem
 */
void qmap_netdev_init(struct qmap_modem *modem)
{
	struct net_device *ndev = modem->ndev;

	/* usbnet would do both, for FLAG_WWAN, but the type is to be ours */
	strscpy(ndev->name, "wwan%d", sizeof(ndev->name));
	SET_NETDEV_DEVTYPE(ndev, &qmap_modem_type);

	random_address(ndev);
	ndev->netdev_ops = &modem_netdev_ops;
	ndev->ethtool_ops = &qmap_ethtool_ops;
	ndev->hw_features |= QMAP_FEATURES;
	ndev->features |= QMAP_FEATURES | NETIF_F_HIGHDMA;
	ndev->sysfs_groups[0] = modem->mode ? &qmap_vendor_group : &qmap_qmi_group;
	ndev->priv_flags |= IFF_DISABLE_NETPOLL;	/* tx.lock is for softirqs */
	ndev->min_mtu = ETH_MIN_MTU;
	ndev->max_mtu = modem->mode ? QMAP_MAX_MTU : QMAP_TX_SIZE;
	set_raw_ip(modem, !modem->mode && modem->product->qmap_version);
	if (modem->mode)
		ndev->flags |= IFF_NOARP;

	/* some kernels derive the greatest MTU from it */
	modem->usbnet->hard_mtu = ndev->max_mtu + ndev->hard_header_len;
}
