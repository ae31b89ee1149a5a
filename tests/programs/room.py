# SPDX-License-Identifier: GPL-2.0-only
"""How many datagrams a socket of the usual size keeps, if nobody reads it.

room.py NETDEV SIZE COUNT    from namespace pdn1, by NETDEV
"""
import socket
import sys
import time

from netns import namespace

HOST, PORT = "10.64.1.2", 7003
PATIENCE = 60


def packets(netdev):
    with open(f"/sys/class/net/{netdev}/statistics/rx_packets") as file:
        return int(file.read())


def kept(sock):
    count = 0
    sock.setblocking(False)
    try:
        while sock.recv(65536):
            count += 1
    except BlockingIOError:
        return count


def main(netdev, size, count):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((HOST, PORT))
    with namespace("pdn1"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wanted, end = packets(netdev) + count, time.monotonic() + PATIENCE
    for _ in range(count):
        sender.sendto(bytes(size), (HOST, PORT))
    while packets(netdev) < wanted:
        if time.monotonic() > end:
            sys.exit(f"{wanted - packets(netdev)} of {count} datagrams did not arrive")
        time.sleep(0.1)
    print(kept(sock))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
