// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to qmi-proxy, one for each modem. What is said over it are QMUX frames:
 *
 *   01 | u16 length of the rest | u8 flags | u8 service | u8 client | SDU
 */
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "qcqmid.h"

#define PROXY_NAME	"qmi-proxy"	/* of an abstract socket */
#define QMUX_MARKER	0x01

struct request {
	struct device *device;
	struct message message;
	answer_fn answered;
	gpointer data;
	guint timer;
};

/* --- requests of ours */

static void request_end(struct request *request, const struct message *answer)
{
	struct proxy *proxy = &request->device->proxy;

	proxy->asked = g_slist_remove(proxy->asked, request);
	if (request->timer)
		g_source_remove(request->timer);
	request->answered(request->data, answer);
	g_free(request);
}

static gboolean request_is_late(gpointer data)
{
	struct request *request = data;

	request->timer = 0;
	request_end(request, NULL);
	return G_SOURCE_REMOVE;
}

static bool is_in_use(const struct proxy *proxy, guint8 transaction)
{
	const GSList *at;

	for (at = proxy->asked; at; at = at->next)
		if (((struct request *)at->data)->message.sdu[1] == transaction)
			return true;
	return false;
}

/* Zero is for indications. */
static guint8 next_transaction(struct proxy *proxy)
{
	do {
		proxy->transaction++;
	} while (!proxy->transaction || is_in_use(proxy, proxy->transaction));
	return proxy->transaction;
}

void proxy_ask(struct device *d, const struct message *message, answer_fn answered, gpointer data)
{
	struct request *request;

	if (g_slist_length(d->proxy.asked) >= G_MAXUINT8) {
		answered(data, NULL);
		return;
	}
	request = g_new0(struct request, 1);
	*request = (struct request){ d, *message, answered, data };
	message_number(&request->message, next_transaction(&d->proxy));
	d->proxy.asked = g_slist_append(d->proxy.asked, request);
	if (proxy_send(d, &request->message))
		request->timer = g_timeout_add_seconds(ANSWER_SECONDS, request_is_late, request);
	else
		request_end(request, NULL);
}

static struct request *find_request(const struct proxy *proxy, const struct message *answer)
{
	const GSList *at;

	for (at = proxy->asked; at; at = at->next) {
		struct request *request = at->data;

		if (message_answers(answer, &request->message))
			return request;
	}
	return NULL;
}

/* --- frames */

/* All of it or nothing: it fits into one buffer of a socket. */
bool proxy_send(struct device *d, const struct message *message)
{
	guint8 frame[FRAME_MAX];
	size_t len = QMUX_HEADER + message->len;

	frame[0] = QMUX_MARKER;
	frame[1] = len - 1;
	frame[2] = (len - 1) >> 8;
	frame[3] = 0;
	frame[4] = message->service;
	frame[5] = message->client;
	memcpy(frame + QMUX_HEADER, message->sdu, message->len);
	return send(d->proxy.fd, frame, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

/* An id that comes when nobody waits for it any more is given back. */
static void take_message(struct device *d, const struct message *message)
{
	struct request *request = find_request(&d->proxy, message);

	if (request)
		request_end(request, message);
	else if (message->service != QMI_CTL)
		files_receive(d, message);
	else if (message->len >= SDU_HEADER && message_id(message) == CTL_GET_CLIENT_ID)
		client_release(d, client_answered(message));
}

/* Takes a frame off the bytes received. False: there is none yet. */
static bool next_frame(struct proxy *proxy, struct message *message)
{
	const guint8 *bytes = proxy->in->data;
	size_t len;

	if (proxy->in->len < QMUX_HEADER)
		return false;
	len = 1 + (bytes[1] | bytes[2] << 8);
	if (proxy->in->len < len)
		return false;
	message->service = bytes[4];
	message->client = bytes[5];
	message->len = len > QMUX_HEADER ? len - QMUX_HEADER : 0;
	if (message->len <= SDU_MAX)
		memcpy(message->sdu, bytes + QMUX_HEADER, message->len);
	else
		message->len = 0;
	g_byte_array_remove_range(proxy->in, 0, len);
	return true;
}

static gboolean readable(gint fd, GIOCondition condition, gpointer data)
{
	struct device *d = data;
	struct message message;
	guint8 bytes[FRAME_MAX];
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (n <= 0) {
		d->proxy.watch = 0;
		modem_lost(d, "the modem or the proxy is gone");
		return G_SOURCE_REMOVE;
	}
	g_byte_array_append(d->proxy.in, bytes, n);
	/* a step that fails closes the connection */
	while (d->proxy.in && next_frame(&d->proxy, &message))
		if (message.len)
			take_message(d, &message);
	return d->proxy.in ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- the connection */

/* It ends by itself when it has had no client for a while. */
static void start_proxy(void)
{
	char *argv[] = { (char *)QMI_PROXY, NULL };

	g_spawn_async(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL);
}

bool proxy_connect(struct device *d)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = G_STRUCT_OFFSET(struct sockaddr_un, sun_path) + 1 + strlen(PROXY_NAME);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, PROXY_NAME, strlen(PROXY_NAME));
	if (fd < 0)
		return false;
	if (connect(fd, (struct sockaddr *)&address, len)) {
		close(fd);
		start_proxy();
		return false;
	}
	d->proxy.fd = fd;
	d->proxy.in = g_byte_array_new();
	d->proxy.watch = g_unix_fd_add(fd, G_IO_IN, readable, d);
	return true;
}

/* Nothing that was asked for is without an answer. */
bool proxy_is_quiet(const struct device *d)
{
	return !d->proxy.asked;
}

/* Who waits for an answer is told that there will be none. */
void proxy_close(struct device *d)
{
	struct proxy *proxy = &d->proxy;

	if (!proxy->in)
		return;
	if (proxy->watch)
		g_source_remove(proxy->watch);
	proxy->watch = 0;
	close(proxy->fd);
	proxy->fd = -1;
	g_byte_array_unref(g_steal_pointer(&proxy->in));
	while (proxy->asked)
		request_end(proxy->asked->data, NULL);
}
