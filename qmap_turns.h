/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose turn it is to send, for qmap_tx.c. All is under tx.lock.
 */
#ifndef _QMAP_TURNS_H
#define _QMAP_TURNS_H

#include "qmap_wwan.h"

#include <linux/list.h>

void qmap_turns_init(struct qmap_turns *turns);
void qmap_turns_join(struct qmap_turns *turns, struct qmap_link *link);
void qmap_turns_leave(struct qmap_link *link);
void qmap_turns_next(struct qmap_turns *turns);

static inline struct qmap_link *qmap_turns_first(struct qmap_turns *turns)
{
	return list_first_entry_or_null(&turns->links, struct qmap_link, turn);
}

/* A link that has not sent for a while is not to be behind for that. */
static inline void qmap_turns_catch_up(const struct qmap_turns *turns,
				       struct qmap_link *link)
{
	link->clock = max(link->clock, turns->clock);
}

/* The link is the first, or nobody waits. */
static inline void qmap_turns_charge(struct qmap_turns *turns,
				     struct qmap_link *link, unsigned int bytes)
{
	turns->clock = link->clock;
	link->clock += bytes;
}

static inline bool qmap_turns_is_over(const struct qmap_turns *turns,
				      const struct qmap_link *link)
{
	return !list_is_last(&link->turn, &turns->links) &&
	       list_next_entry(link, turn)->clock < link->clock;
}

#endif
