/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qmi.h"

struct modem;
struct pdn;

#define PROFILES_MAX	16

/* A profile to dial by. The modem keeps it when it reboots. */
struct profile {
	bool exists;
	uint8_t pdp_type, authentication;
	char name[32], apn[64], user[128], password[128];
};

/* Whether the modem shall dial by itself. It keeps this when it reboots. */
struct autoconnect {
	uint8_t status, roaming;
};

/* Profile n belongs to PDN n. A profile that the host creates has the PDN of its APN. */
void profile_init(struct modem *m);

/* The profile of a number, from 1; NULL if there is none. */
struct profile *profile_find(struct modem *m, unsigned int index);
/* The PDN that it dials, or NULL if the network has no such APN. */
struct pdn *profile_pdn(struct modem *m, unsigned int index);
struct pdn *profile_pdn_of_apn(struct modem *m, const void *apn, size_t len);

/* Messages of WDS */
enum qmi_error profile_create(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_modify(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_delete(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_list(struct modem *m, struct qmi_client *client,
			    const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_settings(struct modem *m, struct qmi_client *client,
				const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_get_default(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp);
enum qmi_error profile_set_default(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp);

#endif
