// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB: binds the modem's QMI interface.
 *
 * usbnet probes, names and registers the netdev and counts power users; its
 * queues stay unused, the rings take their place. cdc-wdm carries QMI for user
 * space on the same interface.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/usb/cdc.h>
#include <linux/usb/cdc-wdm.h>

#if !IS_ENABLED(CONFIG_USB_USBNET)
#error "this kernel lacks CONFIG_USB_USBNET"
#endif
#if !IS_ENABLED(CONFIG_USB_WDM)
#error "this kernel lacks CONFIG_USB_WDM"
#endif

#define WDM_BUFFER_SIZE		4096	/* bytes of a QMI message */
#define STALE_MESSAGES_MAX	64
#define STALE_MESSAGE_MSECS	100	/* for a modem that does not answer */
#define USB_2_01		0x0201	/* bcdUSB */
#define RX_SIZE_LTE		4096
#define RX_SIZE_LTE_A		16384
#define RX_SIZE_5G		32768

static unsigned int qmap_mode;

static int set_qmap_mode(const char *val, const struct kernel_param *kp)
{
	unsigned int mode;

	if (kstrtouint(val, 0, &mode) || mode > QMAP_MAX_LINKS) {
		pr_err("qmap_mode is 0, 1 or a number of links up to %u\n",
		       QMAP_MAX_LINKS);
		return -EINVAL;
	}
	qmap_mode = mode;
	return 0;
}

static const struct kernel_param_ops qmap_mode_ops = {
	.set = set_qmap_mode,
};

/* not in sysfs, where quectel-CM takes it for a sign of the vendor's driver */
module_param_cb(qmap_mode, &qmap_mode_ops, &qmap_mode, 0);
__MODULE_PARM_TYPE(qmap_mode, "uint");
MODULE_PARM_DESC(qmap_mode,
		 "0: raw IP; 1: QMAP on wwan0; 2..8: QMAP and so many links above wwan0");

static char *driver_name = KBUILD_MODNAME;
module_param(driver_name, charp, 0444);
MODULE_PARM_DESC(driver_name,
		 "name of the USB driver; some programs take only modems of \"qmi_wwan\"");

static char *netdev_prefix = "wwan";
module_param_named(netdev_name, netdev_prefix, charp, 0444);
MODULE_PARM_DESC(netdev_name,
		 "what stands before a netdev's number; \"usb\" makes usb0, as GobiNet does");

static char *link_separator = ".";
module_param(link_separator, charp, 0444);
MODULE_PARM_DESC(link_separator,
		 "what stands between wwan0 and a link's number; OpenWrt needs \"_\"");

static struct qmap_modem *modem_of_usbnet(const struct usbnet *usbnet)
{
	return (struct qmap_modem *)usbnet->data[0];
}

static void set_wakeup(struct usb_interface *intf, bool on)
{
	/* only the next suspend looks at the new state: end the present one */
	int err = usb_autopm_get_interface(intf);

	intf->needs_remote_wakeup = on;
	if (!err)
		usb_autopm_put_interface(intf);
}

/* Remote wakeup is wanted while anyone of netdev, QMI channel and DTR does. */
static void want_wakeup(struct qmap_modem *modem, bool on)
{
	struct usb_interface *intf = modem->usbnet->intf;

	mutex_lock(&modem->wakeup_lock);
	if (on && !modem->wakeup_users++)
		set_wakeup(intf, true);
	else if (!on && !--modem->wakeup_users)
		set_wakeup(intf, false);
	mutex_unlock(&modem->wakeup_lock);
}

static int qmap_usbnet_manage_power(struct usbnet *usbnet, int on)
{
	want_wakeup(modem_of_usbnet(usbnet), on);
	return 0;
}

/* cdc-wdm fetches one message for each notification. Where it had the notification and was closed
 * before it had the message, or could not fetch it, all that comes later waits behind that one, and
 * each answer is read one request too late. What waits when the channel is opened is nobody's.
 */
static void drop_stale_messages(struct usbnet *usbnet)
{
	struct usb_device *udev = usbnet->udev;
	u8 number = usbnet->intf->cur_altsetting->desc.bInterfaceNumber;
	void *message = kmalloc(WDM_BUFFER_SIZE, GFP_KERNEL);
	int i, len = message ? 1 : 0;

	for (i = 0; i < STALE_MESSAGES_MAX && len > 0; i++)
		len = usb_control_msg(udev, usb_rcvctrlpipe(udev, 0),
				      USB_CDC_GET_ENCAPSULATED_RESPONSE,
				      USB_DIR_IN | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
				      0, number, message, WDM_BUFFER_SIZE, STALE_MESSAGE_MSECS);
	kfree(message);
}

/* Called when the first user opens the QMI channel, and when the last one has closed it. */
static int qmap_wdm_manage_power(struct usb_interface *intf, int on)
{
	struct usbnet *usbnet = usb_get_intfdata(intf);

	if (!usbnet)	/* while disconnecting */
		return 0;
	want_wakeup(modem_of_usbnet(usbnet), on);
	if (on)
		drop_stale_messages(usbnet);
	return 0;
}

static bool wants_dtr(const struct qmap_modem *modem)
{
	u16 usb_version = le16_to_cpu(modem->usbnet->udev->descriptor.bcdUSB);

	return !modem->product->no_dtr || usb_version >= USB_2_01;
}

/* Without DTR the modem answers no QMI. */
static void set_dtr(struct qmap_modem *modem, bool on)
{
	struct usb_device *udev = modem->usbnet->udev;
	struct usb_interface *intf = modem->usbnet->intf;
	int err;

	err = usb_control_msg(udev, usb_sndctrlpipe(udev, 0),
			      USB_CDC_REQ_SET_CONTROL_LINE_STATE,
			      USB_DIR_OUT | USB_TYPE_CLASS | USB_RECIP_INTERFACE,
			      on, intf->cur_altsetting->desc.bInterfaceNumber,
			      NULL, 0, USB_CTRL_SET_TIMEOUT);
	if (err < 0 && err != -ENODEV)
		dev_warn(&intf->dev, "cannot %s DTR: %d\n",
			 on ? "assert" : "drop", err);
}

/* usbnet sizes its queues at each open and asks this before it uses them; with
 * empty ones it leaves both directions to the rings.
 */
static int qmap_usbnet_check_connect(struct usbnet *usbnet)
{
	usbnet->rx_qlen = 0;
	usbnet->tx_qlen = 0;
	return 0;
}

static struct qmap_modem *modem_alloc(struct usbnet *usbnet)
{
	struct qmap_modem *modem;

	modem = kzalloc(sizeof(*modem), GFP_KERNEL);
	if (!modem)
		return NULL;
	modem->usbnet = usbnet;
	modem->ndev = usbnet->net;
	modem->product = (const void *)usbnet->driver_info->data;
	modem->netdev_prefix = netdev_prefix;
	modem->link_separator = *link_separator;
	modem->mode = modem->product->qmap_version ? qmap_mode : 0;
	modem->rx_urb_size = modem->product->rx_urb_size;
	usbnet->rx_urb_size = modem->rx_urb_size;
	usbnet->data[0] = (unsigned long)modem;
	mutex_init(&modem->wakeup_lock);
	mutex_init(&modem->sleep_lock);
	u64_stats_init(&modem->rx_sync);
	u64_stats_init(&modem->tx_sync);
	return modem;
}

static int get_endpoints(struct usbnet *usbnet, struct usb_interface *intf)
{
	int err;

	err = usbnet_get_endpoints(usbnet, intf);
	if (err && err != -EINVAL) {
		dev_err(&intf->dev, "the interface cannot be set: %d\n", err);
		return err;
	}
	if (err || !usbnet->status) {
		dev_err(&intf->dev, "no bulk pair with an interrupt endpoint\n");
		return -ENODEV;
	}
	return 0;
}

static int qmap_wdm_register(struct qmap_modem *modem)
{
	struct usbnet *usbnet = modem->usbnet;

	modem->wdm = qmap_cdc_wdm_register(usbnet->intf, &usbnet->status->desc,
					   WDM_BUFFER_SIZE, qmap_wdm_manage_power);
	if (IS_ERR(modem->wdm)) {
		dev_err(&usbnet->intf->dev, "no QMI channel: %ld\n",
			PTR_ERR(modem->wdm));
		return PTR_ERR(modem->wdm);
	}
	usbnet->status = NULL;	/* cdc-wdm's from now on */
	return 0;
}

/* Some firmware forgets everything when it loses DTR or remote wakeup. */
static void wake_modem(struct qmap_modem *modem)
{
	struct usbnet *usbnet = modem->usbnet;

	if (wants_dtr(modem)) {
		want_wakeup(modem, true);
		set_dtr(modem, true);
	}
	/* a modem that was rebooted may come up with its pipes halted */
	usb_clear_halt(usbnet->udev, usbnet->in);
	usb_clear_halt(usbnet->udev, usbnet->out);
}

static int qmap_usbnet_bind(struct usbnet *usbnet, struct usb_interface *intf)
{
	struct qmap_modem *modem;
	int err;

	err = get_endpoints(usbnet, intf);
	if (err)
		return err;
	modem = modem_alloc(usbnet);
	if (!modem)
		return -ENOMEM;

	qmap_netdev_init(modem);
	qmap_sysfs_init(modem);
	qmap_data_init(modem);
	qmap_mux_init(modem);

	/* usbnet does the same later; the QMI channel may be opened at once */
	usb_set_intfdata(intf, usbnet);
	err = qmap_wdm_register(modem);
	if (err) {
		usb_set_intfdata(intf, NULL);
		qmap_data_exit(modem);
		kfree(modem);
		return err;
	}
	wake_modem(modem);
	return 0;
}

static void qmap_usbnet_unbind(struct usbnet *usbnet, struct usb_interface *intf)
{
	struct qmap_modem *modem = modem_of_usbnet(usbnet);

	modem->wdm->disconnect(intf);
	if (wants_dtr(modem)) {
		set_dtr(modem, false);
		want_wakeup(modem, false);
	}
	qmap_data_exit(modem);
	kfree(modem);
}

/* Return: whether this is the QMI interface; if not, the log says what it is,
 * unless that is nobody's concern.
 */
static bool is_qmi(struct usb_interface *intf, const struct usb_device_id *id)
{
	bool by_number = id->match_flags & USB_DEVICE_ID_MATCH_INT_NUMBER;
	bool by_new_id = !id->driver_info;
	const struct usb_interface_descriptor *desc = &intf->cur_altsetting->desc;

	if (desc->bInterfaceClass != USB_CLASS_VENDOR_SPEC) {
		dev_info(&intf->dev, "class %02x is not QMI: the modem is in another mode, see AT+QCFG=\"usbnet\"\n",
			 desc->bInterfaceClass);
		return false;
	}
	/* it names no interface; most are serial ports, which have another driver */
	if (by_new_id && (desc->bInterfaceSubClass != 0xff ||
			  desc->bInterfaceProtocol != 0xff))
		return false;
	if (desc->bNumEndpoints == 2 && !by_number) {
		dev_info(&intf->dev, "two endpoints are not QMI: this is the DIAG port\n");
		return false;
	}
	return true;
}

static const char *qmap_version(const struct qmap_modem *modem)
{
	switch (modem->product->qmap_version) {
	case 5:
		return "QMAPv5";
	case 1:
		return "QMAPv1";
	}
	return "no QMAP";
}

static void announce(const struct qmap_modem *modem)
{
	const struct usbnet *usbnet = modem->usbnet;

	dev_info(&usbnet->intf->dev,
		 "%s, %s, %s, qmap_mode = %u, rx_urb_size = %u\n",
		 usbnet->driver_info->description,
		 usb_speed_string(usbnet->udev->speed), qmap_version(modem),
		 modem->mode, modem->rx_urb_size);
	if (modem->mode != qmap_mode)
		dev_info(&usbnet->intf->dev, "has one link, whatever qmap_mode is: %s\n",
			 modem->ndev->name);
	else if (qmap_has_fixed_links(modem) && qmap_has_own_link(modem))
		dev_info(&usbnet->intf->dev, "link %s, mux id 0x%02x\n",
			 modem->ndev->name, modem->own_link.mux_id);
}

static const struct driver_info unknown_high_speed, unknown_super_speed;

/* An id that came through new_id and is not in the table. */
static kernel_ulong_t unknown(struct usb_interface *intf)
{
	if (interface_to_usbdev(intf)->speed >= USB_SPEED_SUPER)
		return (kernel_ulong_t)&unknown_super_speed;
	return (kernel_ulong_t)&unknown_high_speed;
}

static int qmap_usb_probe(struct usb_interface *intf, const struct usb_device_id *id)
{
	struct usb_device_id known = *id;
	int err;

	if (!is_qmi(intf, id))
		return -ENODEV;
	if (!known.driver_info)
		known.driver_info = unknown(intf);

	err = usbnet_probe(intf, &known);
	if (!err)
		announce(modem_of_usbnet(usb_get_intfdata(intf)));
	return err;
}

static void qmap_usb_disconnect(struct usb_interface *intf)
{
	qmap_sysfs_end_mux(modem_of_usbnet(usb_get_intfdata(intf)));
	usbnet_disconnect(intf);
}

/* The data path goes on even if the QMI channel does not. */
static int qmap_usb_resume(struct usb_interface *intf)
{
	struct qmap_modem *modem = modem_of_usbnet(usb_get_intfdata(intf));
	int err;

	modem->suspended = false;
	err = modem->wdm->resume(intf);
	usbnet_resume(intf);
	qmap_data_resume(modem);
	return err;
}

static int qmap_usb_suspend(struct usb_interface *intf, pm_message_t message)
{
	struct qmap_modem *modem = modem_of_usbnet(usb_get_intfdata(intf));
	int err;

	/* the last suspend failed at the device, and nobody has resumed the interface */
	if (modem->suspended)
		qmap_usb_resume(intf);
	err = qmap_tx_suspend(modem, PMSG_IS_AUTO(message));
	if (err)
		return err;
	err = usbnet_suspend(intf, message);
	if (err)
		goto resume_tx;
	err = modem->wdm->suspend(intf, message);
	if (err)
		goto resume_usbnet;
	qmap_data_suspend(modem);
	modem->suspended = true;
	return 0;

resume_usbnet:
	usbnet_resume(intf);
resume_tx:
	qmap_tx_resume(modem);
	return err;
}

static int qmap_usb_reset_resume(struct usb_interface *intf)
{
	struct qmap_modem *modem = modem_of_usbnet(usb_get_intfdata(intf));

	if (wants_dtr(modem))
		set_dtr(modem, true);
	qmap_tx_reset(modem);
	return qmap_usb_resume(intf);
}

#define PRODUCT(name, ...) \
	static const struct qmap_product name = { __VA_ARGS__ }

PRODUCT(lte,		.rx_urb_size = RX_SIZE_LTE,	.qmap_version = 1);
PRODUCT(lte_no_dtr,	.rx_urb_size = RX_SIZE_LTE,	.qmap_version = 1, .no_dtr = true);
PRODUCT(lte_a,		.rx_urb_size = RX_SIZE_LTE_A,	.qmap_version = 1, .links_down = true);
PRODUCT(lte_a_up,	.rx_urb_size = RX_SIZE_LTE_A,	.qmap_version = 1);
PRODUCT(lte_a_big,	.rx_urb_size = RX_SIZE_5G,	.qmap_version = 1, .links_down = true);
PRODUCT(nr,		.rx_urb_size = RX_SIZE_5G,	.qmap_version = 5, .links_down = true);
PRODUCT(nr_up,		.rx_urb_size = RX_SIZE_5G,	.qmap_version = 5);
PRODUCT(ethernet,	.rx_urb_size = RX_SIZE_LTE,	.no_dtr = true);

#define QMAP_INFO(name, product) {				\
	.description	= name,					\
	.bind		= qmap_usbnet_bind,			\
	.unbind		= qmap_usbnet_unbind,			\
	.check_connect	= qmap_usbnet_check_connect,		\
	.manage_power	= qmap_usbnet_manage_power,		\
	.data		= (unsigned long)&(product),		\
}

static const struct driver_info unknown_high_speed = QMAP_INFO("unknown QMI modem", lte_a_up);
static const struct driver_info unknown_super_speed = QMAP_INFO("unknown QMI modem", nr_up);
static const struct driver_info ec25 = QMAP_INFO("Quectel EC25, EC20 R2.0, EG25", lte);
static const struct driver_info ec21 = QMAP_INFO("Quectel EC21", lte);
static const struct driver_info em05 = QMAP_INFO("Quectel EM05", lte);
static const struct driver_info eg91 = QMAP_INFO("Quectel EG91", lte);
static const struct driver_info eg95 = QMAP_INFO("Quectel EG95", lte);
static const struct driver_info bg96 = QMAP_INFO("Quectel BG96", lte_no_dtr);
static const struct driver_info ag35 = QMAP_INFO("Quectel AG35", lte);
static const struct driver_info bg95 = QMAP_INFO("Quectel BG95", lte);
static const struct driver_info eg06 = QMAP_INFO("Quectel EG06, EP06, EM06", lte_a);
static const struct driver_info eg060k = QMAP_INFO("Quectel EG060K, EM060K, EG120K", lte_a);
static const struct driver_info eg12 = QMAP_INFO("Quectel EG12, EP12, EM12, EG16, EG18", lte_a);
static const struct driver_info em20 = QMAP_INFO("Quectel EM20, EG20, EM160R", lte_a_big);
static const struct driver_info ag551 = QMAP_INFO("Quectel AG551", lte_a);
static const struct driver_info ag598 = QMAP_INFO("Quectel AG598", lte_a_up);
static const struct driver_info rg255 = QMAP_INFO("Quectel RG255", lte_a);
static const struct driver_info rg500 = QMAP_INFO("Quectel RG500, RM500", nr);
static const struct driver_info rg520 = QMAP_INFO("Quectel RG520, RM520", nr);
static const struct driver_info rg650 = QMAP_INFO("Quectel RG650", nr);
static const struct driver_info rg660 = QMAP_INFO("Quectel RG660", nr);
static const struct driver_info uc20 = QMAP_INFO("Quectel UC20", ethernet);
static const struct driver_info ec20 = QMAP_INFO("Quectel EC20 (MDM9215)", ethernet);

/* QMI on a fixed interface, or on the one with this class, by firmware */
#define AT_INTERFACE(vid, pid, number, info)			\
	USB_DEVICE_INTERFACE_NUMBER(vid, pid, number),		\
	.driver_info = (kernel_ulong_t)&(info)

#define BY_CLASS(vid, pid, info)				\
	USB_DEVICE_AND_INTERFACE_INFO(vid, pid, 0xff, 0xff, 0xff), \
	.driver_info = (kernel_ulong_t)&(info)

static const struct usb_device_id products[] = {
	{ AT_INTERFACE(0x2c7c, 0x0125, 4, ec25) },
	{ BY_CLASS(0x2c7c, 0x0125, ec25) },
	{ AT_INTERFACE(0x2c7c, 0x0121, 4, ec21) },
	{ AT_INTERFACE(0x2c7c, 0x030e, 4, em05) },
	{ AT_INTERFACE(0x2c7c, 0x0191, 4, eg91) },
	{ AT_INTERFACE(0x2c7c, 0x0195, 4, eg95) },
	{ AT_INTERFACE(0x2c7c, 0x0296, 4, bg96) },
	{ AT_INTERFACE(0x2c7c, 0x0435, 4, ag35) },
	{ AT_INTERFACE(0x2c7c, 0x0700, 3, bg95) },
	{ AT_INTERFACE(0x2c7c, 0x0306, 4, eg06) },
	{ BY_CLASS(0x2c7c, 0x0306, eg06) },
	{ AT_INTERFACE(0x2c7c, 0x030b, 4, eg060k) },
	{ BY_CLASS(0x2c7c, 0x030b, eg060k) },
	{ AT_INTERFACE(0x2c7c, 0x0512, 4, eg12) },
	{ BY_CLASS(0x2c7c, 0x0512, eg12) },
	{ AT_INTERFACE(0x2c7c, 0x0620, 4, em20) },
	{ BY_CLASS(0x2c7c, 0x0620, em20) },
	{ AT_INTERFACE(0x2c7c, 0x0455, 2, ag551) },
	{ AT_INTERFACE(0x2c7c, 0x0457, 2, ag598) },
	{ AT_INTERFACE(0x2c7c, 0x0316, 3, rg255) },
	{ AT_INTERFACE(0x2c7c, 0x0800, 4, rg500) },
	{ BY_CLASS(0x2c7c, 0x0800, rg500) },
	{ AT_INTERFACE(0x2c7c, 0x0801, 4, rg520) },
	{ BY_CLASS(0x2c7c, 0x0801, rg520) },
	{ BY_CLASS(0x2c7c, 0x0122, rg650) },
	{ BY_CLASS(0x2c7c, 0x013d, rg660) },
	{ AT_INTERFACE(0x05c6, 0x9003, 4, uc20) },
	{ AT_INTERFACE(0x05c6, 0x9215, 4, ec20) },
	{ }
};
MODULE_DEVICE_TABLE(usb, products);

static struct usb_driver qmap_wwan_driver = {
	.id_table		= products,
	.probe			= qmap_usb_probe,
	.disconnect		= qmap_usb_disconnect,
	.suspend		= qmap_usb_suspend,
	.resume			= qmap_usb_resume,
	.reset_resume		= qmap_usb_reset_resume,
	.supports_autosuspend	= 1,
	.disable_hub_initiated_lpm = 1,
};

/* With its number, a separator and the number of a link it is the name of a netdev. */
static bool __init is_netdev_prefix(const char *name)
{
	return dev_valid_name(name) && !strchr(name, '%') &&
	       strlen(name) + strlen("%d.8") < IFNAMSIZ;
}

static int __init check_names(void)
{
	if (!*driver_name || strchr(driver_name, '/')) {
		pr_err("driver_name=%s is no name for a driver\n", driver_name);
		return -EINVAL;
	}
	if (!is_netdev_prefix(netdev_prefix)) {
		pr_err("netdev_name is up to %zu characters that may stand in a name\n",
		       IFNAMSIZ - sizeof("%d.8"));
		return -EINVAL;
	}
	if (strlen(link_separator) != 1 || !isgraph(*link_separator) ||
	    strchr("/:%", *link_separator)) {
		pr_err("link_separator is one character that may stand in a name\n");
		return -EINVAL;
	}
	return 0;
}

static int __init qmap_wwan_init(void)
{
	int err;

	err = check_names();
	if (err)
		return err;
	err = register_netdevice_notifier(&qmap_netdev_notifier);
	if (err)
		return err;
	qmap_wwan_driver.name = driver_name;
	err = usb_register(&qmap_wwan_driver);
	if (err)
		unregister_netdevice_notifier(&qmap_netdev_notifier);
	if (err == -EBUSY)
		pr_err("there is a driver %s already: unload it, or choose another driver_name\n",
		       driver_name);
	return err;
}
module_init(qmap_wwan_init);

static void __exit qmap_wwan_exit(void)
{
	usb_deregister(&qmap_wwan_driver);
	unregister_netdevice_notifier(&qmap_netdev_notifier);
}
module_exit(qmap_wwan_exit);

MODULE_DESCRIPTION("Quectel modems with QMI and QMAP over USB");
MODULE_AUTHOR("The qmap_wwan developers, https://qmap-wwan.invalid/");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
