/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A transfer with TCP in it, from the bytes of an input. Checksums and sequence numbers are
 * nothing that a fuzzer guesses: so an input tells what differs from the ideal, and one of
 * zeroes is an ideal run.
 */
#ifndef RECIPE_H
#define RECIPE_H

#include <stddef.h>
#include <stdint.h>

#define RECIPE_TRANSFER	16384

/* Begins the input: what the world is like */
enum {
	RECIPE_NO_GRO = 0x01,
	RECIPE_FRAGLIST = 0x02,
	RECIPE_NO_RXCSUM = 0x04,
	RECIPE_NO_SKB = 0x08,		/* there is no memory for it */
	RECIPE_NO_PAGES = 0x10,
	RECIPE_RAW = 0x80,		/* what follows is the transfer itself */
};

/*
 * Begins each segment; what it is about follows in this order. What to flip is a bit's number, or
 * 0x80 up: several bits.
 */
enum {
	SEGMENT_OTHER_FLOW = 0x01,	/* than the one before */
	SEGMENT_NEW_FLOW = 0x02,	/* FLOW_*, bytes of data / 4, mux id */
	SEGMENT_SIZE = 0x04,		/* bytes of data; or 0x80 up: near those of its flow */
	SEGMENT_EDIT = 0x08,		/* offset, what to flip there; checksums put right */
	SEGMENT_DAMAGE = 0x10,		/* likewise, and checksums left as they were */
	SEGMENT_FRAME = 0x20,		/* FRAME_*, what to flip in the frame's headers */
	SEGMENT_PUSH = 0x40,
	SEGMENT_LATE = 0x80,		/* a gap before it, to where a full segment had led */
};

enum {
	FLOW_IP6 = 0x01,
	FLOW_OPTIONS = 0x06,		/* four times three bytes */
	FLOW_V5 = 0x08,
	FLOW_VALID = 0x10,		/* the modem has verified its checksums */
	FLOW_SAME_ID = 0x20,
	FLOW_FRAGMENT = 0x40,		/* it may be */
	FLOW_EDIT = 0x80,		/* offset, what to flip there in all its headers */
};

enum {
	FRAME_OFFSET = 0x07,
	FRAME_BARE = 0x20,		/* without the padding it wants */
	FRAME_PADDED = 0x40,		/* by four bytes more */
	FRAME_OTHER_VERSION = 0x80,	/* of QMAP than its flow has */
};

/* Write the transfer to @to, room for RECIPE_TRANSFER; return its bytes. */
size_t recipe_cook(const uint8_t *recipe, size_t len, uint8_t *to);

#endif
