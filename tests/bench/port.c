// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../modem/usbip.h"
#include "../modem/util.h"
#include "port.h"

static struct iovec iov[2 * PORT_BATCH];

/* To the host */

void port_flush(struct port *p)
{
	struct iovec *at = p->iov;
	ssize_t n;

	while (p->n_iov) {
		n = writev(p->fd, at, p->n_iov);
		if (n < 0)
			err(1, "usbip: writev");
		while (p->n_iov && (size_t)n >= at->iov_len) {
			n -= at->iov_len;
			at++;
			p->n_iov--;
		}
		if (p->n_iov) {
			at->iov_base = (uint8_t *)at->iov_base + n;
			at->iov_len -= n;
		}
	}
	p->n_pdus = 0;
}

static void put(struct port *p, uint32_t command, uint32_t id, int status, uint32_t actual,
		const void *data, size_t len)
{
	uint8_t *pdu;

	if (p->n_pdus == PORT_BATCH)
		port_flush(p);
	pdu = p->pdus[p->n_pdus++];
	usbip_put_return(pdu, command, id, status);
	put_be32(pdu + 24, actual);
	p->iov[p->n_iov++] = (struct iovec){ pdu, PDU_SIZE };
	if (len)
		p->iov[p->n_iov++] = (struct iovec){ (void *)data, len };
}

void port_send(struct port *p, const void *data, size_t len)
{
	unsigned int slot = p->in_head++ % PORT_URBS;

	/* vhci_hcd would let it through, and the driver's buffer is not ours. */
	if (len > p->in[slot].len)
		errx(1, "transfer of %zu bytes for an URB of %u", len, p->in[slot].len);
	put(p, RET_SUBMIT, p->in[slot].id, 0, len, data, len);
}

void port_complete_out(struct port *p, uint32_t id, uint32_t len)
{
	put(p, RET_SUBMIT, id, 0, len, NULL, 0);
}

/* Control and the other endpoints: what they answer is small, and is copied. */
static void complete(struct transport *t, const struct urb *urb, int status, const void *data,
		     size_t len)
{
	struct port *p = container_of(t, struct port, transport);
	bool in = urb->ep & 0x80;

	put(p, RET_SUBMIT, urb->id, status, in ? len : urb->length, data, in ? len : 0);
	port_flush(p);
}

static void flush(struct transport *t)
{
	port_flush(container_of(t, struct port, transport));
}

/* From the host */

static void submit_elsewhere(struct port *p, const uint8_t *pdu, uint8_t ep, uint32_t len)
{
	size_t out_len = ep & 0x80 ? 0 : len;
	struct urb *urb = malloc(sizeof(*urb) + out_len);

	if (!urb)
		err(1, "malloc");
	urb->id = get_be32(pdu + 4);
	urb->ep = ep;
	urb->length = len;
	urb->zero_packet = get_be32(pdu + 20) & URB_ZERO_PACKET;
	memcpy(urb->setup, pdu + 40, sizeof(urb->setup));
	memcpy(urb->data, pdu + PDU_SIZE, out_len);
	usb_submit(p->modem, urb);
}

static void submit_in(struct port *p, uint32_t id, uint32_t len)
{
	unsigned int slot = p->in_tail++ % PORT_URBS;

	if (port_in_urbs(p) > PORT_URBS)
		errx(1, "more than %d IN URBs", PORT_URBS);
	p->in[slot].id = id;
	p->in[slot].len = len;
}

static void submit(struct port *p, const uint8_t *pdu, uint32_t len)
{
	uint8_t ep = get_be32(pdu + 16) | get_be32(pdu + 12) << 7;
	const struct out_transfer out = { get_be32(pdu + 4), len, pdu + PDU_SIZE };

	if (ep == p->modem->usb.ep_in)
		submit_in(p, out.id, len);
	else if (ep != p->modem->usb.ep_out)
		submit_elsewhere(p, pdu, ep, len);
	else if (p->take)
		p->take(p->arg, &out);
	else
		port_complete_out(p, out.id, len);
}

static bool forget_in(struct port *p, uint32_t id)
{
	unsigned int i, j;

	for (i = p->in_head; i != p->in_tail; i++) {
		if (p->in[i % PORT_URBS].id != id)
			continue;
		for (j = i; j + 1 != p->in_tail; j++)
			p->in[j % PORT_URBS] = p->in[(j + 1) % PORT_URBS];
		p->in_tail--;
		return true;
	}
	return false;
}

static void unlink_urb(struct port *p, const uint8_t *pdu)
{
	uint32_t victim = get_be32(pdu + 20);
	bool found = forget_in(p, victim) || (p->forget && p->forget(p->arg, victim)) ||
		     usb_unlink(p->modem, victim);

	put(p, RET_UNLINK, get_be32(pdu + 4), found ? -ECONNRESET : 0, 0, NULL, 0);
}

/* Handle one PDU if all of it is there. Its size, or 0. */
static size_t take_pdu(struct port *p, const uint8_t *pdu, size_t len)
{
	uint32_t out_len;

	if (len < PDU_SIZE)
		return 0;
	if (get_be32(pdu) == CMD_UNLINK) {
		unlink_urb(p, pdu);
		return PDU_SIZE;
	}
	out_len = get_be32(pdu + 12) == DIR_IN ? 0 : get_be32(pdu + 24);
	if (len < PDU_SIZE + out_len)
		return 0;
	submit(p, pdu, get_be32(pdu + 24));
	return PDU_SIZE + out_len;
}

bool port_read(struct port *p, int flags)
{
	size_t at = 0, size;
	ssize_t n = recv(p->fd, p->buf + p->len, sizeof(p->buf) - p->len, flags);

	if (n == 0)
		exit(0);	/* the host has detached us */
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		err(1, "usbip: recv");
	if (n < 0)
		return false;
	p->len += n;
	while ((size = take_pdu(p, p->buf + at, p->len - at)))
		at += size;
	p->len -= at;
	memmove(p->buf, p->buf + at, p->len);
	return true;
}

static int plug(struct transport *t, enum usb_device_speed speed)
{
	struct port *p = container_of(t, struct port, transport);

	p->fd = usbip_connect(speed);
	return p->fd < 0 ? p->fd : 0;
}

static void unplug(struct transport *t)
{
	struct port *p = container_of(t, struct port, transport);

	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

struct port *port_create(struct modem *m)
{
	static struct port port;

	port.transport = (struct transport){ plug, unplug, complete, flush };
	port.modem = m;
	port.fd = -1;
	port.iov = iov;
	return &port;
}
