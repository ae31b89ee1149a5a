// SPDX-License-Identifier: GPL-2.0-only
/*
 * DIAG, enough to be recognised: it answers VERSION_INFO and refuses everything else.
 *
 *   frame   command | data | CRC-16/X.25, little endian | 7e
 *           7e and 7d inside are sent as 7d and the byte with bit 5 toggled
 */
#include "modem.h"
#include "util.h"

#define FLAG		0x7e
#define ESCAPE		0x7d
#define ESCAPE_BIT	0x20
#define CRC_SIZE	2

enum { VERSION_INFO = 0, BAD_COMMAND = 19 };

/* What follows the command in the answer to VERSION_INFO */
struct version_info {
	char compile_date[11], compile_time[8];
	char release_date[11], release_time[8];
	char model[8];
	uint8_t station_class, revision, model_number, firmware[2], slot_cycle, hardware[2];
};

static uint16_t crc16(const uint8_t *data, size_t len)
{
	uint16_t crc = 0xffff;
	int bit;

	while (len--) {
		crc ^= *data++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x8408 : 0);
	}
	return ~crc;
}

/* Removes escapes in place. Returns the new length. */
static size_t unescape(uint8_t *frame, size_t len)
{
	size_t from, to = 0;

	for (from = 0; from < len; from++) {
		if (frame[from] == ESCAPE && from + 1 < len)
			frame[to++] = frame[++from] ^ ESCAPE_BIT;
		else
			frame[to++] = frame[from];
	}
	return to;
}

static void send(struct serial_port *port, uint8_t *frame, size_t len)
{
	static const uint8_t flag = FLAG;
	size_t i;

	put_le16(frame + len, crc16(frame, len));
	for (i = 0; i < len + CRC_SIZE; i++) {
		uint8_t escaped[] = { ESCAPE, frame[i] ^ ESCAPE_BIT };

		if (frame[i] == FLAG || frame[i] == ESCAPE)
			serial_write(port, escaped, sizeof(escaped));
		else
			serial_write(port, frame + i, 1);
	}
	serial_write(port, &flag, 1);
}

static void send_version(struct modem *m, struct serial_port *port)
{
	uint8_t frame[1 + sizeof(struct version_info) + CRC_SIZE] = { VERSION_INFO };
	struct version_info info = {
		.compile_date = "Jan 01 2026", .compile_time = "00:00:00",
		.release_date = "Jan 01 2026", .release_time = "00:00:00",
	};

	memcpy(info.model, m->product->model, min_size(strlen(m->product->model), 8));
	memcpy(frame + 1, &info, sizeof(info));
	send(port, frame, 1 + sizeof(info));
}

void diag_receive(struct modem *m, struct serial_port *port, uint8_t *frame, size_t len)
{
	uint8_t refusal[1 + SERIAL_LINE_MAX] = { BAD_COMMAND };

	len = unescape(frame, len);
	if (len <= CRC_SIZE || get_le16(frame + len - CRC_SIZE) != crc16(frame, len - CRC_SIZE))
		return;
	len -= CRC_SIZE;
	if (frame[0] == VERSION_INFO) {
		send_version(m, port);
		return;
	}
	memcpy(refusal + 1, frame, len);
	send(port, refusal, 1 + len);
}
