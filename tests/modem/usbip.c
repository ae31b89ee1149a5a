// SPDX-License-Identifier: GPL-2.0-only
/*
 * The USB/IP front end: a socket pair, one end of which the kernel's vhci_hcd gets. Each PDU is
 * 48 bytes, big endian:
 *
 *    0  command      4  sequence number   8  device id   12  direction   16  endpoint
 *   20  SUBMIT: flags      length   start frame  packets  interval      setup[8]  (+ OUT data)
 *   20  RETURN: status     length   start frame  packets  errors        -         (+ IN data)
 *   20  UNLINK: victim's sequence number;  its RETURN: status
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "modem.h"
#include "usbip.h"
#include "util.h"

#define VHCI		"/sys/devices/platform/vhci_hcd.0/"
#define DEVICE_ID	0x00010002
#define PORT_FREE	4		/* in the third column of "status" */
#define OUT_DATA_MAX	(1 << 20)
#define SMALL		4096		/* IN data worth gathering */
#define EARLY_MAX	64

/* An UNLINK whose victim is still to come. */
struct early {
	uint32_t id, victim;
};

struct usbip {
	struct transport transport;
	struct modem *modem;
	struct loop_fd io;		/* fd -1 while unplugged */
	/* From the host */
	uint8_t *in;
	size_t in_len, in_size;
	uint32_t submitted;		/* last; they come in order */
	struct early early[EARLY_MAX];
	unsigned int early_count;
	/* To the host: what is gathered, or did not fit into the socket */
	uint8_t *out;
	size_t out_len, out_size;
	bool blocked;
};

static void *grow(void *buf, size_t *size, size_t needed)
{
	if (needed <= *size)
		return buf;
	while (*size < needed)
		*size = *size ? *size * 2 : 65536;
	buf = realloc(buf, *size);
	if (!buf)
		err(1, "realloc");
	return buf;
}

/* To the host */

static void keep(struct usbip *u, const void *data, size_t len)
{
	u->out = grow(u->out, &u->out_size, u->out_len + len);
	memcpy(u->out + u->out_len, data, len);
	u->out_len += len;
}

static void set_blocked(struct usbip *u, bool blocked)
{
	if (blocked == u->blocked)
		return;
	u->blocked = blocked;
	loop_change(&u->io, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Write the queued bytes, then @data. Keep what the socket does not take. */
static void write_out(struct usbip *u, const void *data, size_t len)
{
	struct iovec iov[2] = { { u->out, u->out_len }, { (void *)data, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n = 0;
	size_t written, old;

	if (!u->blocked)
		n = sendmsg(u->io.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	written = n > 0 ? n : 0;
	old = min_size(written, u->out_len);
	memmove(u->out, u->out + old, u->out_len - old);
	u->out_len -= old;
	keep(u, (const uint8_t *)data + (written - old), len - (written - old));
	set_blocked(u, u->out_len);
}

static void flush(struct transport *t)
{
	struct usbip *u = container_of(t, struct usbip, transport);

	if (u->out_len && !u->blocked)
		write_out(u, NULL, 0);
}

void usbip_put_return(uint8_t pdu[PDU_SIZE], uint32_t command, uint32_t seqnum, int32_t status)
{
	memset(pdu, 0, PDU_SIZE);
	put_be32(pdu, command);
	put_be32(pdu + 4, seqnum);
	put_be32(pdu + 20, status);
}

static void complete(struct transport *t, const struct urb *urb, int status, const void *data,
		     size_t len)
{
	struct usbip *u = container_of(t, struct usbip, transport);
	bool in = urb->ep & 0x80;
	uint8_t pdu[PDU_SIZE];

	usbip_put_return(pdu, RET_SUBMIT, urb->id, status);
	if (in)
		put_be32(pdu + 24, len);
	else
		put_be32(pdu + 24, status ? 0 : urb->length);
	keep(u, pdu, sizeof(pdu));
	if (!in)
		return;
	if (len <= SMALL)
		keep(u, data, len);
	else
		write_out(u, data, len);
}

/* From the host */

static void submit(struct usbip *u, const uint8_t *pdu, bool in, uint32_t length)
{
	size_t out_len = in ? 0 : length;
	struct urb *urb = calloc(1, sizeof(*urb) + out_len);
	uint8_t ep = get_be32(pdu + 16) & 0x0f;

	if (!urb)
		err(1, "calloc");
	urb->id = get_be32(pdu + 4);
	urb->ep = in ? ep | 0x80 : ep;
	urb->length = length;
	urb->zero_packet = get_be32(pdu + 20) & URB_ZERO_PACKET;
	memcpy(urb->setup, pdu + 40, sizeof(urb->setup));
	memcpy(urb->data, pdu + PDU_SIZE, out_len);
	usb_submit(u->modem, urb);
}

static void unlink_urb(struct usbip *u, uint32_t id, uint32_t victim)
{
	bool found = usb_unlink(u->modem, victim);
	uint8_t answer[PDU_SIZE];

	usbip_put_return(answer, RET_UNLINK, id, found ? -ECONNRESET : 0);
	keep(u, answer, sizeof(answer));
}

/*
 * vhci_hcd sends all SUBMITs that it has, then all UNLINKs. If a transfer is submitted and unlinked
 * between the two, its UNLINK comes first. If that were answered before the SUBMIT, vhci_hcd would
 * count the transfer as given back, and it would never end, or end twice. An UNLINK before any
 * SUBMIT belongs to the previous connection.
 */
static void take_unlink(struct usbip *u, uint32_t id, uint32_t victim)
{
	if (!u->submitted || (int32_t)(victim - u->submitted) <= 0) {
		unlink_urb(u, id, victim);
		return;
	}
	if (u->early_count == EARLY_MAX)
		errx(1, "usbip: %u UNLINKs wait for their SUBMITs", EARLY_MAX);
	u->early[u->early_count++] = (struct early){ id, victim };
}

static void take_submit(struct usbip *u, const uint8_t *pdu, bool in, uint32_t length)
{
	unsigned int i;

	submit(u, pdu, in, length);
	u->submitted = get_be32(pdu + 4);
	for (i = 0; i < u->early_count; i++) {
		if (u->early[i].victim != u->submitted)
			continue;
		unlink_urb(u, u->early[i].id, u->submitted);
		u->early[i] = u->early[--u->early_count];
		return;
	}
}

/* Handle one PDU if all of it is there. Returns its size, or 0. */
static size_t take_pdu(struct usbip *u, const uint8_t *pdu, size_t len)
{
	uint32_t length;
	bool in;

	if (len < PDU_SIZE)
		return 0;
	switch (get_be32(pdu)) {
	case CMD_SUBMIT:
		in = get_be32(pdu + 12) == DIR_IN;
		length = get_be32(pdu + 24);
		if (!in && length > OUT_DATA_MAX)
			errx(1, "usbip: OUT transfer of %u bytes", length);
		if (!in && len < PDU_SIZE + length)
			return 0;
		take_submit(u, pdu, in, length);
		return PDU_SIZE + (in ? 0 : length);
	case CMD_UNLINK:
		take_unlink(u, get_be32(pdu + 4), get_be32(pdu + 20));
		return PDU_SIZE;
	default:
		errx(1, "usbip: unknown command %u", get_be32(pdu));
	}
}

static void take_pdus(struct usbip *u)
{
	size_t at = 0, size;

	while ((size = take_pdu(u, u->in + at, u->in_len - at)))
		at += size;
	memmove(u->in, u->in + at, u->in_len - at);
	u->in_len -= at;
}

/* The host detached us: gone is gone, until someone plugs us in again. */
static void hung_up(struct usbip *u)
{
	fprintf(stderr, "usbip: the host closed the connection\n");
	usb_unplug(u->modem);
}

static void ready(struct loop_fd *io, uint32_t events)
{
	struct usbip *u = container_of(io, struct usbip, io);
	ssize_t n;

	if (io->fd < 0)
		return;
	if (events & EPOLLOUT) {
		u->blocked = false;
		write_out(u, NULL, 0);
		if (!u->blocked)
			loop_change(io, EPOLLIN);
	}
	u->in = grow(u->in, &u->in_size, u->in_len + 65536);
	n = recv(io->fd, u->in + u->in_len, u->in_size - u->in_len, MSG_DONTWAIT);
	if (n > 0) {
		u->in_len += n;
		take_pdus(u);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		hung_up(u);
	}
}

/* Plug and unplug */

/* A port of the right root hub that nothing is attached to, or -1. */
static int free_port(enum usb_device_speed speed)
{
	const char *wanted = speed == USB_SPEED_SUPER ? "ss" : "hs";
	FILE *status = fopen(VHCI "status", "re");
	char line[128], hub[3];
	int port, state, found = -1;

	if (!status)
		return -1;
	while (found < 0 && fgets(line, sizeof(line), status))
		if (sscanf(line, "%2s %d %d", hub, &port, &state) == 3 &&
		    !strcmp(hub, wanted) && state == PORT_FREE)
			found = port;
	fclose(status);
	return found;
}

static int attach(int port, int fd, enum usb_device_speed speed)
{
	int attach = open(VHCI "attach", O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (attach < 0)
		return -errno;
	if (dprintf(attach, "%d %d %u %u", port, fd, DEVICE_ID, speed) < 0)
		error = -errno;
	close(attach);
	return error;
}

int usbip_connect(enum usb_device_speed speed)
{
	int port = free_port(speed), pair[2], error;
	int room = 4 << 20;

	if (port < 0)
		return -ENODEV;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	/* So much can be on its way to the host before we have to wait for it. */
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	error = attach(port, pair[1], speed);
	close(pair[1]);
	if (error) {
		close(pair[0]);
		return error;
	}
	return pair[0];
}

static int plug(struct transport *t, enum usb_device_speed speed)
{
	struct usbip *u = container_of(t, struct usbip, transport);
	int fd = usbip_connect(speed);

	if (fd < 0)
		return fd;
	u->in_len = u->out_len = 0;
	u->submitted = u->early_count = 0;
	u->blocked = false;
	u->io.fd = fd;
	loop_add(&u->io, EPOLLIN);
	return 0;
}

static void unplug(struct transport *t)
{
	struct usbip *u = container_of(t, struct usbip, transport);

	if (u->io.fd < 0)
		return;
	loop_del(&u->io);
	close(u->io.fd);
	u->io.fd = -1;
	/* What did not fit into the socket is lost with it. */
	u->out_len = 0;
	u->blocked = false;
}

struct transport *usbip_create(struct modem *m)
{
	static struct usbip u;

	if (access(VHCI "attach", W_OK) < 0)
		errx(1, "no vhci_hcd here (modprobe vhci_hcd), or not root");
	u.transport = (struct transport){ plug, unplug, complete, flush };
	u.modem = m;
	u.io = (struct loop_fd){ .fd = -1, .ready = ready };
	return &u.transport;
}
