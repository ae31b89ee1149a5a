/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qcqmid - /dev/qcqmi0 for programs that were written for GobiNet
 *
 *   program -- /dev/qcqmi0 -- CUSE -- this -- qmi-proxy -- /dev/cdc-wdm0 -- modem
 *
 * An open file is a client of one service. It has whole SDUs; their QMUX header is added and taken
 * off here, by the client's id.
 *
 *   main.c	signals, hot plug: which modem has which device
 *   modem.c	a modem is made ready, and lost
 *   format.c	... steps: the format of data
 *   device.c	the device node, its requests
 *   file.c	an open file: what it has received, who waits for it
 *   clients.c	ids of clients: asked for, released, noted for the next run
 *   proxy.c	the connection to qmi-proxy: frames, requests and their answers
 *   message.c	SDUs and their TLVs
 *   ../common	what other tools need, too: sysfs, hot plug
 */
#ifndef QCQMID_H
#define QCQMID_H

#define FUSE_USE_VERSION 31
#include <cuse_lowlevel.h>
#include <glib.h>
#include <stdbool.h>

#include "../common/data_format.h"

#define FRAME_MAX	4096	/* an SDU with its QMUX header */
#define QMUX_HEADER	6
#define SDU_MAX		(FRAME_MAX - QMUX_HEADER)
#define SDU_HEADER	7	/* of all services but CTL */

#define OPEN_SECONDS	15	/* in which QMI has to be there */
#define ANSWER_SECONDS	10	/* for what the modem answers by itself */
#define INBOX_MAX	256	/* SDUs that nobody has read */

enum { QMI_CTL = 0x00, QMI_DMS = 0x02, QMI_WDA = 0x1a };
enum { CTL_GET_CLIENT_ID = 0x0022, CTL_RELEASE_CLIENT_ID = 0x0023, CTL_PROXY_OPEN = 0xff00 };
enum { QMI_ERR_NO_SERVICE = 0x1f };

/* An SDU, and whose it is. */
struct message {
	guint8 service, client;
	size_t len;
	guint8 sdu[SDU_MAX];
};

struct client {
	guint8 service, id;	/* 0: none */
};

struct device;
struct file;

/* Told of the answer, or of NULL: there will be none. */
typedef void (*answer_fn)(gpointer data, const struct message *answer);

struct proxy {
	int fd;
	guint watch;
	GByteArray *in;
	GSList *asked;		/* requests of ours without an answer yet */
	guint8 transaction;
};

/* Ends with step_next(), step_ask() or modem_lost(), at once or when an answer comes. */
typedef void (*step_fn)(struct device *d);

/* /dev/qcqmi0, and the modem that it has at present. */
struct device {
	unsigned int number;
	struct fuse_session *session;
	struct fuse_buf buf;
	guint watch;
	GSList *files;		/* those of modems that are gone among them */
	GSList *opening;	/* they wait until QMI is there */
	/* the modem's */
	bool present;
	bool agreed;		/* on the data format */
	bool ready;		/* the proxy serves us */
	unsigned int ifindex;
	char *name;		/* of the netdev */
	char *channel;		/* /dev/cdc-wdm0 */
	char *identity;
	unsigned int interface;
	bool ethernet;
	guint32 ids;		/* VID and PID */
	char meid[14];
	struct data_format wanted, format;
	/* QMI's */
	struct proxy proxy;
	const step_fn *step;	/* NULL: none is under way */
	answer_fn answered;	/* of the step */
	struct client own;	/* of the step */
	GArray *left;		/* clients of an earlier run */
	const char *told;	/* why it is not ready */
	unsigned int pause;
	guint retry;
};

/* main.c */
void devices_settle(void);
void say(const struct device *d, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* modem.c */
bool modem_found(struct device *d, const char *name);
void modem_gone(struct device *d);
bool modem_follow_name(struct device *d);
void modem_lost(struct device *d, const char *why);
void modem_wanted(struct device *d);
void modem_idle(struct device *d);
void modem_leave(struct device *d);
void modem_left(struct device *d);
void step_next(struct device *d);
void step_ask(struct device *d, const struct message *request, answer_fn answered);

/* format.c: steps */
void format_read(struct device *d);
void format_agree(struct device *d);
void format_tell(struct device *d);

/* device.c */
bool device_create(struct device *d);
void device_destroy(struct device *d);
void device_ready(struct device *d);

/* file.c */
struct file *file_new(struct device *d);
void file_free(struct file *file);
void file_read(struct file *file, fuse_req_t req, size_t size, bool wait);
void file_write(struct file *file, fuse_req_t req, const char *sdu, size_t len);
void file_service(struct file *file, fuse_req_t req, guint64 service);
void file_poll(struct file *file, fuse_req_t req, struct fuse_pollhandle *poll);
bool file_is_gone(const struct file *file);
void file_lost(struct file *file);
void files_receive(struct device *d, const struct message *message);
struct client file_client(const struct file *file);
void reply_or_wait(fuse_req_t req, fuse_interrupt_func_t interrupted, gpointer data);

/* clients.c */
void client_ask(struct device *d, guint8 service, answer_fn answered, gpointer data);
struct client client_answered(const struct message *answer);
void client_release(struct device *d, struct client client);
void clients_note(struct device *d);
GArray *clients_noted(const struct device *d);

/* proxy.c */
bool proxy_connect(struct device *d);
void proxy_close(struct device *d);
bool proxy_is_quiet(const struct device *d);
bool proxy_send(struct device *d, const struct message *message);
void proxy_ask(struct device *d, const struct message *request, answer_fn answered, gpointer data);

/* message.c */
void message_begin(struct message *m, struct client client, guint16 id);
void message_put(struct message *m, guint8 type, const void *value, size_t len);
void message_put_u32(struct message *m, guint8 type, guint32 value);
void message_number(struct message *m, guint8 transaction);
guint16 message_id(const struct message *m);
bool message_answers(const struct message *m, const struct message *request);
bool message_is_request(const guint8 *sdu, size_t len);
const guint8 *message_get(const struct message *m, guint8 type, size_t *len);
guint32 message_get_u32(const struct message *m, guint8 type);
guint16 message_error(const struct message *m);

#endif
