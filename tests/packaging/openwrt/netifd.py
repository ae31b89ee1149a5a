#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0-only
"""Plays OpenWrt's netifd for one interface of a protocol handler, as its proto-shell.c does.

netifd.py INTERFACE LAN     as in /etc/config/network; IPv6 prefixes go to netdev LAN

What it is asked comes as lines over a socket, an action and what belongs to it: "up", "down", "status"
as of ifup, ifdown, ifstatus, and what netifd-proto.sh tells. An action that is refused has an answer.

  DOWN -- setup --> SETUP -- update --> UP -- update: link down --> SETUP
                      |                 |
                      +-- the command has ended, or "down" --> TEARDOWN --> DOWN, and anew if
                                                               nobody has blocked that

An update replaces all that the one before has set. During a teardown updates are refused. A netdev
that is new to it is set down and emptied, unless its addresses are said to be somebody else's.
"""
import os
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import time

CONFIG = "/etc/config/network"
SOCKET = "/tmp/netifd."
HANDLER = "/lib/netifd/proto/%s.sh"
DNS = "/tmp/resolv.conf.auto"
KILL_SECONDS = 30  # of an emulated machine; the real one waits for 5


def ip(*words):
    subprocess.run(["ip", *words], stderr=subprocess.DEVNULL)


def family(address):
    return "-6" if ":" in address else "-4"


def read_options(interface):
    options, inside = {}, False
    with open(CONFIG) as file:
        for line in file:
            what, *words = shlex.split(line) or [""]
            if what == "config":
                inside = words == ["interface", interface]
            elif inside and what == "option":
                options[words[0]] = words[1]
            elif inside and what == "list":
                options.setdefault(words[0], []).append(words[1])
    return options


def variables(options):
    """What jshn makes of JSON, for eval; an array comes as lines."""
    lines = []
    for name, value in options.items():
        value = "\n".join(value) if isinstance(value, list) else value
        lines.append("OPT_%s=%s" % (name, shlex.quote(value)))
    return "\n".join(lines)


class Interface:
    def __init__(self, name, lan):
        self.name, self.lan = name, lan
        self.options = read_options(name)
        self.protocol = self.options.pop("proto")
        self.state, self.wanted, self.error = "down", False, ""
        self.script = self.command = None
        self.status, self.killed = None, 0
        self.link, self.external, self.known = "", False, set()
        self.has = {"address": [], "route": [], "prefix": [], "dns": []}

    # --- the handler and its command

    def run_script(self, what, **env):
        self.script = subprocess.Popen(
            ["sh", HANDLER % self.protocol, self.protocol, what, self.name, variables(self.options)],
            env={**os.environ, **env})

    def setup(self):
        self.state, self.status, self.error = "setup", None, ""
        self.run_script("setup")

    def teardown(self):
        self.flush()
        self.state, self.killed = "teardown", time.monotonic()
        self.run_script("teardown", **({} if self.status is None else {"ERROR": str(self.status)}))

    def kill(self, number=signal.SIGTERM):
        if self.command:
            self.command.send_signal(number)

    def look(self):
        """Once in a while: has something ended?"""
        if self.script and self.script.poll() is not None:
            self.script = None
            if self.state == "setup" and not self.command:
                self.teardown()
        if self.command and self.command.poll() is not None:
            self.status, self.command = self.command.returncode, None
            if self.state in ("setup", "up") and not self.script:
                self.teardown()
        if self.state != "teardown":
            return
        if time.monotonic() > self.killed + KILL_SECONDS:
            self.kill(signal.SIGKILL)
        if not self.script and not self.command:
            self.state = "down"
            if self.wanted:
                self.setup()

    # --- what the network gives

    def claim(self, link, external):
        self.link, self.external = link, external
        if external:
            return
        if link not in self.known:
            ip("link", "set", link, "down")
            ip("route", "flush", "dev", link, "table", "all")
            ip("address", "flush", "dev", link)
            self.known.add(link)
        ip("link", "set", link, "up")

    def address(self, verb, address):
        ip("address", verb, address, "dev", self.link,
           *(["nodad"] if family(address) == "-6" and verb == "add" else []))

    def route(self, verb, line):
        target, gateway, source = line.split()
        if target.endswith("/0") and self.options.get("defaultroute") == "0":
            return
        ip(family(target), "route", verb, target, *(["via", gateway] if gateway != "-" else []),
           "dev", self.link, *(["from", source] if source != "-" else []),
           "metric", self.options.get("metric", "0" if family(target) == "-4" else "1024"))

    def prefix(self, verb, prefix):
        """As with "option ip6ifaceid '::5'" for the LAN: ::1 is the gateway's in this network."""
        address = socket.inet_pton(socket.AF_INET6, prefix.split("/")[0])[:8] + bytes(7) + b"\5"
        ip("address", verb, socket.inet_ntop(socket.AF_INET6, address) + "/64", "dev", self.lan,
           *(["nodad"] if verb == "add" else []))

    def set(self, wanted):
        for what in "prefix", "route", "address":
            for one in self.has[what]:
                if one not in wanted[what]:
                    getattr(self, what)("del", one)
        for what in "address", "route", "prefix":
            for one in wanted[what]:
                if one not in self.has[what]:
                    getattr(self, what)("add", one)
        self.has = wanted
        with open(DNS, "w") as servers:
            if self.options.get("peerdns") != "0":
                servers.writelines("nameserver %s\n" % server for server in wanted["dns"])

    def flush(self):
        self.set({what: [] for what in self.has})
        if self.link and not self.external:
            ip("link", "set", self.link, "down")
        self.link, self.external = "", False

    # --- what the handler tells

    def on_update(self, lines):
        if self.state == "teardown":
            return "Command failed: Permission denied"
        link, up, external = lines[0].split()[1:]
        if up != "1":
            if self.state == "up":
                self.flush()
                self.state = "setup"
            return ""
        wanted = {what: [] for what in self.has}
        for line in lines[1:]:
            what, value = line.split(" ", 1)
            wanted[what].append(value)
        if self.link != link:
            self.claim(link, external == "1")
        self.set(wanted)
        self.state = "up"
        return ""

    def on_run(self, lines):
        words = [line.split(" ", 1) for line in lines]
        env = dict(value.split("=", 1) for what, value in words if what == "env")
        self.command = subprocess.Popen([value for what, value in words if what == "arg"],
                                        env={**os.environ, **env})
        return ""

    def on_kill(self, lines):
        self.kill()
        return ""

    def on_error(self, lines):
        self.error = lines[0]
        return ""

    def on_block(self, lines):
        self.wanted = False
        return ""

    # --- what a user asks for

    def on_up(self, lines):
        self.wanted = True
        if self.state == "down":
            self.setup()
        return ""

    def on_down(self, lines):
        self.wanted = False
        if self.state in ("setup", "up"):
            self.teardown()
        return ""

    def on_status(self, lines):
        return " ".join(filter(None, [self.state, self.link, self.external and "external", self.error]))


def answer(interface, connection):
    with connection, connection.makefile("rw") as file:
        action, *lines = file.read().split("\n")
        file.write(getattr(interface, "on_" + action)([line for line in lines if line]))


def note(name, status):
    """For who waits for a state: to read it is cheaper than to ask."""
    with open(SOCKET + name + ".new", "w") as file:
        file.write(status + "\n")
    os.rename(SOCKET + name + ".new", SOCKET + name + ".status")


def serve(name, lan):
    interface = Interface(name, lan)
    noted = None
    server = socket.socket(socket.AF_UNIX)
    server.bind(SOCKET + name)
    server.listen()
    selector = selectors.DefaultSelector()
    selector.register(server, selectors.EVENT_READ)
    while True:
        for _ in selector.select(0.1):
            answer(interface, server.accept()[0])
        interface.look()
        status = interface.on_status([])
        if status != noted:
            note(name, status)
            noted = status


serve(*sys.argv[1:])
