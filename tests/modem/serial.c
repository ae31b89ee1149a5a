// SPDX-License-Identifier: GPL-2.0-only
/* The serial interfaces: lines (AT) or frames (DIAG) from bytes, and URBs from answers. */
#include "modem.h"
#include "util.h"

#define DIAG_FLAG	0x7e

void serial_reset(struct modem *m)
{
	m->serial.count = 0;
}

void serial_add(struct modem *m, enum serial_role role, uint8_t ep_in, uint8_t ep_out)
{
	m->serial.port[m->serial.count++] = (struct serial_port){
		.role = role, .ep_in = ep_in, .ep_out = ep_out, .echo = true,
	};
}

void serial_write(struct serial_port *port, const void *data, size_t len)
{
	len = min_size(len, sizeof(port->out) - port->out_len);
	memcpy(port->out + port->out_len, data, len);
	port->out_len += len;
}

/* Lines and frames that are too long are cut off, and are then invalid. */
static void keep(struct serial_port *port, uint8_t byte)
{
	if (port->line_len < sizeof(port->line) - 1)
		port->line[port->line_len++] = byte;
}

static void receive_at(struct modem *m, struct serial_port *port, uint8_t byte)
{
	if (port->echo)
		serial_write(port, &byte, 1);
	if (byte == '\n')
		return;
	if (byte != '\r') {
		keep(port, byte);
		return;
	}
	port->line[port->line_len] = 0;
	port->line_len = 0;
	at_receive(m, port, (char *)port->line);
}

static void receive_diag(struct modem *m, struct serial_port *port, uint8_t byte)
{
	if (byte != DIAG_FLAG) {
		keep(port, byte);
		return;
	}
	if (port->line_len)
		diag_receive(m, port, port->line, port->line_len);
	port->line_len = 0;
}

/* NMEA only sends, and this modem receives no satellite. */
static void receive(struct modem *m, struct serial_port *port, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (port->role == SERIAL_AT)
			receive_at(m, port, data[i]);
		else if (port->role == SERIAL_DIAG)
			receive_diag(m, port, data[i]);
	}
}

static void send(struct modem *m, struct serial_port *port)
{
	struct urb *urb;
	size_t len;

	while (port->out_len && (urb = usb_first(m, port->ep_in))) {
		len = min_size(port->out_len, urb->length);
		usb_complete(m, port->ep_in, 0, port->out, len);
		port->out_len -= len;
		memmove(port->out, port->out + len, port->out_len);
	}
}

void serial_run(struct modem *m, uint8_t ep)
{
	struct serial_port *port;
	struct urb *urb;

	for (port = m->serial.port; port < m->serial.port + m->serial.count; port++) {
		if (ep != port->ep_in && ep != port->ep_out)
			continue;
		while ((urb = usb_first(m, port->ep_out))) {
			receive(m, port, urb->data, urb->length);
			usb_complete(m, port->ep_out, 0, NULL, 0);
		}
		send(m, port);
	}
}
