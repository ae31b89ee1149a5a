// SPDX-License-Identifier: GPL-2.0-only
/* QMI control service: versions, clients, synchronisation. */
#include "modem.h"
#include "util.h"

static enum qmi_error set_instance_id(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t id;
	enum qmi_error error = qmi_get_u8(req, 0x01, &id);

	(void)m, (void)client;
	if (error)
		return error;
	qmi_put_u16(rsp, 0x01, id);
	return QMI_OK;
}

static enum qmi_error get_version_info(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct qmi_service_info *info;
	unsigned int i, count = 0;
	uint8_t *value;

	(void)client, (void)req;
	while (qmi_service_at(m, count))
		count++;
	value = qmi_put(rsp, 0x01, 1 + 5 * count);
	*value++ = count;
	for (i = 0; (info = qmi_service_at(m, i)); i++, value += 5) {
		value[0] = info->service;
		put_le16(value + 1, info->major);
		put_le16(value + 3, info->minor);
	}
	return QMI_OK;
}

static void put_client(struct qmi_reply *rsp, uint8_t service, uint8_t id)
{
	uint8_t value[] = { service, id };

	qmi_put_bytes(rsp, 0x01, value, sizeof(value));
}

static enum qmi_error get_client_id(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct qmi_client *added;
	uint8_t service;
	enum qmi_error error = qmi_get_u8(req, 0x01, &service);

	(void)client;
	if (error)
		return error;
	if (service == QMI_CTL || !qmi_service(m, service))
		return QMI_ERR_INVALID_SERVICE_TYPE;
	added = qmi_client_add(m, service);
	if (!added)
		return QMI_ERR_CLIENT_IDS_EXHAUSTED;
	put_client(rsp, service, added->id);
	return QMI_OK;
}

static enum qmi_error release_client_id(struct modem *m, struct qmi_client *client,
					const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct qmi_client *released;
	uint8_t who[2];
	enum qmi_error error = qmi_get_bytes(req, 0x01, who, sizeof(who));

	(void)client;
	if (error)
		return error;
	if (who[0] == QMI_CTL || !qmi_service(m, who[0]))
		return QMI_ERR_INVALID_SERVICE_TYPE;
	released = qmi_client_find(m, who[0], who[1]);
	if (!released)
		return QMI_ERR_INVALID_CLIENT_ID;
	qmi_client_free(m, released);
	put_client(rsp, who[0], who[1]);
	return QMI_OK;
}

/* The older request for a link protocol. The modem has one, and answers with that. */
static enum qmi_error set_data_format(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t format;
	uint16_t protocol;
	enum qmi_error error = qmi_get_u8(req, 0x01, &format);

	(void)client;
	if (error)
		return error;
	error = qmi_get_u16(req, 0x10, &protocol);
	if (error)
		return qmi_optional(error);
	qmi_put_u16(rsp, 0x10, product_is_legacy(m->product) ? LINK_ETHERNET : LINK_IP);
	return QMI_OK;
}

/* The host starts again: all clients and calls end. */
static enum qmi_error sync(struct modem *m, struct qmi_client *client,
			   const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req, (void)rsp;
	qmi_client_free_all(m);
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0020, "SET_INSTANCE_ID", set_instance_id },
	{ 0x0021, "GET_VERSION_INFO", get_version_info },
	{ 0x0022, "GET_CLIENT_ID", get_client_id },
	{ 0x0023, "RELEASE_CLIENT_ID", release_client_id },
	{ 0x0026, "SET_DATA_FORMAT", set_data_format },
	{ 0x0027, "SYNC", sync },
};

const struct qmi_service_info qmi_ctl = {
	QMI_CTL, "CTL", 1, 5, messages, ARRAY_SIZE(messages),
};
