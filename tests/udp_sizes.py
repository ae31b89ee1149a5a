#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams of every size, there and back.

udp_sizes.py serve                    echo what comes to port 7
udp_sizes.py check ADDRESS FROM TO    send FROM to TO bytes, compare the echoes

Datagrams go out in bursts, so that they share transfers in both directions.
"""
import socket
import sys

PORT = 7
BURST = 32
PATTERN = bytes(range(251)) * 8


def payload(size):
    start = size % 251
    return PATTERN[start:start + size]


def serve():
    server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    server.bind(("::", PORT))   # IPv4 as well
    while True:
        data, peer = server.recvfrom(65536)
        server.sendto(data, peer)


def check(address, shortest, longest):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.connect((address, PORT))
    client.settimeout(5)
    for first in range(shortest, longest + 1, BURST):
        sizes = range(first, min(first + BURST, longest + 1))
        for size in sizes:
            client.send(payload(size))
        for size in sizes:
            try:
                data = client.recv(65536)
            except socket.timeout:
                sys.exit(f"{address}: {size} bytes: no echo")
            if data != payload(size):
                sys.exit(f"{address}: {size} bytes sent, other {len(data)} came back")


if sys.argv[1] == "serve":
    serve()
else:
    check(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
