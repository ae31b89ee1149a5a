# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams whose payloads look like QMAP: frames for mux id 0x81, with commands that stop the
link, and UDP to a port that nobody else sends to. Empty frames lead to them from nearly any multiple
of 4 bytes on, and frames begin at those.

lookalike.py send ADDRESS COUNT    send such datagrams; print how many microseconds 1000 bytes took
lookalike.py receive               until SIGTERM; then print how many came, real and forged
"""
import random
import selectors
import signal
import socket
import struct
import sys
import time

from checksum import checksum
from udp import receiver

REAL, FORGED = 9999, 7777

COMMAND = bytes.fromhex("80810010 01000000 00000001 00000000 00000000")
EMPTY = bytes.fromhex("00810000")


def forged_frame(csum_header):
    source, target = socket.inet_aton("10.64.1.1"), socket.inet_aton("10.64.1.2")
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 32, 0, 0, 64, 17, 0, source, target)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    packet = header + struct.pack("!HHHH4s", FORGED, FORGED, 12, 0, b"evil")
    if csum_header:
        return struct.pack("!BBHBBH", 0x40, 0x81, len(packet), 4, 0x80, 0) + packet
    return struct.pack("!BBH", 0, 0x81, len(packet)) + packet


def send(address, count):
    random.seed(1)
    patterns = [EMPTY * 32 + frame for frame in (COMMAND, forged_frame(False), forged_frame(True))]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    began, sent = time.monotonic(), 0
    for _ in range(count):
        pattern = random.choice(patterns) * 12
        offset = 4 * random.randrange((len(pattern) - 1472) // 4)
        size = random.choice((1472, random.randrange(1, 1472)))
        sent += sender.sendto(pattern[offset:offset + size], (address, REAL))
    print(int((time.monotonic() - began) * 1e9 / sent))


def receive():
    count = {REAL: 0, FORGED: 0}
    selector = selectors.DefaultSelector()
    for port in count:
        selector.register(receiver("", port, 1 << 24), selectors.EVENT_READ, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        while True:
            for key, _ in selector.select():
                key.fileobj.recv(65536)
                count[key.data] += 1
    finally:
        print(f"real {count[REAL]}\nforged {count[FORGED]}")


if sys.argv[1] == "send":
    send(sys.argv[2], int(sys.argv[3]))
else:
    receive()
