# SPDX-License-Identifier: GPL-2.0-only
"""XDP programs on netdevs whose drivers do not support XDP (generic XDP).

xdp.py pass NETDEV          let all packets pass, until it is killed
xdp.py tcp NETDEV DOFF      redirect one packet from a TAP to NETDEV, declared as three TCP
                            segments, with DOFF words of TCP header
xdp.py udp NETDEV TYPE PROTOCOL
                            the same with UDP over IPv4, declared as this type of
                            virtio_net_hdr (3: one datagram, to be fragmented; 5: three
                            datagrams) and this protocol (hexadecimal)
"""
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys

from abi import SYS_BPF, WRITE, ioctl_number

BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_XDP, BPF_XDP, XDP_FLAGS_SKB_MODE = 6, 37, 2
XDP_PASS = 2
BPF_FUNC_REDIRECT = 23
TUNSETIFF = ioctl_number(WRITE, ord("T"), 202, 4)
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x2, 0x1000, 0x4000
NEEDS_CSUM, GSO_TCPV4 = 1, 1
MSS = 100

libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes):
    fd = libc.syscall(SYS_BPF, command, attributes, len(attributes))
    if fd < 0:
        sys.exit(f"bpf {command}: {os.strerror(ctypes.get_errno())}")
    return fd


def set_register(register, value):
    # the first four bits in the order of the processor
    return struct.pack("=BBhi", 0xb7, register << (4 if sys.byteorder == "big" else 0), 0, value)


def call(function):
    return struct.pack("=BBhi", 0x85, 0, 0, function)


EXIT = struct.pack("=BBhi", 0x95, 0, 0, 0)


def attach(netdev, *instructions):
    """Until this process ends."""
    code = ctypes.create_string_buffer(b"".join(instructions) + EXIT)
    program = bpf(BPF_PROG_LOAD,
                  struct.pack("=IIQQ", BPF_PROG_TYPE_XDP, len(instructions) + 1,
                              ctypes.addressof(code),
                              ctypes.addressof(ctypes.create_string_buffer(b"GPL"))))
    bpf(BPF_LINK_CREATE, struct.pack("=IIII", program, socket.if_nametoindex(netdev),
                                     BPF_XDP, XDP_FLAGS_SKB_MODE))


def gso(gso_type, header, check, ip_protocol, protocol):
    source, target = socket.inet_aton("10.64.1.2"), socket.inet_aton("10.64.1.1")
    packet = header + bytes(3 * MSS)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(packet), 1, 0x4000, 64,
                     ip_protocol, 0, source, target)
    ethernet = bytes.fromhex("0250f30000000250f3000001" + protocol)
    vnet = struct.pack("=BBHHHH", NEEDS_CSUM, gso_type, 34 + len(header), MSS, 34, check)
    return vnet + ethernet + ip + packet


def tcp(doff):
    header = struct.pack("!HHIIBBHHH", 4660, 7, 1, 1, doff << 4, 0x10, 1024, 0, 0)
    return gso(GSO_TCPV4, header, 16, socket.IPPROTO_TCP, "0800")


def udp(gso_type, protocol):
    header = struct.pack("!HHHH", 4660, 7, 8 + 3 * MSS, 0)
    return gso(gso_type, header, 6, socket.IPPROTO_UDP, protocol)


def redirect(netdev, packet):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", b"tap0",
                                            IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    subprocess.run(["ip", "link", "set", "tap0", "up"], check=True)
    attach("tap0", set_register(1, socket.if_nametoindex(netdev)), set_register(2, 0),
           call(BPF_FUNC_REDIRECT))
    os.write(tap, packet)


if sys.argv[1] == "pass":
    attach(sys.argv[2], set_register(0, XDP_PASS))
    signal.pause()
elif sys.argv[1] == "tcp":
    redirect(sys.argv[2], tcp(int(sys.argv[3])))
else:
    redirect(sys.argv[2], udp(int(sys.argv[3]), sys.argv[4]))
