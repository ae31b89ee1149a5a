/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdint.h>

struct modem;

/*
 * Send @count transfers, whenever the host takes one. They follow from the seed, the calls that
 * are up, the format agreed on and the length of the host's URBs. Each fourth is a good one, and
 * so is the last.
 */
void mutate_start(struct modem *m, unsigned long count, uint32_t seed);

#endif
