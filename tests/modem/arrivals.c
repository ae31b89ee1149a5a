// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which marked packets the host has received. A packet socket sees them behind the driver and
 * GRO, and before anything that is allowed to drop packets.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arrivals.h"
#include "ip.h"
#include "modem.h"
#include "util.h"

#define BATCH		32
#define QUEUE_SIZE	(128 << 20)	/* more than can be under way */

static struct {
	struct loop_fd io;
	struct modem *m;
	uint32_t seed;
	uint32_t next[STREAMS];		/* the number that is due */
	bool told;
} watch = { .io.fd = -1 };

/* Differs for each place of each packet, so that no packet looks like another. */
static uint8_t filling(uint32_t number, size_t i)
{
	return number * 7 + i + (i >> 8);
}

void mark_put(uint8_t *payload, uint32_t seed, uint32_t stream, uint32_t number, size_t len)
{
	size_t i;

	put_be32(payload, seed);
	put_be32(payload + 4, stream);
	put_be32(payload + 8, number);
	put_be32(payload + 12, len);
	for (i = MARK_SIZE; i < len; i++)
		payload[i] = filling(number, i);
}

static bool is_intact(const uint8_t *payload, uint32_t number, size_t len)
{
	size_t i;

	for (i = MARK_SIZE; i < len; i++)
		if (payload[i] != filling(number, i))
			return false;
	return true;
}

static void arrived(const uint8_t *payload, size_t len)
{
	uint32_t stream = get_be32(payload + 4), number = get_be32(payload + 8);
	bool intact = is_intact(payload, number, len);

	if (stream < STREAMS && intact && watch.next[stream] == number) {
		watch.next[stream]++;
		stat_inc(watch.m, mutate_arrived);
		return;
	}
	if (!watch.told)
		fprintf(stderr, "seed %u: packet %u of stream %u came%s where %u was due\n",
			watch.seed, number, stream, intact ? "" : " spoilt",
			stream < STREAMS ? watch.next[stream] : 0);
	watch.told = true;
}

/* A packet may be several merged segments. */
static void look(const uint8_t *packet, size_t len)
{
	size_t offset, size;

	if (!ip_family(packet, len))
		return;
	switch (ip_transport(packet, len, &offset)) {
	case IPPROTO_IS_TCP:
		offset += TCP_HEADER;
		break;
	case IPPROTO_IS_UDP:
		offset += UDP_HEADER;
		break;
	default:
		return;
	}
	for (; offset + MARK_SIZE <= len && get_be32(packet + offset) == watch.seed;
	     offset += size) {
		size = get_be32(packet + offset + 12);
		if (size < MARK_SIZE || size > len - offset)
			return;
		arrived(packet + offset, size);
	}
}

static void ready(struct loop_fd *io, uint32_t events)
{
	static uint8_t packet[BATCH][PACKET_MAX];
	static struct mmsghdr message[BATCH];
	static struct iovec iov[BATCH];
	int i, n;

	(void)events;
	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ packet[i], sizeof(packet[i]) };
		message[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	do {
		n = recvmmsg(io->fd, message, BATCH, MSG_DONTWAIT, NULL);
		for (i = 0; i < n; i++)
			look(packet[i], message[i].msg_len);
	} while (n == BATCH);
}

static int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	int room = QUEUE_SIZE, on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0)
		err(1, "packet socket");
	return fd;
}

void arrivals_watch(struct modem *m, uint32_t seed)
{
	watch.m = m;
	watch.seed = seed;
	memset(watch.next, 0, sizeof(watch.next));
	watch.told = false;
	if (watch.io.fd >= 0)
		return;
	watch.io = (struct loop_fd){ .fd = packet_socket(), .ready = ready };
	loop_add(&watch.io, EPOLLIN);
}
