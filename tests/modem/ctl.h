/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CTL_H
#define CTL_H

struct modem;

#define CTL_SOCKET	"/run/qmodem.sock"

/* The modem's side. */
void ctl_listen(struct modem *m, const char *path);
void ctl_close(const char *path);

/* The other side: give the command, print the answer. Returns the exit status. */
int ctl_command(const char *path, char *const words[]);

/* What "qmodem ctl help" says. */
extern const char ctl_help[];

#endif
