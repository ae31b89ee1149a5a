/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From frames to packets of the stack: qmap_skb.c, and qmap_gro.c for a run of TCP
 * segments. All of it is called by NAPI.
 */
#ifndef _QMAP_SKB_H
#define _QMAP_SKB_H

#include "qmap_agg.h"

struct napi_struct;
struct net_device;
struct sk_buff;

struct sk_buff *qmap_skb_copy(struct napi_struct *napi, struct net_device *ndev,
			      const u8 *data, unsigned int len, bool has_header);
struct sk_buff *qmap_skb_from_frame(struct napi_struct *napi, struct net_device *ndev,
				    const struct qmap_frame *frame, u8 transport);
struct sk_buff *qmap_gro_rx(struct napi_struct *napi, struct net_device *ndev,
			    struct qmap_frame *frame, unsigned int *skip);

#endif
