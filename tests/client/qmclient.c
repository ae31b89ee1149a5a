// SPDX-License-Identifier: GPL-2.0-only
/*
 * qmclient: one data call, by the steps of the vendor's connection manager.
 *
 *   call.c      dials
 *   device.c    finds the modem, asks the driver for its mode, agrees on the format of data
 *   network.c   brings the netdevs up
 *   qmi.c       talks to the modem: on its channel, or by way of qmproxy where calls are several
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
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "call.h"
#include "device.h"
#include "network.h"
#include "proxy.h"
#include "qmi.h"

enum { NAS_GET_SYS_INFO = 0x4d };
#define SERVICE_AVAILABLE	2
#define DOMAIN_PS		2	/* the bit of packet services */

#define DISCONNECTED		1

static struct device dev;
static struct qmi_port port;
static struct call calls[2];
static struct settings settings;
static unsigned int pdn = 1;
static bool call_is_lost;

#define for_each_call(call) \
	for (call = calls; call < calls + 2; call++) \
		if (call->family)

static const char *link_name(void)
{
	return dev.mode ? dev.link[pdn - 1] : dev.parent;
}

/* --- options */

static _Noreturn void usage(FILE *out, int status)
{
	fputs("usage: qmclient [-n PDN] [-4] [-6] [-i] [-s]\n"
	      "  -n PDN   which one, and so which link (1)\n"
	      "  -4, -6   the families of the call (-4)\n"
	      "  -i       links up and down by ioctl, not by sysfs\n"
	      "  -s       is an older one: asks sysfs alone for the mode, makes up the names\n"
	      "           of links, knows no 5G\n"
	      "It hangs up on SIGTERM, or when a pipe that is its standard input ends.\n", out);
	exit(status);
}

static void parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:46ish")) != -1) {
		switch (c) {
		case 'n':
			pdn = strtoul(optarg, NULL, 10);
			break;
		case '4':
			calls[0].family = 4;
			break;
		case '6':
			calls[1].family = 6;
			break;
		case 'i':
			dev.state_by_ioctl = true;
			break;
		case 's':
			dev.without_ioctl = true;
			break;
		case 'h':
			usage(stdout, 0);
		default:
			usage(stderr, 2);
		}
	}
	if (optind != argc || !pdn || pdn > LINKS_MAX)
		usage(stderr, 2);
	if (!calls[1].family)
		calls[0].family = 4;
}

/* --- the channel */

static int connect_to_proxy(void)
{
	struct sockaddr_un address;
	socklen_t len = proxy_address(&address);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, len))
		err(1, PROXY_NAME);
	return fd;
}

/* Who owns the channel starts afresh, and agrees on the format; the proxy has done both. */
static void open_channel(void)
{
	if (dev.mode > 1) {
		port.fd = connect_to_proxy();
		return;
	}
	port.fd = open(dev.channel, O_RDWR | O_CLOEXEC);
	if (port.fd < 0)
		err(1, "%s", dev.channel);
	qmi_sync(&port);
	device_negotiate(&dev, &port);
}

/* --- the network */

/* By what an answer says of one kind of radio. */
static bool is_attached(const struct qmi_message *rsp, uint8_t status_type, uint8_t system_type)
{
	const uint8_t *status = qmi_get(rsp, status_type, 1);
	const uint8_t *domain = qmi_get(rsp, system_type, 2);

	return status && status[0] == SERVICE_AVAILABLE &&
	       domain && domain[0] && domain[1] & DOMAIN_PS;
}

/* An older one has not heard of 5G. */
static const char *radio_attached(const struct qmi_message *rsp)
{
	if (!dev.without_ioctl && is_attached(rsp, 0x4a, 0x4b))
		return "5G";
	if (is_attached(rsp, 0x14, 0x19))
		return "LTE";
	if (is_attached(rsp, 0x13, 0x18))
		return "UMTS";
	return NULL;
}

static void check_registration(void)
{
	uint8_t client = qmi_client_new(&port, QMI_NAS);
	struct qmi_message req, rsp;
	const char *radio;

	qmi_begin(&req, QMI_NAS, client, NAS_GET_SYS_INFO);
	qmi_must(&port, &req, &rsp, "GET_SYS_INFO");
	radio = radio_attached(&rsp);
	printf("%s%s\n", radio ? "attached, " : "detached", radio ? radio : "");
	qmi_client_release(&port, QMI_NAS, client);
	if (!radio)
		exit(1);
}

/* --- a call */

static void watch(const struct qmi_message *msg)
{
	const uint8_t *status = qmi_get(msg, 0x01, 1);
	struct call *call;

	if (msg->service != QMI_WDS || msg->id != WDS_PACKET_STATUS || !status)
		return;
	for_each_call(call) {
		if (call->client != msg->client || !call->handle || status[0] != DISCONNECTED)
			continue;
		call->handle = 0;
		call_is_lost = true;
	}
}

static void dial(struct call *call)
{
	call->port = &port;
	call->client = qmi_client_new(&port, QMI_WDS);
	call_prepare(call, &dev, pdn);
	call_start(call, pdn);
	call_get_settings(call, &settings);
}

static void bring_up(void)
{
	const char *link = link_name();

	network_set_mtu(link, settings.mtu);
	network_set_up(dev.parent, true);
	network_set_up(link, false);
	network_set_up(link, true);
	if (calls[0].family)
		network_configure4(link, &settings);
	if (calls[1].family)
		network_configure6(link, &settings);
}

static void set_link(bool up)
{
	if (dev.mode)
		device_set_link(&dev, pdn - 1, up);
}

static void hang_up(void)
{
	struct call *call;

	for_each_call(call) {
		call_stop(call);
		qmi_client_release(&port, QMI_WDS, call->client);
	}
	set_link(false);
	network_forget(link_name());
	network_set_up(link_name(), false);
}

/* --- until it is over */

static bool stdin_is_pipe(void)
{
	struct stat st;

	return !fstat(STDIN_FILENO, &st) && S_ISFIFO(st.st_mode);
}

/* Blocked from the start, so that a signal during the set-up is kept until then. */
static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool stdin_has_ended(const struct pollfd *pollfd)
{
	char buf[256];

	return pollfd->revents && read(pollfd->fd, buf, sizeof(buf)) <= 0;
}

/* True if it was told to hang up, false if the call is gone. */
static bool wait_for_end(int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = port.fd, .events = POLLIN },
		{ .fd = stdin_is_pipe() ? STDIN_FILENO : -1, .events = POLLIN },
	};

	while (!call_is_lost) {
		if (poll(fds, 3, -1) < 0)
			err(1, "poll");
		if (fds[0].revents || stdin_has_ended(&fds[2]))
			return true;
		if (fds[1].revents && !qmi_fill(&port))
			errx(1, "the QMI channel is closed");
		qmi_dispatch(&port);
	}
	return false;
}

int main(int argc, char **argv)
{
	int signals = catch_signals();
	struct call *call;
	bool told;

	setvbuf(stdout, NULL, _IOLBF, 0);
	parse(argc, argv);
	device_find(&dev);
	if (dev.mode > 1 && pdn > dev.mode)
		errx(1, "qmap_mode %u has no link %u", dev.mode, pdn);
	if (dev.mode == 1 && pdn != 1)
		errx(1, "qmap_mode 1 has one link");
	device_disable_bridge(link_name());
	open_channel();
	check_registration();
	port.indication = watch;
	set_link(false);
	for_each_call(call)
		dial(call);
	set_link(true);
	bring_up();
	printf("connected %s\n", link_name());
	told = wait_for_end(signals);
	printf("%s\n", told ? "hanging up" : "the network has ended the call");
	hang_up();
	return !told;
}
