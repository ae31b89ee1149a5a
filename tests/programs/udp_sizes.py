# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams of every size, there and back.

udp_sizes.py serve                    echo what comes to port 7
udp_sizes.py check ADDRESS FROM TO    send FROM to TO bytes, compare the echoes
udp_sizes.py mixed ADDRESS SIZE...    these sizes in turn; long ones come in fragments
udp_sizes.py gso ADDRESS SIZE COUNT   COUNT of SIZE bytes and a shorter one, handed to
                                      the kernel as one (UDP GSO)

Datagrams go out in bursts, so that they share transfers in both directions, and come
back in the same order.
"""
import socket
import sys

from udp import ECHO, UDP_SEGMENT

BURST = 32
BURSTS = 10
PATTERN = bytes(range(251)) * 16


def payload(size):
    start = size % 251
    return PATTERN[start:start + size]


def serve():
    server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    server.bind(("::", ECHO))   # IPv4 as well
    while True:
        data, peer = server.recvfrom(65536)
        server.sendto(data, peer)


def connect(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.connect((address, ECHO))
    client.settimeout(30)
    return client


def expect(client, wanted):
    try:
        data = client.recv(65536)
    except socket.timeout:
        sys.exit(f"{len(wanted)} bytes: no echo")
    if data != wanted:
        sys.exit(f"{len(wanted)} bytes sent, other {len(data)} came back")


def burst(client, sizes):
    for size in sizes:
        client.send(payload(size))
    for size in sizes:
        expect(client, payload(size))


def check(address, shortest, longest):
    client = connect(address)
    for first in range(shortest, longest + 1, BURST):
        burst(client, range(first, min(first + BURST, longest + 1)))


def mixed(address, sizes):
    client = connect(address)
    for _ in range(BURSTS):
        burst(client, (sizes * BURST)[:BURST])


def gso(address, size, count):
    client = connect(address)
    client.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
    sent = (PATTERN * (size * count // len(PATTERN) + 1))[:size * count + size // 2]
    client.send(sent)
    for at in range(0, len(sent), size):
        expect(client, sent[at:at + size])


if sys.argv[1] == "serve":
    serve()
elif sys.argv[1] == "mixed":
    mixed(sys.argv[2], [int(size) for size in sys.argv[3:]])
elif sys.argv[1] == "gso":
    gso(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    check(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
