// SPDX-License-Identifier: GPL-2.0-only
/*
 * The networks. PDN n is the namespace pdn<n>, where servers for the tests run:
 *
 *   qmodem ── tun0 10.64.<n>.1/24, 2001:db8:<n>::1/64, fe80::1/64 ── pdn<n>
 *
 * The modem's host has the addresses 10.64.<n>.2 and 2001:db8:<n>::2, or other ones after
 * "renumber".
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modem.h"
#include "util.h"

#define NETNS_DIR	"/run/netns"

static void netns_path(const struct pdn *pdn, char *path, size_t size)
{
	snprintf(path, size, NETNS_DIR "/pdn%u", pdn->number);
}

uint32_t pdn_address4(const struct pdn *pdn, enum pdn_host host)
{
	uint8_t last = host == PDN_CLIENT && pdn->renumbered ? pdn->renumbered : host;

	return 10u << 24 | 64u << 16 | pdn->number << 8 | last;
}

void pdn_address6(const struct pdn *pdn, enum pdn_host host, uint8_t address[16])
{
	memset(address, 0, 16);
	put_be32(address, 0x20010db8);
	put_be16(address + 4, pdn->number);
	if (host == PDN_CLIENT || host == PDN_PREFIX)
		put_be16(address + 6, pdn->renumbered);
	address[15] = host;
}

/* As "ip netns add" does it, so that namespaces that ip makes later are visible everywhere. */
static void share_netns_dir(void)
{
	if (mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST)
		err(1, "mkdir %s", NETNS_DIR);
	if (!mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return;
	if (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL) < 0 ||
	    mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL) < 0)
		err(1, "mount %s", NETNS_DIR);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static int control_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

static void must_ioctl(int fd, unsigned long request, void *arg, const char *what)
{
	if (ioctl(fd, request, arg) < 0)
		err(1, "%s", what);
}

static void set_up(int sock, const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	strcpy(ifr.ifr_name, name);
	must_ioctl(sock, SIOCSIFFLAGS, &ifr, "SIOCSIFFLAGS");
}

static void set_address4(int sock, const struct pdn *pdn)
{
	struct ifreq ifr = { .ifr_name = "tun0" };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(pdn_address4(pdn, PDN_GATEWAY));
	must_ioctl(sock, SIOCSIFADDR, &ifr, "SIOCSIFADDR");
	sin->sin_addr.s_addr = htonl(PDN_NETMASK4);
	must_ioctl(sock, SIOCSIFNETMASK, &ifr, "SIOCSIFNETMASK");
}

static void set_address6(int sock, const uint8_t address[16])
{
	struct in6_ifreq ifr = {
		.ifr6_prefixlen = 64,
		.ifr6_ifindex = if_nametoindex("tun0"),
	};

	memcpy(&ifr.ifr6_addr, address, 16);
	must_ioctl(sock, SIOCSIFADDR, &ifr, "SIOCSIFADDR (IPv6)");
}

static void set_queue_length(int sock, int packets)
{
	struct ifreq ifr = { .ifr_name = "tun0", .ifr_qlen = packets };

	must_ioctl(sock, SIOCSIFTXQLEN, &ifr, "SIOCSIFTXQLEN");
}

static void configure(const struct pdn *pdn)
{
	static const uint8_t link_local[16] = { 0xfe, 0x80, [15] = 1 };
	int sock4 = control_socket(AF_INET), sock6 = control_socket(AF_INET6);
	uint8_t global[16];

	/* A router sends no solicitations, and makes no address of its own. */
	write_file("/proc/sys/net/ipv6/conf/tun0/forwarding", "1");
	write_file("/proc/sys/net/ipv6/conf/tun0/addr_gen_mode", "1");
	set_queue_length(sock4, 1000);
	set_address4(sock4, pdn);
	set_up(sock4, "lo");
	set_up(sock4, "tun0");
	pdn_address6(pdn, PDN_GATEWAY, global);
	set_address6(sock6, global);
	set_address6(sock6, link_local);
	close(sock4);
	close(sock6);
}

static int open_tun(void)
{
	struct ifreq ifr = { .ifr_name = "tun0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/net/tun (modprobe tun)");
	must_ioctl(fd, TUNSETIFF, &ifr, "TUNSETIFF");
	return fd;
}

static void tun_ready(struct loop_fd *io, uint32_t events)
{
	(void)events;
	container_of(io, struct pdn, tun)->readable = true;
}

static void create(struct pdn *pdn)
{
	char path[64];
	int fd;

	netns_path(pdn, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
	if (fd < 0)
		err(1, "%s", path);
	close(fd);
	if (unshare(CLONE_NEWNET) < 0)
		err(1, "unshare");
	if (mount("/proc/self/ns/net", path, "none", MS_BIND, NULL) < 0)
		err(1, "mount %s", path);
	pdn->tun = (struct loop_fd){ .fd = open_tun(), .ready = tun_ready };
	configure(pdn);
	/* Edge-triggered: whether there is room for a packet changes more often than this. */
	loop_add(&pdn->tun, EPOLLIN | EPOLLET);
}

struct pdn *pdn_find(struct modem *m, unsigned int number)
{
	struct pdn *pdn;

	for (pdn = m->pdn; pdn < m->pdn + m->pdns; pdn++)
		if (pdn->number == number)
			return pdn;
	return NULL;
}

void pdn_create(struct modem *m, unsigned int first, unsigned int count)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	unsigned int i;

	if (home < 0)
		err(1, "/proc/self/ns/net");
	share_netns_dir();
	for (i = 0; i < count; i++) {
		struct pdn *pdn = &m->pdn[i];

		pdn->number = first + i;
		pdn->profile = i + 1;
		snprintf(pdn->apn, sizeof(pdn->apn), "pdn%u", pdn->profile);
		m->pdns++;
		create(pdn);
	}
	strcpy(m->pdn[0].apn, "internet");
	if (count > 1)
		strcpy(m->pdn[1].apn, "ims");
	if (setns(home, CLONE_NEWNET) < 0)
		err(1, "setns");
	close(home);
}

void pdn_destroy(struct modem *m)
{
	char path[64];
	unsigned int i;

	for (i = 0; i < m->pdns; i++) {
		netns_path(&m->pdn[i], path, sizeof(path));
		umount2(path, MNT_DETACH);
		unlink(path);
	}
}

size_t pdn_read(struct pdn *pdn, uint8_t *packet, size_t size)
{
	ssize_t len = read(pdn->tun.fd, packet, size);

	if (len > 0)
		return len;
	pdn->readable = false;
	return 0;
}

/* A network that is down or has a full queue loses packets, as real ones do. */
void pdn_write(struct pdn *pdn, const uint8_t *packet, size_t len)
{
	ssize_t written = write(pdn->tun.fd, packet, len);

	(void)written;
}
