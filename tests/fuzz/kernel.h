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
#define __rcu
#define __user

#define be16_to_cpu	__be16_to_cpu
#define cpu_to_be16	__cpu_to_be16
#define ntohs		__be16_to_cpu
#define ntohl		__be32_to_cpu
#define htons		__cpu_to_be16

#define BIT(n)			(1UL << (n))
#define GENMASK(high, low)	((~0UL >> (63 - (high))) & (~0UL << (low)))
#define FIELD_SHIFT(mask)	__builtin_ctzl(mask)
#define FIELD_GET(mask, reg)	(((reg) & (mask)) >> FIELD_SHIFT(mask))
#define FIELD_PREP(mask, val)	(((val) << FIELD_SHIFT(mask)) & (mask))
#define ALIGN(n, to)		(((n) + (to) - 1) & ~((to) - 1))
#define IS_ALIGNED(n, to)	(!((n) & ((to) - 1)))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define WRITE_ONCE(to, value)	((to) = (value))

/* What the driver's structures are made of, and nothing here looks into. */
struct list_head { struct list_head *next, *prev; };
struct hrtimer { int unused; };
struct delayed_work { int unused; };
struct dql { int unused; };
struct mutex { int unused; };
struct napi_struct { int unused; };
struct tso_t { int unused; };
typedef struct { int unused; } spinlock_t;
typedef __s64 ktime_t;
typedef unsigned int gfp_t;
typedef unsigned int netdev_tx_t;
typedef __u64 netdev_features_t;

enum {
	NETIF_F_RXCSUM = BIT(0),
	NETIF_F_GRO = BIT(1),
	NETIF_F_GRO_FRAGLIST = BIT(2),
};

struct net_device {
	netdev_features_t features;
	struct { unsigned long rx_dropped, rx_errors; } stats;
};

#endif
