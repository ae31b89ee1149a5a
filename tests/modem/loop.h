/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* A file descriptor in the event loop; events are epoll's. */
struct loop_fd {
	int fd;
	void (*ready)(struct loop_fd *self, uint32_t events);
};

/* A one-shot timer, set in microseconds from now. */
struct loop_timer {
	struct loop_fd io;
	bool armed;
	void (*fire)(struct loop_timer *self);
};

void loop_init(void);
void loop_add(struct loop_fd *io, uint32_t events);
void loop_change(struct loop_fd *io, uint32_t events);
void loop_del(struct loop_fd *io);

void loop_timer_init(struct loop_timer *timer, void (*fire)(struct loop_timer *));
void loop_timer_arm(struct loop_timer *timer, unsigned int usecs);
void loop_timer_cancel(struct loop_timer *timer);

/* Run until loop_stop(). after() follows each batch of events. */
void loop_run(void (*after)(void *), void *arg);
void loop_stop(void);

#endif
