/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTL_H
#define CTL_H

struct modem;

#define CTL_SOCKET	"/run/qmodem.sock"

/* In the modem */
void ctl_listen(struct modem *m, const char *path);
void ctl_close(const char *path);

/* In "qmodem ctl": send the command, print the answer. Returns the exit status. */
int ctl_command(const char *path, char *const words[]);

/* The text of "qmodem ctl help". */
extern const char ctl_help[];

#endif
