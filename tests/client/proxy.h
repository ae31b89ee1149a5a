/* SPDX-License-Identifier: GPL-2.0-only */
/* Where qmproxy is found: an abstract socket, under the name that the vendor's has. */
#ifndef PROXY_H
#define PROXY_H

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PROXY_NAME	"quectel-qmi-proxy"

static inline socklen_t proxy_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path + 1, PROXY_NAME, strlen(PROXY_NAME));
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(PROXY_NAME);
}

#endif
