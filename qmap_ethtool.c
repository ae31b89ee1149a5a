// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool: what the driver is, what it has counted, how it aggregates.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/ethtool.h>
#include <linux/module.h>

/* The order is that of qmap_stats.h. */
static const char counter_names[][ETH_GSTRING_LEN] = {
	"rx_transfers", "rx_frames", "rx_commands", "rx_bad_command",
	"rx_truncated", "rx_empty", "rx_bad_pad", "rx_bad_header", "rx_not_ip",
	"rx_no_link", "rx_link_down", "rx_no_memory", "rx_transfer_errors",
	"tx_transfers", "tx_frames", "tx_answers", "tx_sent_full", "tx_sent_idle",
	"tx_sent_timer", "tx_transfer_errors", "tx_has_links",
};

static const char link_counter_names[][ETH_GSTRING_LEN] = {
	"rx_frames", "rx_merged", "rx_csum_valid", "rx_not_ip", "rx_link_down",
	"rx_no_memory", "tx_frames", "tx_invalid", "tx_refused", "tx_csum_asked",
	"tx_no_room", "tx_flow_off",
};

static_assert(ARRAY_SIZE(counter_names) == QMAP_COUNTERS);
static_assert(ARRAY_SIZE(link_counter_names) == QMAP_LINK_COUNTERS);

/* What a modem shows besides its counters. */
static const char state_names[][ETH_GSTRING_LEN] = {
	"rx_urb_size", "tx_qmap_version", "tx_in_flight",
};

/* With softirqs off: on 32 bits with one CPU nothing else tells that a writer came
 * between.
 */
static void copy_counters(u64 *data, const u64 *counters, unsigned int count,
			  const struct u64_stats_sync *sync)
{
	unsigned int start, i;

	local_bh_disable();
	do {
		start = u64_stats_fetch_begin(sync);
		for (i = 0; i < count; i++)
			data[i] = READ_ONCE(counters[i]);
	} while (u64_stats_fetch_retry(sync, start));
	local_bh_enable();
}

static void get_drvinfo(const struct qmap_modem *modem,
			struct ethtool_drvinfo *info)
{
	const struct usbnet *usbnet = modem->usbnet;

	strscpy(info->driver, usbnet->driver_name, sizeof(info->driver));
	strscpy(info->version, THIS_MODULE->version, sizeof(info->version));
	strscpy(info->fw_version, usbnet->driver_info->description,
		sizeof(info->fw_version));
	usb_make_path(usbnet->udev, info->bus_info, sizeof(info->bus_info));
}

static void modem_get_drvinfo(struct net_device *ndev,
			      struct ethtool_drvinfo *info)
{
	get_drvinfo(qmap_modem_of(ndev), info);
}

static int modem_get_sset_count(struct net_device *ndev, int sset)
{
	return sset == ETH_SS_STATS ? QMAP_COUNTERS + ARRAY_SIZE(state_names) :
				      -EOPNOTSUPP;
}

static void modem_get_strings(struct net_device *ndev, u32 sset, u8 *data)
{
	if (sset != ETH_SS_STATS)
		return;
	memcpy(data, counter_names, sizeof(counter_names));
	memcpy(data + sizeof(counter_names), state_names, sizeof(state_names));
}

static void modem_get_stats(struct net_device *ndev,
			    struct ethtool_stats *stats, u64 *data)
{
	const struct qmap_modem *modem = qmap_modem_of(ndev);

	copy_counters(data, modem->counters, QMAP_TX_TRANSFERS, &modem->rx_sync);
	copy_counters(data + QMAP_TX_TRANSFERS, modem->counters + QMAP_TX_TRANSFERS,
		      QMAP_COUNTERS - QMAP_TX_TRANSFERS, &modem->tx_sync);
	data += QMAP_COUNTERS;
	*data++ = modem->rx_urb_size;
	*data++ = READ_ONCE(modem->tx.v5) ? 5 : 1;
	*data++ = READ_ONCE(modem->tx.in_flight);
}

#ifdef ETHTOOL_COALESCE_TX_AGGR
static int modem_get_coalesce(struct net_device *ndev,
			      struct ethtool_coalesce *coalesce,
			      struct kernel_ethtool_coalesce *kernel_coalesce,
			      struct netlink_ext_ack *extack)
{
	const struct qmap_tx_limits *limits = &qmap_modem_of(ndev)->tx.limits;

	kernel_coalesce->tx_aggr_max_frames = limits->max_frames;
	kernel_coalesce->tx_aggr_max_bytes = limits->max_bytes;
	kernel_coalesce->tx_aggr_time_usecs = limits->time_usecs;
	return 0;
}

static int modem_set_coalesce(struct net_device *ndev,
			      struct ethtool_coalesce *coalesce,
			      struct kernel_ethtool_coalesce *kernel_coalesce,
			      struct netlink_ext_ack *extack)
{
	const struct qmap_tx_limits limits = {
		.max_frames = kernel_coalesce->tx_aggr_max_frames,
		.max_bytes = kernel_coalesce->tx_aggr_max_bytes,
		.time_usecs = kernel_coalesce->tx_aggr_time_usecs,
	};

	if (limits.max_frames < 1 || limits.max_frames > QMAP_TX_MAX_FRAMES) {
		NL_SET_ERR_MSG_FMT(extack, "tx-aggr-max-frames is 1 to %u",
				   QMAP_TX_MAX_FRAMES);
		return -EINVAL;
	}
	if (limits.max_bytes < 1 || limits.max_bytes > QMAP_TX_SIZE) {
		NL_SET_ERR_MSG_FMT(extack, "tx-aggr-max-bytes is 1 to %u",
				   QMAP_TX_SIZE);
		return -EINVAL;
	}
	if (limits.time_usecs > QMAP_TX_MAX_USECS) {
		NL_SET_ERR_MSG_FMT(extack, "tx-aggr-time-usecs is %u at most",
				   QMAP_TX_MAX_USECS);
		return -EINVAL;
	}
	qmap_tx_set_limits(qmap_modem_of(ndev), &limits);
	return 0;
}
#endif

const struct ethtool_ops qmap_ethtool_ops = {
	.get_drvinfo		= modem_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= modem_get_sset_count,
	.get_strings		= modem_get_strings,
	.get_ts_info		= ethtool_op_get_ts_info,
	.get_ethtool_stats	= modem_get_stats,
#ifdef ETHTOOL_COALESCE_TX_AGGR
	.supported_coalesce_params = ETHTOOL_COALESCE_TX_AGGR,
	.get_coalesce		= modem_get_coalesce,
	.set_coalesce		= modem_set_coalesce,
#endif
};

static void link_get_drvinfo(struct net_device *ndev,
			     struct ethtool_drvinfo *info)
{
	const struct qmap_link *link = netdev_priv(ndev);

	get_drvinfo(link->modem, info);
}

static int link_get_sset_count(struct net_device *ndev, int sset)
{
	return sset == ETH_SS_STATS ? QMAP_LINK_COUNTERS : -EOPNOTSUPP;
}

static void link_get_strings(struct net_device *ndev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_STATS)
		memcpy(data, link_counter_names, sizeof(link_counter_names));
}

static void link_get_stats(struct net_device *ndev,
			   struct ethtool_stats *stats, u64 *data)
{
	const struct qmap_link *link = netdev_priv(ndev);

	copy_counters(data, link->counters, QMAP_LINK_TX_FRAMES, &link->rx_sync);
	copy_counters(data + QMAP_LINK_TX_FRAMES, link->counters + QMAP_LINK_TX_FRAMES,
		      QMAP_LINK_COUNTERS - QMAP_LINK_TX_FRAMES, &link->tx_sync);
}

const struct ethtool_ops qmap_link_ethtool_ops = {
	.get_drvinfo		= link_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= link_get_sset_count,
	.get_strings		= link_get_strings,
	.get_ts_info		= ethtool_op_get_ts_info,
	.get_ethtool_stats	= link_get_stats,
};
