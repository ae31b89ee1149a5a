// SPDX-License-Identifier: GPL-2.0-only
/* Encodes and decodes QMAP frames. It knows neither calls nor USB. */
#include <stdbool.h>

#include "qmap.h"
#include "util.h"

size_t qmap_overhead(uint32_t protocol)
{
	switch (protocol) {
	case AGGREGATION_QMAP:
		return QMAP_HEADER;
	case AGGREGATION_QMAPV5:
		return QMAP_HEADER + QMAP_CSUM_HEADER;
	default:
		return 0;
	}
}

size_t qmap_encode(uint8_t *frame, uint32_t protocol, uint8_t mux_id, size_t len, bool csum_flag)
{
	size_t overhead = qmap_overhead(protocol), padded = align4(len);

	if (!overhead)
		return len;
	frame[0] = padded - len;
	frame[1] = mux_id;
	put_be16(frame + 2, padded);
	if (protocol == AGGREGATION_QMAPV5) {
		frame[0] |= QMAP_NEXT_HEADER;
		frame[4] = QMAP_TYPE_CHECKSUM << 1;
		frame[5] = csum_flag ? QMAP_CSUM_FLAG : 0;
		put_be16(frame + 6, 0);
	}
	memset(frame + overhead + len, 0, padded - len);
	return overhead + padded;
}

size_t qmap_encode_command(uint8_t *frame, uint8_t mux_id, uint8_t name, uint32_t transaction)
{
	uint8_t *command = frame + QMAP_HEADER;

	memset(frame, 0, QMAP_HEADER + QMAP_COMMAND_SIZE);
	frame[0] = QMAP_COMMAND;
	frame[1] = mux_id;
	put_be16(frame + 2, QMAP_COMMAND_SIZE);
	command[0] = name;
	command[1] = QMAP_CMD_REQUEST;
	put_be32(command + 4, transaction);
	return QMAP_HEADER + QMAP_COMMAND_SIZE;
}

/* The length in the frame's header, even if fewer bytes are there. */
static size_t frame_size(const uint8_t *frame, size_t left)
{
	size_t size = QMAP_HEADER;

	if (left < QMAP_HEADER)
		return size;
	if ((frame[0] & (QMAP_COMMAND | QMAP_NEXT_HEADER)) == QMAP_NEXT_HEADER)
		size += QMAP_CSUM_HEADER;
	return size + get_be16(frame + 2);
}

unsigned int qmap_count(const uint8_t *data, size_t len, bool *complete)
{
	unsigned int frames = 0;
	size_t size;

	*complete = true;
	while (len && *complete) {
		size = frame_size(data, len);
		*complete = size <= len;
		size = min_size(size, len);
		data += size;
		len -= size;
		frames++;
	}
	return frames;
}

/* A command has no second header in either version, another frame has one in QMAPv5. */
static enum violation check_version(const struct qmap_frame *frame, uint32_t protocol)
{
	bool wanted = protocol == AGGREGATION_QMAPV5 && !frame->command;

	if (frame->has_csum == wanted)
		return VIOLATION_none;
	return wanted ? VIOLATION_v5_missing : VIOLATION_v5_unexpected;
}

static enum violation check_csum_header(const uint8_t *header)
{
	if (header[0] != QMAP_TYPE_CHECKSUM << 1)
		return VIOLATION_v5_header;
	if (header[1] & ~QMAP_CSUM_FLAG || get_be16(header + 2))
		return VIOLATION_v5_header;
	return VIOLATION_none;
}

static enum violation check_length(const struct qmap_frame *frame, size_t length)
{
	if (!length)
		return VIOLATION_empty_frame;
	if (frame->pad > 3 || frame->pad >= length)
		return VIOLATION_bad_pad;
	if (frame->command && frame->len != QMAP_COMMAND_SIZE)
		return VIOLATION_bad_command;
	return length % 4 ? VIOLATION_unaligned : VIOLATION_none;
}

static void take(const uint8_t **pos, size_t *left, size_t n)
{
	*pos += n;
	*left -= n;
}

enum violation qmap_decode(const uint8_t **pos, size_t *left, uint32_t protocol,
			   struct qmap_frame *frame)
{
	const uint8_t *header = *pos;
	size_t length, overhead = QMAP_HEADER;
	enum violation problem;

	*frame = (struct qmap_frame){ .start = header, .size = *left };
	if (*left < QMAP_HEADER) {
		take(pos, left, *left);
		return VIOLATION_short_header;
	}
	frame->command = header[0] & QMAP_COMMAND;
	frame->has_csum = header[0] & QMAP_NEXT_HEADER;
	frame->pad = header[0] & QMAP_PAD_MASK;
	frame->mux_id = header[1];
	length = get_be16(header + 2);
	if (frame->has_csum)
		overhead += QMAP_CSUM_HEADER;
	problem = check_version(frame, protocol);
	if (problem != VIOLATION_none) {
		take(pos, left, *left);
		return problem;
	}
	if (*left < overhead + length) {
		take(pos, left, *left);
		return VIOLATION_overrun;
	}
	take(pos, left, overhead + length);
	frame->size = overhead + length;
	frame->packet = header + overhead;
	frame->len = length > frame->pad ? length - frame->pad : 0;
	if (frame->has_csum) {
		frame->csum_flag = header[QMAP_HEADER + 1] & QMAP_CSUM_FLAG;
		problem = check_csum_header(header + QMAP_HEADER);
		if (problem != VIOLATION_none)
			return problem;
	}
	return check_length(frame, length);
}
