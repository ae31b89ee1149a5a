// SPDX-License-Identifier: GPL-2.0-only
/* QMI user identity module service: one card, one USIM, ready unless a test wants a PIN. */
#include "card.h"
#include "modem.h"
#include "util.h"

#define PIN1		1
#define CARD_STATUS_IND	0x0032
#define EVENT_CARD	(1 << 0)	/* of REGISTER_EVENTS */
#define NO_INDEX	0xff, 0xff
#define AID		0xa0, 0, 0, 0, 0x87, 0x10, 0x02

static enum qmi_error register_events(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint32_t mask;
	enum qmi_error error = qmi_get_u32(req, 0x01, &mask);

	(void)m;
	if (error)
		return error;
	client->events = mask;
	qmi_put_u32(rsp, 0x10, mask);
	return QMI_OK;
}

/* The card never changes, so no refresh is ever due. */
static enum qmi_error register_refresh(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	const uint8_t *value;
	size_t len;

	(void)m, (void)client, (void)rsp;
	return qmi_get(req, 0x02, &value, &len);
}

enum { PIN_NOT_VERIFIED = 1, PIN_VERIFIED = 2, PIN_DISABLED = 3, PIN_BLOCKED = 4 };
enum { APPLICATION_WANTS_PIN = 2, APPLICATION_WANTS_PUK = 3, APPLICATION_READY = 7 };

static uint8_t pin_state(const struct card *card)
{
	if (!*card->pin)
		return PIN_DISABLED;
	if (!card->tries)
		return PIN_BLOCKED;
	return card->verified ? PIN_VERIFIED : PIN_NOT_VERIFIED;
}

static uint8_t application_state(const struct card *card)
{
	if (card_is_ready(card))
		return APPLICATION_READY;
	return card->tries ? APPLICATION_WANTS_PIN : APPLICATION_WANTS_PUK;
}

static void put_card_status(const struct card *card, struct qmi_reply *rsp)
{
	const uint8_t status[] = {
		0, 0, NO_INDEX, NO_INDEX, NO_INDEX,	/* primary GW: card 0, application 0 */
		1,					/* one card: */
		1, 0, 3, 10, 0,				/* present, no UPIN, no error */
		1,					/* one application: */
		2, application_state(card), 2, 0, 0, 0,	/* USIM, not personalised */
		7, AID,
		0,					/* UPIN does not replace PIN1 */
		pin_state(card), card->tries, 10, PIN_DISABLED, 3, 10,
	};
	static const uint8_t absent[] = {
		NO_INDEX, NO_INDEX, NO_INDEX, NO_INDEX,
		1,					/* one card: */
		0, 0, 3, 10, 0,				/* absent */
		0,
	};

	if (card->absent)
		qmi_put_bytes(rsp, 0x10, absent, sizeof(absent));
	else
		qmi_put_bytes(rsp, 0x10, status, sizeof(status));
}

static enum qmi_error get_card_status(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	put_card_status(&m->card, rsp);
	return QMI_OK;
}

void uim_report(struct modem *m)
{
	struct qmi_client *c;
	struct qmi_reply msg;

	for_each_qmi_client(c, m) {
		if (c->service != QMI_UIM || !(c->events & EVENT_CARD))
			continue;
		qmi_indication_begin(&msg, QMI_UIM);
		put_card_status(&m->card, &msg);
		qmi_indicate(m, c, CARD_STATUS_IND, &msg);
	}
}

/* Which PIN, its length, its digits */
static enum qmi_error verify_pin(struct modem *m, struct qmi_client *client,
				 const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t left[2] = { 0, 10 };
	const uint8_t *value;
	size_t len;
	enum qmi_error error = qmi_get(req, 0x02, &value, &len);
	bool good;

	(void)client;
	if (error)
		return error;
	if (len < 2 || value[1] != len - 2)
		return QMI_ERR_MALFORMED_MSG;
	if (value[0] != PIN1 || !*m->card.pin)
		return QMI_ERR_INVALID_ARG;
	if (!m->card.tries)
		return QMI_ERR_PIN_BLOCKED;
	good = card_verify(&m->card, value + 2, value[1]);
	left[0] = m->card.tries;
	qmi_put_bytes(rsp, 0x10, left, sizeof(left));
	if (!good)
		return QMI_ERR_INCORRECT_PIN;
	nas_update(m);
	return QMI_OK;
}

/* One slot, in use, without an embedded card. */
static enum qmi_error get_slot_status(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	static const uint8_t atr[] = { 0x3b, 0x80, 0x80, 0x01, 0x01 };
	uint8_t status[11 + CARD_FILE_MAX] = { 1, 2, 0, 0, 0, 1, 0, 0, 0, 1 };
	uint8_t info[8 + sizeof(atr)] = { 1, 2, 0, 0, 0, 1, sizeof(atr) };
	static const uint8_t no_eid[] = { 1, 0 };

	(void)m, (void)client, (void)req;
	status[10] = card_read(CARD_ICCID, status + 11);
	memcpy(info + 7, atr, sizeof(atr));
	qmi_put_bytes(rsp, 0x10, status, 11 + status[10]);
	qmi_put_bytes(rsp, 0x11, info, sizeof(info));
	qmi_put_bytes(rsp, 0x12, no_eid, sizeof(no_eid));
	return QMI_OK;
}

/* Files */

/* File id, length of the path, the path. File ids are unique on this card without it. */
static enum qmi_error get_file(const struct qmi_request *req, uint16_t *file)
{
	const uint8_t *value;
	size_t len;
	enum qmi_error error = qmi_get(req, 0x02, &value, &len);

	if (error)
		return error;
	if (len < 3 || value[2] != len - 3)
		return QMI_ERR_MALFORMED_MSG;
	*file = get_le16(value);
	return QMI_OK;
}

static void put_card_result(struct qmi_reply *rsp, uint16_t status)
{
	uint8_t words[] = { status >> 8, status & 0xff };

	qmi_put_bytes(rsp, 0x10, words, sizeof(words));
}

static enum qmi_error read_transparent(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t range[4], data[CARD_FILE_MAX], *value;
	size_t offset, len, size;
	uint16_t file;
	enum qmi_error error = qmi_get_bytes(req, 0x03, range, sizeof(range));

	(void)m, (void)client;
	if (!error)
		error = get_file(req, &file);
	if (error)
		return error;
	size = card_read(file, data);
	if (!size) {
		put_card_result(rsp, CARD_FILE_NOT_FOUND);
		return QMI_ERR_NOT_PROVISIONED;
	}
	offset = get_le16(range);
	if (offset >= size)
		return QMI_ERR_INVALID_ARG;
	len = get_le16(range + 2);	/* 0: to the end */
	len = min_size(len ? len : size, size - offset);
	put_card_result(rsp, CARD_OK);
	value = qmi_put(rsp, 0x11, 2 + len);
	put_le16(value, len);
	memcpy(value + 2, data + offset, len);
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0020, "READ_TRANSPARENT", read_transparent },
	{ 0x0026, "VERIFY_PIN", verify_pin },
	{ 0x002a, "REFRESH_REGISTER", register_refresh },
	{ 0x002e, "REGISTER_EVENTS", register_events },
	{ 0x002f, "GET_CARD_STATUS", get_card_status },
	{ 0x0044, "REFRESH_REGISTER_ALL", register_refresh },
	{ 0x0047, "GET_SLOT_STATUS", get_slot_status },
};

const struct qmi_service_info qmi_uim = {
	QMI_UIM, "UIM", 1, 46, messages, ARRAY_SIZE(messages),
};
