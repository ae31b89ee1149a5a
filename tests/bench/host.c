// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of a row: plain programs that send and receive through sockets. What a row took
 * is printed in one line.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/futex.h>
#include <linux/icmp.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define BATCH		64		/* datagrams in one system call */
#define DATAGRAM_MAX	32768
#define CHUNK		65536		/* bytes that a TCP program reads or writes at once */
#define HUGE_BUFFER	(512 << 20)	/* so that nothing is lost in a socket */
#define FLOOD_BUFFER	(4 << 20)
#define UDP_HEADERS	28
#define TCP_HEADERS	52		/* with timestamps */
#define ACK_PAUSE	1000000		/* ns */
#define ECHO_PAYLOAD	56
#define ECHO_TIMEOUT	2000000000	/* ns */
#define SAMPLES_MAX	1024
#define LONE_PAUSE	20000000	/* ns */

struct row {
	const char *name;
	const char *kind;
	struct job job;
	uint32_t paused;	/* the sink reads only when all has been sent */
	uint32_t flood;		/* the line is saturated */
	uint32_t count;		/* echoes, lone packets */
	uint32_t msecs;		/* for as long */
	int conn;		/* to the modem */
	struct shared *shared;
	/* what came out */
	uint64_t begin, end, received, skipped, idle;
	uint64_t sent[SAMPLES_MAX], sample[SAMPLES_MAX];
	unsigned int samples;
};

static char buffer[BATCH * DATAGRAM_MAX];

/* The job */

static void connect_modem(struct row *row)
{
	const struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = BENCH_SOCKET };

	row->shared = map_shared(false);
	row->conn = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (row->conn < 0 || connect(row->conn, (const void *)&address, sizeof(address)))
		err(1, "no modem");
}

static void wait_for_modem(struct row *row)
{
	char c;

	if (recv(row->conn, &c, 1, 0) != 1)
		errx(1, "the modem has ended");
}

static void start_job(struct row *row)
{
	if (send(row->conn, &row->job, sizeof(row->job), 0) != sizeof(row->job))
		err(1, "job");
	wait_for_modem(row);
}

static struct sockaddr_in address(uint32_t ip, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(ip), .sin_port = htons(port),
	};
}

static int open_socket(int type, int protocol, uint32_t far, uint16_t port)
{
	const struct sockaddr_in to = address(far, port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, protocol);

	if (fd < 0 || connect(fd, (const void *)&to, sizeof(to)))
		err(1, "connect");
	return fd;
}

static void set_timeout(int fd, unsigned int msecs)
{
	const struct timeval tv = { msecs / 1000, msecs % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

/* UDP from the modem */

static int open_sink(void)
{
	const struct sockaddr_in here = address(INADDR_ANY, UDP_PORT);
	const int size = HUGE_BUFFER;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const void *)&here, sizeof(here)))
		err(1, "bind");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		err(1, "SO_RCVBUFFORCE");
	set_timeout(fd, 200);
	return fd;
}

static void report_progress(struct shared *shared, uint32_t consumed)
{
	uint32_t wanted;

	atomic_store(&shared->consumed, consumed);
	wanted = atomic_load(&shared->wanted);
	if (wanted && consumed >= wanted)
		syscall(SYS_futex, &shared->consumed, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void read_datagrams(struct row *row, int fd)
{
	static struct mmsghdr messages[BATCH];
	static struct iovec iov[BATCH];
	unsigned int i;
	int n;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ buffer + i * DATAGRAM_MAX, DATAGRAM_MAX };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	while (row->received < row->job.frames) {
		n = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
		if (n <= 0)
			return;
		row->received += n;
		row->end = now();
		report_progress(row->shared, row->received);
	}
}

static void run_down(struct row *row)
{
	int fd = row->job.sink ? open_sink() : -1;

	row->begin = now();
	start_job(row);
	if (row->paused)
		wait_for_modem(row);
	if (row->job.sink)
		read_datagrams(row, fd);
	if (!row->paused)
		wait_for_modem(row);
	if (!row->job.sink)
		row->end = row->shared->result.end;
}

static void sleep_ns(uint64_t ns)
{
	const struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&ts, NULL);
}

/* TCP, the host connects */

/* Ends the connection without a word, as the modem does not listen any more. */
static void abort_connection(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(fd);
}

static uint64_t tcp_bytes(const struct row *row, uint32_t segments)
{
	return (uint64_t)segments * (row->job.packet - TCP_HEADERS);
}

static void run_down_tcp(struct row *row)
{
	uint64_t received = 0, total = tcp_bytes(row, row->job.frames);
	ssize_t n;
	int fd;

	start_job(row);
	fd = open_socket(SOCK_STREAM, 0, FAR_ADDRESS(0), TCP_PORT);
	set_timeout(fd, 10000);
	while (received < total) {
		n = read(fd, buffer, CHUNK);
		if (n <= 0)
			break;
		received += n;
		row->received = received / (row->job.packet - TCP_HEADERS);
		report_progress(row->shared, row->received);
	}
	row->end = now();
	wait_for_modem(row);
	row->begin = row->shared->result.begin;
	row->idle = row->shared->result.idle_begin;
	row->skipped = row->job.skip;
	abort_connection(fd);
}

static void send_bytes(int fd, uint64_t left)
{
	ssize_t n;

	for (; left; left -= n) {
		n = send(fd, buffer, left < CHUNK ? left : CHUNK, 0);
		if (n < 0)
			err(1, "send");
	}
}

static void wait_until_acknowledged(int fd)
{
	int left = 1;

	while (!ioctl(fd, SIOCOUTQ, &left) && left)
		sleep_ns(ACK_PAUSE);
}

static void run_up_tcp(struct row *row)
{
	int fd;

	start_job(row);
	fd = open_socket(SOCK_STREAM, 0, FAR_ADDRESS(0), TCP_PORT);
	send_bytes(fd, tcp_bytes(row, row->job.skip));
	/* what lies in the socket's queue is a part of the work */
	wait_until_acknowledged(fd);
	row->idle = idle_time();
	row->begin = now();
	send_bytes(fd, tcp_bytes(row, row->job.frames - row->job.skip));
	wait_for_modem(row);
	row->skipped = row->job.skip;
	row->end = row->shared->result.end;
	row->received = row->job.frames;
	abort_connection(fd);
}

/* UDP to the modem */

static void run_up(struct row *row)
{
	int fd = open_socket(SOCK_DGRAM, 0, FAR_ADDRESS(0), UDP_PORT);
	uint32_t left;

	start_job(row);
	row->begin = now();
	for (left = row->job.frames; left; left--)
		if (send(fd, buffer, row->job.packet - UDP_HEADERS, 0) < 0 && errno != ENOBUFS)
			err(1, "send");
	wait_for_modem(row);
	row->end = row->shared->result.end;
	row->received = row->shared->result.frames;
}

/* One packet at a time on an idle line: how long until the modem has it. */
static void run_lone(struct row *row)
{
	int fd = open_socket(SOCK_DGRAM, 0, FAR_ADDRESS(0), UDP_PORT);
	uint64_t sent;

	row->job.frames = row->count;
	start_job(row);
	for (row->samples = 0; row->samples < row->count;) {
		sleep_ns(LONE_PAUSE);
		atomic_store(&row->shared->last_arrival, 0);
		sent = now();
		if (send(fd, buffer, row->job.packet - UDP_HEADERS, 0) < 0)
			err(1, "send");
		sleep_ns(LONE_PAUSE);
		row->sample[row->samples++] =
			(uint32_t)(atomic_load(&row->shared->last_arrival) - sent);
	}
	wait_for_modem(row);
	row->received = row->shared->result.frames;
}

/* The slow line */

static pid_t start_flood(const struct row *row)
{
	const int size = FLOOD_BUFFER;
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open_socket(SOCK_DGRAM, 0, FAR_ADDRESS(0), UDP_PORT);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	for (;;)
		send(fd, buffer, row->job.packet - UDP_HEADERS, 0);
}

/* 50 to 100 ms, never the same twice, always the same in each run. */
static uint64_t echo_pause(void)
{
	static uint32_t state = 1;

	state = state * 1103515245 + 12345;
	return 50000000 + (state >> 8) % 50000000;
}

struct echo_request {
	struct icmphdr header;
	uint32_t number;
	uint8_t pad[ECHO_PAYLOAD - 4];
};

static void send_echo(struct row *row, int fd, uint32_t number)
{
	const struct echo_request request = { .header.type = ICMP_ECHO, .number = number };

	row->sent[number] = now();
	send(fd, &request, sizeof(request), MSG_DONTWAIT);
}

/* Take what comes back until it is time for the next. */
static void take_echoes(struct row *row, int fd, uint64_t until)
{
	struct pollfd pollfd = { fd, POLLIN, 0 };
	struct echo_request reply;
	struct timespec ts;
	uint64_t time;

	while ((time = now()) < until) {
		ts = (struct timespec){ (until - time) / 1000000000, (until - time) % 1000000000 };
		if (ppoll(&pollfd, 1, &ts, NULL) <= 0)
			continue;
		time = now();
		if (recv(fd, &reply, sizeof(reply), 0) != sizeof(reply) || !row->sent[reply.number])
			continue;
		row->sample[row->samples++] = time - row->sent[reply.number];
		row->sent[reply.number] = 0;
	}
}

static void run_line(struct row *row)
{
	int fd = open_socket(SOCK_DGRAM, IPPROTO_ICMP, FAR_ADDRESS(0), 0);
	pid_t flood = 0;
	uint32_t i;

	row->job.frames = row->count;
	start_job(row);
	if (row->flood)
		flood = start_flood(row);
	sleep_ns(row->msecs * 1000000ULL);
	for (i = 0; i < row->count; i++) {
		send_echo(row, fd, i);
		take_echoes(row, fd, now() + echo_pause());
	}
	if (row->count)
		take_echoes(row, fd, now() + ECHO_TIMEOUT);
	shutdown(row->conn, SHUT_WR);
	wait_for_modem(row);
	if (flood) {
		kill(flood, SIGKILL);
		waitpid(flood, NULL, 0);
	}
	row->begin = row->shared->result.begin;
	row->end = row->shared->result.end;
	row->received = row->samples;
}

/* What came out */

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void print_value(const char *key, uint64_t value)
{
	printf(" %s=%llu", key, (unsigned long long)value);
}

static void print_row(struct row *row)
{
	const struct result *r = &row->shared->result;

	printf("RESULT %s", row->name);
	print_value("ticks", row->end - row->begin);
	print_value("idle", row->idle);
	print_value("frames", row->job.frames);
	print_value("skip", row->skipped);
	print_value("received", row->received);
	print_value("transfers", r->transfers);
	print_value("uplink_frames", r->frames);
	print_value("bytes", r->bytes);
	print_value("longest", r->longest);
	print_value("most_frames", r->most_frames);
	print_value("out_of_order", r->out_of_order);
	print_value("retransmitted", r->retransmitted);
	print_value("bad_checksums", r->bad_checksums);
	print_value("stalled", r->stalled);
	if (row->samples) {
		qsort(row->sample, row->samples, sizeof(*row->sample), by_size);
		print_value("samples", row->samples);
		print_value("median", row->sample[row->samples / 2]);
		print_value("worst", row->sample[row->samples - 1]);
	}
	printf("\n");
}

static const struct {
	const char *name;
	enum job_kind job;
	void (*run)(struct row *row);
} kinds[] = {
	{ "down", JOB_DOWN, run_down },
	{ "down-tcp", JOB_DOWN_TCP, run_down_tcp },
	{ "up", JOB_UP, run_up },
	{ "up-tcp", JOB_UP_TCP, run_up_tcp },
	{ "lone", JOB_UP, run_lone },
	{ "line", JOB_LINE, run_line },
};

static void set(struct row *row, const char *word)
{
	const struct { const char *name; uint32_t *value; } keys[] = {
		{ "frames", &row->job.frames }, { "skip", &row->job.skip },
		{ "packet", &row->job.packet }, { "transfer", &row->job.transfer },
		{ "window", &row->job.window }, { "links", &row->job.links },
		{ "v5", &row->job.v5 }, { "gro", &row->job.gro }, { "sink", &row->job.sink },
		{ "verify", &row->job.verify }, { "policy", &row->job.policy },
		{ "per_urb", &row->job.per_urb },
		{ "per_byte", &row->job.per_byte }, { "paused", &row->paused },
		{ "flood", &row->flood }, { "count", &row->count }, { "msecs", &row->msecs },
	};
	size_t i, len = strcspn(word, "=");

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i].name) != len || strncmp(keys[i].name, word, len))
			continue;
		*keys[i].value = strtoul(word + len + 1, NULL, 0);
		return;
	}
	errx(2, "%s: no such key", word);
}

int host_main(int argc, char **argv)
{
	static struct row row = { .job = {
		.packet = 1400, .transfer = 16384, .window = 4, .links = 1, .sink = 1,
	} };
	unsigned int i;
	int n;

	if (argc < 3)
		errx(2, "usage: qbench row NAME KIND KEY=VALUE...");
	row.name = argv[1];
	row.kind = argv[2];
	for (n = 3; n < argc; n++)
		set(&row, argv[n]);
	for (i = 0; strcmp(kinds[i].name, row.kind); i++)
		if (i + 1 == sizeof(kinds) / sizeof(kinds[0]))
			errx(2, "%s: no such kind", row.kind);
	row.job.kind = kinds[i].job;
	memset(buffer, 0x5a, sizeof(buffer));
	connect_modem(&row);
	row.idle = idle_time();
	kinds[i].run(&row);
	row.idle = idle_time() - row.idle;
	print_row(&row);
	return 0;
}
