# SPDX-License-Identifier: GPL-2.0-only
"""Every setter of the driver, and those that the kernel has for its netdevs and its device,
with random values and from several processes at once.

faces.py SECONDS PROCESSES SEED FACE...

Ends after these seconds, or later, when each of these faces has accepted a value. Prints for
each face how often it was called and how often it accepted.
"""
import collections
import ctypes
import fcntl
import glob
import multiprocessing
import os
import random
import socket
import struct
import sys
import time

import sysfs
from coalesce import Coalesce
from netlink import NETLINK_ROUTE, Refused, attribute, call, connect

NET = "/sys/class/net/"
OWN = ("qmi/*", "tx_aggr_*", "tx_qmap_version", "link_state")
POWER = ("autosuspend_delay_ms", "control")

SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFHWADDR = 0x8914, 0x8922, 0x8924
SIOCETHTOOL, SIOCDEVPRIVATE = 0x8946, 0x89F0
ADDRESSES = 2 ** (8 * struct.calcsize("P")) - 1
ETHTOOL_COMMANDS = 0x60
ETHTOOL_SWITCHES = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x26, 0x2C)   # checksums, SG, TSO, ...
RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK, RTM_NEWQDISC = 16, 17, 19, 36
NLM_F_REPLACE, NLM_F_CREATE = 0x100, 0x400
IFLA_ADDRESS, IFLA_MTU, IFLA_TXQLEN, IFLA_OPERSTATE, IFLA_GROUP = 1, 4, 13, 16, 27
IFLA_GSO_MAX_SEGS, IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE = 40, 41, 58
TCA_KIND, TC_H_ROOT = 1, 0xFFFFFFFF
IFF_UP, IFF_PROMISC = 1, 0x100

# Attributes of the kernel that it does not check: lengths of queues, sizes of packets,
# nanoseconds of waiting.
BOUNDS = {
    "tx_queue_len": (0, 2000),
    "rps_flow_cnt": (0, 4096),
    "gro_flush_timeout": (0, 20000),
    "napi_defer_hard_irqs": (0, 2),
    IFLA_TXQLEN: (0, 2000),
    IFLA_GSO_MAX_SEGS: (1, 65535),
    IFLA_GSO_MAX_SIZE: (2000, 65536),
    IFLA_GRO_MAX_SIZE: (2000, 65536),
}

# Values to try more often: mux ids of links that exist, the size of a structure.
MUX_IDS = [1, 2, 0x81, 0x82, 0x83]
LIKELY = {"add_mux": MUX_IDS, "del_mux": MUX_IDS, "link_state": MUX_IDS, 1: MUX_IDS, 2: [32]}

NUMBERS = [0, 1, 2, 3, 64, 65, 0x80, 0x81, 0x82, 0x83, 0x84, 0xFF, 576, 1280, 1500, 4096,
           8192, 31744, 32768, 65535, 65536, 1000000, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
           2**63, -1, -2**31]
WORDS = [b"Y", b"N", b"y\n", b"on", b"auto", b"enabled", b"disabled", b"", b"\n", b"\0", b"-",
         b"0x", b" 1", b"1 2 3", b"9" * 30]


def netdevs():
    return [n for n in os.listdir(NET) if n.startswith(("wwan", "qmimux"))] or ["wwan0"]


def index(ndev):
    try:
        return socket.if_nametoindex(ndev)
    except OSError:
        return 0x7FFFFFFF


def ifreq(ndev, data):
    return struct.pack("16s24s", ndev.encode(), data)


def writable(directory):
    """Writable files, by their paths below the directory."""
    found = []
    for path, _, files in os.walk(directory):
        for name in files:
            file = os.path.join(path, name)
            try:
                if os.stat(file).st_mode & 0o200:
                    found.append(os.path.relpath(file, directory))
            except OSError:
                pass
    return found


class Faces:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.coalesce = Coalesce()
        self.route = connect(NETLINK_ROUTE)
        self.inet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.attributes = {}
        self.face = None
        self.tried, self.accepted = collections.Counter(), collections.Counter()

    def number(self, bits=64, name=None):
        r = self.random
        value = r.choice([r.choice(NUMBERS), r.randrange(256), r.getrandbits(r.randint(1, bits))])
        if name in BOUNDS:
            least, most = BOUNDS[name]
            return least + value % (most - least + 1)
        return value if bits == 64 else value % (1 << bits)

    def text(self, name):
        value = self.number(name=name)
        if name in BOUNDS:
            return b"%d" % value
        if name in LIKELY and self.random.random() < 0.5:
            return b"0x%x\n" % self.random.choice(LIKELY[name])
        return self.random.choice([b"%d\n" % value, b"%d" % value, b"0x%x\n" % (value % 65536),
                                   self.random.choice(WORDS),
                                   self.random.randbytes(self.random.choice([1, 7, 4096]))])

    def write(self, path):
        sysfs.write(path, self.text(os.path.basename(path)))

    def set_attribute(self, ndev):
        self.face = "sysfs, netdevs"
        if not self.attributes.get(ndev):
            self.attributes[ndev] = writable(NET + ndev)
        # a link that is gone by now has none
        self.write(NET + ndev + "/" + self.random.choice(self.attributes[ndev] or ["mtu"]))

    def set_own_attribute(self, _):
        files = [file for own in OWN for file in glob.glob(NET + "wwan*/" + own)]
        file = self.random.choice(files or [NET + "wwan0/" + OWN[0]])
        self.face = os.path.basename(file)
        self.write(file)

    def set_power(self, _):
        self.face = "sysfs, power"
        for power in glob.glob(NET + "wwan*/device/../power"):
            self.write(power + "/" + self.random.choice(POWER))

    def private_ioctl(self, ndev):
        r = self.random
        number = r.choice([1, 1, 2, 2, 3, r.randrange(16)])
        self.face = f"ioctl {SIOCDEVPRIVATE + number:X}" if number in (1, 2, 3) else "ioctls, private"
        words = [self.number(32) for _ in range(64)]
        if number in LIKELY:
            words[0] = r.choice([r.choice(LIKELY[number]), words[0]])
        data = ctypes.create_string_buffer(struct.pack("=64I", *words))
        address = r.choice([ctypes.addressof(data)] * 5 + [0, 4096, 2**47 - 2, 2**64 - 1])
        fcntl.ioctl(self.inet, SIOCDEVPRIVATE + number, ifreq(ndev, struct.pack("P", address & ADDRESSES)))

    def interface_ioctl(self, ndev):
        self.face = "ioctls, interfaces"
        command = self.random.choice([SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFHWADDR])
        fcntl.ioctl(self.inet, command, ifreq(ndev, struct.pack("=I", self.number(32))))

    def ethtool_ioctl(self, ndev):
        r = self.random
        self.face = "ethtool, ioctl"
        command = r.choice([r.randrange(1, ETHTOOL_COMMANDS), r.choice(ETHTOOL_SWITCHES)])
        data = ctypes.create_string_buffer(
            struct.pack("=II", command, r.choice([0, 1, self.number(32)])) + r.randbytes(248), 65536)
        fcntl.ioctl(self.inet, SIOCETHTOOL,
                    ifreq(ndev, struct.pack("P", ctypes.addressof(data))))

    def set_coalesce(self, ndev):
        r = self.random
        self.face = "ethtool, netlink"
        sane = r.randrange(40000), r.randrange(70), r.randrange(2000)
        self.coalesce.set(ndev, r.choice([sane, [self.number(32) for _ in sane]]))

    def set_link(self, ndev):
        r = self.random
        self.face = "rtnetlink, links"
        body = struct.pack("=BxHiII", 0, 0, index(ndev), r.choice([IFF_UP, IFF_UP, self.number(16)]),
                           r.choice([0, IFF_UP, IFF_PROMISC]))
        for kind in r.sample([IFLA_MTU, IFLA_MTU, IFLA_OPERSTATE, IFLA_GROUP, IFLA_TXQLEN,
                              IFLA_GSO_MAX_SEGS, IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE],
                             r.randrange(3)):
            body += attribute(kind, struct.pack("=I", self.number(32, kind)))
        if r.random() < 0.1:
            body += attribute(IFLA_ADDRESS, r.randbytes(r.choice([0, 6, 8])))
        call(self.route, r.choice([RTM_NEWLINK, RTM_SETLINK, RTM_SETLINK, RTM_DELLINK]), body)

    def set_qdisc(self, ndev):
        self.face = "rtnetlink, qdiscs"
        kind = self.random.choice([b"pfifo_fast\0", b"fq_codel\0", b"noqueue\0", b"none such\0"])
        body = struct.pack("=BxxxiIII", 0, index(ndev), 0, TC_H_ROOT, 0)
        call(self.route, RTM_NEWQDISC, body + attribute(TCA_KIND, kind),
             NLM_F_CREATE | NLM_F_REPLACE)

    def once(self):
        setter = self.random.choice([
            self.set_own_attribute, self.set_own_attribute, self.set_attribute,
            self.set_attribute, self.set_power, self.private_ioctl, self.private_ioctl,
            self.interface_ioctl, self.ethtool_ioctl, self.set_coalesce, self.set_link,
            self.set_qdisc])
        accepted = True
        try:
            setter(self.random.choice(netdevs()))
        except (OSError, Refused):
            accepted = False
        self.tried[self.face] += 1
        self.accepted[self.face] += accepted
        return accepted and self.face


def run(seed, end, wanted, seen, results):
    faces = Faces(seed)
    try:
        while time.monotonic() < end or not all(seen):
            face = faces.once()
            if face in wanted:
                seen[wanted.index(face)] = 1
    finally:
        results.put((faces.tried, faces.accepted))


def main(seconds, processes, seed, *wanted):
    end = time.monotonic() + int(seconds)
    seen = multiprocessing.Array("b", len(wanted))
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=run, args=(f"{seed}.{i}", end, wanted, seen, results))
               for i in range(int(processes))]
    for worker in workers:
        worker.start()
    tried, accepted = collections.Counter(), collections.Counter()
    for worker in workers:
        more_tried, more_accepted = results.get()
        tried.update(more_tried)
        accepted.update(more_accepted)
    for face in sorted(tried):
        print(f"{face:20} {tried[face]:6} {accepted[face]:6}")
    for worker in workers:
        worker.join()
        if worker.exitcode:
            sys.exit("a process ended early")


main(*sys.argv[1:])
