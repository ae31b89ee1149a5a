/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef UPLINK_H
#define UPLINK_H

#include "fault.h"

struct uplink {
	struct service service;
	struct fault fault;
};

void uplink_init(struct modem *m);
void uplink_reset(struct modem *m);

/* Take waiting transfers, unless the modem is busy or a test has stopped it. */
void uplink_run(struct modem *m);

#endif
