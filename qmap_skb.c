// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a frame to a packet of the stack: copied, or left in the transfer's buffer.
 */
#include "qmap_skb.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#define COPY_BREAK	256	/* bytes */

/* Copies a packet or the headers of one; @has_header: Ethernet's is among them.
 *
 * The headroom is for whoever forwards the packet, so that it need not be
 * copied. The IP header stands after an Ethernet header's room, or it would not
 * be aligned where that matters.
 */
struct sk_buff *qmap_skb_copy(struct napi_struct *napi, struct net_device *ndev,
			      const u8 *data, unsigned int len, bool has_header)
{
	const unsigned int headroom = LL_MAX_HEADER + (has_header ? 0 : ETH_HLEN);
	struct sk_buff *skb;

	skb = napi_alloc_skb(napi, headroom + len);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	__skb_put_data(skb, data, len);
	skb->dev = ndev;
	return skb;
}

/* A datagram's payload can stay in the transfer's buffer: that measures better
 * than a copy from a few hundred bytes on. TCP's does not, as the fewer pieces
 * the better for GRO and what follows.
 */
static unsigned int qmap_skb_bytes_to_copy(const struct qmap_frame *frame,
					   u8 transport)
{
	if (!frame->truesize || transport != IPPROTO_UDP ||
	    frame->len <= COPY_BREAK)
		return frame->len;
	return sizeof(struct udphdr) + (frame->data[0] >> 4 == 4 ?
					sizeof(struct iphdr) :
					sizeof(struct ipv6hdr));
}

static void qmap_skb_keep(struct sk_buff *skb, const u8 *data, unsigned int len,
			  unsigned int truesize)
{
	struct page *page = virt_to_head_page(data);

	get_page(page);
	skb_add_rx_frag(skb, 0, page, data - (u8 *)page_address(page), len,
			truesize);
}

/* @transport: the protocol of what the frame's packet carries */
struct sk_buff *qmap_skb_from_frame(struct napi_struct *napi, struct net_device *ndev,
				    const struct qmap_frame *frame, u8 transport)
{
	unsigned int len = qmap_skb_bytes_to_copy(frame, transport);
	struct sk_buff *skb;

	skb = qmap_skb_copy(napi, ndev, frame->data, len, false);
	if (!skb)
		return NULL;
	if (len < frame->len)
		qmap_skb_keep(skb, frame->data + len, frame->len - len, frame->truesize);
	if (frame->csum_valid)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}
