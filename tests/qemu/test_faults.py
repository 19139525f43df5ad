# SPDX-License-Identifier: Apache-2.0
"""Accesses outside a guest's partition: what the guest gets, and what the VMM says."""
import re

import bare
import pytest

import espalier

BARE = (espalier.TOP / "guests" / "lib" / "bare.dtsi").read_text()
UART2 = """
    / { bus@10000000 { serial@b000 { compatible = "arm,pl011", "arm,primecell";
        reg = <0xb000 0x1000>; %s }; }; };
"""


def tree(out, *parts):
    chosen = '/ { chosen { espalier,kernel = "/guests/poke.elf"; }; };'
    return espalier.make_dtb(out, "\n".join(["/dts-v1/;", BARE, chosen, *parts]))


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    where = tmp_path_factory.mktemp("faults")
    trees = {"/guests/owner.dtb": tree(where / "a", UART2 % 'espalier,backing = "passthrough";'),
             "/guests/off.dtb": tree(where / "b", UART2 % 'status = "disabled";'),
             "/guests/zero.dtb": tree(where / "c", '/ { espalier,hole = "zero"; };')}
    return bare.disk(where / "disk.img", "poke", files=trees)


def start(m, name, tree_name=None):
    bare.create(m, name, tree_name)
    bare.kick(m, name)
    m.bind(f"{name}/uart0")
    m.expect("READY")
    m.unbind()


def poke(m, name, what):
    """Types a command of guests/poke; returns its answer."""
    m.bind(f"{name}/uart0")
    m.send(what)
    answer = m.expect(r"\n((?:= |data abort|prefetch abort)[^\r\n]*)\r*\n")[1]
    m.unbind()
    return answer


def rows(m, name):
    """The table of `guest faults`: {node: (owner, reads, writes, fetches, pc, address)}."""
    out = {}
    for line in m.cmd(f"guest faults {name}").splitlines()[1:]:
        owner, reads, writes, fetches, pc, address, node = re.split(
            r" +", re.sub("^the VMM", "VMM", line), maxsplit=6)
        out[node] = (owner, int(reads), int(writes), int(fetches), int(pc, 16), int(address, 16))
    return out


def test_owner(machine, disk):
    """The node and who has it: another guest, the VMM, nobody; the bus error to the guest."""
    m = machine(disk=disk)
    m.boot()
    start(m, "owner")
    start(m, "poke")
    assert poke(m, "poke", "r1000b018") == "data abort fsr 008 far 1000b018"
    assert poke(m, "poke", "w1000b000") == "data abort fsr 808 far 1000b000"
    assert poke(m, "poke", "r1000f000") == "data abort fsr 008 far 1000f000"
    assert poke(m, "poke", "r1e001000").startswith("= ")
    assert poke(m, "poke", "r1000a000") == "data abort fsr 008 far 1000a000"
    assert poke(m, "poke", "r10002000") == "data abort fsr 008 far 10002000"
    assert poke(m, "poke", "x1000b000").startswith("prefetch abort fsr 008")
    assert poke(m, "poke", "r10009ffc") == "= 000000b1"
    log = m.cmd("log")
    pc = r"pc 0x6\w{7}: "
    assert re.search(r"warning: poke: read of 4 bytes at 0x1000b018, " + pc +
                     r"serial@b000 belongs to owner; not in poke's tree", log), log
    assert re.search(r"at 0x1000a000, " + pc + "serial@a000 belongs to nobody; not in", log), log
    assert re.search(r"at 0x10002000, " + pc + "no node of the host lies there; not in", log), log
    table = rows(m, "poke")
    owner, reads, writes, fetches, last_pc, address = table["/bus@10000000/serial@b000"]
    assert (owner, reads, writes, fetches) == ("owner", 1, 1, 1)
    assert last_pc == address == 0x1000b000
    assert table["10002000-"][:4] == ("nobody", 1, 0, 0)
    assert rows(m, "owner") == {}
    # What belongs to the VMM, and what the owner's end changes.
    assert poke(m, "owner", "r1000b018") == "= 00000090"
    assert poke(m, "owner", "r10012000").startswith("data abort")
    m.cmd("guest destroy owner")
    assert rows(m, "poke")["/bus@10000000/serial@b000"][0] == "nobody"
    m.cmd("guest reset poke")
    assert rows(m, "poke") == {}


def test_own_nodes(machine, disk):
    """A node that the guest's own tree has disabled, and a register that its device lacks."""
    m = machine(disk=disk)
    m.boot()
    start(m, "off")
    poke(m, "off", "r1000b018")
    poke(m, "off", "b1e000600")
    log = m.cmd("log")
    assert "serial@b000 belongs to nobody; disabled in off's tree" in log
    assert "timer@1e000600 is its own, but has no register like that" in log
    faults = m.cmd("guest faults off")
    assert "/bus@10000000/serial@b000 (disabled in its tree)" in faults
    assert re.search(r"^off +1 +0 +0 .*/timer@1e000600$", faults, re.M), faults


def test_rate(machine, disk):
    """A thousand accesses make a few lines, which say how many they stand for."""
    m = machine(disk=disk)
    m.boot()
    start(m, "poke")
    assert poke(m, "poke", "3r1000c004").startswith("data abort")
    assert poke(m, "poke", "r1000d004").startswith("data abort")
    log = m.cmd("log")
    assert 1 <= len(re.findall("serial@c000", log)) <= 4
    assert len(re.findall("serial@d000|watchdog@f000|no node", log)) == 1
    assert rows(m, "poke")["/bus@10000000/serial@c000"][1] == 1000
    for _ in range(100):    # the second is over at some time
        m.quiet(0.2)
        poke(m, "poke", "r1000c004")
        if "left out)" in m.cmd("log"):
            break
    else:
        raise AssertionError(m.cmd("log"))
    assert re.search(r"serial@c000 belongs to nobody; not in poke's tree \(\d+ more left out\)",
                     m.cmd("log"))


def test_bounded(machine, disk):
    """More pages than the table has rows: what is left goes into its last one."""
    m = machine(disk=disk)
    m.boot()
    start(m, "poke")
    m.bind("poke/uart0")
    for page in range(30):
        m.send(f"r{0x20000000 + page * 0x1000:08x}")
        m.expect("data abort fsr 008 far")
    m.unbind()
    table = rows(m, "poke")
    assert len(table) == 25 and table["(others)"][1] == 6, table


def test_zero(machine, disk):
    """espalier,hole = "zero": harmless, so counted and not logged."""
    m = machine(disk=disk)
    m.boot()
    start(m, "zero")
    assert poke(m, "zero", "r1000b018") == "= 00000000"
    assert "serial@b000" not in m.cmd("log")
    assert rows(m, "zero")["/bus@10000000/serial@b000"][:2] == ("nobody", 1)
