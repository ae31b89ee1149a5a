// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the networks to the host. Packets are read only while an URB of the host waits. Otherwise
 * they wait in the network's own queue, which drops them when it is full.
 *
 *   TUN devices, in turn ─> aggregate ─┐
 *   injected transfers, answers ───────┴─> URB, URB, ...
 */
#include <errno.h>
#include <stdlib.h>

#include "ethernet.h"
#include "ip.h"
#include "modem.h"
#include "qmap.h"
#include "trace.h"
#include "util.h"

static void hold_over(struct loop_timer *timer)
{
	struct downlink *dl = container_of(timer, struct downlink, hold);

	dl->closed = dl->len > 0;
}

static void served(struct loop_timer *timer)
{
	container_of(timer, struct service, timer)->busy = false;
}

void downlink_init(struct modem *m)
{
	struct downlink *dl = &m->downlink;

	dl->tail = &dl->queue;
	loop_timer_init(&dl->hold, hold_over);
	loop_timer_init(&dl->service.timer, served);
}

/* A reboot loses packets that are on their way, but not those in the queues of networks. */
void downlink_reset(struct modem *m)
{
	struct downlink *dl = &m->downlink;
	struct transfer *transfer;

	while ((transfer = dl->queue)) {
		dl->queue = transfer->next;
		free(transfer);
	}
	dl->tail = &dl->queue;
	dl->source = NULL;
	dl->len = dl->spill = dl->left = 0;
	dl->frames = 0;
	dl->closed = dl->sending = dl->zlp = dl->adrift = dl->forgetful = false;
	dl->fault = (struct fault){ .count = 0 };
	dl->service.busy = false;
	loop_timer_cancel(&dl->hold);
	loop_timer_cancel(&dl->service.timer);
}

void downlink_transfer(struct modem *m, const void *data, size_t len, unsigned int frames)
{
	struct downlink *dl = &m->downlink;
	struct transfer *transfer = malloc(sizeof(*transfer) + len);

	if (!transfer)
		return;
	transfer->next = NULL;
	transfer->frames = frames;
	transfer->len = len;
	memcpy(transfer->data, data, len);
	*dl->tail = transfer;
	dl->tail = &transfer->next;
}

/* The modem verifies checksums of TCP and UDP, but not of fragments. */
static bool has_valid_checksum(const uint8_t *packet, size_t len)
{
	const uint16_t more_fragments = 0x2000;
	size_t offset;
	uint8_t protocol = ip_transport(packet, len, &offset);

	if (packet[0] >> 4 == 4 && get_be16(packet + 6) & more_fragments)
		return false;
	return (protocol == IPPROTO_IS_TCP || protocol == IPPROTO_IS_UDP) &&
	       ip_checksum_is_right(packet, len);
}

size_t downlink_overhead(const struct modem *m)
{
	if (m->format.link == LINK_ETHERNET)
		return ETHERNET_HEADER;
	return qmap_overhead(m->format.dl_protocol);
}

size_t downlink_encode(struct modem *m, uint8_t *frame, const struct call *call, size_t len)
{
	const uint8_t *packet = frame + downlink_overhead(m);

	if (m->format.link == LINK_ETHERNET)
		return ethernet_encode(m, frame, call->family, len);
	return qmap_encode(frame, m->format.dl_protocol, call->mux_id, len,
			   m->format.dl_protocol == AGGREGATION_QMAPV5 &&
			   has_valid_checksum(packet, len));
}

static void account(struct modem *m, struct pdn *pdn, size_t len)
{
	stat_inc(m, downlink_frames);
	stat_add(m, downlink_bytes, len);
	pdn->traffic.downlink_frames++;
	pdn->traffic.downlink_bytes += len;
}

void downlink_packet(struct modem *m, const struct call *call, const uint8_t *packet, size_t len)
{
	uint8_t frame[2048];

	memcpy(frame + downlink_overhead(m), packet, len);
	downlink_transfer(m, frame, downlink_encode(m, frame, call, len), 1);
	account(m, call->pdn, len);
}

void downlink_flow(struct modem *m, uint8_t mux_id, bool enable)
{
	uint8_t frame[QMAP_HEADER + QMAP_COMMAND_SIZE];
	size_t len = qmap_encode_command(frame, mux_id,
					 enable ? QMAP_FLOW_ENABLE : QMAP_FLOW_DISABLE,
					 ++m->downlink.commands);

	m->calls.flow[mux_id] = enable ? FLOW_ON : FLOW_ASKED_OFF;
	m->calls.flow_since[mux_id] = call_clock();
	downlink_transfer(m, frame, len, 0);
}

/* The call that a packet from the network belongs to. */
static struct call *call_of(struct modem *m, struct pdn *pdn, const uint8_t *packet, size_t len)
{
	uint8_t family = ip_family(packet, len);
	struct call *call = &pdn->call[family == 6];

	if (!family || !call->up)
		return NULL;
	if (!m->format.dl_protocol && call != call_first(m, family))
		return NULL;
	return call;
}

/* The kernel of the namespace talks to its neighbours; a mobile network has none. */
static bool is_chatter(const uint8_t *packet, size_t len)
{
	static const uint8_t all_mld_routers[16] = { 0xff, 0x02, [15] = 0x16 };

	return ip_family(packet, len) == 6 && !memcmp(packet + 24, all_mld_routers, 16);
}

/* The packet was read to a place behind the aggregate. Make it part of the aggregate. */
static void append(struct modem *m, struct pdn *pdn, size_t len)
{
	struct downlink *dl = &m->downlink;
	uint8_t *frame = dl->buf + dl->len, *packet = frame + downlink_overhead(m);
	struct call *call = call_of(m, pdn, packet, len);
	size_t size, limit = m->format.dl_protocol ? m->format.dl_size : sizeof(dl->buf);

	if (is_chatter(packet, len))
		return;
	if (!call) {
		stat_inc(m, downlink_no_call);
		return;
	}
	size = downlink_encode(m, frame, call, len);
	if (size > limit) {
		stat_inc(m, downlink_too_big);
		return;
	}
	account(m, pdn, len);
	if (dl->len + size > limit) {
		dl->spill = size;
		dl->closed = true;
		stat_inc(m, downlink_full);
		return;
	}
	dl->len += size;
	dl->frames++;
	if (!m->format.dl_protocol || dl->frames == m->format.dl_datagrams) {
		dl->closed = true;
		stat_inc(m, downlink_full);
	}
}

/* The next PDN that has packets. They take turns, packet by packet. */
static struct pdn *next_readable(struct modem *m)
{
	struct downlink *dl = &m->downlink;
	unsigned int i;

	for (i = 0; i < m->pdns; i++) {
		struct pdn *pdn = &m->pdn[dl->next_pdn];

		dl->next_pdn = (dl->next_pdn + 1) % m->pdns;
		if (pdn->readable)
			return pdn;
	}
	return NULL;
}

/* Fill the aggregate with waiting packets. */
static void fill(struct modem *m)
{
	struct downlink *dl = &m->downlink;
	struct pdn *pdn;
	size_t len;

	while (!dl->closed && (pdn = next_readable(m))) {
		len = pdn_read(pdn, dl->buf + dl->len + downlink_overhead(m), PACKET_MAX);
		if (len)
			append(m, pdn, len);
	}
	if (dl->closed || !dl->len)
		return;
	if (!m->opt.hold_us)
		dl->closed = true;
	else if (!dl->hold.armed)
		loop_timer_arm(&dl->hold, m->opt.hold_us);
}

void downlink_close(struct modem *m)
{
	struct downlink *dl = &m->downlink;

	if (dl->len)
		dl->closed = true;
	/* A packet framed in the old format is of no use in the new one. */
	dl->spill = 0;
}

static void begin(struct modem *m, const uint8_t *data, size_t len, unsigned int frames)
{
	struct downlink *dl = &m->downlink;

	dl->data = data;
	dl->left = len;
	dl->sending = true;
	dl->zlp = !len;
	stat_inc(m, downlink_transfers);
	stat_max(m, downlink_frames_max, frames);
	stat_max(m, downlink_size_max, len);
	trace_transfer(m, "<-", m->format.dl_protocol, data, len);
}

/* Begin the next transfer, if there is one. */
static bool next_transfer(struct modem *m)
{
	struct downlink *dl = &m->downlink;

	if (!dl->queue && dl->source)
		dl->source(m);
	if (dl->queue) {
		dl->current = dl->queue;
		begin(m, dl->queue->data, dl->queue->len, dl->queue->frames);
		return true;
	}
	fill(m);
	if (!dl->closed)
		return false;
	loop_timer_cancel(&dl->hold);
	dl->current = NULL;
	begin(m, dl->buf, dl->len, dl->frames);
	return true;
}

static void end_transfer(struct modem *m)
{
	struct downlink *dl = &m->downlink;

	dl->sending = false;
	if (dl->current) {
		dl->queue = dl->current->next;
		if (!dl->queue)
			dl->tail = &dl->queue;
		free(dl->current);
		return;
	}
	memmove(dl->buf, dl->buf + dl->len, dl->spill);
	dl->len = dl->spill;
	dl->frames = dl->spill > 0;
	dl->spill = 0;
	dl->closed = false;
}

/* How many frames begin in these bytes, and whether the last one is complete. */
static unsigned int count_frames(const struct modem *m, const uint8_t *data, size_t len,
				 bool *complete)
{
	size_t header = m->format.link == LINK_ETHERNET ? ETHERNET_HEADER : 0;
	uint8_t family = 0;

	if (m->format.dl_protocol)
		return qmap_count(data, len, complete);
	if (len > header)
		family = ip_family(data + header, len - header);
	*complete = family && header + ip_length(data + header, family) == len;
	return len > 0;
}

/* The host must not look for frames where it cannot know that one begins. */
static void foretell(struct modem *m, const uint8_t *data, size_t len, size_t room)
{
	struct downlink *dl = &m->downlink;
	bool complete = false;

	if (dl->adrift)
		stat_inc(m, downlink_rests);
	else
		stat_add(m, downlink_to_be_found, count_frames(m, data, len, &complete));
	dl->adrift = len == room && !complete;
}

/*
 * Put the transfer's next bytes into the first URB. A transfer ends with a short USB packet. If all
 * its packets are full, an empty one must follow: where the URB has room, that one ends the URB
 * unseen; where the URB is full, the host sees it as a transfer of its own.
 */
static void send_chunk(struct modem *m)
{
	struct downlink *dl = &m->downlink;
	uint8_t ep = m->usb.ep_in;
	size_t room = usb_first(m, ep)->length, len = min_size(dl->left, room);
	int status = 0;

	if (!dl->left) {
		dl->zlp = false;
		stat_inc(m, downlink_zlp);
	} else if (dl->left > room) {
		stat_inc(m, downlink_split);
		/* The packet that does not fit into the rest of the buffer is lost: babble. */
		if (room % m->usb.packet_size) {
			status = -EOVERFLOW;
			dl->left = len;
		}
	}
	dl->zlp = len && len == dl->left && len == room && !(len % m->usb.packet_size) &&
		  !m->opt.no_zlp;
	if (!status)
		foretell(m, dl->data, len, room);
	usb_complete(m, ep, status, dl->data, len);
	dl->data += len;
	dl->left -= len;
	if (m->downlink.service.usecs) {
		dl->service.busy = true;
		loop_timer_arm(&dl->service.timer, dl->service.usecs);
	}
}

void downlink_taken_back(struct modem *m, size_t room)
{
	struct downlink *dl = &m->downlink;

	if (!dl->forgetful)
		return;
	if (dl->sending && dl->left <= room) {
		end_transfer(m);
	} else if ((dl->sending || next_transfer(m)) && dl->left > room) {
		dl->data += room;
		dl->left -= room;
		dl->adrift = true;
		dl->forgetful = false;
		stat_inc(m, downlink_forgotten);
	}
}

void downlink_run(struct modem *m)
{
	struct downlink *dl = &m->downlink;

	if (!m->usb.plugged || !fault_apply(m, &dl->fault, m->usb.ep_in))
		return;
	while (usb_first(m, m->usb.ep_in) && !dl->service.busy) {
		if (!dl->sending && !next_transfer(m))
			return;
		send_chunk(m);
		if (!dl->left && !dl->zlp)
			end_transfer(m);
	}
}
