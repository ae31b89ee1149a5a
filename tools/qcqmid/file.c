// SPDX-License-Identifier: GPL-2.0-only
/* An open file of /dev/qcqmi0: a client of one service, once it has asked for that. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "qcqmid.h"

#define BROADCAST	0xff

struct file {
	struct device *device;
	bool gone;		/* its modem is; the device may have another now */
	struct client client;
	struct allocation *allocation;	/* the modem is asked for @client */
	fuse_req_t caller;	/* waits for that */
	GQueue inbox;		/* SDUs, as GBytes */
	GQueue readers;		/* struct reader; the inbox is empty then */
	struct fuse_pollhandle *poll;
};

struct reader {
	fuse_req_t req;
	size_t room;
};

struct allocation {
	struct device *device;
	struct file *file;	/* NULL: closed, or does not wait any more */
};

struct file *file_new(struct device *d)
{
	struct file *file = g_new0(struct file, 1);

	file->device = d;
	g_queue_init(&file->inbox);
	g_queue_init(&file->readers);
	d->files = g_slist_prepend(d->files, file);
	return file;
}

bool file_is_gone(const struct file *file)
{
	return file->gone;
}

struct client file_client(const struct file *file)
{
	return file->client;
}

/* For a request that is in a list. If the caller has been interrupted since, it is told at once. */
void reply_or_wait(fuse_req_t req, fuse_interrupt_func_t interrupted, gpointer data)
{
	if (fuse_req_interrupted(req))
		interrupted(req, data);
	else
		fuse_req_interrupt_func(req, interrupted, data);
}

/* --- read */

/* True: it is delivered. */
static bool deliver(fuse_req_t req, size_t room, GBytes *sdu)
{
	gsize len;
	const char *bytes = g_bytes_get_data(sdu, &len);

	if (room < len) {
		fuse_reply_err(req, EOVERFLOW);
		return false;
	}
	return !fuse_reply_buf(req, bytes, len);
}

static void reader_interrupted(fuse_req_t req, void *data)
{
	struct file *file = data;
	GList *at;

	for (at = file->readers.head; at; at = at->next) {
		struct reader *reader = at->data;

		if (reader->req != req)
			continue;
		g_queue_delete_link(&file->readers, at);
		g_free(reader);
		fuse_reply_err(req, EINTR);
		return;
	}
}

void file_read(struct file *file, fuse_req_t req, size_t room, bool wait)
{
	GBytes *sdu = g_queue_peek_head(&file->inbox);
	struct reader *reader;

	if (sdu) {
		if (deliver(req, room, sdu))
			g_bytes_unref(g_queue_pop_head(&file->inbox));
	} else if (file->gone) {
		fuse_reply_err(req, ENXIO);
	} else if (!file->client.id) {
		fuse_reply_err(req, EBADR);
	} else if (!wait) {
		fuse_reply_err(req, EAGAIN);
	} else {
		reader = g_new(struct reader, 1);
		*reader = (struct reader){ req, room };
		g_queue_push_tail(&file->readers, reader);
		reply_or_wait(req, reader_interrupted, file);
	}
}

/* --- poll */

static void wake_pollers(struct file *file)
{
	if (!file->poll)
		return;
	fuse_lowlevel_notify_poll(file->poll);
	fuse_pollhandle_destroy(g_steal_pointer(&file->poll));
}

static unsigned int events_of(const struct file *file)
{
	unsigned int events = file->gone ? POLLHUP : POLLOUT | POLLWRNORM;

	if (file->inbox.length)
		events |= POLLIN | POLLRDNORM;
	return events;
}

void file_poll(struct file *file, fuse_req_t req, struct fuse_pollhandle *poll)
{
	if (poll && file->poll)
		fuse_pollhandle_destroy(file->poll);
	if (poll)
		file->poll = poll;
	fuse_reply_poll(req, events_of(file));
}

/* --- from the modem */

static void serve_readers(struct file *file)
{
	while (file->readers.length && file->inbox.length) {
		g_autofree struct reader *reader = g_queue_pop_head(&file->readers);

		if (deliver(reader->req, reader->room, g_queue_peek_head(&file->inbox)))
			g_bytes_unref(g_queue_pop_head(&file->inbox));
	}
}

static void receive(struct file *file, const struct message *message)
{
	if (file->inbox.length == INBOX_MAX)
		g_bytes_unref(g_queue_pop_head(&file->inbox));
	g_queue_push_tail(&file->inbox, g_bytes_new(message->sdu, message->len));
	serve_readers(file);
	if (file->inbox.length)
		wake_pollers(file);
}

static bool is_for(const struct message *message, const struct file *file)
{
	return !file->gone && file->client.id && message->service == file->client.service &&
	       (message->client == file->client.id || message->client == BROADCAST);
}

void files_receive(struct device *d, const struct message *message)
{
	GSList *at;

	for (at = d->files; at; at = at->next)
		if (is_for(message, at->data))
			receive(at->data, message);
}

/* --- write */

void file_write(struct file *file, fuse_req_t req, const char *sdu, size_t len)
{
	struct message message;

	if (file->gone) {
		fuse_reply_err(req, ENXIO);
	} else if (!file->client.id) {
		fuse_reply_err(req, EBADR);
	} else if (len > SDU_MAX) {
		fuse_reply_err(req, EMSGSIZE);
	} else if (!message_is_request((const guint8 *)sdu, len)) {
		fuse_reply_err(req, EINVAL);
	} else {
		message.service = file->client.service;
		message.client = file->client.id;
		message.len = len;
		memcpy(message.sdu, sdu, len);
		if (proxy_send(file->device, &message))
			fuse_reply_write(req, len);
		else
			fuse_reply_err(req, errno == EAGAIN ? EAGAIN : ENXIO);
	}
}

/* --- the client */

static void reply_caller(struct file *file, int error)
{
	fuse_req_t req = g_steal_pointer(&file->caller);

	if (error)
		fuse_reply_err(req, error);
	else
		fuse_reply_ioctl(req, 0, NULL, 0);
}

static int refusal(const struct file *file, const struct message *answer)
{
	if (file->gone)
		return ENXIO;
	if (!answer)
		return ETIMEDOUT;
	return message_error(answer) == QMI_ERR_NO_SERVICE ? EINVAL : EIO;
}

static void allocated(gpointer data, const struct message *answer)
{
	g_autofree struct allocation *allocation = data;
	struct client client = client_answered(answer);
	struct file *file = allocation->file;

	if (file)
		file->allocation = NULL;
	if (client.id && file && !file->gone) {
		file->client = client;
		clients_note(allocation->device);
		reply_caller(file, 0);
		return;
	}
	client_release(allocation->device, client);
	if (file)
		reply_caller(file, refusal(file, answer));
}

/* An id that comes nevertheless is given back. */
static void forget_allocation(struct file *file)
{
	if (!file->allocation)
		return;
	file->allocation->file = NULL;
	file->allocation = NULL;
}

static void caller_interrupted(fuse_req_t req, void *data)
{
	struct file *file = data;

	forget_allocation(file);
	reply_caller(file, EINTR);
}

void file_service(struct file *file, fuse_req_t req, guint64 service)
{
	if (file->gone) {
		fuse_reply_err(req, ENXIO);
	} else if (file->client.id || file->allocation) {
		fuse_reply_err(req, EBADR);
	} else if (!service || service > G_MAXUINT8) {
		fuse_reply_err(req, EINVAL);
	} else {
		file->caller = req;
		file->allocation = g_new(struct allocation, 1);
		*file->allocation = (struct allocation){ file->device, file };
		client_ask(file->device, service, allocated, file->allocation);
		if (file->caller)
			reply_or_wait(req, caller_interrupted, file);
	}
}

/* --- the end */

/* Who waits is told; the file itself stays until it is closed. */
void file_lost(struct file *file)
{
	struct reader *reader;

	file->gone = true;
	while ((reader = g_queue_pop_head(&file->readers))) {
		fuse_reply_err(reader->req, ENXIO);
		g_free(reader);
	}
	if (file->caller) {
		forget_allocation(file);
		reply_caller(file, ENXIO);
	}
	wake_pollers(file);
}

/* Nobody waits in it any more. */
void file_free(struct file *file)
{
	struct device *d = file->device;

	d->files = g_slist_remove(d->files, file);
	if (!file->gone) {
		client_release(d, file->client);
		clients_note(d);
		modem_idle(d);
	}
	if (file->poll)
		fuse_pollhandle_destroy(file->poll);
	g_queue_clear_full(&file->inbox, (GDestroyNotify)g_bytes_unref);
	g_free(file);
	devices_settle();
}
