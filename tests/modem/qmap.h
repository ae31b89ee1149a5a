/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef QMAP_H
#define QMAP_H

#include <stdbool.h>

#include "stats.h"
#include "wda.h"

#define QMAP_HEADER		4
#define QMAP_CSUM_HEADER	4
#define QMAP_COMMAND_SIZE	16

#define QMAP_PAD_MASK		0x3f
#define QMAP_NEXT_HEADER	0x40	/* QMAPv5: another header follows */
#define QMAP_COMMAND		0x80

#define QMAP_TYPE_CHECKSUM	2
#define QMAP_CSUM_FLAG		0x80	/* downlink: is valid, uplink: please compute */

enum { QMAP_FLOW_DISABLE = 1, QMAP_FLOW_ENABLE = 2 };
enum { QMAP_CMD_REQUEST, QMAP_CMD_ACK, QMAP_CMD_UNSUPPORTED, QMAP_CMD_INVALID };

/*
 *   C | N | pad(6)   mux id   length(16)      the frame's header
 *   type(7) | next   V | 0    0               QMAPv5 only, if N is set
 *   packet           pad
 *
 * length counts packet and pad.
 */
struct qmap_frame {
	uint8_t mux_id;
	bool command;
	bool has_csum;		/* the QMAPv5 header is there */
	bool csum_flag;
	uint8_t pad;
	const uint8_t *start;
	size_t size;		/* of all of it */
	const uint8_t *packet;
	size_t len;		/* of the packet alone */
};

/* Bytes before a packet in this format. */
size_t qmap_overhead(uint32_t protocol);

/*
 * Make a frame of the @len bytes at @frame + qmap_overhead(): put headers before and padding
 * behind. Returns the frame's size.
 */
size_t qmap_encode(uint8_t *frame, uint32_t protocol, uint8_t mux_id, size_t len, bool csum_flag);

/*
 * Take the next frame off the bytes at *@pos. After a violation that leaves the next boundary
 * unknown it takes all bytes. A frame of the other version is such a violation, because a modem
 * knows one length of headers. Commands have no second header in either version.
 */
enum violation qmap_decode(const uint8_t **pos, size_t *left, uint32_t protocol,
			   struct qmap_frame *frame);

/* How many frames begin in one URB, good or bad, and whether the last one is complete. */
unsigned int qmap_count(const uint8_t *data, size_t len, bool *complete);

/* A request to the host. Returns the frame's size. */
size_t qmap_encode_command(uint8_t *frame, uint8_t mux_id, uint8_t name, uint32_t transaction);

#endif
