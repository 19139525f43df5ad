# SPDX-License-Identifier: Apache-2.0
"""A guest that does one wrong thing: what becomes of it, and of everybody else."""
import re

import bare
import pytest

import espalier

RUNNING, HALTED = "running", "halted"

# letter: (state afterwards, what the log says about it or None)
DEEDS = {
    "a": (RUNNING, r"read of 4 bytes at 0x10002000, pc 0x6\w{7}: no node of the host lies there; "
                   "not in bad's tree"),
    "e": (RUNNING, None),
    "g": (RUNNING, None),
    "i": (RUNNING, r"fetch of 4 bytes at 0x20000000, pc 0x20000000: no node of the host lies there"),
    "j": (RUNNING, r"fetch of 4 bytes at 0x61100000, pc 0x61100000: memory@60000000 belongs to the VMM"),
    "k": (RUNNING, r"fetch of 4 bytes at 0x10009000, pc 0x10009000: serial@9000 is its own, and not RAM"),
    "l": (RUNNING, None),
    "o": ("running|halted", None), # its remains may power it off
    "p": (HALTED, r"guest bad halted: it powered itself off"),
    "r": (RUNNING, r"guest bad starts again: it reset its daughterboard|it rebooted"),
    "t": (RUNNING, None),
    "u": (RUNNING, None),
    "v": (RUNNING, None),
    "w": (RUNNING, None),
    "z": (RUNNING, None),
}

# Where the guest's own handler reports what it got and powers the machine off.
REPORTS = {"a": "data abort", "i": "prefetch abort", "j": "prefetch abort",
           "k": "prefetch abort", "u": "undef"}


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return bare.disk(tmp_path_factory.mktemp("bad") / "disk.img", "bad", "tick")


def ready(m):
    for _ in range(100):
        if "READY" in m.cmd("vserial dump bad/uart0 100"):
            return
        m.quiet(0.1)
    raise AssertionError(m.cmd("guest info bad"))


def type_to(m, text, wanted):
    m.bind("bad/uart0")
    m.send(text)
    m.expect(wanted)
    m.unbind()


@pytest.mark.parametrize("letter", DEEDS)
def test_bad(machine, disk, letter):
    state, message = DEEDS[letter]
    m = machine(disk=disk)
    m.boot()
    for name in ("bad", "tick"):
        bare.create(m, name)
        bare.kick(m, name)
    ready(m)
    type_to(m, letter, "DOING [^\r\n]*")
    bare.neighbour_goes_on(m)
    info = m.cmd("guest info bad")
    log = m.cmd("log")
    if letter in REPORTS:
        assert f"unexpected {REPORTS[letter]} at" in m.cmd("vserial dump bad/uart0")
        state = HALTED
    assert re.search(rf"^state: +{state}", info, re.M) or \
        (HALTED in info and "error: guest bad halted at pc 0x" in log), info
    if message:
        assert re.search(message, log), log
    # Whatever it did, it can be stopped, and starts as if new.
    m.cmd("guest halt bad")
    assert "failed" not in m.cmd("guest reset bad")
    bare.kick(m, "bad")
    ready(m)
    bare.neighbour_goes_on(m)
    assert "failed" not in m.cmd("guest destroy bad")
    bare.neighbour_goes_on(m)
    assert m.cmd("echo alive") == "alive"


def test_all_one_after_another(machine, disk):
    """Nothing of one deed is left for the next; the host gets all its memory back."""
    m = machine(disk=disk)
    m.boot()
    bare.create(m, "tick")
    bare.kick(m, "tick")
    used = []
    for _ in range(2):
        for letter in DEEDS:
            bare.create(m, "bad")
            bare.kick(m, "bad")
            ready(m)
            type_to(m, letter, "DOING [^\r\n]*")
            m.quiet(0.1)
            assert "failed" not in m.cmd("guest destroy bad")
        used.append(m.cmd("host ram"))
        bare.neighbour_goes_on(m)
    free = [re.search(r"free +(\d+)", text)[1] for text in used]
    assert free[0] == free[1], used
