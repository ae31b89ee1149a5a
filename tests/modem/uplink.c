// SPDX-License-Identifier: GPL-2.0-only
/* From the host to the networks. Every transfer is checked; stats.h lists the violations. */
#include "dhcp.h"
#include "ethernet.h"
#include "ip.h"
#include "modem.h"
#include "ndp.h"
#include "qmap.h"
#include "trace.h"
#include "util.h"

/*
 * A transfer of full USB packets must have URB_ZERO_PACKET, and no other transfer. Without it the
 * modem would wait for more and take the next transfer for a part of this one.
 */
static bool has_end(struct modem *m, const struct urb *urb)
{
	bool whole = !(urb->length % m->usb.packet_size);

	if (urb->leftover)
		return false;
	if (!urb->length)
		violation(m, VIOLATION_empty_transfer, urb->data, 0);
	else if (whole && !urb->zero_packet)
		violation(m, VIOLATION_zlp_missing, urb->data, urb->length);
	else if (!whole && urb->zero_packet)
		violation(m, VIOLATION_zlp_needless, urb->data, urb->length);
	return urb->length && (!whole || urb->zero_packet);
}

static bool check_packet(struct modem *m, const uint8_t *packet, size_t len, uint8_t *family)
{
	*family = ip_family(packet, len);
	if (!*family)
		violation(m, VIOLATION_not_ip, packet, len);
	else if (ip_length(packet, *family) != len)
		violation(m, VIOLATION_ip_length, packet, len);
	else
		return true;
	return false;
}

/* To the network, unless the packet is for the modem itself. */
static void forward(struct modem *m, struct call *call, const uint8_t *packet, size_t len)
{
	struct traffic *t;

	if (!call) {
		stat_inc(m, uplink_no_call);
		return;
	}
	t = &call->pdn->traffic;
	if (!t->uplink_frames++)
		t->uplink_first = m->stats.count[STAT_uplink_transfers];
	t->uplink_bytes += len;
	if (dhcp_receive(m, call, packet, len) || ndp_receive(m, call, packet, len))
		return;
	pdn_write(call->pdn, packet, len);
}

static void count_frame(struct modem *m, size_t len)
{
	stat_inc(m, uplink_frames);
	stat_add(m, uplink_bytes, len);
}

static void take_raw(struct modem *m, const struct urb *urb)
{
	uint8_t family;

	if (!check_packet(m, urb->data, urb->length, &family))
		return;
	count_frame(m, urb->length);
	forward(m, call_first(m, family), urb->data, urb->length);
}

static void take_ethernet(struct modem *m, const struct urb *urb)
{
	const uint8_t *packet = urb->data + ETHERNET_HEADER;
	uint8_t family;
	size_t len;

	if (!ethernet_decode(m, urb->data, urb->length, &len))
		return;
	if (!check_packet(m, packet, len, &family))
		return;
	count_frame(m, len);
	forward(m, call_first(m, family), packet, len);
}

static void take_command(struct modem *m, const struct qmap_frame *frame)
{
	enum flow *flow = &m->calls.flow[frame->mux_id];

	switch (frame->packet[1] & 3) {
	case QMAP_CMD_ACK:
		stat_inc(m, uplink_acks);
		if (frame->packet[0] == QMAP_FLOW_DISABLE && *flow == FLOW_ASKED_OFF)
			*flow = FLOW_OFF;
		break;
	case QMAP_CMD_UNSUPPORTED:
		stat_inc(m, uplink_unsupported);
		break;
	case QMAP_CMD_INVALID:
		stat_inc(m, uplink_invalid);
		break;
	default:
		stat_inc(m, uplink_commands);
	}
}

static bool is_stopped(const struct calls *calls, uint8_t mux_id)
{
	return calls->flow[mux_id] == FLOW_OFF &&
	       call_clock() - calls->flow_since[mux_id] <= FLOW_OFF_MAX;
}

static void take_packet(struct modem *m, struct urb *urb, const struct qmap_frame *frame)
{
	uint8_t *packet = urb->data + (frame->packet - urb->data);
	uint8_t family;

	if (!m->calls.known_mux[frame->mux_id]) {
		violation(m, VIOLATION_unknown_mux, frame->start, frame->size);
		return;
	}
	if (is_stopped(&m->calls, frame->mux_id)) {
		violation(m, VIOLATION_flow_ignored, frame->start, frame->size);
		return;
	}
	if (!check_packet(m, packet, frame->len, &family))
		return;
	if (frame->csum_flag) {
		if (!ip_put_checksum(packet, frame->len)) {
			violation(m, VIOLATION_v5_compute, frame->start, frame->size);
			return;
		}
		stat_inc(m, uplink_checksums);
	}
	count_frame(m, frame->len);
	forward(m, call_find(m, frame->mux_id, family), packet, frame->len);
}

/* Told from QMAP by a padding that no frame has, and by its length. */
static bool is_raw_ip(const struct urb *urb)
{
	uint8_t family = ip_family(urb->data, urb->length);

	return family && (urb->data[0] & QMAP_PAD_MASK) > 3 &&
	       ip_length(urb->data, family) == urb->length;
}

/* What the next frame is, and its violations. */
static enum violation judge_frame(const struct modem *m, const uint8_t **pos, size_t *left,
				  struct qmap_frame *frame)
{
	enum violation problem = qmap_decode(pos, left, m->format.ul_protocol, frame);

	return problem == VIOLATION_unaligned && m->opt.unpadded ? VIOLATION_none : problem;
}

static enum violation judge_transfer(const struct modem *m, const struct urb *urb)
{
	if (is_raw_ip(urb))
		return VIOLATION_raw_ip;
	return urb->length > m->format.ul_size ? VIOLATION_too_big : VIOLATION_none;
}

static void take_qmap(struct modem *m, struct urb *urb)
{
	const uint8_t *pos = urb->data;
	size_t left = urb->length;
	unsigned int datagrams = 0;
	struct qmap_frame frame;
	enum violation problem = judge_transfer(m, urb);

	if (problem != VIOLATION_none) {
		violation(m, problem, urb->data, urb->length);
		return;
	}
	while (left) {
		problem = judge_frame(m, &pos, &left, &frame);
		datagrams += !frame.command;
		if (problem == VIOLATION_none && datagrams > m->format.ul_datagrams)
			problem = VIOLATION_too_many;
		if (problem != VIOLATION_none)
			violation(m, problem, frame.start, frame.size);
		else if (frame.command)
			take_command(m, &frame);
		else
			take_packet(m, urb, &frame);
	}
	stat_max(m, uplink_frames_max, datagrams);
}

static void take_data(struct modem *m, struct urb *urb)
{
	if (m->format.link == LINK_ETHERNET)
		take_ethernet(m, urb);
	else if (m->format.ul_protocol)
		take_qmap(m, urb);
	else
		take_raw(m, urb);
}

static void take(struct modem *m, struct urb *urb)
{
	stat_inc(m, uplink_transfers);
	trace_transfer(m, "->", m->format.ul_protocol, urb->data, urb->length);
	if (has_end(m, urb))
		take_data(m, urb);
	usb_complete(m, m->usb.ep_out, 0, NULL, 0);
}

static void served(struct loop_timer *timer)
{
	struct modem *m = container_of(timer, struct modem, uplink.service.timer);
	struct urb *urb = usb_first(m, m->usb.ep_out);

	m->uplink.service.busy = false;
	/* It may have been taken back, or silence been ordered, in the meantime. */
	if (urb && fault_apply(m, &m->uplink.fault, m->usb.ep_out) &&
	    (urb = usb_first(m, m->usb.ep_out)))
		take(m, urb);
	uplink_run(m);
}

void uplink_init(struct modem *m)
{
	loop_timer_init(&m->uplink.service.timer, served);
}

void uplink_reset(struct modem *m)
{
	m->uplink.fault = (struct fault){ .count = 0 };
	m->uplink.service.busy = false;
	loop_timer_cancel(&m->uplink.service.timer);
}

void uplink_run(struct modem *m)
{
	struct service *service = &m->uplink.service;
	struct urb *urb;

	if (service->busy || !fault_apply(m, &m->uplink.fault, m->usb.ep_out))
		return;
	while ((urb = usb_first(m, m->usb.ep_out))) {
		if (service->usecs) {
			service->busy = true;
			loop_timer_arm(&service->timer, service->usecs);
			return;
		}
		take(m, urb);
	}
}
