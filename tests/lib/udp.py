# SPDX-License-Identifier: GPL-2.0-only
"""UDP sockets, and what Python's socket module does not name; for tests/programs."""
import socket

ECHO, DISCARD = 7, 9
SO_RCVBUFFORCE = 33
UDP_SEGMENT, UDP_GRO = 103, 104


def segmenting(size):
    """Sends what it is given as datagrams of this size (UDP GSO)."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
    return sock


def receiver(host, port, room):
    """Has room for so many bytes that are not yet read."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, room)
    sock.bind((host, port))
    return sock
