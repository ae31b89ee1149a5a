// SPDX-License-Identifier: GPL-2.0-only
/* Counters, and the host's violations. */
#include <inttypes.h>

#include "modem.h"
#include "trace.h"
#include "util.h"

static const char *const stat_names[] = {
#define X(name) #name,
	STATS(X)
#undef X
};

static const char *const violation_names[] = {
#define X(name) #name,
	VIOLATIONS(X)
#undef X
};

void violation(struct modem *m, enum violation kind, const void *bytes, size_t len)
{
	if (m->stats.violation[kind]++)
		return;
	fprintf(stderr, "violation %s, %zu bytes:\n", violation_names[kind], len);
	trace_hexdump(bytes, min_size(len, 64));
}

bool violations_forgive(struct modem *m, const char *kind, uint64_t *count)
{
	unsigned int i;

	for (i = 0; i < VIOLATION_COUNT; i++) {
		if (strcmp(kind, violation_names[i]))
			continue;
		*count = m->stats.violation[i];
		m->stats.violation[i] = 0;
		return true;
	}
	return false;
}

void stats_reset(struct modem *m)
{
	unsigned int i;

	memset(&m->stats, 0, sizeof(m->stats));
	for (i = 0; i < m->pdns; i++)
		memset(&m->pdn[i].traffic, 0, sizeof(m->pdn[i].traffic));
}

static void print_pdn(const struct pdn *pdn, FILE *out)
{
	const struct traffic *t = &pdn->traffic;

	fprintf(out, "pdn%u_downlink_frames %" PRIu64 "\n", pdn->number, t->downlink_frames);
	fprintf(out, "pdn%u_downlink_bytes %" PRIu64 "\n", pdn->number, t->downlink_bytes);
	fprintf(out, "pdn%u_uplink_frames %" PRIu64 "\n", pdn->number, t->uplink_frames);
	fprintf(out, "pdn%u_uplink_bytes %" PRIu64 "\n", pdn->number, t->uplink_bytes);
	fprintf(out, "pdn%u_uplink_first %" PRIu64 "\n", pdn->number, t->uplink_first);
}

void stats_print(struct modem *m, FILE *out)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < STAT_COUNT; i++)
		fprintf(out, "%s %" PRIu64 "\n", stat_names[i], m->stats.count[i]);
	for (i = 0; i < m->pdns; i++)
		print_pdn(&m->pdn[i], out);
	fprintf(out, "dtr %d\n", m->usb.dtr);
	fprintf(out, "qmi_waiting %u\n", m->qmi.queued);
	fprintf(out, "qmi_clients %u\n", qmi_clients(m));
	fprintf(out, "uplink_protocol %u\n", m->format.ul_protocol);
	fprintf(out, "downlink_protocol %u\n", m->format.dl_protocol);
	fprintf(out, "downlink_size %u\n", m->format.dl_size);
	fprintf(out, "urbs_pending_in %u\n", usb_pending(m, m->usb.ep_in));
	fprintf(out, "urbs_pending_out %u\n", usb_pending(m, m->usb.ep_out));
	for (i = 0; i < VIOLATION_COUNT; i++) {
		fprintf(out, "violation_%s %" PRIu64 "\n", violation_names[i],
			m->stats.violation[i]);
		total += m->stats.violation[i];
	}
	fprintf(out, "violations %" PRIu64 "\n", total);
}
