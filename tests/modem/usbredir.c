// SPDX-License-Identifier: GPL-2.0-only
/*
 * The usbredir front end: a port of virtio-serial, which QEMU has tied to a usb-redir device on
 * its xHCI. The parser is libusbredirparser's; we are the protocol's "usb-host".
 *
 *   qmodem = /dev/vportNpM = QEMU: virtserialport = socket = usb-redir = xHCI = xhci_hcd
 *
 * QEMU names a transfer by the address of its descriptor, which fits into 32 bits on machines of
 * less than 4 GiB, and uses the name again when we have answered: every request is answered exactly
 * once, also one that is taken back.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <usbredirparser.h>

#include "modem.h"
#include "util.h"

#define PORTS		"/sys/class/virtio-ports/"
#define PORT_NAME	"usbredir"	/* so it begins */
#define STATE		"/run/qmodem.%.64s"	/* by port */
#define PATIENCE	10000		/* ms for QEMU to connect, to read, or to say hello */
#define PAUSE		50		/* ms */

/* Interrupt URBs are made here: QEMU only receives packets, and polls them on its side. */
#define INTERRUPT_ID	0xffffff00
#define INTERRUPT_SIZE	64

struct usbredir {
	struct transport transport;
	struct modem *modem;
	struct loop_fd io;
	struct usbredirparser *parser;
	char state[128];		/* path of the parser's state, between two modems */
	bool blocked;
	bool live;			/* the host has reset what we plugged in last */
	bool interrupts[16];		/* by endpoint, wanted by the host */
	/* Whole USB packets for the network: an empty one may follow, and is part of it. */
	struct urb *held;
	/* That was one, and failed: the host's xHCI driver sends the empty one all the same. */
	bool held_failed;
};

static unsigned int endpoint_index(uint8_t address)
{
	return (address & 0x0f) | (address & 0x80) >> 3;
}

/* To the host */

static uint8_t redir_status(int status)
{
	switch (status) {
	case 0:
		return usb_redir_success;
	case -EPIPE:
		return usb_redir_stall;
	case -EOVERFLOW:
		return usb_redir_babble;
	case -ENOENT:
	case -ECONNRESET:
		return usb_redir_cancelled;
	case -ETIME:
	case -ETIMEDOUT:
		return usb_redir_timeout;
	default:
		return usb_redir_ioerror;
	}
}

static int port_write(void *priv, uint8_t *data, int count)
{
	struct usbredir *u = priv;
	ssize_t n = write(u->io.fd, data, count);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static void flush(struct transport *t)
{
	struct usbredir *u = container_of(t, struct usbredir, transport);
	bool blocked;

	if (usbredirparser_do_write(u->parser) < 0)
		err(1, "usbredir: write");
	blocked = usbredirparser_has_data_to_write(u->parser);
	if (blocked != u->blocked)
		loop_change(&u->io, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
	u->blocked = blocked;
}

static void answer_bulk(struct usbredir *u, uint32_t id, uint8_t ep, uint8_t status,
			const void *data, size_t len)
{
	struct usb_redir_bulk_packet_header header = {
		.endpoint = ep, .status = status, .length = len, .length_high = len >> 16,
	};
	bool in = ep & 0x80;

	usbredirparser_send_bulk_packet(u->parser, id, &header, in ? (uint8_t *)data : NULL,
					in ? len : 0);
}

static void complete_bulk(struct usbredir *u, const struct urb *urb, int status, const void *data,
			  size_t len)
{
	if (!(urb->ep & 0x80))
		len = status ? 0 : urb->length;
	answer_bulk(u, urb->id, urb->ep, redir_status(status), data, len);
	if (urb->zero_packet) {
		answer_bulk(u, urb->zero_id, urb->ep, redir_status(status), NULL, 0);
		u->held_failed = status;
	}
}

static void submit(struct usbredir *u, uint32_t id, uint8_t ep, const uint8_t *setup,
		   uint32_t length, const void *data, size_t len);

static void want_interrupt(struct usbredir *u, uint8_t ep)
{
	submit(u, INTERRUPT_ID | ep, ep, NULL, INTERRUPT_SIZE, NULL, 0);
}

static void answer_interrupts(struct usbredir *u, uint8_t ep, int status)
{
	struct usb_redir_interrupt_receiving_status_header header = {
		.endpoint = ep, .status = redir_status(status),
	};

	usbredirparser_send_interrupt_receiving_status(u->parser, 0, &header);
}

static void complete_interrupt(struct usbredir *u, uint8_t ep, int status, const void *data,
			       size_t len)
{
	struct usb_redir_interrupt_packet_header header = { .endpoint = ep, .length = len };

	if (status) {
		u->interrupts[ep & 0x0f] = false;
		answer_interrupts(u, ep, status);
		return;
	}
	usbredirparser_send_interrupt_packet(u->parser, 0, &header, (uint8_t *)data, len);
	want_interrupt(u, ep);
}

static void complete_control(struct usbredir *u, const struct urb *urb, int status,
			     const void *data, size_t len)
{
	bool in = urb->ep & 0x80;
	struct usb_redir_control_packet_header header = {
		.endpoint = urb->ep,
		.status = redir_status(status),
		.requesttype = urb->setup[0],
		.request = urb->setup[1],
		.value = get_le16(urb->setup + 2),
		.index = get_le16(urb->setup + 4),
		.length = in ? len : urb->length,
	};

	usbredirparser_send_control_packet(u->parser, urb->id, &header,
					   in ? (uint8_t *)data : NULL, in ? len : 0);
}

static void complete_configuration(struct usbredir *u, const struct urb *urb, int status,
				   uint8_t configuration)
{
	struct usb_redir_configuration_status_header header = {
		.status = redir_status(status), .configuration = configuration,
	};

	usbredirparser_send_configuration_status(u->parser, urb->id, &header);
}

static void complete_alt_setting(struct usbredir *u, const struct urb *urb, int status,
				 uint8_t alt)
{
	struct usb_redir_alt_setting_status_header header = {
		.status = redir_status(status), .interface = urb->setup[4], .alt = alt,
	};

	usbredirparser_send_alt_setting_status(u->parser, urb->id, &header);
}

/* The protocol has packets of their own for four requests. */
static void complete_request(struct usbredir *u, const struct urb *urb, int status,
			     const void *data, size_t len)
{
	const uint8_t *got = len ? data : &urb->setup[2];

	switch ((urb->setup[0] & USB_TYPE_MASK) << 8 | urb->setup[1]) {
	case USB_REQ_SET_CONFIGURATION:
	case USB_REQ_GET_CONFIGURATION:
		complete_configuration(u, urb, status, *got);
		break;
	case USB_REQ_SET_INTERFACE:
	case USB_REQ_GET_INTERFACE:
		complete_alt_setting(u, urb, status, *got);
		break;
	default:
		complete_control(u, urb, status, data, len);
	}
}

static void complete(struct transport *t, const struct urb *urb, int status, const void *data,
		     size_t len)
{
	struct usbredir *u = container_of(t, struct usbredir, transport);

	if (!(urb->ep & 0x0f))
		complete_request(u, urb, status, data, len);
	else if (urb->id >= INTERRUPT_ID)
		complete_interrupt(u, urb->ep, status, data, len);
	else
		complete_bulk(u, urb, status, data, len);
}

/* From the host */

static struct urb *new_urb(uint32_t id, uint8_t ep, uint32_t length, const void *data, size_t len)
{
	struct urb *urb = calloc(1, sizeof(*urb) + len);

	if (!urb)
		err(1, "calloc");
	urb->id = id;
	urb->ep = ep;
	urb->length = length;
	if (len)
		memcpy(urb->data, data, len);
	return urb;
}

static void submit(struct usbredir *u, uint32_t id, uint8_t ep, const uint8_t *setup,
		   uint32_t length, const void *data, size_t len)
{
	struct urb *urb = new_urb(id, ep, length, data, len);

	if (setup)
		memcpy(urb->setup, setup, sizeof(urb->setup));
	usb_submit(u->modem, urb);
}

static void release_held(struct usbredir *u)
{
	struct urb *urb = u->held;

	u->held = NULL;
	if (urb)
		usb_submit(u->modem, urb);
}

/* A transfer ends with a short packet, which may be QEMU's next transfer. */
static void submit_out(struct usbredir *u, uint32_t id, uint32_t length, const void *data)
{
	if (u->held && !length) {
		u->held->zero_packet = true;
		u->held->zero_id = id;
		release_held(u);
		return;
	}
	release_held(u);
	u->held = new_urb(id, u->modem->usb.ep_out, length, data, length);
	u->held->leftover = !length && u->held_failed;
	u->held_failed = false;
	if (!length || length % u->modem->usb.packet_size)
		release_held(u);
}

static void take_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *header,
		      uint8_t *data, int len)
{
	struct usbredir *u = priv;
	uint32_t length = header->length_high << 16 | header->length;

	if (u->live && header->endpoint == u->modem->usb.ep_out)
		submit_out(u, id, length, data);
	else if (u->live)
		submit(u, id, header->endpoint, NULL, length, data, len);
	usbredirparser_free_packet_data(u->parser, data);
}

static void take_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *header,
			 uint8_t *data, int len)
{
	struct usbredir *u = priv;
	uint8_t setup[8] = { header->requesttype, header->request };

	put_le16(setup + 2, header->value);
	put_le16(setup + 4, header->index);
	put_le16(setup + 6, header->length);
	if (u->live)
		submit(u, id, header->endpoint, setup, header->length, data, len);
	usbredirparser_free_packet_data(u->parser, data);
}

static void submit_request(struct usbredir *u, uint32_t id, uint8_t type, uint8_t request,
			   uint8_t value, uint8_t interface)
{
	const uint8_t setup[8] = { type, request, value, 0, interface, 0, type >> 7 };

	if (u->live)
		submit(u, id, type & 0x80, setup, type >> 7, NULL, 0);
}

static void set_configuration(void *priv, uint64_t id,
			      struct usb_redir_set_configuration_header *header)
{
	submit_request(priv, id, USB_RECIP_DEVICE, USB_REQ_SET_CONFIGURATION,
		       header->configuration, 0);
}

static void get_configuration(void *priv, uint64_t id)
{
	submit_request(priv, id, USB_DIR_IN | USB_RECIP_DEVICE, USB_REQ_GET_CONFIGURATION, 0, 0);
}

static void set_alt_setting(void *priv, uint64_t id,
			    struct usb_redir_set_alt_setting_header *header)
{
	submit_request(priv, id, USB_RECIP_INTERFACE, USB_REQ_SET_INTERFACE, header->alt,
		       header->interface);
}

static void get_alt_setting(void *priv, uint64_t id,
			    struct usb_redir_get_alt_setting_header *header)
{
	submit_request(priv, id, USB_DIR_IN | USB_RECIP_INTERFACE, USB_REQ_GET_INTERFACE, 0,
		       header->interface);
}

static void start_interrupts(void *priv, uint64_t id,
			     struct usb_redir_start_interrupt_receiving_header *header)
{
	struct usbredir *u = priv;
	bool *wanted = &u->interrupts[header->endpoint & 0x0f];

	(void)id;
	if (!u->live)
		return;
	answer_interrupts(u, header->endpoint, 0);
	if (!*wanted) {
		*wanted = true;
		want_interrupt(u, header->endpoint);
	}
}

static void stop_interrupts(void *priv, uint64_t id,
			    struct usb_redir_stop_interrupt_receiving_header *header)
{
	struct usbredir *u = priv;
	bool *wanted = &u->interrupts[header->endpoint & 0x0f];

	(void)id;
	if (!u->live)
		return;
	if (*wanted)
		usb_unlink(u->modem, INTERRUPT_ID | header->endpoint);
	*wanted = false;
	answer_interrupts(u, header->endpoint, 0);
}

static const struct urb *find_urb(struct modem *m, uint32_t id)
{
	const struct urb *urb;
	uint8_t ep;

	for (ep = 0; ep < 16; ep++) {
		for (urb = usb_first(m, ep); urb; urb = urb->next)
			if (urb->id == id)
				return urb;
		for (urb = usb_first(m, ep | 0x80); urb; urb = urb->next)
			if (urb->id == id)
				return urb;
	}
	return NULL;
}

/* If the transfer was answered already, the answer has crossed this on its way. */
static void cancel(void *priv, uint64_t id)
{
	struct usbredir *u = priv;
	const struct urb *urb;

	if (u->held && u->held->id == id) {
		complete_bulk(u, u->held, -ECONNRESET, NULL, 0);
		free(u->held);
		u->held = NULL;
		return;
	}
	urb = find_urb(u->modem, id);
	if (urb)
		complete(&u->transport, urb, -ECONNRESET, NULL, 0);
	usb_unlink(u->modem, id);
}

static void forget_requests(struct usbredir *u)
{
	free(u->held);
	u->held = NULL;
	u->held_failed = false;
	memset(u->interrupts, 0, sizeof(u->interrupts));
}

/* Earlier packets are for the device that was plugged in before. */
static void reset(void *priv)
{
	struct usbredir *u = priv;

	if (!u->modem->usb.plugged)
		return;
	u->live = true;
	forget_requests(u);
	usb_reset(u->modem);
}

static int port_read(void *priv, uint8_t *data, int count)
{
	struct usbredir *u = priv;
	ssize_t n = read(u->io.fd, data, count);

	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

static void take_packets(struct usbredir *u)
{
	switch (usbredirparser_do_read(u->parser)) {
	case usbredirparser_read_io_error:
		errx(1, "usbredir: the host closed the connection");
	case usbredirparser_read_parse_error:
		errx(1, "usbredir: a packet that is none");
	}
}

static void ready(struct loop_fd *io, uint32_t events)
{
	struct usbredir *u = container_of(io, struct usbredir, io);

	if (events & EPOLLOUT)
		flush(&u->transport);
	take_packets(u);
}

/* Plug and unplug */

/* An endpoint descriptor that follows the one of an interface. */
static void describe_endpoint(struct usb_redir_ep_info_header *info, const uint8_t *desc,
			      uint8_t interface)
{
	unsigned int i = endpoint_index(desc[2]);

	info->type[i] = desc[3] & 3;
	info->max_packet_size[i] = get_le16(desc + 4);
	info->interval[i] = desc[6];
	info->interface[i] = interface;
}

static void describe_interface(struct usb_redir_interface_info_header *info, const uint8_t *desc)
{
	uint32_t i = info->interface_count;

	if (i == ARRAY_SIZE(info->interface))
		return;
	info->interface[i] = desc[2];
	info->interface_class[i] = desc[5];
	info->interface_subclass[i] = desc[6];
	info->interface_protocol[i] = desc[7];
	info->interface_count++;
}

static void describe(struct usbredir *u)
{
	enum { INTERFACE = 4, ENDPOINT = 5 };
	struct usb_redir_interface_info_header interfaces = { .interface_count = 0 };
	struct usb_redir_ep_info_header endpoints = { .interval = { 0 } };
	const struct usb *usb = &u->modem->usb;
	const uint8_t *desc, *end = usb->config + usb->config_len;
	uint8_t interface = 0;

	memset(endpoints.type, usb_redir_type_invalid, sizeof(endpoints.type));
	endpoints.type[0] = endpoints.type[16] = usb_redir_type_control;
	endpoints.max_packet_size[0] = endpoints.max_packet_size[16] = 64;
	for (desc = usb->config; end - desc >= 2 && desc[0] >= 2 && desc[0] <= end - desc;
	     desc += desc[0]) {
		if (desc[1] == INTERFACE && desc[0] >= 9) {
			interface = desc[2];
			describe_interface(&interfaces, desc);
		} else if (desc[1] == ENDPOINT && desc[0] >= 7) {
			describe_endpoint(&endpoints, desc, interface);
		}
	}
	usbredirparser_send_interface_info(u->parser, &interfaces);
	usbredirparser_send_ep_info(u->parser, &endpoints);
}

static int plug(struct transport *t, enum usb_device_speed speed)
{
	struct usbredir *u = container_of(t, struct usbredir, transport);
	struct usb_redir_device_connect_header device = {
		.speed = speed == USB_SPEED_SUPER ? usb_redir_speed_super : usb_redir_speed_high,
		.vendor_id = u->modem->opt.vid,
		.product_id = u->modem->opt.pid,
		.device_version_bcd = 0x0318,
	};

	describe(u);
	usbredirparser_send_device_connect(u->parser, &device);
	flush(t);
	return 0;
}

static void wait_for(struct usbredir *u, short events)
{
	struct pollfd fd = { .fd = u->io.fd, .events = events };

	if (poll(&fd, 1, PATIENCE) <= 0)
		errx(1, "usbredir: QEMU does not answer");
}

static void unplug(struct transport *t)
{
	struct usbredir *u = container_of(t, struct usbredir, transport);

	if (!u->modem->usb.plugged)
		return;
	u->live = false;
	forget_requests(u);
	usbredirparser_send_device_disconnect(u->parser);
	flush(t);
}

/* The port, and the modem that has it */

static struct usbredir redir;

/* QEMU goes on with the next program that opens the port, but says hello only once. */
static void save_state(void)
{
	struct usbredir *u = &redir;
	FILE *file = fopen(u->state, "we");
	uint8_t *state;
	int len;

	while (u->blocked) {
		wait_for(u, POLLOUT);
		flush(&u->transport);
	}
	if (!file || usbredirparser_serialize(u->parser, &state, &len) < 0 ||
	    fwrite(state, len, 1, file) != 1 || fclose(file))
		warn("%s", u->state);
}

static void load_state(struct usbredir *u)
{
	static uint8_t state[1 << 20];
	FILE *file = fopen(u->state, "re");
	size_t len;

	if (!file)
		err(1, "%s", u->state);
	len = fread(state, 1, sizeof(state), file);
	fclose(file);
	unlink(u->state);
	if (usbredirparser_unserialize(u->parser, state, len) < 0)
		errx(1, "%s: no state of a parser", u->state);
}

static void log_message(void *priv, int level, const char *message)
{
	(void)priv;
	if (level <= usbredirparser_warning)
		fprintf(stderr, "%s\n", message);
}

static void create_parser(struct usbredir *u)
{
	struct usbredirparser *p = usbredirparser_create();
	bool first = access(u->state, R_OK) < 0;
	uint32_t caps[USB_REDIR_CAPS_SIZE] = { 0 };

	if (!p)
		err(1, "usbredirparser_create");
	u->parser = p;
	p->priv = u;
	p->log_func = log_message;
	p->read_func = port_read;
	p->write_func = port_write;
	p->reset_func = reset;
	p->set_configuration_func = set_configuration;
	p->get_configuration_func = get_configuration;
	p->set_alt_setting_func = set_alt_setting;
	p->get_alt_setting_func = get_alt_setting;
	p->start_interrupt_receiving_func = start_interrupts;
	p->stop_interrupt_receiving_func = stop_interrupts;
	p->cancel_data_packet_func = cancel;
	p->control_packet_func = take_control;
	p->bulk_packet_func = take_bulk;
	usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
	usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
	usbredirparser_init(p, "qmodem", caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host |
			    (first ? 0 : usbredirparser_fl_no_hello));
	if (!first)
		load_state(u);
}

/* QEMU connects the two some time after the machine has gone on. */
static void wait_for_host(struct usbredir *u)
{
	struct pollfd fd = { .fd = u->io.fd, .events = POLLOUT };
	int left;

	for (left = PATIENCE; left > 0; left -= PAUSE) {
		if (poll(&fd, 1, 0) >= 0 && !(fd.revents & POLLHUP))
			return;
		usleep(PAUSE * 1000);
	}
	errx(1, "usbredir: QEMU has not connected the port");
}

static void say_hello(struct usbredir *u)
{
	flush(&u->transport);
	while (!usbredirparser_have_peer_caps(u->parser)) {
		wait_for(u, POLLIN);
		take_packets(u);
	}
	if (!usbredirparser_peer_has_cap(u->parser, usb_redir_cap_32bits_bulk_length))
		errx(1, "usbredir: QEMU knows no transfers of 64 KiB");
}

static bool has_name(const char *port)
{
	char path[sizeof(PORTS) + 256 + sizeof("/name")], name[sizeof(PORT_NAME)] = "";
	FILE *file;

	snprintf(path, sizeof(path), PORTS "%.255s/name", port);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(name, sizeof(name), file))
		name[0] = 0;
	fclose(file);
	return !strcmp(name, PORT_NAME);
}

/* -1 if there is no port, or other modems have all of them. */
static int open_port(struct usbredir *u)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	char path[sizeof("/dev/") + 256];
	int fd = -1;

	if (!ports)
		return -1;
	while (fd < 0 && (entry = readdir(ports))) {
		if (!has_name(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%.255s", entry->d_name);
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		snprintf(u->state, sizeof(u->state), STATE, entry->d_name);
	}
	closedir(ports);
	return fd;
}

struct transport *usbredir_create(struct modem *m)
{
	struct usbredir *u = &redir;
	int fd = open_port(u);

	if (fd < 0)
		return NULL;
	u->transport = (struct transport){ plug, unplug, complete, flush };
	u->modem = m;
	u->io = (struct loop_fd){ .fd = fd, .ready = ready };
	loop_add(&u->io, EPOLLIN);
	create_parser(u);
	wait_for_host(u);
	say_hello(u);
	atexit(save_state);
	return &u->transport;
}
