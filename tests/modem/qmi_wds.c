// SPDX-License-Identifier: GPL-2.0-only
/* QMI wireless data service: data calls with their settings. Profiles: qmi_profile.c */
#include "modem.h"
#include "util.h"

enum { DISCONNECTED = 1, CONNECTED = 2 };
enum { PROFILE_3GPP = 0, DEFAULT_TETHERED = 1 };

#define ATTACHED_IPV4V6		2
#define ENDPOINT_HSUSB		2
#define REASON_TYPE_3GPP	6
#define CAUSE_UNKNOWN_APN	27	/* of the network's session management */
#define CAUSE_REGULAR		36
#define GET_PKT_SRVC_STATUS	0x0022
#define ANY_CALL		0xffffffff	/* for a handle: whoever has started it */

enum { AUTOCONNECT_OFF = 0, AUTOCONNECT_ON = 1, AUTOCONNECT_PAUSED = 2, HOME_ONLY = 1 };

/* Bits of GET_RUNTIME_SETTINGS */
enum {
	WANT_PROFILE = 1 << 0, WANT_PROFILE_NAME = 1 << 1, WANT_PDP_TYPE = 1 << 2,
	WANT_APN = 1 << 3, WANT_DNS = 1 << 4, WANT_AUTH = 1 << 7, WANT_ADDRESS = 1 << 8,
	WANT_GATEWAY = 1 << 9, WANT_MTU = 1 << 13, WANT_FAMILY = 1 << 15,
	WANT_DEFAULT = (1 << 13) - 1,
};

static struct call *client_call(struct modem *m, const struct qmi_client *client)
{
	return call_find(m, client->mux_id, client->family);
}

static void put_cause(struct qmi_reply *rsp, enum call_end end, uint16_t cause)
{
	uint8_t verbose[4];

	qmi_put_u16(rsp, 0x10, end);
	put_le16(verbose, REASON_TYPE_3GPP);
	put_le16(verbose + 2, cause);
	qmi_put_bytes(rsp, 0x11, verbose, sizeof(verbose));
}

static void put_end_reason(struct qmi_reply *rsp, enum call_end end)
{
	put_cause(rsp, end, end == CALL_END_UNKNOWN_APN ? CAUSE_UNKNOWN_APN : CAUSE_REGULAR);
}

static void indicate(struct modem *m, struct qmi_client *client, enum call_end end, bool changed)
{
	struct qmi_reply msg;
	uint8_t status[2] = { end ? DISCONNECTED : CONNECTED, changed };

	qmi_indication_begin(&msg, QMI_WDS);
	qmi_put_bytes(&msg, 0x01, status, sizeof(status));
	if (end)
		put_end_reason(&msg, end);
	qmi_put_u8(&msg, 0x12, client->family);
	qmi_indicate(m, client, GET_PKT_SRVC_STATUS, &msg);
}

void wds_indicate_status(struct modem *m, struct qmi_client *client, enum call_end end)
{
	indicate(m, client, end, false);
}

void wds_indicate_change(struct modem *m)
{
	struct qmi_client *c;

	for_each_qmi_client(c, m)
		if (c->service == QMI_WDS && c->call)
			indicate(m, c, CALL_END_NONE, true);
}

static enum qmi_error reset(struct modem *m, struct qmi_client *client,
			    const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)req, (void)rsp;
	if (client->call)
		call_end(m, client->call, CALL_END_CLIENT);
	client->mux_id = 0;
	client->family = 4;
	return QMI_OK;
}

/* Statistics and dormancy never change on their own here, so there is nothing to report. */
static enum qmi_error accept(struct modem *m, struct qmi_client *client,
			     const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req, (void)rsp;
	return QMI_OK;
}

/* Chosen by profile or APN, or else the usual PDN of the mux id. */
static enum qmi_error choose_pdn(struct modem *m, const struct qmi_client *client,
				 const struct qmi_request *req, struct pdn **pdn)
{
	uint8_t profile = 0;
	const uint8_t *apn;
	size_t len;
	enum qmi_error error = qmi_optional(qmi_get_u8(req, 0x31, &profile));

	if (error)
		return error;
	if (profile) {
		*pdn = profile_pdn(m, profile);
		return profile_find(m, profile) ? QMI_OK : QMI_ERR_INVALID_PROFILE;
	}
	if (qmi_get(req, 0x14, &apn, &len) == QMI_OK && len) {
		*pdn = profile_pdn_of_apn(m, apn, len);
		return QMI_OK;
	}
	*pdn = profile_pdn(m, client->mux_id - 0x80);
	if (!*pdn)
		*pdn = profile_pdn(m, m->default_profile[DEFAULT_TETHERED]);
	return QMI_OK;
}

static enum qmi_error refuse(struct qmi_reply *rsp, enum call_end why)
{
	put_end_reason(rsp, why);
	return QMI_ERR_CALL_FAILED;
}

static enum qmi_error start_network(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t family = client->family, autoconnect = 0;
	struct call *call;
	struct pdn *pdn;
	enum qmi_error error = qmi_optional(qmi_get_u8(req, 0x19, &family));

	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x33, &autoconnect));
	if (!error)
		error = choose_pdn(m, client, req, &pdn);
	if (error)
		return error;
	if (family != 4 && family != 6)
		return QMI_ERR_INVALID_IP_FAMILY;
	if (client->call || call_find(m, client->mux_id, family))
		return QMI_ERR_NO_EFFECT;
	if (!m->nas.registered)
		return refuse(rsp, CALL_END_NO_SERVICE);
	if (!pdn)
		return refuse(rsp, CALL_END_UNKNOWN_APN);
	call = &pdn->call[family == 6];
	if (call->refusal) {
		put_cause(rsp, CALL_END_NETWORK, call->refusal);
		stat_inc(m, qmi_refusals);
		return QMI_ERR_CALL_FAILED;
	}
	if (call->up)
		return refuse(rsp, CALL_END_NETWORK);
	client->family = family;
	if (autoconnect)
		m->autoconnect.status = AUTOCONNECT_ON;
	call_begin(m, call, client);
	qmi_put_u32(rsp, 0x01, call->handle);
	return QMI_OK;
}

static enum qmi_error stop_network(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct call *call = client->call;
	uint8_t no_autoconnect = 0;
	uint32_t handle;
	enum qmi_error error = qmi_get_u32(req, 0x01, &handle);

	(void)rsp;
	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x10, &no_autoconnect));
	if (error)
		return error;
	if (handle == ANY_CALL)
		call = client_call(m, client);
	else if (!client->last_handle || handle != client->last_handle)
		return QMI_ERR_INVALID_HANDLE;
	if (no_autoconnect)
		m->autoconnect.status = AUTOCONNECT_OFF;
	if (!call)
		return QMI_ERR_NO_EFFECT;
	call_end(m, call, CALL_END_CLIENT);
	return QMI_OK;
}

static enum qmi_error get_packet_service_status(struct modem *m, struct qmi_client *client,
						const struct qmi_request *req,
						struct qmi_reply *rsp)
{
	(void)req;
	qmi_put_u8(rsp, 0x01, client_call(m, client) ? CONNECTED : DISCONNECTED);
	return QMI_OK;
}

static enum qmi_error get_channel_rates(struct modem *m, struct qmi_client *client,
					const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t rates[16];
	unsigned int i;

	(void)m, (void)client, (void)req;
	for (i = 0; i < 4; i++)
		put_le32(rates + 4 * i, i % 2 ? 150000000 : 50000000);
	qmi_put_bytes(rsp, 0x01, rates, sizeof(rates));
	return QMI_OK;
}

static enum qmi_error get_packet_statistics(struct modem *m, struct qmi_client *client,
					    const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct call *call = client_call(m, client);
	const struct traffic *t;
	uint32_t mask;
	enum qmi_error error = qmi_get_u32(req, 0x01, &mask);

	if (error)
		return error;
	if (!call)
		return QMI_ERR_OUT_OF_CALL;
	t = &call->pdn->traffic;
	if (mask & 1 << 0)
		qmi_put_u32(rsp, 0x10, t->uplink_frames);
	if (mask & 1 << 1)
		qmi_put_u32(rsp, 0x11, t->downlink_frames);
	if (mask & 1 << 6)
		qmi_put_u64(rsp, 0x19, t->uplink_bytes);
	if (mask & 1 << 7)
		qmi_put_u64(rsp, 0x1a, t->downlink_bytes);
	return QMI_OK;
}

/* The PDN that LTE asks for when it attaches: profile 1. Nothing is pending. */
static enum qmi_error get_attach_list(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	static const uint8_t current[] = { 1, 1, 0 }, pending[] = { 0 };

	(void)m, (void)client, (void)req;
	qmi_put_bytes(rsp, 0x10, current, sizeof(current));
	qmi_put_bytes(rsp, 0x11, pending, sizeof(pending));
	return QMI_OK;
}

/* The attach used IPv4 and IPv6. */
static enum qmi_error get_attach_parameters(struct modem *m, struct qmi_client *client,
					    const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	if (!m->nas.registered)
		return QMI_ERR_INFO_UNAVAILABLE;
	qmi_put_string(rsp, 0x10, m->pdn[0].apn);
	qmi_put_u8(rsp, 0x11, ATTACHED_IPV4V6);
	qmi_put_u8(rsp, 0x12, 1);
	return QMI_OK;
}

/* Settings of a call */

static void put_settings_common(struct modem *m, const struct call *call, uint32_t mask,
				struct qmi_reply *rsp)
{
	uint8_t profile[2] = { PROFILE_3GPP, call->pdn->profile };

	if (mask & WANT_PROFILE_NAME)
		qmi_put_string(rsp, 0x10, m->profile[call->pdn->profile - 1].name);
	if (mask & WANT_PDP_TYPE)
		qmi_put_u8(rsp, 0x11, call->family == 6 ? 2 : 0);
	if (mask & WANT_APN)
		qmi_put_string(rsp, 0x14, call->pdn->apn);
	if (mask & WANT_AUTH)
		qmi_put_u8(rsp, 0x1d, 0);
	if (mask & WANT_PROFILE)
		qmi_put_bytes(rsp, 0x1f, profile, sizeof(profile));
	if (mask & WANT_MTU)
		qmi_put_u32(rsp, 0x29, m->opt.mtu);
	if (mask & WANT_FAMILY)
		qmi_put_u8(rsp, 0x2b, call->family);
}

static void put_settings4(const struct pdn *pdn, uint32_t mask, struct qmi_reply *rsp)
{
	if (mask & WANT_DNS) {
		qmi_put_u32(rsp, 0x15, pdn_address4(pdn, PDN_GATEWAY));
		qmi_put_u32(rsp, 0x16, pdn_address4(pdn, PDN_DNS2));
	}
	if (mask & WANT_ADDRESS)
		qmi_put_u32(rsp, 0x1e, pdn_address4(pdn, PDN_CLIENT));
	if (mask & WANT_GATEWAY) {
		qmi_put_u32(rsp, 0x20, pdn_address4(pdn, PDN_GATEWAY));
		qmi_put_u32(rsp, 0x21, PDN_NETMASK4);
	}
}

static void put_address6(struct qmi_reply *rsp, uint8_t type, const struct pdn *pdn,
			 enum pdn_host host, size_t len)
{
	uint8_t *value = qmi_put(rsp, type, len);

	pdn_address6(pdn, host, value);
	if (len == 17)
		value[16] = 64;
}

static void put_settings6(const struct pdn *pdn, uint32_t mask, struct qmi_reply *rsp)
{
	if (mask & WANT_ADDRESS)
		put_address6(rsp, 0x25, pdn, PDN_CLIENT, 17);
	if (mask & WANT_GATEWAY)
		put_address6(rsp, 0x26, pdn, PDN_GATEWAY, 17);
	if (mask & WANT_DNS) {
		put_address6(rsp, 0x27, pdn, PDN_GATEWAY, 16);
		put_address6(rsp, 0x28, pdn, PDN_DNS2, 16);
	}
}

static enum qmi_error get_runtime_settings(struct modem *m, struct qmi_client *client,
					   const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct call *call = client_call(m, client);
	uint32_t mask = WANT_DEFAULT;
	enum qmi_error error = qmi_optional(qmi_get_u32(req, 0x10, &mask));

	if (error)
		return error;
	if (!call)
		return QMI_ERR_OUT_OF_CALL;
	put_settings_common(m, call, mask, rsp);
	if (call->family == 6)
		put_settings6(call->pdn, mask, rsp);
	else
		put_settings4(call->pdn, mask, rsp);
	return QMI_OK;
}

static enum qmi_error get_autoconnect(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	qmi_put_u8(rsp, 0x01, m->autoconnect.status);
	qmi_put_u8(rsp, 0x10, m->autoconnect.roaming);
	return QMI_OK;
}

/* The setting is stored and returned. This modem never dials by itself. */
static enum qmi_error set_autoconnect(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct autoconnect wanted = m->autoconnect;
	enum qmi_error error = qmi_get_u8(req, 0x01, &wanted.status);

	(void)client, (void)rsp;
	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x10, &wanted.roaming));
	if (error)
		return error;
	if (wanted.status > AUTOCONNECT_PAUSED || wanted.roaming > HOME_ONLY)
		return QMI_ERR_INVALID_ARG;
	m->autoconnect = wanted;
	return QMI_OK;
}

static enum qmi_error set_ip_family(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t family;
	enum qmi_error error = qmi_get_u8(req, 0x01, &family);

	(void)m, (void)rsp;
	if (error)
		return error;
	if (family != 4 && family != 6)
		return QMI_ERR_INVALID_IP_FAMILY;
	if (client->call)
		return QMI_ERR_NO_EFFECT;
	client->family = family;
	return QMI_OK;
}

static enum qmi_error bind_mux_data_port(struct modem *m, struct qmi_client *client,
					 const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t endpoint[8], mux_id = 0;
	enum qmi_error error = qmi_get_bytes(req, 0x10, endpoint, sizeof(endpoint));

	(void)rsp;
	if (!error && (get_le32(endpoint) != ENDPOINT_HSUSB ||
		       get_le32(endpoint + 4) != m->product->interface))
		return QMI_ERR_INVALID_ARG;
	error = qmi_optional(error);
	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x11, &mux_id));
	if (error)
		return error;
	if (client->call)
		return QMI_ERR_NO_EFFECT;
	client->mux_id = mux_id;
	m->calls.known_mux[mux_id] = true;
	return QMI_OK;
}

static const struct qmi_message messages[] = {
	{ 0x0000, "RESET", reset },
	{ 0x0001, "SET_EVENT_REPORT", accept },
	{ 0x0003, "INDICATION_REGISTER", accept },
	{ 0x0020, "START_NETWORK_INTERFACE", start_network },
	{ 0x0021, "STOP_NETWORK_INTERFACE", stop_network },
	{ GET_PKT_SRVC_STATUS, "GET_PKT_SRVC_STATUS", get_packet_service_status },
	{ 0x0023, "GET_CHANNEL_RATES", get_channel_rates },
	{ 0x0024, "GET_PKT_STATISTICS", get_packet_statistics },
	{ 0x0027, "CREATE_PROFILE", profile_create },
	{ 0x0028, "MODIFY_PROFILE_SETTINGS", profile_modify },
	{ 0x0029, "DELETE_PROFILE", profile_delete },
	{ 0x002a, "GET_PROFILE_LIST", profile_list },
	{ 0x002b, "GET_PROFILE_SETTINGS", profile_settings },
	{ 0x002d, "GET_RUNTIME_SETTINGS", get_runtime_settings },
	{ 0x0034, "GET_AUTOCONNECT_SETTINGS", get_autoconnect },
	{ 0x0049, "GET_DEFAULT_PROFILE_NUMBER", profile_get_default },
	{ 0x004a, "SET_DEFAULT_PROFILE_NUMBER", profile_set_default },
	{ 0x004d, "SET_CLIENT_IP_FAMILY_PREF", set_ip_family },
	{ 0x0051, "SET_AUTOCONNECT_SETTINGS", set_autoconnect },
	{ 0x0085, "GET_LTE_ATTACH_PARAMS", get_attach_parameters },
	{ 0x0094, "GET_LTE_ATTACH_PDN_LIST", get_attach_list },
	{ 0x00a2, "BIND_MUX_DATA_PORT", bind_mux_data_port },
};

const struct qmi_service_info qmi_wds = {
	QMI_WDS, "WDS", 1, 67, messages, ARRAY_SIZE(messages),
};
