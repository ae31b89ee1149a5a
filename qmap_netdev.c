// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem's own netdev, wwan0: a link in qmap_mode 0 and 1, otherwise only
 * the parent of the links. usbnet has allocated it and opens and stops what is
 * its part.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

/* Also where it could not be registered after all. */
static void qmap_netdev_uninit(struct net_device *ndev)
{
	qmap_mux_unregister(qmap_modem_of(ndev));
	qmap_compat_ndo_uninit(ndev);
}

static int qmap_netdev_open(struct net_device *ndev)
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

static int qmap_netdev_stop(struct net_device *ndev)
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
	return !qmap_has_own_link(modem) || (!qmap_has_fixed_links(modem) &&
					     qmap_has_upper_links(modem));
}

static netdev_tx_t qmap_netdev_start_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);

	if (!is_parent_only(modem))
		return qmap_tx_xmit(&modem->own_link, skb);

	spin_lock(&modem->tx.lock);
	qmap_count(modem, QMAP_TX_HAS_LINKS, 1);
	ndev->stats.tx_dropped++;
	spin_unlock(&modem->tx.lock);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static bool looks_like_ip(const u8 *addr)
{
	return addr[0] >> 4 == 4 || addr[0] >> 4 == 6;
}

/* Where Ethernet is on the wire, some firmware leaves out the header at times:
 * only such an address can be told from an IP packet.
 */
static int qmap_netdev_set_mac_address(struct net_device *ndev, void *p)
{
	const struct sockaddr *addr = p;

	if (!qmap_has_fixed_links(qmap_modem_of(ndev)) && ndev->addr_len &&
	    looks_like_ip(addr->sa_data))
		return -EADDRNOTAVAIL;
	return qmap_link_set_address(ndev, p);
}

/* In qmap_mode 0 ModemManager and libqmi tell by the MTU of wwan0 what size of
 * downlink transfers they have agreed on.
 */
static int qmap_netdev_change_mtu(struct net_device *ndev, int mtu)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);
	int err = 0;

	if (!qmap_has_fixed_links(modem) && mtu > modem->rx_urb_size)
		err = qmap_rx_resize(modem, mtu);
	if (!err)
		WRITE_ONCE(ndev->mtu, mtu);
	return err;
}

#ifdef ndo_siocdevprivate	/* an older kernel leaves the data in @ifr */
static int qmap_netdev_ioctl(struct net_device *ndev, struct ifreq *ifr, int cmd)
{
	return qmap_ioctl(ndev, ifr, ifr->ifr_data, cmd);
}
#else
#define qmap_netdev_ioctl	qmap_ioctl
#endif

static const struct net_device_ops qmap_netdev_ops = {
	.ndo_init		= qmap_compat_ndo_init,
	.ndo_uninit		= qmap_netdev_uninit,
	.ndo_open		= qmap_netdev_open,
	.ndo_stop		= qmap_netdev_stop,
	.ndo_start_xmit		= qmap_netdev_start_xmit,
	.ndo_features_check	= qmap_packet_features,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_change_mtu		= qmap_netdev_change_mtu,
	.ndo_siocdevprivate	= qmap_netdev_ioctl,
	.ndo_set_mac_address	= qmap_netdev_set_mac_address,
	.ndo_validate_addr	= eth_validate_addr,
};

/* The links come with their modem's netdev, and go in its ndo_uninit. */
static int qmap_netdev_event(struct notifier_block *nb, unsigned long event,
			     void *info)
{
	struct net_device *ndev = netdev_notifier_info_to_dev(info);
	int err = 0;

	if (ndev->netdev_ops != &qmap_netdev_ops)
		return NOTIFY_DONE;
	if (event == NETDEV_POST_INIT)
		err = qmap_mux_register(qmap_modem_of(ndev));
	else if (event == NETDEV_REGISTER)
		err = qmap_mux_join(qmap_modem_of(ndev));
	return notifier_from_errno(err);
}

struct notifier_block qmap_netdev_notifier = {
	.notifier_call = qmap_netdev_event,
};

/* The modem has no address of its own on this interface. */
static void random_address(struct net_device *ndev)
{
	do {
		eth_hw_addr_random(ndev);
	} while (looks_like_ip(ndev->dev_addr));
}

static void set_raw_ip(struct qmap_modem *modem, bool raw_ip)
{
	WRITE_ONCE(modem->own_link.ethernet, !raw_ip);
	qmap_link_set_header(modem->ndev, !raw_ip);
}

/* Changes between raw IP and Ethernet on wwan0, in qmap_mode 0.
 *
 * Return: 0, -EBUSY while the netdev is up, or the errno of a user who objects.
 */
int qmap_netdev_set_raw_ip(struct qmap_modem *modem, bool raw_ip)
{
	struct net_device *ndev = modem->ndev;
	int err;

	ASSERT_RTNL();
	if (raw_ip == qmap_is_raw_ip(modem))
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

/* Sets up the netdev that usbnet will register. */
void qmap_netdev_init(struct qmap_modem *modem)
{
	bool fixed = qmap_has_fixed_links(modem);
	struct net_device *ndev = modem->ndev;

	/* usbnet would do so for FLAG_WWAN, and set its own device type */
	snprintf(ndev->name, sizeof(ndev->name), "%s%%d", modem->netdev_prefix);
	random_address(ndev);
	ndev->netdev_ops = &qmap_netdev_ops;
	ndev->ethtool_ops = &qmap_ethtool_ops;
	ndev->hw_features |= QMAP_FEATURES;
	ndev->features |= QMAP_FEATURES | NETIF_F_HIGHDMA;
	ndev->priv_flags |= IFF_DISABLE_NETPOLL;	/* tx.lock is for softirqs */
	ndev->min_mtu = ETH_MIN_MTU;
	ndev->max_mtu = fixed ? QMAP_MAX_MTU : QMAP_TX_SIZE;
	set_raw_ip(modem, !fixed && modem->product->qmap_version);
	if (fixed)
		ndev->flags |= IFF_NOARP;

	/* some kernels derive the greatest MTU from it */
	modem->usbnet->hard_mtu = ndev->max_mtu + ndev->hard_header_len;
}
