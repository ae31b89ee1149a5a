// SPDX-License-Identifier: GPL-2.0-only
/* The event loop: one thread, one epoll, nothing in it ever blocks. */
#include <err.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "loop.h"
#include "util.h"

static int epoll_fd = -1;
static bool running;

void loop_init(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		err(1, "epoll_create1");
}

static void control(int op, struct loop_fd *io, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = io };

	if (epoll_ctl(epoll_fd, op, io->fd, &event) < 0)
		err(1, "epoll_ctl");
}

void loop_add(struct loop_fd *io, uint32_t events)
{
	control(EPOLL_CTL_ADD, io, events);
}

void loop_change(struct loop_fd *io, uint32_t events)
{
	control(EPOLL_CTL_MOD, io, events);
}

/* The owner must not free @io before the present batch of events is done. */
void loop_del(struct loop_fd *io)
{
	control(EPOLL_CTL_DEL, io, 0);
}

static void timer_ready(struct loop_fd *io, uint32_t events)
{
	struct loop_timer *timer = container_of(io, struct loop_timer, io);
	uint64_t expirations;

	(void)events;
	if (read(io->fd, &expirations, sizeof(expirations)) < 0 || !timer->armed)
		return;
	timer->armed = false;
	timer->fire(timer);
}

void loop_timer_init(struct loop_timer *timer, void (*fire)(struct loop_timer *))
{
	timer->io.fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->io.fd < 0)
		err(1, "timerfd_create");
	timer->io.ready = timer_ready;
	timer->armed = false;
	timer->fire = fire;
	loop_add(&timer->io, EPOLLIN);
}

void loop_timer_arm(struct loop_timer *timer, unsigned int usecs)
{
	struct itimerspec when = {
		.it_value.tv_sec = usecs / 1000000,
		.it_value.tv_nsec = usecs % 1000000 * 1000L,
	};

	if (timerfd_settime(timer->io.fd, 0, &when, NULL) < 0)
		err(1, "timerfd_settime");
	timer->armed = true;
}

/* A late expiry is ignored, so that cancelling costs no system call. */
void loop_timer_cancel(struct loop_timer *timer)
{
	timer->armed = false;
}

void loop_run(void (*after)(void *), void *arg)
{
	struct epoll_event events[32];
	int i, n;

	running = true;
	while (running) {
		n = epoll_wait(epoll_fd, events, ARRAY_SIZE(events), -1);
		if (n < 0 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++) {
			struct loop_fd *io = events[i].data.ptr;

			io->ready(io, events[i].events);
		}
		after(arg);
	}
}

void loop_stop(void)
{
	running = false;
}
