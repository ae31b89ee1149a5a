// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links that send at once share the uplink by bytes.
 *
 * Each link has a virtual time that its bytes advance, and the link whose time is
 * least is served first (start-time fair queueing). One that comes back after a
 * while starts at the time of the link that is being served: it has lost what it
 * did not use, but no other link is before it, so its first frame is the next.
 */
#include "qmap_fq.h"

/* Most go to the end of the list. */
static void qmap_fq_insert(struct qmap_fq *fq, struct qmap_link *link)
{
	struct list_head *before = fq->links.prev;

	while (before != &fq->links &&
	       list_entry(before, struct qmap_link, fq_node)->vtime > link->vtime)
		before = before->prev;
	list_add(&link->fq_node, before);
}

/* @link: waits already, or does not */
void qmap_fq_add(struct qmap_fq *fq, struct qmap_link *link)
{
	if (!list_empty(&link->fq_node))
		return;
	qmap_fq_catch_up(fq, link);
	qmap_fq_insert(fq, link);
}

/* The first has sent something: another link may be the first now. */
void qmap_fq_requeue(struct qmap_fq *fq)
{
	struct qmap_link *link = qmap_fq_first(fq);

	if (!qmap_fq_is_preempted(fq, link))
		return;
	list_del(&link->fq_node);
	qmap_fq_insert(fq, link);
}

void qmap_fq_init(struct qmap_fq *fq)
{
	INIT_LIST_HEAD(&fq->links);
}
