/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TCP segments, by the RFCs and by what a GSO packet means, and by no line of the driver. A run
 * is what cutting one packet would give: so a segment is compared with what it should be, and
 * not field by field with the one before.
 */
#ifndef SEGMENTS_H
#define SEGMENTS_H

#include "reference.h"

/* A packet that is to be cut. */
struct ref_gso {
	const uint8_t *header;
	size_t header_len;
	const uint8_t *payload;
	size_t payload_len;
	size_t size;		/* bytes of payload in each segment but the last */
	bool fixed_id;		/* IPv4: the segments have the same id */
};

/* Write segment @n to @to; return its bytes. */
size_t ref_segment(const struct ref_gso *gso, size_t n, uint8_t *to);

/* Put the checksums of IP and TCP where they belong. */
void ref_put_checksums(uint8_t *packet, size_t ip_len, size_t len);

/* Sum that TCP's checksum starts from, before TCP itself is added to it. */
unsigned int ref_pseudo_sum(const uint8_t *packet, size_t ip_len, size_t len);

/* Right as far as a receiver can tell: zero has two representations. */
bool ref_same_sum(unsigned int a, unsigned int b);
bool ref_ip_checksum_is_right(const uint8_t *packet);
bool ref_tcp_checksum_is_right(const uint8_t *packet, size_t ip_len, size_t len);

/* Are they the same but for checksums, and for an urgent pointer that nothing refers to? */
bool ref_same_segment(const uint8_t *a, const uint8_t *b, size_t ip_len, size_t len);

/*
 * How many of the @n frames, from the first on, one packet can be made of. @trusted: the modem
 * has verified the first one's checksum, and the receiver wants to rely on that.
 */
size_t ref_run(const uint8_t *transfer, const struct ref_frame *frames, size_t n, bool trusted);

#endif
