/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qmap-connect - data calls over a Quectel modem that qmap_wwan drives
 *
 *                     a modem appears            SIGTERM, ^C
 *   absent --> opening --> ready --> closing --> the end
 *     ^           |          |          |
 *     |           |          |          +--> opened again after a pause
 *     +-----------+----------+  unplugged, driver or proxy gone
 *
 *                  ready                    ended by the network
 *   each call: down --> dialling --> up -----------------+
 *               ^          | refused: a growing pause    v
 *               +----------+---------------------- ending
 *
 * Opening, dialling, ending and closing are flows. A flow is a table of steps, each of them one
 * function that sends one message or does one thing. The tables are in steps.c.
 *
 *   steps.c	the flows
 *   main.c	options, signals		config.c	PDNs, as arguments or in a file
 *   modem.c	the life of the modem		call.c		the life of a call
 *   format.c	steps: data format		network.c	steps: registration
 *   card.c	steps: SIM card and PIN		start.c		steps: one call, by WDS
 *   client.c	client ids of QMI		flow.c		steps one after the other
 *   driver.c	the driver's faces		link.c		addresses, routes, DNS
 *   passthrough.c  a host has the address	dnsmasq.c	how it is told so
 *   status.c	what others are told		hook.c		what a program is told
 *   program.c	waits for programs		words.c		reasons in words
 *   watch.c	a modem that has gone silent	others.c	who else uses the modem
 *   ../common	what other tools need, too: sysfs, hot plug
 */
#ifndef CONNECT_H
#define CONNECT_H

#include <libqmi-glib.h>
#include <stdbool.h>

#include "../common/data_format.h"
#include "../common/faces.h"
#include "../common/hotplug.h"

#define PDNS_MAX	LINKS_MAX
#define FACES_MAX	8
#define SYSCTLS_MAX	(6 * PDNS_MAX + 1)
#define MUX_ID_BASE	0x80	/* PDN n has 0x80 + n unless it is told another */
#define RUN_DIR		"/var/run/qmap-connect"	/* OpenWrt has no /run */

#define ANSWER_SECONDS	10	/* for a QMI message that the modem answers by itself */
#define START_SECONDS	90	/* for one that the network answers */
#define PAUSE_MAX	60	/* seconds between two calls that are refused */
#define OPEN_PAUSE_MAX	5	/* seconds between two attempts to open the modem */
#define LEAVE_SECONDS	15	/* for hanging up */
#define PROGRAM_SECONDS	60	/* for a program that is told something: --hook, DNS */

/* Exit status */
enum {
	EXIT_FAILED = 1,	/* --once: a call was refused or has ended; at the end: no answer */
	EXIT_USAGE = 2,
	EXIT_ABSENT = 3,	/* no modem, or with --status: nobody serves it */
	EXIT_IN_USE = 4,	/* another qmap-connect has the modem */
	EXIT_PIN = 5,		/* the card wants another PIN */
};

struct modem;
struct call;
struct flow;

/* Ends with flow_next(), flow_again() or flow_fail(), at once or when an answer comes. */
struct step {
	const char *name;
	void (*run)(struct flow *flow);
};

struct flow {
	struct modem *modem;
	struct call *call;	/* NULL: the flow is the modem's own */
	const struct step *step;	/* NULL: it does not run. The last has no name */
	unsigned int serial;	/* of the step: answers to earlier ones are not for it */
	bool thorough;		/* goes on where a step fails */
	void (*done)(struct flow *flow, const char *problem);	/* NULL: all went well */
};

/* What the network gives to a call. */
struct settings {
	char *address, *gateway, *dns[2];
	unsigned int prefix, mtu;
};

/* A file that we have written. */
struct face { char *path, *before; };

enum call_state { CALL_DOWN, CALL_DIALLING, CALL_UP, CALL_ENDING };

/* One IP family of a PDN: a data call with a WDS client of its own. */
struct call {
	struct pdn *pdn;
	unsigned int family;	/* 4 or 6 */
	bool wanted;
	bool never;		/* the network has said that it will not do */
	bool refused;		/* the last time */
	bool configured;	/* addresses and routes are set */
	enum call_state state;
	struct flow flow;
	QmiClientWds *wds;
	gulong signal;
	guint32 handle;
	struct settings settings;
	GSubprocess *server;	/* dnsmasq, which hands the address on */
	char *served;		/* what it was told */
	guint server_timer;	/* it has ended, and will be started again */
	char *reason;		/* why it is down */
	unsigned int pause;	/* seconds, if it is refused once more */
	guint timer;		/* the pause is not over */
};

struct pdn {
	struct modem *modem;
	unsigned int number;	/* 0: not asked for */
	unsigned int mux_id;
	char *apn, *user, *password, *netns, *table;
	char *lan;		/* netdev to whose host the address is passed through */
	unsigned int profile, metric, mtu;
	QmiWdsAuthentication auth;
	bool has_auth, no_route;
	bool no_address;	/* somebody else has addresses, routes and DNS of the link */
	char link[16];
	bool mux_added;		/* we have made the link */
	bool away;		/* the link is in @netns */
	bool dns_set;
	bool told;		/* its line is printed, and nothing has changed since */
	char *hooked;		/* what the hook was told; NULL: that it is down */
	bool lan_numbered;	/* we have given @lan an IPv4 address */
	struct call call[2];	/* [1] is IPv6 */
};

struct options {
	const char *interface, *pin, *netns, *lan, *hook;
	gboolean once, dry_run, verbose, roaming, no_route, no_dns;
};

enum modem_state { MODEM_ABSENT, MODEM_OPENING, MODEM_READY, MODEM_CLOSING };

struct modem {
	struct options opt;
	struct pdn pdn[PDNS_MAX];
	enum modem_state state;
	struct flow flow;
	/* the driver's */
	char name[16];		/* of the netdev */
	char *channel;		/* /dev/cdc-wdm0 */
	char *identity;		/* differs when the modem has been away from the bus */
	unsigned int mode, interface;
	bool mux;		/* calls have mux ids */
	bool ethernet;		/* legacy product: no QMAP, Ethernet on USB */
	struct data_format wanted, format;
	struct face faces[FACES_MAX], sysctl[SYSCTLS_MAX];
	int lock;
	/* the modem's */
	QmiDevice *device;
	GPtrArray *clients;	/* every client that has an id in the modem */
	bool opening;		/* @device */
	unsigned int allocating;
	bool stray_client;	/* one was asked for, and no answer was seen */
	bool synced;		/* the channel is opened with a SYNC */
	QmiClientUim *uim;
	QmiClientNas *nas;
	QmiClientWda *wda;
	bool may_dial;		/* registered, and not abroad */
	enum { PIN_UNSENT, PIN_SENT, PIN_RIGHT } pin;
	char *network;		/* registration in words */
	/* ours */
	char *told;		/* the last thing said about the modem */
	unsigned int pause;
	guint timer, leave_timer;
	guint64 sent, received;	/* packets, when they were looked at */
	bool recovered;		/* what an earlier run has left is taken back */
	bool asking;		/* whether the modem is still there */
	bool set_up;		/* the netdev was down before */
	bool leaving, announced;
	int status;		/* of the exit */
	unsigned int shown;	/* messages of --dry-run and --verbose */
	GMainLoop *loop;
};

/* The wanted calls of all PDNs. */
#define for_each_pdn(p, m) \
	for ((p) = (m)->pdn; (p) < (m)->pdn + PDNS_MAX; (p)++) \
		if ((p)->number)
#define for_each_call(c, p) \
	for ((c) = (p)->call; (c) < (p)->call + 2; (c)++) \
		if ((c)->wanted)

/* config.c: NULL, or what is wrong */
char *pdn_parse(struct modem *m, const char *text);
char *config_read(struct modem *m, const char *path);

/* flow.c */
void flow_start(struct flow *flow, const struct step *steps,
		void (*done)(struct flow *flow, const char *problem));
void flow_stop(struct flow *flow);
void flow_next(struct flow *flow);
void flow_again(struct flow *flow);
void flow_fail(struct flow *flow, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool flow_is_at(const struct flow *flow, void (*run)(struct flow *flow));
/* For the answer to a message: flow_ask() when it is sent, flow_answered() when it comes. That
 * returns NULL if the flow has gone elsewhere since.
 */
gpointer flow_ask(struct flow *flow);
struct flow *flow_answered(gpointer asked);
struct modem *flow_modem(gpointer asked);
/* For a message whose answer does not matter. */
void flow_next_anyhow(GObject *source, GAsyncResult *result, gpointer asked);
/* Shows a message and its TLVs with --dry-run and --verbose. */
void show_message(struct flow *flow, const char *service, unsigned int id, const char *name);
void show_tlv(struct flow *flow, unsigned int type, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* In a dry run nothing is sent, and the next step follows. */
bool dry_next(struct flow *flow);

/* modem.c */
void modem_start(struct modem *m);
void modem_look(struct modem *m);
void modem_lost(struct modem *m, const char *why);
void modem_close(struct modem *m, const char *why);
void modem_settled(struct modem *m);
void modem_leave(struct modem *m, int status);
void modem_limit_leave(struct modem *m);
void modem_say(struct modem *m, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* call.c */
void calls_init(struct modem *m);
void calls_run(struct modem *m);
void calls_end(struct modem *m, const char *why);
void calls_forget(struct modem *m, const char *why);
bool calls_busy(struct modem *m);
void call_ended(struct call *call, const char *why);
void call_changed(struct call *call);
struct modem *modem_of(const struct call *call);

/* client.c */
void client_allocate(struct flow *flow, QmiService service,
		     void (*take)(struct flow *flow, QmiClient *client));
void client_release(struct flow *flow, QmiClient *client);
void clients_forget(struct modem *m);
void clients_drop(struct modem *m);
void clients_save(struct modem *m);
bool clients_stray(struct modem *m);
void clients_synced(struct modem *m);
/* steps */
void clients_find(struct flow *flow);
void clients_release(struct flow *flow);

/* others.c */
bool channel_is_unused(const struct modem *m);

/* steps.c */
extern const struct step modem_opening[], modem_closing[], call_dialling[];
extern const struct step call_changing[], call_ending[];

/* steps: modem.c, call.c, format.c, card.c, network.c, start.c */
void channel_open(struct flow *flow);
void channel_close(struct flow *flow);
void links_prepare(struct flow *flow);
void links_restore(struct flow *flow);
void call_link_up(struct flow *flow);
void call_link_down(struct flow *flow);
void format_client(struct flow *flow);
void format_read(struct flow *flow);
void format_agree(struct flow *flow);
void format_tell(struct flow *flow);
void card_client(struct flow *flow);
void card_events(struct flow *flow);
void card_ready(struct flow *flow);
void network_client(struct flow *flow);
void network_events(struct flow *flow);
void network_ready(struct flow *flow);
void wds_client(struct flow *flow);
void wds_bind(struct flow *flow);
void wds_family(struct flow *flow);
void wds_start(struct flow *flow);
void wds_settings(struct flow *flow);
void wds_status(struct flow *flow);
void wds_stop(struct flow *flow);
void wds_release(struct flow *flow);

/* driver.c */
bool driver_find(struct modem *m);
bool driver_links(struct modem *m);
bool netdev_exists(const char *name);
bool netdev_is_up(const char *name);
bool driver_links_are_up(const struct modem *m);
void driver_silence(struct modem *m);
void driver_set(struct modem *m, const char *attribute, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void driver_restore(struct modem *m);
bool face_write(struct modem *m, const char *path, const char *text);
void face_remember(struct face *faces, unsigned int count, const char *path);
void faces_restore(struct face *faces, unsigned int count);
void driver_raw_ip(struct modem *m);
void driver_link_state(struct pdn *pdn, bool up);
void driver_bridge_ipv4(struct pdn *pdn);
bool driver_add_links(struct modem *m);
void driver_del_links(struct modem *m);

/* link.c: NULL, or what is wrong */
char *link_prepare(struct pdn *pdn);
void link_restore(struct pdn *pdn);
char *link_configure(struct call *call);
void link_unconfigure(struct call *call);
void link_announce(struct pdn *pdn);
char *link_set_mtu(struct modem *m, const char *name, unsigned int mtu);
void link_tell_dns(struct pdn *pdn);
void netdev_down(struct modem *m);
char *ip_run(const struct modem *m, unsigned int family, bool force, const char *commands);
unsigned int metric_of(const struct pdn *pdn);
unsigned int mtu_of(const struct pdn *pdn);
bool has_program(const char *name);
bool settings_equal(const struct settings *a, const struct settings *b);
void settings_clear(struct settings *settings);

/* passthrough.c: NULL, or what is wrong */
char *passthrough_add(struct call *call);
void passthrough_del(struct call *call);
void passthrough_save(struct modem *m);
void passthrough_recover(struct modem *m);
void passthrough_end(struct modem *m);
char *prefix6(const char *address);

/* dnsmasq.c */
void dnsmasq_serve(struct call *call);
void dnsmasq_stop(struct call *call);

/* status.c */
void status_changed(struct modem *m);
void status_remove(struct modem *m);
int status_print(const char *interface);
int status_lock(const char *name);
void notify_service(const char *format, ...) G_GNUC_PRINTF(1, 2);
void pdn_announce(struct pdn *pdn);

/* hook.c */
void hook_tell(struct pdn *pdn);

/* program.c */
bool program_wait(struct modem *m, GSubprocess *process, const char *input, GError **error);

/* watch.c */
void watch_start(struct modem *m);

/* words.c */
char *words_of_end(bool has_verbose, QmiWdsVerboseCallEndReasonType type, gint16 reason,
		   bool has_plain, QmiWdsCallEndReason plain);
char *words_of_registration(QmiNasRegistrationState state, bool roaming);
const char *words_of_protocol(QmiWdaDataAggregationProtocol protocol);

#endif
