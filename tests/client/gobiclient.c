// SPDX-License-Identifier: GPL-2.0-only
/*
 * gobiclient: one data call by the steps of a program that was written for GobiNet. Each of its
 * clients of QMI is a file of /dev/qcqmi0. What it prints tells, line by line, what the vendor's
 * program tells of the same steps.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "call.h"
#include "device.h"
#include "network.h"
#include "qmi.h"

#define IOCTL_SERVICE	0x8be1	/* the service is the argument itself */
#define IOCTL_VIDPID	0x8be2

enum { DMS_REVISION = 0x23, UIM_CARD_STATUS = 0x2f, NAS_SERVING_SYSTEM = 0x24 };
enum { WDS_PROFILE_SETTINGS = 0x2b, WDA_GET_DATA_FORMAT = 0x21 };

#define CARD_APPLICATION	16	/* where its state is in the status of the card */
#define APPLICATION_READY	7
#define REGISTERED		1
#define ATTACHED		1
#define RADIO_LTE		8
#define CONNECTED		2

static struct device dev;
static struct settings settings;
static struct qmi_port wds4, wds6, dms, nas, uim, wda;
static struct call calls[2] = { { .port = &wds4, .family = 4 }, { .port = &wds6 } };
static const char *path = "/dev/qcqmi0";
static unsigned int pdn = 1;
static bool old, call_is_lost;

#define for_each_call(call) \
	for (call = calls; call < calls + 2; call++) \
		if (call->family)

/* --- options */

static _Noreturn void usage(FILE *out, int status)
{
	fputs("usage: gobiclient [-d DEVICE] [-n PDN] [-6] [-o]\n"
	      "  -d DEVICE  of GobiNet (/dev/qcqmi0)\n"
	      "  -n PDN     which one, and so which link (1)\n"
	      "  -6         IPv6, too\n"
	      "  -o         is an old one: asks for no WDA, tells the driver of no call\n"
	      "It hangs up on SIGTERM.\n", out);
	exit(status);
}

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "d:n:6oh")) != -1) {
		switch (c) {
		case 'd':
			path = optarg;
			break;
		case 'n':
			pdn = strtoul(optarg, NULL, 10);
			break;
		case '6':
			calls[1].family = 6;
			break;
		case 'o':
			old = dev.without_ioctl = true;
			break;
		case 'h':
			usage(stdout, 0);
		default:
			usage(stderr, 2);
		}
	}
	if (optind != argc || !pdn || pdn > LINKS_MAX)
		usage(stderr, 2);
}

/* --- files, one for each client */

static void watch(const struct qmi_message *msg)
{
	const uint8_t *status = qmi_get(msg, 0x01, 1);

	if (msg->service == QMI_WDS && msg->id == WDS_PACKET_STATUS && status &&
	    status[0] != CONNECTED)
		call_is_lost = true;
}

static void open_service(struct qmi_port *port, uint8_t service, const char *name)
{
	port->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (port->fd < 0)
		err(1, "%s", path);
	if (ioctl(port->fd, IOCTL_SERVICE, (unsigned long)service))
		err(1, "%s of %s", name, path);
	port->service = service;
	port->indication = watch;
	printf("client of %s: file %d\n", name, port->fd);
}

static void open_services(void)
{
	open_service(&wds4, QMI_WDS, "WDS");
	if (calls[1].family)
		open_service(&wds6, QMI_WDS, "WDS for IPv6");
	open_service(&dms, QMI_DMS, "DMS");
	open_service(&nas, QMI_NAS, "NAS");
	open_service(&uim, QMI_UIM, "UIM");
	if (!old)
		open_service(&wda, QMI_WDA, "WDA");
}

static void print_ids(void)
{
	uint32_t ids;

	if (ioctl(wds4.fd, IOCTL_VIDPID, &ids))
		err(1, "VID and PID of %s", path);
	printf("channel %s, modem %04x:%04x\n", path, ids >> 16, ids & 0xffff);
}

/* --- what is asked for, in the order in which it is printed */

static void ask(struct qmi_port *port, uint16_t id, struct qmi_message *rsp, const char *what)
{
	struct qmi_message req;

	qmi_begin(&req, port->service, 0, id);
	qmi_must(port, &req, rsp, what);
}

static void print_revision(void)
{
	struct qmi_message rsp;
	const uint8_t *text;

	ask(&dms, DMS_REVISION, &rsp, "GET_DEVICE_REV_ID");
	text = qmi_get(&rsp, 0x01, 1);
	if (!text)
		errx(1, "no revision");
	printf("firmware %.*s\n", text[-2] | text[-1] << 8, text);
}

/* What was agreed on before this program came. */
static void print_format(void)
{
	struct qmi_message rsp;

	if (old)
		return;
	ask(&wda, WDA_GET_DATA_FORMAT, &rsp, "GET_DATA_FORMAT");
	printf("data format: protocol %u, down %u bytes, up %u bytes and %u datagrams\n",
	       qmi_get_u32(&rsp, 0x13, 0), qmi_get_u32(&rsp, 0x16, 0),
	       qmi_get_u32(&rsp, 0x18, 0), qmi_get_u32(&rsp, 0x17, 0));
}

static void print_card(void)
{
	struct qmi_message rsp;
	const uint8_t *status;

	ask(&uim, UIM_CARD_STATUS, &rsp, "GET_CARD_STATUS");
	status = qmi_get(&rsp, 0x10, CARD_APPLICATION + 1);
	if (!status || status[CARD_APPLICATION] != APPLICATION_READY)
		errx(1, "the SIM card is not ready");
	printf("SIM card is ready\n");
}

static void print_profile(void)
{
	const uint8_t profile[] = { 0, pdn }, *apn;
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, 0, WDS_PROFILE_SETTINGS);
	qmi_put(&req, 0x01, profile, sizeof(profile));
	qmi_must(&wds4, &req, &rsp, "GET_PROFILE_SETTINGS");
	apn = qmi_get(&rsp, 0x14, 1);
	if (apn)
		printf("profile %u: %.*s\n", pdn, apn[-2] | apn[-1] << 8, apn);
	else
		printf("profile %u\n", pdn);
}

static void print_registration(void)
{
	const uint8_t *state, *network;
	struct qmi_message rsp;

	ask(&nas, NAS_SERVING_SYSTEM, &rsp, "GET_SERVING_SYSTEM");
	state = qmi_get(&rsp, 0x01, 6);
	network = qmi_get(&rsp, 0x12, 4);
	if (!state || !network || state[0] != REGISTERED || state[2] != ATTACHED)
		errx(1, "not registered");
	printf("MCC %u, MNC %u, attached, radio %u%s\n", network[0] | network[1] << 8,
	       network[2] | network[3] << 8, state[5], state[5] == RADIO_LTE ? ", LTE" : "");
}

static void print_status(const struct call *call)
{
	const uint8_t *status;
	struct qmi_message rsp;

	ask(call->port, WDS_PACKET_STATUS, &rsp, "GET_PKT_SRVC_STATUS");
	status = qmi_get(&rsp, 0x01, 1);
	printf("IPv%u %s\n", call->family,
	       status && status[0] == CONNECTED ? "connected" : "disconnected");
}

/* --- the call */

static const char *link_name(void)
{
	return dev.mode ? dev.link[pdn - 1] : dev.parent;
}

static void tell_driver(bool up)
{
	if (!old && dev.mode)
		device_set_link(&dev, pdn - 1, up);
}

static void dial(void)
{
	struct call *call;

	for_each_call(call) {
		print_status(call);
		call_prepare(call, &dev, pdn);
		print_registration();
		call_start(call, pdn);
		print_status(call);
		call_get_settings(call, &settings);
	}
}

static void set_up(const char *netdev)
{
	printf("%s up\n", netdev);
	network_set_up(netdev, true);
}

static void bring_up(void)
{
	const char *link = link_name();

	network_set_mtu(link, settings.mtu);
	set_up(dev.parent);
	if (strcmp(link, dev.parent))
		set_up(link);
	network_configure4(link, &settings);
	if (calls[1].family)
		network_configure6(link, &settings);
}

static void hang_up(void)
{
	struct call *call;

	for_each_call(call)
		call_stop(call);
	tell_driver(false);
	network_forget(link_name());
	network_set_up(link_name(), false);
}

/* --- until it is over */

static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void take(struct qmi_port *port, const struct pollfd *pollfd)
{
	if (pollfd->revents & (POLLHUP | POLLERR))
		errx(1, "the modem is gone");
	if (!(pollfd->revents & POLLIN))
		return;
	if (!qmi_fill(port))
		errx(1, "%s is closed", path);
	qmi_dispatch(port);
}

/* True if it was told to hang up, false if the call is gone. */
static bool wait_for_end(int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = wds4.fd, .events = POLLIN },
		{ .fd = calls[1].family ? wds6.fd : -1, .events = POLLIN },
		{ .fd = nas.fd, .events = POLLIN },
	};

	while (!call_is_lost) {
		if (poll(fds, 4, -1) < 0)
			err(1, "poll");
		if (fds[0].revents)
			return true;
		take(&wds4, &fds[1]);
		take(&wds6, &fds[2]);
		take(&nas, &fds[3]);
	}
	return false;
}

int main(int argc, char **argv)
{
	int signals = catch_signals();
	bool told;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	device_find(&dev);
	if (dev.mode && pdn > dev.mode)
		errx(1, "qmap_mode %u has no link %u", dev.mode, pdn);
	printf("mux id 0x%02x, link %s\n", dev.mux_id[pdn - 1], link_name());
	open_services();
	print_ids();
	print_revision();
	print_format();
	print_card();
	print_profile();
	print_registration();
	tell_driver(false);
	dial();
	tell_driver(true);
	bring_up();
	printf("connected %s\n", link_name());
	told = wait_for_end(signals);
	printf("%s\n", told ? "hanging up" : "the network has ended the call");
	hang_up();
	return !told;
}
