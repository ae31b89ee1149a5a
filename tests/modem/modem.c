// SPDX-License-Identifier: GPL-2.0-only
#include "modem.h"
#include "util.h"

bool usb_mode_find(const char *name, enum usb_mode *mode)
{
	static const char *const names[] = {
		[USB_MODE_QMI] = "qmi", [USB_MODE_ECM] = "ecm",
		[USB_MODE_MBIM] = "mbim", [USB_MODE_RNDIS] = "rndis",
	};

	for (*mode = 0; *mode < ARRAY_SIZE(names); ++*mode)
		if (!strcmp(name, names[*mode]))
			return true;
	return false;
}

void modem_init(struct modem *m)
{
	pdc_init(m);
	downlink_init(m);
	uplink_init(m);
}

void modem_reset(struct modem *m)
{
	qmi_reset(m);
	card_power_on(&m->card);
	nas_reset(m);
	call_reset(m);
	wda_reset(m);
	uplink_reset(m);
	downlink_reset(m);
	memset(m->host_address, 0xff, sizeof(m->host_address));
}
