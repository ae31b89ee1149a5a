/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HOTPLUG_H
#define HOTPLUG_H

#include <glib.h>

/* Calls @seen with each event of the kernel: "add@/devices/…", "remove@/devices/…" */
void hotplug_watch(void (*seen)(const char *event, gpointer data), gpointer data);

#endif
