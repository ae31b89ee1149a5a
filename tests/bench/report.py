#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the bench has measured, as a table and as a drawing.

report.py table RESULTS BOUNDS     a markdown table
report.py svg RESULTS              a drawing of the costs, relative to the best peer
report.py check RESULTS BASELINE   compare with a baseline; exit status 1 if worse
report.py baseline RESULTS         such a baseline

RESULTS has a line for each run of a row by a driver: "RESULT driver row key=value
...", as host.c prints them; a row of another processor than a PC's is called row@processor. Of
several the one of median cost is told, and check compares those of least cost.
"""
import re
import sys

OURS, NULL = "ours", "null"
NAMES = {"ours": "qmap_wwan", "qmimux": "qmi_wwan qmimux", "rmnet": "qmi_wwan rmnet",
         "peer": "other driver", "null": "null"}
HEADER = 4                      # bytes of QMAP that a datagram takes with it
FULL = 11 * 1400                # bytes of IP in a full uplink transfer of 16 KiB
TOLERANCE = 1.03
CHECKED = ("rx-tcp-16", "rx-udp-64", "tx-tcp")

# What is told of a row: title, kind
ROWS = {
    "rx-udp-4": ("RX UDP 1400, 4 KiB", "rx"),
    "rx-udp-16": ("RX UDP 1400, 16 KiB", "rx"),
    "rx-udp-31": ("RX UDP 1400, 31 KiB", "rx"),
    "rx-udp-64": ("RX UDP 64, 16 KiB", "rx"),
    "rx-links": ("RX UDP 1400, 16 KiB, four links in turn", "rx"),
    "rx-links-64": ("RX UDP 64, 16 KiB, four links in turn", "rx"),
    "rx-tcp-16": ("RX TCP, 16 KiB", "rx"),
    "rx-tcp-31": ("RX TCP, 31 KiB", "rx"),
    "rx-tcp-16-v5": ("RX TCP, 16 KiB, QMAPv5", "rx"),
    "tx-udp": ("TX UDP 1400", "tx"),
    "tx-udp-64": ("TX UDP 64", "tx"),
    "tx-tcp": ("TX TCP", "whole"),
    "tx-tcp-gro": ("TX TCP, far end with GRO", "whole"),
    "tx-tcp-v5": ("TX TCP, QMAPv5", "whole"),
    "rx-saturated": ("RX UDP 64, saturated", "lost"),
    "rx-burst": ("RX UDP 64, all at once", "lost"),
    "tx-slow": ("TX UDP 1400, modem takes 2000 URB/s", "rate"),
    "echo": ("echo under a saturated uplink of 10 Mbit/s", "echo"),
    "echo-single": ("the same, one packet per transfer", "echo"),
    "idle": ("lone packet on an idle line", "idle"),
}


def title(row):
    name, _, processor = row.partition("@")
    return ROWS[name][0] + (", " + processor if processor else "")


def kind_of(row):
    return ROWS[row.partition("@")[0]][1]


def order(row):
    name, _, processor = row.partition("@")
    return processor, list(ROWS).index(name)


class Result:
    """A row as one driver has it."""

    def __init__(self, line):
        words = line.split()
        self.driver, self.row = words[1:3]
        self.values = {key: int(value) for key, value in (word.split("=") for word in words[3:])}

    def __getattr__(self, key):
        return self.values.get(key, 0)

    @property
    def units(self):
        """Packets or segments that were measured."""
        return self.frames - self.skip

    @property
    def cost(self):
        """Instructions of the whole guest for each."""
        return (self.ticks - self.idle) / self.units

    @property
    def lost(self):
        return self.frames - self.received

    @property
    def rate(self):
        """Mbit/s of IP."""
        return self.bytes * 8e3 / self.ticks

    @property
    def per_transfer(self):
        return self.uplink_frames / self.transfers if self.transfers else 0


def median(runs):
    """The run that costs the median."""
    return sorted(runs, key=lambda r: r.ticks - r.idle)[(len(runs) - 1) // 2]


def least(runs):
    """The run that costs least. Where a peer's runs are of two kinds, as those of qmimux
    are with TCP, the median falls on either."""
    return min(runs, key=lambda r: r.ticks - r.idle)


class Results:
    def __init__(self, path, one_of=median):
        with open(path, encoding="ascii") as lines:
            found = [Result(line) for line in lines if line.startswith("RESULT ")]
        runs = {}
        for r in found:
            runs.setdefault((r.row, r.driver), []).append(r)
        self.of = {which: one_of(of) for which, of in runs.items()}
        self.drivers = [d for d in NAMES if any(r.driver == d for r in found)]
        self.rows = sorted({r.row for r in found}, key=order)

    def null(self, row):
        """What the same transfers cost when nothing is done with them."""
        null, kind = self.of.get((row, NULL)), kind_of(row)
        if not null or kind not in ("rx", "tx"):
            return 0
        if kind == "rx":
            return null.cost
        some = next(r for (name, _), r in self.of.items() if name == row and r.driver != NULL)
        return null.cost * null.units / null.bytes * (some.bytes / some.uplink_frames + HEADER)

    def net(self, row, driver):
        return self.of[row, driver].cost - self.null(row)

    def best_peer(self, row):
        return min((self.net(row, d) for d in self.drivers
                    if d not in (OURS, NULL) and (row, d) in self.of), default=None)

    def ratio(self, row, driver):
        """Net cost relative to the best of the others; of TX TCP the whole guest's."""
        best = self.best_peer(row)
        return self.net(row, driver) / best if best else None


def microseconds(ns):
    return f"{ns / 1e3:.0f} us" if ns < 1e6 else f"{ns / 1e6:.1f} ms"


def cost_cell(results, row, driver):
    r, ratio = results.of[row, driver], results.ratio(row, driver)
    text = f"{r.cost:.0f}"
    if results.null(row):
        text += f", net {results.net(row, driver):.0f}"
    if ratio:
        text += f" (×{ratio:.2f})"
    if r.uplink_frames and kind_of(row) != "rx":
        text += f"; {r.per_transfer:.1f} per transfer"
    if r.out_of_order or r.retransmitted:
        text += f"; {r.out_of_order} out of order, {r.retransmitted} bytes again"
    if r.idle > 0.01 * r.ticks:
        text += f"; idle {100 * r.idle / r.ticks:.0f} % of the time"
    if r.lost:
        text += f"; **{r.lost} lost**"
    if r.stalled:
        text += f"; **stood still for {r.stalled} s**"
    return text


def cell(results, row, driver):
    r, kind = results.of.get((row, driver)), kind_of(row)
    if not r:
        return "–"
    if kind == "lost":
        return f"{r.lost} of {r.frames} lost ({100 * r.lost / r.frames:.1f} %)"
    if kind == "rate":
        return f"{r.rate:.1f} of {FULL * 8 * 2000 / 1e6:.1f} Mbit/s; " \
               f"{r.per_transfer:.1f} per transfer"
    if kind == "echo":
        return f"{microseconds(r.median)} / {microseconds(r.worst)}, {r.lost} lost, " \
               f"{r.rate:.2f} Mbit/s; longest transfer {r.longest}"
    if kind == "idle":
        text = f"{microseconds(r.median)} / {microseconds(r.worst)}"
        return text + (f"; by the timer: {r.by_timer}" if "by_timer" in r.values else "")
    return cost_cell(results, row, driver)


def unit(row):
    return {"rx": "instructions/packet", "tx": "instructions/packet",
            "whole": "instructions/segment, whole guest", "lost": "packets", "rate": "Mbit/s of IP",
            "echo": "median / worst", "idle": "median / worst"}[kind_of(row)]


def measure(results, row, what):
    r = results.of[row, OURS]
    return results.ratio(row, OURS) if what == "ratio" else getattr(r, what)


def read_bounds(path):
    """Lines of "row measure most VALUE" or "row measure least VALUE"."""
    with open(path, encoding="ascii") as lines:
        words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [(row, what, side, float(value)) for row, what, side, value in words]


def verdicts(results, row, bounds):
    told = []
    for name, what, side, value in bounds:
        if name != row or (row, OURS) not in results.of:
            continue
        actual = measure(results, row, what)
        if actual is None:
            continue
        met = actual <= value if side == "most" else actual >= value
        told.append(f"{what} at {side} {value:g}: {'met' if met else f'**not met, {actual:.3g}**'}")
    return "; ".join(told)


def table(results, bounds):
    drivers = [d for d in results.drivers if d != NULL]
    yield "| row | unit | null | " + " | ".join(NAMES[d] for d in drivers) + " | bound |"
    yield "|---" * (4 + len(drivers)) + "|"
    for row in results.rows:
        null = results.null(row)
        cells = [title(row), unit(row), f"{null:.0f}" if null else ""]
        cells += [cell(results, row, d) for d in drivers] + [verdicts(results, row, bounds)]
        yield "| " + " | ".join(cells) + " |"


# --- the drawing

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.note { font-size: 11px; fill: #57606a }
.one { stroke: #57606a; stroke-dasharray: 3 3 }
.ours { fill: #1a7f37 } .qmimux { fill: #9a6700 } .rmnet { fill: #0969da } .peer { fill: #8250df }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 } .one { stroke: #9198a1 }
  .ours { fill: #3fb950 } .qmimux { fill: #d29922 } .rmnet { fill: #58a6ff } .peer { fill: #bc8cff }
}
"""
LEFT, WIDTH, BAR, GAP, MOST = 290, 860, 13, 12, 4.0


def bars(results, row, drivers, top, scale):
    yield f'<text x="{LEFT - 10}" y="{top + BAR * len(drivers) / 2 + 4}" ' \
          f'text-anchor="end">{title(row)}</text>'
    for i, driver in enumerate(drivers):
        if (row, driver) not in results.of:
            continue
        ratio, y = results.ratio(row, driver), top + i * BAR
        width = min(ratio, MOST) * scale
        yield f'<rect class="{driver}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 2}"/>'
        yield f'<text class="note" x="{LEFT + width + 4:.1f}" y="{y + BAR - 3}">' \
              f'{ratio:.2f} ({results.net(row, driver):.0f})</text>'


def legend(drivers, y):
    x = LEFT
    for driver in drivers:
        yield f'<rect class="{driver}" x="{x}" y="{y}" width="12" height="12"/>'
        yield f'<text x="{x + 18}" y="{y + 11}">{NAMES[driver]}</text>'
        x += 40 + 8 * len(NAMES[driver])


def svg(results):
    drivers = [d for d in results.drivers if d != NULL]
    rows = [r for r in results.rows if kind_of(r) in ("rx", "tx", "whole") and "@" not in r and
            results.best_peer(r) and (r, OURS) in results.of]
    most = max((results.ratio(r, d) for r in rows for d in drivers if (r, d) in results.of),
               default=1)
    scale = (WIDTH - LEFT - 110) / min(most, MOST)
    step = len(drivers) * BAR + GAP
    bottom = 70 + step * len(rows)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 30}" ' \
          f'viewBox="0 0 {WIDTH} {bottom + 30}">'
    yield f"<style>{STYLE}</style>"
    yield '<text class="title" x="10" y="22">Instructions per packet, best peer = 1 ' \
          "(shorter is better)</text>"
    yield from legend(drivers, 36)
    for i, row in enumerate(rows):
        yield from bars(results, row, drivers, 62 + i * step, scale)
    yield f'<line class="one" x1="{LEFT + scale:.1f}" y1="56" x2="{LEFT + scale:.1f}" ' \
          f'y2="{bottom - 4}"/>'
    yield f'<text class="note" x="10" y="{bottom + 14}">Linux 6.12, counted by QEMU, net of the ' \
          "same transfers without a driver; TX TCP is the whole guest's. Cache misses are not " \
          "counted.</text>"
    yield "</svg>"


# --- the regression check

def checked(results):
    return {row: results.ratio(row, OURS) for row in CHECKED if (row, OURS) in results.of}


def check(results, path):
    with open(path, encoding="ascii") as lines:
        baseline = {row: float(ratio) for row, ratio in
                    (line.split() for line in lines if not line.startswith("#"))}
    now, failed = checked(results), 0
    for row, before in baseline.items():
        ratio = now.get(row)
        if ratio is None or ratio > before * TOLERANCE:
            verdict, failed = "WORSE", failed + 1
        elif ratio < before / TOLERANCE:
            verdict = "better: renew the baseline"
        else:
            verdict = "ok"
        shown = "nothing measured" if ratio is None else f"{ratio:.4f}"
        print(f"{row:12} {shown} of the peer's cost, baseline {before:.4f}  {verdict}")
    print(f"{len(baseline) - failed} passed, {failed} failed")
    return failed > 0


def main(what, path, other=None):
    results = Results(path, least if what in ("check", "baseline") else median)
    if what == "check":
        sys.exit(check(results, other))
    lines = {"table": lambda: table(results, read_bounds(other)),
             "svg": lambda: svg(results),
             "baseline": lambda: (f"{row} {ratio:.4f}" for row, ratio in checked(results).items())}
    for line in lines[what]():
        print(re.sub(r" +\|", " |", line))


main(*sys.argv[1:])
