#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The tx-aggr-* settings of a netdev by generic netlink, as "ethtool -c" and
"ethtool -C" of newer versions do it.

coalesce.py NETDEV                      print bytes, frames, microseconds
coalesce.py NETDEV BYTES FRAMES USECS   set them

A refusal is printed, with what the kernel says about it.
"""
import errno
import socket
import struct
import sys

NETLINK_GENERIC = 16
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
NLMSG_ERROR = 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ACK_TLVS = 0x1, 0x4, 0x200
NLA_F_NESTED = 0x8000
NLMSGERR_ATTR_MSG = 1
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2
COALESCE_GET, COALESCE_SET = 19, 20
HEADER, HEADER_DEV_NAME = 1, 2
TX_AGGR = (26, 27, 28)          # bytes, frames, microseconds


def attribute(kind, data):
    size = 4 + len(data)
    return struct.pack("=HH", size, kind) + data + b"\0" * (-size % 4)


def attributes(data):
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        found[kind & ~NLA_F_NESTED] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


def refusal(flags, data):
    code, = struct.unpack_from("=i", data)
    text = errno.errorcode[-code]
    if flags & NLM_F_ACK_TLVS:
        said = attributes(data[20:]).get(NLMSGERR_ATTR_MSG)
        if said:
            text += ": " + said.rstrip(b"\0").decode()
    return text


def call(sock, family, command, payload):
    """Attributes of the answer, {} for a mere acknowledgement."""
    header = struct.pack("=IHHII", 20 + len(payload), family, NLM_F_REQUEST | NLM_F_ACK, 1, 0)
    sock.send(header + struct.pack("=BBH", command, 1, 0) + payload)
    answer = {}
    while True:
        data = sock.recv(65536)
        while data:
            size, kind, flags = struct.unpack_from("=IHH", data)
            message, data = data[16:size], data[(size + 3) & ~3:]
            if kind != NLMSG_ERROR:
                answer = attributes(message[4:])
            elif struct.unpack_from("=i", message)[0]:
                raise SystemExit(print(refusal(flags, message)))
            else:
                return answer


def main(ndev, *values):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    answer = call(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                  attribute(CTRL_ATTR_FAMILY_NAME, b"ethtool\0"))
    family, = struct.unpack("=H", answer[CTRL_ATTR_FAMILY_ID])
    payload = attribute(HEADER | NLA_F_NESTED,
                        attribute(HEADER_DEV_NAME, ndev.encode() + b"\0"))
    if values:
        for kind, value in zip(TX_AGGR, values):
            payload += attribute(kind, struct.pack("=I", int(value)))
        call(sock, family, COALESCE_SET, payload)
    else:
        answer = call(sock, family, COALESCE_GET, payload)
        print(*(struct.unpack("=I", answer[kind])[0] for kind in TX_AGGR))


main(*sys.argv[1:])
