# SPDX-License-Identifier: GPL-2.0-only
"""udp_gro.py send ADDRESS BURSTS [silent]
udp_gro.py receive BURSTS [silent]

Bursts of 16 datagrams to a socket that asks for GRO. It answers each burst with one datagram,
or is silent. The receiver prints datagrams per receive, in hundredths.
"""
import socket
import struct
import sys
import time

from udp import SO_RCVBUFFORCE, UDP_GRO

PORT = 9000
BURST, SIZE = 16, 1000
APART = 0.003
PATIENCE = 5


def send(address, bursts, silent):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.settimeout(PATIENCE)
    sender.connect((address, PORT))
    for number in range(bursts):
        for _ in range(BURST):
            sender.send(number.to_bytes(4, "big") * (SIZE // 4))
        if not silent:
            sender.recv(100)
        time.sleep(APART)


def receive(bursts, silent):
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.IPPROTO_UDP, UDP_GRO, 1)
    receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)  # all bursts, unread
    receiver.bind(("", PORT))
    datagrams = receives = 0
    while datagrams < bursts * BURST:
        data, _, _, sender = receiver.recvmsg(65536, 100)
        datagrams += len(data) // SIZE
        receives += 1
        if not silent and not datagrams % BURST:
            receiver.sendto(struct.pack("!I", datagrams), sender)
    print(100 * datagrams // receives)


arguments = [argument for argument in sys.argv[2:] if argument != "silent"]
if sys.argv[1] == "send":
    send(arguments[0], int(arguments[1]), "silent" in sys.argv)
else:
    receive(int(arguments[0]), "silent" in sys.argv)
