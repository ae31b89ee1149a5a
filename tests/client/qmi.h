/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef QMI_H
#define QMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QMI_FRAME_MAX	4096

enum {
	QMI_CTL = 0x00, QMI_WDS = 0x01, QMI_DMS = 0x02, QMI_NAS = 0x03, QMI_UIM = 0x0b,
	QMI_WDA = 0x1a,
};

enum { CTL_GET_CLIENT_ID = 0x22, CTL_RELEASE_CLIENT_ID = 0x23, CTL_SYNC = 0x27 };

enum qmi_kind { QMI_REQUEST, QMI_RESPONSE, QMI_INDICATION };

struct qmi_message {
	enum qmi_kind kind;
	uint8_t service, client;
	uint16_t transaction, id;
	size_t len;			/* of what is in @tlvs */
	uint8_t tlvs[QMI_FRAME_MAX];
};

/*
 * A cdc-wdm device or a stream socket: bytes come in, and are frames here. Or a file of GobiNet's,
 * which is a client of one service, and has one SDU in each read and write.
 */
struct qmi_port {
	int fd;
	uint8_t service;		/* of GobiNet's file; 0: frames */
	uint8_t transaction;
	size_t have;			/* bytes in @buf */
	uint8_t buf[2 * QMI_FRAME_MAX];
	/* Told of what was not asked for; may be NULL */
	void (*indication)(const struct qmi_message *msg);
};

/* Requests */
void qmi_begin(struct qmi_message *msg, uint8_t service, uint8_t client, uint16_t id);
void qmi_put(struct qmi_message *msg, uint8_t type, const void *value, size_t len);
void qmi_put_u8(struct qmi_message *msg, uint8_t type, uint8_t value);
void qmi_put_u32(struct qmi_message *msg, uint8_t type, uint32_t value);
/* Type of the endpoint (USB) and number of the interface, as several messages want them */
void qmi_put_endpoint(struct qmi_message *msg, uint8_t type, uint32_t interface);

/* What an answer says. NULL or @fallback where it says nothing of that type. */
const uint8_t *qmi_get(const struct qmi_message *msg, uint8_t type, size_t len);
uint32_t qmi_get_u32(const struct qmi_message *msg, uint8_t type, uint32_t fallback);

/* Send @req and wait for the answer. True if the modem did what was asked. */
bool qmi_ask(struct qmi_port *port, struct qmi_message *req, struct qmi_message *rsp);
/* The same, and the end of the program if not. */
void qmi_must(struct qmi_port *port, struct qmi_message *req, struct qmi_message *rsp,
	      const char *what);

void qmi_sync(struct qmi_port *port);
uint8_t qmi_client_new(struct qmi_port *port, uint8_t service);
void qmi_client_release(struct qmi_port *port, uint8_t service, uint8_t client);

/* Frames as they are. qmi_fill() reads what there is and is false at the end of the stream. */
bool qmi_fill(struct qmi_port *port);
bool qmi_next_frame(struct qmi_port *port, uint8_t *frame, size_t *len);
bool qmi_decode(struct qmi_message *msg, const uint8_t *frame, size_t len);
size_t qmi_encode(const struct qmi_message *msg, uint8_t *frame);
bool qmi_write(int fd, const uint8_t *frame, size_t len);
/* Hand over what has been read and is no answer. */
void qmi_dispatch(struct qmi_port *port);

#endif
