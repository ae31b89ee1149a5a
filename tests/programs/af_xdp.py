# SPDX-License-Identifier: GPL-2.0-only
"""A datagram by AF_XDP: the frame reaches the driver unchecked, past the qdisc.

af_xdp.py NETDEV CSUM_START CSUM_OFFSET    send a frame with this request for a checksum in
                                           its struct xsk_tx_metadata

The datagram goes from port 4660 of 10.64.1.2 to port 7 of 10.64.1.1. Its checksum belongs at
34 and 6.
"""
import ctypes
import mmap
import os
import socket
import struct
import sys

from checksum import checksum, ones_sum

AF_XDP = 44
SOL_XDP = 283
XDP_MMAP_OFFSETS, XDP_RX_RING, XDP_TX_RING, XDP_UMEM_REG = 1, 2, 3, 4
XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING = 5, 6
XDP_PGOFF_TX_RING = 0x80000000
XDP_COPY = 1 << 1
XDP_UMEM_TX_METADATA_LEN = 1 << 2
XDP_TX_METADATA = 1 << 1
XDP_TXMD_FLAGS_CHECKSUM = 1 << 1
ENTRIES = 4
CHUNK = 4096
METADATA = struct.Struct("=QHHxxxx")
PAYLOAD = b"past the qdisc".ljust(58, b".")


def frame():
    source, target = socket.inet_aton("10.64.1.2"), socket.inet_aton("10.64.1.1")
    length = 8 + len(PAYLOAD)
    pseudo = source + target + struct.pack("!BBH", 0, socket.IPPROTO_UDP, length)
    udp = struct.pack("!HHHH", 4660, 7, length, ones_sum(pseudo)) + PAYLOAD
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + length, 1, 0, 64,
                     socket.IPPROTO_UDP, 0, source, target)
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return bytes.fromhex("0250f30000000250f3000001") + b"\x08\x00" + ip + udp


def bind(sock, netdev):
    address = struct.pack("=HHIII", AF_XDP, XDP_COPY, socket.if_nametoindex(netdev), 0, 0)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.bind(sock.fileno(), address, len(address)):
        sys.exit(f"bind: {os.strerror(ctypes.get_errno())}")


def send(netdev, start, offset):
    sock = socket.socket(AF_XDP, socket.SOCK_RAW, 0)
    memory = mmap.mmap(-1, CHUNK)
    where = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    sock.setsockopt(SOL_XDP, XDP_UMEM_REG,
                    struct.pack("=QQIIII", where, CHUNK, CHUNK, 0,
                                XDP_UMEM_TX_METADATA_LEN, METADATA.size))
    for ring in XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_TX_RING:
        sock.setsockopt(SOL_XDP, ring, struct.pack("=I", ENTRIES))
    offsets = struct.unpack("=16Q", sock.getsockopt(SOL_XDP, XDP_MMAP_OFFSETS, 128))
    producer, _, descriptors, _ = offsets[4:8]
    ring = mmap.mmap(sock.fileno(), descriptors + ENTRIES * 16, offset=XDP_PGOFF_TX_RING)
    bind(sock, netdev)

    data = frame()
    memory[:METADATA.size] = METADATA.pack(XDP_TXMD_FLAGS_CHECKSUM, start, offset)
    memory[METADATA.size:METADATA.size + len(data)] = data
    struct.pack_into("=QII", ring, descriptors, METADATA.size, len(data), XDP_TX_METADATA)
    struct.pack_into("=I", ring, producer, 1)
    sock.send(b"", socket.MSG_DONTWAIT)


send(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
