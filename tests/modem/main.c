// SPDX-License-Identifier: GPL-2.0-only
/*
 * qmodem: a virtual Quectel modem with QMI and QMAP, for the host it runs on.
 *
 * It is a device on vhci_hcd, or on the xHCI of QEMU through a serial port, or a gadget on
 * dummy_hcd. It answers QMI as a modem does, and carries IP packets between the USB interface and
 * one network namespace per PDN. It counts every violation of the protocols by the host.
 *
 *   usbip.c usbredir.c functionfs.c gadget.c       the bus, behind transport.h
 *   usb.c desc.c products.c                        the USB device
 *   broken.c                                       deviations of its descriptors
 *   qmi*.c       the control channel               call.c                    calls: mux id <-> PDN
 *   serial.c at.c diag.c                           the serial interfaces
 *   qmi_profile.c  profiles to dial by
 *   card.c       the SIM card
 *   uplink.c downlink.c qmap.c ethernet.c          the data channel
 *   pdn.c dhcp.c ndp.c ip.c                        the networks
 *   ctl.c script.c fault.c stats.c trace.c         control, faults and counters for tests
 *   mutate.c arrivals.c                            random transfers
 */
#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl.h"
#include "modem.h"
#include "trace.h"

static struct modem modem;

static void usage(FILE *out, int status)
{
	fprintf(out,
		"usage: qmodem [OPTION...]                     play a modem\n"
		"       qmodem ctl [-c SOCKET] COMMAND...      command a running one\n"
		"\n"
		"  -d, --product=NAME   name or product id (ec25)\n"
		"  -s, --speed=SPEED    high or super (what the product has)\n"
		"  -n, --pdns=N         number of PDNs, 1 to %d (4)\n"
		"      --networks-from=N  number of the first PDN's network (1)\n"
		"  -c, --control=PATH   control socket ($QMODEM, or else " CTL_SOCKET ")\n"
		"  -t, --trace          show what goes over the wire\n"
		"      --mtu=BYTES      the MTU that the network announces (1500)\n"
		"      --hold-us=USECS  how long a downlink aggregate waits for more (500)\n"
		"      --service-us=USECS  time that each URB takes (0)\n"
		"      --dl-size=BYTES  the longest downlink transfer WDA grants (what the product has)\n"
		"      --ul-size=BYTES  the longest uplink transfer WDA grants (8192)\n"
		"      --network=KIND   lte, nsa or sa (5G with LTE in charge, 5G alone: what 5G\n"
		"                       products have; all others know LTE)\n"
		"      --no-zlp         no zero-length transfer after a full URB\n"
		"      --unpadded       take uplink frames without padding, as in-tree drivers send them\n"
		"      --gadget         on dummy_hcd, which can sleep and wake up\n"
		"      --halted         bulk endpoints come up halted\n"
		"      --twin           QMI interface with 2 endpoints only\n"
		"      --usb-mode=MODE  ecm, mbim or rndis in the place of qmi\n"
		"      --vid=ID --pid=ID  other USB ids\n"
		"\nproducts:\n", PDN_MAX);
	product_list(out);
	fprintf(out, "\ncommands:\n%s", ctl_help);
	exit(status);
}

static unsigned int number(const char *text, int base, unsigned long min, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(text, &end, base);

	if (!*text || *end || n < min || n > max)
		errx(1, "%s: not a number from %lu to %lu", text, min, max);
	return n;
}

static enum usb_device_speed speed(const char *text)
{
	if (!strcmp(text, "high"))
		return USB_SPEED_HIGH;
	if (!strcmp(text, "super"))
		return USB_SPEED_SUPER;
	errx(1, "%s: speed is high or super", text);
}

struct settings {
	const char *product, *control;
	unsigned int networks_from, pdns, service_us;
};

enum {
	NETWORKS_FROM = 256, MTU, HOLD, SERVICE, DL_SIZE, UL_SIZE, NO_ZLP, UNPADDED, GADGET, HALTED,
	TWIN, USB_MODE, VID, PID, NETWORK_KIND,
};

static enum network network(const char *text)
{
	if (!strcmp(text, "lte"))
		return NETWORK_LTE;
	if (!strcmp(text, "nsa"))
		return NETWORK_NSA;
	if (!strcmp(text, "sa"))
		return NETWORK_SA;
	errx(1, "%s: the network is lte, nsa or sa", text);
}

static void set_option(int c, const char *arg, struct settings *set, struct options *opt)
{
	switch (c) {
	case 'd':
		set->product = arg;
		break;
	case 's':
		opt->speed = speed(arg);
		break;
	case 'n':
		set->pdns = number(arg, 10, 1, PDN_MAX);
		break;
	case NETWORKS_FROM:
		set->networks_from = number(arg, 10, 1, UINT8_MAX - PDN_MAX);
		break;
	case 'c':
		set->control = arg;
		break;
	case 't':
		trace_enable(true);
		break;
	case MTU:
		opt->mtu = number(arg, 10, 576, 65535);
		break;
	case HOLD:
		opt->hold_us = number(arg, 10, 0, 1000000);
		break;
	case SERVICE:
		set->service_us = number(arg, 10, 0, 10000000);
		break;
	case DL_SIZE:
		opt->dl_size = number(arg, 10, 2048, DOWNLINK_SIZE_MAX);
		break;
	case UL_SIZE:
		opt->ul_size = number(arg, 10, 2048, 8192);
		break;
	case NO_ZLP:
		opt->no_zlp = true;
		break;
	case UNPADDED:
		opt->unpadded = true;
		break;
	case GADGET:
		opt->gadget = true;
		break;
	case HALTED:
		opt->halted = true;
		break;
	case TWIN:
		opt->twin = true;
		break;
	case USB_MODE:
		if (!usb_mode_find(arg, &opt->usb_mode))
			errx(1, "%s: no such USB mode", arg);
		break;
	case VID:
		opt->vid = number(arg, 16, 1, 0xffff);
		break;
	case PID:
		opt->pid = number(arg, 16, 0, 0xffff);
		break;
	case NETWORK_KIND:
		opt->network = network(arg);
		break;
	case 'h':
		usage(stdout, 0);
		break;
	default:
		usage(stderr, 2);
	}
}

static void parse(int argc, char **argv, struct settings *set, struct options *opt)
{
	static const struct option options[] = {
		{ "product", required_argument, NULL, 'd' },
		{ "speed", required_argument, NULL, 's' },
		{ "pdns", required_argument, NULL, 'n' },
		{ "networks-from", required_argument, NULL, NETWORKS_FROM },
		{ "control", required_argument, NULL, 'c' },
		{ "trace", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ "mtu", required_argument, NULL, MTU },
		{ "hold-us", required_argument, NULL, HOLD },
		{ "service-us", required_argument, NULL, SERVICE },
		{ "dl-size", required_argument, NULL, DL_SIZE },
		{ "ul-size", required_argument, NULL, UL_SIZE },
		{ "no-zlp", no_argument, NULL, NO_ZLP },
		{ "unpadded", no_argument, NULL, UNPADDED },
		{ "gadget", no_argument, NULL, GADGET },
		{ "halted", no_argument, NULL, HALTED },
		{ "twin", no_argument, NULL, TWIN },
		{ "usb-mode", required_argument, NULL, USB_MODE },
		{ "vid", required_argument, NULL, VID },
		{ "pid", required_argument, NULL, PID },
		{ "network", required_argument, NULL, NETWORK_KIND },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "d:s:n:c:th", options, NULL)) != -1)
		set_option(c, optarg, set, opt);
	if (optind != argc)
		usage(stderr, 2);
}

/* Options that were not given follow from the product. */
static void choose_product(struct modem *m, const char *name)
{
	m->product = product_find(name);
	if (!m->product)
		errx(1, "%s: no such product, see --help", name);
	if (m->opt.network > NETWORK_LTE && !m->product->v5)
		errx(1, "%s: no 5G in this product", name);
	if (!m->opt.vid)
		m->opt.vid = m->product->vid;
	if (!m->opt.pid)
		m->opt.pid = m->product->pid;
	if (!m->opt.speed)
		m->opt.speed = m->product->super ? USB_SPEED_SUPER : USB_SPEED_HIGH;
}

static void signal_ready(struct loop_fd *io, uint32_t events)
{
	(void)io, (void)events;
	loop_stop();
}

/* Signals end the loop, so that the exit cleans up. */
static void catch_signals(void)
{
	static struct loop_fd io = { .ready = signal_ready };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	io.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (io.fd < 0)
		err(1, "signalfd");
	loop_add(&io, EPOLLIN);
}

static void after_events(void *arg)
{
	struct modem *m = arg;

	downlink_run(m);
	m->usb.transport->flush(m->usb.transport);
}

/* At every exit, also after an error. The TUN devices end with the process. */
static void clean_up(void)
{
	usb_unplug(&modem);
	pdn_destroy(&modem);
}

static const char *default_control(void)
{
	const char *path = getenv("QMODEM");

	return path ? path : CTL_SOCKET;
}

static int control(int argc, char **argv)
{
	const char *path = default_control();
	int c;

	while ((c = getopt(argc, argv, "+c:")) != -1) {
		if (c != 'c')
			usage(stderr, 2);
		path = optarg;
	}
	if (optind == argc)
		usage(stderr, 2);
	return ctl_command(path, argv + optind);
}

static struct transport *create_transport(struct modem *m)
{
	struct transport *t;

	if (m->opt.gadget)
		return functionfs_create(m);
	t = usbredir_create(m);
	return t ? t : usbip_create(m);
}

int main(int argc, char **argv)
{
	struct settings set = {
		.product = "ec25", .control = default_control(), .networks_from = 1, .pdns = 4,
	};
	struct modem *m = &modem;
	int error;

	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return control(argc - 1, argv + 1);
	m->opt = (struct options){ .hold_us = 500, .mtu = 1500 };
	parse(argc, argv, &set, &m->opt);
	choose_product(m, set.product);
	setvbuf(stderr, NULL, _IOLBF, 0);
	loop_init();
	m->usb.transport = create_transport(m);
	catch_signals();
	ctl_listen(m, set.control);
	modem_init(m);
	m->downlink.service.usecs = m->uplink.service.usecs = set.service_us;
	atexit(clean_up);
	pdn_create(m, set.networks_from, set.pdns);
	profile_init(m);
	modem_reset(m);
	error = usb_plug(m);
	if (error)
		errx(1, "the bus has no free port of this speed: %s", strerror(-error));
	printf("ready\n");
	fflush(stdout);
	loop_run(after_events, m);
	ctl_close(set.control);
	return 0;
}
