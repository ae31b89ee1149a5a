// SPDX-License-Identifier: GPL-2.0-only
/* Downlink transfers that a test composes word by word, of good and bad frames. */
#include <stdio.h>
#include <stdlib.h>

#include "ip.h"
#include "modem.h"
#include "qmap.h"
#include "script.h"
#include "util.h"

#define BAD_MUX		0xfe
#define BAD_TYPE	7
#define DISCARD_PORT	9

struct script {
	struct modem *m;
	uint32_t protocol;
	uint8_t data[2 * PACKET_MAX];
	size_t len;
	unsigned int frames;
};

/* What follows "word:"; NULL if @text begins with another word. */
static const char *after(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) ? NULL : text + len;
}

static bool read_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	*number = strtoul(text, &end, 0);
	return *text && !*end && *number <= max;
}

/* A frame around the @len bytes that are at packet_of() already. */
static uint8_t *put_frame(struct script *s, uint8_t mux_id, size_t len)
{
	uint8_t *frame = s->data + s->len;

	s->len += qmap_encode(frame, s->protocol, mux_id, len, true);
	s->frames++;
	return frame;
}

static uint8_t *packet_of(struct script *s)
{
	return s->data + s->len + qmap_overhead(s->protocol);
}

static uint8_t *put_zeros(struct script *s, uint8_t mux_id, size_t len)
{
	memset(packet_of(s), 0, len);
	return put_frame(s, mux_id, len);
}

/* The sequence number lets a test see which datagrams arrived, and in what order. */
static bool put_udp(struct script *s, const char *text)
{
	static uint32_t sequence;
	unsigned int number, size;
	uint8_t *packet = packet_of(s), *payload = packet + UDP4_HEADERS;
	const struct pdn *pdn;
	size_t len;

	if (sscanf(text, "%u:%u", &number, &size) != 2 || size < UDP4_HEADERS || size > PACKET_MAX)
		return false;
	pdn = pdn_find(s->m, number);
	if (!pdn)
		return false;
	len = size - UDP4_HEADERS;
	memset(payload, 0x55, len);
	sequence++;
	if (len >= 4)
		put_be32(payload, sequence);
	ip_put_udp4(packet, pdn_address4(pdn, PDN_GATEWAY), pdn_address4(pdn, PDN_CLIENT),
		    DISCARD_PORT, DISCARD_PORT, len);
	put_frame(s, pdn->call[0].up ? pdn->call[0].mux_id : 0x80 + pdn->profile, size);
	return true;
}

static bool put_hex(struct script *s, const char *digits)
{
	unsigned int byte;
	int used;

	for (; *digits; digits += used) {
		if (s->len == sizeof(s->data) || sscanf(digits, "%2x%n", &byte, &used) != 1 ||
		    used != 2)
			return false;
		s->data[s->len++] = byte;
	}
	return true;
}

static bool put_command(struct script *s, const char *name)
{
	unsigned long number;

	if (!strcmp(name, "disable"))
		number = QMAP_FLOW_DISABLE;
	else if (!strcmp(name, "enable"))
		number = QMAP_FLOW_ENABLE;
	else if (!read_number(name, 255, &number))
		return false;
	s->len += qmap_encode_command(s->data + s->len, 0x81, number, ++s->m->downlink.commands);
	return true;
}

/* "word:LEN", a frame of LEN zeros with one defect. */
static bool put_bad(struct script *s, const char *word)
{
	const char *text;
	unsigned long len;
	uint8_t *frame;

	if ((text = after(word, "notip:")) && read_number(text, PACKET_MAX - 3, &len)) {
		put_zeros(s, 0x81, len);
	} else if ((text = after(word, "badmux:")) && read_number(text, PACKET_MAX - 3, &len)) {
		frame = put_zeros(s, BAD_MUX, len);
		if (len)
			frame[qmap_overhead(s->protocol)] = 0x45;
	} else if ((text = after(word, "badpad:")) && read_number(text, PACKET_MAX - 3, &len)) {
		frame = put_zeros(s, 0x81, len);
		frame[0] |= QMAP_PAD_MASK;
	} else if ((text = after(word, "badtype:")) && read_number(text, PACKET_MAX - 3, &len)) {
		if (s->protocol != AGGREGATION_QMAPV5)
			return false;
		frame = put_zeros(s, 0x81, len);
		frame[QMAP_HEADER] = BAD_TYPE << 1;
	} else if ((text = after(word, "overrun:")) && read_number(text, PACKET_MAX - 3, &len)) {
		frame = put_zeros(s, 0x81, 0);
		put_be16(frame + 2, align4(len));
	} else {
		return false;
	}
	return true;
}

static bool put_word(struct script *s, const char *word)
{
	const char *text;

	if ((text = after(word, "hex:")))
		return put_hex(s, text);
	if ((text = after(word, "udp:")))
		return put_udp(s, text);
	if ((text = after(word, "cmd:")))
		return put_command(s, text);
	if (!strcmp(word, "zero"))
		return put_zeros(s, 0x81, 0);
	if (!strcmp(word, "short"))
		return put_hex(s, "0081");
	return put_bad(s, word);
}

static const char *transfer(struct script *s)
{
	stat_inc(s->m, downlink_injected);
	downlink_transfer(s->m, s->data, s->len, s->frames);
	return NULL;
}

const char *script_send(struct modem *m, char *const words[])
{
	static char problem[128];
	static struct script s;

	s.m = m;
	s.protocol = m->format.dl_protocol;
	s.len = s.frames = 0;
	for (; *words; words++) {
		if (s.len < PACKET_MAX && put_word(&s, *words))
			continue;
		snprintf(problem, sizeof(problem), "cannot send \"%s\"", *words);
		return problem;
	}
	return transfer(&s);
}

const char *script_hex(struct modem *m, const char *digits)
{
	static struct script s;

	s.m = m;
	s.len = s.frames = 0;
	return put_hex(&s, digits) ? transfer(&s) : "not hexadecimal";
}
