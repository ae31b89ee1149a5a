// SPDX-License-Identifier: GPL-2.0-only
/*
 * USB descriptors, laid out as Quectel's modems have them:
 *
 *   interface 0      DIAG       ff/ff/ff  bulk IN, bulk OUT
 *   interface 1      NMEA       ff/00/00  interrupt IN, bulk IN, bulk OUT
 *   interface 2..n-1 AT         ff/00/00  interrupt IN, bulk IN, bulk OUT
 *   interface n      QMI        ff/ff/ff  interrupt IN, bulk IN, bulk OUT
 */
#include <stdio.h>

#include "modem.h"
#include "util.h"

enum { DEVICE = 1, CONFIG, STRING, INTERFACE, ENDPOINT, QUALIFIER, BOS = 15, COMPANION = 48 };
enum { BULK = 2, INTERRUPT = 3 };

struct writer {
	uint8_t *p;
	const struct usb *usb;
	uint8_t next_in, next_out;
};

static void put_bytes(struct writer *w, const uint8_t *bytes, size_t len)
{
	memcpy(w->p, bytes, len);
	w->p += len;
}

#define PUT(w, ...) do { \
	const uint8_t bytes[] = { __VA_ARGS__ }; \
	put_bytes(w, bytes, sizeof(bytes)); \
} while (0)

#define LE16(v)	(v) & 0xff, (v) >> 8 & 0xff

static bool is_super(const struct usb *usb)
{
	return usb->speed == USB_SPEED_SUPER;
}

static void put_companion(struct writer *w, uint16_t bytes_per_interval)
{
	if (is_super(w->usb))
		PUT(w, 6, COMPANION, 0, 0, LE16(bytes_per_interval));
}

static void put_bulk(struct writer *w, uint8_t address)
{
	PUT(w, 7, ENDPOINT, address, BULK, LE16(w->usb->packet_size), 0);
	put_companion(w, 0);
}

static void put_interrupt(struct writer *w, uint8_t address)
{
	PUT(w, 7, ENDPOINT, address, INTERRUPT, LE16(10), 9);
	put_companion(w, 10);
}

static void put_interface(struct writer *w, uint8_t number, uint8_t endpoints,
			  const uint8_t class[3])
{
	PUT(w, 9, INTERFACE, number, 0, endpoints, class[0], class[1], class[2], 0);
}

static void put_diag(struct writer *w, struct modem *m)
{
	static const uint8_t class[] = { 0xff, 0xff, 0xff };

	serial_add(m, SERIAL_DIAG, w->next_in, w->next_out);
	put_interface(w, 0, 2, class);
	put_bulk(w, w->next_in++);
	put_bulk(w, w->next_out++);
}

static void put_serial(struct writer *w, struct modem *m, uint8_t number)
{
	static const uint8_t class[] = { 0xff, 0, 0 };
	uint8_t in = w->next_in++;

	serial_add(m, number == 1 ? SERIAL_NMEA : SERIAL_AT, in, w->next_out);
	put_interface(w, number, 3, class);
	put_interrupt(w, w->next_in++);
	put_bulk(w, in);
	put_bulk(w, w->next_out++);
}

/* Other USB modes ("AT+QCFG=usbnet") have another class in place of QMI. */
static const uint8_t *qmi_class(enum usb_mode mode)
{
	static const uint8_t classes[][3] = {
		[USB_MODE_QMI] = { 0xff, 0xff, 0xff },
		[USB_MODE_ECM] = { 0x02, 0x06, 0x00 },
		[USB_MODE_MBIM] = { 0x02, 0x0e, 0x00 },
		[USB_MODE_RNDIS] = { 0xe0, 0x01, 0x03 },
	};

	return classes[mode];
}

static void put_qmi(struct writer *w, struct modem *m)
{
	struct usb *usb = &m->usb;

	usb->ep_in = w->next_in++;
	usb->ep_notify = w->next_in++;
	usb->ep_out = w->next_out++;
	put_interface(w, m->product->interface, m->opt.twin ? 2 : 3, qmi_class(m->opt.usb_mode));
	if (!m->opt.twin)
		put_interrupt(w, usb->ep_notify);
	put_bulk(w, usb->ep_in);
	put_bulk(w, usb->ep_out);
}

static unsigned int serial_interfaces(const struct product *product)
{
	return product->serial ? product->serial : (1 << product->interface) - 2;
}

size_t desc_configuration(struct modem *m, uint8_t *buf)
{
	unsigned int serial = serial_interfaces(m->product);
	struct writer w = { .p = buf, .usb = &m->usb, .next_in = 0x81, .next_out = 0x01 };
	/* 500 mA in the units of the speed: 2 mA, or 8 mA on SuperSpeed. */
	uint8_t power = is_super(&m->usb) ? 62 : 250;
	uint8_t i;

	PUT(&w, 9, CONFIG, 0, 0, 2 + __builtin_popcount(serial), 1, 0, 0xa0, power);
	put_diag(&w, m);
	for (i = 1; i < m->product->interface; i++)
		if (serial & 1 << i)
			put_serial(&w, m, i);
	put_qmi(&w, m);
	put_le16(buf + 2, w.p - buf);
	return w.p - buf;
}

size_t desc_device(struct modem *m, uint8_t *buf)
{
	struct writer w = { .p = buf };
	bool super = is_super(&m->usb);

	PUT(&w, 18, DEVICE, LE16(super ? 0x0320 : 0x0200), 0, 0, 0, super ? 9 : 64,
	    LE16(m->opt.vid), LE16(m->opt.pid), LE16(0x0318), 1, 2, 3, 1);
	return w.p - buf;
}

size_t desc_qualifier(uint8_t *buf)
{
	struct writer w = { .p = buf };

	PUT(&w, 10, QUALIFIER, LE16(0x0200), 0, 0, 0, 64, 1, 0);
	return w.p - buf;
}

/* USB 2 extension (LPM), SuperSpeed capability: full, high and super, no latency of U1 and U2. */
size_t desc_bos(uint8_t *buf)
{
	struct writer w = { .p = buf };

	PUT(&w, 5, BOS, LE16(22), 2);
	PUT(&w, 7, 16, 2, 0x02, 0, 0, 0);
	PUT(&w, 10, 16, 3, 0, LE16(0x000e), 1, 1, LE16(0));
	return w.p - buf;
}

static size_t put_text(uint8_t *buf, const char *text)
{
	size_t i, len = strlen(text);

	buf[0] = 2 + 2 * len;
	buf[1] = STRING;
	for (i = 0; i < len; i++)
		put_le16(buf + 2 + 2 * i, text[i]);
	return buf[0];
}

/* String 0 lists the languages: English. 0 for a string that does not exist. */
size_t desc_string(struct modem *m, unsigned int index, uint8_t *buf)
{
	static const uint8_t languages[] = { 4, STRING, LE16(0x0409) };

	switch (index) {
	case 0:
		memcpy(buf, languages, sizeof(languages));
		return sizeof(languages);
	case 1:
		return put_text(buf, m->product->maker ? m->product->maker : "Quectel");
	case 2:
		return put_text(buf, m->product->model);
	case 3:
		return put_text(buf, "8d1e4c07");
	default:
		return 0;
	}
}
