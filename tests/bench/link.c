// SPDX-License-Identifier: GPL-2.0-only
/* What iproute2 and ethtool of Debian 12 cannot say yet, by netlink. */
#include <err.h>
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

struct message {
	struct nlmsghdr header;
	char body[1024];
};

static struct nlattr *put(struct message *m, uint16_t type, const void *data, uint16_t len)
{
	struct nlattr *attr = (void *)((char *)m + NLMSG_ALIGN(m->header.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy(attr + 1, data, len);
	m->header.nlmsg_len = NLMSG_ALIGN(m->header.nlmsg_len) + NLA_ALIGN(attr->nla_len);
	return attr;
}

static void put_u32(struct message *m, uint16_t type, uint32_t value)
{
	put(m, type, &value, sizeof(value));
}

static void end_nest(struct message *m, struct nlattr *nest)
{
	nest->nla_len = (char *)m + m->header.nlmsg_len - (char *)nest;
}

/* The first answer takes the place of the request; a refusal ends the program. */
static void call(int protocol, struct message *m)
{
	int fd = socket(AF_NETLINK, SOCK_RAW, protocol);
	struct nlmsgerr *answer = NLMSG_DATA(&m->header);

	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(fd, m, m->header.nlmsg_len, 0) < 0 || recv(fd, m, sizeof(*m), 0) < 0)
		err(1, "netlink");
	close(fd);
	if (m->header.nlmsg_type != NLMSG_ERROR || !answer->error)
		return;
	errno = -answer->error;
	err(1, "netlink");
}

static void put_rmnet(struct message *m, uint16_t mux_id, uint32_t flags)
{
	const struct ifla_rmnet_flags f = { flags, flags };
	struct nlattr *info = put(m, IFLA_LINKINFO, NULL, 0), *data;

	put(m, IFLA_INFO_KIND, "rmnet", sizeof("rmnet"));
	data = put(m, IFLA_INFO_DATA, NULL, 0);
	put(m, IFLA_RMNET_MUX_ID, &mux_id, sizeof(mux_id));
	put(m, IFLA_RMNET_FLAGS, &f, sizeof(f));
	end_nest(m, data);
	end_nest(m, info);
}

static int add_rmnet(const char *parent, const char *name, uint16_t mux_id, uint32_t flags)
{
	struct message m = { .header = {
		.nlmsg_len = NLMSG_SPACE(sizeof(struct ifinfomsg)),
		.nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL,
	} };

	put_u32(&m, IFLA_LINK, if_nametoindex(parent));
	put(&m, IFLA_IFNAME, name, strlen(name) + 1);
	put_rmnet(&m, mux_id, flags);
	call(NETLINK_ROUTE, &m);
	return 0;
}

static struct message generic(uint16_t family, uint8_t command)
{
	struct message m = { .header = {
		.nlmsg_len = NLMSG_SPACE(sizeof(struct genlmsghdr)), .nlmsg_type = family,
	} };
	struct genlmsghdr *header = NLMSG_DATA(&m.header);

	header->cmd = command;
	header->version = 1;
	return m;
}

static uint16_t ethtool_family(void)
{
	struct message m = generic(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	struct nlattr *attr;
	char *end;

	put(&m, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME, sizeof(ETHTOOL_GENL_NAME));
	call(NETLINK_GENERIC, &m);
	end = (char *)&m + m.header.nlmsg_len;
	attr = (void *)((char *)NLMSG_DATA(&m.header) + GENL_HDRLEN);
	for (; (char *)attr < end; attr = (void *)((char *)attr + NLA_ALIGN(attr->nla_len)))
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(attr + 1);
	errx(1, "no ethtool by netlink");
}

/* The numbers of tx-aggr-* are newer than Debian 12's headers. */
enum { TX_AGGR_MAX_BYTES = 26, TX_AGGR_MAX_FRAMES, TX_AGGR_TIME_USECS };

static int set_coalesce(const char *ndev, uint32_t bytes, uint32_t frames, uint32_t usecs)
{
	struct message m = generic(ethtool_family(), ETHTOOL_MSG_COALESCE_SET);
	struct nlattr *header;

	header = put(&m, ETHTOOL_A_COALESCE_HEADER | NLA_F_NESTED, NULL, 0);
	put(&m, ETHTOOL_A_HEADER_DEV_NAME, ndev, strlen(ndev) + 1);
	end_nest(&m, header);
	put_u32(&m, TX_AGGR_MAX_BYTES, bytes);
	put_u32(&m, TX_AGGR_MAX_FRAMES, frames);
	put_u32(&m, TX_AGGR_TIME_USECS, usecs);
	call(NETLINK_GENERIC, &m);
	return 0;
}

int link_main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[0], "rmnet"))
		return add_rmnet(argv[1], argv[2], strtoul(argv[3], NULL, 0),
				 strtoul(argv[4], NULL, 0));
	if (argc == 5 && !strcmp(argv[0], "coalesce"))
		return set_coalesce(argv[1], atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
	errx(2, "usage: see main.c");
}
