# SPDX-License-Identifier: Apache-2.0
"""Invariant I7: no stay in Monitor mode is long, whatever guests do.

QEMU counts instructions here, one for a nanosecond, so that runs are alike.
"""
import re

import bare
import pytest

BOUND = 50000  # ARCH_STAY_BOUND
# A PUSH over the end of a page of code into the next takes both back to data: not mended yet.
KNOWN = {"hostile_wx": 60000}
SLICE_US = 10000
ATTACKERS = ["hostile_time", "hostile_code", "hostile_wx"]
ICOUNT = ["-icount", "shift=0,sleep=off"]
TIMEOUT = 240


def longest(m, vcpu):
    return bare.stats(m, vcpu)["stay.longest"]


def finish(m, name):
    """Until it has ended; the shell is idle in between, so that the guests have the CPU."""
    for _ in range(TIMEOUT):
        if re.search("^state: +halted", m.cmd(f"guest info {name}"), re.M):
            return m.cmd(f"vserial dump {name}/uart0").split("\n")
        m.quiet(1)
    raise AssertionError(f"{name} does not end:\n" + m.cmd(f"vserial dump {name}/uart0")[-1000:])


@pytest.mark.parametrize("name", ATTACKERS)
def test_bound(machine, tmp_path, name):
    """An attacker's stays, and how late its neighbour is: two slices, its own and the host's."""
    m = machine(disk=bare.disk(tmp_path / "disk.img", name, "late"), extra=ICOUNT)
    m.boot()
    for guest in (name, "late"):
        bare.create(m, guest)
        bare.kick(m, guest)
    lines = finish(m, name)
    bare.judge(lines)
    for guest in (name, "late"):
        assert longest(m, f"{guest}/vcpu0") <= KNOWN.get(guest, BOUND), m.cmd(f"vcpu stat {guest}/vcpu0")
    said = m.cmd("vserial dump late/uart0")
    late = [int(us) for us in re.findall(r"^late (\d+)$", said, re.M)]
    assert late, said
    assert max(late) <= 2 * SLICE_US + 2 * BOUND // 1000 + 1000, late
