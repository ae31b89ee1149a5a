// SPDX-License-Identifier: GPL-2.0-only
/* Profiles of the wireless data service, by which the host can dial. */
#include "modem.h"
#include "util.h"

enum { PROFILE_3GPP = 0, PROFILE_FAMILIES = 2 };

#define PDP_IPV4V6	3

void profile_init(struct modem *m)
{
	unsigned int i;

	memset(m->profile, 0, sizeof(m->profile));
	for (i = 0; i < m->pdns; i++) {
		struct profile *p = &m->profile[i];

		p->exists = true;
		p->pdp_type = PDP_IPV4V6;
		sprintf(p->name, "profile%u", i + 1);
		strcpy(p->apn, m->pdn[i].apn);
	}
	m->default_profile[0] = m->default_profile[1] = 1;
}

struct profile *profile_find(struct modem *m, unsigned int index)
{
	if (index < 1 || index > PROFILES_MAX || !m->profile[index - 1].exists)
		return NULL;
	return &m->profile[index - 1];
}

struct pdn *profile_pdn_of_apn(struct modem *m, const void *apn, size_t len)
{
	unsigned int i;

	for (i = 0; i < m->pdns; i++)
		if (strlen(m->pdn[i].apn) == len && !memcmp(m->pdn[i].apn, apn, len))
			return &m->pdn[i];
	return NULL;
}

struct pdn *profile_pdn(struct modem *m, unsigned int index)
{
	const struct profile *p = profile_find(m, index);

	if (!p)
		return NULL;
	if (index <= m->pdns)
		return &m->pdn[index - 1];
	/* The network chooses for who names nothing. */
	return *p->apn ? profile_pdn_of_apn(m, p->apn, strlen(p->apn)) : &m->pdn[0];
}

/* Reading */

static enum qmi_error get_index(struct modem *m, const struct qmi_request *req, uint8_t *index)
{
	uint8_t id[2];
	enum qmi_error error = qmi_get_bytes(req, 0x01, id, sizeof(id));

	if (error)
		return error;
	if (id[0] != PROFILE_3GPP)
		return QMI_ERR_INVALID_PROFILE_TYPE;
	*index = id[1];
	return profile_find(m, *index) ? QMI_OK : QMI_ERR_INVALID_PROFILE;
}

/* Does not change @text if the request has none. */
static enum qmi_error read_text(const struct qmi_request *req, uint8_t type, char *text,
				size_t size)
{
	const uint8_t *value;
	size_t len;

	if (qmi_get(req, type, &value, &len))
		return QMI_OK;
	if (len >= size)
		return QMI_ERR_INVALID_ARG;
	memcpy(text, value, len);
	text[len] = 0;
	return QMI_OK;
}

/* Each TLV is optional. This modem ignores all others. */
static enum qmi_error read_profile(const struct qmi_request *req, struct profile *p)
{
	enum qmi_error error = read_text(req, 0x10, p->name, sizeof(p->name));

	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x11, &p->pdp_type));
	if (!error)
		error = read_text(req, 0x14, p->apn, sizeof(p->apn));
	if (!error)
		error = read_text(req, 0x1b, p->user, sizeof(p->user));
	if (!error)
		error = read_text(req, 0x1c, p->password, sizeof(p->password));
	if (!error)
		error = qmi_optional(qmi_get_u8(req, 0x1d, &p->authentication));
	return error;
}

/* Messages */

enum qmi_error profile_create(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct profile p = { .exists = true, .pdp_type = PDP_IPV4V6 };
	uint8_t id[2];
	enum qmi_error error = qmi_get_u8(req, 0x01, &id[0]);

	(void)client;
	if (!error && id[0] != PROFILE_3GPP)
		error = QMI_ERR_INVALID_PROFILE_TYPE;
	if (!error)
		error = read_profile(req, &p);
	if (error)
		return error;
	id[1] = 1;
	while (profile_find(m, id[1]))
		id[1]++;
	if (id[1] > PROFILES_MAX)
		return QMI_ERR_NO_FREE_PROFILE;
	m->profile[id[1] - 1] = p;
	qmi_put_bytes(rsp, 0x01, id, sizeof(id));
	return QMI_OK;
}

enum qmi_error profile_modify(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp)
{
	struct profile p;
	uint8_t index;
	enum qmi_error error = get_index(m, req, &index);

	(void)client, (void)rsp;
	if (error)
		return error;
	p = m->profile[index - 1];
	error = read_profile(req, &p);
	if (error)
		return error;
	m->profile[index - 1] = p;
	/* The network gets to know its PDN by that name. */
	if (index <= m->pdns)
		strcpy(m->pdn[index - 1].apn, p.apn);
	return QMI_OK;
}

enum qmi_error profile_delete(struct modem *m, struct qmi_client *client,
			      const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t index;
	enum qmi_error error = get_index(m, req, &index);

	(void)client, (void)rsp;
	if (error)
		return error;
	if (index <= m->pdns)
		return QMI_ERR_INVALID_OPERATION;
	m->profile[index - 1].exists = false;
	return QMI_OK;
}

enum qmi_error profile_list(struct modem *m, struct qmi_client *client,
			    const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t type = PROFILE_3GPP, list[1 + PROFILES_MAX * (3 + sizeof(m->profile[0].name))];
	uint8_t *p = list + 1;
	enum qmi_error error = qmi_optional(qmi_get_u8(req, 0x10, &type));
	unsigned int i;

	(void)client;
	if (error)
		return error;
	list[0] = 0;
	for (i = 0; type == PROFILE_3GPP && i < PROFILES_MAX; i++) {
		if (!m->profile[i].exists)
			continue;
		list[0]++;
		*p++ = PROFILE_3GPP;
		*p++ = i + 1;
		*p = sprintf((char *)p + 1, "%s", m->profile[i].name);
		p += 1 + *p;
	}
	qmi_put_bytes(rsp, 0x01, list, p - list);
	return QMI_OK;
}

enum qmi_error profile_settings(struct modem *m, struct qmi_client *client,
				const struct qmi_request *req, struct qmi_reply *rsp)
{
	const struct profile *p;
	uint8_t index;
	enum qmi_error error = get_index(m, req, &index);

	(void)client;
	if (error)
		return error;
	p = &m->profile[index - 1];
	qmi_put_string(rsp, 0x10, p->name);
	qmi_put_u8(rsp, 0x11, p->pdp_type);
	qmi_put_string(rsp, 0x14, p->apn);
	qmi_put_string(rsp, 0x1b, p->user);
	qmi_put_string(rsp, 0x1c, p->password);
	qmi_put_u8(rsp, 0x1d, p->authentication);
	qmi_put_u8(rsp, 0x25, index);
	return QMI_OK;
}

/* The type, and for whom: the modem itself (0) or the host (1). */
static enum qmi_error check_family(const uint8_t *type)
{
	if (type[0] != PROFILE_3GPP)
		return QMI_ERR_INVALID_PROFILE_TYPE;
	return type[1] < PROFILE_FAMILIES ? QMI_OK : QMI_ERR_INVALID_ARG;
}

enum qmi_error profile_get_default(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t type[2];
	enum qmi_error error = qmi_get_bytes(req, 0x01, type, sizeof(type));

	(void)client;
	if (!error)
		error = check_family(type);
	if (!error)
		qmi_put_u8(rsp, 0x01, m->default_profile[type[1]]);
	return error;
}

enum qmi_error profile_set_default(struct modem *m, struct qmi_client *client,
				   const struct qmi_request *req, struct qmi_reply *rsp)
{
	uint8_t type[3];
	enum qmi_error error = qmi_get_bytes(req, 0x01, type, sizeof(type));

	(void)client, (void)rsp;
	if (!error)
		error = check_family(type);
	if (error)
		return error;
	if (!profile_find(m, type[2]))
		return QMI_ERR_INVALID_PROFILE;
	m->default_profile[type[1]] = type[2];
	return QMI_OK;
}
