/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MODEM_H
#define MODEM_H

#include "call.h"
#include "card.h"
#include "downlink.h"
#include "nas.h"
#include "pdn.h"
#include "products.h"
#include "profile.h"
#include "qmi.h"
#include "serial.h"
#include "stats.h"
#include "uplink.h"
#include "usb.h"
#include "wda.h"

enum usb_mode { USB_MODE_QMI, USB_MODE_ECM, USB_MODE_MBIM, USB_MODE_RNDIS };

struct options {
	uint16_t vid, pid;
	enum usb_device_speed speed;
	enum usb_mode usb_mode;
	bool twin;		/* QMI interface without its interrupt endpoint */
	bool gadget;		/* on dummy_hcd, where the kernel answers standard requests */
	bool halted;		/* bulk endpoints come up halted */
	bool no_zlp;		/* no zero-length transfer after a full URB */
	bool unpadded;		/* uplink frames need no padding: in-tree drivers add none */
	unsigned int dl_size;	/* WDA's limit for the downlink; 0: the product's */
	unsigned int ul_size;	/* ... for the uplink; 0: 8192 */
	unsigned int hold_us;	/* how long a downlink aggregate may wait */
	unsigned int mtu;	/* the network's, as told to the host */
	enum network network;	/* what the product has, unless told otherwise */
};

/* The whole modem. One per process. */
struct modem {
	const struct product *product;
	struct options opt;
	struct usb usb;
	struct qmi qmi;
	struct loop_timer pdc_timer;
	struct nas nas;
	struct card card;
	struct serial serial;
	struct data_format format;
	struct calls calls;
	struct downlink downlink;
	struct uplink uplink;
	struct pdn pdn[PDN_MAX];
	unsigned int pdns;
	struct profile profile[PROFILES_MAX];
	struct autoconnect autoconnect;
	uint8_t default_profile[2];	/* numbers, of the modem itself and of the host */
	uint8_t host_address[6];	/* legacy framing: learned from the host */
	struct stats stats;
};

/* "qmi", "ecm", ... False if it is none. */
bool usb_mode_find(const char *name, enum usb_mode *mode);

/* Once, after loop_init(). */
void modem_init(struct modem *m);

/* Reset what a reboot loses. */
void modem_reset(struct modem *m);

#endif
