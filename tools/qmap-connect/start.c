// SPDX-License-Identifier: GPL-2.0-only
/* Steps: one data call, by a client of the wireless data service. */
#include <arpa/inet.h>

#include "connect.h"

#define ANY_CALL	0xffffffff
#define SETTINGS	(QMI_WDS_REQUESTED_SETTINGS_DNS_ADDRESS | \
			 QMI_WDS_REQUESTED_SETTINGS_IP_ADDRESS | \
			 QMI_WDS_REQUESTED_SETTINGS_GATEWAY_INFO | \
			 QMI_WDS_REQUESTED_SETTINGS_MTU | \
			 QMI_WDS_REQUESTED_SETTINGS_IP_FAMILY)

/* Of the network, about a call of this type */
enum { IPV4_ONLY = 50, IPV6_ONLY = 51 };

static QmiWdsIpFamily family_of(const struct call *call)
{
	return call->family == 6 ? QMI_WDS_IP_FAMILY_IPV6 : QMI_WDS_IP_FAMILY_IPV4;
}

/* --- client */

/* The modem sends this to every client that is bound, without being asked. */
static void status_changed_ind(QmiClientWds *wds, QmiIndicationWdsPacketServiceStatusOutput *out,
			       gpointer data)
{
	QmiWdsConnectionStatus status;
	QmiWdsVerboseCallEndReasonType type;
	QmiWdsCallEndReason plain;
	struct call *call = data;
	bool has_verbose, has_plain;
	g_autofree char *why = NULL;
	gboolean changed = FALSE;
	gint16 reason;

	if (call->wds != wds || (call->state != CALL_UP && call->state != CALL_DIALLING))
		return;
	if (!qmi_indication_wds_packet_service_status_output_get_connection_status(
		    out, &status, &changed, NULL) || !call->handle)
		return;
	if (status == QMI_WDS_CONNECTION_STATUS_CONNECTED && changed)
		call_changed(call);
	if (status != QMI_WDS_CONNECTION_STATUS_DISCONNECTED)
		return;
	has_verbose = qmi_indication_wds_packet_service_status_output_get_verbose_call_end_reason(
		out, &type, &reason, NULL);
	has_plain = qmi_indication_wds_packet_service_status_output_get_call_end_reason(
		out, &plain, NULL);
	why = words_of_end(has_verbose, type, reason, has_plain, plain);
	call->handle = 0;
	call_ended(call, why);
}

static void take_client(struct flow *flow, QmiClient *client)
{
	struct call *call = flow->call;

	call->wds = QMI_CLIENT_WDS(g_object_ref(client));
	call->signal = g_signal_connect(client, "packet-service-status",
					G_CALLBACK(status_changed_ind), call);
	flow_next(flow);
}

void wds_client(struct flow *flow)
{
	client_allocate(flow, QMI_SERVICE_WDS, take_client);
}

/* --- bind */

static void bound(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdsBindMuxDataPortOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;

	out = qmi_client_wds_bind_mux_data_port_finish(QMI_CLIENT_WDS(source), result, &error);
	if (!flow)
		return;
	if (out && qmi_message_wds_bind_mux_data_port_output_get_result(out, &error))
		flow_next(flow);
	else
		flow_fail(flow, "%s", error->message);
}

static QmiMessageWdsBindMuxDataPortInput *bind_input(struct flow *flow)
{
	QmiMessageWdsBindMuxDataPortInput *in = qmi_message_wds_bind_mux_data_port_input_new();
	unsigned int mux_id = flow->call->pdn->mux_id;

	show_message(flow, "WDS", 0x00a2, "Bind Mux Data Port");
	qmi_message_wds_bind_mux_data_port_input_set_endpoint_info(
		in, QMI_DATA_ENDPOINT_TYPE_HSUSB, flow->modem->interface, NULL);
	show_tlv(flow, 0x10, "endpoint: HSUSB, interface %u", flow->modem->interface);
	qmi_message_wds_bind_mux_data_port_input_set_mux_id(in, mux_id, NULL);
	show_tlv(flow, 0x11, "mux id: 0x%02x", mux_id);
	qmi_message_wds_bind_mux_data_port_input_set_client_type(
		in, QMI_WDS_CLIENT_TYPE_TETHERED, NULL);
	show_tlv(flow, 0x13, "client type: tethered");
	return in;
}

void wds_bind(struct flow *flow)
{
	g_autoptr(QmiMessageWdsBindMuxDataPortInput) in = NULL;

	if (!flow->modem->mux) {
		flow_next(flow);
		return;
	}
	in = bind_input(flow);
	if (!dry_next(flow))
		qmi_client_wds_bind_mux_data_port(flow->call->wds, in, ANSWER_SECONDS, NULL, bound,
						  flow_ask(flow));
}

/* --- family */

/* A modem that knows one family only may refuse this, and start the call all the same. */
void wds_family(struct flow *flow)
{
	g_autoptr(QmiMessageWdsSetIpFamilyInput) in = qmi_message_wds_set_ip_family_input_new();

	show_message(flow, "WDS", 0x004d, "Set IP Family");
	qmi_message_wds_set_ip_family_input_set_preference(in, family_of(flow->call), NULL);
	show_tlv(flow, 0x01, "IPv%u", flow->call->family);
	if (!dry_next(flow))
		qmi_client_wds_set_ip_family(flow->call->wds, in, ANSWER_SECONDS, NULL,
					     flow_next_anyhow, flow_ask(flow));
}

/* --- start */

/* The network would say the same again. */
static bool is_final(QmiWdsVerboseCallEndReasonType type, gint16 reason)
{
	return type == QMI_WDS_VERBOSE_CALL_END_REASON_TYPE_3GPP &&
	       (reason == IPV4_ONLY || reason == IPV6_ONLY);
}

static void start_failed(struct flow *flow, QmiMessageWdsStartNetworkOutput *out,
			 const GError *error)
{
	QmiWdsVerboseCallEndReasonType type;
	bool has_verbose, has_plain;
	g_autofree char *why = NULL;
	QmiWdsCallEndReason plain;
	gint16 reason;

	if (!out || !g_error_matches(error, QMI_PROTOCOL_ERROR, QMI_PROTOCOL_ERROR_CALL_FAILED)) {
		flow_fail(flow, "%s", error->message);
		return;
	}
	has_verbose = qmi_message_wds_start_network_output_get_verbose_call_end_reason(
		out, &type, &reason, NULL);
	has_plain = qmi_message_wds_start_network_output_get_call_end_reason(out, &plain, NULL);
	why = words_of_end(has_verbose, type, reason, has_plain, plain);
	flow->call->never = has_verbose && is_final(type, reason);
	flow_fail(flow, "%s", why);
}

static void started(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdsStartNetworkOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;

	out = qmi_client_wds_start_network_finish(QMI_CLIENT_WDS(source), result, &error);
	if (!flow)
		return;
	if (!out || !qmi_message_wds_start_network_output_get_result(out, &error)) {
		start_failed(flow, out, error);
		return;
	}
	flow->call->handle = ANY_CALL;
	qmi_message_wds_start_network_output_get_packet_data_handle(out, &flow->call->handle,
								    NULL);
	flow_next(flow);
}

static void put_login(struct flow *flow, QmiMessageWdsStartNetworkInput *in)
{
	const struct pdn *pdn = flow->call->pdn;

	if (pdn->has_auth) {
		qmi_message_wds_start_network_input_set_authentication_preference(in, pdn->auth,
										  NULL);
		show_tlv(flow, 0x16, "authentication: %s%s",
			 pdn->auth & QMI_WDS_AUTHENTICATION_PAP ? "PAP " : "",
			 pdn->auth & QMI_WDS_AUTHENTICATION_CHAP ? "CHAP" : "");
	}
	if (pdn->user) {
		qmi_message_wds_start_network_input_set_username(in, pdn->user, NULL);
		show_tlv(flow, 0x17, "user: %s", pdn->user);
	}
	if (pdn->password) {
		qmi_message_wds_start_network_input_set_password(in, pdn->password, NULL);
		show_tlv(flow, 0x18, "password: ****");
	}
}

static QmiMessageWdsStartNetworkInput *start_input(struct flow *flow)
{
	QmiMessageWdsStartNetworkInput *in = qmi_message_wds_start_network_input_new();
	const struct pdn *pdn = flow->call->pdn;

	show_message(flow, "WDS", 0x0020, "Start Network");
	if (pdn->apn) {
		qmi_message_wds_start_network_input_set_apn(in, pdn->apn, NULL);
		show_tlv(flow, 0x14, "APN: %s", pdn->apn);
	}
	put_login(flow, in);
	qmi_message_wds_start_network_input_set_ip_family_preference(in, family_of(flow->call),
								     NULL);
	show_tlv(flow, 0x19, "IPv%u", flow->call->family);
	if (pdn->profile) {
		qmi_message_wds_start_network_input_set_profile_index_3gpp(in, pdn->profile, NULL);
		show_tlv(flow, 0x31, "profile: %u", pdn->profile);
	}
	return in;
}

void wds_start(struct flow *flow)
{
	g_autoptr(QmiMessageWdsStartNetworkInput) in = start_input(flow);

	if (!dry_next(flow))
		qmi_client_wds_start_network(flow->call->wds, in, START_SECONDS, NULL, started,
					     flow_ask(flow));
}

/* --- settings */

static char *address4(guint32 address)
{
	struct in_addr in = { htonl(address) };
	char text[INET_ADDRSTRLEN];

	return address ? g_strdup(inet_ntop(AF_INET, &in, text, sizeof(text))) : NULL;
}

static char *address6(const GArray *words)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr in = { 0 };
	unsigned int i, any = 0;

	for (i = 0; words && i < 8 && i < words->len; i++) {
		guint16 word = g_array_index(words, guint16, i);

		any |= word;
		in.s6_addr[2 * i] = word >> 8;
		in.s6_addr[2 * i + 1] = word & 0xff;
	}
	return any ? g_strdup(inet_ntop(AF_INET6, &in, text, sizeof(text))) : NULL;
}

static void take_settings4(struct settings *s, QmiMessageWdsGetCurrentSettingsOutput *out)
{
	guint32 address = 0, gateway = 0, mask = 0, dns[2] = { 0 };

	qmi_message_wds_get_current_settings_output_get_ipv4_address(out, &address, NULL);
	qmi_message_wds_get_current_settings_output_get_ipv4_gateway_address(out, &gateway, NULL);
	qmi_message_wds_get_current_settings_output_get_ipv4_gateway_subnet_mask(out, &mask, NULL);
	qmi_message_wds_get_current_settings_output_get_primary_ipv4_dns_address(
		out, &dns[0], NULL);
	qmi_message_wds_get_current_settings_output_get_secondary_ipv4_dns_address(
		out, &dns[1], NULL);
	s->address = address4(address);
	s->gateway = address4(gateway);
	s->prefix = mask ? __builtin_popcount(mask) : 32;
	s->dns[0] = address4(dns[0]);
	s->dns[1] = address4(dns[1]);
}

static void take_settings6(struct settings *s, QmiMessageWdsGetCurrentSettingsOutput *out)
{
	GArray *address = NULL, *gateway = NULL, *first = NULL, *second = NULL;
	guint8 prefix = 64, ignored;

	qmi_message_wds_get_current_settings_output_get_ipv6_address(out, &address, &prefix, NULL);
	qmi_message_wds_get_current_settings_output_get_ipv6_gateway_address(out, &gateway,
									     &ignored, NULL);
	qmi_message_wds_get_current_settings_output_get_ipv6_primary_dns_address(
		out, &first, NULL);
	qmi_message_wds_get_current_settings_output_get_ipv6_secondary_dns_address(
		out, &second, NULL);
	s->address = address6(address);
	s->gateway = address6(gateway);
	s->prefix = prefix;
	s->dns[0] = address6(first);
	s->dns[1] = address6(second);
}

/* Where they have changed, the old ones are removed first. */
static void take_settings(struct flow *flow, struct settings *fresh)
{
	struct call *call = flow->call;

	if (!fresh->address) {
		settings_clear(fresh);
		flow_fail(flow, "the network gives no address");
		return;
	}
	if (!settings_equal(&call->settings, fresh))
		link_unconfigure(call);
	settings_clear(&call->settings);
	call->settings = *fresh;
	flow_next(flow);
}

static void settings_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdsGetCurrentSettingsOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;
	struct settings fresh = { 0 };

	out = qmi_client_wds_get_current_settings_finish(QMI_CLIENT_WDS(source), result, &error);
	if (!flow)
		return;
	if (!out || !qmi_message_wds_get_current_settings_output_get_result(out, &error)) {
		flow_fail(flow, "%s", error->message);
		return;
	}
	if (flow->call->family == 6)
		take_settings6(&fresh, out);
	else
		take_settings4(&fresh, out);
	qmi_message_wds_get_current_settings_output_get_mtu(out, &fresh.mtu, NULL);
	take_settings(flow, &fresh);
}

/* Stands for what the network would give. */
static void dry_settings(struct settings *s, unsigned int family)
{
	settings_clear(s);
	s->address = g_strdup("ADDRESS");
	s->gateway = g_strdup("GATEWAY");
	s->dns[0] = g_strdup("DNS");
	s->prefix = family == 6 ? 64 : 24;
	s->mtu = 1500;
}

void wds_settings(struct flow *flow)
{
	g_autoptr(QmiMessageWdsGetCurrentSettingsInput) in = NULL;

	in = qmi_message_wds_get_current_settings_input_new();
	show_message(flow, "WDS", 0x002d, "Get Current Settings");
	qmi_message_wds_get_current_settings_input_set_requested_settings(in, SETTINGS, NULL);
	show_tlv(flow, 0x10, "DNS servers, address, gateway, MTU, family");
	if (flow->modem->opt.dry_run)
		dry_settings(&flow->call->settings, flow->call->family);
	if (!dry_next(flow))
		qmi_client_wds_get_current_settings(flow->call->wds, in, ANSWER_SECONDS, NULL,
						    settings_ready, flow_ask(flow));
}

/* --- status */

static void status_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdsGetPacketServiceStatusOutput) out = NULL;
	QmiWdsConnectionStatus status = QMI_WDS_CONNECTION_STATUS_CONNECTED;
	struct flow *flow = flow_answered(data);

	out = qmi_client_wds_get_packet_service_status_finish(
		QMI_CLIENT_WDS(source), result, NULL);
	if (!flow)
		return;
	if (out)
		qmi_message_wds_get_packet_service_status_output_get_connection_status(
			out, &status, NULL);
	if (status == QMI_WDS_CONNECTION_STATUS_DISCONNECTED)
		flow_fail(flow, "the call has ended already");
	else
		flow_next(flow);
}

void wds_status(struct flow *flow)
{
	show_message(flow, "WDS", 0x0022, "Get Packet Service Status");
	if (!dry_next(flow))
		qmi_client_wds_get_packet_service_status(flow->call->wds, NULL, ANSWER_SECONDS,
							 NULL, status_ready, flow_ask(flow));
}

/* --- stop */

void wds_stop(struct flow *flow)
{
	struct call *call = flow->call;
	g_autoptr(QmiMessageWdsStopNetworkInput) in = NULL;

	if (!call->wds || !call->handle) {
		flow_next(flow);
		return;
	}
	in = qmi_message_wds_stop_network_input_new();
	show_message(flow, "WDS", 0x0021, "Stop Network");
	qmi_message_wds_stop_network_input_set_packet_data_handle(in, call->handle, NULL);
	show_tlv(flow, 0x01, "handle: 0x%08x", call->handle);
	call->handle = 0;
	qmi_client_wds_stop_network(call->wds, in, ANSWER_SECONDS, NULL, flow_next_anyhow,
				    flow_ask(flow));
}

/* Runs once more when the client is released. */
void wds_release(struct flow *flow)
{
	struct call *call = flow->call;
	g_autoptr(QmiClientWds) wds = g_steal_pointer(&call->wds);

	if (!wds) {
		flow_next(flow);
		return;
	}
	g_signal_handler_disconnect(wds, call->signal);
	client_release(flow, QMI_CLIENT(wds));
}
