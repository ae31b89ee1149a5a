# SPDX-License-Identifier: GPL-2.0-only
"""Traffic both ways over PDNs until it is killed, whatever happens to the links.

load.py PDN...

Each PDN has a TCP connection that is full in both directions, and datagrams: single ones, and
bursts that are handed to the kernel as one (UDP GSO). A connection that breaks or makes no
progress is replaced.
"""
import selectors
import socket
import struct
import sys
import time

from netns import namespace
from udp import DISCARD, segmenting

PORT = 5001
PAUSE = 0.02
PATIENCE = 0.5
CHUNK = bytes(16384)


def udp_pair():
    """For single datagrams, and for bursts."""
    pair = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), segmenting(1000)
    for sock in pair:
        sock.setblocking(False)
    return pair


def listener():
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setblocking(False)
    sock.bind(("", PORT))
    sock.listen()
    return sock


class Connection:
    """One end of a TCP connection: takes what there is, sends what can be sent."""
    def __init__(self, sock, selector):
        sock.setblocking(False)
        # close() resets it at once, without minutes of waiting for an answer
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock, self.selector = sock, selector
        self.moved = time.monotonic()
        selector.register(sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)

    def ready(self, events):
        try:
            if events & selectors.EVENT_READ and not self.sock.recv(len(CHUNK)):
                return self.close()
            if events & selectors.EVENT_WRITE:
                self.sock.send(CHUNK)
            self.moved = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def close(self):
        self.selector.unregister(self.sock)
        self.sock.close()
        self.sock = None

    def is_alive(self):
        if self.sock and time.monotonic() - self.moved > PATIENCE:
            self.close()
        return self.sock is not None


class Pdn:
    def __init__(self, number, selector):
        self.host, self.server = f"10.64.{number}.2", f"10.64.{number}.1"
        self.selector = selector
        self.connections = []
        self.tried = 0
        self.up = udp_pair()
        with namespace(f"pdn{number}"):
            self.down = udp_pair()
            self.listener = listener()
        selector.register(self.listener, selectors.EVENT_READ, self)

    def ready(self, _):
        self.connections.append(Connection(self.listener.accept()[0], self.selector))

    def connect(self):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex((self.server, PORT))
        self.connections.append(Connection(sock, self.selector))

    def run(self):
        self.connections = [c for c in self.connections if c.is_alive()]
        if not self.connections and time.monotonic() - self.tried > PATIENCE / 2:
            self.tried = time.monotonic()
            self.connect()
        for (single, burst), address in (self.up, self.server), (self.down, self.host):
            for sock, size in (single, 40), (burst, 7300), (single, 1400):
                try:
                    sock.sendto(CHUNK[:size], (address, DISCARD))
                except OSError:
                    pass    # no route, or no room


def main():
    selector = selectors.DefaultSelector()
    pdns = [Pdn(int(number), selector) for number in sys.argv[1:]]
    while True:
        for key, events in selector.select(0):
            key.data.ready(events)
        for pdn in pdns:
            pdn.run()
        time.sleep(PAUSE)


main()
