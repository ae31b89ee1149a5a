# SPDX-License-Identifier: GPL-2.0-only
"""usb_reset.py DEVICE

Resets a USB device, as every program may that has opened it for writing.
"""
import fcntl
import sys

from abi import NONE, ioctl_number

USBDEVFS_RESET = ioctl_number(NONE, ord("U"), 20, 0)

with open(sys.argv[1], "rb+", buffering=0) as device:
    fcntl.ioctl(device, USBDEVFS_RESET)
