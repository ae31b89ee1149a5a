/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qmap_wwan - Quectel modems that speak QMI and QMAP over USB
 *
 * The way of a packet, each file one stage:
 *
 *   qmap_wwan.c   USB: binds the modem, its control channel, its power
 *   qmap_netdev.c the modem's own netdev, wwan0
 *   qmap_data.c   the data path as a whole: NAPI, recovery, start and stop
 *   qmap_ring.c   transfers and their completion
 *   qmap_rx.c     downlink: received transfers are walked frame by frame
 *   qmap_tx.c     uplink: packets fill an aggregate; when it is sent
 *   qmap_turns.c  ... and whose packets, where links send at once
 *   qmap_timeout.c how long it may take the modem
 *   qmap_packet.c a packet that is sent: segments, checksums, copying
 *   qmap_gro.c    ... where a run of TCP segments becomes one packet
 *   qmap_agg.c    the format of an aggregate: bytes to frames and back
 *   qmap_command.c flow control, as the modem commands it
 *   qmap_mux.c    links: one netdev for each PDN
 *
 * What user space sees of it: qmap_sysfs.c, qmap_ioctl.c, qmap_ethtool.c.
 *
 * A modem is one bound USB interface. A link is a netdev that carries one PDN.
 * A frame is one QMAP header with its packet and padding; frames that share a
 * USB transfer make an aggregate. Downlink is modem to host, uplink the other.
 */
#ifndef _QMAP_WWAN_H
#define _QMAP_WWAN_H

#include <linux/bits.h>
#include <linux/hrtimer.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <net/tso.h>

struct ifreq;
struct urb;
struct usb_driver;
struct usbnet;
struct qmap_modem;

/**
 * struct qmap_hdr - in front of each packet of an aggregate (QMAPv1)
 * @flags: QMAP_COMMAND, QMAP_NEXT_HEADER and the number of pad bytes
 * @mux_id: the link; bound to a data call by QMI WDS BIND_MUX_DATA_PORT
 * @len: packet and pad, without this header and without a &qmap_csum_hdr
 *
 *	 byte 0                byte 1    bytes 2-3       bytes 4...
 *	 C | N | pad (6 bits)  mux id    length (be16)   packet, pad
 */
struct qmap_hdr {
	u8 flags;
	u8 mux_id;
	__be16 len;
} __packed;

#define QMAP_COMMAND		BIT(7)		/* for the driver, not for a link */
#define QMAP_NEXT_HEADER	BIT(6)		/* a qmap_csum_hdr follows */
#define QMAP_PAD		GENMASK(5, 0)
#define QMAP_ALIGN		4U		/* what the pad brings a frame to */

/**
 * struct qmap_csum_hdr - follows &struct qmap_hdr where it says so (QMAPv5)
 * @type: the header's type, shifted left by one; bit 0: yet another follows
 * @flags: downlink: QMAP_CSUM_VALID, uplink: QMAP_CSUM_ASKED
 * @reserved: zero
 */
struct qmap_csum_hdr {
	u8 type;
	u8 flags;
	__be16 reserved;
} __packed;

#define QMAP_CSUM_TYPE		(2 << 1)	/* and no header after it */
#define QMAP_CSUM_VALID		BIT(7)		/* the modem has verified the checksums */
#define QMAP_CSUM_ASKED		BIT(7)		/* it is to compute TCP's or UDP's */

/**
 * struct qmap_command - what follows the &struct qmap_hdr of a command
 * @name: QMAP_FLOW_DISABLE, QMAP_FLOW_ENABLE; there are others
 * @type: in its QMAP_COMMAND_TYPE: a request, or what kind of answer to one
 * @reserved: zero
 * @transaction: the answer repeats it
 * @family: of IP, in the low two bits
 * @sequence: of flow control
 * @qos_id: of a bearer
 *
 * An answer is the request with another type. The last three are the modem's
 * own affair.
 */
struct qmap_command {
	u8 name;
	u8 type;
	__be16 reserved;
	__be32 transaction;
	__be16 family;
	__be16 sequence;
	__be32 qos_id;
} __packed;

#define QMAP_FLOW_DISABLE	1
#define QMAP_FLOW_ENABLE	2

#define QMAP_COMMAND_TYPE	GENMASK(1, 0)
#define QMAP_COMMAND_ACK	1
#define QMAP_COMMAND_UNSUPPORTED 2
#define QMAP_COMMAND_INVALID	3

/**
 * qmap_frame_size() - what a packet takes in an aggregate
 * @len: bytes of the packet
 * @v5: with a checksum header
 *
 * Return: bytes, with headers and padding.
 */
static inline unsigned int qmap_frame_size(unsigned int len, bool v5)
{
	return sizeof(struct qmap_hdr) + (v5 ? sizeof(struct qmap_csum_hdr) : 0) +
	       ALIGN(len, QMAP_ALIGN);
}

/* The far end of every link, where the stack wants to see Ethernet headers. */
#define QMAP_FAR_END		{ 0x02, 0x50, 0xf3, 0x00, 0x00, 0x00 }

#define QMAP_MUX_ID_BASE	0x80		/* link n of qmap_mode has 0x80 + n */
#define QMAP_MAX_LINKS		8		/* of qmap_mode */
#define QMAP_MIN_MUX_ID		1		/* that add_mux takes */
#define QMAP_MAX_MUX_ID		254

#define QMAP_RX_RING		16		/* transfers */
#define QMAP_RX_SPARES		32		/* more buffers, while packets keep theirs */
#define QMAP_RX_ALIGN		1024		/* bytes of the longest USB packet */
#define QMAP_RX_MAX_SIZE	65536		/* bytes of a downlink buffer */
#define QMAP_TX_RING		8
#define QMAP_TX_SIZE		32768U		/* bytes of an uplink buffer */
#define QMAP_TX_DEFAULT_BYTES	4096		/* every QMAP modem takes that */
#define QMAP_TX_MAX_FRAMES	64U
#define QMAP_TX_MAX_ANSWERS	8U		/* to commands, that wait for room */
#define QMAP_TX_MAX_USECS	1000000U
#define QMAP_HEARD_NOTHING	2U		/* neither of false and true */
#define QMAP_MAX_MTU		(QMAP_TX_SIZE - 64)

/* What is done to a packet while it is copied. */
#define QMAP_FEATURES		(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | \
				 NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4 | NETIF_F_RXCSUM)

/* What the modem counts. A frame that is not delivered ends in one of these.
 * The first of the uplink's is QMAP_TX_TRANSFERS.
 */
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

/* What each link counts for itself. The first of the uplink's is
 * QMAP_LINK_TX_FRAMES.
 */
enum qmap_link_counter {
	QMAP_LINK_RX_FRAMES,
	QMAP_LINK_RX_MERGED,	/* ... that went with the one before, as one packet */
	QMAP_LINK_RX_CSUM_VALID, /* ... whose checksums the modem has verified */
	QMAP_LINK_RX_NOT_IP,
	QMAP_LINK_RX_DOWN,
	QMAP_LINK_RX_NO_MEMORY,
	QMAP_LINK_TX_FRAMES,
	QMAP_LINK_TX_INVALID,	/* not IP, too long, or its checksum is outside */
	QMAP_LINK_TX_CSUM_ASKED, /* frames whose checksum the modem is to compute */
	QMAP_LINK_TX_NO_ROOM,	/* times that the queue was stopped */
	QMAP_LINK_TX_FLOW_OFF,	/* ... because the modem has asked for it */
	QMAP_LINK_COUNTERS
};

/**
 * struct qmap_product - what sets a product apart
 * @rx_urb_size: bytes of a downlink transfer
 * @qmap_version: 1 or 5; 0: Ethernet on the wire, neither raw IP nor QMAP
 * @no_dtr: does not want DTR asserted
 * @links_down: the links of qmap_mode have no carrier until user space says
 *		that a data call is up
 */
struct qmap_product {
	u32 rx_urb_size;
	u8 qmap_version;
	bool no_dtr;
	bool links_down;
};

/**
 * struct qmap_xfer - a transfer: a URB and its buffer, for as long as the
 *		      netdev is open
 * @list: on one of the ring's lists, unless it is with the host controller, in
 *	  the hands of NAPI, or the open aggregate
 * @ring: where it belongs
 * @urb: its buffer is page-backed
 * @buf: the buffer
 * @len: bytes in it
 * @off: downlink: the next frame to look at
 * @frames: uplink: frames in it
 * @whole: one packet without QMAP header; uplink: nothing can be added, also
 *	   because what follows is in another version
 */
struct qmap_xfer {
	struct list_head list;
	struct qmap_ring *ring;
	struct urb *urb;
	u8 *buf;
	unsigned int len;
	unsigned int off;
	unsigned int frames;
	bool whole;
};

/**
 * struct qmap_spares - buffers that wait for a transfer to take them
 * @buf: a queue; packets may still keep parts of them
 * @first: where it starts
 * @count: how many
 */
struct qmap_spares {
	u8 *buf[QMAP_RX_SPARES];
	unsigned int first;
	unsigned int count;
};

/**
 * struct qmap_ring - the transfers of one direction
 * @modem: the owner
 * @xfers: all of them
 * @count: how many; 0 while the netdev is down
 * @size: bytes that buffers have, or get when they are next submitted
 * @lock: protects @size, the spares and the lists; taken in any context, hard
 *	  interrupts included
 * @spares: buffers of @size bytes
 * @done: completed, for NAPI to look at
 * @idle: neither with the host controller nor completed
 * @poisoned: nothing can be submitted, by stop or suspend
 */
struct qmap_ring {
	struct qmap_modem *modem;
	struct qmap_xfer *xfers;
	unsigned int count;
	unsigned int size;
	spinlock_t lock;	/* size, spares, lists */
	struct qmap_spares spares;
	struct list_head done;
	struct list_head idle;
	bool poisoned;
};

/**
 * struct qmap_rx - downlink
 * @ring: its transfers are with the host controller whenever possible
 * @current_xfer: being walked; NAPI only
 * @halted: bulk IN endpoint stalled, nothing may be submitted
 * @resync: the beginning of what comes next is lost; NAPI only
 * @at_once: bytes that the modem has sent and no short packet has ended yet, where
 *	     they are more than a buffer; NAPI only
 * @wanted_size: bytes that buffers would need
 * @alone: frames to come that are in no run for sure; NAPI only
 * @plain: links with packets of this poll that pass by GRO; NAPI only
 * @udp_to_gro: UDP does not; decided for each poll
 * @udp_held: GRO may still have some of it
 * @udp_wanted: when GRO last took an interest in UDP, in jiffies
 * @udp_probed: when it last had the choice, in jiffies
 */
struct qmap_rx {
	struct qmap_ring ring;
	struct qmap_xfer *current_xfer;
	bool halted;
	bool resync;
	u32 at_once;
	u32 wanted_size;
	unsigned int alone;
	struct list_head plain;
	bool udp_to_gro;
	bool udp_held;
	unsigned long udp_wanted;
	unsigned long udp_probed;
};

/**
 * struct qmap_tx_limits - when an uplink aggregate is full, and when due
 * @max_frames: 1 until user space has agreed on more with the modem
 * @max_bytes: a longer packet goes alone
 * @time_usecs: least time between a transfer and a partial one after it
 */
struct qmap_tx_limits {
	unsigned int max_frames;
	unsigned int max_bytes;
	unsigned int time_usecs;
};

/**
 * struct qmap_answer - to a command
 * @mux_id: of the command
 * @command: with the answer's type
 */
struct qmap_answer {
	u8 mux_id;
	struct qmap_command command;
};

/**
 * struct qmap_packet - a packet on its way into aggregates
 * @skb: the packet; NULL: none is in hand
 * @left: bytes that are in no aggregate yet, without @header
 * @gso_size: bytes of each segment but the last; 0: the packet goes whole
 * @header: bytes of headers that each segment repeats
 * @frames: it has become so far
 * @tso: the next segment's headers
 */
struct qmap_packet {
	struct sk_buff *skb;
	unsigned int left;
	unsigned int gso_size;
	unsigned int header;
	unsigned int frames;
	struct tso_t tso;
};

/**
 * struct qmap_turns - links that wait for their turn to send
 * @links: sorted by their clocks, the first is served first
 * @clock: of the link that was served last, before its frame
 */
struct qmap_turns {
	struct list_head links;
	u64 clock;
};

/**
 * struct qmap_tx - uplink
 * @ring: idle transfers are free to be filled
 * @lock: protects all below; taken with softirqs disabled, never in hard
 *	  interrupts
 * @turns: links with a packet in hand, or whose queue is stopped for want of room
 * @answers: wait for room too, and go before all packets
 * @n_answers: how many
 * @open: the aggregate that is being filled, or NULL
 * @in_flight: transfers with the host controller
 * @running: between start and stop
 * @asleep: the device is suspended, nothing may be submitted
 * @halted: bulk OUT endpoint stalled, likewise
 * @refill: queues were woken and have not had their turn yet
 * @taken: when the modem has taken one, or began to have any, in jiffies
 * @last_sent: when the last transfer left
 * @busy_since: what is in flight keeps the modem busy since then
 * @busy_ns: how long it was busy with @busy_bytes
 * @busy_bytes: sent since the last estimate of the modem's speed
 * @timer: sends an aggregate whose time is over
 * @dql: bounds the bytes in flight
 * @limits: of an aggregate; changed under rtnl too
 * @version: that user space has set, 1 or 5; 0: auto
 * @heard: whether the last frame of the downlink was QMAPv5, or
 *	   QMAP_HEARD_NOTHING; written by NAPI and stop
 * @v5: frames are QMAPv5
 * @in_turn: after each packet it is the other version's turn
 */
struct qmap_tx {
	struct qmap_ring ring;
	spinlock_t lock;	/* all below */
	struct qmap_turns turns;
	struct qmap_answer answers[QMAP_TX_MAX_ANSWERS];
	unsigned int n_answers;
	struct qmap_xfer *open;
	unsigned int in_flight;
	bool running;
	bool asleep;
	bool halted;
	bool refill;
	unsigned long taken;
	ktime_t last_sent;
	ktime_t busy_since;
	u64 busy_ns;
	u64 busy_bytes;
	struct hrtimer timer;
	struct dql dql;
	struct qmap_tx_limits limits;
	u8 version;
	u8 heard;
	bool v5;
	bool in_turn;
};

/**
 * struct qmap_link - a netdev that carries one PDN
 * @list: on the modem's list of links; RCU, changed under rtnl
 * @modem: whose link
 * @ndev: the netdev; the modem's own where it is its only link
 * @mux_id: 0 where a transfer is one packet without QMAP header
 * @ethernet: the stack sees Ethernet headers; with mux id 0 the modem does too
 * @flow_off: the modem wants nothing from it for now; under tx.lock
 * @flow_since: it last said so then, in jiffies; under tx.lock
 * @packet: in hand: there is no room for all of it yet, or it is not its turn;
 *	    under tx.lock
 * @turn: on the list of links that wait for their turn; under tx.lock
 * @clock: bytes that it has sent, or would have if it had sent all the time;
 *	   under tx.lock
 * @up: has a carrier while the modem's netdev is up; under rtnl
 * @said_up: user space says that the data call is up; under rtnl
 * @plain: packets of this poll that pass by GRO; NAPI only
 * @plain_list: on the list of links that have some; NAPI only
 * @counters: of its own
 * @rx_sync: of the downlink's, written by NAPI only
 * @tx_sync: of the uplink's, written under tx.lock
 */
struct qmap_link {
	struct list_head list;
	struct qmap_modem *modem;
	struct net_device *ndev;
	u8 mux_id;
	bool ethernet;
	bool flow_off;
	bool up;
	bool said_up;
	unsigned long flow_since;
	struct qmap_packet packet;
	struct list_head turn;
	u64 clock;
	struct list_head plain;
	struct list_head plain_list;
	u64 counters[QMAP_LINK_COUNTERS];
	struct u64_stats_sync rx_sync;
	struct u64_stats_sync tx_sync;
};

/**
 * struct qmap_modem - one bound USB interface
 * @usbnet: probe, netdev, control channel
 * @ndev: the parent netdev, wwan0
 * @product: quirks
 * @mode: qmap_mode at the time of bind; 0 for modems without QMAP
 * @rx_urb_size: bytes of a downlink transfer; changed under rtnl
 * @wdm: cdc-wdm, serves the QMI channel
 * @wakeup_lock: protects @wakeup_users
 * @wakeup_users: who wants remote wakeup: netdev, QMI channel, DTR
 * @suspended: as USB has it; only suspend and resume look at it
 * @sleep_lock: keeps suspend and resume from stop; protects @running
 * @running: the rings are there, between start and stop
 * @napi: receives, and reclaims what was sent
 * @timeout: looks whether the modem is stuck, or has forgotten that it stopped a
 *	     link
 * @recovery: process context for halted endpoints and for retries
 * @rx: downlink
 * @tx: uplink
 * @self: the link of @ndev in qmap_mode 0 and 1
 * @links: all links; RCU, changed under rtnl
 * @n_links: how many
 * @by_mux_id: the same for the downlink; RCU, changed under rtnl
 * @counters: of all links, and what belongs to none
 * @rx_sync: of the downlink's, written by NAPI only
 * @tx_sync: of the uplink's, written under @tx.lock
 */
struct qmap_modem {
	struct usbnet *usbnet;
	struct net_device *ndev;
	const struct qmap_product *product;
	unsigned int mode;
	u32 rx_urb_size;
	struct usb_driver *wdm;
	struct mutex wakeup_lock;	/* wakeup_users */
	unsigned int wakeup_users;
	bool suspended;
	struct mutex sleep_lock;	/* running */
	bool running;
	struct napi_struct napi;
	struct delayed_work timeout;
	struct delayed_work recovery;
	struct qmap_rx rx;
	struct qmap_tx tx;
	struct qmap_link self;
	struct list_head links;
	unsigned int n_links;
	struct qmap_link __rcu *by_mux_id[256];
	u64 counters[QMAP_COUNTERS];
	struct u64_stats_sync rx_sync;
	struct u64_stats_sync tx_sync;
};

/* On 32 bits a counter takes two writes; elsewhere there is nothing to it. */
static inline void qmap_add(u64 *counter, unsigned int n,
			    struct u64_stats_sync *sync)
{
	u64_stats_update_begin(sync);
	WRITE_ONCE(*counter, *counter + n);
	u64_stats_update_end(sync);
}

static inline void qmap_count(struct qmap_modem *modem, enum qmap_counter what,
			      unsigned int n)
{
	qmap_add(&modem->counters[what], n, what < QMAP_TX_TRANSFERS ?
		 &modem->rx_sync : &modem->tx_sync);
}

static inline void qmap_link_count(struct qmap_link *link,
				   enum qmap_link_counter what, unsigned int n)
{
	qmap_add(&link->counters[what], n, what < QMAP_LINK_TX_FRAMES ?
		 &link->rx_sync : &link->tx_sync);
}

/* What "ip -s link" shows of a frame that is not delivered. */
static inline void qmap_count_loss(struct net_device *ndev,
				   enum qmap_counter why)
{
	if (why == QMAP_RX_NO_LINK || why == QMAP_RX_LINK_DOWN ||
	    why == QMAP_RX_NO_MEMORY)
		ndev->stats.rx_dropped++;
	else
		ndev->stats.rx_errors++;
}

/**
 * struct qmap_frame - a frame of a downlink transfer
 * @data: the packet, in the transfer's buffer
 * @len: its bytes, without padding
 * @pad: bytes of padding
 * @size: bytes from this frame's header to the next; 0: cannot be known
 * @left: bytes of the transfer behind it
 * @count: frames that it stands for
 * @truesize: bytes of the buffer that @data takes if a packet keeps it there;
 *	      0: it must be copied
 * @mux_id: whose it is
 * @v5: has a checksum header
 * @csum_valid: the modem has verified the checksums of the packet
 */
struct qmap_frame {
	const u8 *data;
	unsigned int len;
	unsigned int pad;
	unsigned int size;
	unsigned int left;
	unsigned int count;
	unsigned int truesize;
	u8 mux_id;
	bool v5;
	bool csum_valid;
};

/* qmap_agg.c */
enum qmap_counter qmap_decode(const u8 *buf, unsigned int len,
			      struct qmap_frame *frame);
unsigned int qmap_encode(u8 *buf, u8 mux_id, unsigned int len, bool v5,
			 bool csum);
void qmap_encode_answer(u8 *buf, const struct qmap_answer *answer);
unsigned int qmap_ip_len(const u8 *data, unsigned int len);
u8 qmap_ip_protocol(const u8 *data, unsigned int len);

/* qmap_ring.c */
void qmap_ring_init(struct qmap_ring *ring, struct qmap_modem *modem);
int qmap_ring_alloc(struct qmap_ring *ring, unsigned int count, size_t size,
		    unsigned int pipe);
void qmap_ring_free(struct qmap_ring *ring);
void qmap_ring_unlink(struct qmap_ring *ring);
void qmap_ring_kill(struct qmap_ring *ring);
void qmap_ring_poison(struct qmap_ring *ring);
void qmap_ring_unpoison(struct qmap_ring *ring);
int qmap_ring_resize(struct qmap_ring *ring, size_t size);
bool qmap_ring_reserve(struct qmap_ring *ring);
int qmap_ring_fit(struct qmap_xfer *xfer);
void qmap_ring_park(struct qmap_xfer *xfer);
struct qmap_xfer *qmap_ring_next_done(struct qmap_ring *ring);
struct qmap_xfer *qmap_ring_next_idle(struct qmap_ring *ring);

/* qmap_gro.c */
struct sk_buff *qmap_gro_rx(struct qmap_link *link, struct qmap_frame *frame);

/* qmap_data.c */
void qmap_data_init(struct qmap_modem *modem);
void qmap_data_exit(struct qmap_modem *modem);
int qmap_data_start(struct qmap_modem *modem);
void qmap_data_stop(struct qmap_modem *modem);
void qmap_data_suspend(struct qmap_modem *modem);
void qmap_data_resume(struct qmap_modem *modem);
void qmap_data_quiesce(struct qmap_modem *modem);
void qmap_data_recover(struct qmap_modem *modem, unsigned int msecs);
bool qmap_data_clear_halt(struct qmap_modem *modem, unsigned int pipe);

/* qmap_rx.c */
void qmap_rx_init(struct qmap_modem *modem);
int qmap_rx_start(struct qmap_modem *modem);
void qmap_rx_stop(struct qmap_modem *modem);
void qmap_rx_refill(struct qmap_modem *modem, gfp_t gfp);
int qmap_rx_poll(struct qmap_modem *modem, int budget);
void qmap_rx_complete(struct qmap_modem *modem);
void qmap_rx_deliver(struct qmap_link *link, struct sk_buff *skb, bool udp);
void qmap_rx_clear_halt(struct qmap_modem *modem);
void qmap_rx_grow(struct qmap_modem *modem);
int qmap_rx_resize(struct qmap_modem *modem, u32 size);

/* qmap_tx.c */
void qmap_tx_init(struct qmap_modem *modem);
int qmap_tx_start(struct qmap_modem *modem);
void qmap_tx_close(struct qmap_modem *modem);
void qmap_tx_stop(struct qmap_modem *modem);
int qmap_tx_suspend(struct qmap_modem *modem, bool may_refuse);
void qmap_tx_resume(struct qmap_modem *modem);
bool qmap_tx_poll(struct qmap_modem *modem);
void qmap_tx_kick(struct qmap_modem *modem);
void qmap_tx_clear_halt(struct qmap_modem *modem);
void qmap_tx_set_limits(struct qmap_modem *modem,
			const struct qmap_tx_limits *limits);
void qmap_tx_set_version(struct qmap_modem *modem, u8 version);
void qmap_tx_follow(struct qmap_modem *modem, bool v5);
void qmap_tx_forget(struct qmap_link *link);
void qmap_tx_flow(struct qmap_link *link, bool off);
void qmap_tx_let_go(struct qmap_link *link);
void qmap_tx_reset_flow(struct qmap_modem *modem);
void qmap_tx_answer(struct qmap_modem *modem,
		    const struct qmap_answer *answer);
netdev_tx_t qmap_tx_xmit(struct qmap_link *link, struct sk_buff *skb);

/* qmap_timeout.c */
void qmap_timeout_init(struct qmap_modem *modem);
void qmap_timeout_start(struct qmap_modem *modem);

/* qmap_packet.c */
bool qmap_packet_init(struct qmap_packet *packet, struct qmap_link *link,
		      struct sk_buff *skb);
unsigned int qmap_packet_segment(const struct qmap_packet *packet);
bool qmap_packet_wants_csum(const struct qmap_packet *packet);
void qmap_packet_copy(struct qmap_packet *packet, u8 *buf, bool csum_by_modem);
netdev_features_t qmap_packet_features(struct sk_buff *skb,
				       struct net_device *ndev,
				       netdev_features_t features);

/* qmap_command.c */
enum qmap_counter qmap_command_rx(struct qmap_modem *modem,
				  const struct qmap_frame *frame);

/* qmap_mux.c */
extern struct notifier_block qmap_mux_notifier;
void qmap_mux_init(struct qmap_modem *modem);
void qmap_mux_unregister(struct qmap_modem *modem);
int qmap_mux_add(struct qmap_modem *modem, u8 mux_id);
int qmap_mux_del(struct qmap_modem *modem, u8 mux_id);
bool qmap_mux_has_links(const struct qmap_modem *modem);
u32 qmap_mux_state(struct qmap_modem *modem);
int qmap_mux_set_state(struct qmap_modem *modem, u32 value);
void qmap_mux_carrier(struct qmap_modem *modem);
struct qmap_link *qmap_mux_find(struct qmap_modem *modem, u8 mux_id);
enum qmap_counter qmap_mux_rx(struct qmap_modem *modem,
			      struct qmap_frame *frame);
enum qmap_counter qmap_link_rx(struct qmap_link *link,
			       struct qmap_frame *frame);
struct sk_buff *qmap_link_copy(struct qmap_link *link, const u8 *data,
			       unsigned int len, bool has_header);
void qmap_link_stop_queue(struct qmap_link *link, enum qmap_link_counter why);
bool qmap_link_wake_queue(struct qmap_link *link);
void qmap_link_sent(struct qmap_link *link, unsigned int packets,
		    unsigned int bytes);

/* qmap_netdev.c */
extern const struct device_type qmap_modem_type, qmap_link_type;
struct qmap_modem *qmap_modem_of(const struct net_device *ndev);
bool qmap_netdev_is_modem(const struct net_device *ndev);
void qmap_netdev_init(struct qmap_modem *modem);
void qmap_netdev_set_header(struct net_device *ndev, bool ethernet);
int qmap_netdev_set_address(struct net_device *ndev, void *addr);
int qmap_netdev_set_raw_ip(struct qmap_modem *modem, bool raw_ip);
bool qmap_netdev_is_raw_ip(const struct qmap_modem *modem);

/* qmap_sysfs.c */
extern const struct attribute_group *qmap_modem_groups[];
extern const struct attribute_group qmap_vendor_group, qmap_qmi_group,
				    qmap_link_group;
void qmap_sysfs_end_mux(struct qmap_modem *modem);

/* qmap_ioctl.c */
int qmap_ioctl(struct net_device *ndev, struct ifreq *ifr, void __user *data,
	       int cmd);

/* qmap_ethtool.c */
extern const struct ethtool_ops qmap_ethtool_ops, qmap_link_ethtool_ops;

/* qmap_wwan.c */
char qmap_link_separator(void);

#endif
