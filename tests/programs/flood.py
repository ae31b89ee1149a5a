# SPDX-License-Identifier: GPL-2.0-only
"""Small datagrams as fast as possible, to a socket with room for all of them.

flood.py DATAGRAMS      from namespace pdn1 to the host; prints how many arrived
"""
import socket
import sys

from netns import namespace
from udp import receiver

HOST, PORT = "10.64.1.2", 7003
PAYLOAD = 36                    # 64 bytes of IP
ROOM = 1 << 28


def main(datagrams):
    sink = receiver(HOST, PORT, ROOM)
    sink.settimeout(2)
    with namespace("pdn1"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(datagrams):
        sender.sendto(bytes(PAYLOAD), (HOST, PORT))
    received = 0
    try:
        while True:
            sink.recv(PAYLOAD)
            received += 1
    except socket.timeout:
        print(received)


main(int(sys.argv[1]))
