/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "loop.h"

struct modem;

/* Ordered failures of one direction, or of control requests. */
struct fault {
	bool narrow;		/* control: only requests with this bRequest */
	uint8_t request;
	bool silent;		/* URBs stay where they are */
	int status;
	unsigned int count;	/* so many more URBs end with this status */
};

/* The time that each URB of one direction takes. */
struct service {
	struct loop_timer timer;
	unsigned int usecs;
	bool busy;
};

/* Fail waiting URBs as ordered. True if the endpoint may go on with what is left. */
bool fault_apply(struct modem *m, struct fault *fault, uint8_t ep);

/* "71", "EPROTO" or "-EPROTO" to -EPROTO; 0 if it is none. */
int fault_errno(const char *name);

#endif
