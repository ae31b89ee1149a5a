# SPDX-License-Identifier: GPL-2.0-only
# What programs of GobiNet may do with /dev/qcqmi0, and what they must get: each word of the
# command line names one of the functions below.
import errno
import fcntl
import os
import select
import struct
import sys
import time

PATH = os.environ.get("QCQMI", "/dev/qcqmi0")
SERVICE, VIDPID, MEID = 0x8BE1, 0x8BE2, 0x8BE3
WDS, DMS = 1, 2
REVISION = struct.pack("<BHHH", 0, 1, 0x23, 0)      # DMS GET_DEVICE_REV_ID, transaction 1


def open_file(flags=0):
    return os.open(PATH, os.O_RDWR | os.O_CLOEXEC | flags)


def open_client(service=DMS, flags=0):
    fd = open_file(flags)
    fcntl.ioctl(fd, SERVICE, service)
    return fd


def fails(name, function, *args):
    try:
        function(*args)
    except OSError as e:
        if e.errno != getattr(errno, name):
            sys.exit(f"{function.__name__}{args[1:]}: {errno.errorcode[e.errno]}, not {name}")
    else:
        sys.exit(f"{function.__name__}{args[1:]} did not fail with {name}")


def expect(what, expected, actual):
    if expected != actual:
        sys.exit(f"{what}: expected {expected}, got {actual}")


def events(fd, milliseconds=0):
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLOUT)
    return dict(poll.poll(milliseconds)).get(fd, 0)


def is_answer(sdu):
    expect("flags, transaction, message", (2, 1, 0x23), struct.unpack_from("<BHH", sdu))
    expect("length", len(sdu) - 7, struct.unpack_from("<H", sdu, 5)[0])


def contract():
    """Each call of the contract, and each errno."""
    fd = open_file()
    for function, value in (os.read, 4096), (os.write, REVISION):
        fails("EBADR", function, fd, value)
    fails("EINVAL", fcntl.ioctl, fd, SERVICE, 0)
    fails("EINVAL", fcntl.ioctl, fd, SERVICE, 256)
    fails("EINVAL", fcntl.ioctl, fd, SERVICE, 0x77)     # the modem has no such service
    expect("result", 0, fcntl.ioctl(fd, SERVICE, DMS))
    fails("EBADR", fcntl.ioctl, fd, SERVICE, DMS)
    expect("VID and PID", 0x2C7C0125, struct.unpack("I", fcntl.ioctl(fd, VIDPID, bytes(4)))[0])
    expect("MEID", b"FF000001234567", fcntl.ioctl(fd, MEID, bytes(14)))
    for number in 0x8BE0, 0x8BE4, 0x5401:
        fails("EBADRQC", fcntl.ioctl, fd, number, 0)

    expect("events", select.POLLOUT, events(fd))
    os.set_blocking(fd, False)
    fails("EAGAIN", os.read, fd, 4096)
    expect("written", len(REVISION), os.write(fd, REVISION))
    while not events(fd, 1000) & select.POLLIN:
        pass
    fails("EOVERFLOW", os.read, fd, 7)
    is_answer(os.read(fd, 4096))
    fails("EAGAIN", os.read, fd, 4096)
    os.set_blocking(fd, True)
    os.write(fd, REVISION)
    is_answer(os.read(fd, 4096))


def garbage():
    """What is no request is refused, and the file is as good as before."""
    fd = open_client()
    for bad in (b"\0", REVISION[:-1], REVISION + b"\0", b"\2" + REVISION[1:],
                REVISION[:5] + b"\3\0" + b"\x01\xff\xff", os.urandom(2000)):
        fails("EINVAL", os.write, fd, bad)
    fails("EMSGSIZE", os.write, fd, bytes(4091))
    fails("EMSGSIZE", os.write, fd, bytes(1 << 20))
    longest = REVISION[:5] + struct.pack("<HBH", 4083, 0x77, 4080) + bytes(4080)
    expect("written", 4090, os.write(fd, longest))
    is_answer(os.read(fd, 4096))


def many():
    """64 clients, each with its own answers."""
    files = [open_client(flags=os.O_NONBLOCK) for _ in range(64)]
    for number, fd in enumerate(files):
        os.write(fd, struct.pack("<BHHH", 0, 100 + number, 0x23, 0))
    for number, fd in enumerate(files):
        while not events(fd, 1000) & select.POLLIN:
            pass
        expect("transaction", 100 + number, struct.unpack_from("<H", os.read(fd, 4096), 1)[0])
        fails("EAGAIN", os.read, fd, 4096)
    print("open", flush=True)
    sys.stdin.read()


def unanswered():
    """The modem goes before it has answered."""
    fd, other = open_client(), open_client()
    print("open", flush=True)
    sys.stdin.readline()
    os.write(fd, REVISION)
    print("waiting", flush=True)
    fails("ENXIO", os.read, fd, 4096)
    for each in fd, other:
        expect("events", select.POLLHUP, events(each))
    fails("ENXIO", os.write, fd, REVISION)
    fails("ENXIO", fcntl.ioctl, fd, VIDPID, bytes(4))
    print("gone", flush=True)
    sys.stdin.read()


def hangup():
    """Waits until it is told that there is nobody any more."""
    fd = open_client()
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    print("waiting", flush=True)
    while not poll.poll(1000):
        pass


def reading():
    """Waits for what never comes, until it is killed or nobody serves the device."""
    fd = open_client()
    print("waiting", flush=True)
    fails("ECONNABORTED", os.read, fd, 4096)


def ids():
    print("%08x" % struct.unpack("I", fcntl.ioctl(open_file(), VIDPID, bytes(4))))


def late():
    """The modem answers nothing: 15 seconds, and then ETIMEDOUT."""
    start = time.monotonic()
    fails("ETIMEDOUT", open_file)
    seconds = time.monotonic() - start
    if not 14.5 <= seconds:
        sys.exit(f"after {seconds} s")


for name in sys.argv[1:]:
    globals()[name]()
