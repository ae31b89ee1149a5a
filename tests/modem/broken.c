// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deviations of a modem: a descriptor with one field changed, or with a part removed or added,
 * or a request that the modem stalls.
 */
#include <stdio.h>

#include "broken.h"
#include "modem.h"
#include "util.h"

enum { DEVICE = 1, CONFIG = 2, INTERFACE = 4, ENDPOINT = 5, BOS = 15 };

/* Parts of the configuration's descriptor are those of the QMI interface. */
enum place {
	OF_DEVICE, OF_BOS, OF_CONFIG, OF_QMI, OF_IN, OF_OUT, OF_NOTIFY,
	OF_COMPANION,	/* of bulk IN, right behind it */
};

enum change {
	SET8, SET16,		/* the field at this offset */
	ADD16, FLIP8,
	REMOVE, REPEAT,
	PUT_BEFORE, PUT_BEHIND,	/* other bytes */
	CUT,			/* all behind this offset, and nobody knows */
};

struct deviation {
	const char *name;
	enum place part;
	enum change change;
	uint8_t offset;
	uint16_t value;		/* or the number of bytes */
	const uint8_t *bytes;
};

#define WHOLE(n, p, c) { .name = n, .part = p, .change = c }
#define FIELD(n, p, c, o, v) { .name = n, .part = p, .change = c, .offset = o, .value = v }
#define EXTRA(n, p, c, ...) { \
	.name = n, .part = p, .change = c, \
	.value = sizeof((const uint8_t[]){ __VA_ARGS__ }), \
	.bytes = (const uint8_t[]){ __VA_ARGS__ }, \
}

static const struct deviation deviations[] = {
	WHOLE("in-missing", OF_IN, REMOVE),
	WHOLE("notify-missing", OF_NOTIFY, REMOVE),
	FIELD("in-interrupt", OF_IN, SET8, 3, 3),
	FIELD("out-isochronous", OF_OUT, SET8, 3, 1),
	FIELD("notify-bulk", OF_NOTIFY, SET8, 3, 2),
	FIELD("in-turned", OF_IN, FLIP8, 2, 0x80),
	WHOLE("in-twice", OF_IN, REPEAT),
	FIELD("out-taken", OF_OUT, SET8, 2, 0x01),
	FIELD("in-size-0", OF_IN, SET16, 4, 0),
	FIELD("in-size-ffff", OF_IN, SET16, 4, 0xffff),
	FIELD("in-short", OF_IN, SET8, 0, 5),
	FIELD("endpoints-none", OF_QMI, SET8, 4, 0),
	FIELD("endpoints-two", OF_QMI, SET8, 4, 2),
	FIELD("endpoints-many", OF_QMI, SET8, 4, 31),
	FIELD("interface-class-0", OF_QMI, SET8, 5, 0),
	WHOLE("interface-twice", OF_QMI, REPEAT),
	FIELD("alternate-1", OF_QMI, SET8, 3, 1),
	EXTRA("alternate-0-empty", OF_QMI, PUT_BEFORE, 9, INTERFACE, 4, 0, 0, 255, 255, 255, 0),
	EXTRA("functional-odd", OF_QMI, PUT_BEHIND, 5, 36, 6, 99, 98, 3, 36, 15, 2, 36),
	EXTRA("functional-empty", OF_QMI, PUT_BEHIND, 0, 36),
	FIELD("config-cut", OF_OUT, CUT, 3, 0),
	FIELD("config-long", OF_CONFIG, ADD16, 2, 200),
	FIELD("device-no-config", OF_DEVICE, SET8, 17, 0),
	FIELD("bos-long", OF_BOS, ADD16, 2, 1000),
	FIELD("bos-capability-0", OF_BOS, SET8, 5, 0),
	WHOLE("companion-missing", OF_COMPANION, REMOVE),
	FIELD("companion-burst-255", OF_COMPANION, SET8, 2, 255),
};

/* bmRequestType and bRequest of the request that is stalled */
static const struct stall {
	const char *name;
	uint8_t type, request;
} stalls[] = {
	{ "set-configuration-stalls", 0x00, 9 },
	{ "set-interface-stalls", 0x01, 11 },
	{ "clear-halt-stalls", 0x02, 1 },
	{ "dtr-stalls", 0x21, 0x22 },
};

static struct {
	const struct deviation *deviation;
	const struct stall *stall;
} chosen[DEVIATIONS_MAX];

static bool choose(unsigned int i, const char *name)
{
	size_t n;

	chosen[i].deviation = NULL;
	chosen[i].stall = NULL;
	for (n = 0; n < ARRAY_SIZE(deviations); n++)
		if (!strcmp(name, deviations[n].name))
			chosen[i].deviation = &deviations[n];
	for (n = 0; n < ARRAY_SIZE(stalls); n++)
		if (!strcmp(name, stalls[n].name))
			chosen[i].stall = &stalls[n];
	return chosen[i].deviation || chosen[i].stall;
}

const char *broken_set(char *const names[])
{
	unsigned int i;

	memset(chosen, 0, sizeof(chosen));
	for (i = 0; names[i]; i++) {
		if (i == DEVIATIONS_MAX)
			return "too many deviations";
		if (!choose(i, names[i]))
			return "no such deviation";
	}
	return NULL;
}

bool broken_stalls(const uint8_t setup[8])
{
	const struct stall *stall;
	unsigned int i;

	for (i = 0; i < DEVIATIONS_MAX; i++) {
		stall = chosen[i].stall;
		if (stall && setup[0] == stall->type && setup[1] == stall->request)
			return true;
	}
	return false;
}

static bool is_part(const struct modem *m, enum place part, const uint8_t *desc)
{
	switch (part) {
	case OF_QMI:
		return desc[1] == INTERFACE && desc[2] == m->product->interface;
	case OF_IN:
	case OF_COMPANION:
		return desc[1] == ENDPOINT && desc[2] == m->usb.ep_in;
	case OF_OUT:
		return desc[1] == ENDPOINT && desc[2] == m->usb.ep_out;
	case OF_NOTIFY:
		return desc[1] == ENDPOINT && desc[2] == m->usb.ep_notify;
	default:
		return true;
	}
}

/* Where the part begins; NULL if it is not there (any more). */
static uint8_t *find(const struct modem *m, enum place part, uint8_t *desc, size_t len)
{
	uint8_t *end = desc + len;

	while (desc < end && desc[0] && !is_part(m, part, desc))
		desc += desc[0];
	if (part == OF_COMPANION)
		desc += desc[0];
	return desc < end && desc[0] ? desc : NULL;
}

static void replace(uint8_t *at, size_t old, const uint8_t *bytes, size_t new, uint8_t *end)
{
	memmove(at + new, at + old, end - at - old);
	memmove(at, bytes, new);
}

static size_t apply(const struct deviation *d, uint8_t *at, uint8_t *desc, size_t len)
{
	uint8_t copy[UINT8_MAX], size = at[0];

	switch (d->change) {
	case SET8:
		at[d->offset] = d->value;
		return len;
	case FLIP8:
		at[d->offset] ^= d->value;
		return len;
	case SET16:
		put_le16(at + d->offset, d->value);
		return len;
	case ADD16:
		put_le16(at + d->offset, get_le16(at + d->offset) + d->value);
		return len;
	case REMOVE:
		replace(at, size, at, 0, desc + len);
		return len - size;
	case REPEAT:
		memcpy(copy, at, size);
		replace(at, 0, copy, size, desc + len);
		return len + size;
	case PUT_BEFORE:
		replace(at, 0, d->bytes, d->value, desc + len);
		return len + d->value;
	case PUT_BEHIND:
		replace(at + size, 0, d->bytes, d->value, desc + len);
		return len + d->value;
	case CUT:
		break;
	}
	return at + d->offset - desc;
}

static uint8_t type_of(enum place part)
{
	switch (part) {
	case OF_DEVICE:
		return DEVICE;
	case OF_BOS:
		return BOS;
	default:
		return CONFIG;
	}
}

size_t broken_descriptor(const struct modem *m, uint8_t type, uint8_t *desc, size_t len)
{
	const struct deviation *d;
	unsigned int i;
	uint8_t *at;
	size_t old;

	for (i = 0; i < DEVIATIONS_MAX; i++) {
		d = chosen[i].deviation;
		if (!d || type_of(d->part) != type)
			continue;
		at = find(m, d->part, desc, len);
		if (!at)
			continue;
		old = len;
		len = apply(d, at, desc, len);
		if (type == CONFIG && len != old && d->change != CUT)
			put_le16(desc + 2, len);
	}
	return len;
}
