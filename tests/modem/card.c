// SPDX-License-Identifier: GPL-2.0-only
/* The SIM card: the files that identify the subscriber. */
#include <string.h>

#include "card.h"
#include "identity.h"
#include "util.h"

#define ICCID_SIZE	10
#define IMSI_SIZE	9
#define SPN_SIZE	17
#define EMERGENCY_SIZE	15

void card_power_on(struct card *card)
{
	card->verified = false;
	if (!card->tries)
		card->tries = CARD_PIN_TRIES;
}

bool card_is_ready(const struct card *card)
{
	return !card->absent && (!*card->pin || card->verified);
}

bool card_verify(struct card *card, const void *pin, size_t len)
{
	if (!card->tries)
		return false;
	card->verified = len == strlen(card->pin) && !memcmp(pin, card->pin, len);
	card->tries = card->verified ? CARD_PIN_TRIES : card->tries - 1;
	return card->verified;
}

/* Two digits per byte, the first in the low half. An f fills the last byte. */
static void put_digits(uint8_t *p, const char *digits)
{
	for (; digits[0] && digits[1]; digits += 2)
		*p++ = (digits[1] - '0') << 4 | (digits[0] - '0');
	if (digits[0])
		*p = 0xf0 | (digits[0] - '0');
}

static size_t read_iccid(uint8_t *data)
{
	put_digits(data, ICCID);
	return ICCID_SIZE;
}

/* The length, a nibble for "IMSI, odd number of digits", the digits. */
static size_t read_imsi(uint8_t *data)
{
	data[0] = IMSI_SIZE - 1;
	put_digits(data + 1, "9" IMSI);
	return IMSI_SIZE;
}

/* Normal operation, and two digits for the MNC. */
static size_t read_administrative_data(uint8_t *data)
{
	static const uint8_t content[] = { 0, 0, 0, 2 };

	memcpy(data, content, sizeof(content));
	return sizeof(content);
}

/* The display condition, the name, and padding. */
static size_t read_provider_name(uint8_t *data)
{
	data[0] = 1;
	memset(data + 1, 0xff, SPN_SIZE - 1);
	memcpy(data + 1, NETWORK, strlen(NETWORK));
	return SPN_SIZE;
}

/* The operator's group of the subscriber, on two levels. */
static size_t read_group1(uint8_t *data)
{
	data[0] = 0x51;
	return 1;
}

static size_t read_group2(uint8_t *data)
{
	data[0] = 0x52;
	return 1;
}

/* Up to five, of six digits each. */
static size_t read_emergency_numbers(uint8_t *data)
{
	memset(data, 0xff, EMERGENCY_SIZE);
	put_digits(data, "112");
	put_digits(data + 3, "911");
	return EMERGENCY_SIZE;
}

static const struct {
	uint16_t file;
	size_t (*read)(uint8_t *data);
} files[] = {
	{ CARD_ICCID, read_iccid },
	{ 0x6f07, read_imsi },
	{ 0x6f3e, read_group1 },
	{ 0x6f3f, read_group2 },
	{ 0x6f46, read_provider_name },
	{ 0x6fad, read_administrative_data },
	{ 0x6fb7, read_emergency_numbers },
};

size_t card_read(uint16_t file, uint8_t data[CARD_FILE_MAX])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i].file == file)
			return files[i].read(data);
	return 0;
}
