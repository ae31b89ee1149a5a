/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BROKEN_H
#define BROKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

/* From the next plug on deviate in these ways, at most so many; NULL or what is wrong. */
#define DEVIATIONS_MAX	4
const char *broken_set(char *const names[]);

/* Spoil a descriptor of @len bytes. Returns how many it has then. */
size_t broken_descriptor(const struct modem *m, uint8_t type, uint8_t *desc, size_t len);

/* Whether the control request with this setup packet is not answered but stalled. */
bool broken_stalls(const uint8_t setup[8]);

#endif
