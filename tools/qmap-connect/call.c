// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a call. Calls of different PDNs are dialled at once, the two families of one PDN
 * after each other, because some modems refuse the second while the first is on its way.
 */
#include "connect.h"

struct modem *modem_of(const struct call *call)
{
	return call->pdn->modem;
}

static void call_say(const struct call *call, const char *what, const char *why)
{
	g_print("%s: IPv%u %s%s%s\n", call->pdn->link, call->family, what, why ? ": " : "",
		why ? why : "");
}

static void set_reason(struct call *call, const char *why)
{
	g_free(call->reason);
	call->reason = g_strdup(why);
}

/* --- the link */

void call_link_up(struct flow *flow)
{
	struct call *call = flow->call;
	g_autofree char *problem = NULL;

	if (call->configured) {
		flow_next(flow);
		return;
	}
	problem = link_configure(call);
	if (problem) {
		flow_fail(flow, "%s", problem);
		return;
	}
	call->pdn->told = false;
	link_tell_dns(call->pdn);
	hook_tell(call->pdn);
	flow_next(flow);
}

void call_link_down(struct flow *flow)
{
	struct call *call = flow->call;
	bool was_up = call->configured;

	link_unconfigure(call);
	if (was_up) {
		link_tell_dns(call->pdn);
		hook_tell(call->pdn);
	}
	settings_clear(&call->settings);
	flow_next(flow);
}

/* --- pauses */

static gboolean pause_over(gpointer data)
{
	struct call *call = data;

	call->timer = 0;
	calls_run(modem_of(call));
	return G_SOURCE_REMOVE;
}

static void call_pause(struct call *call)
{
	call->timer = g_timeout_add_seconds(call->pause, pause_over, call);
	call->pause = MIN(2 * call->pause, PAUSE_MAX);
}

static void no_pause(struct call *call)
{
	if (call->timer)
		g_source_remove(call->timer);
	call->timer = 0;
}

/* --- the end of a call */

/* That the network has no IPv6, say, is no failure where IPv4 is wanted as well. */
static bool is_failure(const struct call *call)
{
	const struct call *other = &call->pdn->call[call->family == 4];

	return !call->never || !other->wanted || other->never;
}

static void call_ended_done(struct flow *flow, const char *problem)
{
	struct call *call = flow->call;
	struct modem *m = modem_of(call);

	call->state = CALL_DOWN;
	status_changed(m);
	if (m->state == MODEM_READY && m->opt.once && is_failure(call))
		modem_leave(m, EXIT_FAILED);
	else if (m->state == MODEM_READY)
		calls_run(m);
	else
		modem_settled(m);
}

static void call_end(struct call *call)
{
	flow_stop(&call->flow);
	if (call->state == CALL_UP)
		call->pdn->told = false;
	call->state = CALL_ENDING;
	call->flow.thorough = true;
	flow_start(&call->flow, call_ending, call_ended_done);
}

/* The network has ended it. It is dialled again at once, but not again and again. */
void call_ended(struct call *call, const char *why)
{
	call_say(call, "ended by the network", why);
	call->refused = false;
	set_reason(call, why);
	no_pause(call);
	call_pause(call);
	call_end(call);
}

static void call_refused(struct call *call, const char *why)
{
	struct modem *m = modem_of(call);
	bool news = g_strcmp0(call->reason, why);

	if (news)
		call_say(call, call->never ? "not over this network" : "not connected", why);
	set_reason(call, why);
	call->refused = true;
	call_pause(call);
	call_end(call);
	if (m->state == MODEM_READY && qmi_device_get_consecutive_timeouts(m->device) > 2)
		modem_close(m, "the modem does not answer");
}

/* --- dialling */

static void call_dialled(struct flow *flow, const char *problem)
{
	struct call *call = flow->call;
	struct modem *m = modem_of(call);

	if (problem) {
		call_refused(call, problem);
		pdn_announce(call->pdn);
		return;
	}
	call->state = CALL_UP;
	call->refused = false;
	call->pause = 1;
	set_reason(call, NULL);
	status_changed(m);
	pdn_announce(call->pdn);
	calls_run(m);
}

static void call_dial(struct call *call)
{
	call->state = CALL_DIALLING;
	call->flow.thorough = false;
	status_changed(modem_of(call));
	flow_start(&call->flow, call_dialling, call_dialled);
}

/* Its settings may be others. */
void call_changed(struct call *call)
{
	if (call->state != CALL_UP)
		return;
	call->state = CALL_DIALLING;
	call->flow.thorough = false;
	flow_start(&call->flow, call_changing, call_dialled);
}

static bool is_busy(const struct call *call)
{
	return call->state == CALL_DIALLING || call->state == CALL_ENDING;
}

static bool is_due(const struct call *call)
{
	return call->wanted && !call->never && !call->timer && call->state == CALL_DOWN;
}

static void pdn_run(struct pdn *pdn)
{
	struct call *call;

	for_each_call(call, pdn) {
		if (is_busy(call))
			return;
		if (is_due(call)) {
			call_dial(call);
			return;
		}
	}
}

void calls_run(struct modem *m)
{
	struct pdn *pdn;

	for_each_pdn(pdn, m)
		if (m->state == MODEM_READY && m->may_dial)
			pdn_run(pdn);
}

/* --- all calls */

void calls_init(struct modem *m)
{
	struct pdn *pdn;
	struct call *call;

	for_each_pdn(pdn, m)
		for_each_call(call, pdn) {
			call->pdn = pdn;
			call->pause = 1;
			call->flow = (struct flow){ .modem = m, .call = call };
		}
}

bool calls_busy(struct modem *m)
{
	const struct call *call;
	const struct pdn *pdn;

	for_each_pdn(pdn, m)
		for_each_call(call, pdn)
			if (call->state != CALL_DOWN)
				return true;
	return false;
}

/* We hang up. */
void calls_end(struct modem *m, const char *why)
{
	struct pdn *pdn;
	struct call *call;

	for_each_pdn(pdn, m)
		for_each_call(call, pdn) {
			no_pause(call);
			if (call->state == CALL_DOWN || call->state == CALL_ENDING)
				continue;
			set_reason(call, why);
			call_end(call);
		}
}

/* The modem is gone, and the clients with it. */
void calls_forget(struct modem *m, const char *why)
{
	struct pdn *pdn;
	struct call *call;

	for_each_pdn(pdn, m) {
		for_each_call(call, pdn) {
			flow_stop(&call->flow);
			no_pause(call);
			link_unconfigure(call);
			settings_clear(&call->settings);
			set_reason(call, why);
			g_clear_object(&call->wds);
			call->handle = 0;
			call->pause = 1;
			call->never = false;
			call->refused = false;
			call->state = CALL_DOWN;
		}
		pdn->told = false;
		link_tell_dns(pdn);
		hook_tell(pdn);
	}
}
