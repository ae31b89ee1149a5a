// SPDX-License-Identifier: GPL-2.0-only
/* PDNs, as arguments ("2:ims,user=me,ip=4") or in a file of groups and keys. */
#include <stdlib.h>
#include <string.h>

#include "connect.h"

/* --- values */

static bool is_number(const char *text, unsigned int min, unsigned int max, unsigned int *number)
{
	guint64 value;

	if (!g_ascii_string_to_unsigned(text, 10, min, max, &value, NULL))
		return false;
	*number = value;
	return true;
}

static bool set_mux(struct pdn *pdn, const char *value)
{
	char *end;
	unsigned long id = strtoul(value, &end, 0);

	pdn->mux_id = id;
	return *value && !*end && id >= 1 && id <= 254;
}

static bool set_auth(struct pdn *pdn, const char *value)
{
	static const char * const names[] = { "none", "pap", "chap", "both" };
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		if (strcmp(value, names[i]))
			continue;
		pdn->auth = i;	/* a bit for each protocol */
		pdn->has_auth = true;
		return true;
	}
	return false;
}

static bool set_families(struct pdn *pdn, const char *value)
{
	pdn->call[0].wanted = strchr(value, '4');
	pdn->call[1].wanted = strchr(value, '6');
	return *value && strspn(value, "46") == strlen(value);
}

static bool set_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
	return *value;
}

/* The flag is that something is not done. */
static bool set_no(bool *flag, const char *value)
{
	*flag = !strcmp(value, "no");
	return *flag || !strcmp(value, "yes");
}

/* --- keys of a PDN */

static bool pdn_set(struct pdn *pdn, const char *key, const char *value)
{
	if (!strcmp(key, "apn"))
		return set_text(&pdn->apn, value);
	if (!strcmp(key, "user"))
		return set_text(&pdn->user, value);
	if (!strcmp(key, "pass"))
		return set_text(&pdn->password, value);
	if (!strcmp(key, "auth"))
		return set_auth(pdn, value);
	if (!strcmp(key, "ip"))
		return set_families(pdn, value);
	if (!strcmp(key, "profile"))
		return is_number(value, 1, 255, &pdn->profile);
	if (!strcmp(key, "metric"))
		return is_number(value, 1, 1 << 30, &pdn->metric);
	if (!strcmp(key, "mtu"))
		return is_number(value, 1280, 1 << 16, &pdn->mtu);
	if (!strcmp(key, "table"))
		return set_text(&pdn->table, value);
	if (!strcmp(key, "netns"))
		return set_text(&pdn->netns, value);
	if (!strcmp(key, "passthrough"))
		return set_text(&pdn->lan, value);
	if (!strcmp(key, "route"))
		return set_no(&pdn->no_route, value);
	if (!strcmp(key, "address"))
		return set_no(&pdn->no_address, value);
	if (!strcmp(key, "mux"))
		return set_mux(pdn, value);
	return false;
}

/* NULL: there is one already. */
static struct pdn *pdn_new(struct modem *m, unsigned int number)
{
	struct pdn *pdn = &m->pdn[number - 1];

	if (pdn->number)
		return NULL;
	pdn->modem = m;
	pdn->number = number;
	pdn->mux_id = MUX_ID_BASE + number;
	pdn->netns = g_strdup(m->opt.netns);
	pdn->lan = g_strdup(m->opt.lan);
	pdn->call[0].family = 4;
	pdn->call[1].family = 6;
	pdn->call[0].wanted = true;
	pdn->call[1].wanted = true;
	return pdn;
}

/* Another PDN with the same LAN. */
static const struct pdn *rival(const struct pdn *pdn)
{
	const struct pdn *other;

	for_each_pdn(other, pdn->modem)
		if (other != pdn && pdn->lan && !g_strcmp0(pdn->lan, other->lan))
			return other;
	return NULL;
}

static char *check(struct pdn *pdn)
{
	if (!pdn->apn && !pdn->profile)
		return g_strdup_printf("PDN %u has neither APN nor profile", pdn->number);
	if (pdn->password && !pdn->user)
		return g_strdup_printf("PDN %u has a password, but no user", pdn->number);
	if (pdn->lan && pdn->netns)
		return g_strdup_printf("PDN %u has both passthrough and netns", pdn->number);
	if (pdn->lan && pdn->no_address)
		return g_strdup_printf("PDN %u has both passthrough and address=no", pdn->number);
	if (rival(pdn))
		return g_strdup_printf("PDN %u passes through to %s, as PDN %u does", pdn->number,
				       pdn->lan, rival(pdn)->number);
	return NULL;
}

/* --- arguments */

/* "2:" in front; without it, the first PDN that is free. */
static bool parse_number(struct modem *m, const char **text, unsigned int *number)
{
	size_t digits = strspn(*text, "0123456789");
	g_autofree char *part = g_strndup(*text, digits);

	if (digits && (*text)[digits] == ':') {
		*text += digits + 1;
		return is_number(part, 1, PDNS_MAX, number);
	}
	for (*number = 1; *number <= PDNS_MAX; (*number)++)
		if (!m->pdn[*number - 1].number)
			return true;
	return false;
}

/* A word without "=" is the APN. */
static bool parse_word(struct pdn *pdn, const char *word)
{
	const char *equal = strchr(word, '=');
	g_autofree char *key = NULL;

	if (!equal)
		return pdn_set(pdn, "apn", word);
	key = g_strndup(word, equal - word);
	return pdn_set(pdn, key, equal + 1);
}

char *pdn_parse(struct modem *m, const char *text)
{
	g_auto(GStrv) words = NULL;
	unsigned int number, i;
	struct pdn *pdn;

	if (!parse_number(m, &text, &number))
		return g_strdup_printf("%s: PDNs have numbers from 1 to %u", text, PDNS_MAX);
	pdn = pdn_new(m, number);
	if (!pdn)
		return g_strdup_printf("%s: PDN %u again", text, number);
	words = g_strsplit(text, ",", 0);
	for (i = 0; words[i]; i++)
		if (!parse_word(pdn, words[i]))
			return g_strdup_printf("%s: not understood", words[i]);
	return check(pdn);
}

/* --- file: group [modem], and a group [pdn N] for each PDN */

static bool modem_set(struct modem *m, const char *key, const char *value)
{
	bool yes = !strcmp(value, "yes");

	if (!strcmp(key, "pin"))
		m->opt.pin = m->opt.pin ? m->opt.pin : g_strdup(value);
	else if (!strcmp(key, "hook"))
		m->opt.hook = m->opt.hook ? m->opt.hook : g_strdup(value);
	else if (!strcmp(key, "roaming"))
		m->opt.roaming |= yes;
	else
		return false;
	return strcmp(key, "roaming") || yes || !strcmp(value, "no");
}

static bool set(struct modem *m, struct pdn *pdn, const char *key, const char *value)
{
	return pdn ? pdn_set(pdn, key, value) : modem_set(m, key, value);
}

static char *read_keys(struct modem *m, struct pdn *pdn, GKeyFile *file, const char *group)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
	unsigned int i;

	for (i = 0; keys[i]; i++) {
		g_autofree char *value = g_key_file_get_string(file, group, keys[i], NULL);

		if (!value || !set(m, pdn, keys[i], value))
			return g_strdup_printf("[%s] %s: not understood", group, keys[i]);
	}
	return pdn ? check(pdn) : NULL;
}

static char *read_group(struct modem *m, GKeyFile *file, const char *group)
{
	struct pdn *pdn = NULL;
	unsigned int number;

	if (strcmp(group, "modem")) {
		if (!g_str_has_prefix(group, "pdn ") ||
		    !is_number(group + strlen("pdn "), 1, PDNS_MAX, &number))
			return g_strdup_printf("[%s]: not [modem] or [pdn 1] to [pdn %u]", group,
					       PDNS_MAX);
		pdn = pdn_new(m, number);
		if (!pdn)
			return g_strdup_printf("[%s]: again", group);
	}
	return read_keys(m, pdn, file, group);
}

char *config_read(struct modem *m, const char *path)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) groups = NULL;
	char *problem = NULL;
	unsigned int i;

	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error))
		return g_strdup_printf("%s: %s", path, error->message);
	groups = g_key_file_get_groups(file, NULL);
	for (i = 0; groups[i] && !problem; i++)
		problem = read_group(m, file, groups[i]);
	return problem;
}
