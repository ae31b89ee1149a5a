// SPDX-License-Identifier: GPL-2.0-only
/* QMI network access service: always registered on the test network 001-01, if online. */
#include "modem.h"
#include "util.h"

#define MCC		1
#define MNC		1
#define NAME		"QMAP test"
#define TAC		0x0001
#define CELL		0x01a2d001

enum { NOT_REGISTERED = 0, REGISTERED = 1, ATTACHED = 1, DETACHED = 2 };
enum { RADIO_NONE = 0, RADIO_LTE = 8, RADIO_NR5G = 12 };
enum { SERVICE_NONE = 0, SERVICE_AVAILABLE = 2 };

static bool online(const struct modem *m)
{
	return !m->qmi.operating_mode;
}

static uint8_t radio(const struct modem *m)
{
	if (!online(m))
		return RADIO_NONE;
	return m->product->v5 ? RADIO_NR5G : RADIO_LTE;
}

static enum qmi_error accept(struct modem *m, struct qmi_client *client,
			     const struct qmi_request *req, struct qmi_reply *rsp)
{
	/* The network never changes on its own, so no event is ever due. */
	(void)m, (void)client, (void)req, (void)rsp;
	return QMI_OK;
}

static void put_network(uint8_t *p)
{
	put_le16(p, MCC);
	put_le16(p + 2, MNC);
	p[4] = strlen(NAME);
	memcpy(p + 5, NAME, strlen(NAME));
}

static enum qmi_error get_signal_strength(struct modem *m, struct qmi_client *client,
					  const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t value[2] = { (uint8_t)-75, radio(m) };

	(void)client, (void)req;
	if (!online(m))
		return QMI_ERR_INFO_UNAVAILABLE;
	qmi_put_bytes(rsp, 0x01, value, sizeof(value));
	return QMI_OK;
}

static enum qmi_error get_serving_system(struct modem *m, struct qmi_client *client,
					 const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t state = online(m) ? REGISTERED : NOT_REGISTERED;
	uint8_t attach = online(m) ? ATTACHED : DETACHED;
	/* network: 3GPP (2), then the list of radios */
	uint8_t system[] = { state, attach, attach, 2, 1, radio(m) };
	static const uint8_t data_capability[] = { 1, 0x0b };	/* LTE */

	(void)client, (void)req;
	qmi_put_bytes(rsp, 0x01, system, sizeof(system));
	if (!online(m))
		return QMI_OK;
	qmi_put_u8(rsp, 0x10, 1);	/* home, not roaming */
	qmi_put_bytes(rsp, 0x11, data_capability, sizeof(data_capability));
	put_network(qmi_put(rsp, 0x12, 5 + strlen(NAME)));
	qmi_put_u32(rsp, 0x1d, CELL);
	qmi_put_u16(rsp, 0x24, TAC);
	return QMI_OK;
}

static enum qmi_error get_home_network(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	put_network(qmi_put(rsp, 0x01, 5 + strlen(NAME)));
	return QMI_OK;
}

/* Pairs of "valid" and value, as the message has them; the same for LTE and 5G. */
static void put_system(struct qmi_reply *rsp, uint8_t type)
{
	uint8_t value[29] = {
		1, 3,		/* domain: CS and PS */
		1, 3,		/* capability: CS and PS */
		1, 0,		/* roaming: no */
		1, 0,		/* forbidden: no */
		0, 0, 0,	/* no location area, that is 2G and 3G */
		1, CELL & 0xff, CELL >> 8 & 0xff, CELL >> 16 & 0xff, CELL >> 24,
		0, 0, 0,	/* not rejected */
		1, '0', '0', '1', '0', '1', 0xff,
		1, TAC & 0xff, TAC >> 8,
	};

	qmi_put_bytes(rsp, type, value, sizeof(value));
}

static enum qmi_error get_system_info(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t service = online(m) ? SERVICE_AVAILABLE : SERVICE_NONE;
	uint8_t status[] = { service, service, online(m) };
	bool nr5g = m->product->v5;

	(void)client, (void)req;
	qmi_put_bytes(rsp, nr5g ? 0x4a : 0x14, status, sizeof(status));
	if (online(m))
		put_system(rsp, nr5g ? 0x4b : 0x19);
	return QMI_OK;
}

static enum qmi_error get_signal_info(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	/* LTE: RSSI -65, RSRQ -9, RSRP -95, SNR 18.0; 5G: RSRP -95, SNR 18.0 */
	static const uint8_t lte[] = { 0xbf, 0xf7, 0xa1, 0xff, 180, 0 };
	static const uint8_t nr5g[] = { 0xa1, 0xff, 180, 0 };

	(void)client, (void)req;
	if (!online(m))
		return QMI_ERR_INFO_UNAVAILABLE;
	if (m->product->v5)
		qmi_put_bytes(rsp, 0x17, nr5g, sizeof(nr5g));
	else
		qmi_put_bytes(rsp, 0x14, lte, sizeof(lte));
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0002, "SET_EVENT_REPORT", accept },
	{ 0x0003, "INDICATION_REGISTER", accept },
	{ 0x0020, "GET_SIGNAL_STRENGTH", get_signal_strength },
	{ 0x0024, "GET_SERVING_SYSTEM", get_serving_system },
	{ 0x0025, "GET_HOME_NETWORK", get_home_network },
	{ 0x004d, "GET_SYS_INFO", get_system_info },
	{ 0x004f, "GET_SIG_INFO", get_signal_info },
};

const struct qmi_service_info qmi_nas = {
	QMI_NAS, "NAS", 1, 25, messages, ARRAY_SIZE(messages),
};
