# SPDX-License-Identifier: GPL-2.0-only
"""A client that uses wwan0 as soon as it can be seen.

first_moment.py LINKS ROUNDS  plugs the modem in and looks for its links without a pause:
                              in sysfs, by the ioctl 0x89F3, by a write to link_state for
                              the last of them, each of the three first in its round
"""
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys

GET_LINKS = 0x89F3
SYSFS = "/sys/class/net"
LINK_STATE = f"{SYSFS}/wwan0/link_state"


def by_sysfs(links):
    return sum(name.startswith("wwan0.") for name in os.listdir(SYSFS))


def by_ioctl(links):
    answer = ctypes.create_string_buffer(164)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, GET_LINKS, struct.pack("16sP16x", b"wwan0", ctypes.addressof(answer)))
    return sum(mux_id > 0 for mux_id in answer.raw[156:])


# The kernel shows a device a little sooner than its attributes.
def by_write(links):
    while not os.path.exists(LINK_STATE):
        pass
    with open(LINK_STATE, "w") as state:
        state.write(f"{links}\n")
    return links


def main(links, rounds):
    faces = [by_sysfs, by_ioctl, by_write]
    missed = []
    for n in range(rounds):
        with subprocess.Popen(["qmodem", "ctl", "plug"]):
            while not os.path.exists(f"{SYSFS}/wwan0"):
                pass
            for face in faces[n % 3:] + faces[:n % 3]:
                try:
                    found = face(links)
                except OSError as error:
                    found = error.strerror
                if found != links:
                    missed.append(f"round {n}, {face.__name__}: {found}")
        subprocess.run(["qmodem", "ctl", "unplug"], check=True)
        while os.path.exists(f"{SYSFS}/wwan0"):
            pass
    if missed:
        sys.exit(f"FAILED: expected {links} links\n" + "\n".join(missed))


main(*map(int, sys.argv[1:]))
