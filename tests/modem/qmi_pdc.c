// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMI persistent device configuration service: settings for an operator. There is one
 * configuration, which is in use. The response only acknowledges a request. Its result comes in an
 * indication with the request's token, when the modem has read its storage: ModemManager listens
 * for it from the response on.
 */
#include "modem.h"
#include "util.h"

enum { TYPE_SOFTWARE = 1 };
enum { GET_SELECTED_CONFIG = 0x22, LIST_CONFIGS = 0x24, GET_CONFIG_INFO = 0x28 };

static const uint8_t config_id[20] = { 0x01, 0x02, 0x03, [19] = 0x14 };
static const char description[] = "ROW_Generic_3GPP";
#define CONFIG_SIZE	16384
#define CONFIG_VERSION	0x05010824
#define READ_USECS	200000

static enum qmi_error accept(struct modem *m, struct qmi_client *client,
			     const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req, (void)rsp;
	return QMI_OK;
}

/* The client whose result follows the response. */
static enum qmi_error promise(struct modem *m, struct qmi_client *client, uint16_t message,
			      const struct qmi_request *req, struct pdc_result result)
{
	enum qmi_error error = qmi_optional(qmi_get_u32(req, 0x10, &result.token));

	if (error)
		return error;
	result.client = client;
	result.message = message;
	pdc_report(m);
	m->qmi.pdc = result;
	loop_timer_arm(&m->pdc_timer, READ_USECS);
	return QMI_OK;
}

static enum qmi_error get_selected(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct pdc_result result = { .error = QMI_OK };
	uint32_t type;
	enum qmi_error error = qmi_get_u32(req, 0x01, &type);

	(void)rsp;
	if (error)
		return error;
	if (type != TYPE_SOFTWARE)
		result.error = QMI_ERR_NOT_PROVISIONED;
	return promise(m, client, GET_SELECTED_CONFIG, req, result);
}

static enum qmi_error list_configs(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct pdc_result result = { .error = QMI_OK };
	uint32_t type = TYPE_SOFTWARE;
	enum qmi_error error = qmi_optional(qmi_get_u32(req, 0x11, &type));

	(void)rsp;
	if (error)
		return error;
	result.empty = type != TYPE_SOFTWARE;
	return promise(m, client, LIST_CONFIGS, req, result);
}

/* Its type, then its id with the length in front. */
static enum qmi_error get_info(struct modem *m, struct qmi_client *client,
			       const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct pdc_result result = { .error = QMI_OK };
	const uint8_t *config;
	size_t len;
	enum qmi_error error = qmi_get(req, 0x01, &config, &len);

	(void)rsp;
	if (error)
		return error;
	if (len < 5 || config[4] != len - 5)
		return QMI_ERR_MALFORMED_MSG;
	if (get_le32(config) != TYPE_SOFTWARE || config[4] != sizeof(config_id) ||
	    memcmp(config + 5, config_id, sizeof(config_id)))
		result.error = QMI_ERR_INVALID_ARG;
	return promise(m, client, GET_CONFIG_INFO, req, result);
}

static void put_id(uint8_t *p)
{
	*p = sizeof(config_id);
	memcpy(p + 1, config_id, sizeof(config_id));
}

static void put_list(struct qmi_reply *msg, bool empty)
{
	uint8_t *p;

	if (empty) {
		qmi_put_u8(msg, 0x11, 0);
		return;
	}
	p = qmi_put(msg, 0x11, 6 + sizeof(config_id));
	p[0] = 1;
	put_le32(p + 1, TYPE_SOFTWARE);
	put_id(p + 5);
}

static void put_info(struct qmi_reply *msg)
{
	uint8_t *p;

	qmi_put_u32(msg, 0x11, CONFIG_SIZE);
	p = qmi_put(msg, 0x12, sizeof(description));
	p[0] = strlen(description);
	memcpy(p + 1, description, strlen(description));
	qmi_put_u32(msg, 0x13, CONFIG_VERSION);
}

static void put_content(struct qmi_reply *msg, const struct pdc_result *result)
{
	switch (result->message) {
	case GET_SELECTED_CONFIG:
		put_id(qmi_put(msg, 0x11, 1 + sizeof(config_id)));
		break;
	case LIST_CONFIGS:
		put_list(msg, result->empty);
		break;
	case GET_CONFIG_INFO:
		put_info(msg);
		break;
	}
}

void pdc_report(struct modem *m)
{
	struct pdc_result result = m->qmi.pdc;
	struct qmi_reply msg;

	if (!result.client)
		return;
	m->qmi.pdc.client = NULL;
	qmi_indication_begin(&msg, QMI_PDC);
	qmi_put_u16(&msg, 0x01, result.error);
	qmi_put_u32(&msg, 0x10, result.token);
	if (!result.error)
		put_content(&msg, &result);
	qmi_indicate(m, result.client, result.message, &msg);
}

static void has_read(struct loop_timer *timer)
{
	pdc_report(container_of(timer, struct modem, pdc_timer));
}

void pdc_init(struct modem *m)
{
	loop_timer_init(&m->pdc_timer, has_read);
}

static const struct qmi_message messages[] = {
	{ 0x0000, "RESET", accept },
	{ 0x0020, "REGISTER", accept },
	{ GET_SELECTED_CONFIG, "GET_SELECTED_CONFIG", get_selected },
	{ LIST_CONFIGS, "LIST_CONFIGS", list_configs },
	{ GET_CONFIG_INFO, "GET_CONFIG_INFO", get_info },
};

const struct qmi_service_info qmi_pdc = {
	QMI_PDC, "PDC", 1, 0, messages, ARRAY_SIZE(messages),
};
