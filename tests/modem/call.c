// SPDX-License-Identifier: GPL-2.0-only
/* Data calls: which PDN is behind which mux id. */
#include "modem.h"
#include "util.h"

void call_reset(struct modem *m)
{
	unsigned int i, j;

	m->calls = (struct calls){ .handles = 0x86e00000 };
	m->calls.known_mux[0] = true;
	for (i = 0; i < m->pdns; i++) {
		struct pdn *pdn = &m->pdn[i];

		/* Hosts send router solicitations on these before any client is bound. */
		m->calls.known_mux[0x80 + pdn->profile] = true;
		for (j = 0; j < 2; j++)
			pdn->call[j] = (struct call){
				.pdn = pdn, .family = j ? 6 : 4,
				.refusal = pdn->call[j].refusal,
			};
	}
}

time_t call_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void report(struct modem *m, const struct call *call, enum call_end end)
{
	struct calls *calls = &m->calls;

	if (calls->reported == CALL_REPORTS_MAX)
		call_report(m);
	calls->reports[calls->reported++] = (struct call_report){
		.mux_id = call->mux_id, .family = call->family, .end = end,
	};
}

void call_begin(struct modem *m, struct call *call, struct qmi_client *owner)
{
	m->calls.handles += 0x10;
	call->up = true;
	call->handle = m->calls.handles;
	call->mux_id = owner->mux_id;
	m->calls.flow[call->mux_id] = FLOW_ON;
	call->owner = owner;
	owner->call = call;
	owner->last_handle = call->handle;
	m->calls.by_mux[call->mux_id][call->family == 6] = call;
	report(m, call, CALL_END_NONE);
}

void call_end(struct modem *m, struct call *call, enum call_end why)
{
	call->up = false;
	call->owner->call = NULL;
	call->owner = NULL;
	m->calls.by_mux[call->mux_id][call->family == 6] = NULL;
	report(m, call, why);
}

void call_end_all(struct modem *m, enum call_end why)
{
	unsigned int i, j;

	for (i = 0; i < m->pdns; i++)
		for (j = 0; j < 2; j++)
			if (m->pdn[i].call[j].up)
				call_end(m, &m->pdn[i].call[j], why);
}

struct call *call_find(struct modem *m, uint8_t mux_id, uint8_t family)
{
	return m->calls.by_mux[mux_id][family == 6];
}

struct call *call_first(struct modem *m, uint8_t family)
{
	unsigned int i;

	for (i = 0; i < m->pdns; i++)
		if (m->pdn[i].call[family == 6].up)
			return &m->pdn[i].call[family == 6];
	return NULL;
}

void call_report(struct modem *m)
{
	struct calls *calls = &m->calls;
	struct qmi_client *c;
	unsigned int i;

	for (i = 0; i < calls->reported; i++) {
		const struct call_report *r = &calls->reports[i];

		for_each_qmi_client(c, m)
			if (c->service == QMI_WDS && c->mux_id == r->mux_id &&
			    c->family == r->family)
				wds_indicate_status(m, c, r->end);
	}
	calls->reported = 0;
}
