// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program is told what a PDN has: whenever that changes, and all of it each time, so that nothing
 * depends on what it was told before. It gets it by its environment, without a shell in between.
 */
#include "connect.h"

static void put(GPtrArray *vars, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void put(GPtrArray *vars, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_ptr_array_add(vars, g_strdup_vprintf(format, args));
	va_end(args);
}

static void put_call(GPtrArray *vars, const struct call *call)
{
	const struct settings *s = &call->settings;

	put(vars, "QMAP_IPV%u_ADDRESS=%s/%u", call->family, s->address, s->prefix);
	/* There are neighbours only behind Ethernet. */
	if (s->gateway && call->pdn->modem->ethernet)
		put(vars, "QMAP_IPV%u_GATEWAY=%s", call->family, s->gateway);
	if (s->dns[0] || s->dns[1])
		put(vars, "QMAP_IPV%u_DNS=%s%s%s", call->family, s->dns[0] ? s->dns[0] : "",
		    s->dns[0] && s->dns[1] ? " " : "", s->dns[1] ? s->dns[1] : "");
}

static void put_pdn(GPtrArray *vars, const struct pdn *pdn)
{
	put(vars, "QMAP_MODEM=%s", pdn->modem->name);
	put(vars, "QMAP_PDN=%u", pdn->number);
	put(vars, "QMAP_LINK=%s", pdn->link);
	if (pdn->apn)
		put(vars, "QMAP_APN=%s", pdn->apn);
	if (pdn->away)
		put(vars, "QMAP_NETNS=%s", pdn->netns);
	if (pdn->lan)
		put(vars, "QMAP_PASSTHROUGH=%s", pdn->lan);
}

static bool is_up(const struct pdn *pdn)
{
	const struct call *call;

	for_each_call(call, pdn)
		if (call->configured)
			return true;
	return false;
}

static char **vars_of(const struct pdn *pdn)
{
	GPtrArray *vars = g_ptr_array_new();
	const struct call *call;

	put_pdn(vars, pdn);
	if (is_up(pdn))
		put(vars, "QMAP_MTU=%u", mtu_of(pdn));
	for_each_call(call, pdn)
		if (call->configured)
			put_call(vars, call);
	g_ptr_array_add(vars, NULL);
	return (char **)g_ptr_array_free(vars, FALSE);
}

static void show(const struct modem *m, const char *event, char **vars)
{
	unsigned int i;

	if (!m->opt.dry_run && !m->opt.verbose)
		return;
	g_print("    %s %s\n", m->opt.hook, event);
	for (i = 0; vars[i]; i++)
		g_print("      %s\n", vars[i]);
}

/* None is left over from our own environment. */
static GSubprocess *spawn(const char *program, const char *event, char **vars, GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(0);
	g_auto(GStrv) before = g_listenv();
	unsigned int i;

	for (i = 0; before[i]; i++)
		if (g_str_has_prefix(before[i], "QMAP_"))
			g_subprocess_launcher_unsetenv(launcher, before[i]);
	for (i = 0; vars[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(vars[i], "=", 2);

		g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
	}
	return g_subprocess_launcher_spawn(launcher, error, program, event, NULL);
}

static void run(struct pdn *pdn, const char *event, char **vars)
{
	struct modem *m = pdn->modem;
	g_autoptr(GSubprocess) process = NULL;
	g_autoptr(GError) error = NULL;

	show(m, event, vars);
	if (m->opt.dry_run)
		return;
	process = spawn(m->opt.hook, event, vars, &error);
	if (!program_wait(m, process, NULL, &error))
		g_print("%s: %s %s: %s\n", pdn->link, m->opt.hook, event, error->message);
}

/* The same is not told twice, and nobody hears of the end of what they have not heard of. Who hangs
 * up tells of the end alone.
 */
void hook_tell(struct pdn *pdn)
{
	g_auto(GStrv) vars = vars_of(pdn);
	g_autofree char *text = is_up(pdn) ? g_strjoinv("\n", vars) : NULL;
	const struct modem *m = pdn->modem;

	if (!m->opt.hook || !g_strcmp0(text, pdn->hooked) || (text && m->leaving))
		return;
	g_free(pdn->hooked);
	pdn->hooked = g_steal_pointer(&text);
	run(pdn, pdn->hooked ? "up" : "down", vars);
}
