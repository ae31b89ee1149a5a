// SPDX-License-Identifier: GPL-2.0-only
/* Options and signals. */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "connect.h"

static struct modem modem;
static const char *config;
static gboolean status, version;

static const GOptionEntry entries[] = {
	{ "interface", 'i', 0, G_OPTION_ARG_STRING, &modem.opt.interface,
	  "The modem's netdev (the first one)", "NAME" },
	{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "PDNs and settings", "FILE" },
	{ "pin", 0, 0, G_OPTION_ARG_STRING, &modem.opt.pin, "PIN of the SIM card", "PIN" },
	{ "roaming", 0, 0, G_OPTION_ARG_NONE, &modem.opt.roaming, "Dial abroad, too", NULL },
	{ "no-route", 0, 0, G_OPTION_ARG_NONE, &modem.opt.no_route, "Set no routes", NULL },
	{ "no-dns", 0, 0, G_OPTION_ARG_NONE, &modem.opt.no_dns,
	  "Tell nobody of DNS servers", NULL },
	{ "netns", 0, 0, G_OPTION_ARG_STRING, &modem.opt.netns,
	  "Move the links to this network namespace", "NAME" },
	{ "passthrough", 0, 0, G_OPTION_ARG_STRING, &modem.opt.lan,
	  "A host on this netdev has the address of the call", "LAN" },
	{ "hook", 0, 0, G_OPTION_ARG_FILENAME, &modem.opt.hook,
	  "Run this whenever a PDN has changed", "PROGRAM" },
	{ "once", 0, 0, G_OPTION_ARG_NONE, &modem.opt.once,
	  "End when a call is refused or has ended", NULL },
	{ "status", 0, 0, G_OPTION_ARG_NONE, &status,
	  "Print what the one that is running has, as JSON", NULL },
	{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &modem.opt.dry_run,
	  "Print what would be done, and do nothing", NULL },
	{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &modem.opt.verbose,
	  "Print what is done, message by message", NULL },
	{ "version", 'V', 0, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL }
};

static const char keys[] =
	"Keys: user, pass, auth=none|pap|chap|both, ip=4|6|46, profile, mtu, metric, table,\n"
	"route=no, address=no, netns, passthrough, mux.\n"
	"PDN N is on wwan0.N, or on wwan0 in qmap_mode 1.\n";

static int usage(const char *problem)
{
	g_printerr("qmap-connect: %s\nqmap-connect --help tells more.\n", problem);
	return EXIT_USAGE;
}

static char *parse_options(int *argc, char ***argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("[N:]APN[,KEY=VALUE]...");
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(context, "Data calls over a modem of the driver qmap_wwan.");
	g_option_context_set_description(context, keys);
	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, argc, argv, &error))
		return NULL;
	return g_strdup(error->message);
}

static char *parse_pdns(int argc, char **argv)
{
	char *problem = config ? config_read(&modem, config) : NULL;
	struct pdn *pdn;
	int i;

	for (i = 1; i < argc && !problem; i++)
		problem = pdn_parse(&modem, argv[i]);
	if (problem)
		return problem;
	for_each_pdn(pdn, &modem)
		return NULL;
	return g_strdup("no APN");
}

static gboolean terminated(gpointer data)
{
	modem_leave(&modem, 0);
	return G_SOURCE_CONTINUE;
}

static gboolean start(gpointer data)
{
	modem_start(&modem);
	if (modem.opt.dry_run)
		g_main_loop_quit(modem.loop);
	return G_SOURCE_REMOVE;
}

/* libqmi warns of a driver that it does not know, each time. */
static void log_libqmi(const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
	if (modem.opt.verbose && level <= G_LOG_LEVEL_WARNING)
		g_printerr("libqmi: %s\n", text);
}

static int run(void)
{
	g_log_set_handler("Qmi", G_LOG_LEVEL_MASK, log_libqmi, NULL);
	modem.loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGINT, terminated, NULL);
	g_unix_signal_add(SIGTERM, terminated, NULL);
	g_unix_signal_add(SIGHUP, terminated, NULL);
	signal(SIGPIPE, SIG_IGN);	/* who reads our output may end before us */
	g_idle_add(start, NULL);
	g_main_loop_run(modem.loop);
	g_main_loop_unref(modem.loop);
	passthrough_end(&modem);	/* the modem may have been gone at the end */
	status_remove(&modem);
	return modem.status;
}

int main(int argc, char **argv)
{
	g_autofree char *problem = NULL;

	setlocale(LC_ALL, "");
	setvbuf(stdout, NULL, _IOLBF, 0);
	problem = parse_options(&argc, &argv);
	if (problem)
		return usage(problem);
	if (version) {
		printf("qmap-connect %s\n", VERSION);
		return 0;
	}
	if (status)
		return status_print(modem.opt.interface);
	problem = parse_pdns(argc, argv);
	return problem ? usage(problem) : run();
}
