// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of the modem's netdev in sysfs, directly in /sys/class/net/wwan0/ and in
 * its directory qmi/.
 *
 *   tx_*				always
 *   qmap_mode, qmap_size, link_state	qmap_mode 1 and more: ABI of quectel-CM, which
 *					takes them for a sign of the vendor's driver
 *   qmi/				qmap_mode 0: ABI of qmi_wwan, see
 *					Documentation/ABI/testing/sysfs-class-net-qmi
 *   bridge_mode, bridge_ipv4		qmap_mode 1; qmap_bridge.c has them
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"
#include "qmap_sysfs.h"

#include <linux/sysfs.h>

#define MIN_MUX_ID	1	/* that add_mux takes */
#define MAX_MUX_ID	254

static struct qmap_modem *modem_of_dev(struct device *dev)
{
	return qmap_modem_of(to_net_dev(dev));
}

/* An attribute for one field of struct qmap_tx_limits. */
struct limit_attribute {
	struct device_attribute attr;
	size_t offset;
};

static unsigned int *limit_of(struct qmap_tx_limits *limits,
			      struct device_attribute *attr)
{
	return (void *)limits +
	       container_of(attr, struct limit_attribute, attr)->offset;
}

static ssize_t limit_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  READ_ONCE(*limit_of(&modem_of_dev(dev)->tx.limits, attr)));
}

static ssize_t limit_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	struct qmap_modem *modem = modem_of_dev(dev);
	struct qmap_tx_limits limits;
	unsigned int value;
	int err;

	err = kstrtouint(buf, 0, &value);
	if (!err)
		err = qmap_begin_store(dev);
	if (err)
		return err;
	limits = modem->tx.limits;
	*limit_of(&limits, attr) = value;
	qmap_tx_set_limits(modem, &limits);
	return qmap_end_store(0, count);
}

static struct limit_attribute max_frames = {
	.attr = __ATTR(tx_aggr_max_frames, 0644, limit_show, limit_store),
	.offset = offsetof(struct qmap_tx_limits, max_frames),
};

static struct limit_attribute max_bytes = {
	.attr = __ATTR(tx_aggr_max_bytes, 0644, limit_show, limit_store),
	.offset = offsetof(struct qmap_tx_limits, max_bytes),
};

static struct limit_attribute time_usecs = {
	.attr = __ATTR(tx_aggr_time_usecs, 0644, limit_show, limit_store),
	.offset = offsetof(struct qmap_tx_limits, time_usecs),
};

static ssize_t tx_qmap_version_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	u8 version = READ_ONCE(modem_of_dev(dev)->tx.version);

	return version ? sysfs_emit(buf, "%u\n", version) :
			 sysfs_emit(buf, "auto\n");
}

static int set_version(struct qmap_modem *modem, u8 version)
{
	if (!modem->product->qmap_version)
		return -EOPNOTSUPP;
	qmap_tx_set_version(modem, version);
	return 0;
}

static ssize_t tx_qmap_version_store(struct device *dev,
				     struct device_attribute *attr,
				     const char *buf, size_t count)
{
	static const char * const words[] = { "auto", "1", "5" };
	static const u8 versions[] = { 0, 1, 5 };
	int i, err;

	i = sysfs_match_string(words, buf);
	if (i < 0)
		return i;
	err = qmap_begin_store(dev);
	if (err)
		return err;
	return qmap_end_store(set_version(modem_of_dev(dev), versions[i]), count);
}
static DEVICE_ATTR_RW(tx_qmap_version);

static struct attribute *modem_attrs[] = {
	&max_frames.attr.attr,
	&max_bytes.attr.attr,
	&time_usecs.attr.attr,
	&dev_attr_tx_qmap_version.attr,
	NULL
};

static const struct attribute_group modem_group = {
	.attrs = modem_attrs,
};

static const struct attribute_group *modem_groups[] = {
	&modem_group,
	&qmap_bridge_group,
	NULL
};

/* What udev, NetworkManager and systemd.link know a WWAN netdev by. */
static const struct device_type modem_type = {
	.name = "wwan",
	.groups = modem_groups,
};

static ssize_t qmap_mode_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%u\n", modem_of_dev(dev)->mode);
}
static DEVICE_ATTR_RO(qmap_mode);

static ssize_t qmap_size_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(modem_of_dev(dev)->rx_urb_size));
}
static DEVICE_ATTR_RO(qmap_size);

static ssize_t link_state_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	u32 state;

	if (!rtnl_trylock())
		return restart_syscall();
	state = qmap_mux_state(modem_of_dev(dev));
	rtnl_unlock();
	return sysfs_emit(buf, "0x%x\n", state);
}

static ssize_t link_state_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	int value;
	int err;

	err = qmap_leading_number(buf, &value);
	if (!err)
		err = qmap_begin_store(dev);
	if (err)
		return err;
	return qmap_end_store(qmap_mux_set_state(modem_of_dev(dev), value), count);
}
static DEVICE_ATTR_RW(link_state);

static struct attribute *vendor_attrs[] = {
	&dev_attr_qmap_mode.attr,
	&dev_attr_qmap_size.attr,
	&dev_attr_link_state.attr,
	NULL
};

static const struct attribute_group vendor_group = {
	.attrs = vendor_attrs,
};

static ssize_t raw_ip_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%c\n",
			  qmap_is_raw_ip(modem_of_dev(dev)) ? 'Y' : 'N');
}

static ssize_t raw_ip_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	bool raw_ip;
	int err;

	err = kstrtobool(buf, &raw_ip);
	if (!err)
		err = qmap_begin_store(dev);
	if (err)
		return err;
	return qmap_end_store(qmap_netdev_set_raw_ip(modem_of_dev(dev), raw_ip), count);
}
static DEVICE_ATTR_RW(raw_ip);

static ssize_t mux_ids_show(struct device *dev, char *buf)
{
	struct qmap_modem *modem = modem_of_dev(dev);
	struct qmap_link *link;
	ssize_t len = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(link, &modem->links, list) {
		if (link != &modem->own_link)
			len += sysfs_emit_at(buf, len, "0x%02x\n", link->mux_id);
	}
	rcu_read_unlock();
	return len;
}

/* Adds or deletes the link of the mux id in @buf. */
static ssize_t mux_id_store(struct device *dev, const char *buf, size_t count,
			    int (*change)(struct qmap_modem *modem, u8 mux_id))
{
	struct qmap_modem *modem = modem_of_dev(dev);
	u8 mux_id;
	int err;

	if (kstrtou8(buf, 0, &mux_id) || mux_id < MIN_MUX_ID ||
	    mux_id > MAX_MUX_ID)
		return -EINVAL;
	err = qmap_begin_store(dev);
	if (err)
		return err;
	return qmap_end_store(change(modem, mux_id), count);
}

static ssize_t add_mux_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return mux_ids_show(dev, buf);
}

static ssize_t add_mux_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return mux_id_store(dev, buf, count, qmap_mux_add);
}
static DEVICE_ATTR_RW(add_mux);

static ssize_t del_mux_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	return mux_ids_show(dev, buf);
}

static ssize_t del_mux_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return mux_id_store(dev, buf, count, qmap_mux_del);
}
static DEVICE_ATTR_RW(del_mux);

static struct attribute *qmi_attrs[] = {
	&dev_attr_raw_ip.attr,
	&dev_attr_add_mux.attr,
	&dev_attr_del_mux.attr,
	NULL
};

static const struct attribute_group qmi_group = {
	.name = "qmi",
	.attrs = qmi_attrs,
};

/* The modem's netdev is not registered yet. */
void qmap_sysfs_init(struct qmap_modem *modem)
{
	struct net_device *ndev = modem->ndev;

	SET_NETDEV_DEVTYPE(ndev, &modem_type);
	ndev->sysfs_groups[0] = qmap_has_fixed_links(modem) ? &vendor_group : &qmi_group;
}

/* The modem's netdev is registered, and nobody adds or deletes a link any more.
 *
 * Waits for those who just do, and they for whoever still uses a link that they
 * delete. So does the netdev's end if they are still there, but that holds rtnl.
 *
 * Context: process, without rtnl.
 */
void qmap_sysfs_end_mux(struct qmap_modem *modem)
{
	struct kobject *netdev = &modem->ndev->dev.kobj;

	sysfs_remove_file_from_group(netdev, &dev_attr_add_mux.attr,
				     qmi_group.name);
	sysfs_remove_file_from_group(netdev, &dev_attr_del_mux.attr,
				     qmi_group.name);
}
