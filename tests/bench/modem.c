// SPDX-License-Identifier: GPL-2.0-only
/*
 * The modem of the bench: enumerates as those of tests/modem do, and moves data for one job at a
 * time. It waits in as few places as possible, as its instructions are in every figure.
 */
#include <dirent.h>
#include <err.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../modem/usbip.h"
#include "jobs.h"

static struct modem modem;

static int listen_for_jobs(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = BENCH_SOCKET };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	unlink(BENCH_SOCKET);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)) || listen(fd, 1))
		err(1, "%s", BENCH_SOCKET);
	return fd;
}

/* A blocking read returns after so long without a transfer. */
static void set_patience(struct port *p, unsigned int msecs)
{
	struct timeval tv = { msecs / 1000, msecs % 1000 * 1000 };

	setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
}

/* The kernel threads that move what the modem sends and receives: the bus. */
static pid_t bus[2];

static pid_t find_thread(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], comm[32] = "";
	pid_t pid = 0;
	FILE *f;

	while (proc && !pid && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f) && !strncmp(comm, name, strlen(name)))
			pid = atoi(entry->d_name);
		fclose(f);
	}
	if (!pid)
		errx(1, "no %s", name);
	closedir(proc);
	return pid;
}

static void set_policy(int policy)
{
	const struct sched_param param = { .sched_priority = policy == SCHED_FIFO };

	if (sched_setscheduler(0, policy, &param) || sched_setscheduler(bus[0], policy, &param) ||
	    sched_setscheduler(bus[1], policy, &param))
		err(1, "sched_setscheduler");
}

void wait_for_sink(struct work *w, uint32_t wanted)
{
	struct shared *shared = w->shared;
	const struct timespec second = { .tv_sec = 1 };
	uint32_t consumed;

	atomic_store(&shared->wanted, wanted);
	while ((consumed = atomic_load(&shared->consumed)) < wanted)
		if (syscall(SYS_futex, &shared->consumed, FUTEX_WAIT, consumed, &second, NULL, 0) &&
		    consumed == atomic_load(&shared->consumed)) {
			w->result->stalled++;
			break;
		}
	atomic_store(&shared->wanted, 0);
}

static void run_job(struct port *p, struct shared *shared, int conn)
{
	struct work w = { .port = p, .shared = shared, .result = &shared->result, .conn = conn };

	if (recv(conn, &w.job, sizeof(w.job), 0) != sizeof(w.job))
		return;
	memset(&shared->result, 0, sizeof(shared->result));
	shared->consumed = 0;
	shared->wanted = 0;
	p->arg = &w;
	set_patience(p, w.job.kind == JOB_UP_TCP ? DELAYED_ACK_MSECS : 1000);
	set_policy(w.job.policy);
	send(conn, "", 1, 0);	/* go */
	switch (w.job.kind) {
	case JOB_DOWN:
		job_down(&w);
		break;
	case JOB_UP:
		job_up(&w);
		break;
	case JOB_LINE:
		job_line(&w);
		break;
	case JOB_DOWN_TCP:
	case JOB_UP_TCP:
		job_tcp(&w);
		break;
	}
	port_flush(p);
	set_policy(SCHED_OTHER);
	p->take = NULL;
	p->forget = NULL;
	send(conn, "", 1, 0);	/* done */
}

static void serve(struct port *p, struct shared *shared, int listener)
{
	struct pollfd fds[2] = { { p->fd, POLLIN, 0 }, { listener, POLLIN, 0 } };
	int conn;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			err(1, "poll");
		if (fds[0].revents && port_read(p, MSG_DONTWAIT))
			port_flush(p);
		if (!fds[1].revents)
			continue;
		conn = accept(listener, NULL, NULL);
		run_job(p, shared, conn);
		close(conn);
	}
}

int modem_main(int argc, char **argv)
{
	struct modem *m = &modem;
	struct port *p = port_create(m);
	struct shared *shared = map_shared(true);
	int listener = listen_for_jobs();

	m->product = argc == 2 ? product_find(argv[1]) : NULL;
	if (!m->product)
		errx(1, "usage: qbench modem PRODUCT");
	m->opt = (struct options){
		.vid = m->product->vid, .pid = m->product->pid,
		.speed = USB_SPEED_SUPER, .mtu = 1500,
	};
	loop_init();
	m->usb.transport = &p->transport;
	modem_init(m);
	modem_reset(m);
	if (usb_plug(m))
		errx(1, "vhci_hcd has no free port");
	bus[0] = find_thread("vhci_rx");
	bus[1] = find_thread("vhci_tx");
	prctl(PR_SET_TIMERSLACK, 1);
	serve(p, shared, listener);
	return 0;
}
