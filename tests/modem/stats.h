/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct modem;

/* Counters. A name that ends in _max is a maximum. */
#define STATS(X) \
	X(downlink_transfers)		/* transfers sent, however many URBs they took */ \
	X(downlink_frames) \
	X(downlink_bytes) \
	X(downlink_frames_max)		/* most frames in one transfer */ \
	X(downlink_size_max)		/* bytes of the longest transfer */ \
	X(downlink_full)		/* transfers sent because they were full */ \
	X(downlink_zlp)			/* zero-length transfers sent */ \
	X(downlink_split)		/* transfers longer than the host's URB */ \
	X(downlink_no_call)		/* packets of the network without a call */ \
	X(downlink_too_big)		/* packets longer than any transfer may be */ \
	X(downlink_injected)		/* transfers sent by order of a test */ \
	X(downlink_forgotten)		/* URBs of "forget" that had a part of one */ \
	X(downlink_rests)		/* URBs of one that the host cannot make sense of */ \
	X(downlink_to_be_found)		/* frames that the host comes upon, good or not */ \
	X(mutate_transfers)		/* sent by "mutate", good or not */ \
	X(mutate_good)			/* packets in the good ones */ \
	X(mutate_arrived)		/* ... that the host's stack has got, in order */ \
	X(uplink_transfers) \
	X(uplink_frames) \
	X(uplink_bytes) \
	X(uplink_frames_max) \
	X(uplink_no_call)		/* packets for a mux id without a call */ \
	X(uplink_checksums)		/* computed on the host's request (QMAPv5) */ \
	X(uplink_commands)		/* QMAP command frames that are no answer */ \
	X(uplink_acks)			/* answers to our QMAP commands */ \
	X(uplink_unsupported)		/* commands answered "unsupported" */ \
	X(uplink_invalid)		/* commands answered "invalid" */ \
	X(dhcp_answers) \
	X(router_advertisements) \
	X(qmi_requests) \
	X(qmi_before_dtr)		/* requests that met a modem without DTR */ \
	X(qmi_malformed)		/* frames that are not QMUX */ \
	X(qmi_lost)			/* messages that nobody fetched */ \
	X(qmi_refusals)			/* calls refused by order of a test */ \
	X(clear_halts)			/* CLEAR_FEATURE(ENDPOINT_HALT), bulk */ \
	X(halts_cleared)		/* those that met a halted endpoint */ \
	X(dtr_changes) \
	X(unlinks) \
	X(remote_wakeups)		/* signalled to a host that had suspended us (--gadget) */ \
	X(resumes)			/* by the host, whoever asked for it (--gadget) */ \
	X(faults)			/* URBs that failed by order of a test */

enum counter {
#define X(name) STAT_##name,
	STATS(X)
#undef X
	STAT_COUNT,
};

/*
 * Violations by the host. As on hardware, frames that break a rule are lost, and with them those
 * that a modem could not read for that reason. Only zlp_needless does no harm.
 */
#define VIOLATIONS(X) \
	X(zlp_missing)		/* whole USB packets, not ended by a short one */ \
	X(zlp_needless)		/* URB_ZERO_PACKET on a transfer that is short */ \
	X(empty_transfer) \
	X(too_big)		/* longer than agreed */ \
	X(too_many)		/* more datagrams than agreed */ \
	X(raw_ip)		/* an IP packet, where QMAP was agreed on */ \
	X(short_header)		/* transfer ends inside a header */ \
	X(overrun)		/* frame longer than what is left */ \
	X(unaligned)		/* frame length no multiple of 4 */ \
	X(bad_pad)		/* more than 3 bytes, or more than the frame */ \
	X(empty_frame) \
	X(unknown_mux)		/* no client was ever bound to it */ \
	X(flow_ignored)		/* sent for a mux id soon after flow off was acknowledged */ \
	X(v5_unexpected)	/* QMAPv5 header, QMAPv1 agreed, or on a command */ \
	X(v5_missing)		/* none, QMAPv5 agreed */ \
	X(v5_header)		/* unknown type, chained header or reserved bits */ \
	X(v5_compute)		/* checksum wanted for what has none */ \
	X(bad_command)		/* command frame of a wrong size */ \
	X(not_ip) \
	X(ip_length)		/* IP's own length is another */ \
	X(not_ethernet)		/* legacy framing: no Ethernet frame */

enum violation {
	VIOLATION_none = -1,
#define X(name) VIOLATION_##name,
	VIOLATIONS(X)
#undef X
	VIOLATION_COUNT,
};

/* Traffic of one PDN. */
struct traffic {
	uint64_t downlink_frames, downlink_bytes;
	uint64_t uplink_frames, uplink_bytes;
	uint64_t uplink_first;	/* the transfer that had the first frame; 1 is the first of all */
};

struct stats {
	uint64_t count[STAT_COUNT];
	uint64_t violation[VIOLATION_COUNT];
};

#define stat_inc(m, name)	((m)->stats.count[STAT_##name]++)
#define stat_add(m, name, n)	((m)->stats.count[STAT_##name] += (n))
#define stat_max(m, name, n) do { \
	if ((m)->stats.count[STAT_##name] < (n)) \
		(m)->stats.count[STAT_##name] = (n); \
} while (0)

/* Count a violation, and print the first one of its kind with its bytes. */
void violation(struct modem *m, enum violation kind, const void *bytes, size_t len);

/* Returns how many violations of this kind there were, and resets their count. */
bool violations_forgive(struct modem *m, const char *kind, uint64_t *count);

void stats_reset(struct modem *m);
void stats_print(struct modem *m, FILE *out);

#endif
