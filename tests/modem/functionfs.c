// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FunctionFS front end: a USB gadget on dummy_hcd, a controller that is both ends of its cable.
 *
 *   qmodem = FunctionFS = libcomposite = dummy_udc = dummy_hcd
 *
 * The kernel answers standard requests itself, even while programs are frozen because the host is
 * about to sleep, and the modem can wake the host. In return, transfers cannot be made to fail, and
 * a gadget sees no URBs: it only reads and writes. So the modem always has an URB of our own for
 * each IN endpoint, and gets one for each read of an OUT endpoint that is done.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "gadget.h"
#include "modem.h"
#include "util.h"

#define OUT_SIZE	65536	/* longer than any transfer of a host */
#define PLAIN_SIZE	2048	/* of an IN URB where no transfer has more than one packet */
#define SERIAL_SIZE	4096
#define PATIENCE	1	/* seconds for the host to go on with a control transfer */

/* linux/usb/functionfs.h uses some of our names */
enum { MAGIC_STRINGS = 2, MAGIC_DESCRIPTORS = 3 };
enum { INTERFACE = 4, ENDPOINT = 5 };
enum { HAS_HIGH = 2, HAS_SUPER = 4 };
enum { ENABLE = 2, DISABLE = 3, SETUP = 4, SUSPEND = 5, RESUME = 6 };
struct ffs_event {
	uint8_t setup[8];
	uint8_t type;
	uint8_t pad[3];
};

struct ffs_endpoint {
	struct functionfs *ffs;
	uint8_t address;
	int fd;
	bool lent;			/* its URB is with the modem */
	unsigned int busy;		/* transfers that are with the kernel */
	struct iocb io[2];		/* the second one for an empty packet */
	uint8_t buf[OUT_SIZE];
};

struct functionfs {
	struct transport transport;
	struct modem *modem;
	struct loop_fd ep0;		/* fd -1 while unplugged */
	struct loop_fd done;		/* an eventfd: transfers are over */
	aio_context_t aio;
	struct ffs_endpoint endpoint[30];
	unsigned int endpoints;
	bool enabled;			/* the host has configured us */
	bool suspended;
	bool waking;			/* and has been told to wake up */
	bool control;			/* a control request is with the modem */
	bool accepted;			/* ... and over for the host */
};

/* Remote wakeup */

/* The kernel does not say whether the host allows it. One signal per sleep is enough. */
static void wake(struct functionfs *f)
{
	if (!f->suspended || f->waking)
		return;
	gadget_wake_host();
	f->waking = true;
	stat_inc(f->modem, remote_wakeups);
}

/* Endpoints */

static void prepare(struct ffs_endpoint *ep, unsigned int i, uint16_t opcode, size_t len)
{
	ep->io[i] = (struct iocb){
		.aio_data = (uintptr_t)ep, .aio_lio_opcode = opcode, .aio_fildes = ep->fd,
		.aio_buf = (uintptr_t)ep->buf, .aio_nbytes = len,
		.aio_flags = IOCB_FLAG_RESFD, .aio_resfd = ep->ffs->done.fd,
	};
}

/* An error of FunctionFS becomes the result of the transfer. */
static void submit(struct ffs_endpoint *ep, long count)
{
	struct iocb *list[] = { &ep->io[0], &ep->io[1] };

	ep->busy = count;
	if (syscall(SYS_io_submit, ep->ffs->aio, count, list) != count)
		err(1, "io_submit");
}

static struct urb *new_urb(uint8_t address, size_t length)
{
	struct urb *urb = calloc(1, sizeof(*urb) + (address & 0x80 ? 0 : length));

	if (!urb)
		err(1, "calloc");
	urb->id = address;
	urb->ep = address;
	urb->length = length;
	return urb;
}

static void lend(struct ffs_endpoint *ep, struct urb *urb)
{
	ep->lent = true;
	usb_submit(ep->ffs->modem, urb);
}

/* As long as a driver's: the size agreed on, rounded up to whole USB packets. */
static size_t in_length(const struct modem *m, uint8_t address)
{
	size_t size = m->format.dl_size ? m->format.dl_size : PLAIN_SIZE;

	if (address != m->usb.ep_in)
		return SERIAL_SIZE;
	return (size + m->usb.packet_size - 1) / m->usb.packet_size * m->usb.packet_size;
}

static void start(struct ffs_endpoint *ep)
{
	if (ep->lent || ep->busy || !ep->ffs->enabled)
		return;
	if (ep->address & 0x80) {
		lend(ep, new_urb(ep->address, in_length(ep->ffs->modem, ep->address)));
		return;
	}
	prepare(ep, 0, IOCB_CMD_PREAD, OUT_SIZE);
	submit(ep, 1);
}

/*
 * Data that fill the URB are followed by an empty transfer if the modem owes one. Data that end
 * with a full USB packet and do not fill the URB need the empty packet here.
 */
static void write_in(struct ffs_endpoint *ep, const struct urb *urb, const void *data, size_t len)
{
	bool whole = len && !(len % ep->ffs->modem->usb.packet_size);

	if (len)
		memcpy(ep->buf, data, len);
	prepare(ep, 0, IOCB_CMD_PWRITE, len);
	prepare(ep, 1, IOCB_CMD_PWRITE, 0);
	submit(ep, whole && len < urb->length ? 2 : 1);
	wake(ep->ffs);
}

/* A transfer of full packets ends with an empty one, or the read would go on. */
static void take_out(struct ffs_endpoint *ep, size_t len)
{
	struct urb *urb = new_urb(ep->address, len);

	memcpy(urb->data, ep->buf, len);
	urb->zero_packet = len && len < OUT_SIZE && !(len % ep->ffs->modem->usb.packet_size);
	lend(ep, urb);
}

/*
 * -EAGAIN: the endpoint is off, and an event will start it again. -ESHUTDOWN: it was switched off
 * and may be on again, as after a request for an alternate setting.
 */
static void transfer_done(struct ffs_endpoint *ep, int64_t result)
{
	if (--ep->busy || result == -EAGAIN)
		return;
	if (!(ep->address & 0x80) && result >= 0 && ep->ffs->enabled)
		take_out(ep, result);
	else
		start(ep);
}

static void reap(struct functionfs *f)
{
	struct timespec now = { 0 };
	struct io_event events[16];
	uint64_t count;
	int i, n;

	if (read(f->done.fd, &count, sizeof(count)) < 0)
		return;
	do {
		n = syscall(SYS_io_getevents, f->aio, 0L, (long)ARRAY_SIZE(events), events, &now);
		for (i = 0; i < n; i++)
			transfer_done((void *)(uintptr_t)events[i].data, events[i].res);
	} while (n == ARRAY_SIZE(events));
}

static void done_ready(struct loop_fd *io, uint32_t events)
{
	struct functionfs *f = container_of(io, struct functionfs, done);

	(void)events;
	if (f->ep0.fd >= 0)
		reap(f);
}

/* Control requests */

/* Until the present request is answered, any read or write would answer it. */
static void listen_for_events(struct functionfs *f, bool on)
{
	/*
	 * A host that watches for what wakes it (/sys/power/wakeup_count) hears of an event as it
	 * comes: it suspends us to go to sleep itself, and goes no further.
	 */
	loop_change(&f->ep0, on ? EPOLLIN | EPOLLWAKEUP : 0);
}

static void stall(struct functionfs *f, bool in)
{
	uint8_t nothing;

	/* The wrong direction is FunctionFS's word for it. */
	if ((in ? read(f->ep0.fd, &nothing, 0) : write(f->ep0.fd, &nothing, 0)) >= 0)
		warnx("functionfs: no stall");
}

/* Makes a system call return with EINTR. */
static void interrupt(int signal)
{
	(void)signal;
}

/*
 * The data or the status of a request, for which we have to wait. If the host has cancelled the
 * request we learn that only from its next one, so an alarm ends the wait. The freezer interrupts
 * it too, before the time is over.
 */
static bool transfer_control(struct functionfs *f, bool in, void *data, size_t len)
{
	ssize_t n;

	alarm(PATIENCE);
	do {
		n = in ? write(f->ep0.fd, data, len) : read(f->ep0.fd, data, len);
	} while (n < 0 && errno == EINTR && alarm(PATIENCE));
	alarm(0);
	if (n < 0 && errno == EINTR)
		stall(f, in);
	return n == (ssize_t)len;
}

static void complete_control(struct functionfs *f, const struct urb *urb, int status,
			     const void *data, size_t len)
{
	bool in = urb->ep & 0x80;

	f->control = false;
	listen_for_events(f, true);
	if (f->accepted)
		return;
	if (status)
		stall(f, in);
	else
		transfer_control(f, in, (void *)data, in ? len : 0);
}

/* To read the data accepts the request, so it cannot be stalled afterwards. */
static void take_control(struct functionfs *f, const uint8_t *setup)
{
	size_t length = get_le16(setup + 6);
	bool in = setup[0] & 0x80;
	struct urb *urb = new_urb(setup[0] & 0x80, length);

	memcpy(urb->setup, setup, sizeof(urb->setup));
	f->accepted = !in && length;
	if (f->accepted && !transfer_control(f, false, urb->data, length)) {
		free(urb);
		return;
	}
	f->control = true;
	usb_submit(f->modem, urb);
	if (f->control)
		listen_for_events(f, false);
}

/* Events */

/* Also after a request for an alternate setting, of which the modem has none. */
static void enable(struct functionfs *f)
{
	struct ffs_endpoint *ep;

	if (!f->enabled)
		usb_configure(f->modem, 1);
	f->enabled = true;
	reap(f);	/* those that found it off */
	for (ep = f->endpoint; ep < f->endpoint + f->endpoints; ep++)
		start(ep);
}

static void disable(struct functionfs *f)
{
	struct ffs_endpoint *ep;

	f->enabled = f->suspended = false;
	for (ep = f->endpoint; ep < f->endpoint + f->endpoints; ep++)
		ep->lent = false;
	usb_reset(f->modem);
}

/* A message that the host has not fetched yet is a reason to wake it. */
static void suspend(struct functionfs *f)
{
	struct ffs_endpoint *ep;

	f->suspended = true;
	f->waking = false;
	for (ep = f->endpoint; ep < f->endpoint + f->endpoints; ep++)
		if (ep->address & 0x80 && ep->busy)
			wake(f);
}

static void ep0_ready(struct loop_fd *io, uint32_t events)
{
	struct functionfs *f = container_of(io, struct functionfs, ep0);
	struct ffs_event event;

	(void)events;
	if (io->fd < 0 || read(io->fd, &event, sizeof(event)) != sizeof(event))
		return;
	switch (event.type) {
	case ENABLE:
		enable(f);
		break;
	case DISABLE:
		disable(f);
		break;
	case SETUP:
		take_control(f, event.setup);
		break;
	case SUSPEND:
		suspend(f);
		break;
	case RESUME:
		f->suspended = false;
		stat_inc(f->modem, resumes);
		break;
	}
}

static void complete(struct transport *t, const struct urb *urb, int status, const void *data,
		     size_t len)
{
	struct functionfs *f = container_of(t, struct functionfs, transport);
	struct ffs_endpoint *ep = f->endpoint;

	if (!(urb->ep & 0x0f)) {
		complete_control(f, urb, status, data, len);
		return;
	}
	while (ep->address != urb->ep)
		ep++;
	ep->lent = false;
	if (urb->ep & 0x80)
		write_in(ep, urb, data, len);
	else
		start(ep);
}

static void flush(struct transport *t)
{
	(void)t;
}

/* Plug and unplug */

/*
 * dummy_hcd has four bulk endpoints of fixed addresses in each direction: one pair too few for a
 * modem with five interfaces. NMEA (1), which never sends anything, has no endpoints.
 */
static void leave_out_nmea(struct usb *usb)
{
	uint8_t *desc, *next, *end = usb->config + usb->config_len;
	bool nmea = false;

	for (desc = usb->config; desc < end; desc = next) {
		next = desc + desc[0];
		if (desc[1] == INTERFACE) {
			nmea = desc[2] == 1;
			desc[4] = nmea ? 0 : desc[4];
		} else if (nmea) {
			end -= desc[0];
			memmove(desc, next, end - desc);
			next = desc;
		}
	}
	usb->config_len = end - usb->config;
}

/* Interfaces and endpoints, without the configuration descriptor and without strings. */
static int describe(struct functionfs *f)
{
	const struct usb *usb = &f->modem->usb;
	const uint8_t *desc, *first = usb->config + 9, *end = usb->config + usb->config_len;
	uint8_t buf[16 + sizeof(usb->config)], strings[16] = { MAGIC_STRINGS };
	size_t len = 16 + (end - first);
	uint32_t count = 0;

	for (desc = first; desc < end; desc += desc[0])
		count++;
	put_le32(buf, MAGIC_DESCRIPTORS);
	put_le32(buf + 4, len);
	put_le32(buf + 8, usb->speed == USB_SPEED_SUPER ? HAS_SUPER : HAS_HIGH);
	put_le32(buf + 12, count);
	memcpy(buf + 16, first, end - first);
	put_le32(strings + 4, sizeof(strings));
	if (write(f->ep0.fd, buf, len) < 0 || write(f->ep0.fd, strings, sizeof(strings)) < 0)
		return -errno;
	return 0;
}

/*
 * In the order of their descriptors. The addresses that the host sees are dummy_hcd's. Without
 * O_NONBLOCK a transfer for an endpoint that is off would block us.
 */
static int open_endpoint(struct functionfs *f, uint8_t address)
{
	struct ffs_endpoint *ep = &f->endpoint[f->endpoints];
	char path[sizeof(GADGET_FILES) + 16];

	snprintf(path, sizeof(path), GADGET_FILES "/ep%u", f->endpoints + 1);
	ep->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (ep->fd < 0)
		return -errno;
	ep->ffs = f;
	ep->address = address;
	ep->busy = 0;
	ep->lent = false;
	f->endpoints++;
	return 0;
}

static int open_endpoints(struct functionfs *f)
{
	const struct usb *usb = &f->modem->usb;
	const uint8_t *desc, *end = usb->config + usb->config_len;
	int error = 0;

	for (desc = usb->config; desc < end && !error; desc += desc[0])
		if (desc[1] == ENDPOINT)
			error = open_endpoint(f, desc[2]);
	return error;
}

static int open_function(struct functionfs *f)
{
	int error;

	f->ep0.fd = open(GADGET_FILES "/ep0", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (f->ep0.fd < 0)
		return -errno;
	loop_add(&f->ep0, 0);
	error = describe(f);
	if (!error)
		error = open_endpoints(f);
	if (!error && syscall(SYS_io_setup, 2 * ARRAY_SIZE(f->endpoint), &f->aio) < 0)
		error = -errno;
	return error;
}

/* Without the controller all transfers under way end. */
static void unplug(struct transport *t)
{
	struct functionfs *f = container_of(t, struct functionfs, transport);

	if (f->ep0.fd < 0)
		return;
	gadget_bind(false);
	if (f->aio)
		syscall(SYS_io_destroy, f->aio);
	f->aio = 0;
	while (f->endpoints)
		close(f->endpoint[--f->endpoints].fd);
	loop_del(&f->ep0);
	close(f->ep0.fd);
	f->ep0.fd = -1;
	gadget_remove();
}

static int plug(struct transport *t, enum usb_device_speed speed)
{
	struct functionfs *f = container_of(t, struct functionfs, transport);
	int error;

	if (!gadget_has_speed(speed))
		return -ENODEV;
	f->enabled = f->suspended = f->control = false;
	gadget_remove();
	leave_out_nmea(&f->modem->usb);
	error = gadget_make(f->modem);
	if (!error)
		error = open_function(f);
	if (!error)
		error = gadget_bind(true);
	if (error) {
		unplug(t);
		gadget_remove();
		return error;
	}
	listen_for_events(f, true);
	return 0;
}

struct transport *functionfs_create(struct modem *m)
{
	static struct functionfs f;
	struct sigaction action = { .sa_handler = interrupt };	/* no SA_RESTART */

	if (m->product->serial)
		errx(1, "FunctionFS leaves no gaps between interfaces, as this product has them");
	if (m->opt.halted)
		errx(1, "FunctionFS has no endpoints that come up halted");
	gadget_init();
	sigaction(SIGALRM, &action, NULL);
	f.transport = (struct transport){ plug, unplug, complete, flush };
	f.modem = m;
	f.ep0 = (struct loop_fd){ .fd = -1, .ready = ep0_ready };
	f.done = (struct loop_fd){ .ready = done_ready };
	f.done.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (f.done.fd < 0)
		err(1, "eventfd");
	loop_add(&f.done, EPOLLIN);
	return &f.transport;
}
