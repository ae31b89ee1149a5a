# SPDX-License-Identifier: GPL-2.0-only
"""Keeps a netdev from being freed as long as this program lives.

hold.py NETDEV    which is up

A packet socket holds a reference to the netdev while it copies a packet from memory. Here
the memory is a page that is never provided: userfaultfd(2).
"""
import ctypes
import fcntl
import mmap
import os
import socket
import struct
import sys

from abi import READ, SYS_USERFAULTFD, WRITE, ioctl_number

UFFDIO_API = ioctl_number(READ | WRITE, 0xAA, 0x3F, 24)
UFFDIO_REGISTER = ioctl_number(READ | WRITE, 0xAA, 0, 32)
UFFD_API, MODE_MISSING = 0xAA, 1


def page_that_never_comes():
    page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_USERFAULTFD, os.O_CLOEXEC)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "userfaultfd")
    fcntl.ioctl(fd, UFFDIO_API, struct.pack("=QQQ", UFFD_API, 0, 0))
    fcntl.ioctl(fd, UFFDIO_REGISTER,
                struct.pack("=QQQQ", address, mmap.PAGESIZE, MODE_MISSING, 0))
    return page


with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
    sock.bind((sys.argv[1], 0x0800))
    page = page_that_never_comes()
    print("held", flush=True)
    sock.send(memoryview(page)[:64])
