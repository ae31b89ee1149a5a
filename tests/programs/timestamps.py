# SPDX-License-Identifier: GPL-2.0-only
"""Software timestamps of what is sent.

timestamps.py PDN COUNT DATAGRAMS    send COUNT times DATAGRAMS at once (UDP GSO); print how
                                     many timestamps came, and the last one
"""
import select
import socket
import struct
import sys

from udp import DISCARD, segmenting

SIZE = 1000
PATIENCE = 10
SO_TIMESTAMPING, IP_RECVERR = 37, 11
TX_SOFTWARE, SOFTWARE, OPT_ID, OPT_TSONLY = 1 << 1, 1 << 4, 1 << 7, 1 << 11
SENT = 0    # of struct sock_extended_err


def told(sock):
    """Number of the packet and when it was sent."""
    _, control, _, _ = sock.recvmsg(1, 512, socket.MSG_ERRQUEUE)
    for _, kind, data in control:
        if kind == SO_TIMESTAMPING:
            seconds, nanoseconds = struct.unpack_from("ll", data)
        elif kind == IP_RECVERR:
            _, origin, _, _, _, event, number = struct.unpack_from("=IBBBBII", data)
            if origin != 4 or event != SENT:    # SO_EE_ORIGIN_TIMESTAMPING
                return None, 0
    return number, seconds + nanoseconds / 1e9


def main(pdn, count, datagrams):
    sock = segmenting(SIZE)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING,
                    TX_SOFTWARE | SOFTWARE | OPT_ID | OPT_TSONLY)
    numbers, last = set(), 0
    for _ in range(count):
        sock.sendto(bytes(SIZE * datagrams), (f"10.64.{pdn}.1", DISCARD))
    poll = select.poll()
    poll.register(sock, select.POLLERR)
    while len(numbers) < count and poll.poll(PATIENCE * 1000):
        number, when = told(sock)
        if number is not None:
            numbers.add(number)
            last = max(last, when)
    print(len(numbers), last)


main(*[int(word) for word in sys.argv[1:]])
