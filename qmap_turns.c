// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose turn it is: links that send at once share the uplink by bytes.
 *
 * Each link has a clock that its bytes advance, and the link whose clock is
 * behind is served first (start-time fair queueing). One that comes back after a
 * while is set to the time of the link that is being served: it has lost what it
 * did not use, and is behind all others, so its first frame is the next.
 */
#include "qmap_turns.h"

/* The list is sorted by the clocks. Most go to its end. */
static void insert(struct qmap_turns *turns, struct qmap_link *link)
{
	struct list_head *before = turns->links.prev;

	while (before != &turns->links &&
	       list_entry(before, struct qmap_link, turn)->clock > link->clock)
		before = before->prev;
	list_add(&link->turn, before);
}

/**
 * qmap_turns_join() - have a link wait for its turn
 * @turns: of its modem
 * @link: waits already, or does not
 *
 * Context: tx.lock.
 */
void qmap_turns_join(struct qmap_turns *turns, struct qmap_link *link)
{
	if (!list_empty(&link->turn))
		return;
	qmap_turns_catch_up(turns, link);
	insert(turns, link);
}

/**
 * qmap_turns_leave() - have it wait no longer
 * @link: waits, or does not
 *
 * Context: tx.lock.
 */
void qmap_turns_leave(struct qmap_link *link)
{
	list_del_init(&link->turn);
}

/**
 * qmap_turns_next() - the first has sent something: see who is the first now
 * @turns: of a modem, with links that wait
 *
 * Context: tx.lock.
 */
void qmap_turns_next(struct qmap_turns *turns)
{
	struct qmap_link *link = qmap_turns_first(turns);

	if (!qmap_turns_is_over(turns, link))
		return;
	list_del(&link->turn);
	insert(turns, link);
}

/**
 * qmap_turns_init() - once, when the modem is bound
 * @turns: nobody waits
 */
void qmap_turns_init(struct qmap_turns *turns)
{
	INIT_LIST_HEAD(&turns->links);
}
