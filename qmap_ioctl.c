// SPDX-License-Identifier: GPL-2.0-only
/*
 * The private ioctls of the modem's netdev, in qmap_mode 1 and more. They are
 * the ABI of the vendor's connection manager, quectel-CM; the layout is the
 * same for 32-bit and 64-bit programs.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/capability.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#define QMAP_SET_LINK_STATE	(SIOCDEVPRIVATE + 1)
#define QMAP_SET_SETTINGS	(SIOCDEVPRIVATE + 2)
#define QMAP_GET_INFO		(SIOCDEVPRIVATE + 3)

#define EP_TYPE_HSUSB		2	/* as in QMI, for any speed of USB */
#define PROTOCOL_QMAP		5	/* likewise */
#define PROTOCOL_QMAPV5		9

/* What the client has agreed on with the modem. Native endian, as all here. */
struct settings {
	u32 size;		/* of this struct */
	u32 rx_urb_size;	/* bytes of a downlink transfer */
	u32 ep_type;
	u32 iface_id;
	u32 mux_id;
	u32 ul_max_datagrams;
	u32 ul_max_size;	/* bytes */
	u32 dl_minimum_padding;	/* each frame tells its own */
};

/* What the driver is able to. */
struct info {
	u32 size;		/* of this struct */
	u32 rx_urb_size;
	u32 ep_type;
	u32 iface_id;		/* USB interface number */
	u32 qmap_mode;
	u32 qmap_version;	/* PROTOCOL_... */
	u32 dl_minimum_padding;	/* bytes wanted */
	char ifname[QMAP_MAX_LINKS][IFNAMSIZ];
	u8 mux_id[QMAP_MAX_LINKS];
};

static_assert(sizeof(struct settings) == 32);
static_assert(sizeof(struct info) == 164);

static int set_link_state(struct qmap_modem *modem, const void __user *data)
{
	u32 value;

	if (copy_from_user(&value, data, sizeof(value)))
		return -EFAULT;
	return qmap_mux_set_state(modem, value);
}

static u8 version_to_agree_on(const struct qmap_modem *modem)
{
	return modem->tx.version ?: modem->product->qmap_version;
}

static int set_settings(struct qmap_modem *modem, const void __user *data)
{
	struct qmap_tx_limits limits = modem->tx.limits;
	struct settings settings;
	int err;

	if (copy_from_user(&settings, data, sizeof(settings)))
		return -EFAULT;
	if (settings.size != sizeof(settings))
		return -EOPNOTSUPP;

	if (settings.rx_urb_size > modem->rx_urb_size) {
		err = qmap_rx_resize(modem, settings.rx_urb_size);
		if (err)
			return err;
	}
	limits.max_frames = settings.ul_max_datagrams;
	limits.max_bytes = settings.ul_max_size;
	qmap_tx_set_limits(modem, &limits);

	/* the client has asked the modem for the version that it was told here */
	qmap_tx_set_version(modem, version_to_agree_on(modem));
	return 0;
}

static int get_info(struct qmap_modem *modem, void __user *data)
{
	struct usb_interface *intf = modem->usbnet->intf;
	struct info info = {
		.size = sizeof(info),
		.rx_urb_size = modem->rx_urb_size,
		.ep_type = EP_TYPE_HSUSB,
		.iface_id = intf->cur_altsetting->desc.bInterfaceNumber,
		.qmap_mode = modem->mode,
		.qmap_version = version_to_agree_on(modem) == 5 ?
				PROTOCOL_QMAPV5 : PROTOCOL_QMAP,
	};
	struct qmap_link *link;
	unsigned int i = 0;

	list_for_each_entry(link, &modem->links, list) {
		strscpy(info.ifname[i], link->ndev->name, IFNAMSIZ);
		info.mux_id[i++] = link->mux_id;
	}
	return copy_to_user(data, &info, sizeof(info)) ? -EFAULT : 0;
}

/* ndo_siocdevprivate. Return: 0 or a negative errno with nothing changed. */
int qmap_ioctl(struct net_device *ndev, struct ifreq *ifr, void __user *data,
	       int cmd)
{
	struct qmap_modem *modem = qmap_modem_of(ndev);

	ASSERT_RTNL();
	if (!qmap_has_fixed_links(modem))
		return -EOPNOTSUPP;
	if (cmd == QMAP_GET_INFO)
		return get_info(modem, data);

	if (cmd != QMAP_SET_LINK_STATE && cmd != QMAP_SET_SETTINGS)
		return -EOPNOTSUPP;
	if (!ns_capable(dev_net(ndev)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (cmd == QMAP_SET_LINK_STATE)
		return set_link_state(modem, data);
	return set_settings(modem, data);
}
