# SPDX-License-Identifier: GPL-2.0-only
"""An action is done completely or not at all if one of its allocations fails. Each of them
fails in turn, by the kernel's fault injection, which is set up to count the driver's.

allocation.py bind INTERFACE    the modem, by its USB interface
allocation.py unbind INTERFACE  all of it goes
allocation.py open              its netdev is set up
allocation.py resize INTERFACE  its downlink transfers are made longer while it is up
allocation.py link              a link is added
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys

from sysfs import read, write

DRIVER = "/sys/bus/usb/drivers/qmap_wwan/"
NETDEV = "/sys/class/net/wwan0"
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSETTINGS = 0x8913, 0x8914, 0x89F2
IFF_UP = 1
KILOBYTE = 1024

inet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fail_nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)


def ioctl(command, data):
    return fcntl.ioctl(inet, command, struct.pack("16s", b"wwan0") + data)


class Bind:
    """Either all of a modem is there or nothing of it."""
    def __init__(self, interface):
        self.interface = interface

    def do(self):
        write(DRIVER + "bind", self.interface.encode())

    def undo(self):
        write(DRIVER + "unbind", self.interface.encode())

    def parts(self):
        return [os.path.exists(path) for path in (
            DRIVER + self.interface, "/dev/cdc-wdm0", NETDEV + "/link_state",
            NETDEV + "/qmap_mode", NETDEV + ".1/qmap/mux_id", NETDEV + ".2/qmap/mux_id")]


class Unbind(Bind):
    """Succeeds, whatever fails."""
    do, undo = Bind.undo, Bind.do

    def parts(self):
        return [not part for part in super().parts()]


class Open:
    def set_flags(self, flags):
        ioctl(SIOCSIFFLAGS, struct.pack("=H22x", flags))

    def do(self):
        self.set_flags(IFF_UP)

    def undo(self):
        self.set_flags(0)

    def parts(self):
        flags, = struct.unpack_from("=H", ioctl(SIOCGIFFLAGS, bytes(24)), 16)
        return [flags & IFF_UP != 0]


class Resize(Bind):
    """To undo it the modem is bound again, with its first size."""
    def __init__(self, interface):
        super().__init__(interface)
        self.size = self.get_size()

    def get_size(self):
        return int(read(NETDEV + "/qmap_size"))

    def do(self):
        size = self.size + KILOBYTE
        settings = bytearray(struct.pack("=8I", 32, size, 0, 0, 0, 11, 8192, 0))
        address = (ctypes.c_char * len(settings)).from_buffer(settings)
        ioctl(SIOCSETTINGS, struct.pack("P16x", ctypes.addressof(address)))

    def undo(self):
        super().undo()
        super().do()
        Open().do()

    def parts(self):
        return [self.get_size() > self.size]


class Link:
    def do(self):
        write(NETDEV + "/qmi/add_mux", b"0x85")

    def undo(self):
        write(NETDEV + "/qmi/del_mux", b"0x85")

    def parts(self):
        return ["0x85" in read(NETDEV + "/qmi/add_mux"),
                os.path.exists("/sys/class/net/qmimux0/qmap/mux_id")]


def attempt(action, number):
    """The error, if there was one, and whether the allocation of that number has failed."""
    refused = None
    os.pwrite(fail_nth, b"%d" % number, 0)
    try:
        action.do()
    except OSError as error:
        refused = error
    failed = os.pread(fail_nth, 16, 0).strip() == b"0"
    os.pwrite(fail_nth, b"0", 0)
    return refused, failed


def main(what, *arguments):
    action = {"bind": Bind, "unbind": Unbind, "open": Open, "resize": Resize,
              "link": Link}[what](*arguments)
    number, harmless, failed = 0, 0, True
    while failed:
        number += 1
        refused, failed = attempt(action, number)
        parts = action.parts()
        if any(parts) if refused else not all(parts):
            sys.exit(f"{what}, allocation {number}: {refused or 'done'}, but there is {parts}")
        if failed and not refused:
            harmless += 1
            action.undo()
    if refused:
        sys.exit(f"{what}: {refused}, though no allocation has failed")
    print(f"{what}: {number - 1} allocations failed, {harmless} of them did not matter")


main(*sys.argv[1:])
