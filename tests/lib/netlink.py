# SPDX-License-Identifier: GPL-2.0-only
"""Requests by netlink, for tests/programs."""
import errno
import socket
import struct

NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
NLMSG_ERROR = 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_ACK_TLVS = 0x1, 0x4, 0x200
NLA_F_NESTED = 0x8000
NLMSGERR_ATTR_MSG = 1
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 1, 2


class Refused(Exception):
    """Has the name of the error and the kernel's text about it."""


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
    text = errno.errorcode.get(-code, f"error {-code}")
    if flags & NLM_F_ACK_TLVS:
        said = attributes(data[20:]).get(NLMSGERR_ATTR_MSG)
        if said:
            text += ": " + said.rstrip(b"\0").decode()
    return Refused(text)


def connect(protocol):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    return sock


def call(sock, kind, body, flags=0):
    """The body of the answer, none for a mere acknowledgement."""
    sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK | flags,
                          1, 0) + body)
    answer = b""
    while True:
        data = sock.recv(65536)
        while data:
            size, kind, flags = struct.unpack_from("=IHH", data)
            message, data = data[16:size], data[(size + 3) & ~3:]
            if kind != NLMSG_ERROR:
                answer = message
            elif struct.unpack_from("=i", message)[0]:
                raise refusal(flags, message)
            else:
                return answer


def generic(sock, family, command, payload):
    """Attributes of the answer."""
    return attributes(call(sock, family, struct.pack("=BBH", command, 1, 0) + payload)[4:])


def family_of(sock, name):
    answer = generic(sock, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                     attribute(CTRL_ATTR_FAMILY_NAME, name + b"\0"))
    return struct.unpack("=H", answer[CTRL_ATTR_FAMILY_ID])[0]
