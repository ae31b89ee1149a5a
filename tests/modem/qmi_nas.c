// SPDX-License-Identifier: GPL-2.0-only
/*
 * QMI network access service: registered on the test network 001-01 whenever the radio is on and
 * the host's preferences admit that network.
 */
#include "identity.h"
#include "modem.h"
#include "util.h"

#define TAC		0x0001
#define CELL		0x01a2d001

enum { NOT_REGISTERED = 0, REGISTERED = 1, SEARCHING = 2, DENIED = 3 };
enum { ATTACHED = 1, DETACHED = 2 };
enum { RADIO_NONE = 0, RADIO_UMTS = 5, RADIO_LTE = 8, RADIO_NR5G = 12 };
enum { SERVICE_NONE = 0, SERVICE_AVAILABLE = 2 };
enum { SELECT_AUTOMATIC = 0, SELECT_MANUAL = 1 };
#define DOMAIN_CS_PS	2
enum { USAGE_VOICE = 1, USAGE_DATA = 2 };
enum { SERVING_SYSTEM_IND = 0x0024, SYS_INFO_IND = 0x004e };

/* TLVs of INDICATION_REGISTER that are also bits of qmi_client.events, from bit 0 for 0x10 */
#define EVENT(type)	(1u << ((type) - 0x10))
#define EVENT_SERVING_SYSTEM	0x13
#define EVENT_SYS_INFO		0x18
#define EVENT_LAST		0x20

uint16_t nas_supported_modes(const struct modem *m)
{
	return MODE_UMTS | MODE_LTE | (m->product->v5 ? MODE_NR5G : 0);
}

static bool is_standalone(const struct modem *m)
{
	if (!m->opt.network)
		return m->product->v5;
	return m->opt.network == NETWORK_SA;
}

/* Registered by LTE, which adds carriers of 5G to its own. */
static bool has_nr5g_beside(const struct modem *m)
{
	return m->opt.network == NETWORK_NSA && m->nas.registered && m->nas.modes & MODE_NR5G;
}

static uint16_t network_mode(const struct modem *m)
{
	return is_standalone(m) ? MODE_NR5G : MODE_LTE;
}

static uint8_t radio(const struct modem *m)
{
	if (!m->nas.registered)
		return RADIO_NONE;
	return is_standalone(m) ? RADIO_NR5G : RADIO_LTE;
}

static bool network_is_wanted(const struct nas *nas)
{
	return nas->selection == SELECT_AUTOMATIC || (nas->mcc == MCC && nas->mnc == MNC);
}

static bool can_register(const struct modem *m)
{
	return !m->qmi.operating_mode && (m->nas.modes & network_mode(m)) &&
	       network_is_wanted(&m->nas) && card_is_ready(&m->card) &&
	       m->nas.stance <= STANCE_ROAMING;
}

void nas_reset(struct modem *m)
{
	m->nas = (struct nas){
		.modes = nas_supported_modes(m),
		.bands = BANDS_UMTS, .lte_bands = BANDS_LTE, .usage = USAGE_DATA,
		.stance = m->nas.stance,
	};
	m->nas.registered = can_register(m);
}

void nas_update(struct modem *m)
{
	bool registered = can_register(m);

	if (registered == m->nas.registered)
		return;
	m->nas.registered = registered;
	m->nas.changed = true;
	if (!registered)
		call_end_all(m, CALL_END_NO_SERVICE);
}

bool nas_set_stance(struct modem *m, const char *name)
{
	static const char *const names[] = {
		[STANCE_HOME] = "home", [STANCE_ROAMING] = "roaming",
		[STANCE_DENIED] = "denied", [STANCE_SEARCHING] = "searching",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]))
			continue;
		m->nas.changed |= m->nas.stance != i;
		m->nas.stance = i;
		nas_update(m);
		return true;
	}
	return false;
}

/* Nothing is measured, so these reports never come. */
static enum qmi_error accept(struct modem *m, struct qmi_client *client,
			     const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req, (void)rsp;
	return QMI_OK;
}

static enum qmi_error register_indications(struct modem *m, struct qmi_client *client,
					   const struct qmi_request *req, struct qmi_reply *rsp)
{
	enum qmi_error error;
	unsigned int type;
	uint8_t on;

	(void)m, (void)rsp;
	for (type = 0x10; type <= EVENT_LAST; type++) {
		error = qmi_get_u8(req, type, &on);
		if (error == QMI_ERR_MISSING_ARG)
			continue;
		if (error)
			return error;
		client->events &= ~EVENT(type);
		if (on)
			client->events |= EVENT(type);
	}
	return QMI_OK;
}

static void put_network(struct qmi_reply *rsp, uint8_t type)
{
	uint8_t *p = qmi_put(rsp, type, 5 + strlen(NETWORK));

	put_le16(p, MCC);
	put_le16(p + 2, MNC);
	p[4] = strlen(NETWORK);
	memcpy(p + 5, NETWORK, strlen(NETWORK));
}

static enum qmi_error get_signal_strength(struct modem *m, struct qmi_client *client,
					  const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t value[2] = { (uint8_t)-75, radio(m) };

	(void)client, (void)req;
	if (!m->nas.registered)
		return QMI_ERR_INFO_UNAVAILABLE;
	qmi_put_bytes(rsp, 0x01, value, sizeof(value));
	return QMI_OK;
}

static uint8_t registration(const struct modem *m)
{
	if (m->nas.registered)
		return REGISTERED;
	if (m->nas.stance == STANCE_DENIED)
		return DENIED;
	return m->nas.stance == STANCE_SEARCHING ? SEARCHING : NOT_REGISTERED;
}

/* Cell and tracking area have other types in the indication than in the response. */
static void put_serving_system(struct modem *m, struct qmi_reply *rsp, uint8_t cell_type,
			       uint8_t tac_type)
{
	bool registered = m->nas.registered;
	uint8_t attach = registered ? ATTACHED : DETACHED;
	/* network: 3GPP (2), then the list of radios */
	uint8_t system[] = { registration(m), attach, attach, 2, 1, radio(m) };
	static const uint8_t data_capability[] = { 1, 0x0b };	/* LTE */

	qmi_put_bytes(rsp, 0x01, system, sizeof(system));
	if (!registered)
		return;
	qmi_put_u8(rsp, 0x10, m->nas.stance != STANCE_ROAMING);
	qmi_put_bytes(rsp, 0x11, data_capability, sizeof(data_capability));
	put_network(rsp, 0x12);
	qmi_put_u32(rsp, cell_type, CELL);
	qmi_put_u16(rsp, tac_type, TAC);
}

static enum qmi_error get_serving_system(struct modem *m, struct qmi_client *client,
					 const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	put_serving_system(m, rsp, 0x1d, 0x24);
	return QMI_OK;
}

static enum qmi_error get_home_network(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	put_network(rsp, 0x01);
	return QMI_OK;
}

/* The card has no list of preferred networks. */
static enum qmi_error get_preferred_networks(struct modem *m, struct qmi_client *client,
					     const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)m, (void)client, (void)req;
	qmi_put_u16(rsp, 0x10, 0);
	return QMI_OK;
}

/* In the GSM alphabet, whose letters are ASCII's, one per byte; no initials, no spare bits. */
static uint8_t *put_name(uint8_t *p, const char *name, size_t header)
{
	size_t len = strlen(name);

	memset(p, 0, header);
	p[header] = len;
	memcpy(p + header + 1, name, len);
	return p + header + 1 + len;
}

static enum qmi_error get_plmn_name(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t plmn[4], value[128], *p = value;
	enum qmi_error error = qmi_get_bytes(req, 0x01, plmn, sizeof(plmn));

	(void)m, (void)client;
	if (error)
		return error;
	if (get_le16(plmn) != MCC || get_le16(plmn + 2) != MNC)
		return QMI_ERR_INFO_UNAVAILABLE;
	p = put_name(p, NETWORK, 1);	/* the provider's */
	p = put_name(p, NETWORK, 3);	/* the network's, short */
	p = put_name(p, NETWORK, 3);	/* and long */
	qmi_put_bytes(rsp, 0x10, value, p - value);
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

/* 5G, the younger one, has other types in the indication than in the response. */
static void put_system_info(struct modem *m, struct qmi_reply *rsp, uint8_t nr5g_type,
			    uint8_t beside_type)
{
	uint8_t service = m->nas.registered ? SERVICE_AVAILABLE : SERVICE_NONE;
	uint8_t status[] = { service, service, m->nas.registered };
	bool nr5g = is_standalone(m);

	qmi_put_bytes(rsp, nr5g ? nr5g_type : 0x14, status, sizeof(status));
	if (m->nas.registered)
		put_system(rsp, nr5g ? nr5g_type + 1 : 0x19);
	if (nr5g || !m->product->v5)
		return;
	qmi_put_u8(rsp, beside_type, has_nr5g_beside(m));
	qmi_put_u8(rsp, beside_type + 1, 0);	/* it is not forbidden */
}

static enum qmi_error get_system_info(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	(void)client, (void)req;
	put_system_info(m, rsp, 0x4a, 0x4e);
	return QMI_OK;
}

static enum qmi_error get_signal_info(struct modem *m, struct qmi_client *client,
				      const struct qmi_request *req, struct qmi_reply *rsp)
{
	/* LTE: RSSI -65, RSRQ -9, RSRP -95, SNR 18.0; 5G: RSRP -95, SNR 18.0 */
	static const uint8_t lte[] = { 0xbf, 0xf7, 0xa1, 0xff, 180, 0 };
	static const uint8_t nr5g[] = { 0xa1, 0xff, 180, 0 };

	(void)client, (void)req;
	if (!m->nas.registered)
		return QMI_ERR_INFO_UNAVAILABLE;
	if (!is_standalone(m))
		qmi_put_bytes(rsp, 0x14, lte, sizeof(lte));
	if (is_standalone(m) || has_nr5g_beside(m))
		qmi_put_bytes(rsp, 0x17, nr5g, sizeof(nr5g));
	return QMI_OK;
}

/* Preferences */

static enum qmi_error get_selection(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct nas *nas = &m->nas;
	static const uint8_t order4g[] = { 2, RADIO_LTE, RADIO_UMTS };
	static const uint8_t order5g[] = { 3, RADIO_NR5G, RADIO_LTE, RADIO_UMTS };
	uint8_t network[5] = { [4] = 0 };

	(void)client, (void)req;
	qmi_put_u8(rsp, 0x10, 0);		/* no emergency */
	qmi_put_u16(rsp, 0x11, nas->modes);
	qmi_put_u64(rsp, 0x12, nas->bands);
	qmi_put_u16(rsp, 0x14, 0xff);		/* roaming: any network */
	qmi_put_u64(rsp, 0x15, nas->lte_bands);
	qmi_put_u8(rsp, 0x16, nas->selection);
	qmi_put_u32(rsp, 0x18, DOMAIN_CS_PS);
	if (nas->selection == SELECT_MANUAL) {
		put_le16(network, nas->mcc);
		put_le16(network + 2, nas->mnc);
		qmi_put_bytes(rsp, 0x1b, network, sizeof(network));
	}
	if (m->product->v5)
		qmi_put_bytes(rsp, 0x1c, order5g, sizeof(order5g));
	else
		qmi_put_bytes(rsp, 0x1c, order4g, sizeof(order4g));
	qmi_put_u32(rsp, 0x1f, nas->usage);
	return QMI_OK;
}

/* Changes only the fields of @nas that the request has. */
static enum qmi_error read_selection(const struct qmi_request *req, struct nas *nas)
{
	uint8_t network[5];
	enum qmi_error error = qmi_optional(qmi_get_u16(req, 0x11, &nas->modes));

	if (!error)
		error = qmi_optional(qmi_get_u64(req, 0x12, &nas->bands));
	if (!error)
		error = qmi_optional(qmi_get_u64(req, 0x15, &nas->lte_bands));
	if (!error)
		error = qmi_optional(qmi_get_u32(req, 0x21, &nas->usage));
	if (error)
		return error;
	error = qmi_get_bytes(req, 0x16, network, sizeof(network));
	if (!error) {
		nas->selection = network[0];
		nas->mcc = get_le16(network + 1);
		nas->mnc = get_le16(network + 3);
	}
	return qmi_optional(error);
}

static enum qmi_error set_selection(struct modem *m, struct qmi_client *client,
				    const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct nas nas = m->nas;
	enum qmi_error error = read_selection(req, &nas);

	(void)client, (void)rsp;
	if (error)
		return error;
	if (!(nas.modes & nas_supported_modes(m)) || nas.selection > SELECT_MANUAL)
		return QMI_ERR_INVALID_ARG;
	if (nas.usage != USAGE_VOICE && nas.usage != USAGE_DATA)
		return QMI_ERR_INVALID_ARG;
	nas.modes &= nas_supported_modes(m);
	m->nas = nas;
	nas_update(m);
	return QMI_OK;
}

/* Action 1 is automatic, 2 manual. */
static enum qmi_error network_register(struct modem *m, struct qmi_client *client,
				       const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t action, network[5];
	enum qmi_error error = qmi_get_u8(req, 0x01, &action);

	(void)client, (void)rsp;
	if (error)
		return error;
	if (action != 1 && action != 2)
		return QMI_ERR_INVALID_ARG;
	if (action == 2) {
		error = qmi_get_bytes(req, 0x10, network, sizeof(network));
		if (error)
			return error;
		m->nas.mcc = get_le16(network);
		m->nas.mnc = get_le16(network + 2);
	}
	m->nas.selection = action - 1;
	nas_update(m);
	return QMI_OK;
}

/* Indications */

static void indicate(struct modem *m, struct qmi_client *client)
{
	struct qmi_reply msg;

	if (client->events & EVENT(EVENT_SERVING_SYSTEM)) {
		qmi_indication_begin(&msg, QMI_NAS);
		put_serving_system(m, &msg, 0x1e, 0x25);
		qmi_indicate(m, client, SERVING_SYSTEM_IND, &msg);
	}
	if (client->events & EVENT(EVENT_SYS_INFO)) {
		qmi_indication_begin(&msg, QMI_NAS);
		put_system_info(m, &msg, 0x4c, 0x50);
		qmi_indicate(m, client, SYS_INFO_IND, &msg);
	}
}

void nas_report(struct modem *m)
{
	struct qmi_client *c;

	if (!m->nas.changed)
		return;
	m->nas.changed = false;
	for_each_qmi_client(c, m)
		if (c->service == QMI_NAS)
			indicate(m, c);
}

static const struct qmi_message messages[] = {
	{ 0x0002, "SET_EVENT_REPORT", accept },
	{ 0x0003, "INDICATION_REGISTER", register_indications },
	{ 0x0020, "GET_SIGNAL_STRENGTH", get_signal_strength },
	{ 0x0022, "INITIATE_NETWORK_REGISTER", network_register },
	{ 0x0024, "GET_SERVING_SYSTEM", get_serving_system },
	{ 0x0025, "GET_HOME_NETWORK", get_home_network },
	{ 0x0026, "GET_PREFERRED_NETWORKS", get_preferred_networks },
	{ 0x0033, "SET_SYSTEM_SELECTION_PREFERENCE", set_selection },
	{ 0x0034, "GET_SYSTEM_SELECTION_PREFERENCE", get_selection },
	{ 0x0044, "GET_PLMN_NAME", get_plmn_name },
	{ 0x004d, "GET_SYS_INFO", get_system_info },
	{ 0x004f, "GET_SIG_INFO", get_signal_info },
	{ 0x0050, "CONFIG_SIG_INFO", accept },
	{ 0x006c, "CONFIG_SIG_INFO_V2", accept },
};

const struct qmi_service_info qmi_nas = {
	QMI_NAS, "NAS", 1, 25, messages, ARRAY_SIZE(messages),
};
