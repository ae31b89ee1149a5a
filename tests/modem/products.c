// SPDX-License-Identifier: GPL-2.0-only
/* The modems that qmodem can play. */
#include <stdlib.h>
#include <strings.h>

#include "products.h"
#include "util.h"

#define SMALL	.dl_size = 4096, .dl_datagrams = 10
#define MEDIUM	.dl_size = 16384, .dl_datagrams = 32
#define LARGE	.dl_size = 32768, .dl_datagrams = 64
#define QUECTEL	.vid = 0x2c7c, .dtr = true

static const struct product products[] = {
	{ "ec25 ec20 eg25", "EC25", QUECTEL, .pid = 0x0125, .interface = 4, SMALL },
	{ "ec21", "EC21", QUECTEL, .pid = 0x0121, .interface = 4, SMALL },
	{ "em05", "EM05", QUECTEL, .pid = 0x030e, .interface = 4, SMALL },
	{ "eg91", "EG91", QUECTEL, .pid = 0x0191, .interface = 4, SMALL },
	{ "eg95", "EG95", QUECTEL, .pid = 0x0195, .interface = 4, SMALL },
	{ "bg96", "BG96", .vid = 0x2c7c, .pid = 0x0296, .interface = 4, SMALL },
	{ "ag35", "AG35", QUECTEL, .pid = 0x0435, .interface = 4, SMALL },
	{ "bg95", "BG95", QUECTEL, .pid = 0x0700, .interface = 3, SMALL },
	{ "eg06 ep06 em06", "EG06", QUECTEL, .pid = 0x0306, .interface = 4, MEDIUM },
	{ "eg060k em060k eg120k", "EM060K", QUECTEL, .pid = 0x030b, .interface = 4, MEDIUM },
	{ "eg12 ep12 em12 eg16 eg18", "EM12", QUECTEL, .pid = 0x0512, .interface = 4, MEDIUM },
	{ "em20 eg20 em160r", "EM20", QUECTEL, .pid = 0x0620, .interface = 4, LARGE },
	{ "ag551", "AG551", QUECTEL, .pid = 0x0455, .interface = 2, MEDIUM, .super = true },
	{ "ag598", "AG598", QUECTEL, .pid = 0x0457, .interface = 2, MEDIUM, .super = true },
	{ "rg255", "RG255", QUECTEL, .pid = 0x0316, .interface = 3, MEDIUM, .super = true },
	{ "rg500 rm500", "RM500Q", QUECTEL, .pid = 0x0800, .interface = 4, LARGE,
	  .super = true, .v5 = true },
	{ "rg520 rm520", "RM520N", QUECTEL, .pid = 0x0801, .interface = 4, LARGE,
	  .super = true, .v5 = true },
	{ "rg650", "RG650E", QUECTEL, .pid = 0x0122, .interface = 4, LARGE,
	  .super = true, .v5 = true },
	{ "rg660", "RG660E", QUECTEL, .pid = 0x013d, .interface = 4, LARGE,
	  .super = true, .v5 = true },
	{ "uc20", "UC20", .vid = 0x05c6, .pid = 0x9003, .interface = 4 },
	{ "ec20-9215", "EC20", .vid = 0x05c6, .pid = 0x9215, .interface = 4 },
	/* of another vendor, for what happens beside it */
	{ "mc7455", "MC7455", "Sierra Wireless", .vid = 0x1199, .pid = 0x9071, .dtr = true,
	  .interface = 8, .serial = 1 << 2 | 1 << 3, MEDIUM },
};

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && !strncasecmp(words, word, n))
			return true;
		words += n;
		words += strspn(words, " ");
	}
	return false;
}

/* Finds a product by one of its names, or by its product id in hexadecimal. */
const struct product *product_find(const char *name)
{
	char *end;
	unsigned long pid = strtoul(name, &end, 16);
	bool is_pid = *name && !*end;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(products); i++)
		if (has_word(products[i].names, name) || (is_pid && products[i].pid == pid))
			return &products[i];
	return NULL;
}

void product_list(FILE *out)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(products); i++)
		fprintf(out, "  %04x:%04x  %s\n", products[i].vid, products[i].pid,
			products[i].names);
}
