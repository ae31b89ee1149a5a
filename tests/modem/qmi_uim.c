// SPDX-License-Identifier: GPL-2.0-only
/* QMI user identity module service: one card, one USIM, no PIN, ready. */
#include "modem.h"
#include "util.h"

#define PIN_DISABLED	3
#define NO_INDEX	0xff, 0xff
#define AID		0xa0, 0, 0, 0, 0x87, 0x10, 0x02

static enum qmi_error register_events(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint32_t mask;
	enum qmi_error error = qmi_get_u32(req, 0x01, &mask);

	(void)m, (void)client;
	if (error)
		return error;
	qmi_put_u32(rsp, 0x10, mask);
	return QMI_OK;
}

static enum qmi_error get_card_status(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	static const uint8_t status[] = {
		0, 0, NO_INDEX, NO_INDEX, NO_INDEX,	/* primary GW: card 0, application 0 */
		1,					/* one card: */
		1, 0, 3, 10, 0,				/* present, no UPIN, no error */
		1,					/* one application: */
		2, 7, 2, 0, 0, 0,			/* USIM, ready, not personalised */
		7, AID,
		0,					/* UPIN does not replace PIN1 */
		PIN_DISABLED, 3, 10, PIN_DISABLED, 3, 10,
	};

	(void)m, (void)client, (void)req;
	qmi_put_bytes(rsp, 0x10, status, sizeof(status));
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x002e, "REGISTER_EVENTS", register_events },
	{ 0x002f, "GET_CARD_STATUS", get_card_status },
};

const struct qmi_service_info qmi_uim = {
	QMI_UIM, "UIM", 1, 46, messages, ARRAY_SIZE(messages),
};
