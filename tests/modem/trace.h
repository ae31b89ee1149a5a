/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

void trace_enable(bool on);

/* @arrow: "->" from the host, "<-" to it. */
void trace_qmi(struct modem *m, const char *arrow, const uint8_t *frame, size_t len);
void trace_transfer(struct modem *m, const char *arrow, uint32_t protocol, const uint8_t *data,
		    size_t len);

void trace_hexdump(const uint8_t *bytes, size_t len);

#endif
