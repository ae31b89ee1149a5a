# SPDX-License-Identifier: GPL-2.0-only
"""The tx-aggr-* settings of a netdev by generic netlink, as "ethtool -c" and
"ethtool -C" of newer versions do it.

coalesce.py NETDEV                      print bytes, frames, microseconds
coalesce.py NETDEV BYTES FRAMES USECS   set them

An error is printed, with the kernel's text about it.
"""
import struct
import sys

from netlink import (NETLINK_GENERIC, NLA_F_NESTED, Refused, attribute, connect, family_of,
                     generic)

COALESCE_GET, COALESCE_SET = 19, 20
HEADER, HEADER_DEV_NAME = 1, 2
TX_AGGR = (26, 27, 28)          # bytes, frames, microseconds


class Coalesce:
    def __init__(self):
        self.sock = connect(NETLINK_GENERIC)
        self.family = family_of(self.sock, b"ethtool")

    def call(self, command, ndev, values=()):
        payload = attribute(HEADER | NLA_F_NESTED,
                            attribute(HEADER_DEV_NAME, ndev.encode() + b"\0"))
        for kind, value in zip(TX_AGGR, values):
            payload += attribute(kind, struct.pack("=I", value))
        return generic(self.sock, self.family, command, payload)

    def get(self, ndev):
        answer = self.call(COALESCE_GET, ndev)
        return [struct.unpack("=I", answer[kind])[0] for kind in TX_AGGR]

    def set(self, ndev, values):
        self.call(COALESCE_SET, ndev, values)


def main(ndev, *values):
    try:
        if values:
            Coalesce().set(ndev, map(int, values))
        else:
            print(*Coalesce().get(ndev))
    except Refused as refused:
        print(refused)


if __name__ == "__main__":
    main(*sys.argv[1:])
