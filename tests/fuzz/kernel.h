/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as the files under test need, in a program. Each of its headers that
 * they include and that the system does not have is this one: the Makefile has their names.
 */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include <asm/byteorder.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define __packed	__attribute__((__packed__))

#define be16_to_cpu	__be16_to_cpu
#define cpu_to_be16	__cpu_to_be16
#define ntohs		__be16_to_cpu
#define ntohl		__be32_to_cpu
#define htons		__cpu_to_be16

#define BIT(n)			(1UL << (n))
#define GENMASK(high, low)	((~0UL >> (__SIZEOF_LONG__ * 8 - 1 - (high))) & (~0UL << (low)))
#define FIELD_SHIFT(mask)	__builtin_ctzl(mask)
#define FIELD_GET(mask, reg)	(((reg) & (mask)) >> FIELD_SHIFT(mask))
#define FIELD_PREP(mask, val)	(((val) << FIELD_SHIFT(mask)) & (mask))
#define ALIGN(n, to)		(((n) + (to) - 1) & ~((to) - 1))
#define IS_ALIGNED(n, to)	(!((n) & ((to) - 1)))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))

struct net_device {
	__u64 features;
};

enum {
	NETIF_F_RXCSUM = BIT(0),
	NETIF_F_GRO = BIT(1),
	NETIF_F_GRO_FRAGLIST = BIT(2),
};

static inline bool netif_elide_gro(const struct net_device *ndev)
{
	return !(ndev->features & NETIF_F_GRO);
}

/* What qmap_compat.h gives. */
#define _QMAP_COMPAT_H
#define QMAP_GSO_TCPV4		SKB_GSO_TCPV4

/* Pages are memory of their exact size. */
#define PAGE_SIZE		4096UL
#define page_address(page)	((void *)(page))
#define virt_to_head_page(addr)	((struct page *)(addr))
#define SKB_DATA_ALIGN(size)	ALIGN(size, 64U)

struct page;

static inline unsigned int get_order(unsigned long size)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}

/* A packet: a head, and at most one fragment behind what is in it. */
struct skb_shared_info {
	unsigned short gso_size;
	unsigned short gso_segs;
	unsigned int gso_type;
	struct page *frag;
};

struct sk_buff {
	struct net_device *dev;
	u8 *head;
	u8 *data;
	unsigned int len;
	unsigned int data_len;
	u8 ip_summed;
	u16 csum_start;
	u16 csum_offset;
	struct skb_shared_info shinfo;
};

enum { CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };
enum {
	SKB_GSO_TCPV4 = BIT(0), SKB_GSO_DODGY = BIT(1), SKB_GSO_TCP_FIXEDID = BIT(3),
	SKB_GSO_TCPV6 = BIT(4),
};

#define skb_shinfo(skb)		(&(skb)->shinfo)

static inline unsigned int qmap_gro_max_size(const struct net_device *ndev, bool ipv4)
{
	(void)ndev, (void)ipv4;
	return 65536;
}

struct page *dev_alloc_pages(unsigned int order);
void *napi_alloc_frag(unsigned int size);
void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int size,
		     unsigned int truesize);
void kfree_skb(struct sk_buff *skb);

/* Checksums */

/* Not of interest to the fuzzer. */
static inline __attribute__((no_sanitize("coverage"))) __wsum
csum_partial(const void *from, int len, __wsum wsum)
{
	u64 sum = wsum;
	const u8 *p;

	for (p = from; len > 0; p += 2, len -= 2) {
		u16 word = 0;

		memcpy(&word, p, len > 1 ? 2 : 1);
		sum += word;
	}
	return (u32)sum + (sum >> 32);
}

static inline __wsum csum_partial_copy_nocheck(const void *from, void *to, int len)
{
	memcpy(to, from, len);
	return csum_partial(to, len, 0);
}

static inline __sum16 csum_fold(__wsum sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static inline __sum16 tcp_v4_check(int len, __be32 from, __be32 to, __wsum sum)
{
	const struct { __be32 from, to; __be16 protocol, len; } pseudo = {
		from, to, htons(IPPROTO_TCP), htons(len),
	};

	return csum_fold(csum_partial(&pseudo, sizeof(pseudo), sum));
}

static inline __sum16 tcp_v6_check(int len, const struct in6_addr *from,
				   const struct in6_addr *to, __wsum sum)
{
	const struct { struct in6_addr from, to; __be16 protocol, len; } pseudo = {
		*from, *to, htons(IPPROTO_TCP), htons(len),
	};

	return csum_fold(csum_partial(&pseudo, sizeof(pseudo), sum));
}

/* IP headers */

#define IP_DF		0x4000
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff

static inline __sum16 ip_fast_csum(const void *header, unsigned int words)
{
	return csum_fold(csum_partial(header, words * 4, 0));
}

static inline void ip_send_check(struct iphdr *ip)
{
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
}

static inline bool ip_is_fragment(const struct iphdr *ip)
{
	return ip->frag_off & htons(IP_MF | IP_OFFSET);
}

static inline bool ipv6_addr_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

#endif
