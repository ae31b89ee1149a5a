/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

#define SERIAL_PORTS_MAX	4
#define SERIAL_LINE_MAX		512
#define SERIAL_OUT_MAX		4096

enum serial_role { SERIAL_DIAG, SERIAL_NMEA, SERIAL_AT };

/* A serial interface: an incomplete line or frame of the host, and bytes for the host. */
struct serial_port {
	enum serial_role role;
	uint8_t ep_in, ep_out;
	uint8_t line[SERIAL_LINE_MAX];
	size_t line_len;
	uint8_t out[SERIAL_OUT_MAX];
	size_t out_len;
	bool echo;			/* AT */
};

struct serial {
	struct serial_port port[SERIAL_PORTS_MAX];
	unsigned int count;
};

void serial_reset(struct modem *m);
void serial_add(struct modem *m, enum serial_role role, uint8_t ep_in, uint8_t ep_out);

/* An URB waits at this endpoint: read it, or put waiting bytes into it. */
void serial_run(struct modem *m, uint8_t ep);

/* To the host. Bytes that do not fit are lost, as on an unread line. */
void serial_write(struct serial_port *port, const void *data, size_t len);

/* at.c, diag.c: a whole line without its CR, a whole frame without its flags */
void at_receive(struct modem *m, struct serial_port *port, const char *line);
void diag_receive(struct modem *m, struct serial_port *port, uint8_t *frame, size_t len);

#endif
