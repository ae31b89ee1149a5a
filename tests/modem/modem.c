// SPDX-License-Identifier: GPL-2.0-only
#include "modem.h"
#include "util.h"

void modem_reset(struct modem *m)
{
	qmi_reset(m);
	nas_reset(m);
	call_reset(m);
	wda_reset(m);
	uplink_reset(m);
	downlink_reset(m);
	memset(m->host_address, 0xff, sizeof(m->host_address));
}
