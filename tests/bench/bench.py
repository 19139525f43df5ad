#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a guest under Espalier with the same kernel, initramfs, command line and
amount of memory on the bare machine.

Runs alternate, and of every figure the best of all rounds counts: on a shared host
that is what comes nearest to the truth. With --icount QEMU's clock counts executed
instructions, so that figures are exact and one round is enough; they leave out what
QEMU does behind an instruction (TLB flushes, translation).
"""
import argparse
import json
import os
import pathlib
import re
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "qemu"), str(TOP / "tools")]

import espalier  # noqa: E402
from qmp import Qmp  # noqa: E402

DISK = espalier.BUILD / "bench-disk.img"
DTB = espalier.BUILD / "guest0.dtb"
WHERE = espalier.BUILD / "guests" / "bench"
MICROS = ("getppid", "clock_gettime", "signal", "pipe-ping-pong", "fork", "fork-exec",
          "mmap-touch-1M", "sched_yield-pair", "read-zero-4K", "memcpy-1M", "sha1-4M", "md5-4M",
          "nanosleep-1ms")
HACKBENCH = "hackbench -l 100 -g 2"
CONSOLE = "seq 10001 12000"
# What a user asks for: at most this ratio.
LIMITS = {"boot": 1.2, "hackbench": 1.4}
# The board's counter: virtual time whatever runs; it wraps after 178 s.
SYS_24MHZ = 0x1000005c
LONG = 600


class Subject:
    """One boot of one kind of machine, and what can be measured on it."""

    def __init__(self, args, number):
        self.qmp = Qmp()
        self.extra = list(self.qmp.args)
        if args.icount:
            self.extra += ["-icount", "shift=0,sleep=off"]
        self.icount = args.icount
        self.log = f"bench.{self.name}.{number}"
        self.seconds = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.machine.close()
        self.qmp.__exit__()

    def finish_boot(self, before):
        """To the shell; by instructions to the start of init, when nothing has idled yet."""
        if self.icount:
            self.qmp.connect()
            self.machine.expect("Run /init as init", espalier.GUEST_BOOT_TIMEOUT)
            ticks = int(self.qmp.monitor(f"xp /1wx {SYS_24MHZ:#x}").split()[-1], 16)
        self.machine.expect_exact(espalier.GUEST_PROMPT, espalier.GUEST_BOOT_TIMEOUT)
        if self.icount:
            self.seconds["boot"] = ticks / 24e6 - self.started()
        else:
            self.seconds["boot"] = time.monotonic() - before

    def console(self):
        """The serial line's throughput, as whoever sits at it sees it."""
        before = time.monotonic()
        self.machine.sh(CONSOLE, LONG)
        return time.monotonic() - before


def wake_prompt(machine, tries=20):
    """BusyBox takes what comes right after the ESC of ESC x q for one unknown key."""
    for _ in range(tries):
        machine.send("\r")
        try:
            machine.expect_exact(espalier.GUEST_PROMPT, 1)
        except espalier.MachineError:
            continue
        machine.quiet(0.2)
        return
    raise espalier.MachineError("the guest's shell does not answer")


class Native(Subject):
    name = "native"

    def boot(self):
        bootargs = espalier.run(["fdtget", "-t", "s", DTB, "/chosen", "bootargs"]).strip()
        before = time.monotonic()
        self.machine = espalier.Machine(
            self.log, kernel=WHERE / "vmlinuz", disk=WHERE / "initrd.img", dtb=DTB, mem="128M",
            extra=self.extra + ["-append", bootargs])
        self.finish_boot(before)

    def started(self):
        return 0

    def counters(self):
        return {}


class Guest(Subject):
    name = "guest"

    def boot(self):
        disk = self.disk()
        before = time.monotonic()
        self.machine = espalier.Machine(self.log, disk=disk, extra=self.extra)
        self.machine.boot()
        self.seconds["vmm-boot"] = time.monotonic() - before
        before = time.monotonic()
        if not self.icount:
            self.machine.send("guest kick guest0\r")
        self.machine.bind()
        self.finish_boot(before)
        self.at_shell = self.counters()

    def disk(self):
        """While the clock counts instructions the guest is kicked at once: idling counts."""
        if not self.icount:
            return DISK
        files = {"/guests/guest0/vmlinuz": WHERE / "vmlinuz",
                 "/guests/guest0/initrd.img": WHERE / "initrd.img",
                 "/guests/guest0/guest0.dtb": DTB,
                 "/boot.espalier": "guest create guest0 /guests/guest0/guest0.dtb\n"
                                   "guest kick guest0\n"}
        return espalier.make_disk(espalier.BUILD / "bench-icount.img", files)

    def started(self):
        """When the guest was there, by the VMM's log."""
        return float(re.search(r"\[ *([0-9.]+)\] guest guest0 created", self.ask("log show"))[1])

    def ask(self, line):
        """Asks the VMM while the guest is at its prompt."""
        self.machine.unbind()
        said = self.machine.cmd(line)
        self.machine.bind()
        wake_prompt(self.machine)
        return said

    def counters(self):
        said = self.ask("vcpu stat guest0/vcpu0")
        return {name: int(value) for name, value in re.findall(r"^(\S+) +(\d+)$", said, re.M)}


def measure(subject, args, figures, exits):
    """One boot; fills figures {name: (value, unit)} and exits {name: {counter: per operation}}."""
    with subject:
        subject.boot()
        m = subject.machine
        for name, value in subject.seconds.items():
            figures[name] = (value, "s")
        for name in args.only or MICROS:
            before = subject.counters()
            said = m.sh(f"micro {name}", LONG)
            found = re.search(rf"^micro {name} ([0-9.]+) (\d+)$", said, re.M)
            if not found:
                raise espalier.MachineError(f"`micro {name}` said: {said}")
            figures[name] = (float(found[1]), "ns")
            note_exits(exits, name, before, subject.counters(), int(found[2]))
        if args.hackbench:
            before = subject.counters()
            said = m.sh(HACKBENCH, LONG)
            found = re.search(r"^Time: ([0-9.]+)$", said, re.M)
            if not found:
                raise espalier.MachineError(f"`{HACKBENCH}` said: {said}")
            figures["hackbench"] = (float(found[1]), "s")
            note_exits(exits, "hackbench", before, subject.counters(), 1)
        if not args.icount and not args.only:
            figures["console-12K"] = (subject.console(), "s")


def note_exits(exits, name, before, after, operations):
    delta = {k: (n - before.get(k, 0)) / operations for k, n in after.items()}
    if delta:
        exits[name] = {k: round(v, 3) for k, v in delta.items() if v >= 0.005}


def keep_best(best, figures):
    for name, (value, unit) in figures.items():
        best[name] = (min(value, best.get(name, (value,))[0]), unit)


def in_words(value, unit):
    if unit == "s":
        return f"{value:.3f} s"
    return f"{value:,.0f} ns" if value >= 100 else f"{value:.1f} ns"


def show(best):
    print(f"{'':18}{'native':>18}{'guest':>18}{'ratio':>8}")
    for name, (guest, unit) in best["guest"].items():
        native = best["native"].get(name)
        ratio = guest / native[0] if native else None
        line = f"{name:18}{in_words(*native) if native else '-':>18}{in_words(guest, unit):>18}"
        line += f"{ratio:8.2f}" if native else f"{'-':>8}"
        if name in LIMITS:
            line += f"  {'within' if ratio <= LIMITS[name] else 'ABOVE'} {LIMITS[name]}"
        print(line)


def show_exits(exits):
    print("\nExits per operation (of boot and hackbench: in all)")
    for name, counters in exits.items():
        top = sorted(counters.items(), key=lambda item: -item[1])[:9]
        print(f"{name:18}" + ", ".join(f"{k} {v:g}" for k, v in top))


def result(args, best, exits, load):
    """What is written: seconds and nanoseconds as they are, ratios beside them."""
    rows = {}
    for name, (guest, unit) in best["guest"].items():
        native = best["native"].get(name, (None,))[0]
        rows[name] = {"unit": unit, "guest": guest, "native": native,
                      "ratio": guest / native if native else None}
    return {"rounds": args.rounds, "icount": args.icount, "load": load, "results": rows,
            "exits": exits}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--icount", action="store_true", help="count instructions; one round")
    parser.add_argument("--only", action="append", choices=MICROS, metavar="NAME",
                        help="this micro-benchmark (again for more): " + ", ".join(MICROS))
    parser.add_argument("--no-hackbench", dest="hackbench", action="store_false")
    parser.add_argument("--output", type=pathlib.Path)
    args = parser.parse_args()
    if args.icount:
        args.rounds = 1
    output = args.output or espalier.BUILD / ("bench-icount.json" if args.icount else "bench.json")
    best, exits, load = {"native": {}, "guest": {}}, {}, [os.getloadavg()]
    for number in range(args.rounds):
        for kind in (Native, Guest):
            subject, figures = kind(args, number), {}
            measure(subject, args, figures, exits)
            keep_best(best[kind.name], figures)
            if kind is Guest:
                exits["boot"] = subject.at_shell
            load.append(os.getloadavg())
            short = ", ".join(f"{n} {in_words(*figures[n])}" for n in ("boot", "hackbench")
                              if n in figures)
            print(f"round {number + 1} {kind.name}: {short}; load {load[-1][0]:.1f}", flush=True)
    print()
    show(best)
    show_exits(exits)
    output.write_text(json.dumps(result(args, best, exits, load), indent=1) + "\n")


if __name__ == "__main__":
    try:
        main()
    except espalier.MachineError as e:
        sys.exit(f"bench: {e}")
