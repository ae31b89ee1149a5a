// SPDX-License-Identifier: GPL-2.0-only
/* Steps: the SIM card. It may be missing, and it may want a PIN. */
#include "connect.h"

typedef QmiMessageUimGetCardStatusOutputCardStatusCardsElement Card;
typedef QmiMessageUimGetCardStatusOutputCardStatusCardsElementApplicationsElement Application;

#define SLOT_SHIFT	8	/* an index of applications: card, then application */

static void take_client(struct flow *flow, QmiClient *client)
{
	flow->modem->uim = QMI_CLIENT_UIM(g_object_ref(client));
	flow_next(flow);
}

void card_client(struct flow *flow)
{
	client_allocate(flow, QMI_SERVICE_UIM, take_client);
}

/* --- indications */

/* What has changed is asked for, so that there is one place that understands it. */
static void changed(QmiClientUim *uim, QmiIndicationUimCardStatusOutput *out, gpointer data)
{
	struct modem *m = data;

	if (m->uim == uim && flow_is_at(&m->flow, card_ready) && m->pin != PIN_SENT)
		flow_again(&m->flow);
}

/* Not every modem tells when a card that has started is ready. */
static gboolean look_again(gpointer data)
{
	struct flow *flow = flow_answered(data);

	if (flow)
		flow_again(flow);
	return G_SOURCE_REMOVE;
}

static void wait_for_card(struct flow *flow)
{
	modem_say(flow->modem, "the card is not ready yet");
	g_timeout_add_seconds(1, look_again, flow_ask(flow));
}

/* A modem that has no such indications is not refused. */
void card_events(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiMessageUimRegisterEventsInput) in = NULL;

	in = qmi_message_uim_register_events_input_new();
	show_message(flow, "UIM", 0x002e, "Register Events");
	qmi_message_uim_register_events_input_set_event_registration_mask(
		in, QMI_UIM_EVENT_REGISTRATION_FLAG_CARD_STATUS, NULL);
	show_tlv(flow, 0x01, "card status");
	if (dry_next(flow))
		return;
	g_signal_connect(m->uim, "card-status", G_CALLBACK(changed), m);
	qmi_client_uim_register_events(m->uim, in, ANSWER_SECONDS, NULL, flow_next_anyhow,
				       flow_ask(flow));
}

/* --- PIN */

static void refuse(struct modem *m, int status, const char *why)
{
	modem_say(m, "%s", why);
	if (m->opt.once || status == EXIT_PIN)
		modem_leave(m, status);
}

/* A wrong PIN is never sent twice: the third time would block the card. */
static void verified(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageUimVerifyPinOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autofree char *why = NULL;
	guint8 left = 0, unblocks;

	out = qmi_client_uim_verify_pin_finish(QMI_CLIENT_UIM(source), result, NULL);
	if (!flow)
		return;
	if (out && qmi_message_uim_verify_pin_output_get_result(out, NULL)) {
		flow->modem->pin = PIN_RIGHT;
		flow_again(flow);
		return;
	}
	if (out && qmi_message_uim_verify_pin_output_get_retries_remaining(out, &left, &unblocks,
									   NULL))
		why = g_strdup_printf("the PIN is wrong, %u attempts are left", left);
	refuse(flow->modem, EXIT_PIN, why ? why : "the card refuses the PIN");
}

static void show_pin(struct flow *flow)
{
	show_message(flow, "UIM", 0x0026, "Verify PIN");
	show_tlv(flow, 0x01, "session: primary");
	show_tlv(flow, 0x02, "PIN1: ****");
}

static void verify(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiMessageUimVerifyPinInput) in = qmi_message_uim_verify_pin_input_new();
	g_autoptr(GArray) no_application = g_array_new(FALSE, FALSE, sizeof(guint8));

	show_pin(flow);
	qmi_message_uim_verify_pin_input_set_session(
		in, QMI_UIM_SESSION_TYPE_PRIMARY_GW_PROVISIONING, no_application, NULL);
	qmi_message_uim_verify_pin_input_set_info(in, QMI_UIM_PIN_ID_PIN1, m->opt.pin, NULL);
	m->pin = PIN_SENT;
	qmi_client_uim_verify_pin(m->uim, in, ANSWER_SECONDS, NULL, verified, flow_ask(flow));
}

static void want_pin(struct flow *flow, const Application *app)
{
	struct modem *m = flow->modem;

	if (!m->opt.pin)
		refuse(m, EXIT_PIN, "the card wants a PIN: --pin, or pin= in the configuration");
	else if (m->pin == PIN_RIGHT)
		wait_for_card(flow);
	else if (m->pin == PIN_SENT)
		refuse(m, EXIT_PIN, "the card does not say whether the PIN is right");
	else if (app->pin1_retries == 1)
		refuse(m, EXIT_PIN, "one attempt is left for the PIN: not sent");
	else
		verify(flow);
}

/* --- status */

static const Application *application(const Card *card, unsigned int index)
{
	if (!card->applications || index >= card->applications->len)
		return NULL;
	return &g_array_index(card->applications, Application, index);
}

static void look_at(struct flow *flow, const Card *card, unsigned int index)
{
	struct modem *m = flow->modem;
	const Application *app = application(card, index);

	if (card->card_state == QMI_UIM_CARD_STATE_ABSENT)
		refuse(m, EXIT_FAILED, "no SIM card");
	else if (card->card_state != QMI_UIM_CARD_STATE_PRESENT)
		refuse(m, EXIT_FAILED, qmi_uim_card_error_get_string(card->error_code));
	else if (!app || app->state == QMI_UIM_CARD_APPLICATION_STATE_READY)
		flow_next(flow);
	else if (app->state == QMI_UIM_CARD_APPLICATION_STATE_PIN1_OR_UPIN_PIN_REQUIRED)
		want_pin(flow, app);
	else if (app->state == QMI_UIM_CARD_APPLICATION_STATE_PUK1_OR_UPIN_PUK_REQUIRED ||
		 app->state == QMI_UIM_CARD_APPLICATION_STATE_PIN1_BLOCKED)
		refuse(m, EXIT_PIN, "the card is blocked and wants its PUK");
	else
		wait_for_card(flow);
}

static void status_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageUimGetCardStatusOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	guint16 primary = 0xffff;
	GArray *cards = NULL;

	out = qmi_client_uim_get_card_status_finish(QMI_CLIENT_UIM(source), result, NULL);
	if (!flow)
		return;
	if (out)
		qmi_message_uim_get_card_status_output_get_card_status(out, &primary, NULL, NULL,
								       NULL, &cards, NULL);
	if (!cards || !cards->len)
		flow_fail(flow, "the modem does not tell of its card");
	else if (primary >> SLOT_SHIFT < cards->len)
		look_at(flow, &g_array_index(cards, Card, primary >> SLOT_SHIFT), primary & 0xff);
	else
		look_at(flow, &g_array_index(cards, Card, 0), 0);
}

/* Ends when the card is ready, now or by an indication. */
void card_ready(struct flow *flow)
{
	struct modem *m = flow->modem;

	show_message(flow, "UIM", 0x002f, "Get Card Status");
	if (m->opt.dry_run && m->opt.pin)
		show_pin(flow);
	if (dry_next(flow))
		return;
	qmi_client_uim_get_card_status(m->uim, NULL, ANSWER_SECONDS, NULL, status_ready,
				       flow_ask(flow));
}
