// SPDX-License-Identifier: GPL-2.0-only
/* Addresses, routes and flags of netdevs: by ioctl, and by the programs that are at hand. */
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ioctls.h"
#include "network.h"

static struct ifreq request_for(const char *netdev)
{
	struct ifreq ifr = { .ifr_flags = 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", netdev);
	return ifr;
}

static int any_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

void network_set_up(const char *netdev, bool up)
{
	struct ifreq ifr = request_for(netdev);
	int fd = any_socket();

	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		err(1, "%s", netdev);
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err(1, "%s %s", netdev, up ? "up" : "down");
	close(fd);
}

void network_set_mtu(const char *netdev, uint32_t mtu)
{
	struct ifreq ifr = request_for(netdev);
	int fd = any_socket();

	ifr.ifr_mtu = mtu;
	if (ioctl(fd, SIOCSIFMTU, &ifr))
		err(1, "%s: MTU %u", netdev, mtu);
	close(fd);
}

/* True if the program ended with status 0. Its signals are not blocked as ours are. */
static bool run(const char *const argv[])
{
	sigset_t none;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(argv[0], (char *const *)argv);
		err(127, "%s", argv[0]);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static const char *text4(char *text, uint32_t address)
{
	struct in_addr in = { .s_addr = htonl(address) };

	return inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
}

static void configure_static(const char *link, const struct settings *set)
{
	char address[INET_ADDRSTRLEN + 4], gateway[INET_ADDRSTRLEN];

	text4(address, set->address4);
	sprintf(address + strlen(address), "/%d", __builtin_popcount(set->netmask4));
	text4(gateway, set->gateway4);
	printf("static address %s, gateway %s\n", address, gateway);
	if (!RUN("ip", "address", "replace", address, "dev", link) ||
	    !RUN("ip", "route", "replace", gateway, "dev", link))
		errx(1, "%s: no IPv4 address", link);
}

void network_configure4(const char *link, const struct settings *set)
{
	if (!RUN("busybox", "udhcpc", "-f", "-n", "-q", "-t", "5", "-i", link))
		configure_static(link, set);
}

/* Several links may each have a default route: none replaces another's. */
void network_configure6(const char *link, const struct settings *set)
{
	char address[INET6_ADDRSTRLEN + 4], gateway[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, set->address6, address, INET6_ADDRSTRLEN);
	sprintf(address + strlen(address), "/%u", set->prefix6);
	inet_ntop(AF_INET6, set->gateway6, gateway, sizeof(gateway));
	printf("address %s, gateway %s\n", address, gateway);
	if (!RUN("ip", "address", "replace", address, "dev", link, "nodad") ||
	    !RUN("ip", "-6", "route", "append", "default", "via", gateway, "dev", link))
		errx(1, "%s: no IPv6 address", link);
}

void network_forget(const char *link)
{
	RUN("ip", "address", "flush", "dev", link);
}
