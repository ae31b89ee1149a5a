// SPDX-License-Identifier: GPL-2.0-only
/* URBs that fail or hang on order of a test. */
#include <errno.h>
#include <stdlib.h>

#include "modem.h"
#include "util.h"

/* Whether the order concerns the next URB. */
static bool applies(struct modem *m, const struct fault *fault, uint8_t ep)
{
	const struct urb *urb = usb_first(m, ep);

	return urb && (!fault->narrow || urb->setup[1] == fault->request);
}

bool fault_apply(struct modem *m, struct fault *fault, uint8_t ep)
{
	static const uint8_t babble[DOWNLINK_SIZE_MAX];

	if (fault->silent && applies(m, fault, ep))
		return false;
	while (fault->count && applies(m, fault, ep)) {
		/* A babbling endpoint has filled the buffer before it said too much. */
		size_t len = fault->status == -EOVERFLOW ? sizeof(babble) : 0;

		fault->count--;
		stat_inc(m, faults);
		usb_complete(m, ep, fault->status, babble, len);
	}
	return true;
}

int fault_errno(const char *name)
{
	/* What host controllers report */
	static const struct { const char *name; int number; } errors[] = {
		{ "EPIPE", EPIPE }, { "EPROTO", EPROTO }, { "EILSEQ", EILSEQ },
		{ "ETIME", ETIME }, { "EOVERFLOW", EOVERFLOW }, { "EREMOTEIO", EREMOTEIO },
		{ "ECOMM", ECOMM }, { "ENOSR", ENOSR }, { "EXDEV", EXDEV },
		{ "ESHUTDOWN", ESHUTDOWN }, { "ENODEV", ENODEV }, { "ENOENT", ENOENT },
		{ "ECONNRESET", ECONNRESET }, { "ETIMEDOUT", ETIMEDOUT },
	};
	char *end;
	long number;
	size_t i;

	if (*name == '-')
		name++;
	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (!strcmp(errors[i].name, name))
			return -errors[i].number;
	number = strtol(name, &end, 10);
	return *end || number <= 0 || number > 4095 ? 0 : -number;
}
