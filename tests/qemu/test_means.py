# SPDX-License-Identifier: Apache-2.0
"""Guests that want more than their share (invariant I8), beside an honest one: of the VMM's
memory, of its console, of the host thread's time; and what follows when one ends."""
import re

import bare
import pytest

NAMES = ["hostile_log", "hostile_hoard", "hostile_reboot", "watchdog"]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return bare.disk(tmp_path_factory.mktemp("means") / "disk.img", *NAMES, "tick")


def start(machine, disk, name):
    m = machine(disk=disk)
    m.boot()
    for guest in ("tick", name):
        bare.create(m, guest)
    before = free(m)
    for guest in ("tick", name):
        bare.kick(m, guest)
    return m, before


def free(m):
    """KiB of the host's RAM that nobody has."""
    return int(re.search(r"pages: free +(\d+)", m.cmd("host ram"))[1])


def wait(m, name, pattern, seconds=120):
    """Until `guest info` says so; returns what it says."""
    for _ in range(2 * seconds):
        said = m.cmd(f"guest info {name}")
        if re.search(pattern, said, re.M):
            return said
        m.quiet(0.5)
    raise AssertionError(said + m.cmd("log")[-1000:])


def report(m, name):
    lines = m.cmd(f"vserial dump {name}/uart0").split("\n")
    bare.judge([line for line in lines if line])


def test_log(machine, disk):
    m, _ = start(machine, disk, "hostile_log")
    said = wait(m, "hostile_log", r"^state: +halted")
    report(m, "hostile_log")
    warnings = re.findall(r"^warnings: +(\d+) (.*)$", said, re.M)
    assert ["3000", "3000"] == [n for n, _ in warnings], said
    assert int(re.search(r"^faults: +(\d+) accesses", said, re.M)[1]) >= 3000, said
    log = [s for s in m.cmd("log").splitlines() if "hostile_log: " in s]
    lines = [s for s in log if "device" in s or "SCTLR.EE" in s]
    assert 2 <= len(lines) <= 14, log
    bare.neighbour_goes_on(m)


def test_hoard(machine, disk):
    m, before = start(machine, disk, "hostile_hoard")
    wait(m, "hostile_hoard", r"^state: +halted")
    report(m, "hostile_hoard")
    stats = bare.stats(m, "hostile_hoard/vcpu0")
    assert stats["frame.to-code"] > 20, stats
    assert stats["frame.quarantined"] > 1000, stats # its pool was used up
    assert stats["shadow.root-create"] > 10, stats
    assert free(m) == before
    bare.neighbour_goes_on(m)
    m.cmd("guest destroy hostile_hoard")
    m.cmd("guest destroy tick")
    assert free(m) > before


def test_reboot(machine, disk):
    m, before = start(machine, disk, "hostile_reboot")
    wait(m, "hostile_reboot", r"^restart: .*started again [5-9]\d* times.*the next time in")
    log = m.cmd("log")
    pauses = [float(s) for s in re.findall(r"it starts again in ([\d.]+) s", log)]
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8], log
    said = m.cmd("guest info hostile_reboot")
    assert re.search(r"^vcpu0: .*cost the host thread \d", said, re.M), said
    said = m.cmd("guest autopsy hostile_reboot")
    assert "end:      reset: it rebooted" in said
    assert re.search(r"^pc +0x[0-9a-f]+, at 0x[0-9a-f]+ in its /memory@60000000$", said, re.M)
    assert re.search(r"^exit -1 ", said, re.M), said
    bare.neighbour_goes_on(m)
    assert free(m) == before
    # A command ends it.
    wait(m, "hostile_reboot", "the next time in")
    assert "failed" not in m.cmd("guest halt hostile_reboot")
    count = re.search(r"again (\d+) times", m.cmd("guest info hostile_reboot"))[1]
    m.quiet(4)
    assert re.search(rf"again {count} times", m.cmd("guest info hostile_reboot"))


def test_watchdog(machine, disk):
    m, _ = start(machine, disk, "watchdog")
    said = wait(m, "watchdog", r"^state: +halted .its watchdog .SP805. expired.\n(?s:.)*"
                r"started again 3 times, 3 in a row$")
    assert "on-failure, 3 times in a row" in said
    assert m.cmd("vserial dump watchdog/uart0").count("fed three times") == 4
    assert "it has started again 3 times" in m.cmd("log")
    assert "end:      watchdog: its watchdog (SP805) expired" in m.cmd("guest autopsy watchdog")
    bare.neighbour_goes_on(m)
