/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CARD_H
#define CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARD_FILE_MAX	32
#define CARD_ICCID	0x2fe2

/* Status words */
enum { CARD_OK = 0x9000, CARD_FILE_NOT_FOUND = 0x6a82 };

#define CARD_PIN_MAX	8
#define CARD_PIN_TRIES	3

/* It is there, and without a PIN, unless a test wants it otherwise. */
struct card {
	bool absent;
	char pin[CARD_PIN_MAX + 1];
	bool verified;		/* since power-on */
	uint8_t tries;		/* left before it is blocked */
};

void card_power_on(struct card *card);
bool card_is_ready(const struct card *card);
/* Counts those that are wrong. */
bool card_verify(struct card *card, const void *pin, size_t len);

/* The content of a file by its id; its size, or 0 if there is no such file. */
size_t card_read(uint16_t file, uint8_t data[CARD_FILE_MAX]);

#endif
