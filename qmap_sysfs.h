/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all setters of attributes have in common: CAP_NET_ADMIN, whatever the mode of the
 * file, and rtnl.
 */
#ifndef _QMAP_SYSFS_H
#define _QMAP_SYSFS_H

#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>

/* A number in any C base; clients send garbage behind it. */
static inline int qmap_leading_number(const char *buf, int *value)
{
	char *p = (char *)buf;

	return get_option(&p, value) ? 0 : -EINVAL;
}

/* The removal of the attribute holds rtnl and waits for this: do not wait for rtnl. */
static inline int qmap_begin_store(struct device *dev)
{
	if (!ns_capable(dev_net(to_net_dev(dev))->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	return rtnl_trylock() ? 0 : restart_syscall();
}

static inline ssize_t qmap_end_store(int err, size_t count)
{
	rtnl_unlock();
	return err ?: count;
}

#endif
