# SPDX-License-Identifier: GPL-2.0-only
"""Files of sysfs, for tests/programs."""
import os


def write(path, data):
    """In one write(), whose error is raised: a buffer would try again."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, data)
    finally:
        os.close(file)


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()
