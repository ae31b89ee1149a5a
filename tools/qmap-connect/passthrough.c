// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passthrough: a host on a LAN has the address of a call, without NAT and without a bridge.
 *
 *   network -- wwan0.1, no address -- this machine -- LAN -- host, 10.64.1.2 and 2001:db8:1::/64
 *
 * A routing table of its own leads from and to the address, whatever else this machine routes.
 * To the host this machine is the gateway: it answers ARP for all that is not on the LAN.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"

#define LAN_ADDRESS	"169.254.1.1"	/* a server of DHCP has an address */

/* --- addresses of the LAN */

/* The whole of it is the host's: networks give each call a /64. */
char *prefix6(const char *address)
{
	char text[INET6_ADDRSTRLEN] = "PREFIX";
	struct in6_addr in;

	if (inet_pton(AF_INET6, address, &in) == 1) {
		memset(&in.s6_addr[8], 0, 8);
		inet_ntop(AF_INET6, &in, text, sizeof(text));
	}
	return g_strdup(text);
}

static bool is_within(const char *prefix, const char *address)
{
	g_autofree char *other = address ? prefix6(address) : NULL;

	return !g_strcmp0(prefix, other);
}

static bool has_address4(const char *netdev)
{
	struct ifaddrs *all, *one;
	bool found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (one = all; one; one = one->ifa_next)
		found |= one->ifa_addr && one->ifa_addr->sa_family == AF_INET &&
			 !strcmp(one->ifa_name, netdev);
	freeifaddrs(all);
	return found;
}

/* --- forwarding */

static void set(struct pdn *pdn, const char *value, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void set(struct pdn *pdn, const char *value, const char *format, ...)
{
	struct modem *m = pdn->modem;
	g_autofree char *name = NULL, *path = NULL;
	va_list args;

	va_start(args, format);
	name = g_strdup_vprintf(format, args);
	va_end(args);
	path = g_strdup_printf("/proc/sys/net/%s", name);
	if (!m->opt.dry_run)
		face_remember(m->sysctl, SYSCTLS_MAX, path);
	face_write(m, path, value);
}

/* IPv6 has one switch for the whole machine, which moves those of all netdevs: it comes last, and
 * goes back first.
 */
static void allow_forwarding(struct pdn *pdn, unsigned int family)
{
	set(pdn, "1", "ipv%u/conf/%s/forwarding", family, pdn->link);
	set(pdn, "1", "ipv%u/conf/%s/forwarding", family, pdn->lan);
	if (family == 6) {
		set(pdn, "1", "ipv6/conf/all/forwarding");
		return;
	}
	set(pdn, "1", "ipv4/conf/%s/proxy_arp", pdn->lan);
	set(pdn, "0", "ipv4/neigh/%s/proxy_delay", pdn->lan);
}

/* --- addresses, routes, rules */

static void put_rules(GString *commands, const char *verb, const struct pdn *pdn,
		      const char *prefix, unsigned int len)
{
	static const char * const ways[] = { "from", "to" };
	g_autofree char *number = g_strdup_printf("%u", metric_of(pdn));
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(ways); i++)
		g_string_append_printf(commands, "rule %s priority %s %s %s/%u lookup %s\n", verb,
				       number, ways[i], prefix, len,
				       pdn->table ? pdn->table : number);
}

static void put_route(GString *commands, const char *verb, const struct pdn *pdn,
		      const char *to, const char *netdev)
{
	g_string_append_printf(commands, "route %s %s dev %s table ", verb, to, netdev);
	if (pdn->table)
		g_string_append_printf(commands, "%s\n", pdn->table);
	else
		g_string_append_printf(commands, "%u\n", metric_of(pdn));
}

static void put4(GString *commands, const char *verb, const struct call *call)
{
	const char *address = call->settings.address;
	const struct pdn *pdn = call->pdn;

	put_route(commands, verb, pdn, address, pdn->lan);
	put_route(commands, verb, pdn, "default", pdn->link);
	put_rules(commands, verb, pdn, address, 32);
}

/* This machine has the network's address on the LAN, from which dnsmasq takes the prefix. */
static void put6(GString *commands, const char *verb, const struct call *call)
{
	const struct settings *s = &call->settings;
	g_autofree char *prefix = prefix6(s->address);
	g_autofree char *all = g_strdup_printf("%s/64", prefix);
	const struct pdn *pdn = call->pdn;

	put_route(commands, verb, pdn, all, pdn->lan);
	if (is_within(prefix, s->gateway))
		put_route(commands, verb, pdn, s->gateway, pdn->link);
	put_route(commands, verb, pdn, "default", pdn->link);
	put_rules(commands, verb, pdn, prefix, 64);
	g_string_append_printf(commands, "address %s %s/64 dev %s%s\n", verb, s->address, pdn->lan,
			       strcmp(verb, "add") ? "" : " nodad noprefixroute");
}

static char *put_all(const char *verb, const struct call *call)
{
	GString *commands = g_string_new(NULL);

	if (call->family == 6)
		put6(commands, verb, call);
	else
		put4(commands, verb, call);
	return g_string_free(commands, FALSE);
}

static char *lan_address(const char *verb, const struct pdn *pdn)
{
	return g_strdup_printf("address %s " LAN_ADDRESS "/32 dev %s\n", verb, pdn->lan);
}

static char *number_lan(struct pdn *pdn)
{
	g_autofree char *command = lan_address("add", pdn);

	if (pdn->lan_numbered || has_address4(pdn->lan))
		return NULL;
	pdn->lan_numbered = true;
	return ip_run(pdn->modem, 4, false, command);
}

/* --- the way back, for the next one if we are killed: a line for each thing to do */

static void put_undo(GString *text, const struct pdn *pdn)
{
	const struct call *call;

	for_each_call(call, pdn) {
		g_autofree char *commands = NULL;
		g_auto(GStrv) lines = NULL;
		unsigned int i;

		if (call->server)
			g_string_append_printf(text, "pid %s\n",
					       g_subprocess_get_identifier(call->server));
		if (!call->configured)
			continue;
		commands = put_all("del", call);
		lines = g_strsplit(commands, "\n", 0);
		for (i = 0; lines[i] && *lines[i]; i++)
			g_string_append_printf(text, "ip %u %s\n", call->family, lines[i]);
	}
	if (pdn->lan_numbered) {
		g_autofree char *command = lan_address("del", pdn);

		g_string_append_printf(text, "ip 4 %s", command);
	}
}

static char *undo_path(const struct modem *m)
{
	return g_strdup_printf(RUN_DIR "/%s.passthrough", m->name);
}

void passthrough_save(struct modem *m)
{
	g_autofree char *path = undo_path(m);
	g_autoptr(GString) text = g_string_new(NULL);
	const struct face *face;
	const struct pdn *pdn;

	if (m->opt.dry_run)
		return;
	for_each_pdn(pdn, m)
		if (pdn->lan)
			put_undo(text, pdn);
	for (face = m->sysctl + SYSCTLS_MAX - 1; face >= m->sysctl; face--)
		if (face->path)
			g_string_append_printf(text, "sysctl %s %s", face->path, face->before);
	if (text->len)
		g_file_set_contents(path, text->str, text->len, NULL);
	else
		unlink(path);
}

static bool is_dnsmasq(int pid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/comm", pid), *name = NULL;

	return g_file_get_contents(path, &name, NULL, NULL) && !strcmp(name, "dnsmasq\n");
}

static void undo(struct modem *m, const char *line)
{
	char path[256], value[16];
	unsigned int family;
	int pid, at;

	if (sscanf(line, "ip %u %n", &family, &at) == 1)
		g_free(ip_run(m, family, true, line + at));
	else if (sscanf(line, "sysctl %255s %15s", path, value) == 2)
		face_write(m, path, value);
	else if (sscanf(line, "pid %d", &pid) == 1 && is_dnsmasq(pid))
		kill(pid, SIGTERM);
}

/* Once, before anything is done. */
void passthrough_recover(struct modem *m)
{
	g_autofree char *path = undo_path(m), *text = NULL;
	g_auto(GStrv) lines = NULL;
	unsigned int i;

	if (m->recovered || m->opt.dry_run)
		return;
	m->recovered = true;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	lines = g_strsplit(text, "\n", 0);
	for (i = 0; lines[i]; i++)
		undo(m, lines[i]);
	unlink(path);
}

/* --- a call */

char *passthrough_add(struct call *call)
{
	g_autofree char *commands = put_all("add", call);
	struct pdn *pdn = call->pdn;
	char *problem = NULL;

	allow_forwarding(pdn, call->family);
	if (call->family == 4)
		problem = number_lan(pdn);
	if (!problem)
		problem = ip_run(pdn->modem, call->family, false, commands);
	passthrough_save(pdn->modem);
	if (!problem)
		dnsmasq_serve(call);
	return problem;
}

/* dnsmasq stays: the host keeps its lease until the next call gives it another address. */
void passthrough_del(struct call *call)
{
	g_autofree char *commands = put_all("del", call);

	g_free(ip_run(modem_of(call), call->family, true, commands));
	passthrough_save(modem_of(call));
}

void passthrough_end(struct modem *m)
{
	struct pdn *pdn;
	struct call *call;

	for_each_pdn(pdn, m) {
		for_each_call(call, pdn)
			dnsmasq_stop(call);
		if (pdn->lan_numbered) {
			g_autofree char *command = lan_address("del", pdn);

			g_free(ip_run(m, 4, true, command));
		}
		pdn->lan_numbered = false;
	}
	faces_restore(m->sysctl, SYSCTLS_MAX);
	if (m->recovered)
		passthrough_save(m);
}
