#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Boots a Debian guest many times in a row, then keeps one under mixed load.

Every wait has a bound: what goes past it is a stall and ends the test, with the
state of the VMM. So does a line on the console that tells of a failure. The last
line begins with PASS or FAIL.
"""
import argparse
import hashlib
import os
import pathlib
import random
import re
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "qemu"))

import espalier  # noqa: E402

DISK = espalier.BUILD / "bench-disk.img"
BAD = re.compile(r"Segmentation fault|Oops|BUG:|[Uu]nhandled|rcu.*stall|soft lockup|Bus error|"
                 r"Kernel panic|Illegal instruction|cut here|panic:|: not found")
# The host is shared, and slow at times; a guest that hangs does so for good.
BOUND = 300
IDLE_SECONDS = (1, 20)

BUSYBOX = hashlib.md5((espalier.BUILD / "dl/busybox/bin/busybox").read_bytes()).hexdigest()
SEQ = hashlib.md5("".join(f"{i}\n" for i in range(1, 30001)).encode()).hexdigest()
SUM = f"{sum(i / 3 * 1.1 for i in range(1, 20000)):.6f}"

# (command, what its answer must match, all of it)
LOADS = (
    ("hackbench -l 20 -g 1 | grep -c Time", r"1"),
    ("hackbench -T -l 20 -g 1 | grep -c Time", r"1"),
    ("micro getppid signal pipe-ping-pong fork fork-exec sched_yield-pair | wc -l", r"6"),
    ("micro mmap-touch-1M memcpy-1M read-zero-4K nanosleep-1ms | wc -l", r"4"),
    ("i=0; while [ $i -lt 100 ]; do /bin/busybox true || echo bad; i=$((i+1)); done; echo $i",
     r"100"),
    ("seq 1 30000 | tee /tmp/a | md5sum; md5sum < /tmp/a", SEQ + "  -\n" + SEQ + "  -"),
    ("dd if=/dev/zero of=/tmp/big bs=64k count=320 2>/dev/null; gzip -c /tmp/big | gunzip -c | "
     "cmp - /tmp/big && echo same; rm /tmp/big", r"same"),
    ("(for k in 1 2 3 4; do awk 'BEGIN { s = 0; for (i = 1; i < 20000; i++) s += i / 3 * 1.1; "
     "printf \"%.6f\\n\", s }' > /tmp/f$k & done; wait); sort -u /tmp/f?",
     re.escape(SUM)),
    ("(for k in 1 2 3; do md5sum < /bin/busybox > /tmp/m$k & done; sha256sum /bin/busybox "
     "> /dev/null; wait); sort -u /tmp/m?", BUSYBOX + "  -"),
    ("seq 1 4000 | tail -n 1", r"4000"),
    ("seq 10001 12000", "\n".join(map(str, range(10001, 12001)))),
    ("sh -c 'trap \"echo got it\" USR1; kill -USR1 $$; echo on'", r"got it\non"),
    ("find /proc/self /sys/class /sys/bus -type f 2>/dev/null | wc -l", r"[1-9]\d+"),
    ("mkdir /tmp/d && mount -t tmpfs none /tmp/d && cp /bin/busybox /tmp/d && "
     "cmp /bin/busybox /tmp/d/busybox && umount /tmp/d && rmdir /tmp/d && echo done", r"done"),
)


class Failure(Exception):
    """The soak test failed."""


def check_kernel(machine):
    """Nor does what the kernel has logged since the last time."""
    said = stalls(machine, lambda: machine.sh("dmesg -c", BOUND))
    bad = [line for line in said.split("\n") if BAD.search(line)]
    if bad:
        raise Failure("the kernel's log: " + "; ".join(bad[:5]))
    for line in re.findall(r"^\[ *\d+\.\d+\] .*", said, re.M)[:20]:
        print(f"soak: the kernel says: {line}", flush=True)


def check_console(machine):
    """Nothing that the console has shown so far tells of a failure."""
    machine.log.flush()
    text = espalier.plain(machine.path.read_bytes().decode("utf-8", "replace"))
    bad = [line for line in text.split("\n") if BAD.search(line)]
    if bad:
        raise Failure(f"on the console ({machine.path}): " + "; ".join(bad[:5]))


def check_vmm(machine):
    """What the VMM itself has seen; returns its counters."""
    machine.unbind()
    stat = machine.cmd("vcpu stat guest0/vcpu0")
    info = machine.cmd("guest info guest0")
    log = machine.cmd("log show")
    counters = {name: int(value) for name, value in re.findall(r"^(\S+) +(\d+)$", stat, re.M)}
    for name in ("fidelity.abort-bank", "external-abort"):
        if counters[name]:
            raise Failure(f"vcpu stat: {name} is {counters[name]}")
    if not re.search(r"^state: +running", info, re.M):
        raise Failure(f"guest info:\n{info}")
    bad = [line for line in log.split("\n") if re.search(r"\b(error|panic)\b|halted at", line)]
    if bad:
        raise Failure("the VMM's log: " + "; ".join(bad[:5]))
    return counters


def back(machine):
    """Into the guest's shell again."""
    machine.bind()
    machine.send("\r")
    machine.expect_exact(espalier.GUEST_PROMPT, BOUND)


def state(machine):
    """For a report of a stall: what the VMM says, if it still says anything."""
    try:
        machine.send(espalier.UNBIND)
        machine.quiet(2)
        return "\n".join(machine.cmd(line) for line in
                         ("guest info guest0", "vcpu list", "vcpu dumpreg guest0/vcpu0",
                          "vcpu stat guest0/vcpu0", "log show"))
    except espalier.MachineError as e:
        return f"the VMM does not answer either: {str(e).splitlines()[0]}"


def stalls(machine, step):
    """Runs step(); an exceeded bound becomes a failure that has the VMM's state."""
    try:
        return step()
    except espalier.MachineError as e:
        raise Failure(f"{e}\n{state(machine)}") from None


def boot(machine):
    machine.boot()
    stalls(machine, lambda: machine.start_linux(timeout=BOUND))
    if "armv7l" not in stalls(machine, lambda: machine.sh("uname -m")):
        raise Failure("`uname -m` does not say armv7l")
    # The echo of a line that is waited for must not be wrapped.
    stalls(machine, lambda: machine.sh("stty cols 400"))


def boots(count):
    for number in range(1, count + 1):
        before = time.monotonic()
        with espalier.Machine(f"soak.boot{number}", disk=DISK) as machine:
            boot(machine)
            check_vmm(machine)
            check_console(machine)
        took = time.monotonic() - before
        print(f"soak: boot {number} of {count}: good, {took:.1f} s", flush=True)


def one_load(machine, number):
    command, wanted = LOADS[number % len(LOADS)]
    said = stalls(machine, lambda: machine.sh(command, BOUND)).strip()
    if not re.fullmatch(wanted, said):
        raise Failure(f"`{command}` said: {said[-300:]}")


def idle(machine, rng, until):
    """Nothing happens for a while; the guest still answers, and its clock went on."""
    seconds = min(rng.uniform(*IDLE_SECONDS), max(1, until - time.monotonic()))
    before = uptime(machine)
    machine.quiet(seconds)
    after = uptime(machine)
    if not 0.8 * seconds - 1 <= after - before <= 1.5 * seconds + 20:
        raise Failure(f"{seconds:.1f} s of idling took {after - before:.1f} s in the guest")
    return seconds


def uptime(machine):
    return float(stalls(machine, lambda: machine.sh("cut -d' ' -f1 /proc/uptime", BOUND)))


def load(minutes, seed):
    rng = random.Random(seed)
    commands, idled = 0, 0
    with espalier.Machine("soak", disk=DISK) as machine:
        boot(machine)
        # The kernel's messages would get into answers: its log is read instead.
        stalls(machine, lambda: machine.sh("dmesg -n 1; dmesg -c | wc -l"))
        until = time.monotonic() + 60 * minutes
        while time.monotonic() < until:
            one_load(machine, commands)
            commands += 1
            if commands % 4 == 0:
                idled += idle(machine, rng, until)
                check_console(machine)
                check_kernel(machine)
            if commands % 10 == 0:
                check_vmm(machine)
                stalls(machine, lambda: back(machine))
        check_kernel(machine)
        counters = check_vmm(machine)
        check_console(machine)
    print(f"soak: {minutes:g} minutes: {commands} commands, {idled:.0f} s idle; "
          f"{counters['fiq']} interrupts, {counters['dabt.hidden']} hidden data aborts, "
          f"{counters['smc.wfi']} WFI", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--boots", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="of how long it idles")
    args = parser.parse_args()
    before = time.monotonic()
    boots(args.boots)
    load(args.minutes, args.seed)
    print(f"PASS: {args.boots} boots in a row, {args.minutes:g} minutes of load, "
          f"{(time.monotonic() - before) / 60:.0f} minutes in all; load {os.getloadavg()[0]:.1f}")


def failed(why, details):
    print(f"{details}\nFAIL: {why}", flush=True)
    sys.exit(1)


try:
    main()
except (Failure, espalier.MachineError) as e:
    failed(str(e).splitlines()[0], f"soak: {e}")
except (Exception, KeyboardInterrupt) as e:  # whatever it is, it has not passed
    failed(f"{type(e).__name__}: {e}", traceback.format_exc())
