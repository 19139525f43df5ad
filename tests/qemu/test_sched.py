# SPDX-License-Identifier: Apache-2.0
"""How guests share the CPU: by weight, preemptively, and an idle one costs nothing."""
import shutil

import bare
import pytest

import espalier


def tree(path, **options):
    """The tree of the guest `bad` with espalier, properties of numbers in /chosen."""
    shutil.copy(bare.image("bad", "dtb"), path)
    for name, value in options.items():
        espalier.run(["fdtput", "-t", "i", path, "/chosen",
                      "espalier," + name.replace("_", "-"), value])
    return path


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    where = tmp_path_factory.mktemp("sched")
    trees = {"/guests/one.dtb": tree(where / "one.dtb", weight=1),
             "/guests/three.dtb": tree(where / "three.dtb", weight=3, slice_us=5000),
             "/guests/cpu1.dtb": tree(where / "cpu1.dtb", affinity=1),
             "/guests/cpu9.dtb": tree(where / "cpu9.dtb", affinity=9)}
    return bare.disk(where / "disk.img", "bad", files=trees)


def start(m, name, letter):
    """A guest that does what the letter says; it has begun when this returns."""
    bare.create(m, name)
    bare.kick(m, name)
    m.bind(f"{name}/uart0")
    m.expect("READY")
    m.send(letter)
    m.expect("DOING [^\r\n]*")
    m.unbind()


def shares(m, *names, seconds=3):
    """The part of their time that each of the guests had, in percent."""
    def ran():
        return [bare.stats(m, f"{name}/vcpu0")["sched.run-us"] for name in names]
    before = ran()
    m.quiet(seconds)
    spent = [b - a for a, b in zip(before, ran())]
    assert sum(spent) > 0
    return [100 * s / sum(spent) for s in spent]


def test_weights(machine, disk):
    """Two that never stop get 25 and 75 percent, and as commands say after that."""
    m = machine(disk=disk)
    m.boot()
    start(m, "one", "l")
    start(m, "three", "l")
    part = shares(m, "one", "three")
    assert 23 < part[0] < 27 and 73 < part[1] < 77, part
    assert "weight" not in m.cmd("vcpu weight one/vcpu0 100; vcpu weight three/vcpu0 100")
    part = shares(m, "one", "three")
    assert 47 < part[0] < 53, part
    assert m.cmd("vcpu slice three/vcpu0") == "5000 us"
    # All the while the shell answers, and a third one that sleeps gets in at once.
    start(m, "bad", "w")
    assert m.cmd("echo alive") == "alive"


def test_affinity(machine, disk):
    """Only CPU 0 runs guests, and the error says which one was asked for."""
    m = machine(disk=disk, cpus=2)
    m.boot()
    assert "espalier,affinity: CPU 1 does not run guests" in \
        m.cmd("guest create a /guests/cpu1.dtb")
    assert "espalier,affinity: CPU 9 does not exist on this host" in \
        m.cmd("guest create a /guests/cpu9.dtb")
    bare.create(m, "bad")
    assert "CPU 1 is not one that runs guests" in m.cmd("vcpu affinity bad/vcpu0 1")
    assert m.cmd("vcpu affinity bad/vcpu0 0; vcpu affinity bad/vcpu0").strip() == "0"


def test_idle(machine, disk):
    """A guest in WFI without a timer does not leave it: no counter moves."""
    m = machine(disk=disk)
    m.boot()
    start(m, "bad", "w")
    for _ in range(100):
        if " wfi " in m.cmd("vcpu list"):
            break
        m.quiet(0.1)
    before = bare.stats(m, "bad/vcpu0")
    assert before["smc.wfi"] > 0
    m.quiet(3)
    assert bare.stats(m, "bad/vcpu0") == before
