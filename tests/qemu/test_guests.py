# SPDX-License-Identifier: Apache-2.0
"""The bare-metal guests under Espalier: they report what they do on the bare machine."""
import bare
import pytest


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return bare.disk(tmp_path_factory.mktemp("guests") / "disk.img", *bare.NATIVE, "hole")


def run(machine, disk, name):
    """The report of a guest under Espalier; the VMM is at its prompt afterwards."""
    m = machine(disk=disk)
    m.boot()
    bare.create(m, name)
    bare.kick(m, name)
    m.bind(f"{name}/uart0")
    lines = bare.play(m, timeout=150)
    m.expect(f"guest {name} halted: it powered itself off") # after its last line
    m.unbind()
    assert "halted (" in m.cmd(f"guest info {name}")
    return lines


@pytest.mark.parametrize("name", bare.NATIVE)
def test_as_native(machine, disk, name):
    """Line by line what it says natively."""
    lines = run(machine, disk, name)
    assert bare.report(lines) == bare.report(bare.native(machine, name)), "\n".join(lines)
    bare.judge(lines)


def test_hole(machine, disk):
    """Accesses outside the map are what dts/BINDING.md says."""
    bare.judge(run(machine, disk, "hole"))
