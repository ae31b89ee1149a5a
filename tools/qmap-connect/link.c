// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, routes and namespaces, by iproute2's ip; DNS, by whoever has it on this machine. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"

#define METRIC_BASE	700

/* --- ip */

static void show_commands(const struct modem *m, const char *netns, unsigned int family,
			  const char *commands)
{
	g_auto(GStrv) lines = g_strsplit(commands, "\n", 0);
	unsigned int i;

	if (!m->opt.dry_run && !m->opt.verbose)
		return;
	for (i = 0; lines[i]; i++)
		if (*lines[i])
			g_print("    ip %s%s%s%s%s\n", netns ? "-n " : "", netns ? netns : "",
				netns ? " " : "", family == 6 ? "-6 " : "", lines[i]);
}

static GSubprocess *spawn(const char *netns, unsigned int family, bool force, GError **error)
{
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE;
	const char *args[9] = { "ip" };
	unsigned int n = 1;

	if (netns) {
		args[n++] = "-n";
		args[n++] = netns;
	}
	if (family == 6)
		args[n++] = "-6";
	if (force)
		args[n++] = "-force";
	args[n++] = "-batch";
	args[n++] = "-";
	return g_subprocess_newv(args, flags, error);
}

/* "RTNETLINK answers: File exists" of the first line is what matters. */
static char *first_line(const char *text)
{
	return text && *text ? g_strndup(text, strcspn(text, "\n")) : g_strdup("ip has failed");
}

/* One process for all lines. @family: where the lines do not tell. @force: what fails is passed
 * over.
 */
static char *run(const struct modem *m, const char *netns, unsigned int family, bool force,
		 const char *commands)
{
	g_autofree char *messages = NULL;
	g_autoptr(GSubprocess) ip = NULL;
	g_autoptr(GError) error = NULL;

	show_commands(m, netns, family, commands);
	if (m->opt.dry_run)
		return NULL;
	ip = spawn(netns, family, force, &error);
	if (!ip || !g_subprocess_communicate_utf8(ip, commands, NULL, NULL, &messages, &error))
		return g_strdup(error->message);
	if (force || g_subprocess_get_successful(ip))
		return NULL;
	return first_line(messages);
}

static const char *netns_of(const struct pdn *pdn)
{
	return pdn->away ? pdn->netns : NULL;
}

static char *on_link(const struct pdn *pdn, bool force, const GString *commands)
{
	return run(pdn->modem, netns_of(pdn), 0, force, commands->str);
}

char *ip_run(const struct modem *m, unsigned int family, bool force, const char *commands)
{
	return run(m, NULL, family, force, commands);
}

/* --- the link as a whole */

static char *move_away(struct pdn *pdn)
{
	g_autoptr(GString) commands = g_string_new(NULL);
	char *problem;

	g_string_printf(commands, "link set dev %s netns %s\n", pdn->link, pdn->netns);
	problem = on_link(pdn, false, commands);
	pdn->away = !problem;
	return problem;
}

/* A link that is down has no routes. Addresses come from QMI, so that the kernel shall make none,
 * and without an address it asks no router.
 */
char *link_prepare(struct pdn *pdn)
{
	g_autoptr(GString) commands = g_string_new(NULL);

	if (pdn->netns && !pdn->away) {
		char *problem = move_away(pdn);

		if (problem)
			return problem;
	}
	if (pdn->no_address)
		return NULL;
	g_string_append_printf(commands, "link set dev %s down\n", pdn->link);
	g_string_append_printf(commands, "address flush dev %s\n", pdn->link);
	g_string_append_printf(commands, "link set dev %s addrgenmode none\n", pdn->link);
	return on_link(pdn, true, commands);
}

void link_restore(struct pdn *pdn)
{
	g_autoptr(GString) commands = g_string_new(NULL);

	if (!pdn->away && !netdev_exists(pdn->link))
		return;
	if (!pdn->no_address)
		g_string_append_printf(commands, "link set dev %s addrgenmode eui64\n",
				       pdn->link);
	if (pdn->away)
		g_string_append_printf(commands, "link set dev %s netns %d\n", pdn->link,
				       getpid());
	g_free(on_link(pdn, true, commands));
	pdn->away = false;
}

char *link_set_mtu(struct modem *m, const char *name, unsigned int mtu)
{
	g_autofree char *command = g_strdup_printf("link set dev %s mtu %u\n", name, mtu);

	return ip_run(m, 0, false, command);
}

/* As it was before. Links bring it up by themselves. */
void netdev_down(struct modem *m)
{
	g_autofree char *command = g_strdup_printf("link set dev %s down\n", m->name);

	if (netdev_exists(m->name))
		g_free(ip_run(m, 0, true, command));
}

/* --- addresses and routes */

unsigned int mtu_of(const struct pdn *pdn)
{
	const struct call *call;
	unsigned int mtu = pdn->mtu;

	for_each_call(call, pdn)
		if (call->settings.mtu && (!mtu || call->settings.mtu < mtu))
			mtu = call->settings.mtu;
	return mtu ? mtu : 1500;
}

/* Those of WiFi and Ethernet are less and so preferred; wwan1 comes after all of wwan0. */
unsigned int metric_of(const struct pdn *pdn)
{
	const char *name = pdn->modem->name;
	unsigned int number = strtoul(name + strcspn(name, "0123456789"), NULL, 10) % 10;

	return pdn->metric ? pdn->metric : METRIC_BASE + 10 * number + pdn->number;
}

static void put_route(GString *commands, const char *verb, const struct call *call)
{
	const struct pdn *pdn = call->pdn;

	if (pdn->no_route || pdn->modem->opt.no_route)
		return;
	g_string_append_printf(commands, "route %s %s ", verb,
			       call->family == 6 ? "::/0" : "default");
	/* There are neighbours only behind Ethernet. */
	if (pdn->modem->ethernet && call->settings.gateway)
		g_string_append_printf(commands, "via %s ", call->settings.gateway);
	g_string_append_printf(commands, "dev %s metric %u", pdn->link, metric_of(pdn));
	if (pdn->table)
		g_string_append_printf(commands, " table %s", pdn->table);
	g_string_append_c(commands, '\n');
}

static void put_address(GString *commands, const char *verb, const struct call *call)
{
	const struct settings *s = &call->settings;

	g_string_append_printf(commands, "address %s %s/%u dev %s%s\n", verb, s->address, s->prefix,
			       call->pdn->link,
			       call->family == 6 && !strcmp(verb, "add") ? " nodad" : "");
}

/* Whoever has the addresses begins when there is a carrier, and begins anew when it has been
 * away. So it comes when each call has had its try, and goes with the first call that ends. A hook
 * is told instead.
 */
static bool begins_with_carrier(const struct pdn *pdn)
{
	return pdn->no_address && !pdn->modem->opt.hook;
}

char *link_configure(struct call *call)
{
	g_autoptr(GString) commands = g_string_new(NULL);
	struct pdn *pdn = call->pdn;
	char *problem;

	call->configured = true;
	if (pdn->no_address) {
		if (!begins_with_carrier(pdn))
			driver_link_state(pdn, true);
		g_string_printf(commands, "link set dev %s mtu %u\n", pdn->link, mtu_of(pdn));
		return on_link(pdn, false, commands);
	}
	driver_link_state(pdn, true);
	g_string_append_printf(commands, "link set dev %s up mtu %u\n", pdn->link, mtu_of(pdn));
	if (!pdn->lan) {
		put_address(commands, "add", call);
		put_route(commands, "append", call);
	}
	problem = on_link(pdn, false, commands);
	return problem || !pdn->lan ? problem : passthrough_add(call);
}

void link_announce(struct pdn *pdn)
{
	if (!pdn->no_address)
		return;
	driver_bridge_ipv4(pdn);
	driver_link_state(pdn, true);
}

static bool is_last(const struct call *call)
{
	const struct call *other = &call->pdn->call[call->family == 4];

	return !other->configured;
}

void link_unconfigure(struct call *call)
{
	g_autoptr(GString) commands = g_string_new(NULL);
	struct pdn *pdn = call->pdn;

	if (!call->configured)
		return;
	call->configured = false;
	if (pdn->lan) {
		passthrough_del(call);
	} else {
		put_route(commands, "del", call);
		put_address(commands, "del", call);
	}
	if (is_last(call))
		g_string_append_printf(commands, "link set dev %s down\n", pdn->link);
	if (!pdn->no_address && (pdn->away || netdev_exists(pdn->link)))
		g_free(on_link(pdn, true, commands));
	if ((begins_with_carrier(pdn) || is_last(call)) && netdev_exists(pdn->modem->name))
		driver_link_state(pdn, false);
}

bool settings_equal(const struct settings *a, const struct settings *b)
{
	return !g_strcmp0(a->address, b->address) && !g_strcmp0(a->gateway, b->gateway) &&
	       !g_strcmp0(a->dns[0], b->dns[0]) && !g_strcmp0(a->dns[1], b->dns[1]) &&
	       a->prefix == b->prefix && a->mtu == b->mtu;
}

void settings_clear(struct settings *s)
{
	g_free(s->address);
	g_free(s->gateway);
	g_free(s->dns[0]);
	g_free(s->dns[1]);
	memset(s, 0, sizeof(*s));
}

/* --- DNS */

/* What fails for a link that is gone is not worth a line. */
static void run_dns(const struct pdn *pdn, const char *const *args, const char *input)
{
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE |
				 G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
				 G_SUBPROCESS_FLAGS_STDERR_SILENCE;
	g_autofree char *command = g_strjoinv(" ", (char **)args);
	g_autoptr(GSubprocess) process = NULL;
	g_autoptr(GError) error = NULL;
	struct modem *m = pdn->modem;

	if (m->opt.dry_run || m->opt.verbose)
		g_print("    %s\n", command);
	if (m->opt.dry_run)
		return;
	process = g_subprocess_newv(args, flags, &error);
	if (!program_wait(m, process, input, &error) && netdev_exists(pdn->link))
		g_print("%s: %s: %s\n", pdn->link, command, error->message);
}

static GPtrArray *servers_of(const struct pdn *pdn)
{
	GPtrArray *servers = g_ptr_array_new();
	const struct call *call;
	unsigned int i;

	for_each_call(call, pdn)
		for (i = 0; i < 2; i++)
			if (call->configured && call->settings.dns[i])
				g_ptr_array_add(servers, call->settings.dns[i]);
	return servers;
}

bool has_program(const char *name)
{
	g_autofree char *path = g_find_program_in_path(name);

	return path;
}

static void tell_resolved(const struct pdn *pdn, const GPtrArray *servers)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new();
	unsigned int i;

	g_ptr_array_add(args, "resolvectl");
	g_ptr_array_add(args, servers->len ? "dns" : "revert");
	g_ptr_array_add(args, (gpointer)pdn->link);
	for (i = 0; i < servers->len; i++)
		g_ptr_array_add(args, g_ptr_array_index(servers, i));
	g_ptr_array_add(args, NULL);
	run_dns(pdn, (const char *const *)args->pdata, NULL);
}

static void tell_resolvconf(const struct pdn *pdn, const GPtrArray *servers)
{
	g_autofree char *record = g_strdup_printf("%s.qmap-connect", pdn->link);
	const char *args[] = { "resolvconf", servers->len ? "-a" : "-d", record, NULL };
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned int i;

	for (i = 0; i < servers->len; i++)
		g_string_append_printf(text, "nameserver %s\n",
				       (char *)g_ptr_array_index(servers, i));
	run_dns(pdn, args, text->str);
}

/* The line of the PDN has them in any case. In a namespace this is the user's business. */
void link_tell_dns(struct pdn *pdn)
{
	g_autoptr(GPtrArray) servers = servers_of(pdn);

	if (pdn->modem->opt.no_dns || pdn->no_address || pdn->netns || pdn->lan)
		return;
	if (!servers->len && !pdn->dns_set)
		return;
	if (!access("/run/systemd/resolve", F_OK) && has_program("resolvectl"))
		tell_resolved(pdn, servers);
	else if (has_program("resolvconf"))
		tell_resolvconf(pdn, servers);
	pdn->dns_set = servers->len;
}
