// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMI: framing, clients, the queue to the host, and the way from a request to its handler.
 *
 *   QMUX  01 | u16 length | u8 flags | u8 service | u8 client | SDU
 *   SDU   u8 flags | u8 transaction (u16 beyond CTL) | u16 message | u16 length | TLVs
 *   TLV   u8 type | u16 length | value
 */
#include <stdlib.h>

#include "modem.h"
#include "trace.h"
#include "util.h"

#define QMUX_HEADER	6
#define QMUX_MARKER	0x01
#define QMUX_FROM_MODEM	0x80
#define TLV_HEADER	3
#define TLV_RESULT	0x02
#define RESULT_SIZE	(TLV_HEADER + 4)

/* SDU flags of all services but CTL, where they are 0, 1, 2 */
enum { SDU_REQUEST = 0, SDU_RESPONSE = 2, SDU_INDICATION = 4 };
enum { CTL_REQUEST = 0, CTL_RESPONSE = 1, CTL_INDICATION = 2 };

#define GET_SUPPORTED_MESSAGES	0x001e
#define REVOKE_CLIENT_ID	0x0024	/* of CTL */

struct qmi_out {
	struct qmi_out *next;
	size_t len;
	uint8_t frame[];
};

static const struct qmi_service_info *const services[] = {
	&qmi_ctl, &qmi_wds, &qmi_dms, &qmi_nas, &qmi_uim, &qmi_pdc, &qmi_wda,
};

/* NULL past the last one. */
const struct qmi_service_info *qmi_service_at(struct modem *m, unsigned int index)
{
	size_t count = ARRAY_SIZE(services);

	/* Legacy firmware is older than WDA, which is the last of the list. */
	if (product_is_legacy(m->product))
		count--;
	return index < count ? services[index] : NULL;
}

const struct qmi_service_info *qmi_service(struct modem *m, uint8_t service)
{
	const struct qmi_service_info *info;
	unsigned int i;

	for (i = 0; (info = qmi_service_at(m, i)); i++)
		if (info->service == service)
			return info;
	return NULL;
}

static const struct qmi_message *find_message(const struct qmi_service_info *info, uint16_t id)
{
	size_t i;

	for (i = 0; i < info->count; i++)
		if (info->messages[i].id == id)
			return &info->messages[i];
	return NULL;
}

/* Clients */

struct qmi_client *qmi_client_find(struct modem *m, uint8_t service, uint8_t id)
{
	struct qmi_client *c;

	if (service == QMI_CTL)
		return id ? NULL : &m->qmi.control;
	for (c = m->qmi.clients; c < m->qmi.clients + QMI_CLIENTS_MAX; c++)
		if (id && c->id == id && c->service == service)
			return c;
	return NULL;
}

/* An id is reused late, so that messages for its last owner reach nobody else. */
static uint8_t next_id(struct modem *m, uint8_t service)
{
	uint8_t id = m->qmi.last_id[service];

	do {
		id = id == 0xfe ? 1 : id + 1;
	} while (qmi_client_find(m, service, id));
	m->qmi.last_id[service] = id;
	return id;
}

struct qmi_client *qmi_client_add(struct modem *m, uint8_t service)
{
	struct qmi_client *c;

	for (c = m->qmi.clients; c < m->qmi.clients + QMI_CLIENTS_MAX; c++) {
		if (c->id)
			continue;
		*c = (struct qmi_client){
			.service = service, .id = next_id(m, service), .family = 4,
		};
		return c;
	}
	return NULL;
}

void qmi_client_free(struct modem *m, struct qmi_client *client)
{
	if (client->call)
		call_end(m, client->call, CALL_END_CLIENT);
	if (client == m->qmi.pdc.client)
		m->qmi.pdc.client = NULL;
	client->id = 0;
}

void qmi_client_free_all(struct modem *m)
{
	struct qmi_client *c;

	for_each_qmi_client(c, m)
		qmi_client_free(m, c);
}

unsigned int qmi_clients(const struct modem *m)
{
	const struct qmi_client *c;
	unsigned int count = 0;

	for_each_qmi_client(c, m)
		count++;
	return count;
}

void qmi_reset(struct modem *m)
{
	struct qmi_out *out;

	while ((out = m->qmi.queue)) {
		m->qmi.queue = out->next;
		free(out);
	}
	m->qmi = (struct qmi){ .tail = &m->qmi.queue };
}

/* TLVs */

enum qmi_error qmi_get(const struct qmi_request *req, uint8_t type, const uint8_t **value,
		       size_t *len)
{
	size_t at;

	/* That the lengths add up was checked when the message came in. */
	for (at = 0; at < req->len; at += TLV_HEADER + *len) {
		*len = get_le16(req->tlvs + at + 1);
		*value = req->tlvs + at + TLV_HEADER;
		if (req->tlvs[at] == type)
			return QMI_OK;
	}
	return QMI_ERR_MISSING_ARG;
}

enum qmi_error qmi_get_bytes(const struct qmi_request *req, uint8_t type, void *value, size_t len)
{
	const uint8_t *bytes;
	size_t actual;
	enum qmi_error error = qmi_get(req, type, &bytes, &actual);

	if (error)
		return error;
	if (actual != len)
		return QMI_ERR_MALFORMED_MSG;
	memcpy(value, bytes, len);
	return QMI_OK;
}

enum qmi_error qmi_get_u8(const struct qmi_request *req, uint8_t type, uint8_t *value)
{
	return qmi_get_bytes(req, type, value, 1);
}

enum qmi_error qmi_get_u16(const struct qmi_request *req, uint8_t type, uint16_t *value)
{
	uint8_t raw[2];
	enum qmi_error error = qmi_get_bytes(req, type, raw, sizeof(raw));

	if (!error)
		*value = get_le16(raw);
	return error;
}

enum qmi_error qmi_get_u32(const struct qmi_request *req, uint8_t type, uint32_t *value)
{
	uint8_t raw[4];
	enum qmi_error error = qmi_get_bytes(req, type, raw, sizeof(raw));

	if (!error)
		*value = get_le32(raw);
	return error;
}

enum qmi_error qmi_get_u64(const struct qmi_request *req, uint8_t type, uint64_t *value)
{
	uint8_t raw[8];
	enum qmi_error error = qmi_get_bytes(req, type, raw, sizeof(raw));

	if (!error)
		*value = get_le64(raw);
	return error;
}

uint8_t *qmi_put(struct qmi_reply *rsp, uint8_t type, size_t len)
{
	uint8_t *tlv = rsp->buf + rsp->len;

	tlv[0] = type;
	put_le16(tlv + 1, len);
	rsp->len += TLV_HEADER + len;
	return tlv + TLV_HEADER;
}

void qmi_put_u8(struct qmi_reply *rsp, uint8_t type, uint8_t value)
{
	*qmi_put(rsp, type, 1) = value;
}

void qmi_put_u16(struct qmi_reply *rsp, uint8_t type, uint16_t value)
{
	put_le16(qmi_put(rsp, type, 2), value);
}

void qmi_put_u32(struct qmi_reply *rsp, uint8_t type, uint32_t value)
{
	put_le32(qmi_put(rsp, type, 4), value);
}

void qmi_put_u64(struct qmi_reply *rsp, uint8_t type, uint64_t value)
{
	put_le64(qmi_put(rsp, type, 8), value);
}

void qmi_put_bytes(struct qmi_reply *rsp, uint8_t type, const void *value, size_t len)
{
	memcpy(qmi_put(rsp, type, len), value, len);
}

void qmi_put_string(struct qmi_reply *rsp, uint8_t type, const char *value)
{
	qmi_put_bytes(rsp, type, value, strlen(value));
}

/* To the host */

static void drop_oldest(struct modem *m)
{
	struct qmi_out *out = m->qmi.queue;

	m->qmi.queue = out->next;
	if (!m->qmi.queue)
		m->qmi.tail = &m->qmi.queue;
	m->qmi.queued--;
	free(out);
	stat_inc(m, qmi_lost);
}

/* Queue an SDU for the host and notify the host. */
static void send_sdu(struct modem *m, const struct qmi_client *client, const uint8_t *sdu,
		     size_t len)
{
	struct qmi_out *out = malloc(sizeof(*out) + QMUX_HEADER + len);

	if (!out)
		return;
	if (m->qmi.queued == QMI_QUEUE_MAX)
		drop_oldest(m);
	else
		m->usb.notifications++;
	out->next = NULL;
	out->len = QMUX_HEADER + len;
	out->frame[0] = QMUX_MARKER;
	put_le16(out->frame + 1, out->len - 1);
	out->frame[3] = QMUX_FROM_MODEM;
	out->frame[4] = client->service;
	out->frame[5] = client->id;
	memcpy(out->frame + QMUX_HEADER, sdu, len);
	*m->qmi.tail = out;
	m->qmi.tail = &out->next;
	m->qmi.queued++;
	trace_qmi(m, "<-", out->frame, out->len);
	usb_notify(m);
}

/* GET_ENCAPSULATED_RESPONSE: 0 if there is nothing. */
size_t qmi_fetch(struct modem *m, uint8_t *frame)
{
	struct qmi_out *out = m->qmi.queue;
	size_t len;

	if (!out)
		return 0;
	len = out->len;
	memcpy(frame, out->frame, len);
	m->qmi.queue = out->next;
	if (!m->qmi.queue)
		m->qmi.tail = &m->qmi.queue;
	m->qmi.queued--;
	free(out);
	return len;
}

static size_t sdu_header_size(uint8_t service)
{
	return service == QMI_CTL ? 6 : 7;
}

static void put_sdu_header(struct qmi_reply *msg, uint8_t service, uint8_t flags,
			   uint16_t transaction, uint16_t message)
{
	size_t header = sdu_header_size(service);

	msg->buf[0] = flags;
	msg->buf[1] = transaction;
	if (service != QMI_CTL)
		put_le16(msg->buf + 1, transaction);
	put_le16(msg->buf + header - 4, message);
	put_le16(msg->buf + header - 2, msg->len - header);
}

void qmi_indication_begin(struct qmi_reply *msg, uint8_t service)
{
	msg->len = sdu_header_size(service);
}

void qmi_indicate(struct modem *m, struct qmi_client *client, uint16_t message,
		  struct qmi_reply *msg)
{
	uint8_t flags = client->service == QMI_CTL ? CTL_INDICATION : SDU_INDICATION;

	put_sdu_header(msg, client->service, flags, ++client->indications, message);
	send_sdu(m, client, msg->buf, msg->len);
}

void qmi_client_revoke_all(struct modem *m)
{
	struct qmi_client *c;

	for_each_qmi_client(c, m) {
		uint8_t who[] = { c->service, c->id };
		struct qmi_reply msg;

		qmi_client_free(m, c);
		qmi_indication_begin(&msg, QMI_CTL);
		qmi_put_bytes(&msg, 0x01, who, sizeof(who));
		qmi_indicate(m, &m->qmi.control, REVOKE_CLIENT_ID, &msg);
	}
	call_report(m);
}

/* From the host */

static bool tlvs_valid(const struct qmi_request *req)
{
	size_t at = 0;

	while (req->len - at >= TLV_HEADER) {
		at += TLV_HEADER + get_le16(req->tlvs + at + 1);
		if (at > req->len)
			return false;
	}
	return at == req->len;
}

/* Each service can list its messages, as a bit map. */
static enum qmi_error get_supported_messages(const struct qmi_service_info *info,
					     struct qmi_reply *rsp)
{
	uint8_t map[0x2000 / 8] = { 0 };
	size_t i, used = 0;
	uint8_t *value;

	for (i = 0; i < info->count; i++) {
		size_t byte = info->messages[i].id / 8;

		map[byte] |= 1 << info->messages[i].id % 8;
		if (byte >= used)
			used = byte + 1;
	}
	value = qmi_put(rsp, 0x10, 2 + used);
	put_le16(value, used);
	memcpy(value + 2, map, used);
	return QMI_OK;
}

static enum qmi_error dispatch(struct modem *m, uint8_t service, struct qmi_client *client,
			       uint16_t id, const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct qmi_service_info *info = qmi_service(m, service);
	const struct qmi_message *message;

	if (!info)
		return QMI_ERR_INVALID_SERVICE_TYPE;
	if (!client)
		return QMI_ERR_INVALID_CLIENT_ID;
	if (!tlvs_valid(req))
		return QMI_ERR_MALFORMED_MSG;
	message = find_message(info, id);
	if (message)
		return message->handle(m, client, req, rsp);
	if (id == GET_SUPPORTED_MESSAGES && service != QMI_CTL)
		return get_supported_messages(info, rsp);
	return QMI_ERR_INVALID_QMI_CMD;
}

static void put_result(uint8_t *tlv, enum qmi_error error)
{
	tlv[0] = TLV_RESULT;
	put_le16(tlv + 1, 4);
	put_le16(tlv + 3, error != QMI_OK);
	put_le16(tlv + 5, error);
}

static void answer(struct modem *m, const uint8_t *frame, size_t len)
{
	struct qmi_client address = { .service = frame[4], .id = frame[5] };
	bool ctl = address.service == QMI_CTL;
	size_t header = sdu_header_size(address.service);
	const uint8_t *sdu = frame + QMUX_HEADER;
	uint16_t transaction = ctl ? sdu[1] : get_le16(sdu + 1);
	uint16_t message = get_le16(sdu + header - 4);
	struct qmi_request req = { .tlvs = sdu + header, .len = len - QMUX_HEADER - header };
	struct qmi_reply rsp = { .len = header + RESULT_SIZE };
	enum qmi_error error;

	error = dispatch(m, address.service, qmi_client_find(m, address.service, address.id),
			 message, &req, &rsp);
	put_result(rsp.buf + header, error);
	put_sdu_header(&rsp, address.service, ctl ? CTL_RESPONSE : SDU_RESPONSE, transaction,
		       message);
	send_sdu(m, &address, rsp.buf, rsp.len);
}

static bool qmux_valid(const uint8_t *frame, size_t len)
{
	size_t header;

	if (len < QMUX_HEADER || frame[0] != QMUX_MARKER || get_le16(frame + 1) != len - 1)
		return false;
	header = sdu_header_size(frame[4]);
	if (len < QMUX_HEADER + header || frame[QMUX_HEADER] != SDU_REQUEST)
		return false;
	return get_le16(frame + QMUX_HEADER + header - 2) == len - QMUX_HEADER - header;
}

void qmi_receive(struct modem *m, const uint8_t *frame, size_t len)
{
	if (!qmux_valid(frame, len)) {
		stat_inc(m, qmi_malformed);
		return;
	}
	trace_qmi(m, "->", frame, len);
	if (m->product->dtr && !m->usb.dtr) {
		stat_inc(m, qmi_before_dtr);
		return;
	}
	stat_inc(m, qmi_requests);
	answer(m, frame, len);
	nas_report(m);
	call_report(m);
}
