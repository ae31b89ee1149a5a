/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire format of QMAP and its codec.
 *
 * A frame is one QMAP header with its packet and padding. Frames that share a
 * USB transfer make an aggregate.
 */
#ifndef _QMAP_AGG_H
#define _QMAP_AGG_H

#include "qmap_stats.h"

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>

#define QMAP_IPV4_FIRST_BYTE	0x45	/* version 4, a header without options */

/* In front of each packet of an aggregate (QMAPv1):
 *
 *	 byte 0                byte 1    bytes 2-3       bytes 4...
 *	 C | N | pad (6 bits)  mux id    length (be16)   packet, pad
 */
struct qmap_hdr {
	u8 flags;
	u8 mux_id;	/* the link; bound to a data call by WDS BIND_MUX_DATA_PORT */
	__be16 len;	/* packet and pad, without any header */
} __packed;

#define QMAP_COMMAND		BIT(7)		/* for the driver, not for a link */
#define QMAP_NEXT_HEADER	BIT(6)		/* a qmap_csum_hdr follows */
#define QMAP_PAD		GENMASK(5, 0)
#define QMAP_ALIGN		4U		/* what the pad brings a frame to */
#define QMAP_TX_SIZE		32768U		/* bytes of an uplink aggregate at most */

/* Follows where QMAP_NEXT_HEADER says so (QMAPv5). */
struct qmap_csum_hdr {
	u8 type;	/* shifted left by one; bit 0: yet another follows */
	u8 flags;	/* downlink: QMAP_CSUM_VALID, uplink: QMAP_CSUM_ASKED */
	__be16 reserved; /* zero */
} __packed;

#define QMAP_CSUM_TYPE		(2 << 1)	/* and no header after it */
#define QMAP_CSUM_VALID		BIT(7)		/* the modem has verified the checksums */
#define QMAP_CSUM_ASKED		BIT(7)		/* it shall compute TCP's or UDP's */

/* Follows the qmap_hdr of a command. An answer is the request with another type;
 * the last three members are the modem's own affair.
 */
struct qmap_command {
	u8 name;
	u8 type;	/* in QMAP_COMMAND_TYPE: a request, or which answer */
	__be16 reserved; /* zero */
	__be32 transaction;	/* an answer repeats it */
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

struct qmap_answer {
	u8 mux_id;
	struct qmap_command command;
};

/* A frame of a downlink transfer. */
struct qmap_frame {
	const u8 *data;		/* the packet, in the transfer's buffer */
	unsigned int len;	/* its bytes, without padding */
	unsigned int pad;	/* bytes */
	unsigned int size;	/* bytes to the next frame; 0: cannot be known */
	unsigned int left;	/* bytes of the transfer behind it */
	unsigned int count;	/* frames that it stands for */
	unsigned int truesize;	/* bytes of the buffer that @data is charged if it
				 * stays there; 0: it must be copied
				 */
	u8 mux_id;
	bool v5;		/* has a checksum header */
	bool csum_valid;
};

/* Bytes that a packet takes in an aggregate, with headers and padding. */
static inline unsigned int qmap_frame_size(unsigned int len, bool v5)
{
	return sizeof(struct qmap_hdr) + (v5 ? sizeof(struct qmap_csum_hdr) : 0) +
	       ALIGN(len, QMAP_ALIGN);
}

enum qmap_counter qmap_decode(const u8 *buf, unsigned int len,
			      struct qmap_frame *frame);
unsigned int qmap_encode(u8 *buf, u8 mux_id, unsigned int len, bool v5,
			 bool csum);
void qmap_encode_answer(u8 *buf, const struct qmap_answer *answer);
unsigned int qmap_ip_len(const u8 *data, unsigned int len);
u8 qmap_ip_protocol(const u8 *data, unsigned int len);

#endif
