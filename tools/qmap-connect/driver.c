// SPDX-License-Identifier: GPL-2.0-only
/* What the driver has, and what it is told. */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"

bool netdev_exists(const char *name)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s", name);

	return *name && !access(path, F_OK);
}

bool netdev_is_up(const char *name)
{
	return read_number(name, "flags", 16) & IFF_UP;
}

/* --- writing, and the way back */

void face_remember(struct face *faces, unsigned int count, const char *path)
{
	struct face *face = faces;
	char *before;

	while (face < faces + count && face->path) {
		if (!strcmp(face->path, path))
			return;
		face++;
	}
	if (face == faces + count || !g_file_get_contents(path, &before, NULL, NULL))
		return;
	face->path = g_strdup(path);
	face->before = before;
}

bool face_write(struct modem *m, const char *path, const char *text)
{
	if (m->opt.dry_run || m->opt.verbose)
		g_print("    echo %s > %s\n", text, path);
	return m->opt.dry_run || write_file(path, text);
}

void driver_set(struct modem *m, const char *attribute, const char *format, ...)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/%s", m->name, attribute);
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	face_remember(m->faces, FACES_MAX, path);
	face_write(m, path, text);
}

/* The last one first. */
void faces_restore(struct face *faces, unsigned int count)
{
	struct face *face;

	for (face = faces + count - 1; face >= faces; face--) {
		if (!face->path)
			continue;
		write_file(face->path, face->before);
		g_free(face->path);
		g_free(face->before);
	}
	memset(faces, 0, count * sizeof(*faces));
}

/* For the next one, who may agree on something else with the modem. */
void driver_restore(struct modem *m)
{
	faces_restore(m->faces, FACES_MAX);
}

/* Another program may have left the netdev with Ethernet on USB. */
void driver_raw_ip(struct modem *m)
{
	g_autofree char *raw_ip = read_face(m->name, "qmi/raw_ip");

	if (m->mode || m->ethernet || !raw_ip || !strcmp(raw_ip, "Y"))
		return;
	netdev_down(m);
	driver_set(m, "qmi/raw_ip", "Y");
}

/* --- which modem */

/* The first one by name. */
static char *first_modem(void)
{
	g_autoptr(GPtrArray) names = find_modems();

	return names->len ? g_strdup(g_ptr_array_index(names, 0)) : NULL;
}

/* Netdev and channel, whose names may have changed since the last time. */
bool driver_find(struct modem *m)
{
	g_autofree char *name = m->opt.interface ? g_strdup(m->opt.interface) : first_modem();
	g_autofree char *channel = NULL;

	if (!name || !is_modem(name))
		return false;
	channel = first_entry(name, "device/usbmisc");
	if (!channel)
		return false;
	g_free(m->channel);
	m->channel = g_strdup_printf("/dev/%s", channel);
	g_strlcpy(m->name, name, sizeof(m->name));
	m->interface = read_number(name, "device/bInterfaceNumber", 16);
	m->mode = read_number(name, "qmap_mode", 10);
	g_free(m->identity);
	m->identity = modem_identity(name);
	m->ethernet = modem_is_ethernet(name);
	return true;
}

/* --- which links */

static bool name_link(struct pdn *pdn, const struct ioctl_links *links)
{
	unsigned int i;

	for (i = 0; i < PDNS_MAX && *links->ifname[i]; i++) {
		if (links->mux_id[i] != pdn->mux_id)
			continue;
		g_strlcpy(pdn->link, links->ifname[i], sizeof(pdn->link));
		pdn->away = pdn->netns && !netdev_exists(pdn->link);
		return true;
	}
	modem_say(pdn->modem, "no link for PDN %u, mux id 0x%02x: qmap_mode is %u",
		  pdn->number, pdn->mux_id, pdn->modem->mode);
	return false;
}

/* The sizes are those that connection managers for these modems ask for. */
static void want_qmap(struct modem *m, guint32 version, guint32 size)
{
	m->wanted = (struct data_format){
		.link = LINK_RAW_IP, .protocol = version,
		.dl_size = size, .dl_datagrams = size / 512, .ul_size = 8192, .ul_datagrams = 11,
	};
}

static bool fixed_links(struct modem *m)
{
	struct ioctl_links links;
	struct pdn *pdn;

	if (!ask_links(m->name, &links)) {
		modem_say(m, "the driver does not tell its links");
		return false;
	}
	m->mux = true;
	want_qmap(m, links.qmap_version, links.rx_urb_size);
	for_each_pdn(pdn, m)
		if (!name_link(pdn, &links))
			return false;
	return true;
}

static bool is_ours(const struct modem *m, const char *link)
{
	const struct pdn *pdn;

	for_each_pdn(pdn, m)
		if (pdn->mux_added && !strcmp(pdn->link, link))
			return true;
	return false;
}

/* Others', which would lose their carrier without the netdev below. */
bool driver_links_are_up(const struct modem *m)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s", m->name);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		if (!g_str_has_prefix(name, "upper_"))
			continue;
		name += strlen("upper_");
		if (!is_ours(m, name) && netdev_is_up(name))
			return true;
	}
	return false;
}

/* Without links the netdev of mode 0 sends IP, which is not for a modem that expects QMAP. */
void driver_silence(struct modem *m)
{
	if (!m->mode && m->mux && netdev_is_up(m->name) && !driver_links_are_up(m))
		netdev_down(m);
}

/* The netdev above @m's that has this mux id, or NULL. */
static char *find_upper(const struct modem *m, unsigned int mux_id)
{
	g_autoptr(GDir) dir = NULL;
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s", m->name);
	const char *name;

	dir = g_dir_open(path, 0, NULL);
	while (dir && (name = g_dir_read_name(dir))) {
		if (!g_str_has_prefix(name, "upper_"))
			continue;
		name += strlen("upper_");
		if (read_number(name, "qmap/mux_id", 0) == mux_id)
			return g_strdup(name);
	}
	return NULL;
}

/* Mode 0: several PDNs need links, and links that are there already mean QMAP. */
static bool wants_mux(struct modem *m)
{
	g_autofree char *ids = read_face(m->name, "qmi/add_mux");
	struct pdn *pdn;

	if (m->ethernet)
		return false;
	if (ids && *ids)
		return true;
	for_each_pdn(pdn, m)
		if (pdn->number > 1 || pdn->mux_id != MUX_ID_BASE + 1)
			return true;
	return false;
}

static bool own_link(struct modem *m)
{
	struct pdn *pdn;

	for_each_pdn(pdn, m)
		pdn->away = false;
	if (wants_mux(m)) {
		m->mux = true;
		want_qmap(m, AGGREGATION_QMAPV5, 32768);
		return true;
	}
	m->mux = false;
	m->wanted = (struct data_format){ .link = LINK_RAW_IP };
	for_each_pdn(pdn, m)
		g_strlcpy(pdn->link, m->name, sizeof(pdn->link));
	return true;
}

/* What the mode of the driver means for the calls. False: it has no such links. */
bool driver_links(struct modem *m)
{
	struct pdn *pdn;

	if (!(m->mode ? fixed_links(m) : own_link(m)))
		return false;
	for_each_pdn(pdn, m) {
		if (!pdn->netns || strcmp(pdn->link, m->name))
			continue;
		modem_say(m, "%s is the modem itself: no --netns in this qmap_mode", m->name);
		return false;
	}
	for_each_pdn(pdn, m) {
		if (!pdn->lan || !m->ethernet)
			continue;
		modem_say(m, "no passthrough over Ethernet on USB: bridge %s and %s", m->name,
			  pdn->lan);
		return false;
	}
	return true;
}

/* --- links of mode 0 */

static void change_mux(struct modem *m, const char *attribute, unsigned int mux_id)
{
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/qmi/%s", m->name, attribute);
	g_autofree char *text = g_strdup_printf("0x%02x", mux_id);

	face_write(m, path, text);
}

static bool has_mux(const struct modem *m, unsigned int mux_id)
{
	g_autofree char *ids = read_face(m->name, "qmi/add_mux");
	g_autofree char *id = g_strdup_printf("0x%02x", mux_id);

	return ids && strstr(ids, id);
}

/* One that is nowhere to be seen was left in another namespace. */
static char *add_link(struct pdn *pdn)
{
	struct modem *m = pdn->modem;
	char *name = find_upper(m, pdn->mux_id);

	if (name)
		return name;
	if (has_mux(m, pdn->mux_id))
		change_mux(m, "del_mux", pdn->mux_id);
	change_mux(m, "add_mux", pdn->mux_id);
	pdn->mux_added = true;
	return m->opt.dry_run ? g_strdup_printf("qmimux%u", pdn->number - 1) :
				find_upper(m, pdn->mux_id);
}

/* Only these are not there from the start. False: the driver has refused one. */
bool driver_add_links(struct modem *m)
{
	struct pdn *pdn;

	if (m->mode || !m->mux)
		return true;
	for_each_pdn(pdn, m) {
		g_autofree char *name = add_link(pdn);

		if (!name)
			return false;
		g_strlcpy(pdn->link, name, sizeof(pdn->link));
	}
	return true;
}

void driver_del_links(struct modem *m)
{
	struct pdn *pdn;

	for_each_pdn(pdn, m) {
		if (pdn->mux_added && netdev_exists(m->name))
			change_mux(m, "del_mux", pdn->mux_id);
		pdn->mux_added = false;
	}
}

/* Where the driver has made the links it wants to know which data calls are up. */
void driver_link_state(struct pdn *pdn, bool up)
{
	struct modem *m = pdn->modem;
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/link_state", m->name);
	g_autofree char *text = NULL;
	unsigned int number = pdn->mux_id - MUX_ID_BASE;

	if (!m->mode)
		return;
	if (m->mode == 1)
		text = g_strdup(up ? "1" : "0");
	else
		text = g_strdup_printf("0x%02x", up ? number : 0x80 + number);
	face_write(m, path, text);
}

/* In bridge mode the driver lets pass what has the address of the call. */
void driver_bridge_ipv4(struct pdn *pdn)
{
	g_autofree char *mode = g_strdup_printf(NETDEVS "/%s/bridge_mode", pdn->link);
	g_autofree char *path = g_strdup_printf(NETDEVS "/%s/bridge_ipv4", pdn->link);
	const char *address = pdn->call[0].settings.address;
	g_autofree char *on = NULL;

	if (g_file_get_contents(mode, &on, NULL, NULL) && !strcmp(on, "1\n"))
		face_write(pdn->modem, path, address ? address : "0");
}
