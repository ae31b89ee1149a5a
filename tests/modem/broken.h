/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BROKEN_H
#define BROKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

/* Deviate in these ways from the next plug on. NULL, or what is wrong with the words. */
#define DEVIATIONS_MAX	4
const char *broken_set(char *const names[]);

/* Change a descriptor of @len bytes. Returns its new length. */
size_t broken_descriptor(const struct modem *m, uint8_t type, uint8_t *desc, size_t len);

/* Whether the control request with this setup packet is stalled. */
bool broken_stalls(const uint8_t setup[8]);

#endif
