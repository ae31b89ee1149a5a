# SPDX-License-Identifier: GPL-2.0-only
"""Datagrams that wait in a socket must not change.

unread.py ROUNDS COMMAND...   from namespace pdn1 to two sockets of the host, one read at once
                              and one at the end; the command runs after half of the rounds

Each round is a few downlink transfers. About one datagram of each transfer goes to the
socket that is read at the end.
"""
import random
import socket
import subprocess
import sys

from netns import namespace
from udp import receiver

HOST = "10.64.1.2"
LATE, PROMPT = 7001, 7002
ROOM = 1 << 24
PATIENCE = 30
BURST = 40
EACH_LATE = 10          # about one in a transfer of 16 KiB


def expect(sock, name, wanted):
    for n, payload in enumerate(wanted):
        try:
            data = sock.recv(65536)
        except socket.timeout:
            sys.exit(f"{name}: datagram {n} of {len(wanted)} did not arrive")
        if data != payload:
            sys.exit(f"{name}: datagram {n} of {len(wanted)}: {len(payload)} bytes were sent,"
                     f" other {len(data)} arrived")


def main(rounds, command):
    rng = random.Random(1)
    with namespace("pdn1"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    late, prompt = [receiver(HOST, port, ROOM) for port in (LATE, PROMPT)]
    late.settimeout(PATIENCE)
    prompt.settimeout(PATIENCE)
    kept = []
    for done in range(rounds):
        if done == rounds // 2:
            subprocess.run(command, check=True)
        payloads = [rng.randbytes(rng.randrange(1200, 1473)) for _ in range(BURST)]
        for n, payload in enumerate(payloads):
            sender.sendto(payload, (HOST, PROMPT if n % EACH_LATE else LATE))
        expect(prompt, "read at once", [p for n, p in enumerate(payloads) if n % EACH_LATE])
        kept += payloads[::EACH_LATE]
    expect(late, "read late", kept)
    print(f"{len(kept)} datagrams were read late")


main(int(sys.argv[1]), sys.argv[2:])
