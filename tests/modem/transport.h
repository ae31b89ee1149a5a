/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include <linux/usb/ch9.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct modem;

/* A request of the host. The front end fills it in, usb.c owns it from usb_submit() on. */
struct urb {
	struct urb *next;
	uint32_t id;		/* the front end's name for it */
	uint8_t ep;		/* endpoint address, 0x80 set for IN */
	uint8_t setup[8];	/* endpoint 0 only */
	bool zero_packet;	/* OUT: the host ends whole packets with an empty one */
	uint32_t zero_id;	/* usbredir: which has a name of its own */
	bool leftover;		/* usbredir: it is the empty one of a request that failed */
	uint32_t length;	/* wanted (IN) or provided (OUT) */
	uint8_t data[];		/* OUT: what the host sent */
};

/*
 * The seam between the modem and what carries its USB traffic. A front end calls usb_submit()
 * and usb_unlink(); the modem calls these. Nothing may block.
 */
struct transport {
	/* Appear on the host's bus. 0 or -errno. */
	int (*plug)(struct transport *t, enum usb_device_speed speed);
	/* Vanish from it, with whatever was in flight. */
	void (*unplug)(struct transport *t);
	/* A request is done; @data (IN) is the caller's and gone after the call. */
	void (*complete)(struct transport *t, const struct urb *urb, int status,
			 const void *data, size_t len);
	/* A batch of completions is over. */
	void (*flush)(struct transport *t);
};

struct transport *usbip_create(struct modem *m);
/* NULL if QEMU has no port for it, or other modems have all of them. */
struct transport *usbredir_create(struct modem *m);
struct transport *functionfs_create(struct modem *m);

#endif
