"""Numbers of the kernel's interface that depend on the processor; for tests/programs."""
import os

MACHINE = os.uname().machine
MIPS = MACHINE.startswith("mips")

SYS_BPF, SYS_USERFAULTFD = {
    "x86_64": (321, 323), "aarch64": (280, 282), "armv7l": (386, 388), "mips": (4355, 4357),
}[MACHINE]

SO_SNDBUFFORCE = 31 if MIPS else 32

NONE, READ, WRITE = (1, 2, 4) if MIPS else (0, 2, 1)


def ioctl_number(direction, kind, number, size):
    """_IOC() of the kernel."""
    return direction << (29 if MIPS else 30) | size << 16 | kind << 8 | number
