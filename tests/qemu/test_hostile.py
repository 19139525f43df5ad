# SPDX-License-Identifier: Apache-2.0
"""Guests that attack the invariants I1-I6 beside an honest one, judged from outside."""
import re

import bare
import pytest

import espalier

HOSTILE = ["hostile_code", "hostile_irq", "hostile_mem", "hostile_residue", "hostile_wx"]
TIMEOUT = 240


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return bare.disk(tmp_path_factory.mktemp("hostile") / "disk.img", *HOSTILE, "hostile_shim",
                     "residue", "tick")


def ticks(m):
    said = m.cmd("vserial dump tick/uart0 400")
    assert "FAIL" not in said, said
    counts = re.findall(r"^tick (\d+)$", said, re.M)
    return int(counts[-1]) if counts else 0


def unharmed(m, before=None):
    """The neighbour counts on from `before`, and the VMM knows of nothing bad."""
    before = ticks(m) if before is None else before
    for _ in range(100):
        if ticks(m) > before:
            break
        m.quiet(0.2)
    else:
        raise AssertionError(f"the neighbour stands at tick {before}:\n"
                             + m.cmd("guest info tick"))
    assert "running" in m.cmd("guest info tick")
    assert "panic" not in m.cmd("log")


def start(machine, disk, *names):
    m = machine(disk=disk)
    m.boot()
    for name in ("tick", *names):
        bare.create(m, name)
        bare.kick(m, name)
    return m


def finish(m, name, timeout=TIMEOUT):
    """Asks at the prompt, over and over, until the guest has ended; returns its report."""
    for _ in range(timeout * 2):
        if re.search("^state: +halted", m.cmd(f"guest info {name}"), re.M):
            break
        m.quiet(0.5)
    lines = m.cmd(f"vserial dump {name}/uart0").split("\n")
    assert lines[-1].startswith("DONE"), "\n".join(lines[-30:]) + m.cmd("log")[-1000:]
    return lines


# What has to have happened for the attacks to mean anything.
COUNTED = {
    "hostile_code": ["frame.quarantined", "step.out-of-line", "step.emulated", "und.trap-word",
                     "step.straddle", "frame.store-emulated", "frame.patched-words"],
    "hostile_wx": ["frame.to-code", "frame.to-data", "frame.store-emulated"],
    "hostile_mem": ["dabt.hole", "dabt.to-guest"],
    "hostile_irq": ["und.to-guest", "fiq"],
    "hostile_residue": ["switch.in", "smc.wfi"],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(machine, disk, name):
    others = ["residue"] if name == "hostile_residue" else []
    m = start(machine, disk, *others, name)
    before = ticks(m)
    lines = finish(m, name)
    unharmed(m, before)
    bare.judge(lines)
    stats = bare.stats(m, f"{name}/vcpu0")
    assert [c for c in COUNTED[name] if not stats[c]] == []
    # It starts as if new, and so does everybody else.
    assert "failed" not in m.cmd(f"guest reset {name}")
    bare.kick(m, name)
    assert "failed" not in m.cmd(f"guest destroy {name}")
    unharmed(m)


def shim_guest(m, letter):
    """Lets hostile_shim do one thing; what it said, or None if that was its end."""
    m.bind("hostile_shim/uart0")
    m.send(letter)
    m.expect(f"DOING {letter}")
    m.expect(["STILL HERE", "halted[^\n]*"], 60)
    survived, said = m.qemu.match_index == 0, espalier.plain(m.qemu.before)
    m.unbind()
    return said if survived else None


def test_shim(machine, disk):
    """Jumps, rubbish in the slots, tables that lead nowhere: the guest itself survives them."""
    m = start(machine, disk, "hostile_shim")
    for letter in "123":
        said = shim_guest(m, letter)
        assert said is not None and "FAIL" not in said and "ok " in said, m.cmd("log")
        unharmed(m)


# Modes of the processor that a guest may be in; Monitor and Hyp are not among them.
MODES = {0x10, 0x11, 0x12, 0x13, 0x17, 0x1b, 0x1f}


def test_shim_modes(machine, disk):
    """Enters the VMM with every mode number: at worst that ends the guest, with a word why."""
    m = start(machine, disk, "hostile_shim")
    for mode in range(32):
        m.bind("hostile_shim/uart0")
        m.send(chr(0x40 + mode))
        m.expect(f"DOING {re.escape(chr(0x40 + mode))}")
        m.quiet(0.5)
        m.unbind()
        info = m.cmd("guest info hostile_shim")
        if mode not in MODES:
            assert "halted" in info and "no valid SPSR" in info, f"mode {mode:x}: {info}"
        assert m.cmd("echo alive") == "alive"
        m.cmd("guest halt hostile_shim")
        assert "failed" not in m.cmd("guest reset hostile_shim")
        bare.kick(m, "hostile_shim")
        for _ in range(50):
            if "READY" in m.cmd("vserial dump hostile_shim/uart0 50"):
                break
    unharmed(m)
