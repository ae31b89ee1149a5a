/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct modem;
struct pdn;
struct qmi_client;

#define CALL_REPORTS_MAX	32

/* Why a call ended, in the numbers of WDS */
enum call_end {
	CALL_END_NONE = 0,
	CALL_END_CLIENT = 2,
	CALL_END_NO_SERVICE = 3,
	CALL_END_NETWORK = 1003,
	CALL_END_UNKNOWN_APN = 1013,
};

/* Ties one IP family of a PDN to a mux id. Each PDN has two, up or not. */
struct call {
	bool up;
	uint8_t family;		/* 4 or 6 */
	uint8_t mux_id;
	uint32_t handle;
	struct pdn *pdn;
	struct qmi_client *owner;
	uint16_t refusal;	/* the network's cause for not having it; 0: it does */
};

/* Whether the host may send for a mux id */
enum flow { FLOW_ON, FLOW_ASKED_OFF, FLOW_OFF };

/* Seconds for which a network stops the modem at most. */
#define FLOW_OFF_MAX	38

struct calls {
	struct call *by_mux[256][2];	/* calls that are up, [1] is IPv6 */
	bool known_mux[256];		/* some client was bound to it since boot */
	enum flow flow[256];
	time_t flow_since[256];
	uint32_t handles;
	/* Changes the clients have not been told of */
	struct call_report {
		uint8_t mux_id, family;
		enum call_end end;
	} reports[CALL_REPORTS_MAX];
	unsigned int reported;
};

void call_reset(struct modem *m);

void call_begin(struct modem *m, struct call *call, struct qmi_client *owner);
void call_end(struct modem *m, struct call *call, enum call_end why);
void call_end_all(struct modem *m, enum call_end why);

/* Monotonic time in seconds. */
time_t call_clock(void);

/* The call that is up for this mux id and family, or NULL. */
struct call *call_find(struct modem *m, uint8_t mux_id, uint8_t family);
/* Without QMAP there are no mux ids: the first call of the family has the bulk endpoints. */
struct call *call_first(struct modem *m, uint8_t family);

/* Send the status indications that are due. After the response that caused them. */
void call_report(struct modem *m);

#endif
