// SPDX-License-Identifier: GPL-2.0-only
/* What others are told: a line for each PDN, a file for --status, systemd. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "connect.h"

static const char * const modem_states[] = { "absent", "opening", "ready", "closing" };
static const char * const call_states[] = { "down", "dialling", "up", "ending" };

/* --- one qmap-connect for each modem */

static char *run_path(const char *name, const char *suffix)
{
	return g_strdup_printf(RUN_DIR "/%s.%s", name, suffix);
}

/* Held as long as the descriptor is open. -EWOULDBLOCK: somebody else has it. Who only looks
 * whether it is held holds it for a moment, too.
 */
int status_lock(const char *name)
{
	g_autofree char *path = run_path(name, "lock");
	int fd, error, tries;

	mkdir(RUN_DIR, 0755);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	for (tries = 0; tries < 5; tries++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		g_usleep(20000);
	}
	error = errno;
	close(fd);
	return -error;
}

static bool is_served(const char *name)
{
	g_autofree char *path = run_path(name, "lock");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;

	if (fd >= 0)
		close(fd);
	return held;
}

/* --- JSON */

static void put_text(GString *out, const char *key, const char *text)
{
	g_string_append_printf(out, "\"%s\": ", key);
	if (!text) {
		g_string_append(out, "null");
		return;
	}
	g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(out, '\\');
		if ((unsigned char)*text < ' ')
			g_string_append_printf(out, "\\u%04x", *text);
		else
			g_string_append_c(out, *text);
	}
	g_string_append_c(out, '"');
}

static void put_dns(GString *out, const struct settings *s)
{
	g_string_append(out, ", \"dns\": [");
	if (s->dns[0])
		g_string_append_printf(out, "\"%s\"", s->dns[0]);
	if (s->dns[1])
		g_string_append_printf(out, "%s\"%s\"", s->dns[0] ? ", " : "", s->dns[1]);
	g_string_append(out, "]");
}

static void put_settings(GString *out, const struct settings *s)
{
	g_autofree char *address = g_strdup_printf("%s/%u", s->address, s->prefix);

	g_string_append(out, ", ");
	put_text(out, "address", address);
	g_string_append(out, ", ");
	put_text(out, "gateway", s->gateway);
	put_dns(out, s);
	g_string_append_printf(out, ", \"mtu\": %u", s->mtu);
}

static void put_call(GString *out, const struct call *call)
{
	g_string_append_printf(out, "        { \"family\": %u, ", call->family);
	put_text(out, "state", call_states[call->state]);
	if (call->state == CALL_UP) {
		put_settings(out, &call->settings);
	} else {
		g_string_append(out, ", ");
		put_text(out, "reason", call->reason);
	}
	g_string_append(out, " }");
}

static void put_pdn(GString *out, const struct pdn *pdn)
{
	const struct call *call;
	const char *comma = "\n";

	g_string_append_printf(out, "    { \"pdn\": %u, ", pdn->number);
	put_text(out, "apn", pdn->apn);
	g_string_append(out, ", ");
	put_text(out, "link", pdn->link);
	g_string_append(out, ", ");
	put_text(out, "netns", pdn->away ? pdn->netns : NULL);
	g_string_append(out, ", ");
	put_text(out, "passthrough", pdn->lan);
	g_string_append_printf(out, ", \"mux_id\": %u,\n      \"calls\": [", pdn->mux_id);
	for_each_call(call, pdn) {
		g_string_append(out, comma);
		put_call(out, call);
		comma = ",\n";
	}
	g_string_append(out, "\n      ] }");
}

static GString *json(const struct modem *m)
{
	GString *out = g_string_new("{\n  ");
	const struct pdn *pdn;
	const char *comma = "\n";

	put_text(out, "modem", m->name);
	g_string_append(out, ", ");
	put_text(out, "state", modem_states[m->state]);
	g_string_append(out, ",\n  ");
	put_text(out, "said", m->told);
	g_string_append(out, ",\n  ");
	put_text(out, "network", m->network);
	g_string_append_printf(out, ",\n  \"qmap_mode\": %u, ", m->mode);
	put_text(out, "protocol", words_of_protocol(m->format.protocol));
	g_string_append_printf(out, ",\n  \"downlink_bytes\": %u, ", m->format.dl_size);
	g_string_append_printf(out, "\"uplink_bytes\": %u, ", m->format.ul_size);
	g_string_append_printf(out, "\"uplink_frames\": %u", m->format.ul_datagrams);
	g_string_append(out, ",\n  \"pdns\": [");
	for_each_pdn(pdn, m) {
		g_string_append(out, comma);
		put_pdn(out, pdn);
		comma = ",\n";
	}
	g_string_append(out, "\n  ]\n}\n");
	return out;
}

void status_changed(struct modem *m)
{
	g_autofree char *path = run_path(m->name, "status");
	g_autoptr(GString) text = NULL;

	if (m->opt.dry_run || m->lock < 0)
		return;
	text = json(m);
	g_file_set_contents(path, text->str, text->len, NULL);
}

/* The file is true as long as somebody holds the lock. */
int status_print(const char *interface)
{
	const char *name = interface ? interface : "wwan0";
	g_autofree char *path = run_path(name, "status"), *text = NULL;

	if (!is_served(name)) {
		printf("{\n  \"modem\": \"%s\", \"state\": \"not served\"\n}\n", name);
		return EXIT_ABSENT;
	}
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return EXIT_ABSENT;
	fputs(text, stdout);
	return 0;
}

void status_remove(struct modem *m)
{
	g_autofree char *path = run_path(m->name, "status");

	if (m->lock >= 0 && !m->opt.dry_run)
		unlink(path);
}

/* --- systemd: a datagram to the socket that it has named */

void notify_service(const char *format, ...)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = g_getenv("NOTIFY_SOCKET");
	g_autofree char *text = NULL;
	va_list args;
	int fd;

	if (!path || strlen(path) >= sizeof(address.sun_path))
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		*address.sun_path = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&address,
	       offsetof(struct sockaddr_un, sun_path) + strlen(path));
	close(fd);
}

/* --- a line for each PDN */

/* Each call has come up, or was refused. */
static bool is_settled(const struct pdn *pdn, bool *any)
{
	const struct call *call;

	for_each_call(call, pdn) {
		*any |= call->state == CALL_UP;
		if (call->state != CALL_UP && !call->refused)
			return false;
	}
	return true;
}

static void print_line(const struct pdn *pdn)
{
	g_autoptr(GString) dns = g_string_new(NULL);
	const struct call *call;
	unsigned int i, mtu = 0;

	g_print("%s: %s", pdn->link, pdn->apn ? pdn->apn : "connected");
	for_each_call(call, pdn) {
		if (call->state != CALL_UP)
			continue;
		g_print(", %s/%u", call->settings.address, call->settings.prefix);
		mtu = call->settings.mtu;
		for (i = 0; i < 2 && call->settings.dns[i]; i++)
			g_string_append_printf(dns, " %s", call->settings.dns[i]);
	}
	g_print(", MTU %u, DNS%s", mtu, dns->len ? dns->str : " none");
	if (pdn->away)
		g_print(", in namespace %s", pdn->netns);
	if (pdn->lan)
		g_print(", for the host on %s", pdn->lan);
	g_print("\n");
}

/* systemd goes on when each PDN has had its try and one is connected. */
static void announce(struct modem *m)
{
	const struct pdn *pdn;
	bool any = false;

	for_each_pdn(pdn, m)
		if (!is_settled(pdn, &any))
			return;
	if (any && !m->announced)
		notify_service("READY=1\nSTATUS=connected");
	m->announced |= any;
}

void pdn_announce(struct pdn *pdn)
{
	bool any = false;

	if (pdn->told || !is_settled(pdn, &any) || !any)
		return;
	pdn->told = true;
	link_announce(pdn);
	if (pdn->modem->opt.dry_run)
		return;
	print_line(pdn);
	announce(pdn->modem);
}
