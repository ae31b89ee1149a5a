// SPDX-License-Identifier: GPL-2.0-only
/* Prints what goes over USB, in readable form, on standard error. */
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include "ethernet.h"
#include "ip.h"
#include "modem.h"
#include "qmap.h"
#include "trace.h"
#include "util.h"

#define QMUX_HEADER	6

static bool enabled;

void trace_enable(bool on)
{
	enabled = on;
}

void trace_hexdump(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		fprintf(stderr, "%s%02x%s", i % 16 ? " " : "  ", bytes[i],
			i % 16 == 15 || i == len - 1 ? "\n" : "");
}

static void print_time(const char *arrow)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(stderr, "%5ld.%06ld %s ", (long)now.tv_sec, now.tv_nsec / 1000, arrow);
}

/* QMI */

static const char *message_name(const struct qmi_service_info *info, uint16_t id)
{
	size_t i;

	for (i = 0; info && i < info->count; i++)
		if (info->messages[i].id == id)
			return info->messages[i].name;
	return "?";
}

static void print_tlvs(const uint8_t *tlvs, size_t len)
{
	size_t at = 0, i, size;

	while (at + 3 <= len) {
		size = min_size(get_le16(tlvs + at + 1), len - at - 3);
		fprintf(stderr, "      %02x:", tlvs[at]);
		for (i = 0; i < size; i++)
			fprintf(stderr, " %02x", tlvs[at + 3 + i]);
		fputc('\n', stderr);
		at += 3 + size;
	}
}

void trace_qmi(struct modem *m, const char *arrow, const uint8_t *frame, size_t len)
{
	const uint8_t *sdu = frame + QMUX_HEADER;
	uint8_t service = frame[4];
	bool ctl = service == QMI_CTL;
	size_t header = ctl ? 6 : 7;
	uint16_t id = get_le16(sdu + header - 4);
	const struct qmi_service_info *info = qmi_service(m, service);
	static const char *const kind[] = { "request", "response", "indication" };

	if (!enabled)
		return;
	print_time(arrow);
	fprintf(stderr, "QMI %s client %u %s %s (0x%04x) #%u\n", info ? info->name : "?", frame[5],
		message_name(info, id), kind[(ctl ? sdu[0] : sdu[0] / 2) % 3], id,
		ctl ? sdu[1] : get_le16(sdu + 1));
	print_tlvs(sdu + header, len - QMUX_HEADER - header);
}

/* Data */

static const char *protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_IS_ICMP:
		return "ICMP";
	case IPPROTO_IS_TCP:
		return "TCP";
	case IPPROTO_IS_UDP:
		return "UDP";
	case IPPROTO_IS_ICMP6:
		return "ICMPv6";
	default:
		return "other";
	}
}

static void print_packet(const uint8_t *packet, size_t len)
{
	uint8_t family = ip_family(packet, len);
	int af = family == 6 ? AF_INET6 : AF_INET;
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN];
	uint8_t protocol;
	size_t at;

	if (!family) {
		fprintf(stderr, " not IP\n");
		return;
	}
	inet_ntop(af, packet + (family == 6 ? 8 : 12), from, sizeof(from));
	inet_ntop(af, packet + (family == 6 ? 24 : 16), to, sizeof(to));
	protocol = ip_transport(packet, len, &at);
	fprintf(stderr, " %s > %s %s", from, to, protocol_name(protocol));
	if ((protocol == IPPROTO_IS_TCP || protocol == IPPROTO_IS_UDP) && at + 4 <= len)
		fprintf(stderr, " %u > %u", get_be16(packet + at), get_be16(packet + at + 2));
	fprintf(stderr, " len %zu\n", len);
}

static void print_frame(const struct qmap_frame *frame, enum violation problem)
{
	fprintf(stderr, "      mux %02x pad %u", frame->mux_id, frame->pad);
	if (frame->has_csum)
		fprintf(stderr, " v5%s", frame->csum_flag ? " csum" : "");
	if (problem != VIOLATION_none) {
		fprintf(stderr, " BAD, %zu bytes\n", frame->size);
		trace_hexdump(frame->start, min_size(frame->size, 32));
	} else if (frame->command) {
		fprintf(stderr, " command %u type %u\n", frame->packet[0], frame->packet[1] & 3);
	} else {
		print_packet(frame->packet, frame->len);
	}
}

void trace_transfer(struct modem *m, const char *arrow, uint32_t protocol, const uint8_t *data,
		    size_t len)
{
	struct qmap_frame frame;
	enum violation problem;

	if (!enabled)
		return;
	print_time(arrow);
	fprintf(stderr, "transfer %zu bytes\n", len);
	if (!protocol) {
		size_t skip = m->format.link == LINK_ETHERNET ? ETHERNET_HEADER : 0;

		fprintf(stderr, "     ");
		print_packet(data + skip, len > skip ? len - skip : 0);
		return;
	}
	while (len) {
		problem = qmap_decode(&data, &len, protocol, &frame);
		print_frame(&frame, problem);
	}
}
