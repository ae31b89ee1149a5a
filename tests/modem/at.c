// SPDX-License-Identifier: GPL-2.0-only
/* AT commands that identify the modem. Data calls are made by QMI. */
#include <stdio.h>
#include <strings.h>

#include "card.h"
#include "identity.h"
#include "modem.h"
#include "util.h"

struct at_command {
	const char *name;	/* what follows "AT" */
	void (*run)(struct modem *m, struct serial_port *port);
};

static void say(struct serial_port *port, const char *line)
{
	serial_write(port, "\r\n", 2);
	serial_write(port, line, strlen(line));
	serial_write(port, "\r\n", 2);
}

static void manufacturer(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, "Quectel");
}

static void model(struct modem *m, struct serial_port *port)
{
	say(port, m->product->model);
}

static void revision(struct modem *m, struct serial_port *port)
{
	char text[REVISION_MAX];

	product_revision(m->product, text);
	say(port, text);
}

static void identify(struct modem *m, struct serial_port *port)
{
	char text[REVISION_MAX], line[64];

	product_revision(m->product, text);
	snprintf(line, sizeof(line), "Quectel\r\n%s\r\nRevision: %s", m->product->model, text);
	say(port, line);
}

static void imei(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, IMEI);
}

static void imsi(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, IMSI);
}

static void iccid(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, "+QCCID: " ICCID);
}

static void pin(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, "+CPIN: READY");
}

/* Full functionality, or only what needs no radio. */
static void functionality(struct modem *m, struct serial_port *port)
{
	say(port, m->qmi.operating_mode ? "+CFUN: 4" : "+CFUN: 1");
}

/* The attach succeeds only if packet and circuit switched services are both there. */
static void mode_of_operation(struct modem *m, struct serial_port *port)
{
	(void)m;
	say(port, "+CEMODE: 1");
}

static const struct at_command commands[] = {
	{ "I", identify },
	{ "+GMI", manufacturer }, { "+CGMI", manufacturer },
	{ "+GMM", model }, { "+CGMM", model },
	{ "+GMR", revision }, { "+CGMR", revision }, { "+QGMR", revision },
	{ "+GSN", imei }, { "+CGSN", imei },
	{ "+CIMI", imsi },
	{ "+QCCID", iccid },
	{ "+CEMODE?", mode_of_operation },
	{ "+CPIN?", pin },
	{ "+CFUN?", functionality },
};

/* Echo on or off. */
static bool set_echo(struct serial_port *port, const char *command)
{
	if (strcasecmp(command, "E0") && strcasecmp(command, "E1") && strcasecmp(command, "E"))
		return false;
	port->echo = command[1] == '1';
	return true;
}

/* +CRSM: only READ BINARY is passed on to the card. */
static bool access_card(struct serial_port *port, const char *command)
{
	unsigned int file, offset, len, status;
	uint8_t data[CARD_FILE_MAX];
	char line[64 + 2 * CARD_FILE_MAX];
	size_t size, i, at;

	if (sscanf(command, "+CRSM=176,%u,%u,0,%u", &file, &offset, &len) != 3)
		return false;
	size = card_read(file, data);
	status = size ? CARD_OK : CARD_FILE_NOT_FOUND;
	at = sprintf(line, "+CRSM: %u,%u", status >> 8, status & 0xff);
	if (size) {
		at += sprintf(line + at, ",\"");
		for (i = offset; i < size && (!len || i < offset + len); i++)
			at += sprintf(line + at, "%02X", data[i]);
		strcpy(line + at, "\"");
	}
	say(port, line);
	return true;
}

/* Settings of the serial line and of the format of results. They have no effect here. */
static bool is_setting(const char *command)
{
	static const char *const names[] = { "V", "Q0", "X", "&", "Z", "+CMEE=" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncasecmp(command, names[i], strlen(names[i])))
			return true;
	return !*command;
}

void at_receive(struct modem *m, struct serial_port *port, const char *line)
{
	const char *command = line + 2;
	size_t i;

	if (strncasecmp(line, "AT", 2))
		return;
	if (set_echo(port, command) || access_card(port, command) || is_setting(command)) {
		say(port, "OK");
		return;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcasecmp(command, commands[i].name))
			continue;
		commands[i].run(m, port);
		say(port, "OK");
		return;
	}
	say(port, "ERROR");
}
