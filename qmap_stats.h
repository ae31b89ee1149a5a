/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted. A frame that is not delivered ends in one of these counters.
 * qmap_ethtool.c has their names, in the same order.
 */
#ifndef _QMAP_STATS_H
#define _QMAP_STATS_H

/* of a modem; the first of the uplink's is QMAP_TX_TRANSFERS */
enum qmap_counter {
	QMAP_RX_TRANSFERS,
	QMAP_RX_FRAMES,		/* delivered to a link */
	QMAP_RX_COMMANDS,
	QMAP_RX_BAD_COMMAND,	/* too short */
	QMAP_RX_TRUNCATED,	/* longer than what is left of the transfer */
	QMAP_RX_EMPTY,		/* no packet in it */
	QMAP_RX_BAD_PAD,	/* more padding than frame */
	QMAP_RX_BAD_HEADER,	/* next header of an unknown type */
	QMAP_RX_NOT_IP,
	QMAP_RX_NO_LINK,	/* unknown mux id */
	QMAP_RX_LINK_DOWN,
	QMAP_RX_NO_MEMORY,
	QMAP_RX_ERRORS,		/* transfers that failed */
	QMAP_TX_TRANSFERS,
	QMAP_TX_FRAMES,
	QMAP_TX_ANSWERS,	/* to commands */
	QMAP_TX_FULL,		/* transfers sent because nothing more fitted */
	QMAP_TX_IDLE,		/* ... because nothing was in flight */
	QMAP_TX_TIMER,		/* ... because the aggregation time was over */
	QMAP_TX_ERRORS,		/* transfers that failed */
	QMAP_TX_HAS_LINKS,	/* packets for wwan0 itself, while it has links */
	QMAP_COUNTERS
};

/* of a link; the first of the uplink's is QMAP_LINK_TX_FRAMES */
enum qmap_link_counter {
	QMAP_LINK_RX_FRAMES,
	QMAP_LINK_RX_MERGED,	/* ... that went with the one before, as one packet */
	QMAP_LINK_RX_CSUM_VALID, /* ... whose checksums the modem has verified */
	QMAP_LINK_RX_NOT_IP,
	QMAP_LINK_RX_DOWN,
	QMAP_LINK_RX_NO_MEMORY,
	QMAP_LINK_TX_FRAMES,
	QMAP_LINK_TX_INVALID,	/* not IP, too long, or its checksum is outside */
	QMAP_LINK_TX_REFUSED,	/* in bridge mode: not of the host that has the address */
	QMAP_LINK_TX_CSUM_ASKED, /* frames whose checksum the modem shall compute */
	QMAP_LINK_TX_NO_ROOM,	/* times that the queue was stopped */
	QMAP_LINK_TX_FLOW_OFF,	/* ... because the modem has asked for it */
	QMAP_LINK_COUNTERS
};

#endif
