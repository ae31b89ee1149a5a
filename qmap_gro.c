// SPDX-License-Identifier: GPL-2.0-only
/*
 * Downlink: a run of TCP segments becomes one GSO packet.
 *
 * In a transfer the next segment of a connection lies right behind the one
 * before. What GRO would put together again from single packets is found here
 * by comparing headers in place, and copied once. The conditions are those of
 * GRO, which still gets the result: it keeps the order, and may merge runs of
 * several transfers.
 */
#include "qmap_skb.h"
#include "qmap_compat.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tcp.h>

/* Flags that a run may not have at all, and those that end it. */
#define TCP_FLAGS_ALONE	(TCP_FLAG_CWR | TCP_FLAG_URG | TCP_FLAG_RST | TCP_FLAG_SYN)
#define TCP_FLAGS_LAST	(TCP_FLAG_PSH | TCP_FLAG_FIN)

/* Segments of the same size, at the same distance from each other. */
struct run {
	const u8 *data;		/* the first packet */
	unsigned int stride;	/* bytes from one to the next */
	unsigned int segments;
	unsigned int limit;	/* bytes that one packet must be shorter than */
	unsigned int size;	/* bytes of their frames */
	unsigned int ip_len;	/* bytes of the IP header */
	unsigned int header;	/* bytes of IP and TCP header */
	unsigned int mss;	/* bytes of payload */
	unsigned int last;	/* ... in the last segment */
	u16 id_step;		/* IPv4: from one id to the next */
};

static const struct tcphdr *tcp_of(const struct run *run, unsigned int n)
{
	return (const void *)(run->data + n * run->stride + run->ip_len);
}

/* Return: bytes of the IP header if TCP follows it and the packet is as long as
 * it says; otherwise 0.
 */
static unsigned int qmap_gro_ip_header(const u8 *data, unsigned int len)
{
	const struct ipv6hdr *ip6 = (const void *)data;
	const struct iphdr *ip = (const void *)data;

	if (len < sizeof(*ip6) || !IS_ALIGNED((unsigned long)data, sizeof(u32)) ||
	    qmap_ip_len(data, len) != len)
		return 0;
	if (data[0] == QMAP_IPV4_FIRST_BYTE)
		return ip->protocol == IPPROTO_TCP && !ip_is_fragment(ip) &&
		       !ip_fast_csum(data, 5) ? sizeof(*ip) : 0;
	return ip6->version == 6 && ip6->nexthdr == IPPROTO_TCP ? sizeof(*ip6) : 0;
}

static bool qmap_gro_begin(struct run *run, const struct qmap_frame *frame)
{
	const struct tcphdr *th;

	run->data = frame->data;
	run->stride = frame->size;
	run->segments = 1;
	run->size = frame->size;
	run->id_step = 1;
	run->ip_len = qmap_gro_ip_header(frame->data, frame->len);
	if (!run->ip_len || frame->len < run->ip_len + sizeof(*th))
		return false;

	th = tcp_of(run, 0);
	run->header = run->ip_len + th->doff * 4;
	if (th->doff * 4 < sizeof(*th) || frame->len <= run->header)
		return false;
	run->mss = frame->len - run->header;
	run->last = run->mss;
	return (tcp_flag_word(th) & (TCP_FLAGS_ALONE | TCP_FLAGS_LAST | TCP_FLAG_ACK)) ==
	       TCP_FLAG_ACK;
}

static bool qmap_gro_ipv4_continues(struct run *run, const u8 *data)
{
	const struct iphdr *first = (const void *)run->data;
	const struct iphdr *ip = (const void *)data;
	u16 step = ntohs(ip->id) - ntohs(first->id);

	/* some senders count no ids where nothing may be fragmented */
	if (run->segments == 1 && !step && first->frag_off & htons(IP_DF))
		run->id_step = 0;
	return ip->saddr == first->saddr && ip->daddr == first->daddr &&
	       ip->frag_off == first->frag_off && ip->tos == first->tos &&
	       ip->ttl == first->ttl &&
	       step == (u16)(run->segments * run->id_step);
}

static bool qmap_gro_ipv6_continues(const struct run *run, const u8 *data)
{
	const struct ipv6hdr *first = (const void *)run->data;
	const struct ipv6hdr *ip6 = (const void *)data;

	/* version, traffic class and flow label are the first word */
	return *(const __be32 *)ip6 == *(const __be32 *)first &&
	       ip6->hop_limit == first->hop_limit &&
	       ipv6_addr_equal(&ip6->saddr, &first->saddr) &&
	       ipv6_addr_equal(&ip6->daddr, &first->daddr);
}

static bool qmap_gro_tcp_continues(const struct run *run, const struct tcphdr *th)
{
	const struct tcphdr *first = tcp_of(run, 0);

	return th->source == first->source && th->dest == first->dest &&
	       ntohl(th->seq) == ntohl(first->seq) + run->segments * run->mss &&
	       th->ack_seq == first->ack_seq &&
	       !((tcp_flag_word(th) ^ tcp_flag_word(first)) & ~TCP_FLAGS_LAST) &&
	       !memcmp(th + 1, first + 1, first->doff * 4 - sizeof(*th));
}

/* Return: whether it is the run's next segment. */
static bool qmap_gro_extend(struct run *run, const struct qmap_frame *frame)
{
	unsigned int payload = frame->len - run->header;
	const u8 *data = frame->data;

	if (frame->len <= run->header || payload > run->mss ||
	    qmap_gro_ip_header(data, frame->len) != run->ip_len)
		return false;
	if (run->ip_len == sizeof(struct iphdr) ? !qmap_gro_ipv4_continues(run, data) :
						  !qmap_gro_ipv6_continues(run, data))
		return false;
	if (!qmap_gro_tcp_continues(run, (const void *)(data + run->ip_len)))
		return false;

	run->segments++;
	run->size += frame->size;
	run->last = payload;
	return true;
}

static bool run_is_over(const struct run *run)
{
	return run->last < run->mss ||
	       tcp_flag_word(tcp_of(run, run->segments - 1)) & TCP_FLAGS_LAST;
}

static void qmap_gro_find_run(struct run *run, const struct qmap_frame *frame)
{
	struct qmap_frame next = *frame;

	while (!run_is_over(run) &&
	       run->header + (run->segments + 1) * run->mss < run->limit) {
		if (qmap_decode(next.data + next.len + next.pad, next.left,
				&next) != QMAP_RX_FRAMES ||
		    next.mux_id != frame->mux_id ||
		    next.csum_valid < frame->csum_valid ||
		    next.data != run->data + run->segments * run->stride ||
		    !qmap_gro_extend(run, &next))
			break;
	}
}

static unsigned int segment_len(const struct run *run, unsigned int n)
{
	return n + 1 < run->segments ? run->mss : run->last;
}

static __sum16 tcp_csum(const struct run *run, const u8 *data, unsigned int len,
			__wsum csum)
{
	const struct ipv6hdr *ip6 = (const void *)data;
	const struct iphdr *ip = (const void *)data;

	if (run->ip_len == sizeof(*ip))
		return tcp_v4_check(len, ip->saddr, ip->daddr, csum);
	return tcp_v6_check(len, &ip6->saddr, &ip6->daddr, csum);
}

/* Return: whether the checksum was right; for the payload it is computed while
 * that is copied.
 */
static bool qmap_gro_copy_segment(const struct run *run, unsigned int n, u8 *to,
				  bool csum_valid)
{
	unsigned int thlen = run->header - run->ip_len, len = segment_len(run, n);
	const u8 *data = run->data + n * run->stride;
	__wsum csum;

	if (csum_valid) {
		memcpy(to, data + run->header, len);
		return true;
	}
	csum = csum_partial_copy_nocheck(data + run->header, to, len);
	csum = csum_partial(data + run->ip_len, thlen, csum);
	return !tcp_csum(run, data, thlen + len, csum);
}

/* Return: how many bytes were copied; the run ends before a wrong checksum. */
static unsigned int qmap_gro_copy_run(struct run *run, u8 *to, bool csum_valid)
{
	unsigned int n, bytes = 0;

	for (n = 0; n < run->segments; n++) {
		if (!qmap_gro_copy_segment(run, n, to + bytes, csum_valid)) {
			run->segments = n;
			run->size = n * run->stride;
			break;
		}
		bytes += segment_len(run, n);
	}
	return bytes;
}

static unsigned int ipv4_gso_type(const struct run *run)
{
	if (!run->id_step)
		return SKB_GSO_TCPV4 | SKB_GSO_TCP_FIXEDID;
	return QMAP_GSO_TCPV4;
}

/* What GRO's completion does. */
static void qmap_gro_finish(const struct run *run, struct sk_buff *skb)
{
	struct skb_shared_info *shinfo = skb_shinfo(skb);
	struct ipv6hdr *ip6 = (void *)skb->data;
	struct iphdr *ip = (void *)skb->data;
	struct tcphdr *th = (void *)(skb->data + run->ip_len);

	shinfo->gso_size = run->mss;
	shinfo->gso_segs = run->segments;
	if (run->ip_len == sizeof(*ip)) {
		shinfo->gso_type = ipv4_gso_type(run);
		ip->tot_len = htons(skb->len);
		ip_send_check(ip);
	} else {
		shinfo->gso_type = SKB_GSO_TCPV6;
		ip6->payload_len = htons(skb->len - sizeof(*ip6));
	}
	tcp_flag_word(th) |= tcp_flag_word(tcp_of(run, run->segments - 1)) &
			     TCP_FLAGS_LAST;
	th->check = ~tcp_csum(run, skb->data, skb->len - run->ip_len, 0);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u8 *)th - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/* What is small shares a page with others, as one may have 64 KiB. */
static u8 *qmap_gro_alloc_payload(unsigned int len, unsigned int *truesize)
{
	struct page *page;

	*truesize = SKB_DATA_ALIGN(len);
	if (*truesize <= PAGE_SIZE / 2)
		return napi_alloc_frag(*truesize);
	*truesize = PAGE_SIZE << get_order(len);
	page = dev_alloc_pages(get_order(len));
	return page ? page_address(page) : NULL;
}

static struct sk_buff *qmap_gro_build(struct run *run, struct napi_struct *napi,
				      struct net_device *ndev, bool csum_valid)
{
	unsigned int bytes, truesize;
	struct sk_buff *skb;
	struct page *page;
	u8 *payload;

	skb = qmap_skb_copy(napi, ndev, run->data, run->header, false);
	if (!skb)
		return NULL;
	payload = qmap_gro_alloc_payload(run->segments * run->mss, &truesize);
	if (!payload)
		goto free;
	bytes = qmap_gro_copy_run(run, payload, csum_valid);
	page = virt_to_head_page(payload);
	skb_add_rx_frag(skb, 0, page, payload - (u8 *)page_address(page), bytes, truesize);
	if (run->segments < 2)
		goto free;
	qmap_gro_finish(run, skb);
	return skb;
free:
	kfree_skb(skb);
	return NULL;
}

/* Makes one packet of a frame and those that continue it. @frame is the first, and
 * becomes the sum of them if there is a packet. @skip, which the caller keeps, counts
 * the frames to come that are in no run for sure.
 *
 * Return: the packet, or NULL if the frame must be taken alone.
 */
struct sk_buff *qmap_gro_rx(struct napi_struct *napi, struct net_device *ndev,
			    struct qmap_frame *frame, unsigned int *skip)
{
	unsigned int found;
	struct sk_buff *skb;
	struct run run;

	if (*skip) {
		--*skip;
		return NULL;
	}
	/* GRO would chain what is in one piece: it takes single packets only */
	if (ndev->features & NETIF_F_GRO_FRAGLIST)
		return NULL;
	if (!frame->left || netif_elide_gro(ndev) || !qmap_gro_begin(&run, frame))
		return NULL;
	run.limit = qmap_gro_max_size(ndev, run.ip_len == sizeof(struct iphdr));
	qmap_gro_find_run(&run, frame);
	if (run.segments < 2)
		return NULL;
	found = run.segments;
	skb = qmap_gro_build(&run, napi, ndev, frame->csum_valid);
	/* or each of them would look at all the others again */
	*skip = found - (skb ? run.segments : 1);
	if (!skb)
		return NULL;

	frame->count = run.segments;
	frame->size = run.size;
	frame->len = run.segments * run.header + skb->data_len;
	return skb;
}
