// SPDX-License-Identifier: GPL-2.0-only
/* Steps: registration with the network. The modem registers by itself and tells when it has. */
#include "connect.h"

static void take_client(struct flow *flow, QmiClient *client)
{
	flow->modem->nas = QMI_CLIENT_NAS(g_object_ref(client));
	flow_next(flow);
}

void network_client(struct flow *flow)
{
	client_allocate(flow, QMI_SERVICE_NAS, take_client);
}

/* --- what the state means */

static bool roams_without_leave(const struct modem *m, bool roaming)
{
	return roaming && !m->opt.roaming;
}

static void refuse(struct modem *m)
{
	modem_say(m, "%s", m->network);
	if (m->opt.once)
		modem_leave(m, EXIT_FAILED);
	else
		calls_end(m, m->network);
}

/* Calls that are up when the registration is lost are the network's to end. */
static void take_state(struct modem *m, QmiNasRegistrationState state, bool roaming)
{
	bool registered = state == QMI_NAS_REGISTRATION_STATE_REGISTERED;
	bool denied = state == QMI_NAS_REGISTRATION_STATE_REGISTRATION_DENIED;
	g_autofree char *before = m->network;

	m->may_dial = registered && !roams_without_leave(m, roaming);
	if (registered && !m->may_dial)
		m->network = g_strdup("roaming, which --roaming would allow");
	else
		m->network = words_of_registration(state, roaming);
	status_changed(m);
	if (denied || (registered && !m->may_dial))
		refuse(m);
	else if (registered && flow_is_at(&m->flow, network_ready))
		flow_next(&m->flow);
	else if (g_strcmp0(before, m->network))
		modem_say(m, "%s", m->network);
	calls_run(m);
}

static void changed(QmiClientNas *nas, QmiIndicationNasServingSystemOutput *out, gpointer data)
{
	QmiNasRoamingIndicatorStatus roaming = QMI_NAS_ROAMING_INDICATOR_STATUS_OFF;
	QmiNasRegistrationState state;
	struct modem *m = data;

	if (m->nas != nas || m->leaving)
		return;
	if (!qmi_indication_nas_serving_system_output_get_serving_system(
		    out, &state, NULL, NULL, NULL, NULL, NULL))
		return;
	qmi_indication_nas_serving_system_output_get_roaming_indicator(out, &roaming, NULL);
	take_state(m, state, roaming == QMI_NAS_ROAMING_INDICATOR_STATUS_ON);
}

/* --- indications */

static void events_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageNasRegisterIndicationsOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;

	out = qmi_client_nas_register_indications_finish(QMI_CLIENT_NAS(source), result, &error);
	if (!flow)
		return;
	if (out && qmi_message_nas_register_indications_output_get_result(out, &error))
		flow_next(flow);
	else
		flow_fail(flow, "%s", error->message);
}

void network_events(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiMessageNasRegisterIndicationsInput) in = NULL;

	in = qmi_message_nas_register_indications_input_new();
	show_message(flow, "NAS", 0x0003, "Register Indications");
	qmi_message_nas_register_indications_input_set_serving_system_events(in, TRUE, NULL);
	show_tlv(flow, 0x13, "serving system: yes");
	if (dry_next(flow))
		return;
	g_signal_connect(m->nas, "serving-system", G_CALLBACK(changed), m);
	qmi_client_nas_register_indications(m->nas, in, ANSWER_SECONDS, NULL, events_ready,
					    flow_ask(flow));
}

/* --- the state now */

static void state_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	QmiNasRoamingIndicatorStatus roaming = QMI_NAS_ROAMING_INDICATOR_STATUS_OFF;
	QmiNasRegistrationState state = QMI_NAS_REGISTRATION_STATE_UNKNOWN;
	g_autoptr(QmiMessageNasGetServingSystemOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;

	out = qmi_client_nas_get_serving_system_finish(QMI_CLIENT_NAS(source), result, &error);
	if (!flow)
		return;
	if (!out || !qmi_message_nas_get_serving_system_output_get_result(out, &error)) {
		flow_fail(flow, "%s", error->message);
		return;
	}
	qmi_message_nas_get_serving_system_output_get_serving_system(out, &state, NULL, NULL,
								     NULL, NULL, NULL);
	qmi_message_nas_get_serving_system_output_get_roaming_indicator(out, &roaming, NULL);
	take_state(flow->modem, state, roaming == QMI_NAS_ROAMING_INDICATOR_STATUS_ON);
}

/* Ends when the modem is registered, now or by an indication. */
void network_ready(struct flow *flow)
{
	struct modem *m = flow->modem;

	show_message(flow, "NAS", 0x0024, "Get Serving System");
	if (dry_next(flow))
		return;
	qmi_client_nas_get_serving_system(m->nas, NULL, ANSWER_SECONDS, NULL, state_ready,
					  flow_ask(flow));
}
