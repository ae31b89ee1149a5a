# SPDX-License-Identifier: GPL-2.0-only
"""TCP segments that a router must forward as they were.

segments.py SEED BURSTS NAMESPACE DEVICE   in namespace pdn1 send BURSTS bursts of segments
                                           out of tun0; there the same must arrive

A burst has segments of a few connections. Most continue their connection; some differ in
one field, have a wrong checksum, or have no payload. Segments that were merged on the way
have been cut again, so every byte but the hop count must be the same, and the segments of
each connection must be in the same order.
"""
import os
import random
import re
import socket
import struct
import sys

from checksum import checksum
from netns import namespace

ETH_P_ALL, ARPHRD_ETHER = 3, 1
ETH_HEADER = 14
HOPS_MAKE_STREAMS = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2])) < (5, 17)
ACK, PSH, FIN, SYN, RST, URG, CWR = 0x10, 0x08, 0x01, 0x02, 0x04, 0x20, 0x80
FAR_END = {4: "10.77.0.1", 6: "2001:db8:77::1"}
HOST = {4: "10.99.0.2", 6: "2001:db8:99::2"}


def packet_socket(name, device):
    with namespace(name):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        sock.bind((device, ETH_P_ALL))
    return sock


def address(family, text):
    return socket.inet_pton(socket.AF_INET6 if family == 6 else socket.AF_INET, text)


def tcp(family, f):
    options = f["options"]
    header = struct.pack("!HHIIBBHHH", f["port"], 5001, f["seq"] & 0xffffffff, f["ack"],
                         (20 + len(options)) << 2, f["flags"], f["window"], 0, f["urgent"])
    segment = header + options + f["payload"]
    pseudo = address(family, FAR_END[family]) + address(family, HOST[family])
    pseudo += struct.pack("!II", len(segment), socket.IPPROTO_TCP)
    check = checksum(pseudo + segment) ^ f["wrong"]
    return segment[:16] + struct.pack("!H", check) + segment[18:]


def packet(family, f, hops):
    segment = tcp(family, f)
    if family == 6:
        return struct.pack("!IHBB", 6 << 28 | f["tos"] << 20 | f["label"], len(segment),
                           socket.IPPROTO_TCP, f["hops"] - hops) + \
            address(6, FAR_END[6]) + address(6, HOST[6]) + segment
    header = struct.pack("!BBHHHBBH", 0x45, f["tos"], 20 + len(segment), f["id"] & 0xffff,
                         f["fragment"], f["hops"] - hops, socket.IPPROTO_TCP, 0) + \
        address(4, FAR_END[4]) + address(4, HOST[4])
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + segment


class Connection:
    def __init__(self, rng, port):
        self.family = rng.choice((4, 6))
        self.mss = rng.choice((1, 13, 536, 1400))
        self.id_step = rng.choice((0, 1, 1))
        self.next = {
            "port": port, "seq": rng.getrandbits(32), "ack": rng.getrandbits(32),
            "flags": ACK, "window": 500, "urgent": 0, "wrong": 0,
            "options": rng.choice((b"", b"\1\1\x08\x0a" + rng.randbytes(8))),
            "tos": 0, "label": 0, "hops": 64, "id": rng.getrandbits(16), "fragment": 0x4000,
        }

    def segment(self, rng):
        f = dict(self.next, payload=rng.randbytes(self.mss))
        if rng.random() < 0.15:
            self.differ(rng, f)
        self.next["seq"] = f["seq"] + len(f["payload"])
        self.next["id"] = f["id"] + self.id_step
        return f

    def differ(self, rng, f):
        what = rng.choice(("seq", "ack", "window", "tos", "label", "hops", "id", "options",
                           "flags", "flags", "wrong", "wrong", "short", "long", "none",
                           "fragment"))
        if what == "flags":
            f["flags"] = rng.choice((ACK | PSH, ACK | PSH, ACK | FIN, SYN, RST | ACK, URG | ACK,
                                     CWR | ACK, PSH))
        elif what == "options":
            f["options"] = b"\1\1\x08\x0a" + rng.randbytes(8)
        elif what == "wrong":
            f["wrong"] = 1 << rng.randrange(16)
        elif what in ("short", "long", "none"):
            size = {"short": rng.randrange(1, self.mss + 1), "long": self.mss + 1, "none": 0}[what]
            f["payload"] = rng.randbytes(min(size, 1400))
        elif what == "fragment":
            f["fragment"] = 0       # it may be fragmented, but is not
        elif what == "hops":
            f["hops"] = 63
        else:
            f[what] = rng.randrange(1, 0xffff) & (0xfc if what == "tos" else 0xffff)
        if rng.random() < 0.5:      # and goes on like this
            for name in ("ack", "window", "tos", "label", "hops", "fragment"):
                self.next[name] = f[name]


def burst(rng):
    connections = [Connection(rng, 1000 + n) for n in range(rng.randrange(1, 4))]
    segments = []
    while len(segments) < 40:
        connection = rng.choice(connections)
        for _ in range(rng.randrange(1, 12)):
            segments.append((connection, connection.segment(rng)))
    return segments


def receive(sock, count):
    header = ETH_HEADER if sock.getsockname()[3] == ARPHRD_ETHER else 0
    packets = []
    while len(packets) < count:
        try:
            data = sock.recv(65536)
        except socket.timeout:
            break
        ip = data[header:]
        if ip[0] >> 4 == 4 and ip[9] == socket.IPPROTO_TCP:
            packets.append(ip[:int.from_bytes(ip[2:4], "big")])
        elif ip[0] >> 4 == 6 and ip[6] == socket.IPPROTO_TCP:
            packets.append(ip[:40 + int.from_bytes(ip[4:6], "big")])
    return packets


def stream(ip):
    """Port, IPv6 flow label, hop limit, and whether the checksum is right: for GRO different
    labels are different streams, before Linux 5.17 different hop limits too, and it lets a
    wrong checksum overtake."""
    label = 0 if ip[0] >> 4 == 4 else int.from_bytes(ip[1:4], "big") & 0xfffff
    hops = ip[7] if ip[0] >> 4 == 6 and HOPS_MAKE_STREAMS else 0
    start, addresses = (20, ip[12:20]) if ip[0] >> 4 == 4 else (40, ip[8:40])
    pseudo = addresses + struct.pack("!II", len(ip) - start, socket.IPPROTO_TCP)
    port = int.from_bytes(ip[start:start + 2], "big")
    return port, label, hops, not checksum(pseudo + ip[start:])


def compare(number, wanted, arrived):
    for port in sorted({stream(ip) for ip in wanted}):
        sent = [ip for ip in wanted if stream(ip) == port]
        got = [ip for ip in arrived if stream(ip) == port]
        for n, ip in enumerate(sent):
            if n >= len(got) or got[n] != ip:
                print(f"burst {number}, connection {port}, segment {n} of {len(sent)}:")
                print("expected", ip[:80].hex(), len(ip))
                print("arrived ", got[n][:80].hex() if n < len(got) else "nothing",
                      len(got[n]) if n < len(got) else "")
                sys.exit(1)
    if len(wanted) != len(arrived):
        sys.exit(f"burst {number}: {len(wanted)} segments sent, {len(arrived)} arrived")


def main(seed, bursts, *where):
    rng = random.Random(seed)
    out, back = packet_socket("pdn1", "tun0"), packet_socket(*where)
    back.settimeout(30)
    total = 0
    for number in range(bursts):
        segments = burst(rng)
        for connection, fields in segments:
            out.send(packet(connection.family, fields, 0))
        wanted = [packet(connection.family, fields, 1) for connection, fields in segments]
        compare(number, wanted, receive(back, len(wanted)))
        total += len(wanted)
    print(f"{total} segments in {bursts} bursts")


main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
