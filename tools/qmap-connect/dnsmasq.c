// SPDX-License-Identifier: GPL-2.0-only
/* dnsmasq tells the host of a passthrough its address by DHCP, and its prefix by router
 * advertisements: one process for each call.
 */
#include <arpa/inet.h>
#include <string.h>

#include "connect.h"

#define LEASE		"2m"		/* the shortest that it gives */
#define RENEWAL		"15"		/* seconds: the next call may have another address */
#define RESTART_SECONDS	10

/* --- the host's network */

static in_addr_t mask_of(unsigned int prefix)
{
	return prefix ? htonl(~0u << (32 - prefix)) : 0;
}

static char *text4(in_addr_t address)
{
	struct in_addr in = { address };

	return g_strdup(inet_ntoa(in));
}

/* Address and gateway as a host wants them: in the same network, and neither its first nor its
 * last address. Where the network gives no such gateway any one does, as nobody else is asked.
 */
static char *gateway4(const struct settings *s, unsigned int *prefix)
{
	in_addr_t address = inet_addr(s->address), mask = mask_of(s->prefix), first;
	in_addr_t gateway = s->gateway ? inet_addr(s->gateway) : INADDR_NONE;

	*prefix = s->prefix;
	if (address == INADDR_NONE ||	/* in a dry run */
	    (s->prefix <= 30 && gateway != address && !((gateway ^ address) & mask)))
		return g_strdup(s->gateway);
	for (*prefix = 30; ; (*prefix)--) {
		mask = mask_of(*prefix);
		if ((address & ~mask) && (address & ~mask) != ~mask)
			break;
	}
	first = htonl(ntohl(address & mask) + 1);
	return text4(first == address ? htonl(ntohl(first) + 1) : first);
}

/* --- configuration */

static void put_servers(GString *config, const struct settings *s, bool ipv6)
{
	unsigned int i;

	if (!s->dns[0] && !s->dns[1])
		return;
	g_string_append_printf(config, "dhcp-option=option%s:dns-server", ipv6 ? "6" : "");
	for (i = 0; i < 2; i++)
		if (s->dns[i])
			g_string_append_printf(config, ipv6 ? ",[%s]" : ",%s", s->dns[i]);
	g_string_append_c(config, '\n');
}

static void config4(GString *config, const struct call *call)
{
	const char *address = call->settings.address, *lan = call->pdn->lan;
	g_autofree char *gateway = NULL, *mask = NULL;
	unsigned int prefix;

	gateway = gateway4(&call->settings, &prefix);
	mask = text4(mask_of(prefix));
	g_string_append_printf(config, "shared-network=%s,%s\n", lan, address);
	g_string_append_printf(config, "dhcp-range=%s,%s,%s," LEASE "\n", address, address, mask);
	g_string_append_printf(config, "dhcp-option=option:router,%s\n", gateway);
	g_string_append_printf(config, "dhcp-option=option:mtu,%u\n", mtu_of(call->pdn));
	g_string_append(config, "dhcp-option=option:T1," RENEWAL "\n");
	g_string_append(config, "dhcp-authoritative\nleasefile-ro\nno-ping\n");
	put_servers(config, &call->settings, false);
}

/* It has no address in it, so that dnsmasq is there when that changes, and takes the old prefix
 * back. What the host sends to others in the prefix comes to us, too.
 */
static void config6(GString *config, const struct call *call)
{
	const char *lan = call->pdn->lan;

	g_string_append_printf(config, "dhcp-range=::,constructor:%s,ra-only,off-link,64," LEASE
			       "\n", lan);
	g_string_append_printf(config, "enable-ra\nra-param=%s,mtu:%u,30,120\n", lan,
			       mtu_of(call->pdn));
	put_servers(config, &call->settings, true);
}

static char *config_of(const struct call *call)
{
	GString *config = g_string_new("port=0\npid-file\nbind-interfaces\n");

	g_string_append_printf(config, "interface=%s\n", call->pdn->lan);
	if (call->family == 6)
		config6(config, call);
	else
		config4(config, call);
	return g_string_free(config, FALSE);
}

/* --- the process */

void dnsmasq_stop(struct call *call)
{
	g_autoptr(GSubprocess) server = g_steal_pointer(&call->server);

	g_clear_pointer(&call->served, g_free);
	if (call->server_timer)
		g_source_remove(call->server_timer);
	call->server_timer = 0;
	if (!server)
		return;
	/* It has nothing to put away, and what does not answer would not end by SIGTERM. */
	g_subprocess_force_exit(server);
	g_subprocess_wait(server, NULL, NULL);
}

static gboolean start_again(gpointer data);

static void ended(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autofree char *messages = NULL;
	struct call *call = data;

	g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, NULL, &messages, NULL);
	if (call->server != G_SUBPROCESS(source))
		return;
	g_clear_object(&call->server);
	g_print("%s: dnsmasq has ended%s%s\n", call->pdn->link, messages && *messages ? ":" : "",
		messages ? g_strdelimit(g_strchomp(messages), "\n", ' ') : "");
	call->server_timer = g_timeout_add_seconds(RESTART_SECONDS, start_again, call);
}

static void start(struct call *call)
{
	GSubprocessFlags flags = G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
				 G_SUBPROCESS_FLAGS_STDOUT_SILENCE;

	call->server = g_subprocess_new(flags, NULL, "dnsmasq", "--keep-in-foreground",
					"--conf-file=-", NULL);
	if (call->server)
		g_subprocess_communicate_utf8_async(call->server, call->served, NULL, ended, call);
	passthrough_save(modem_of(call));
}

static gboolean start_again(gpointer data)
{
	struct call *call = data;

	call->server_timer = 0;
	start(call);
	return G_SOURCE_REMOVE;
}

static void show(const struct modem *m, const char *config)
{
	g_auto(GStrv) lines = g_strsplit(config, "\n", 0);
	unsigned int i;

	if (!m->opt.dry_run && !m->opt.verbose)
		return;
	g_print("    dnsmasq --keep-in-foreground --conf-file=-\n");
	for (i = 0; lines[i]; i++)
		if (*lines[i])
			g_print("      %s\n", lines[i]);
}

static void say_by_hand(const struct call *call)
{
	const struct settings *s = &call->settings;
	const struct pdn *pdn = call->pdn;
	g_autofree char *gateway = NULL, *prefix = NULL;
	unsigned int len;

	if (call->family == 6) {
		prefix = prefix6(s->address);
		g_print("%s: no dnsmasq: give the host on %s an address of %s/64, by hand\n",
			pdn->link, pdn->lan, prefix);
		return;
	}
	gateway = gateway4(s, &len);
	g_print("%s: no dnsmasq: give the host on %s %s/%u and gateway %s, by hand\n", pdn->link,
		pdn->lan, s->address, len, gateway);
}

/* One that is told the same already goes on as it is. */
void dnsmasq_serve(struct call *call)
{
	struct modem *m = modem_of(call);
	char *config = config_of(call);

	if (!g_strcmp0(config, call->served)) {
		g_free(config);
		return;
	}
	dnsmasq_stop(call);
	call->served = config;
	show(m, config);
	if (m->opt.dry_run)
		return;
	if (has_program("dnsmasq"))
		start(call);
	else
		say_by_hand(call);
}
