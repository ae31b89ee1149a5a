// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool: what the driver is, and what it has counted.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/ethtool.h>
#include <linux/usb/usbnet.h>

static const char counter_names[QMAP_COUNTERS][ETH_GSTRING_LEN] = {
	[QMAP_RX_TRANSFERS]	= "rx_transfers",
	[QMAP_RX_FRAMES]	= "rx_frames",
	[QMAP_RX_COMMANDS]	= "rx_commands",
	[QMAP_RX_TRUNCATED]	= "rx_truncated",
	[QMAP_RX_EMPTY]		= "rx_empty",
	[QMAP_RX_BAD_PAD]	= "rx_bad_pad",
	[QMAP_RX_BAD_HEADER]	= "rx_bad_header",
	[QMAP_RX_NOT_IP]	= "rx_not_ip",
	[QMAP_RX_NO_LINK]	= "rx_no_link",
	[QMAP_RX_LINK_DOWN]	= "rx_link_down",
	[QMAP_RX_NO_MEMORY]	= "rx_no_memory",
	[QMAP_RX_ERRORS]	= "rx_transfer_errors",
	[QMAP_TX_TRANSFERS]	= "tx_transfers",
	[QMAP_TX_FRAMES]	= "tx_frames",
	[QMAP_TX_FULL]		= "tx_sent_full",
	[QMAP_TX_IDLE]		= "tx_sent_idle",
	[QMAP_TX_TIMER]		= "tx_sent_timer",
	[QMAP_TX_ERRORS]	= "tx_transfer_errors",
};

static int get_sset_count(struct net_device *ndev, int sset)
{
	return sset == ETH_SS_STATS ? QMAP_COUNTERS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *ndev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_STATS)
		memcpy(data, counter_names, sizeof(counter_names));
}

static void get_ethtool_stats(struct net_device *ndev,
			      struct ethtool_stats *stats, u64 *data)
{
	const struct qmap_modem *modem = qmap_modem_of(ndev);
	int i;

	for (i = 0; i < QMAP_COUNTERS; i++)
		data[i] = READ_ONCE(modem->counters[i]);
}

const struct ethtool_ops qmap_ethtool_ops = {
	.get_drvinfo		= usbnet_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_ethtool_stats,
};
