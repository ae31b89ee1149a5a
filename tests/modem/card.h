/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CARD_H
#define CARD_H

#include <stddef.h>
#include <stdint.h>

#define CARD_FILE_MAX	32
#define CARD_ICCID	0x2fe2

/* Status words */
enum { CARD_OK = 0x9000, CARD_FILE_NOT_FOUND = 0x6a82 };

/* The content of a file by its id; its size, or 0 if there is no such file. */
size_t card_read(uint16_t file, uint8_t data[CARD_FILE_MAX]);

#endif
