/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef USB_H
#define USB_H

#include "fault.h"
#include "transport.h"

struct endpoint {
	struct urb *head, **tail;
	unsigned int pending;
	bool halted;
};

struct usb {
	struct transport *transport;
	enum usb_device_speed speed;
	uint16_t packet_size;		/* of the bulk endpoints */
	uint8_t ep_notify, ep_in, ep_out;	/* of the QMI interface */
	struct endpoint endpoint[32];
	uint8_t config[512];		/* the configuration descriptor */
	size_t config_len;
	uint8_t configuration;
	bool plugged;
	bool dtr;
	unsigned int notifications;	/* RESPONSE_AVAILABLE owed to the host */
	struct fault control_fault;	/* until the modem is unplugged */
};

int usb_plug(struct modem *m);
void usb_unplug(struct modem *m);

/* Called by the front end. */
void usb_reset(struct modem *m);
void usb_configure(struct modem *m, uint8_t value);
void usb_submit(struct modem *m, struct urb *urb);
bool usb_unlink(struct modem *m, uint32_t id);

/* Called by the modem's data and control paths. */
struct urb *usb_first(struct modem *m, uint8_t ep);
unsigned int usb_pending(struct modem *m, uint8_t ep);
void usb_complete(struct modem *m, uint8_t ep, int status, const void *data, size_t len);
void usb_halt(struct modem *m, uint8_t ep);
void usb_notify(struct modem *m);
void usb_run_control(struct modem *m);

/* desc.c */
size_t desc_device(struct modem *m, uint8_t *buf);
size_t desc_qualifier(uint8_t *buf);
size_t desc_configuration(struct modem *m, uint8_t *buf);
size_t desc_bos(uint8_t *buf);
size_t desc_string(struct modem *m, unsigned int index, uint8_t *buf);

#endif
