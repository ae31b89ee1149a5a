/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCRIPT_H
#define SCRIPT_H

struct modem;

/*
 * Queue the downlink transfer that the words (or the hexadecimal digits) describe; see the help
 * text in ctl.c. NULL, or what is wrong with them.
 */
const char *script_send(struct modem *m, char *const words[]);
const char *script_hex(struct modem *m, const char *digits);

#endif
