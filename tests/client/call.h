/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CALL_H
#define CALL_H

#include <stdint.h>

struct device;
struct qmi_port;
struct settings;

enum { WDS_PACKET_STATUS = 0x22 };

struct call {
	struct qmi_port *port;
	uint8_t family;			/* 4, 6, or 0: not wanted */
	uint8_t client;
	uint32_t handle;		/* 0: not connected */
};

/* What does not succeed is the end of the program. */
void call_prepare(const struct call *call, const struct device *dev, unsigned int pdn);
void call_start(struct call *call, unsigned int pdn);
void call_get_settings(const struct call *call, struct settings *set);
void call_stop(struct call *call);

#endif
