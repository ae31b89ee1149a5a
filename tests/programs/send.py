# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams that nobody answers, from a socket with room for all of them: it does not wait
until the network has taken them.

send.py ADDRESS TIMES SIZE COUNT    TIMES times COUNT datagrams of SIZE bytes, handed to the
                                    kernel as one (UDP GSO) if COUNT is more than 1
"""
import socket
import sys

from abi import SO_SNDBUFFORCE
from udp import DISCARD, segmenting

ROOM = 1 << 22


def main(address, times, size, count):
    sender = segmenting(size) if count > 1 else socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, ROOM)
    for _ in range(times):
        sender.sendto(bytes(size * count), (address, DISCARD))


main(sys.argv[1], *map(int, sys.argv[2:]))
