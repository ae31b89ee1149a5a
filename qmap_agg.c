// SPDX-License-Identifier: GPL-2.0-only
/*
 * The format of an aggregate: bytes to frames, packets to frames.
 *
 * Pure functions of their arguments, in any context. Downlink bytes come from
 * the modem and are not trusted: each length is checked before it is used.
 */
#include "qmap_agg.h"

#include <linux/bitfield.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/string.h>

/**
 * qmap_decode() - look at one frame of a downlink transfer
 * @buf: where its header should be
 * @len: bytes from there to the end of the transfer
 * @frame: what was found; @frame->size is always set
 *
 * Frames with and without a checksum header are told apart one by one, since
 * the modem and user space may agree on QMAPv5 without telling the driver.
 *
 * Return: QMAP_RX_FRAMES for a frame with a packet, QMAP_RX_COMMANDS for a
 * command, otherwise the counter of what is wrong with it.
 */
enum qmap_counter qmap_decode(const u8 *buf, unsigned int len,
			      struct qmap_frame *frame)
{
	const struct qmap_csum_hdr *csum = NULL;
	const struct qmap_hdr *hdr = (const void *)buf;
	unsigned int header = sizeof(*hdr), payload, pad;

	frame->size = 0;
	frame->count = 1;
	if (len < header)
		return QMAP_RX_TRUNCATED;

	if ((hdr->flags & (QMAP_COMMAND | QMAP_NEXT_HEADER)) == QMAP_NEXT_HEADER) {
		csum = (const void *)(buf + header);
		header += sizeof(*csum);
	}
	payload = be16_to_cpu(hdr->len);
	if (header + payload > len)
		return QMAP_RX_TRUNCATED;

	frame->size = header + payload;
	frame->mux_id = hdr->mux_id;
	frame->data = buf + header;
	pad = min_t(unsigned int, FIELD_GET(QMAP_PAD, hdr->flags), payload);
	frame->len = payload - pad;
	frame->pad = pad;
	frame->left = len - frame->size;
	frame->v5 = csum;
	frame->csum_valid = csum && csum->flags & QMAP_CSUM_VALID;

	if (!payload)
		return QMAP_RX_EMPTY;
	if (pad == payload)
		return QMAP_RX_BAD_PAD;
	if (csum && csum->type != QMAP_CSUM_TYPE)
		return QMAP_RX_BAD_HEADER;
	return hdr->flags & QMAP_COMMAND ? QMAP_RX_COMMANDS : QMAP_RX_FRAMES;
}

/**
 * qmap_encode() - write headers and padding of an uplink frame
 * @buf: where the frame starts, with room for qmap_frame_size() bytes
 * @mux_id: whose packet it is
 * @len: bytes of the packet
 * @v5: with a checksum header
 * @csum: which asks the modem to compute the transport's checksum
 *
 * Return: where in @buf the packet belongs.
 */
unsigned int qmap_encode(u8 *buf, u8 mux_id, unsigned int len, bool v5,
			 bool csum)
{
	unsigned int pad = ALIGN(len, QMAP_ALIGN) - len;
	struct qmap_csum_hdr *next;
	struct qmap_hdr *hdr = (void *)buf;
	unsigned int header = sizeof(*hdr);

	hdr->flags = FIELD_PREP(QMAP_PAD, pad);
	hdr->mux_id = mux_id;
	hdr->len = cpu_to_be16(len + pad);
	if (v5) {
		hdr->flags |= QMAP_NEXT_HEADER;
		next = (void *)(buf + header);
		*next = (struct qmap_csum_hdr) {
			.type = QMAP_CSUM_TYPE,
			.flags = csum ? QMAP_CSUM_ASKED : 0,
		};
		header += sizeof(*next);
	}
	memset(buf + header + len, 0, pad);
	return header;
}

void qmap_encode_answer(u8 *buf, const struct qmap_answer *answer)
{
	struct qmap_hdr *hdr = (void *)buf;

	hdr->flags = QMAP_COMMAND;
	hdr->mux_id = answer->mux_id;
	hdr->len = cpu_to_be16(sizeof(answer->command));
	memcpy(hdr + 1, &answer->command, sizeof(answer->command));
}

/* @len: bytes there are to look at
 *
 * Return: the packet's length as its IP header says, or 0 if that is none.
 */
unsigned int qmap_ip_len(const u8 *data, unsigned int len)
{
	const struct ipv6hdr *ip6 = (const void *)data;
	const struct iphdr *ip = (const void *)data;

	if (len >= sizeof(*ip) && data[0] >> 4 == 4)
		return be16_to_cpu(ip->tot_len);
	if (len >= sizeof(*ip6) && data[0] >> 4 == 6)
		return sizeof(*ip6) + be16_to_cpu(ip6->payload_len);
	return 0;
}

/* @len: bytes there are to look at
 *
 * Return: the protocol of what follows the IP header, which may be an extension of
 * it; 0 if the packet is too short to tell.
 */
u8 qmap_ip_protocol(const u8 *data, unsigned int len)
{
	if (len < sizeof(struct iphdr))
		return 0;
	if (data[0] >> 4 == 4)
		return data[offsetof(struct iphdr, protocol)];
	return data[offsetof(struct ipv6hdr, nexthdr)];
}
