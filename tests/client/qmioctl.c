// SPDX-License-Identifier: GPL-2.0-only
/* qmioctl: one of the vendor's device ioctls, with values of the caller's choice. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ioctls.h"

static const char usage[] =
	"usage: qmioctl NETDEV links             what 0x89F3 tells, a field each line\n"
	"       qmioctl NETDEV state VALUE       0x89F1\n"
	"       qmioctl NETDEV format FIELD=VALUE...\n"
	"                                        0x89F2; a field not given is 0, size is 32\n"
	"An error is told by its name on standard output.\n";

static _Noreturn void bad_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static uint32_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (!*text || *end)
		errx(2, "%s: not a number", text);
	return n;
}

static int result_of(int result)
{
	if (!result)
		return 0;
	printf("%s\n", strerrorname_np(errno));
	return 1;
}

static int set_state(const char *netdev, const char *value)
{
	uint32_t state = number(value);

	return result_of(netdev_ioctl(netdev, IOCTL_LINK_STATE, &state));
}

static void set_field(struct ioctl_format *f, char *word)
{
	const struct { const char *name; uint32_t *value; } fields[] = {
		{ "size", &f->size },
		{ "rx_urb_size", &f->rx_urb_size },
		{ "ep_type", &f->ep_type },
		{ "iface_id", &f->iface_id },
		{ "mux_id", &f->mux_id },
		{ "ul_max_datagrams", &f->ul_max_datagrams },
		{ "ul_max_size", &f->ul_max_size },
		{ "dl_minimum_padding", &f->dl_minimum_padding },
	};
	const char *value = strchr(word, '=');
	size_t i, len = value ? value - word : 0;

	for (i = 0; value && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strlen(fields[i].name) != len || memcmp(fields[i].name, word, len))
			continue;
		*fields[i].value = number(value + 1);
		return;
	}
	bad_usage();
}

static int set_format(const char *netdev, char **words)
{
	struct ioctl_format format = { .size = sizeof(format) };

	for (; *words; words++)
		set_field(&format, *words);
	return result_of(netdev_ioctl(netdev, IOCTL_SET_FORMAT, &format));
}

static void print_links(const struct ioctl_links *links)
{
	unsigned int i;

	printf("size %u\nrx_urb_size %u\nep_type %u\niface_id %u\n", links->size,
	       links->rx_urb_size, links->ep_type, links->iface_id);
	printf("qmap_mode %u\nqmap_version %u\ndl_minimum_padding %u\n", links->qmap_mode,
	       links->qmap_version, links->dl_minimum_padding);
	for (i = 0; i < LINKS_MAX; i++)
		if (links->ifname[i][0] || links->mux_id[i])
			printf("link %u %.16s 0x%02x\n", i, links->ifname[i], links->mux_id[i]);
}

/* Filled with what no answer has, so that a field left alone shows; and so does a byte too many. */
static int get_links(const char *netdev)
{
	struct { struct ioctl_links links; uint8_t fence[256]; } answer;
	size_t i;
	int status;

	memset(&answer, 0xee, sizeof(answer));
	status = result_of(netdev_ioctl(netdev, IOCTL_GET_LINKS, &answer));
	for (i = 0; i < sizeof(answer.fence); i++)
		if (answer.fence[i] != 0xee)
			errx(3, "more than %zu bytes were written", sizeof(answer.links));
	if (!status)
		print_links(&answer.links);
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[2], "links"))
		return get_links(argv[1]);
	if (argc == 4 && !strcmp(argv[2], "state"))
		return set_state(argv[1], argv[3]);
	if (argc >= 3 && !strcmp(argv[2], "format"))
		return set_format(argv[1], argv + 3);
	bad_usage();
}
