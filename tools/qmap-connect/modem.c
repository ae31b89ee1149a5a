// SPDX-License-Identifier: GPL-2.0-only
/* The life of the modem: it is found, opened, lost, found again, and left. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"

static void modem_look_in(struct modem *m, unsigned int msecs);

/* The same is not said twice. */
void modem_say(struct modem *m, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	if (!g_strcmp0(text, m->told))
		return;
	g_print("%s: %s\n", *m->name ? m->name : "qmap-connect", text);
	notify_service("STATUS=%s", text);
	g_free(m->told);
	m->told = g_steal_pointer(&text);
	status_changed(m);
}

/* --- steps */

static void removed(QmiDevice *device, gpointer data)
{
	struct modem *m = data;

	if (m->device == device)
		modem_lost(m, "the modem or the proxy is gone");
}

static void opened(GObject *source, GAsyncResult *result, gpointer data)
{
	struct modem *m = flow_modem(data);
	struct flow *flow = flow_answered(data);
	g_autoptr(GError) error = NULL;

	qmi_device_open_finish(QMI_DEVICE(source), result, &error);
	if (m->device == QMI_DEVICE(source))
		m->opening = false;
	if (!flow) {
		modem_settled(m);
		return;
	}
	if (error) {
		flow_fail(flow, "%s", error->message);
		return;
	}
	if (m->synced)
		clients_synced(m);
	g_signal_connect(m->device, QMI_DEVICE_SIGNAL_REMOVED, G_CALLBACK(removed), m);
	flow_next(flow);
}

static void created(GObject *source, GAsyncResult *result, gpointer data)
{
	g_autoptr(GError) error = NULL;
	QmiDevice *device = qmi_device_new_finish(result, &error);
	struct flow *flow = flow_answered(data);
	QmiDeviceOpenFlags flags = QMI_DEVICE_OPEN_FLAGS_PROXY;

	if (!flow) {
		g_clear_object(&device);
	} else if (!device) {
		flow_fail(flow, "%s", error->message);
	} else {
		flow->modem->device = device;
		if (flow->modem->synced)
			flags |= QMI_DEVICE_OPEN_FLAGS_SYNC;
		flow->modem->opening = true;
		qmi_device_open(device, flags, ANSWER_SECONDS, NULL, opened, flow_ask(flow));
	}
}

/* A SYNC takes the clients of all. It is sent where one of them may be ours, and only if nobody
 * else has any.
 */
void channel_open(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(GFile) file = g_file_new_for_path(m->channel);

	m->synced = clients_stray(m) && channel_is_unused(m);
	show_message(flow, "CTL", 0x0027, m->synced ? "Sync" :
		     "Sync: not sent, it would end the calls of others");
	if (!dry_next(flow))
		qmi_device_new(file, NULL, created, flow_ask(flow));
}

/* Then whoever has its addresses sets it up, and down. */
static bool is_others(struct modem *m)
{
	const struct pdn *pdn;

	for_each_pdn(pdn, m)
		if (pdn->no_address && !strcmp(pdn->link, m->name))
			return true;
	return false;
}

void links_prepare(struct flow *flow)
{
	struct modem *m = flow->modem;
	struct pdn *pdn;

	passthrough_recover(m);
	m->set_up |= !netdev_is_up(m->name) && !is_others(m);
	driver_raw_ip(m);
	if (!driver_add_links(m)) {
		flow_fail(flow, "the driver does not make them");
		return;
	}
	for_each_pdn(pdn, m) {
		g_autofree char *problem = link_prepare(pdn);

		if (problem) {
			flow_fail(flow, "%s", problem);
			return;
		}
		driver_link_state(pdn, false);
	}
	flow_next(flow);
}

void links_restore(struct flow *flow)
{
	struct modem *m = flow->modem;
	struct pdn *pdn;

	passthrough_end(m);
	for_each_pdn(pdn, m)
		link_restore(pdn);
	driver_silence(m);
	driver_del_links(m);
	driver_restore(m);
	if (m->set_up && !driver_links_are_up(m))
		netdev_down(m);
	flow_next(flow);
}

void channel_close(struct flow *flow)
{
	struct modem *m = flow->modem;
	g_autoptr(QmiDevice) device = g_steal_pointer(&m->device);

	clients_forget(m);
	if (device)
		qmi_device_close_async(device, ANSWER_SECONDS, NULL, flow_next_anyhow,
				       flow_ask(flow));
	else
		flow_next(flow);
}

/* --- closing */

static void modem_closed(struct flow *flow, const char *problem)
{
	struct modem *m = flow->modem;

	m->state = MODEM_ABSENT;
	status_changed(m);
	if (m->leaving) {
		g_main_loop_quit(m->loop);
		return;
	}
	modem_look_in(m, 1000 * m->pause);
	m->pause = MIN(2 * m->pause, OPEN_PAUSE_MAX);
}

/* When nothing is under way any more, the clients go. libqmi must not close what it still opens. */
void modem_settled(struct modem *m)
{
	if (m->state != MODEM_CLOSING || m->flow.step || m->opening || m->allocating ||
	    calls_busy(m))
		return;
	m->flow.thorough = true;
	flow_start(&m->flow, modem_closing, modem_closed);
}

void modem_close(struct modem *m, const char *why)
{
	if (why)
		modem_say(m, "%s", why);
	if (m->state == MODEM_CLOSING)
		return;
	m->state = MODEM_CLOSING;
	m->may_dial = false;
	flow_stop(&m->flow);
	calls_end(m, why);
	modem_settled(m);
}

void modem_lost(struct modem *m, const char *why)
{
	flow_stop(&m->flow);
	m->state = MODEM_ABSENT;
	m->may_dial = false;
	m->pin = PIN_UNSENT;
	m->opening = false;
	m->allocating = 0;
	modem_say(m, "%s", why);
	calls_forget(m, why);
	clients_forget(m);
	g_clear_object(&m->device);
	status_changed(m);
	if (m->leaving)
		g_main_loop_quit(m->loop);
	else
		modem_look_in(m, 500);
}

/* --- opening */

static void say_ready(struct modem *m)
{
	const char *format = "raw IP";

	if (m->mux)
		format = words_of_protocol(m->format.protocol);
	else if (m->ethernet)
		format = "Ethernet";
	modem_say(m, "%s, %s", format, m->network);
}

static void modem_opened(struct flow *flow, const char *problem)
{
	struct modem *m = flow->modem;

	if (problem && m->opt.once) {
		modem_say(m, "%s", problem);
		modem_leave(m, EXIT_FAILED);
		return;
	}
	if (problem) {
		modem_close(m, problem);
		return;
	}
	m->state = MODEM_READY;
	m->may_dial = true;
	m->pause = 1;
	if (!m->opt.dry_run)
		say_ready(m);
	calls_run(m);
}

static bool take_lock(struct modem *m)
{
	if (m->opt.dry_run)
		return true;
	if (m->lock >= 0)
		close(m->lock);
	m->lock = status_lock(m->name);
	if (m->lock == -EWOULDBLOCK)
		g_printerr("qmap-connect: another qmap-connect has %s\n", m->name);
	else if (m->lock < 0)
		g_printerr("qmap-connect: %s: %s\n", RUN_DIR, g_strerror(-m->lock));
	return m->lock >= 0;
}

static void absent(struct modem *m)
{
	bool stay = !m->opt.once && !m->opt.dry_run;

	modem_say(m, "no modem of qmap_wwan%s%s%s", m->opt.interface ? " called " : "",
		  m->opt.interface ? m->opt.interface : "", stay ? ", waiting for it" : "");
	if (!stay)
		modem_leave(m, EXIT_ABSENT);
}

void modem_look(struct modem *m)
{
	if (m->state != MODEM_ABSENT || m->leaving)
		return;
	if (!driver_find(m)) {
		absent(m);
	} else if (!take_lock(m)) {
		modem_leave(m, m->lock == -EWOULDBLOCK ? EXIT_IN_USE : EXIT_FAILED);
	} else if (driver_links(m)) {
		m->state = MODEM_OPENING;
		m->flow.thorough = false;
		status_changed(m);
		flow_start(&m->flow, modem_opening, modem_opened);
	} else if (m->opt.once || m->opt.dry_run) {
		modem_leave(m, EXIT_FAILED);
	}
}

static gboolean look(gpointer data)
{
	struct modem *m = data;

	m->timer = 0;
	modem_look(m);
	return G_SOURCE_REMOVE;
}

static void modem_look_in(struct modem *m, unsigned int msecs)
{
	if (m->timer)
		g_source_remove(m->timer);
	m->timer = g_timeout_add(msecs, look, m);
}

/* --- hot plug: the kernel tells what comes, and then we look */

static void seen(const char *event, gpointer data)
{
	struct modem *m = data;

	if (m->state == MODEM_ABSENT && g_str_has_prefix(event, "add@"))
		modem_look_in(m, 100);
}

void modem_start(struct modem *m)
{
	m->lock = -1;
	m->pause = 1;
	m->flow = (struct flow){ .modem = m };
	m->clients = g_ptr_array_new_with_free_func(g_object_unref);
	calls_init(m);
	hotplug_watch(seen, m);
	watch_start(m);
	modem_look(m);
}

/* --- the end */

static gboolean late(gpointer data)
{
	struct modem *m = data;

	g_printerr("qmap-connect: the modem does not answer\n");
	if (!m->status)
		m->status = EXIT_FAILED;
	g_main_loop_quit(m->loop);
	return G_SOURCE_REMOVE;
}

/* From now on the modem has LEAVE_SECONDS to hang up. */
void modem_limit_leave(struct modem *m)
{
	if (m->leave_timer)
		g_source_remove(m->leave_timer);
	m->leave_timer = g_timeout_add_seconds(LEAVE_SECONDS, late, m);
}

/* Hangs up and releases every client; once more: ends at once. */
void modem_leave(struct modem *m, int status)
{
	if (m->leaving || m->opt.dry_run) {
		m->status = m->leaving ? m->status : status;
		g_main_loop_quit(m->loop);
		return;
	}
	m->leaving = true;
	m->status = status;
	notify_service("STOPPING=1");
	modem_limit_leave(m);
	if (m->state == MODEM_ABSENT)
		g_main_loop_quit(m->loop);
	else
		modem_close(m, NULL);
}
