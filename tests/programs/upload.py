# SPDX-License-Identifier: GPL-2.0-only
"""Uplink traffic of one link beside others.

upload.py flood PDN COUNT      datagrams of 1000 bytes, COUNT of them handed to the kernel as
                               one (UDP GSO), as fast as they go, until it is killed
upload.py ask PDN COUNT RATE   small datagrams to the echo server, RATE a second; prints how
                               many of COUNT came back
"""
import select
import socket
import sys
import time

from udp import DISCARD, ECHO, segmenting

PATIENCE = 10
SIZE = 1000


def flood(pdn, count):
    sock = segmenting(SIZE)
    sock.connect((f"10.64.{pdn}.1", DISCARD))
    data = bytes(SIZE * count)
    while True:
        try:
            sock.send(data)
        except ConnectionRefusedError:
            pass    # nobody listens there


def ask(pdn, count, rate):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((f"10.64.{pdn}.1", ECHO))
    asked = answered = 0
    due = end = time.monotonic()
    while answered < count and time.monotonic() < end + PATIENCE:
        if asked < count and time.monotonic() >= due:
            sock.send(b"?")
            asked += 1
            due += 1 / rate
            end = time.monotonic()
        wait = due - time.monotonic() if asked < count else PATIENCE
        if select.select([sock], [], [], max(0, wait))[0]:
            sock.recv(1)
            answered += 1
    print(answered)


arguments = [int(word) for word in sys.argv[2:]]
{"flood": flood, "ask": ask}[sys.argv[1]](*arguments)
