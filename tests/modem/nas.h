/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NAS_H
#define NAS_H

#include <stdbool.h>
#include <stdint.h>

struct modem;

/* Networks: LTE, 5G with LTE in charge, 5G alone. */
enum network { NETWORK_OF_PRODUCT, NETWORK_LTE, NETWORK_NSA, NETWORK_SA };

/* What the network says to a modem that wants to register */
enum stance { STANCE_HOME, STANCE_ROAMING, STANCE_DENIED, STANCE_SEARCHING };

/* The networks that the host admits, and whether the modem is registered. */
struct nas {
	uint16_t modes;			/* radios, a bit each */
	uint64_t bands, lte_bands;
	uint32_t usage;			/* for speech or for data in the first place */
	uint8_t selection;		/* 0 automatic, 1 manual: */
	uint16_t mcc, mnc;
	enum stance stance;		/* of the network; stays when the modem reboots */
	bool registered;
	bool changed;			/* and clients have not been told */
};

/* Bands, a bit each: UMTS 1, 5, 8 and LTE 1, 3, 5, 7, 8, 20 */
#define BANDS_UMTS	(1ull << 22 | 1ull << 26 | 1ull << 49)
#define BANDS_LTE	0x800d5ull

/* Bits of nas.modes */
enum { MODE_UMTS = 1 << 3, MODE_LTE = 1 << 4, MODE_NR5G = 1 << 6 };

void nas_reset(struct modem *m);
/* "home", "roaming", "denied" or "searching" */
bool nas_set_stance(struct modem *m, const char *name);

uint16_t nas_supported_modes(const struct modem *m);

/* Register or leave, depending on operating mode and preferences. */
void nas_update(struct modem *m);
/* Send the indications that are due. After the response that caused them. */
void nas_report(struct modem *m);

#endif
