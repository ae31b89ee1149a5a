/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start-time fair queueing of the links that wait to send. All is under tx.lock.
 */
#ifndef _QMAP_FQ_H
#define _QMAP_FQ_H

#include "qmap_wwan.h"

void qmap_fq_init(struct qmap_fq *fq);
void qmap_fq_add(struct qmap_fq *fq, struct qmap_link *link);
void qmap_fq_requeue(struct qmap_fq *fq);

static inline void qmap_fq_del(struct qmap_link *link)
{
	list_del_init(&link->fq_node);
}

static inline struct qmap_link *qmap_fq_first(struct qmap_fq *fq)
{
	return list_first_entry_or_null(&fq->links, struct qmap_link, fq_node);
}

/* A link that has not sent for a while is not ahead of the others for that. */
static inline void qmap_fq_catch_up(const struct qmap_fq *fq,
				    struct qmap_link *link)
{
	link->vtime = max(link->vtime, fq->vtime);
}

/* @link: the first, or nobody waits */
static inline void qmap_fq_charge(struct qmap_fq *fq, struct qmap_link *link,
				  unsigned int bytes)
{
	fq->vtime = link->vtime;
	link->vtime += bytes;
}

/* Return: whether another link must be served before @link goes on. */
static inline bool qmap_fq_is_preempted(const struct qmap_fq *fq,
					const struct qmap_link *link)
{
	return !list_is_last(&link->fq_node, &fq->links) &&
	       list_next_entry(link, fq_node)->vtime < link->vtime;
}

#endif
