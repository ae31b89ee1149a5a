// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet on its way into aggregates: checked, cut into segments if it is a
 * GSO packet, copied, and its checksums computed on the way.
 *
 * Segments are cut straight into the aggregate, so the stack is crossed once
 * for up to 64 KiB of TCP or UDP. All but ndo_features_check is under tx.lock.
 */
#include "qmap_wwan.h"
#include "qmap_compat.h"

#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/tso.h>

/* Return: bytes of the IP packet, without what an Ethernet device may have
 * padded it with; 0 if it is none.
 */
static unsigned int ip_packet_len(struct sk_buff *skb)
{
	unsigned int header_len = min_t(unsigned int, skb->len, sizeof(struct ipv6hdr));
	unsigned int len;

	if (!pskb_may_pull(skb, header_len))
		return 0;
	len = qmap_ip_len(skb->data, header_len);
	return len <= skb->len ? len : 0;
}

/* A packet socket may ask for a checksum anywhere, one of AF_XDP also in front of
 * what is left of its frame.
 */
static bool csum_is_inside(const struct sk_buff *skb, unsigned int len)
{
	int start = skb_checksum_start_offset(skb);

	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       (start >= 0 && start + skb->csum_offset + sizeof(__sum16) <= len);
}

static bool qmap_packet_init_single(struct qmap_packet *packet, bool ethernet)
{
	packet->gso_size = 0;
	packet->header = 0;
	packet->left = ethernet ? packet->skb->len : ip_packet_len(packet->skb);
	return packet->left && csum_is_inside(packet->skb, packet->left);
}

/* XDP redirects packets that nobody has validated. */
static bool is_segmentable(const struct sk_buff *skb)
{
	return net_gso_ok(QMAP_FEATURES, skb_shinfo(skb)->gso_type & ~SKB_GSO_DODGY);
}

static bool has_transport_header(const struct sk_buff *skb, unsigned int len)
{
	int network = skb_network_offset(skb), transport = skb_transport_offset(skb);
	unsigned int ip_len;

	if (network < 0 || transport < network + (int)sizeof(struct iphdr) ||
	    transport + len > skb_headlen(skb))
		return false;
	ip_len = ip_hdr(skb)->version == 4 ? ip_hdr(skb)->ihl * 4 :
					     sizeof(struct ipv6hdr);
	return transport == network + ip_len;
}

/* The protocol decides how headers are cut and checksums computed. */
static bool is_what_it_says(const struct qmap_packet *packet)
{
	return ip_hdr(packet->skb)->version == (packet->tso.ipv6 ? 6 : 4);
}

/* Return: bytes of the transport's header. */
static unsigned int tlen_of(const struct qmap_packet *packet)
{
	return qmap_tso_tlen(packet->skb, &packet->tso);
}

static bool qmap_packet_init_gso(struct qmap_packet *packet)
{
	struct sk_buff *skb = packet->skb;
	unsigned int least = skb_is_gso_tcp(skb) ? sizeof(struct tcphdr) :
						   sizeof(struct udphdr);

	packet->gso_size = skb_shinfo(skb)->gso_size;
	if (!is_segmentable(skb) || !has_transport_header(skb, least))
		return false;
	packet->header = tso_start(skb, &packet->tso);
	packet->left = skb->len - packet->header;
	return is_what_it_says(packet) && tlen_of(packet) >= least &&
	       skb_headlen(skb) >= packet->header && packet->left;
}

/* Takes @skb in hand, without the Ethernet header that the modem does not see.
 *
 * Context: ndo_start_xmit.
 * Return: false if it cannot be sent.
 */
bool qmap_packet_init(struct qmap_packet *packet, struct qmap_link *link,
		      struct sk_buff *skb)
{
	bool ok, muxed = qmap_link_is_muxed(link);
	unsigned int longest;

	lockdep_assert_held(&link->modem->tx.lock);
	packet->skb = skb;
	packet->frames = 0;
	if (link->ethernet && muxed && !pskb_pull(skb, ETH_HLEN))
		return false;

	ok = skb_is_gso(skb) ? qmap_packet_init_gso(packet) :
			       qmap_packet_init_single(packet, qmap_link_is_ethernet(link));
	longest = qmap_packet_segment(packet);
	return ok && (muxed ? qmap_frame_size(longest, true) : longest) <= QMAP_TX_SIZE;
}

static unsigned int payload_len(const struct qmap_packet *packet)
{
	return packet->gso_size ? min(packet->gso_size, packet->left) :
				  packet->left;
}

/* Return: bytes of the next segment with its headers. */
unsigned int qmap_packet_segment(const struct qmap_packet *packet)
{
	return packet->header + payload_len(packet);
}

/* What the checksum belongs to, if it is right behind the IP header. */
static u8 transport_protocol(const struct sk_buff *skb)
{
	unsigned int len = skb_checksum_start_offset(skb);
	const struct ipv6hdr *ip6 = (const void *)skb->data;
	const struct iphdr *ip = (const void *)skb->data;

	if (len >= sizeof(*ip) && ip->version == 4 && len == ip->ihl * 4)
		return ip->protocol;
	if (len == sizeof(*ip6) && ip->version == 6)
		return ip6->nexthdr;
	return IPPROTO_RAW;
}

/* Return: whether the modem could compute a checksum: it knows TCP's and UDP's. */
bool qmap_packet_wants_csum(const struct qmap_packet *packet)
{
	const struct sk_buff *skb = packet->skb;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return false;
	switch (transport_protocol(skb)) {
	case IPPROTO_TCP:
		return skb->csum_offset == offsetof(struct tcphdr, check);
	case IPPROTO_UDP:
		return skb->csum_offset == offsetof(struct udphdr, check);
	}
	return false;
}

static void qmap_packet_copy_single(struct qmap_packet *packet, u8 *buf, bool csum_by_modem)
{
	const struct sk_buff *skb = packet->skb;
	unsigned int start;
	__sum16 *check;
	__wsum csum;

	if (skb->ip_summed != CHECKSUM_PARTIAL) {
		skb_copy_bits(skb, 0, buf, packet->left);
		return;
	}
	start = skb_checksum_start_offset(skb);
	check = (__sum16 *)(buf + start + skb->csum_offset);
	if (csum_by_modem) {
		skb_copy_bits(skb, 0, buf, packet->left);
		*check = 0;
		return;
	}
	if (skb_is_nonlinear(skb)) {
		skb_copy_bits(skb, 0, buf, start);
		csum = skb_copy_and_csum_bits(skb, start, buf + start,
					      packet->left - start);
	} else {
		memcpy(buf, skb->data, start);
		csum = csum_partial_copy_nocheck(skb->data + start, buf + start,
						 packet->left - start);
	}
	*check = csum_fold(csum) ?: CSUM_MANGLED_0;
}

static __sum16 transport_csum(const struct qmap_packet *packet, const u8 *network,
			      const u8 *transport, unsigned int len, __wsum csum)
{
	const struct ipv6hdr *ip6 = (const void *)network;
	const struct iphdr *ip = (const void *)network;
	u8 protocol = skb_is_gso_tcp(packet->skb) ? IPPROTO_TCP : IPPROTO_UDP;

	csum = csum_partial(transport, tlen_of(packet), csum);
	if (packet->tso.ipv6)
		return csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len, protocol, csum);
	return csum_tcpudp_magic(ip->saddr, ip->daddr, len, protocol, csum);
}

static __sum16 *check_of(const struct qmap_packet *packet, u8 *transport)
{
	return skb_is_gso_tcp(packet->skb) ? &((struct tcphdr *)transport)->check :
					     &((struct udphdr *)transport)->check;
}

static void qmap_packet_copy_segment(struct qmap_packet *packet, u8 *buf, bool csum_by_modem)
{
	struct sk_buff *skb = packet->skb;
	unsigned int size = payload_len(packet);
	u8 *network = buf + skb_network_offset(skb);
	u8 *transport = buf + skb_transport_offset(skb);
	__sum16 *check = check_of(packet, transport);
	__wsum csum;

	tso_build_hdr(skb, buf, &packet->tso, size, size == packet->left);
	packet->tso.tcp_seq += size;
	if (skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID)
		packet->tso.ip_id--;	/* tso_build_hdr() counts */
	if (!packet->tso.ipv6)
		ip_send_check((struct iphdr *)network);

	*check = 0;
	if (csum_by_modem) {
		skb_copy_bits(skb, skb->len - packet->left, buf + packet->header, size);
		return;
	}
	csum = skb_copy_and_csum_bits(skb, skb->len - packet->left,
				      buf + packet->header, size);
	*check = transport_csum(packet, network, transport,
				tlen_of(packet) + size, csum) ?: CSUM_MANGLED_0;
}

/* Writes the next segment. @csum_by_modem: the modem computes TCP's or UDP's checksum. */
void qmap_packet_copy(struct qmap_packet *packet, u8 *buf, bool csum_by_modem)
{
	if (packet->gso_size)
		qmap_packet_copy_segment(packet, buf, csum_by_modem);
	else
		qmap_packet_copy_single(packet, buf, csum_by_modem);
	packet->left -= payload_len(packet);
	packet->frames++;
}

/* ndo_features_check */
netdev_features_t qmap_packet_features(struct sk_buff *skb,
				       struct net_device *ndev,
				       netdev_features_t features)
{
	features = vlan_features_check(skb, features);
	/* tso_build_hdr() knows no extension headers */
	if (skb_is_gso(skb) && skb->protocol == htons(ETH_P_IPV6) &&
	    skb_network_header_len(skb) != sizeof(struct ipv6hdr))
		features &= ~NETIF_F_GSO_MASK;
	return features;
}
