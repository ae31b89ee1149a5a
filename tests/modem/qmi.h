/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef QMI_H
#define QMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

struct modem;

#define QMI_FRAME_MAX	4096	/* cdc-wdm's buffer */
#define QMI_CLIENTS_MAX	64
#define QMI_QUEUE_MAX	64

enum qmi_service {
	QMI_CTL = 0x00, QMI_WDS = 0x01, QMI_DMS = 0x02, QMI_NAS = 0x03, QMI_UIM = 0x0b,
	QMI_WDA = 0x1a, QMI_PDC = 0x24,
};

/* Errors of the protocol, by their standard numbers */
enum qmi_error {
	QMI_OK = 0,
	QMI_ERR_MALFORMED_MSG = 1,
	QMI_ERR_CLIENT_IDS_EXHAUSTED = 5,
	QMI_ERR_INVALID_CLIENT_ID = 7,
	QMI_ERR_INVALID_HANDLE = 9,
	QMI_ERR_INVALID_PROFILE = 10,
	QMI_ERR_INCORRECT_PIN = 12,
	QMI_ERR_CALL_FAILED = 14,
	QMI_ERR_OUT_OF_CALL = 15,
	QMI_ERR_NOT_PROVISIONED = 16,
	QMI_ERR_MISSING_ARG = 17,
	QMI_ERR_NO_EFFECT = 26,
	QMI_ERR_NO_FREE_PROFILE = 27,
	QMI_ERR_INVALID_PROFILE_TYPE = 30,
	QMI_ERR_INVALID_SERVICE_TYPE = 31,
	QMI_ERR_PIN_BLOCKED = 35,
	QMI_ERR_INVALID_ARG = 48,
	QMI_ERR_INVALID_IP_FAMILY = 64,
	QMI_ERR_INVALID_OPERATION = 70,
	QMI_ERR_INVALID_QMI_CMD = 71,
	QMI_ERR_INFO_UNAVAILABLE = 74,
};

/* A client of a service, which sends requests and gets answers. */
struct qmi_client {
	uint8_t service;
	uint8_t id;		/* 0: free slot, or the control service's one user */
	uint16_t indications;	/* sent to it: each has a number of its own */
	/* WDS: */
	uint8_t mux_id;
	uint8_t family;		/* 4 or 6 */
	struct call *call;	/* the one it started, while that is up */
	uint32_t last_handle;
	/* NAS, UIM: */
	uint32_t events;	/* it wants to be told of */
};

/* The TLVs of a received message. */
struct qmi_request {
	const uint8_t *tlvs;
	size_t len;
};

/* A message being written: SDU header, then TLVs. */
struct qmi_reply {
	uint8_t buf[QMI_FRAME_MAX - 6];
	size_t len;
};

struct qmi_message {
	uint16_t id;
	const char *name;
	/* Appends to @rsp; the result TLV comes from the return value. */
	enum qmi_error (*handle)(struct modem *m, struct qmi_client *client,
				 const struct qmi_request *req, struct qmi_reply *rsp);
};

struct qmi_service_info {
	uint8_t service;
	const char *name;
	uint16_t major, minor;
	const struct qmi_message *messages;
	size_t count;
};

/* The indication that PDC still has to send to a client */
struct pdc_result {
	struct qmi_client *client;	/* NULL: nothing */
	uint16_t message;
	uint32_t token;
	enum qmi_error error;
	bool empty;
};

struct qmi {
	struct qmi_client clients[QMI_CLIENTS_MAX];
	struct qmi_client control;	/* the control service needs no allocation */
	uint8_t last_id[256];		/* of each service */
	struct qmi_out *queue, **tail;	/* what the host has not fetched */
	unsigned int queued;
	uint8_t operating_mode;		/* DMS: 0 online */
	struct pdc_result pdc;
};

/* Every client that has an id. */
#define for_each_qmi_client(c, m) \
	for ((c) = (m)->qmi.clients; (c) < (m)->qmi.clients + QMI_CLIENTS_MAX; (c)++) \
		if ((c)->id)

void qmi_reset(struct modem *m);

/* From and to the host, a QMUX frame each. */
void qmi_receive(struct modem *m, const uint8_t *frame, size_t len);
size_t qmi_fetch(struct modem *m, uint8_t *frame);

/* Clients */
const struct qmi_service_info *qmi_service(struct modem *m, uint8_t service);
const struct qmi_service_info *qmi_service_at(struct modem *m, unsigned int index);
struct qmi_client *qmi_client_find(struct modem *m, uint8_t service, uint8_t id);
struct qmi_client *qmi_client_add(struct modem *m, uint8_t service);
void qmi_client_free(struct modem *m, struct qmi_client *client);
void qmi_client_free_all(struct modem *m);
/* How many ids are given away. */
unsigned int qmi_clients(const struct modem *m);
/* End all clients, and tell the host: the modem's processor has restarted. */
void qmi_client_revoke_all(struct modem *m);

/* Indications: put TLVs into @msg between the two calls. */
void qmi_indication_begin(struct qmi_reply *msg, uint8_t service);
void qmi_indicate(struct modem *m, struct qmi_client *client, uint16_t message,
		  struct qmi_reply *msg);

/*
 * Reading TLVs. Each returns QMI_OK, QMI_ERR_MISSING_ARG if there is none of that type, or
 * QMI_ERR_MALFORMED_MSG if it is not as long as it should be. qmi_absent() makes one optional.
 */
enum qmi_error qmi_get(const struct qmi_request *req, uint8_t type, const uint8_t **value,
		       size_t *len);
enum qmi_error qmi_get_bytes(const struct qmi_request *req, uint8_t type, void *value, size_t len);
enum qmi_error qmi_get_u8(const struct qmi_request *req, uint8_t type, uint8_t *value);
enum qmi_error qmi_get_u16(const struct qmi_request *req, uint8_t type, uint16_t *value);
enum qmi_error qmi_get_u32(const struct qmi_request *req, uint8_t type, uint32_t *value);
enum qmi_error qmi_get_u64(const struct qmi_request *req, uint8_t type, uint64_t *value);

static inline enum qmi_error qmi_optional(enum qmi_error error)
{
	return error == QMI_ERR_MISSING_ARG ? QMI_OK : error;
}

/* Writing TLVs. qmi_put() returns where the value goes. */
uint8_t *qmi_put(struct qmi_reply *rsp, uint8_t type, size_t len);
void qmi_put_u8(struct qmi_reply *rsp, uint8_t type, uint8_t value);
void qmi_put_u16(struct qmi_reply *rsp, uint8_t type, uint16_t value);
void qmi_put_u32(struct qmi_reply *rsp, uint8_t type, uint32_t value);
void qmi_put_u64(struct qmi_reply *rsp, uint8_t type, uint64_t value);
void qmi_put_bytes(struct qmi_reply *rsp, uint8_t type, const void *value, size_t len);
void qmi_put_string(struct qmi_reply *rsp, uint8_t type, const char *value);

void pdc_init(struct modem *m);

/* Send indications that are due. */
void pdc_report(struct modem *m);
void uim_report(struct modem *m);
/* The settings of calls are others from now on. */
void wds_indicate_change(struct modem *m);
void wds_indicate_status(struct modem *m, struct qmi_client *client, enum call_end end);

/* Each service's own file has one of these. */
extern const struct qmi_service_info qmi_ctl, qmi_wds, qmi_dms, qmi_nas, qmi_uim, qmi_wda, qmi_pdc;

#endif
