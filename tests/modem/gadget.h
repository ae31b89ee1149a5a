/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GADGET_H
#define GADGET_H

#include <stdbool.h>

#include "transport.h"

#define GADGET_FILES	"/run/qmodem.ffs"

/* Ends the program where there is no dummy_hcd. */
void gadget_init(void);
bool gadget_has_speed(enum usb_device_speed speed);

/* Makes the files of FunctionFS available. 0 or -errno. */
int gadget_make(struct modem *m);
/* Also removes an incomplete one. */
void gadget_remove(void);
int gadget_bind(bool on);
void gadget_wake_host(void);

#endif
