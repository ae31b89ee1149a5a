// SPDX-License-Identifier: GPL-2.0-only
/*
 * The null run of the bench: binds the QMI interface and does nothing with what
 * passes. Received transfers are dropped and given back to the modem; a packet
 * of its netdev leaves as one transfer, as it is. So it costs what the host
 * controller and the modem of the bench cost.
 */
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/usb.h>

#define RX_URBS		16
#define TX_URBS		16
#define MAX_MTU		32764

static unsigned int rx_urb_size = 16384;
module_param(rx_urb_size, uint, 0444);
MODULE_PARM_DESC(rx_urb_size, "bytes of a downlink transfer");

struct null_modem {
	struct usb_device *udev;
	struct net_device *ndev;
	unsigned int in, out;		/* pipes */
	unsigned int maxpacket;
	struct usb_anchor rx, tx;
	atomic_t in_flight;
};

static void rx_complete(struct urb *urb)
{
	struct null_modem *null = urb->context;

	if (urb->status)
		return;
	usb_anchor_urb(urb, &null->rx);
	if (usb_submit_urb(urb, GFP_ATOMIC))
		usb_unanchor_urb(urb);
}

/* The URB and its buffer end with the last reference. */
static int rx_start_one(struct null_modem *null)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);
	void *buf = kmalloc(rx_urb_size, GFP_KERNEL);
	int err = -ENOMEM;

	if (!urb || !buf)
		goto free;
	usb_fill_bulk_urb(urb, null->udev, null->in, buf, rx_urb_size,
			  rx_complete, null);
	urb->transfer_flags = URB_FREE_BUFFER;
	usb_anchor_urb(urb, &null->rx);
	err = usb_submit_urb(urb, GFP_KERNEL);
	if (err)
		usb_unanchor_urb(urb);
	usb_free_urb(urb);
	return err;

free:
	kfree(buf);
	usb_free_urb(urb);
	return err;
}

static int null_open(struct net_device *ndev)
{
	struct null_modem *null = *(struct null_modem **)netdev_priv(ndev);
	unsigned int i;
	int err;

	for (i = 0; i < RX_URBS; i++) {
		err = rx_start_one(null);
		if (err) {
			usb_kill_anchored_urbs(&null->rx);
			return err;
		}
	}
	netif_start_queue(ndev);
	return 0;
}

static int null_stop(struct net_device *ndev)
{
	struct null_modem *null = *(struct null_modem **)netdev_priv(ndev);

	netif_stop_queue(ndev);
	usb_kill_anchored_urbs(&null->rx);
	usb_kill_anchored_urbs(&null->tx);
	return 0;
}

static void tx_complete(struct urb *urb)
{
	struct sk_buff *skb = urb->context;
	struct null_modem *null = *(struct null_modem **)netdev_priv(skb->dev);

	atomic_dec(&null->in_flight);
	netif_wake_queue(skb->dev);
	dev_kfree_skb_any(skb);
}

static netdev_tx_t null_xmit(struct sk_buff *skb, struct net_device *ndev)
{
	struct null_modem *null = *(struct null_modem **)netdev_priv(ndev);
	struct urb *urb = usb_alloc_urb(0, GFP_ATOMIC);

	if (!urb)
		goto drop;
	usb_fill_bulk_urb(urb, null->udev, null->out, skb->data, skb->len,
			  tx_complete, skb);
	if (skb->len % null->maxpacket == 0)
		urb->transfer_flags = URB_ZERO_PACKET;
	if (atomic_inc_return(&null->in_flight) >= TX_URBS)
		netif_stop_queue(ndev);
	usb_anchor_urb(urb, &null->tx);
	if (usb_submit_urb(urb, GFP_ATOMIC)) {
		usb_unanchor_urb(urb);
		atomic_dec(&null->in_flight);
		netif_wake_queue(ndev);
		goto drop;
	}
	usb_free_urb(urb);
	return NETDEV_TX_OK;

drop:
	usb_free_urb(urb);
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops null_ops = {
	.ndo_open	= null_open,
	.ndo_stop	= null_stop,
	.ndo_start_xmit	= null_xmit,
};

static void null_setup(struct net_device *ndev)
{
	ndev->netdev_ops = &null_ops;
	ndev->type = ARPHRD_NONE;
	ndev->flags = IFF_POINTOPOINT | IFF_NOARP;
	ndev->tx_queue_len = 1000;
	ndev->mtu = 1500;
	ndev->max_mtu = MAX_MTU;
}

static int null_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct usb_endpoint_descriptor *in, *out;
	struct null_modem *null;
	int err;

	if (intf->cur_altsetting->desc.bNumEndpoints != 3 ||
	    usb_find_common_endpoints(intf->cur_altsetting, &in, &out, NULL, NULL))
		return -ENODEV;
	null = devm_kzalloc(&intf->dev, sizeof(*null), GFP_KERNEL);
	if (!null)
		return -ENOMEM;
	null->udev = interface_to_usbdev(intf);
	null->in = usb_rcvbulkpipe(null->udev, in->bEndpointAddress);
	null->out = usb_sndbulkpipe(null->udev, out->bEndpointAddress);
	null->maxpacket = usb_endpoint_maxp(out);
	init_usb_anchor(&null->rx);
	init_usb_anchor(&null->tx);

	null->ndev = alloc_netdev(sizeof(null), "wwan%d", NET_NAME_UNKNOWN,
				  null_setup);
	if (!null->ndev)
		return -ENOMEM;
	*(struct null_modem **)netdev_priv(null->ndev) = null;
	SET_NETDEV_DEV(null->ndev, &intf->dev);
	usb_set_intfdata(intf, null);
	err = register_netdev(null->ndev);
	if (err)
		free_netdev(null->ndev);
	return err;
}

static void null_disconnect(struct usb_interface *intf)
{
	struct null_modem *null = usb_get_intfdata(intf);

	unregister_netdev(null->ndev);
	free_netdev(null->ndev);
}

/* The QMI interface of any Quectel modem: DIAG has one endpoint less. */
static const struct usb_device_id null_ids[] = {
	{ USB_VENDOR_AND_INTERFACE_INFO(0x2c7c, 0xff, 0xff, 0xff) },
	{ }
};
MODULE_DEVICE_TABLE(usb, null_ids);

static struct usb_driver null_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= null_ids,
	.probe		= null_probe,
	.disconnect	= null_disconnect,
};
module_usb_driver(null_driver);

MODULE_DESCRIPTION("The null run of qmap_wwan's bench");
MODULE_AUTHOR("The qmap_wwan developers");
MODULE_LICENSE("GPL");
