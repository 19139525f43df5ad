#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A sampling profiler of Espalier and its guest.

Stops QEMU some hundred times a second, notes where the CPU is, and goes on; the
machine's clocks stand meanwhile. QEMU stops between translated blocks, so what a
block waits for (a TLB flush, say) counts for the block that follows.

    tools/profile.py                          while the guest boots
    tools/profile.py 'md5sum /bin/busybox'    while this runs in the guest's shell
    make bench-disk && tools/profile.py --disk build/bench-disk.img 'hackbench -l 100 -g 2'
"""
import argparse
import bisect
import collections
import pathlib
import re
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests" / "qemu"))

import espalier  # noqa: E402
from qmp import Qmp  # noqa: E402

ELF = espalier.BUILD / "espalier.elf"
CROSS = "arm-none-eabi-"
REGISTERS = re.compile(r"R14=([0-9a-f]{8}) R15=([0-9a-f]{8}).*?"
                       r"PSR=([0-9a-f]{8}) (\S+) (\S) (?:(NS|S) +)?(\w+?)32", re.S)
LONG = 1800
# What LR is ahead of the trapped ARM instruction in the shim's modes (of a prefetch
# abort it is 4); ARM ARM B1.8.3.
AHEAD = {"abt": 8, "und": 4}


class Sampler(threading.Thread):
    """Collects (world, pc): world is "vmm" or the guest's mode, "guest svc".

    In the shim it is the instruction that was trapped that counts: "shim abt" and
    where the exception came from.
    """

    def __init__(self, qmp, hz, shim):
        super().__init__(daemon=True)
        self.qmp, self.interval, self.shim = qmp, 1 / hz, shim
        self.samples = []
        self.idle = 0
        self.instructions = {}
        self.hits = collections.Counter()
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(self.interval):
            self.sample()

    def sample(self):
        self.qmp.command("stop")
        registers = REGISTERS.search(self.qmp.monitor("info registers"))
        halted = "(halted)" in self.qmp.monitor("info cpus")
        if registers:
            self.note(registers, halted)
        self.qmp.command("cont")

    def note(self, registers, halted):
        lr, pc, mode = int(registers[1], 16), int(registers[2], 16), registers[7]
        if halted:
            self.idle += 1
        elif registers[6] != "NS" or mode == "mon":
            self.samples.append(("vmm", pc))
        else:
            world = "guest"
            if pc >> 20 == self.shim >> 20 and mode in AHEAD:
                world, pc = "shim", lr - AHEAD[mode]
            self.samples.append((f"{world} {mode}", pc))
            self.hits[pc] += pc not in self.instructions
            self.disassemble()

    def disassemble(self):
        """Some places that were hit again: only now, with the guest's tables in use."""
        wanted = [pc for pc, count in self.hits.items() if count > 1][:4]
        for pc in wanted:
            self.instructions[pc] = self.qmp.monitor(f"x /1i {pc:#x}").strip()
            del self.hits[pc]

    def finish(self):
        self.done.set()
        self.join()


class Symbols:
    """Functions of the VMM by address."""

    def __init__(self, elf):
        said = subprocess.run([CROSS + "nm", "-n", str(elf)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        rows = re.findall(r"^([0-9a-f]+) [tTwW] ([^$\n]\S*)$", said, re.M)
        self.starts = [int(address, 16) & ~1 for address, _ in rows]
        self.names = [name for _, name in rows]

    def name(self, pc):
        at = bisect.bisect_right(self.starts, pc) - 1
        return self.names[at] if at >= 0 else hex(pc)


def lines_of(elf, addresses):
    """{address: "file:line"} where the code comes from, innermost."""
    said = subprocess.run([CROSS + "addr2line", "-e", str(elf)], text=True, check=True,
                          input="".join(f"{a:#x}\n" for a in addresses),
                          stdout=subprocess.PIPE).stdout.split("\n")
    return {a: line.replace(str(TOP) + "/", "") for a, line in zip(addresses, said)}


def show(sampler, seconds, args):
    total = len(sampler.samples) + sampler.idle
    if not total:
        sys.exit("profile: no samples")
    print(f"{total} samples in {seconds:.1f} s, {sampler.idle} of them idle")

    def row(count, what):
        print(f"{100 * count / total:6.1f} %  {what}")

    worlds = collections.Counter(world for world, _ in sampler.samples)
    for world, count in worlds.most_common():
        row(count, world)
    row(sampler.idle, "idle")
    symbols = Symbols(ELF)
    functions = collections.Counter(symbols.name(pc) for world, pc in sampler.samples
                                    if world == "vmm")
    print("\nFunctions of the VMM (inlined ones count for their callers)")
    for name, count in functions.most_common(args.top):
        row(count, name)
    show_lines(sampler, row, args)


def show_lines(sampler, row, args):
    vmm = collections.Counter(pc for world, pc in sampler.samples if world == "vmm")
    places = lines_of(ELF, list(vmm))
    lines = collections.Counter()
    for pc, count in vmm.items():
        lines[places[pc]] += count
    print("\nLines of the VMM")
    for line, count in lines.most_common(args.top):
        row(count, line)
    guest = collections.Counter((world, pc) for world, pc in sampler.samples if world != "vmm")
    print("\nPlaces of the guest; those that the shim was entered from as p13 or p12 for p15, p14")
    for (world, pc), count in guest.most_common(args.top):
        row(count, f"{world} {sampler.instructions.get(pc, hex(pc))}")


def profile(args):
    with Qmp() as qmp, espalier.Machine("profile", disk=args.disk, extra=qmp.args) as machine:
        qmp.connect()
        machine.boot()
        sampler = Sampler(qmp, args.hz, args.shim)
        if args.command:
            machine.start_linux()
        before = time.monotonic()
        sampler.start()
        if args.command:
            said = machine.sh(args.command, LONG)
            print(said[-1000:] + "\n")
        else:
            machine.start_linux(timeout=LONG)
        sampler.finish()
        return sampler, time.monotonic() - before


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", help="a line for the guest's shell")
    parser.add_argument("--disk", type=pathlib.Path, default=espalier.BUILD / "disk.img")
    parser.add_argument("--hz", type=int, default=300, help="samples a second at most (300)")
    parser.add_argument("--top", type=int, default=25, help="rows of each table (25)")
    parser.add_argument("--shim", type=lambda s: int(s, 0), default=0xffa00000,
                        help="where the guest's shim is (0xffa00000)")
    args = parser.parse_args()
    try:
        sampler, seconds = profile(args)
    except espalier.MachineError as e:
        sys.exit(f"profile: {e}")
    show(sampler, seconds, args)


main()
