/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IP_H
#define IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP4_HEADER	20
#define IP6_HEADER	40
#define UDP_HEADER	8
#define TCP_HEADER	20
#define UDP4_HEADERS	(IP4_HEADER + UDP_HEADER)

enum { IPPROTO_IS_ICMP = 1, IPPROTO_IS_TCP = 6, IPPROTO_IS_UDP = 17, IPPROTO_IS_ICMP6 = 58 };

/* 4 or 6; 0 if the bytes do not begin like an IP packet. */
uint8_t ip_family(const uint8_t *packet, size_t len);
/* The length in the packet's header. */
size_t ip_length(const uint8_t *packet, uint8_t family);

/* Protocol and place of the transport header; 0 if there is none (a later fragment). */
uint8_t ip_transport(const uint8_t *packet, size_t len, size_t *offset);

/* Fill in the TCP, UDP or ICMPv6 checksum. False if the packet has none. */
bool ip_put_checksum(uint8_t *packet, size_t len);

/* Whether the packet has such a checksum, and it is right. */
bool ip_checksum_is_right(const uint8_t *packet, size_t len);

/* Write an IP header for @len bytes of payload. */
void ip_put_header4(uint8_t *packet, uint32_t from, uint32_t to, uint8_t protocol, uint16_t id,
		    size_t len);
void ip_put_header6(uint8_t *packet, const uint8_t from[16], const uint8_t to[16],
		    uint8_t protocol, size_t len);

/* Write a UDP header without checksum before @len bytes of payload. */
void ip_put_udp(uint8_t *udp, uint16_t sport, uint16_t dport, size_t len);

/* Write IPv4 and UDP headers before @len bytes of payload that are there already. */
size_t ip_put_udp4(uint8_t *packet, uint32_t from, uint32_t to, uint16_t sport, uint16_t dport,
		   size_t len);

#endif
