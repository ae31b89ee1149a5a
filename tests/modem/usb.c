// SPDX-License-Identifier: GPL-2.0-only
/*
 * The USB device: endpoints with their queues, and the control requests. It knows the host's
 * requests (URBs) but not what carries them; see transport.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "broken.h"
#include "modem.h"
#include "util.h"

/* bmRequestType: direction, type (standard, class), recipient */
enum {
	TO_DEVICE = 0x00, TO_INTERFACE = 0x01, TO_ENDPOINT = 0x02,
	FROM_DEVICE = 0x80, FROM_INTERFACE = 0x81, FROM_ENDPOINT = 0x82,
	CLASS_TO_INTERFACE = 0x21, CLASS_FROM_INTERFACE = 0xa1,
};

enum { SEND_ENCAPSULATED = 0, GET_ENCAPSULATED = 1, SET_CONTROL_LINE_STATE = 0x22 };

#define DTR		0x01
#define REQUEST(type, request)	((type) << 8 | (request))

/* The answer to a control request. A negative status stalls it. */
struct answer {
	int status;
	size_t len;
	uint8_t data[QMI_FRAME_MAX];
};

static struct endpoint *endpoint(struct modem *m, uint8_t address)
{
	return &m->usb.endpoint[(address & 0x0f) | (address & 0x80) >> 3];
}

static void enqueue(struct endpoint *ep, struct urb *urb)
{
	urb->next = NULL;
	*ep->tail = urb;
	ep->tail = &urb->next;
	ep->pending++;
}

static struct urb *dequeue(struct endpoint *ep)
{
	struct urb *urb = ep->head;

	ep->head = urb->next;
	if (!ep->head)
		ep->tail = &ep->head;
	ep->pending--;
	return urb;
}

struct urb *usb_first(struct modem *m, uint8_t ep)
{
	return endpoint(m, ep)->head;
}

unsigned int usb_pending(struct modem *m, uint8_t ep)
{
	return endpoint(m, ep)->pending;
}

/* Complete the first URB of the endpoint. */
void usb_complete(struct modem *m, uint8_t ep, int status, const void *data, size_t len)
{
	struct urb *urb = dequeue(endpoint(m, ep));

	m->usb.transport->complete(m->usb.transport, urb, status, data, min_size(len, urb->length));
	free(urb);
}

void usb_halt(struct modem *m, uint8_t address)
{
	struct endpoint *ep = endpoint(m, address);

	ep->halted = true;
	while (ep->head)
		usb_complete(m, address, -EPIPE, NULL, 0);
}

/* Tell the host about waiting QMI messages, one notification for each. */
void usb_notify(struct modem *m)
{
	struct usb *usb = &m->usb;
	const uint8_t available[8] = { 0xa1, 0x01, 0, 0, m->product->interface };

	while (usb->notifications && usb_first(m, usb->ep_notify)) {
		usb->notifications--;
		usb_complete(m, usb->ep_notify, 0, available, sizeof(available));
	}
}

static void get_descriptor(struct modem *m, uint16_t value, struct answer *a)
{
	switch (value >> 8) {
	case 1:
		a->len = desc_device(m, a->data);
		break;
	case 2:
		a->len = m->usb.config_len;
		memcpy(a->data, m->usb.config, a->len);
		break;
	case 3:
		a->len = desc_string(m, value & 0xff, a->data);
		break;
	case 6:
		if (m->usb.speed == USB_SPEED_HIGH)
			a->len = desc_qualifier(a->data);
		break;
	case 15:
		if (m->usb.speed == USB_SPEED_SUPER)
			a->len = desc_bos(a->data);
		break;
	}
	if (!a->len)
		a->status = -EPIPE;
	a->len = broken_descriptor(m, value >> 8, a->data, a->len);
}

static void set_control_lines(struct modem *m, uint16_t value)
{
	bool dtr = value & DTR;

	if (dtr != m->usb.dtr)
		stat_inc(m, dtr_changes);
	m->usb.dtr = dtr;
}

void usb_configure(struct modem *m, uint8_t value)
{
	unsigned int i;

	m->usb.configuration = value;
	/* The host may have reset the device, and everything begins anew. */
	set_control_lines(m, 0);
	memset(m->calls.flow, 0, sizeof(m->calls.flow)); /* FLOW_ON */
	for (i = 0; i < ARRAY_SIZE(m->usb.endpoint); i++)
		m->usb.endpoint[i].halted = false;
	/* Real modems come up like this when they have just rebooted. */
	endpoint(m, m->usb.ep_in)->halted = m->opt.halted;
	endpoint(m, m->usb.ep_out)->halted = m->opt.halted;
}

static void clear_halt(struct modem *m, uint8_t address)
{
	struct endpoint *ep = endpoint(m, address);

	if (address == m->usb.ep_in || address == m->usb.ep_out) {
		stat_inc(m, clear_halts);
		if (ep->halted)
			stat_inc(m, halts_cleared);
	}
	ep->halted = false;
}

static void class_request(struct modem *m, const struct urb *urb, struct answer *a)
{
	uint16_t interface = get_le16(urb->setup + 4);

	/* The lines of the serial interfaces lead nowhere. */
	if (interface < m->product->interface && urb->setup[1] == SET_CONTROL_LINE_STATE)
		return;
	if (interface != m->product->interface) {
		a->status = -EPIPE;
		return;
	}
	switch (urb->setup[1]) {
	case SEND_ENCAPSULATED:
		qmi_receive(m, urb->data, urb->length);
		break;
	case GET_ENCAPSULATED:
		a->len = qmi_fetch(m, a->data);
		break;
	case SET_CONTROL_LINE_STATE:
		set_control_lines(m, get_le16(urb->setup + 2));
		break;
	default:
		a->status = -EPIPE;
	}
}

static void get_status(struct modem *m, const struct urb *urb, struct answer *a)
{
	uint8_t address = get_le16(urb->setup + 4);

	a->len = 2;
	put_le16(a->data, urb->setup[0] == FROM_ENDPOINT && endpoint(m, address)->halted);
}

static void standard_request(struct modem *m, const struct urb *urb, struct answer *a)
{
	uint16_t value = get_le16(urb->setup + 2), index = get_le16(urb->setup + 4);

	switch (REQUEST(urb->setup[0], urb->setup[1])) {
	case REQUEST(FROM_DEVICE, USB_REQ_GET_DESCRIPTOR):
		get_descriptor(m, value, a);
		break;
	case REQUEST(FROM_DEVICE, USB_REQ_GET_CONFIGURATION):
		a->len = 1;
		a->data[0] = m->usb.configuration;
		break;
	case REQUEST(FROM_INTERFACE, USB_REQ_GET_INTERFACE):
		a->len = 1;
		a->data[0] = 0;
		break;
	case REQUEST(FROM_DEVICE, USB_REQ_GET_STATUS):
	case REQUEST(FROM_INTERFACE, USB_REQ_GET_STATUS):
	case REQUEST(FROM_ENDPOINT, USB_REQ_GET_STATUS):
		get_status(m, urb, a);
		break;
	case REQUEST(TO_DEVICE, USB_REQ_SET_CONFIGURATION):
		usb_configure(m, value);
		break;
	case REQUEST(TO_ENDPOINT, USB_REQ_CLEAR_FEATURE):
		if (value == USB_ENDPOINT_HALT)
			clear_halt(m, index);
		break;
	case REQUEST(TO_ENDPOINT, USB_REQ_SET_FEATURE):
		if (value == USB_ENDPOINT_HALT)
			usb_halt(m, index);
		break;
	/* Nothing here depends on these, and every device takes them. */
	case REQUEST(TO_INTERFACE, USB_REQ_SET_INTERFACE):
	case REQUEST(TO_DEVICE, USB_REQ_SET_FEATURE):
	case REQUEST(TO_DEVICE, USB_REQ_CLEAR_FEATURE):
	case REQUEST(TO_INTERFACE, USB_REQ_SET_FEATURE):
	case REQUEST(TO_INTERFACE, USB_REQ_CLEAR_FEATURE):
	case REQUEST(TO_DEVICE, USB_REQ_SET_SEL):
	case REQUEST(TO_DEVICE, USB_REQ_SET_ISOCH_DELAY):
		break;
	default:
		a->status = -EPIPE;
	}
}

static void control(struct modem *m, struct urb *urb)
{
	struct answer a = { .status = 0 };
	size_t len;

	if (broken_stalls(urb->setup))
		a.status = -EPIPE;
	else if (urb->setup[0] == CLASS_TO_INTERFACE || urb->setup[0] == CLASS_FROM_INTERFACE)
		class_request(m, urb, &a);
	else
		standard_request(m, urb, &a);
	len = a.status || !(urb->setup[0] & 0x80) ? 0 : min_size(a.len, urb->length);
	m->usb.transport->complete(m->usb.transport, urb, a.status, a.data, len);
	free(urb);
}

/* Answer control requests in order: all wait behind one that gets no answer. */
void usb_run_control(struct modem *m)
{
	while (fault_apply(m, &m->usb.control_fault, 0) && usb_first(m, 0))
		control(m, dequeue(endpoint(m, 0)));
}

static void submit_to_serial(struct modem *m, struct urb *urb)
{
	enqueue(endpoint(m, urb->ep), urb);
	serial_run(m, urb->ep);
}

/* Downlink URBs stay in their queue, which downlink.c checks after each batch of events. */
void usb_submit(struct modem *m, struct urb *urb)
{
	struct usb *usb = &m->usb;

	if (!(urb->ep & 0x0f)) {
		enqueue(endpoint(m, 0), urb);
		usb_run_control(m);
		return;
	}
	if (endpoint(m, urb->ep)->halted) {
		usb->transport->complete(usb->transport, urb, -EPIPE, NULL, 0);
		free(urb);
		return;
	}
	if (urb->ep != usb->ep_in && urb->ep != usb->ep_out && urb->ep != usb->ep_notify) {
		submit_to_serial(m, urb);
		return;
	}
	enqueue(endpoint(m, urb->ep), urb);
	if (urb->ep == usb->ep_out)
		uplink_run(m);
	else if (urb->ep == usb->ep_notify)
		usb_notify(m);
}

static bool unlink_from(struct endpoint *ep, uint32_t id)
{
	struct urb **link, *urb;

	for (link = &ep->head; (urb = *link); link = &urb->next) {
		if (urb->id != id)
			continue;
		*link = urb->next;
		if (!urb->next)
			ep->tail = link;
		ep->pending--;
		free(urb);
		return true;
	}
	return false;
}

/* False if the URB was completed before. */
bool usb_unlink(struct modem *m, uint32_t id)
{
	const struct urb *first = usb_first(m, m->usb.ep_in);
	bool found = false;
	unsigned int i;

	stat_inc(m, unlinks);
	if (first && first->id == id)
		downlink_taken_back(m, first->length);
	for (i = 0; i < ARRAY_SIZE(m->usb.endpoint) && !found; i++)
		found = unlink_from(&m->usb.endpoint[i], id);
	usb_run_control(m);	/* the next, if it was in the way */
	return found;
}

static void forget_urbs(struct endpoint *ep)
{
	while (ep->head)
		free(dequeue(ep));
}

/* The host resets its port: we are as if plugged in anew, but have not rebooted. DTR is lost when
 * it configures us, as on USB/IP, which does not tell of resets.
 */
void usb_reset(struct modem *m)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(m->usb.endpoint); i++)
		forget_urbs(&m->usb.endpoint[i]);
	m->usb.configuration = 0;
}

int usb_plug(struct modem *m)
{
	struct usb *usb = &m->usb;
	unsigned int i;
	int error;

	for (i = 0; i < ARRAY_SIZE(usb->endpoint); i++)
		usb->endpoint[i] = (struct endpoint){ .tail = &usb->endpoint[i].head };
	usb->speed = m->opt.speed;
	usb->packet_size = usb->speed == USB_SPEED_SUPER ? 1024 : 512;
	usb->notifications = 0;
	usb->dtr = false;
	usb_reset(m);
	serial_reset(m);
	usb->config_len = desc_configuration(m, usb->config);
	error = usb->transport->plug(usb->transport, usb->speed);
	usb->plugged = !error;
	return error;
}

void usb_unplug(struct modem *m)
{
	unsigned int i;

	m->usb.transport->unplug(m->usb.transport);
	m->usb.plugged = false;
	m->usb.control_fault = (struct fault){ .count = 0 };
	for (i = 0; i < ARRAY_SIZE(m->usb.endpoint); i++)
		forget_urbs(&m->usb.endpoint[i]);
}
