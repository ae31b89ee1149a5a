/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The USB/IP front end of the bench. Control and the other endpoints go to tests/modem; the bulk
 * endpoints of the QMI interface end here, with as few instructions as it takes.
 */
#ifndef PORT_H
#define PORT_H

#include <stddef.h>
#include <stdint.h>

#include "../modem/modem.h"

#define PORT_URBS	256	/* IN URBs that may wait */
#define PORT_BATCH	128	/* completions in one system call */

/* A transfer that the host sent; @data is gone after the next port_read(). */
struct out_transfer {
	uint32_t id;
	uint32_t len;
	const uint8_t *data;
};

struct port {
	struct transport transport;
	struct modem *modem;
	int fd;				/* -1 while unplugged */
	size_t len;			/* bytes from the host that wait in buf */
	struct { uint32_t id, len; } in[PORT_URBS];
	unsigned int in_head, in_tail;
	uint8_t pdus[PORT_BATCH][48];
	struct iovec *iov;
	unsigned int n_pdus, n_iov;
	/* The job's: takes an OUT transfer, forgets one that is taken back. */
	void (*take)(void *arg, const struct out_transfer *out);
	bool (*forget)(void *arg, uint32_t id);
	void *arg;
	uint8_t buf[1 << 20];
};

struct port *port_create(struct modem *m);

/* Read what the host has sent, once, and handle it. False if nothing came. */
bool port_read(struct port *p, int flags);

static inline unsigned int port_in_urbs(const struct port *p)
{
	return p->in_tail - p->in_head;
}

/* Complete the first IN URB. @data must stay until port_flush(). */
void port_send(struct port *p, const void *data, size_t len);
void port_complete_out(struct port *p, uint32_t id, uint32_t len);
void port_flush(struct port *p);

#endif
