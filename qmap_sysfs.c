// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of the modem's netdev, directly in /sys/class/net/wwan0/.
 */
#include "qmap_wwan.h"

#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/sysfs.h>
#include <net/net_namespace.h>

static struct qmap_modem *modem_of(struct device *dev)
{
	return qmap_modem_of(to_net_dev(dev));
}

static ssize_t qmap_mode_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	return sysfs_emit(buf, "%u\n", modem_of(dev)->mode);
}
static DEVICE_ATTR_RO(qmap_mode);

static ssize_t qmap_size_show(struct device *dev, struct device_attribute *attr,
			      char *buf)
{
	const struct qmap_modem *modem = modem_of(dev);

	return sysfs_emit(buf, "%u\n", modem->mode ? modem->rx_urb_size : 0);
}
static DEVICE_ATTR_RO(qmap_size);

/* A number from @buf, clamped, becomes the limit of uplink aggregates. */
static ssize_t limit_store(struct device *dev, const char *buf, size_t count,
			   unsigned int *limit, unsigned int low,
			   unsigned int high)
{
	struct qmap_modem *modem = modem_of(dev);
	unsigned int value;
	int err;

	if (!ns_capable(dev_net(modem->ndev)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	err = kstrtouint(buf, 0, &value);
	if (err)
		return err;

	spin_lock_bh(&modem->tx.lock);
	*limit = clamp(value, low, high);
	spin_unlock_bh(&modem->tx.lock);
	qmap_tx_kick(modem);
	return count;
}

static ssize_t tx_aggr_max_frames_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", modem_of(dev)->tx.max_frames);
}

static ssize_t tx_aggr_max_frames_store(struct device *dev,
					struct device_attribute *attr,
					const char *buf, size_t count)
{
	return limit_store(dev, buf, count, &modem_of(dev)->tx.max_frames,
			   1, QMAP_TX_MAX_FRAMES);
}
static DEVICE_ATTR_RW(tx_aggr_max_frames);

static ssize_t tx_aggr_max_bytes_show(struct device *dev,
				      struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", modem_of(dev)->tx.max_bytes);
}

static ssize_t tx_aggr_max_bytes_store(struct device *dev,
				       struct device_attribute *attr,
				       const char *buf, size_t count)
{
	return limit_store(dev, buf, count, &modem_of(dev)->tx.max_bytes,
			   QMAP_TX_MIN_BYTES, QMAP_TX_SIZE);
}
static DEVICE_ATTR_RW(tx_aggr_max_bytes);

static ssize_t tx_aggr_time_usecs_show(struct device *dev,
				       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", modem_of(dev)->tx.time_usecs);
}

static ssize_t tx_aggr_time_usecs_store(struct device *dev,
					struct device_attribute *attr,
					const char *buf, size_t count)
{
	return limit_store(dev, buf, count, &modem_of(dev)->tx.time_usecs,
			   0, QMAP_TX_MAX_USECS);
}
static DEVICE_ATTR_RW(tx_aggr_time_usecs);

static struct attribute *attrs[] = {
	&dev_attr_qmap_mode.attr,
	&dev_attr_qmap_size.attr,
	&dev_attr_tx_aggr_max_frames.attr,
	&dev_attr_tx_aggr_max_bytes.attr,
	&dev_attr_tx_aggr_time_usecs.attr,
	NULL
};

const struct attribute_group qmap_sysfs_group = {
	.attrs = attrs,
};
