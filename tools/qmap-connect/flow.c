// SPDX-License-Identifier: GPL-2.0-only
/* Steps one after the other. */
#include "connect.h"

struct asked {
	struct flow *flow;
	unsigned int serial;
};

static void end(struct flow *flow, const char *problem)
{
	flow->step = NULL;
	flow->serial++;
	flow->done(flow, problem);
}

static void run(struct flow *flow)
{
	flow->serial++;
	if (flow->step->name)
		flow->step->run(flow);
	else
		end(flow, NULL);
}

void flow_start(struct flow *flow, const struct step *steps,
		void (*done)(struct flow *flow, const char *problem))
{
	flow->step = steps;
	flow->done = done;
	run(flow);
}

void flow_stop(struct flow *flow)
{
	flow->step = NULL;
	flow->serial++;
}

void flow_next(struct flow *flow)
{
	flow->step++;
	run(flow);
}

void flow_again(struct flow *flow)
{
	run(flow);
}

/* Who hangs up leaves nothing out because something before it has failed. */
void flow_fail(struct flow *flow, const char *format, ...)
{
	g_autofree char *text = NULL, *problem = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	problem = g_strdup_printf("%s: %s", flow->step->name, text);
	if (flow->thorough)
		flow_next(flow);
	else
		end(flow, problem);
}

bool flow_is_at(const struct flow *flow, void (*run)(struct flow *flow))
{
	return flow->step && flow->step->run == run;
}

gpointer flow_ask(struct flow *flow)
{
	struct asked *asked = g_new(struct asked, 1);

	*asked = (struct asked){ flow, flow->serial };
	return asked;
}

struct flow *flow_answered(gpointer data)
{
	struct asked asked = *(struct asked *)data;

	g_free(data);
	return asked.serial == asked.flow->serial ? asked.flow : NULL;
}

/* The modem was asked, whether or not the flow still waits. */
struct modem *flow_modem(gpointer data)
{
	const struct asked *asked = data;

	return asked->flow->modem;
}

/* A result that nobody takes is freed with its task. */
void flow_next_anyhow(GObject *source, GAsyncResult *result, gpointer asked)
{
	struct flow *flow = flow_answered(asked);

	if (flow)
		flow_next(flow);
}

static bool shows(const struct flow *flow)
{
	return flow->modem->opt.dry_run || flow->modem->opt.verbose;
}

void show_message(struct flow *flow, const char *service, unsigned int id, const char *name)
{
	const struct call *call = flow->call;

	if (!shows(flow))
		return;
	g_print("%2u  %s 0x%04x %s", ++flow->modem->shown, service, id, name);
	if (call)
		g_print(", IPv%u of PDN %u", call->family, call->pdn->number);
	g_print("\n");
}

void show_tlv(struct flow *flow, unsigned int type, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	if (!shows(flow))
		return;
	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	g_print("      0x%02x  %s\n", type, text);
}

bool dry_next(struct flow *flow)
{
	if (!flow->modem->opt.dry_run)
		return false;
	flow_next(flow);
	return true;
}
