// SPDX-License-Identifier: GPL-2.0-only
/*
 * qbench: what measures, inside the guest.
 *
 *   qbench modem PRODUCT            a modem that carries data as cheaply as can be
 *   qbench row NAME KEY=VALUE...    move packets through the driver, print what it took
 *   qbench rmnet PARENT NAME ID FLAGS    make a link of rmnet
 *   qbench coalesce NETDEV BYTES FRAMES USECS    ethtool's tx-aggr-*
 *
 *   port.c                  the USB/IP front end
 *   modem.c                 the modem; its jobs: down.c up.c tcp.c frames.c
 *   host.c link.c           the host's programs
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

struct shared *map_shared(bool create)
{
	int fd = open(BENCH_MEMORY, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
	void *p;

	if (fd < 0 || (create && ftruncate(fd, sizeof(struct shared))))
		err(1, "%s", BENCH_MEMORY);
	p = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		 fd, 0);
	if (p == MAP_FAILED)
		err(1, "mmap");
	close(fd);
	return p;
}

uint64_t idle_time(void)
{
	FILE *f = fopen("/proc/timer_list", "re");
	unsigned long long idle = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " .idle_sleeptime : %llu", &idle) == 1)
			break;
	if (f)
		fclose(f);
	return idle;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "modem"))
		return modem_main(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "row"))
		return host_main(argc - 1, argv + 1);
	if (argc > 1)
		return link_main(argc - 1, argv + 1);
	errx(2, "usage: see main.c");
}
