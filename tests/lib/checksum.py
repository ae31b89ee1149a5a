# SPDX-License-Identifier: GPL-2.0-only
"""The checksum of IP, TCP and UDP, for tests/programs."""
import struct


def ones_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def checksum(data):
    return ones_sum(data) ^ 0xffff
