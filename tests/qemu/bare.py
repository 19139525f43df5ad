# SPDX-License-Identifier: Apache-2.0
"""Runs the bare-metal guests of guests/ and judges their reports."""
import re
import zlib

import espalier

# The guests that run natively as well; the others need a VMM.
MAKE = (espalier.TOP / "guests" / "guests.mk").read_text()
NATIVE = re.search(r"^GUEST_NATIVE := ((?:\\\n|.)*)$", MAKE, re.M)[1].replace("\\\n", " ").split()

TIMEOUT = 60
EVENTS = [r"TYPE ([^\r\n]*)\r*\n", r"DONE \d+ ok, \d+ failed\r*\n"]


def image(name, suffix="elf"):
    return espalier.BUILD / "guests" / f"{name}.{suffix}"


def play(m, timeout=TIMEOUT):
    """Types what the guest asks for until it is DONE; returns the lines of its report."""
    text = ""
    while True:
        match = m.expect(EVENTS, timeout)
        text += espalier.plain(m.qemu.before + m.qemu.after)
        if match.re.pattern == EVENTS[1]:
            return text.splitlines()
        m.send(match.group(1) + "\r")


def native(machine, name, timeout=TIMEOUT):
    """The report of a guest on the bare machine, which it powers off at the end."""
    m = machine(kernel=image(name), dtb=None, disk=None, mem="64M")
    lines = play(m, timeout)
    m.expect_exit()
    return lines


def disk(out, *names, files=None):
    """A disk image with these guests and no boot script."""
    content = {f"/guests/{name}.{suffix}": image(name, suffix)
               for name in names for suffix in ("elf", "dtb")}
    return espalier.make_disk(out, {**content, **(files or {})})


def create(m, name, tree=None):
    """Builds a guest, and says so if the VMM does not."""
    said = m.cmd(f"guest create {name} /guests/{tree or name}.dtb")
    assert "failed" not in said, said


def kick(m, name):
    said = m.cmd(f"guest kick {name}")
    assert "failed" not in said, said


def stats(m, vcpu):
    """The counters of a vCPU, and of a guest that is no more an empty dict."""
    return {key: int(value) for key, value in
            re.findall(r"^(\S+) +(\d+)$", m.cmd(f"vcpu stat {vcpu}"), re.M)}


def ticks(m):
    """How far the honest neighbour, guest `tick`, is; it must never have complained."""
    said = m.cmd("vserial dump tick/uart0")
    assert "FAIL" not in said, said
    counts = re.findall(r"^tick (\d+)$", said, re.M)
    return int(counts[-1]) if counts else 0


def neighbour_goes_on(m):
    before = ticks(m)
    for _ in range(100):
        m.quiet(0.2)
        if ticks(m) > before:
            return
    raise AssertionError(f"the neighbour stands at tick {before}:\n" + m.cmd("guest info tick"))


def report(lines):
    """What a guest reported, without the lines in between that only explain."""
    return [line for line in lines if re.match("ok |FAIL |DONE ", line)]


def judge(lines):
    """Every check of a report is ok, DONE agrees, and checksums of output fit."""
    failed = [line for line in lines if line.startswith("FAIL")]
    assert not failed, "\n".join(failed)
    good = sum(line.startswith("ok ") for line in lines)
    assert good > 0 and lines[-1] == f"DONE {good} ok, 0 failed", lines[-1]
    for number, line in enumerate(lines):
        if line.startswith("ADLER32 "):
            body = "".join(x for x in lines[:number] if len(x) == 62)
            assert f"{zlib.adler32(body.encode()):08x}" == line.split()[1]
