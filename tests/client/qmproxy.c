// SPDX-License-Identifier: GPL-2.0-only
/*
 * qmproxy: lets several qmclients share a modem's one QMI channel.
 *
 * It owns the channel, has agreed with the modem on the format of data before anybody asks, and
 * passes frames on as they are. A frame of the modem goes to whoever was given its client id; of
 * the control service, which has no client ids, to whoever asked, so transactions are renumbered.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "device.h"
#include "proxy.h"
#include "qmi.h"

#define PEERS_MAX	16
#define BROADCAST	0xff

struct peer {
	struct qmi_port port;		/* fd -1: free */
};

/* A request of the control service that the modem has not answered */
struct pending {
	struct peer *peer;		/* NULL: the proxy itself */
	uint8_t transaction;		/* as the peer has numbered it */
};

static struct device dev;
static struct qmi_port modem;
static struct peer peers[PEERS_MAX];
static struct pending pending[256];
static struct peer *owner[256][256];	/* by service and client id */

static void to_modem(const uint8_t *frame, size_t len)
{
	if (!qmi_write(modem.fd, frame, len))
		err(1, "%s", dev.channel);
}

static void send_control(struct qmi_message *msg, struct peer *peer)
{
	uint8_t frame[QMI_FRAME_MAX];

	if (!++modem.transaction)
		modem.transaction = 1;
	pending[modem.transaction] = (struct pending){ peer, msg->transaction };
	msg->transaction = modem.transaction;
	to_modem(frame, qmi_encode(msg, frame));
}

static void release(uint8_t service, uint8_t client)
{
	uint8_t who[2] = { service, client };
	struct qmi_message msg;

	owner[service][client] = NULL;
	qmi_begin(&msg, QMI_CTL, 0, CTL_RELEASE_CLIENT_ID);
	qmi_put(&msg, 0x01, who, sizeof(who));
	send_control(&msg, NULL);
}

/* What it leaves behind would go on: its calls, its client ids. */
static void forget(struct peer *peer)
{
	unsigned int i, j;

	close(peer->port.fd);
	peer->port.fd = -1;
	for (i = 0; i < 256; i++)
		if (pending[i].peer == peer)
			pending[i].peer = NULL;
	for (i = 0; i < 256; i++)
		for (j = 0; j < 256; j++)
			if (owner[i][j] == peer)
				release(i, j);
}

static void accept_peer(int listener)
{
	int fd = accept(listener, NULL, NULL);
	struct peer *peer;

	if (fd < 0)
		err(1, "accept");
	for (peer = peers; peer < peers + PEERS_MAX; peer++) {
		if (peer->port.fd >= 0)
			continue;
		peer->port = (struct qmi_port){ .fd = fd };
		return;
	}
	close(fd);
}

/* SYNC would take away everybody's calls. */
static void from_peer(struct peer *peer, const uint8_t *frame, size_t len)
{
	struct qmi_message msg;

	if (!qmi_decode(&msg, frame, len) || msg.kind != QMI_REQUEST)
		printf("not a request, dropped\n");
	else if (msg.service == QMI_CTL && msg.id != CTL_SYNC)
		send_control(&msg, peer);
	else if (owner[msg.service][msg.client] == peer)
		to_modem(frame, len);
	else
		printf("service %02x: client %u is not the sender's\n", msg.service, msg.client);
}

static void to_peer(struct peer *peer, const uint8_t *frame, size_t len)
{
	/* Whoever is gone is noticed by the next poll. */
	if (send(peer->port.fd, frame, len, MSG_NOSIGNAL) != (ssize_t)len)
		warn("to a client");
}

/* Client ids come and go by way of here. */
static void control_from_modem(struct qmi_message *msg)
{
	struct pending *p = &pending[msg->transaction & 0xff];
	const uint8_t *who = qmi_get(msg, 0x01, 2);
	uint8_t frame[QMI_FRAME_MAX];
	struct peer *peer = p->peer;

	if (msg->kind != QMI_RESPONSE)
		return;
	p->peer = NULL;
	if (who && msg->id == CTL_GET_CLIENT_ID && !peer)
		release(who[0], who[1]);
	if (!peer)
		return;
	if (who && msg->id == CTL_GET_CLIENT_ID)
		owner[who[0]][who[1]] = peer;
	else if (who && msg->id == CTL_RELEASE_CLIENT_ID)
		owner[who[0]][who[1]] = NULL;
	msg->transaction = p->transaction;
	to_peer(peer, frame, qmi_encode(msg, frame));
}

static void broadcast(const uint8_t *frame, size_t len)
{
	struct peer *peer;

	for (peer = peers; peer < peers + PEERS_MAX; peer++)
		if (peer->port.fd >= 0)
			to_peer(peer, frame, len);
}

static void from_modem(const uint8_t *frame, size_t len)
{
	struct qmi_message msg;

	if (!qmi_decode(&msg, frame, len))
		errx(1, "QMI message with a wrong length");
	if (msg.service == QMI_CTL)
		control_from_modem(&msg);
	else if (msg.client == BROADCAST)
		broadcast(frame, len);
	else if (owner[msg.service][msg.client])
		to_peer(owner[msg.service][msg.client], frame, len);
}

static void serve_peer(struct peer *peer)
{
	uint8_t frame[QMI_FRAME_MAX];
	size_t len;

	if (!qmi_fill(&peer->port)) {
		forget(peer);
		return;
	}
	while (qmi_next_frame(&peer->port, frame, &len))
		from_peer(peer, frame, len);
}

static void serve_modem(void)
{
	uint8_t frame[QMI_FRAME_MAX];
	size_t len;

	if (!qmi_fill(&modem))
		errx(1, "%s is closed", dev.channel);
	while (qmi_next_frame(&modem, frame, &len))
		from_modem(frame, len);
}

static void serve(int listener)
{
	struct pollfd fds[2 + PEERS_MAX];
	unsigned int i;

	fds[0] = (struct pollfd){ .fd = modem.fd, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = listener, .events = POLLIN };
	for (i = 0; i < PEERS_MAX; i++)
		fds[2 + i] = (struct pollfd){ .fd = peers[i].port.fd, .events = POLLIN };
	if (poll(fds, 2 + PEERS_MAX, -1) < 0)
		err(1, "poll");
	if (fds[0].revents)
		serve_modem();
	for (i = 0; i < PEERS_MAX; i++)
		if (fds[2 + i].revents)
			serve_peer(&peers[i]);
	if (fds[1].revents)
		accept_peer(listener);
}

static int listen_for_peers(void)
{
	struct sockaddr_un address;
	socklen_t len = proxy_address(&address);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) || listen(fd, PEERS_MAX))
		err(1, PROXY_NAME);
	return fd;
}

int main(void)
{
	unsigned int i;
	int listener;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < PEERS_MAX; i++)
		peers[i].port.fd = -1;
	device_find(&dev);
	modem.fd = open(dev.channel, O_RDWR);
	if (modem.fd < 0)
		err(1, "%s", dev.channel);
	qmi_sync(&modem);
	device_negotiate(&dev, &modem);
	listener = listen_for_peers();
	printf("ready\n");
	for (;;)
		serve(listener);
}
