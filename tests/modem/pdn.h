/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PDN_H
#define PDN_H

#include "call.h"
#include "loop.h"
#include "stats.h"

#define PDN_MAX		8
#define PDN_NETMASK4	0xffffff00

/* Hosts of a PDN's network, by the last number of their addresses */
enum pdn_host { PDN_PREFIX = 0, PDN_GATEWAY = 1, PDN_CLIENT = 2, PDN_DNS2 = 3 };

/* A network behind the modem: a namespace with a TUN device in it. */
struct pdn {
	unsigned int number;		/* of the network */
	unsigned int profile;		/* from 1 */
	char apn[64];
	uint8_t renumbered;		/* the host's addresses are others */
	struct loop_fd tun;
	bool readable;			/* there may be packets in the TUN's queue */
	struct call call[2];		/* [1] is IPv6 */
	struct traffic traffic;
};

void pdn_create(struct modem *m, unsigned int first, unsigned int count);
void pdn_destroy(struct modem *m);

/* The PDN with this number of its network; NULL if there is none. */
struct pdn *pdn_find(struct modem *m, unsigned int number);

/* A packet from the network, or 0 if it has none. */
size_t pdn_read(struct pdn *pdn, uint8_t *packet, size_t size);
/* A packet from the host to the network. */
void pdn_write(struct pdn *pdn, const uint8_t *packet, size_t len);

uint32_t pdn_address4(const struct pdn *pdn, enum pdn_host host);
void pdn_address6(const struct pdn *pdn, enum pdn_host host, uint8_t address[16]);

#endif
