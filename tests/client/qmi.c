// SPDX-License-Identifier: GPL-2.0-only
/*
 * The little QMI that a connection manager needs. It shares nothing with the modem's, so that a
 * mistake in one of them shows.
 *
 *   frame                    01 | u16 length of the rest | u8 flags | u8 service | u8 client | ...
 *   ... the control service  u8 kind | u8 transaction | u16 id | u16 length | TLVs
 *   ... all others           u8 kind * 2 | u16 transaction | u16 id | u16 length | TLVs
 *   TLV                      u8 type | u16 length | value
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qmi.h"

#define FRAME_HEADER	6
#define TLV_HEADER	3
#define TLV_RESULT	0x02
#define USB_ENDPOINT	2
#define ANSWER_MSECS	30000	/* an emulated machine takes its time */

static uint16_t read_u16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static uint8_t *write_u16(uint8_t *p, uint16_t value)
{
	*p++ = value & 0xff;
	*p++ = value >> 8;
	return p;
}

void qmi_begin(struct qmi_message *msg, uint8_t service, uint8_t client, uint16_t id)
{
	msg->kind = QMI_REQUEST;
	msg->service = service;
	msg->client = client;
	msg->transaction = 0;
	msg->id = id;
	msg->len = 0;
}

void qmi_put(struct qmi_message *msg, uint8_t type, const void *value, size_t len)
{
	uint8_t *p = msg->tlvs + msg->len;

	*p++ = type;
	p = write_u16(p, len);
	memcpy(p, value, len);
	msg->len += TLV_HEADER + len;
}

void qmi_put_u8(struct qmi_message *msg, uint8_t type, uint8_t value)
{
	qmi_put(msg, type, &value, 1);
}

void qmi_put_u32(struct qmi_message *msg, uint8_t type, uint32_t value)
{
	uint8_t raw[4];

	write_u16(write_u16(raw, value & 0xffff), value >> 16);
	qmi_put(msg, type, raw, sizeof(raw));
}

void qmi_put_endpoint(struct qmi_message *msg, uint8_t type, uint32_t interface)
{
	uint8_t raw[8] = { USB_ENDPOINT, 0, 0, 0, interface };

	qmi_put(msg, type, raw, sizeof(raw));
}

const uint8_t *qmi_get(const struct qmi_message *msg, uint8_t type, size_t len)
{
	size_t at = 0, size;

	while (at + TLV_HEADER <= msg->len) {
		size = read_u16(msg->tlvs + at + 1);
		if (at + TLV_HEADER + size > msg->len)
			return NULL;
		if (msg->tlvs[at] == type)
			return size >= len ? msg->tlvs + at + TLV_HEADER : NULL;
		at += TLV_HEADER + size;
	}
	return NULL;
}

uint32_t qmi_get_u32(const struct qmi_message *msg, uint8_t type, uint32_t fallback)
{
	const uint8_t *p = qmi_get(msg, type, 4);

	return p ? read_u16(p) | (uint32_t)read_u16(p + 2) << 16 : fallback;
}

size_t qmi_encode(const struct qmi_message *msg, uint8_t *frame)
{
	uint8_t *p = frame + FRAME_HEADER;
	size_t len;

	if (msg->service == QMI_CTL) {
		*p++ = msg->kind;
		*p++ = msg->transaction;
	} else {
		*p++ = msg->kind * 2;
		p = write_u16(p, msg->transaction);
	}
	p = write_u16(p, msg->id);
	p = write_u16(p, msg->len);
	memcpy(p, msg->tlvs, msg->len);
	len = p + msg->len - frame;
	frame[0] = 0x01;
	write_u16(frame + 1, len - 1);
	frame[3] = 0x00;
	frame[4] = msg->service;
	frame[5] = msg->client;
	return len;
}

bool qmi_decode(struct qmi_message *msg, const uint8_t *frame, size_t len)
{
	bool control = frame[4] == QMI_CTL;
	size_t header = FRAME_HEADER + (control ? 6 : 7);

	if (len < header || read_u16(frame + header - 2) != len - header)
		return false;
	msg->service = frame[4];
	msg->client = frame[5];
	msg->kind = control ? frame[FRAME_HEADER] : frame[FRAME_HEADER] / 2;
	msg->transaction = control ? frame[FRAME_HEADER + 1] : read_u16(frame + FRAME_HEADER + 1);
	msg->id = read_u16(frame + header - 4);
	msg->len = len - header;
	memcpy(msg->tlvs, frame + header, msg->len);
	return true;
}

bool qmi_write(int fd, const uint8_t *frame, size_t len)
{
	return write(fd, frame, len) == (ssize_t)len;
}

/* What a file of GobiNet's gives is made a frame. */
static ssize_t read_sdu(struct qmi_port *port)
{
	uint8_t *frame = port->buf + port->have;
	ssize_t n = read(port->fd, frame + FRAME_HEADER, QMI_FRAME_MAX - FRAME_HEADER);

	if (n <= 0)
		return n;
	memset(frame, 0, FRAME_HEADER);
	frame[0] = 0x01;
	write_u16(frame + 1, FRAME_HEADER - 1 + n);
	frame[4] = port->service;
	return FRAME_HEADER + n;
}

static ssize_t read_frames(struct qmi_port *port)
{
	return read(port->fd, port->buf + port->have, sizeof(port->buf) - port->have);
}

bool qmi_fill(struct qmi_port *port)
{
	ssize_t n = port->service ? read_sdu(port) : read_frames(port);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n > 0)
		port->have += n;
	return n > 0;
}

/* A frame that cannot be is fatal: there is no way to find the next one. */
bool qmi_next_frame(struct qmi_port *port, uint8_t *frame, size_t *len)
{
	size_t size;

	if (port->have < FRAME_HEADER)
		return false;
	size = 1 + read_u16(port->buf + 1);
	if (port->buf[0] != 0x01 || size < FRAME_HEADER || size > QMI_FRAME_MAX)
		errx(1, "no QMI frame: %02x, length %zu", port->buf[0], size);
	if (port->have < size)
		return false;
	memcpy(frame, port->buf, size);
	port->have -= size;
	memmove(port->buf, port->buf + size, port->have);
	*len = size;
	return true;
}

static bool send_frame(const struct qmi_port *port, const uint8_t *frame, size_t len)
{
	if (port->service)
		return qmi_write(port->fd, frame + FRAME_HEADER, len - FRAME_HEADER);
	return qmi_write(port->fd, frame, len);
}

static bool is_answer(const struct qmi_message *msg, const struct qmi_message *req)
{
	return msg->kind == QMI_RESPONSE && msg->service == req->service &&
	       msg->client == req->client && msg->id == req->id &&
	       msg->transaction == req->transaction;
}

/* One message, if one has been read in full. */
static bool next_message(struct qmi_port *port, struct qmi_message *msg)
{
	uint8_t frame[QMI_FRAME_MAX];
	size_t len;

	if (!qmi_next_frame(port, frame, &len))
		return false;
	if (!qmi_decode(msg, frame, len))
		errx(1, "QMI message with a wrong length");
	if (msg->kind == QMI_INDICATION && port->indication)
		port->indication(msg);
	return true;
}

void qmi_dispatch(struct qmi_port *port)
{
	struct qmi_message msg;

	while (next_message(port, &msg))
		;
}

static void wait_for_answer(struct qmi_port *port, const struct qmi_message *req,
			    struct qmi_message *rsp)
{
	struct pollfd pollfd = { .fd = port->fd, .events = POLLIN };

	for (;;) {
		while (next_message(port, rsp))
			if (is_answer(rsp, req))
				return;
		if (poll(&pollfd, 1, ANSWER_MSECS) == 0)
			errx(1, "QMI service %02x, message %04x: no answer", req->service, req->id);
		if (!qmi_fill(port))
			errx(1, "the QMI channel is closed");
	}
}

bool qmi_ask(struct qmi_port *port, struct qmi_message *req, struct qmi_message *rsp)
{
	uint8_t frame[QMI_FRAME_MAX];
	const uint8_t *result;

	if (!++port->transaction)
		port->transaction = 1;
	req->transaction = port->transaction;
	if (!send_frame(port, frame, qmi_encode(req, frame)))
		err(1, "write to the QMI channel");
	wait_for_answer(port, req, rsp);
	result = qmi_get(rsp, TLV_RESULT, 4);
	if (result && !read_u16(result))
		return true;
	printf("QMI service %02x, message %04x: error %u\n", req->service, req->id,
	       result ? read_u16(result + 2) : 0);
	return false;
}

void qmi_must(struct qmi_port *port, struct qmi_message *req, struct qmi_message *rsp,
	      const char *what)
{
	if (!qmi_ask(port, req, rsp))
		errx(1, "%s failed", what);
}

void qmi_sync(struct qmi_port *port)
{
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_CTL, 0, CTL_SYNC);
	qmi_must(port, &req, &rsp, "SYNC");
}

uint8_t qmi_client_new(struct qmi_port *port, uint8_t service)
{
	struct qmi_message req, rsp;
	const uint8_t *id;

	qmi_begin(&req, QMI_CTL, 0, CTL_GET_CLIENT_ID);
	qmi_put_u8(&req, 0x01, service);
	qmi_must(port, &req, &rsp, "GET_CLIENT_ID");
	id = qmi_get(&rsp, 0x01, 2);
	if (!id || id[0] != service)
		errx(1, "GET_CLIENT_ID: an answer without a client");
	return id[1];
}

void qmi_client_release(struct qmi_port *port, uint8_t service, uint8_t client)
{
	struct qmi_message req, rsp;
	uint8_t who[2] = { service, client };

	qmi_begin(&req, QMI_CTL, 0, CTL_RELEASE_CLIENT_ID);
	qmi_put(&req, 0x01, who, sizeof(who));
	qmi_ask(port, &req, &rsp);
}
