// SPDX-License-Identifier: GPL-2.0-only
/* QMI device management service: identity of the modem, and its radio switch. */
#include "identity.h"
#include "modem.h"
#include "util.h"

enum { RESET_MODE = 4, SHUTTING_DOWN = 5 };
#define FACILITY_LAST	4

enum { RADIO_UMTS = 5, RADIO_LTE = 8, RADIO_NR5G = 10 };

static void put_rate(uint8_t *p, uint32_t uplink, uint32_t downlink)
{
	put_le32(p, uplink);
	put_le32(p + 4, downlink);
}

static enum qmi_error get_capabilities(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	/* data: simultaneous CS and PS (3), SIM: supported (2), then the radios */
	uint8_t value[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 3, 2, 2, RADIO_UMTS, RADIO_LTE, RADIO_NR5G,
	};
	bool nr5g = m->product->v5;

	(void)client, (void)req;
	put_rate(value, 50000000, 150000000);
	value[10] += nr5g;
	qmi_put_bytes(rsp, 0x01, value, sizeof(value) - !nr5g);
	return QMI_OK;
}

static enum qmi_error get_manufacturer(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x01, "QUALCOMM INCORPORATED");
	return QMI_OK;
}

static enum qmi_error get_model(struct modem *m, struct qmi_client *client,
				const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	qmi_put_string(rsp, 0x01, m->product->model);
	return QMI_OK;
}

static enum qmi_error get_revision(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	char revision[REVISION_MAX];

	(void)client, (void)req;
	product_revision(m->product, revision);
	qmi_put_string(rsp, 0x01, revision);
	return QMI_OK;
}

static enum qmi_error get_msisdn(struct modem *m, struct qmi_client *client,
				 const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x01, MSISDN);
	return QMI_OK;
}

static enum qmi_error get_ids(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x10, "0");
	qmi_put_string(rsp, 0x11, IMEI);
	qmi_put_string(rsp, 0x12, MEID);
	return QMI_OK;
}

static enum qmi_error get_power_state(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t external_source[] = { 1, 100 };

	(void)m, (void)client, (void)req;
	qmi_put_bytes(rsp, 0x01, external_source, sizeof(external_source));
	return QMI_OK;
}

static enum qmi_error get_hardware_revision(struct modem *m, struct qmi_client *client,
					    const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x01, "10000");
	return QMI_OK;
}

static enum qmi_error get_operating_mode(struct modem *m, struct qmi_client *client,
					 const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	qmi_put_u8(rsp, 0x01, m->qmi.operating_mode);
	return QMI_OK;
}

static enum qmi_error set_operating_mode(struct modem *m, struct qmi_client *client,
					 const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t mode;
	enum qmi_error error = qmi_get_u8(req, 0x01, &mode);

	(void)client, (void)rsp;
	if (error)
		return error;
	if (mode >= RESET_MODE)
		return QMI_ERR_INVALID_ARG;
	m->qmi.operating_mode = mode;
	nas_update(m);
	return QMI_OK;
}

static enum qmi_error get_pin_status(struct modem *m, struct qmi_client *client,
				     const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t disabled[] = { 3, 3, 10 };

	(void)m, (void)client, (void)req;
	qmi_put_bytes(rsp, 0x11, disabled, sizeof(disabled));
	qmi_put_bytes(rsp, 0x12, disabled, sizeof(disabled));
	return QMI_OK;
}

static enum qmi_error get_iccid(struct modem *m, struct qmi_client *client,
				const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x01, ICCID);
	return QMI_OK;
}

static enum qmi_error get_imsi(struct modem *m, struct qmi_client *client,
			       const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_string(rsp, 0x01, IMSI);
	return QMI_OK;
}

static enum qmi_error get_band_capabilities(struct modem *m, struct qmi_client *client,
					    const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_u64(rsp, 0x01, BANDS_UMTS);
	qmi_put_u64(rsp, 0x10, BANDS_LTE);
	return QMI_OK;
}

/* No lock binds the modem to a card. */
static enum qmi_error get_lock_status(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t facility, unlocked[] = { 0, 10, 10 };
	enum qmi_error error = qmi_get_u8(req, 0x01, &facility);

	(void)m, (void)client;
	if (error)
		return error;
	if (facility > FACILITY_LAST)
		return QMI_ERR_INVALID_ARG;
	qmi_put_bytes(rsp, 0x01, unlocked, sizeof(unlocked));
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0020, "GET_DEVICE_CAP", get_capabilities },
	{ 0x0021, "GET_DEVICE_MFR", get_manufacturer },
	{ 0x0022, "GET_DEVICE_MODEL_ID", get_model },
	{ 0x0023, "GET_DEVICE_REV_ID", get_revision },
	{ 0x0024, "GET_MSISDN", get_msisdn },
	{ 0x0025, "GET_DEVICE_SERIAL_NUMBERS", get_ids },
	{ 0x0026, "GET_POWER_STATE", get_power_state },
	{ 0x002b, "UIM_GET_PIN_STATUS", get_pin_status },
	{ 0x002c, "GET_DEVICE_HARDWARE_REV", get_hardware_revision },
	{ 0x002d, "GET_OPERATING_MODE", get_operating_mode },
	{ 0x002e, "SET_OPERATING_MODE", set_operating_mode },
	{ 0x003c, "UIM_GET_ICCID", get_iccid },
	{ 0x0040, "UIM_GET_CK_STATUS", get_lock_status },
	{ 0x0043, "UIM_GET_IMSI", get_imsi },
	{ 0x0045, "GET_BAND_CAPABILITIES", get_band_capabilities },
};

const struct qmi_service_info qmi_dms = {
	QMI_DMS, "DMS", 1, 14, messages, ARRAY_SIZE(messages),
};
