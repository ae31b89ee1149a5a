#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Small datagrams as fast as they can be sent, and a socket with room for all of them.

flood.py DATAGRAMS      from namespace pdn1 to the host; prints how many arrived
"""
import socket
import sys

from netns import namespace

HOST, PORT = "10.64.1.2", 7003
PAYLOAD = 36                    # 64 bytes of IP
ROOM = 1 << 28
SO_RCVBUFFORCE = 33


def main(datagrams):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM)
    receiver.bind((HOST, PORT))
    receiver.settimeout(2)
    with namespace("pdn1"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(datagrams):
        sender.sendto(bytes(PAYLOAD), (HOST, PORT))
    received = 0
    try:
        while True:
            receiver.recv(PAYLOAD)
            received += 1
    except socket.timeout:
        print(received)


main(int(sys.argv[1]))
