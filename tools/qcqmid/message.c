// SPDX-License-Identifier: GPL-2.0-only
/*
 *   SDU   u8 flags | u8 transaction (u16 beyond CTL) | u16 message | u16 length | TLVs
 *   TLV   u8 type | u16 length | value
 */
#include <string.h>

#include "qcqmid.h"

#define TLV_HEADER	3
#define TLV_RESULT	0x02
#define SDU_ANSWER	0x02	/* these flags of all services but CTL; there half of them */
#define SDU_INDICATION	0x04

static guint16 get_u16(const guint8 *p)
{
	return p[0] | p[1] << 8;
}

static void put_u16(guint8 *p, guint16 value)
{
	p[0] = value;
	p[1] = value >> 8;
}

static size_t header_size(const struct message *m)
{
	return m->service == QMI_CTL ? SDU_HEADER - 1 : SDU_HEADER;
}

void message_begin(struct message *m, struct client client, guint16 id)
{
	memset(m, 0, SDU_HEADER + G_STRUCT_OFFSET(struct message, sdu));
	m->service = client.service;
	m->client = client.id;
	m->len = header_size(m);
	put_u16(m->sdu + m->len - 4, id);
}

void message_put(struct message *m, guint8 type, const void *value, size_t len)
{
	size_t header = header_size(m);

	m->sdu[m->len] = type;
	put_u16(m->sdu + m->len + 1, len);
	memcpy(m->sdu + m->len + TLV_HEADER, value, len);
	m->len += TLV_HEADER + len;
	put_u16(m->sdu + header - 2, m->len - header);
}

void message_put_u32(struct message *m, guint8 type, guint32 value)
{
	guint32 raw = GUINT32_TO_LE(value);

	message_put(m, type, &raw, sizeof(raw));
}

void message_number(struct message *m, guint8 transaction)
{
	m->sdu[1] = transaction;
}

guint16 message_id(const struct message *m)
{
	return get_u16(m->sdu + header_size(m) - 4);
}

bool message_answers(const struct message *m, const struct message *request)
{
	size_t header = header_size(request);
	guint8 answer = request->service == QMI_CTL ? SDU_ANSWER / 2 : SDU_ANSWER;

	/* all of the header but its flags, which come first, and its length */
	return m->service == request->service && m->client == request->client &&
	       m->len >= header && m->sdu[0] == answer &&
	       !memcmp(m->sdu + 1, request->sdu + 1, header - 3);
}

/* Whether lengths add up; qmi-proxy drops what it cannot read, and nobody would be told. */
static bool tlvs_add_up(const guint8 *tlvs, size_t len)
{
	size_t size;

	while (len >= TLV_HEADER) {
		size = TLV_HEADER + get_u16(tlvs + 1);
		if (size > len)
			return false;
		tlvs += size;
		len -= size;
	}
	return !len;
}

/* Of any service but CTL. */
bool message_is_request(const guint8 *sdu, size_t len)
{
	return len >= SDU_HEADER && !(sdu[0] & (SDU_ANSWER | SDU_INDICATION)) &&
	       get_u16(sdu + SDU_HEADER - 2) == len - SDU_HEADER &&
	       tlvs_add_up(sdu + SDU_HEADER, len - SDU_HEADER);
}

const guint8 *message_get(const struct message *m, guint8 type, size_t *len)
{
	size_t at = header_size(m), size;

	for (; at + TLV_HEADER <= m->len; at += TLV_HEADER + size) {
		size = get_u16(m->sdu + at + 1);
		if (at + TLV_HEADER + size > m->len)
			return NULL;
		*len = size;
		if (m->sdu[at] == type)
			return m->sdu + at + TLV_HEADER;
	}
	return NULL;
}

/* 0 where there is none. */
guint32 message_get_u32(const struct message *m, guint8 type)
{
	size_t len;
	const guint8 *p = message_get(m, type, &len);

	return p && len >= 4 ? get_u16(p) | (guint32)get_u16(p + 2) << 16 : 0;
}

/* 0: the modem did what it was asked for. */
guint16 message_error(const struct message *m)
{
	size_t len;
	const guint8 *result = message_get(m, TLV_RESULT, &len);

	if (!result || len < 4)
		return G_MAXUINT16;
	return get_u16(result) ? get_u16(result + 2) : 0;
}
