/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a transfer means, by the description of the format and by no line of the driver: slow,
 * byte by byte, for the driver to be compared with.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ref_verdict {
	REF_PACKET,
	REF_COMMAND,
	REF_TRUNCATED,		/* and nothing can be known of what follows */
	REF_EMPTY,
	REF_BAD_PAD,
	REF_BAD_HEADER,
};

/* A frame, by offsets into its transfer. Of a truncated one only @start is set. */
struct ref_frame {
	enum ref_verdict verdict;
	size_t start;
	size_t packet;
	size_t len;
	size_t pad;
	size_t end;
	size_t rest;		/* bytes of the transfer behind it */
	unsigned int mux_id;
	bool v5;
	bool csum_valid;
};

/* Frames that a transfer of @len bytes cannot have more of. */
#define REF_MOST_FRAMES(len)	((len) / 4 + 1)

/* Fill in @frames, room for REF_MOST_FRAMES(@len); return how many there are. */
size_t ref_decode(const uint8_t *transfer, size_t len, struct ref_frame *frames);

/* Write a whole frame to @to; return its bytes. */
size_t ref_encode(uint8_t *to, unsigned int mux_id, const uint8_t *packet, size_t len, bool v5,
		  bool csum);

/* 0 where the packet does not tell. */
size_t ref_ip_len(const uint8_t *packet, size_t len);
unsigned int ref_ip_protocol(const uint8_t *packet, size_t len);

#endif
