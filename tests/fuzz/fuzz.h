/* SPDX-License-Identifier: GPL-2.0-only */
/* What the targets share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void *allocate(size_t size)
{
	void *p = malloc(size);

	if (!p)
		abort();
	return p;
}

/* No byte behind it is anyone's, so that the sanitizer sees who reads there. */
static inline uint8_t *exact_copy(const uint8_t *data, size_t size)
{
	uint8_t *copy = allocate(size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

static inline void print_bytes(const char *what, const uint8_t *bytes, size_t len)
{
	size_t i;

	fprintf(stderr, "%-9s", what);
	for (i = 0; i < len; i++)
		fprintf(stderr, i % 4 ? "%02x" : " %02x", bytes[i]);
	fprintf(stderr, "\n");
}

#endif
