// SPDX-License-Identifier: GPL-2.0-only
/* The flow: to read these tables is to read the program. */
#include "connect.h"

/* A modem is there. */
const struct step modem_opening[] = {
	{ "channel", channel_open },			/* SYNC only after a crash, and alone */
	{ "clients of an earlier run", clients_find },
	{ "clients of an earlier run", clients_release }, /* CTL Release Client ID */
	{ "data format", format_client },		/* CTL Get Client ID: WDA */
	{ "data format", format_read },			/* WDA Get Data Format */
	{ "data format", format_agree },		/* WDA Set Data Format, if another */
	{ "data format", format_tell },			/* sysfs: version, limits */
	{ "links", links_prepare },			/* sysfs: add_mux, link_state; ip */
	{ "SIM card", card_client },			/* CTL Get Client ID: UIM */
	{ "SIM card", card_events },			/* UIM Register Events */
	{ "SIM card", card_ready },			/* UIM Get Card Status, Verify PIN */
	{ "registration", network_client },		/* CTL Get Client ID: NAS */
	{ "registration", network_events },		/* NAS Register Indications */
	{ "registration", network_ready },		/* NAS Get Serving System */
	{ }
};

/* Then each call, that is each IP family of a PDN. */
const struct step call_dialling[] = {
	{ "client", wds_client },	/* CTL Get Client ID: WDS */
	{ "mux id", wds_bind },		/* WDS Bind Mux Data Port */
	{ "IP family", wds_family },	/* WDS Set IP Family */
	{ "start", wds_start },		/* WDS Start Network */
	{ "settings", wds_settings },	/* WDS Get Current Settings */
	{ "status", wds_status },	/* WDS Get Packet Service Status; then it is indicated */
	{ "link", call_link_up },	/* sysfs: link_state; ip: MTU, address, route; DNS */
	{ }
};

/* The network has changed the settings of a call. */
const struct step call_changing[] = {
	{ "settings", wds_settings },	/* WDS Get Current Settings */
	{ "link", call_link_up },	/* ip, if they differ */
	{ }
};

/* We hang up, or the call has ended. */
const struct step call_ending[] = {
	{ "link", call_link_down },	/* ip; DNS; sysfs: link_state */
	{ "stop", wds_stop },		/* WDS Stop Network */
	{ "client", wds_release },	/* CTL Release Client ID */
	{ }
};

/* All calls have ended. */
const struct step modem_closing[] = {
	{ "links", links_restore },	/* sysfs: del_mux, limits as before */
	{ "clients", clients_release },	/* CTL Release Client ID: UIM, NAS, WDA */
	{ "channel", channel_close },
	{ }
};
