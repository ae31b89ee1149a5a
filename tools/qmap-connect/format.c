// SPDX-License-Identifier: GPL-2.0-only
/*
 * Steps: the format of data, by the wireless data administrative service. The modem is asked
 * first, because it may have agreed on the very same already, and then calls may be up.
 */
#include <string.h>

#include "connect.h"

/* --- client */

static void take_client(struct flow *flow, QmiClient *client)
{
	flow->modem->wda = QMI_CLIENT_WDA(g_object_ref(client));
	flow_next(flow);
}

void format_client(struct flow *flow)
{
	if (flow->modem->ethernet)
		flow_next(flow);
	else
		client_allocate(flow, QMI_SERVICE_WDA, take_client);
}

/* --- read */

static void take_format(struct modem *m, QmiMessageWdaGetDataFormatOutput *out)
{
	QmiWdaDataAggregationProtocol up = 0, down = 0;
	QmiWdaLinkLayerProtocol link = 0;
	struct data_format *f = &m->format;

	memset(f, 0, sizeof(*f));
	qmi_message_wda_get_data_format_output_get_link_layer_protocol(out, &link, NULL);
	qmi_message_wda_get_data_format_output_get_uplink_data_aggregation_protocol(
		out, &up, NULL);
	qmi_message_wda_get_data_format_output_get_downlink_data_aggregation_protocol(
		out, &down, NULL);
	qmi_message_wda_get_data_format_output_get_downlink_data_aggregation_max_size(
		out, &f->dl_size, NULL);
	qmi_message_wda_get_data_format_output_get_downlink_data_aggregation_max_datagrams(
		out, &f->dl_datagrams, NULL);
	qmi_message_wda_get_data_format_output_get_uplink_data_aggregation_max_size(
		out, &f->ul_size, NULL);
	qmi_message_wda_get_data_format_output_get_uplink_data_aggregation_max_datagrams(
		out, &f->ul_datagrams, NULL);
	f->protocol = up;
	f->link = down == up ? link : LINK_UNKNOWN;
}

static void read_ready(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdaGetDataFormatOutput) out = NULL;
	struct flow *flow = flow_answered(data);

	out = qmi_client_wda_get_data_format_finish(QMI_CLIENT_WDA(source), result, NULL);
	if (!flow)
		return;
	memset(&flow->modem->format, 0, sizeof(flow->modem->format));
	if (out && qmi_message_wda_get_data_format_output_get_result(out, NULL))
		take_format(flow->modem, out);
	flow_next(flow);
}

void format_read(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiMessageWdaGetDataFormatInput) in = NULL;

	if (m->ethernet) {
		flow_next(flow);
		return;
	}
	in = qmi_message_wda_get_data_format_input_new();
	show_message(flow, "WDA", 0x0021, "Get Data Format");
	qmi_message_wda_get_data_format_input_set_endpoint_info(
		in, QMI_DATA_ENDPOINT_TYPE_HSUSB, m->interface, NULL);
	show_tlv(flow, 0x10, "endpoint: HSUSB, interface %u", m->interface);
	if (dry_next(flow))
		return;
	qmi_client_wda_get_data_format(m->wda, in, ANSWER_SECONDS, NULL, read_ready,
				       flow_ask(flow));
}

/* --- agree */

static void agreed(GObject *source, GAsyncResult *result, gpointer data);

static void put_aggregation(struct flow *flow, QmiMessageWdaSetDataFormatInput *in,
			    const struct data_format *f)
{
	qmi_message_wda_set_data_format_input_set_downlink_data_aggregation_max_datagrams(
		in, f->dl_datagrams, NULL);
	show_tlv(flow, 0x15, "downlink, datagrams in a transfer: %u", f->dl_datagrams);
	qmi_message_wda_set_data_format_input_set_downlink_data_aggregation_max_size(
		in, f->dl_size, NULL);
	show_tlv(flow, 0x16, "downlink, bytes of a transfer: %u", f->dl_size);
	qmi_message_wda_set_data_format_input_set_uplink_data_aggregation_max_datagrams(
		in, f->ul_datagrams, NULL);
	show_tlv(flow, 0x1b, "uplink, datagrams in a transfer: %u", f->ul_datagrams);
	qmi_message_wda_set_data_format_input_set_uplink_data_aggregation_max_size(
		in, f->ul_size, NULL);
	show_tlv(flow, 0x1c, "uplink, bytes of a transfer: %u", f->ul_size);
}

static void put_format(struct flow *flow, QmiMessageWdaSetDataFormatInput *in,
		       const struct data_format *f)
{
	qmi_message_wda_set_data_format_input_set_qos_format(in, FALSE, NULL);
	show_tlv(flow, 0x10, "QoS header: no");
	qmi_message_wda_set_data_format_input_set_link_layer_protocol(in, f->link, NULL);
	show_tlv(flow, 0x11, "link layer protocol: raw IP");
	qmi_message_wda_set_data_format_input_set_uplink_data_aggregation_protocol(
		in, f->protocol, NULL);
	show_tlv(flow, 0x12, "uplink aggregation: %s", words_of_protocol(f->protocol));
	qmi_message_wda_set_data_format_input_set_downlink_data_aggregation_protocol(
		in, f->protocol, NULL);
	show_tlv(flow, 0x13, "downlink aggregation: %s", words_of_protocol(f->protocol));
	if (f->protocol != 0)
		put_aggregation(flow, in, f);
	qmi_message_wda_set_data_format_input_set_endpoint_info(
		in, QMI_DATA_ENDPOINT_TYPE_HSUSB, flow->modem->interface, NULL);
	show_tlv(flow, 0x17, "endpoint: HSUSB, interface %u", flow->modem->interface);
}

void format_agree(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiMessageWdaSetDataFormatInput) in = NULL;

	if (m->ethernet || format_is_agreed(&m->format, &m->wanted)) {
		flow_next(flow);
		return;
	}
	driver_silence(m);
	in = qmi_message_wda_set_data_format_input_new();
	show_message(flow, "WDA", 0x0020, "Set Data Format");
	put_format(flow, in, &m->wanted);
	m->format = m->wanted;
	if (dry_next(flow))
		return;
	qmi_client_wda_set_data_format(m->wda, in, ANSWER_SECONDS, NULL, agreed, flow_ask(flow));
}

static bool take_protocol(struct modem *m, QmiMessageWdaSetDataFormatOutput *out)
{
	QmiWdaDataAggregationProtocol up = 0, down = 0;

	qmi_message_wda_set_data_format_output_get_uplink_data_aggregation_protocol(
		out, &up, NULL);
	qmi_message_wda_set_data_format_output_get_downlink_data_aggregation_protocol(
		out, &down, NULL);
	m->format.protocol = up;
	return up == m->wanted.protocol && down == m->wanted.protocol;
}

static void take_sizes(struct data_format *f, QmiMessageWdaSetDataFormatOutput *out)
{
	guint32 size = 0, datagrams = 0;

	qmi_message_wda_set_data_format_output_get_downlink_data_aggregation_max_size(
		out, &f->dl_size, NULL);
	qmi_message_wda_set_data_format_output_get_uplink_data_aggregation_max_size(
		out, &size, NULL);
	qmi_message_wda_set_data_format_output_get_uplink_data_aggregation_max_datagrams(
		out, &datagrams, NULL);
	format_take_uplink(f, size, datagrams);
}

/* A modem that does not know QMAPv5 switches aggregation off. Then it is asked for QMAP. */
static void agreed(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(QmiMessageWdaSetDataFormatOutput) out = NULL;
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;
	struct modem *m;

	out = qmi_client_wda_set_data_format_finish(QMI_CLIENT_WDA(source), result, &error);
	if (!flow)
		return;
	m = flow->modem;
	if (!out || !qmi_message_wda_set_data_format_output_get_result(out, &error)) {
		m->format.link = LINK_UNKNOWN;
		flow_fail(flow, "%s", error->message);
	} else if (take_protocol(m, out)) {
		take_sizes(&m->format, out);
		flow_next(flow);
	} else if (m->wanted.protocol == AGGREGATION_QMAPV5) {
		m->wanted.protocol = AGGREGATION_QMAP;
		m->format.link = LINK_UNKNOWN;
		flow_again(flow);
	} else {
		flow_fail(flow, "the modem does not agree on %s",
			  words_of_protocol(m->wanted.protocol));
	}
}

/* --- tell the driver */

static char *tell_size(struct modem *m)
{
	if (m->mode)
		return NULL;
	return link_set_mtu(m, m->name, m->format.dl_size);
}

/* The driver's buffers are as long as the size that was asked for, except in mode 0, where the
 * MTU of the netdev tells it.
 */
void format_tell(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autofree char *problem = NULL;

	if (!m->mux) {
		flow_next(flow);
		return;
	}
	driver_set(m, "tx_qmap_version", "%u", m->format.protocol == AGGREGATION_QMAPV5 ? 5 : 1);
	driver_set(m, "tx_aggr_max_frames", "%u", m->format.ul_datagrams);
	driver_set(m, "tx_aggr_max_bytes", "%u", m->format.ul_size);
	problem = tell_size(m);
	if (problem)
		flow_fail(flow, "%s", problem);
	else
		flow_next(flow);
}
