/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two sides of the bench share: the modem, and the programs of the host that send and
 * receive. A job says what is to be moved; both sides map the same memory for its progress.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define BENCH_SOCKET	"/run/qbench"
#define BENCH_MEMORY	"/dev/shm/qbench"

#define MUX_ID(link)	(0x81 + (link))
#define UDP_PORT	9000
#define TCP_PORT	5001
#define LINKS_MAX	4

/* Link n (from 0) of the host is 10.64.n+1.2, and the far end behind it 10.64.n+1.1. */
#define HOST_ADDRESS(link)	(0x0a400002 + (((uint32_t)(link) + 1) << 8))
#define FAR_ADDRESS(link)	(0x0a400001 + (((uint32_t)(link) + 1) << 8))

enum job_kind {
	JOB_DOWN,	/* the modem sends UDP */
	JOB_DOWN_TCP,	/* ... TCP */
	JOB_UP,		/* the modem counts what arrives */
	JOB_UP_TCP,	/* ... and acknowledges it */
	JOB_LINE,	/* it takes transfers at the pace of a slow line, and answers echoes */
};

struct job {
	uint32_t kind;
	uint32_t frames;	/* packets or segments to move */
	uint32_t skip;		/* of these, how many pass before the measurement begins */
	uint32_t packet;	/* bytes of an IP packet */
	uint32_t transfer;	/* bytes of a downlink transfer at most */
	uint32_t window;	/* transfers that may be ahead of the sink; 0: any number */
	uint32_t links;		/* between which the frames of a transfer alternate */
	uint32_t v5;		/* QMAPv5 */
	uint32_t sink;		/* 0: nobody receives (the null run) */
	uint32_t gro;		/* the far end has it: one ACK for what arrives together */
	uint32_t verify;	/* look at the checksums of what arrives */
	uint32_t policy;	/* of scheduling, for modem and bus */
	uint32_t per_urb;	/* ns that a transfer takes */
	uint32_t per_byte;	/* ns that each of its bytes takes */
};

/* Times are of now(). */
struct result {
	uint64_t begin, end;
	uint64_t idle_begin;			/* idle time before */
	uint64_t transfers, frames, bytes;
	uint64_t longest, most_frames;		/* of one transfer */
	uint64_t out_of_order, retransmitted;	/* segments, bytes */
	uint64_t bad_checksums, malformed;
	uint64_t stalled;			/* nothing came for a second */
};

struct shared {
	struct result result;
	atomic_uint consumed;		/* packets that the sink has read */
	atomic_uint wanted;		/* the modem sleeps until so many are; 0: it does not */
	atomic_uint last_arrival;	/* of an uplink transfer, modulo 2^32 */
};

/* On the counted machine a nanosecond, and a tick of a PC's TSC, is one instruction. */
static inline uint64_t now(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
#endif
}

/* modem side */
int modem_main(int argc, char **argv);
/* host side */
int host_main(int argc, char **argv);
int link_main(int argc, char **argv);

struct shared *map_shared(bool create);
/* Nanoseconds that the CPU was idle. Dear: not while anything is measured. */
uint64_t idle_time(void);

#endif
