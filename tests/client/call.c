// SPDX-License-Identifier: GPL-2.0-only
/* One data call of one family, by its client of the wireless data service. */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "device.h"
#include "network.h"
#include "qmi.h"

enum {
	WDS_START_NETWORK = 0x20, WDS_STOP_NETWORK = 0x21,
	WDS_PROFILE_LIST = 0x2a, WDS_PROFILE_SETTINGS = 0x2b, WDS_RUNTIME_SETTINGS = 0x2d,
	WDS_IP_FAMILY = 0x4d, WDS_BIND_MUX_PORT = 0xa2,
};

#define WANTED_SETTINGS		0x2310	/* DNS, address, gateway, MTU */
#define CLIENT_TETHERED		1
#define PROFILE_3GPP		0

/* In a list of type, index and name, the name with its length in front. */
static bool list_has_profile(const struct qmi_message *rsp, uint8_t index)
{
	const uint8_t *p = qmi_get(rsp, 0x01, 1), *end = rsp->tlvs + rsp->len;
	unsigned int left = p ? *p++ : 0;

	for (; left && end - p >= 3; left--, p += 3 + p[2])
		if (p[0] == PROFILE_3GPP && p[1] == index)
			return true;
	return false;
}

/* The number of the PDP context is dialled, and goes into the AT commands of others. */
static uint8_t get_context(const struct call *call, unsigned int pdn)
{
	const uint8_t profile[] = { PROFILE_3GPP, pdn }, *context;
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, call->client, WDS_PROFILE_LIST);
	qmi_put_u8(&req, 0x10, PROFILE_3GPP);
	qmi_must(call->port, &req, &rsp, "GET_PROFILE_LIST");
	if (!list_has_profile(&rsp, pdn))
		errx(1, "there is no profile %u", pdn);
	qmi_begin(&req, QMI_WDS, call->client, WDS_PROFILE_SETTINGS);
	qmi_put(&req, 0x01, profile, sizeof(profile));
	qmi_must(call->port, &req, &rsp, "GET_PROFILE_SETTINGS");
	context = qmi_get(&rsp, 0x25, 1);
	if (!context)
		errx(1, "profile %u has no number of a PDP context", pdn);
	return *context;
}

static void bind_mux_id(const struct call *call, const struct device *dev, unsigned int pdn)
{
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, call->client, WDS_BIND_MUX_PORT);
	qmi_put_endpoint(&req, 0x10, dev->iface_id);
	qmi_put_u8(&req, 0x11, dev->mux_id[pdn - 1]);
	qmi_put_u32(&req, 0x13, CLIENT_TETHERED);
	qmi_must(call->port, &req, &rsp, "BIND_MUX_DATA_PORT");
}

static void set_family(const struct call *call)
{
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, call->client, WDS_IP_FAMILY);
	qmi_put_u8(&req, 0x01, call->family);
	qmi_must(call->port, &req, &rsp, "SET_CLIENT_IP_FAMILY_PREF");
}

void call_prepare(const struct call *call, const struct device *dev, unsigned int pdn)
{
	if (dev->mode)
		bind_mux_id(call, dev, pdn);
	set_family(call);
}

void call_start(struct call *call, unsigned int pdn)
{
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, call->client, WDS_START_NETWORK);
	qmi_put_u8(&req, 0x19, call->family);
	qmi_put_u8(&req, 0x31, get_context(call, pdn));
	qmi_must(call->port, &req, &rsp, "START_NETWORK_INTERFACE");
	call->handle = qmi_get_u32(&rsp, 0x01, 0);
	printf("IPv%u call 0x%x\n", call->family, call->handle);
}

static void read_settings4(struct settings *set, const struct qmi_message *rsp)
{
	set->address4 = qmi_get_u32(rsp, 0x1e, 0);
	set->gateway4 = qmi_get_u32(rsp, 0x20, 0);
	set->netmask4 = qmi_get_u32(rsp, 0x21, 0);
	if (!set->address4 || !set->gateway4)
		errx(1, "settings without an IPv4 address");
}

static void read_settings6(struct settings *set, const struct qmi_message *rsp)
{
	const uint8_t *address = qmi_get(rsp, 0x25, 17), *gateway = qmi_get(rsp, 0x26, 17);

	if (!address || !gateway)
		errx(1, "settings without an IPv6 address");
	memcpy(set->address6, address, 16);
	set->prefix6 = address[16];
	memcpy(set->gateway6, gateway, 16);
}

void call_get_settings(const struct call *call, struct settings *set)
{
	struct qmi_message req, rsp;

	qmi_begin(&req, QMI_WDS, call->client, WDS_RUNTIME_SETTINGS);
	qmi_put_u32(&req, 0x10, WANTED_SETTINGS);
	qmi_must(call->port, &req, &rsp, "GET_RUNTIME_SETTINGS");
	set->mtu = qmi_get_u32(&rsp, 0x29, 1500);
	if (call->family == 4)
		read_settings4(set, &rsp);
	else
		read_settings6(set, &rsp);
}

/* What the network has ended needs no stop, and is refused one. */
void call_stop(struct call *call)
{
	struct qmi_message req, rsp;

	if (!call->handle)
		return;
	qmi_begin(&req, QMI_WDS, call->client, WDS_STOP_NETWORK);
	qmi_put_u32(&req, 0x01, call->handle);
	call->handle = 0;
	qmi_ask(call->port, &req, &rsp);
}
