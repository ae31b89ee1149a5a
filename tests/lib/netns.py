# SPDX-License-Identifier: GPL-2.0-only
"""Sockets in other network namespaces, for tests/programs."""
import contextlib
import ctypes
import os
import sys


@contextlib.contextmanager
def namespace(name):
    """Sockets that are made inside stay in that namespace. The process does not."""
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    with open(f"/run/netns/{name}") as other:
        if libc.setns(other.fileno(), 0):
            sys.exit(f"namespace {name}: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        libc.setns(own, 0)
        os.close(own)
