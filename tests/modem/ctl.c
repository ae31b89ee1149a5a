// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket: one message is one command (words, each ended by a NUL), one message is
 * its answer ("ok" or "error", a newline, text).
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "arrivals.h"
#include "broken.h"
#include "ctl.h"
#include "modem.h"
#include "mutate.h"
#include "script.h"
#include "trace.h"
#include "util.h"

#define MESSAGE_MAX	(192 * 1024)
#define WORDS_MAX	512

const char ctl_help[] =
	"  stats                    counters, one \"name value\" a line\n"
	"  reset-stats              all counters to 0\n"
	"  forgive NAME             print the count of this violation and set it to 0\n"
	"  plug, unplug             appear on the bus (as after a reboot), disappear\n"
	"  broken [NAME...]         deviate from the descriptors in these ways (broken.c lists them)\n"
	"  revoke                   QMI restarts: all clients end, and the host is told so\n"
	"  usb-mode qmi|ecm|mbim|rndis  from the next plug on\n"
	"  usb-id VID:PID           from the next plug on\n"
	"  quit                     disappear and end\n"
	"  format PROTOCOL [SIZE]   as WDA would agree on it: none, qmap or qmapv5, or UP/DOWN\n"
	"                           where they differ, and the most bytes of a downlink transfer\n"
	"  call PDN MUX 4|6         a data call without dialling\n"
	"  drop PDN [4|6]           the network ends the calls of a PDN\n"
	"  renumber PDN N           the next calls have 10.64.PDN.N and 2001:db8:PDN:N::2 (N: 4 to 254)\n"
	"  mtu BYTES                the network's MTU, for the calls that are up, too\n"
	"  refuse PDN 4|6 CAUSE     the network refuses such calls, with this cause of 3GPP; 0: no more\n"
	"  registration home|roaming|denied|searching\n"
	"                           what the network says to the modem\n"
	"  card ready|absent|PIN    the SIM card: without PIN, taken out, or with this PIN\n"
	"  flow MUX on|off          QMAP command: the host may, or may not, send for a mux id\n"
	"  inject HEX               send these bytes as one transfer\n"
	"  send WORD...             send one transfer made of:\n"
	"       udp:PDN:LEN         a good frame, UDP to the host's port 9, LEN bytes of IP\n"
	"       hex:BYTES           these bytes\n"
	"       badmux:LEN          a frame for mux id fe\n"
	"       badpad:LEN          a frame with a padding of 63\n"
	"       notip:LEN           a frame of zeros\n"
	"       badtype:LEN         a frame with a QMAPv5 header of unknown type\n"
	"       zero                a frame without packet\n"
	"       short               half a header\n"
	"       overrun:LEN         a frame that claims LEN bytes more than it has\n"
	"       cmd:NAME            a command frame, disable, enable or a number\n"
	"       (nothing)           a zero-length transfer\n"
	"  mutate COUNT SEED        send mutated transfers; every fourth one is good\n"
	"  fail in|out ERROR [N]    the next N URBs (1) end with this error\n"
	"  babble [N]               fail with EOVERFLOW\n"
	"  stall in|out             halt an endpoint until the host clears it\n"
	"  silence in|out on|off    URBs stay pending\n"
	"  forget                   the host controller does not tell what was in URBs that it takes back,\n"
	"                           until it was a part of a transfer whose rest is still to come\n"
	"  fail|silence control[:REQUEST] ...\n"
	"                           the same for control requests, or for those with this\n"
	"                           bRequest; until unplugged; can be ordered before a plug\n"
	"  service USECS            time that each URB takes\n"
	"  trace on|off             show what goes over the wire\n";

struct command {
	struct modem *m;
	char **word;		/* [0] is the verb; NULL after the last */
	unsigned int words;
	FILE *out;
	bool stops;		/* the modem is to end */
};

struct verb {
	const char *name;
	unsigned int min, max;	/* words after the verb */
	/* NULL, or what is wrong */
	const char *(*run)(struct command *c);
};

static struct loop_fd listener;
static struct modem *modem;

/* Words to values */

static bool is_on(const char *word, bool *on)
{
	*on = !strcmp(word, "on");
	return *on || !strcmp(word, "off");
}

static bool is_number(const char *word, unsigned long max, unsigned long *number)
{
	char *end;

	*number = strtoul(word, &end, 0);
	return *word && !*end && *number <= max;
}

/* "control" or "control:REQUEST" */
static struct fault *control_fault(struct modem *m, const char *word)
{
	struct fault *fault = &m->usb.control_fault;
	const char *request = word + strlen("control");
	unsigned long number = 0;

	if (strncmp(word, "control", strlen("control")))
		return NULL;
	if (*request && (*request != ':' || !is_number(request + 1, UINT8_MAX, &number)))
		return NULL;
	fault->narrow = *request;
	fault->request = number;
	return fault;
}

/* The endpoint and its faults: "in", "out", or words of control_fault(). */
static struct fault *direction(struct modem *m, const char *word, uint8_t *ep)
{
	if (!strcmp(word, "in")) {
		*ep = m->usb.ep_in;
		return &m->downlink.fault;
	}
	if (!strcmp(word, "out")) {
		*ep = m->usb.ep_out;
		return &m->uplink.fault;
	}
	*ep = 0;
	return control_fault(m, word);
}

/* Verbs */

static const char *stats(struct command *c)
{
	stats_print(c->m, c->out);
	return NULL;
}

static const char *reset_stats(struct command *c)
{
	stats_reset(c->m);
	return NULL;
}

static const char *forgive(struct command *c)
{
	uint64_t count;

	if (!violations_forgive(c->m, c->word[1], &count))
		return "no such violation";
	fprintf(c->out, "%" PRIu64 "\n", count);
	return NULL;
}

static const char *plug(struct command *c)
{
	if (c->m->usb.plugged)
		return "plugged already";
	modem_reset(c->m);
	return usb_plug(c->m) ? "no free port" : NULL;
}

static const char *unplug(struct command *c)
{
	if (!c->m->usb.plugged)
		return "not plugged";
	usb_unplug(c->m);
	return NULL;
}

static const char *revoke_clients(struct command *c)
{
	qmi_client_revoke_all(c->m);
	return NULL;
}

static const char no_gadget[] = "not as a gadget: its bus and standard requests are the kernel's";

static const char *broken(struct command *c)
{
	if (c->m->opt.gadget)
		return no_gadget;
	return broken_set(c->word + 1);
}

static const char *usb_mode(struct command *c)
{
	if (c->m->usb.plugged)
		return "not while plugged";
	return usb_mode_find(c->word[1], &c->m->opt.usb_mode) ? NULL : "no such USB mode";
}

static const char *usb_id(struct command *c)
{
	if (c->m->usb.plugged)
		return "not while plugged";
	if (sscanf(c->word[1], "%4hx:%4hx", &c->m->opt.vid, &c->m->opt.pid) != 2)
		return "VID:PID, as lsusb has it";
	return NULL;
}

static const char *quit(struct command *c)
{
	c->stops = true;
	return NULL;
}

static bool is_protocol(const char *word, size_t len, uint32_t *protocol)
{
	static const struct { const char *name; uint32_t value; } protocols[] = {
		{ "none", AGGREGATION_NONE }, { "qmap", AGGREGATION_QMAP },
		{ "qmapv5", AGGREGATION_QMAPV5 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protocols); i++) {
		*protocol = protocols[i].value;
		if (len == strlen(protocols[i].name) && !memcmp(word, protocols[i].name, len))
			return true;
	}
	return false;
}

static const char *format(struct command *c)
{
	struct data_format wanted = { .link = LINK_IP };
	size_t up = strcspn(c->word[1], "/");
	const char *down = c->word[1][up] ? c->word[1] + up + 1 : c->word[1];
	unsigned long size = 0;

	if (!is_protocol(c->word[1], up, &wanted.ul_protocol) ||
	    !is_protocol(down, strlen(down), &wanted.dl_protocol))
		return "the protocol is none, qmap or qmapv5";
	if (c->words > 2 && !is_number(c->word[2], DOWNLINK_SIZE_MAX, &size))
		return "no such size";
	wanted.dl_size = size;
	wda_agree(c->m, &wanted);
	if (c->m->format.dl_protocol != wanted.dl_protocol ||
	    c->m->format.ul_protocol != wanted.ul_protocol)
		return "not with this product";
	return NULL;
}

static struct pdn *pdn_of(struct modem *m, const char *word)
{
	unsigned long number;

	return is_number(word, UINT8_MAX, &number) ? pdn_find(m, number) : NULL;
}

static bool is_family(const char *word, unsigned long *family)
{
	return is_number(word, 6, family) && (*family == 4 || *family == 6);
}

static const char *call(struct command *c)
{
	struct pdn *pdn = pdn_of(c->m, c->word[1]);
	unsigned long mux_id, family;
	struct qmi_client *client;

	if (!pdn || !is_number(c->word[2], 255, &mux_id) || !is_family(c->word[3], &family))
		return "call PDN MUX 4|6";
	if (pdn->call[family == 6].up || call_find(c->m, mux_id, family))
		return "PDN or mux id has a call already";
	client = qmi_client_add(c->m, QMI_WDS);
	if (!client)
		return "too many clients";
	client->mux_id = mux_id;
	client->family = family;
	c->m->calls.known_mux[mux_id] = true;
	call_begin(c->m, &pdn->call[family == 6], client);
	call_report(c->m);
	return NULL;
}

static const char *drop(struct command *c)
{
	struct pdn *pdn = pdn_of(c->m, c->word[1]);
	unsigned int i, dropped = 0;
	unsigned long family = 0;

	if (!pdn)
		return "no such PDN";
	if (c->words > 2 && !is_family(c->word[2], &family))
		return "the family is 4 or 6";
	for (i = 0; i < 2; i++) {
		if (!pdn->call[i].up || (family && pdn->call[i].family != family))
			continue;
		call_end(c->m, &pdn->call[i], CALL_END_NETWORK);
		dropped++;
	}
	call_report(c->m);
	return dropped ? NULL : "no such call is up";
}

static const char *renumber(struct command *c)
{
	struct pdn *pdn = pdn_of(c->m, c->word[1]);
	unsigned long last;

	if (!pdn || !is_number(c->word[2], 254, &last) || last < 4)
		return "renumber PDN N, from 4 to 254";
	pdn->renumbered = last;
	return NULL;
}

static const char *mtu(struct command *c)
{
	unsigned long bytes;

	if (!is_number(c->word[1], 65535, &bytes) || bytes < 576)
		return "mtu BYTES, from 576 to 65535";
	c->m->opt.mtu = bytes;
	wds_indicate_change(c->m);
	return NULL;
}

static const char *refuse(struct command *c)
{
	struct pdn *pdn = pdn_of(c->m, c->word[1]);
	unsigned long family, cause;

	if (!pdn || !is_family(c->word[2], &family) || !is_number(c->word[3], 255, &cause))
		return "refuse PDN 4|6 CAUSE";
	pdn->call[family == 6].refusal = cause;
	return NULL;
}

static const char *registration(struct command *c)
{
	if (!nas_set_stance(c->m, c->word[1]))
		return "registration home|roaming|denied|searching";
	nas_report(c->m);
	call_report(c->m);
	return NULL;
}

static bool is_pin(const char *word)
{
	size_t len = strlen(word);

	return len >= 4 && len <= CARD_PIN_MAX && strspn(word, "0123456789") == len;
}

static const char *card(struct command *c)
{
	const char *word = c->word[1];
	struct card *card = &c->m->card;

	if (strcmp(word, "ready") && strcmp(word, "absent") && !is_pin(word))
		return "card ready|absent|PIN";
	*card = (struct card){ .absent = !strcmp(word, "absent") };
	if (is_pin(word))
		strcpy(card->pin, word);
	card_power_on(card);
	nas_update(c->m);
	uim_report(c->m);
	nas_report(c->m);
	call_report(c->m);
	return NULL;
}

static const char *flow(struct command *c)
{
	unsigned long mux_id;
	bool on;

	if (!is_number(c->word[1], 255, &mux_id) || !is_on(c->word[2], &on))
		return "flow MUX on|off";
	if (!c->m->format.dl_protocol)
		return "QMAP was not agreed on";
	downlink_flow(c->m, mux_id, on);
	return NULL;
}

static const char *inject(struct command *c)
{
	return script_hex(c->m, c->word[1]);
}

static const char *send_words(struct command *c)
{
	return script_send(c->m, c->word + 1);
}

static const char *mutate(struct command *c)
{
	unsigned long count, seed;

	if (!is_number(c->word[1], ULONG_MAX, &count) || !is_number(c->word[2], UINT32_MAX, &seed))
		return "mutate COUNT SEED";
	if (!call_first(c->m, 4) || !call_first(c->m, 6))
		return "needs a call of each family";
	arrivals_watch(c->m, seed);
	mutate_start(c->m, count, seed);
	return NULL;
}

/* URBs that waited may go on now. The downlink checks that itself, after each batch of events. */
static void run_endpoints(struct modem *m)
{
	usb_run_control(m);
	uplink_run(m);
}

static const char *fail_next(struct command *c, const char *which, const char *error,
			     const char *count)
{
	unsigned long n = 1;
	uint8_t ep;
	struct fault *fault = direction(c->m, which, &ep);

	if (!fault || !fault_errno(error) || (count && !is_number(count, 1000000, &n)))
		return "fail in|out|control ERROR [N]";
	if (c->m->opt.gadget && (ep || fault_errno(error) != -EPIPE))
		return no_gadget;
	fault->status = fault_errno(error);
	fault->count = n;
	run_endpoints(c->m);
	return NULL;
}

static const char *fail(struct command *c)
{
	return fail_next(c, c->word[1], c->word[2], c->word[3]);
}

static const char *babble(struct command *c)
{
	return fail_next(c, "in", "EOVERFLOW", c->word[1]);
}

static const char *stall(struct command *c)
{
	uint8_t ep;

	if (!direction(c->m, c->word[1], &ep) || !ep)
		return "stall in|out";
	if (c->m->opt.gadget)
		return no_gadget;
	usb_halt(c->m, ep);
	return NULL;
}

static const char *silence(struct command *c)
{
	uint8_t ep;
	struct fault *fault = direction(c->m, c->word[1], &ep);
	bool on;

	if (!fault || !is_on(c->word[2], &on))
		return "silence in|out|control on|off";
	fault->silent = on;
	run_endpoints(c->m);
	return NULL;
}

static const char *forget(struct command *c)
{
	c->m->downlink.forgetful = true;
	return NULL;
}

static const char *service(struct command *c)
{
	unsigned long usecs;

	if (!is_number(c->word[1], 10000000, &usecs))
		return "service USECS";
	c->m->downlink.service.usecs = usecs;
	c->m->uplink.service.usecs = usecs;
	return NULL;
}

static const char *trace(struct command *c)
{
	bool on;

	if (!is_on(c->word[1], &on))
		return "trace on|off";
	trace_enable(on);
	return NULL;
}

static const char *help(struct command *c)
{
	fputs(ctl_help, c->out);
	return NULL;
}

static const struct verb verbs[] = {
	{ "stats", 0, 0, stats },
	{ "reset-stats", 0, 0, reset_stats },
	{ "forgive", 1, 1, forgive },
	{ "plug", 0, 0, plug },
	{ "unplug", 0, 0, unplug },
	{ "broken", 0, DEVIATIONS_MAX, broken },
	{ "revoke", 0, 0, revoke_clients },
	{ "usb-mode", 1, 1, usb_mode },
	{ "usb-id", 1, 1, usb_id },
	{ "quit", 0, 0, quit },
	{ "format", 1, 2, format },
	{ "call", 3, 3, call },
	{ "drop", 1, 2, drop },
	{ "renumber", 2, 2, renumber },
	{ "mtu", 1, 1, mtu },
	{ "refuse", 3, 3, refuse },
	{ "registration", 1, 1, registration },
	{ "card", 1, 1, card },
	{ "flow", 2, 2, flow },
	{ "inject", 1, 1, inject },
	{ "send", 0, WORDS_MAX, send_words },
	{ "mutate", 2, 2, mutate },
	{ "fail", 2, 3, fail },
	{ "babble", 0, 1, babble },
	{ "stall", 1, 1, stall },
	{ "silence", 2, 2, silence },
	{ "forget", 0, 0, forget },
	{ "service", 1, 1, service },
	{ "trace", 1, 1, trace },
	{ "help", 0, 0, help },
};

static const char *run(struct command *c)
{
	const struct verb *v;

	for (v = verbs; v < verbs + ARRAY_SIZE(verbs); v++) {
		if (!c->words || strcmp(v->name, c->word[0]))
			continue;
		if (c->words - 1 < v->min || c->words - 1 > v->max)
			return "wrong number of words";
		return v->run(c);
	}
	return "no such command";
}

/* In the modem */

/* Whether the modem is to end. */
static bool answer(int fd, char *message, size_t len)
{
	char *word[WORDS_MAX + 2] = { NULL }, *text, *end = message + len;
	struct command c = { .m = modem, .word = word };
	const char *problem;
	size_t size;

	for (; message < end && c.words <= WORDS_MAX; message += strlen(message) + 1)
		word[c.words++] = message;
	c.out = open_memstream(&text, &size);
	if (!c.out)
		err(1, "open_memstream");
	fputs("ok\n", c.out);
	problem = run(&c);
	if (problem) {
		rewind(c.out);
		fprintf(c.out, "error\n%s: %s\n", c.words ? word[0] : "", problem);
	}
	fclose(c.out);
	/* Whoever does not wait for the answer does not get it. */
	if (send(fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		warn("ctl: answer");
	free(text);
	return c.stops;
}

struct connection {
	struct loop_fd io;
	bool stops;
};

/*
 * The other end closes first, also of one that asks for the end: Linux 7.3 loses an answer now and
 * then if the socket is closed behind it.
 */
static void connection_ready(struct loop_fd *io, uint32_t events)
{
	struct connection *connection = container_of(io, struct connection, io);
	static char message[MESSAGE_MAX + 1];
	ssize_t len = recv(io->fd, message, MESSAGE_MAX, MSG_DONTWAIT);

	(void)events;
	if (len > 0) {
		message[len] = 0;
		connection->stops = answer(io->fd, message, len);
		return;
	}
	if (connection->stops)
		loop_stop();
	loop_del(io);
	close(io->fd);
	free(connection);
}

static void listener_ready(struct loop_fd *io, uint32_t events)
{
	int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *connection;

	(void)events;
	if (fd < 0)
		return;
	connection = malloc(sizeof(*connection));
	if (!connection)
		err(1, "malloc");
	*connection = (struct connection){ .io = { .fd = fd, .ready = connection_ready } };
	loop_add(&connection->io, EPOLLIN);
}

static int open_socket(const char *path, struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	if (strlen(path) >= sizeof(address->sun_path))
		errx(1, "%s: name too long", path);
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(address->sun_path, path);
	return fd;
}

void ctl_listen(struct modem *m, const char *path)
{
	struct sockaddr_un address;
	int fd = open_socket(path, &address), probe = open_socket(path, &address);

	if (!connect(probe, (struct sockaddr *)&address, sizeof(address)))
		errx(1, "%s: another modem is there", path);
	close(probe);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
		err(1, "%s", path);
	modem = m;
	listener = (struct loop_fd){ .fd = fd, .ready = listener_ready };
	loop_add(&listener, EPOLLIN);
}

void ctl_close(const char *path)
{
	close(listener.fd);
	unlink(path);
}

/* In "qmodem ctl" */

static size_t join(char *message, char *const words[])
{
	size_t len = 0;

	for (; *words; words++) {
		size_t size = strlen(*words) + 1;

		if (len + size > MESSAGE_MAX)
			errx(1, "ctl: command too long");
		memcpy(message + len, *words, size);
		len += size;
	}
	return len;
}

int ctl_command(const char *path, char *const words[])
{
	static char message[MESSAGE_MAX + 1];
	struct sockaddr_un address;
	int fd = open_socket(path, &address);
	size_t len = join(message, words);
	ssize_t n;
	bool ok;

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "%s: no modem there", path);
	if (send(fd, message, len, 0) < 0)
		err(1, "send");
	n = recv(fd, message, MESSAGE_MAX, 0);
	if (n < 0)
		err(1, "no answer");
	if (!n)
		errx(1, "no answer");
	message[n] = 0;
	ok = !strncmp(message, "ok\n", 3);
	fputs(strchr(message, '\n') + 1, ok ? stdout : stderr);
	return !ok;
}
