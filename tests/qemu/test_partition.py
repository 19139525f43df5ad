# SPDX-License-Identifier: Apache-2.0
"""The partition checker in the VMM: guest check, sets of guests, who-owns, map; and a
vendor's tree with an overlay as a guest."""
import pytest

import espalier
from test_guest_input import LOOP, guest_ram, tree

UART = ('serial@{at} {{ compatible = "arm,pl011", "arm,primecell"; reg = <0x1000{at} 0x1000>;'
        ' interrupts = <0 {spi} 4>; espalier,backing = "passthrough";'
        ' espalier,host-node = "/bus@10000000/serial@{at}"; }};')
DMA = ('clcd@10020000 { compatible = "arm,pl111"; reg = <0x10020000 0x1000>;'
       ' espalier,backing = "passthrough"; %s };')
BIG = "0x60000000 0x10000000"


@pytest.fixture
def disk(tmp_path):
    def dtb(name, **parts):
        return tree(tmp_path / f"{name}.dtb", **parts)

    uart1 = UART.format(at="a000", spi=6)
    files = {"/loop": LOOP, "/one.dtb": dtb("one", nodes=uart1),
             "/two.dtb": dtb("two", nodes=UART.format(at="b000", spi=7)),
             "/big.dtb": dtb("big", ram=BIG), "/small.dtb": dtb("small"),
             "/dma.dtb": dtb("dma", nodes=DMA % ""),
             "/trust.dtb": dtb("trust", nodes=DMA % "espalier,allow-dma;"),
             "/nokernel.dtb": dtb("nokernel", chosen='espalier,kernel = "/none";')}
    return espalier.make_disk(tmp_path / "disk.img", files)


def test_sets(machine, disk):
    m = machine(disk=disk)
    m.boot()
    # One UART for two: each mistake is told, and neither guest is there.
    said = m.cmd("guest create a /one.dtb b /one.dtb")
    assert "the host's INTID 38 belongs to a: /serial@a000 [P051]" in said
    assert "the host's 0x1000a000 belongs to a: /serial@a000 [P050]" in said
    assert "guest create of the set: failed" in said
    assert "[P004]" in m.cmd("guest create a /one.dtb a /two.dtb")
    assert "[P024]" in m.cmd("guest create a /big.dtb b /big.dtb")
    assert "/none.dtb" in m.cmd("guest create a /one.dtb b /none.dtb")
    assert "nobody" in m.cmd("who-owns 0x1000a000")
    assert guest_ram(m) == 0

    assert "no errors" in m.cmd("guest check a /one.dtb b /two.dtb")
    assert guest_ram(m) == 0
    said = m.cmd("guest create a /one.dtb b /two.dtb")
    assert "guest a created" in said and "guest b created" in said
    assert "/bus@10000000/serial@a000, which belongs to a (its /serial@a000)" in m.cmd(
        "who-owns 0x1000a018")
    assert "which belongs to b" in m.cmd("who-owns 39")
    assert "which belongs to b" in m.cmd("who-owns /bus@10000000/serial@b000")
    assert "which belongs to the VMM (driver gic)" in m.cmd("who-owns 0x1e001000")
    table = m.cmd("map").splitlines()
    assert any(line.startswith("1000a000-1000afff a ") for line in table)
    assert any("/memory@" in line and line.split()[1] == "free" for line in table)
    # The second a meets the first one, which is left alone.
    said = m.cmd("guest check c /one.dtb")
    assert "[P050]" in said and "owner: a: /serial@a000" in said and "hint: " in said
    m.cmd("guest destroy a")
    m.cmd("guest destroy b")
    assert "nobody" in m.cmd("who-owns 38")
    assert guest_ram(m) == 0


def test_checks(machine, disk):
    m = machine(disk=disk)
    m.boot()
    assert "no such file" in m.cmd("guest check g /nokernel.dtb")
    said = m.cmd("guest check g /dma.dtb")
    assert "[P048]" in said and "without an IOMMU" in said
    said = m.cmd("guest create g /trust.dtb")
    assert "[P049]" in said and "guest g created" in said
    assert "/clcd@10020000, which belongs to g" in m.cmd("who-owns 0x10020000")


def test_hand_over(machine, tmp_path):
    """espalier,hand-over in the host's tree: the VMM does without, and a guest may have it."""
    source = (espalier.TOP / "dts" / "vexpress-v2p-ca9.dts").read_text()
    wanted = "sysreg: sysreg@0 {"
    assert wanted in source
    host = tmp_path / "host.dtb"
    espalier.make_dtb(host, source.replace(wanted, wanted + " espalier,hand-over;"))
    nodes = ('sysreg@10000000 { compatible = "arm,vexpress-sysreg"; reg = <0x10000000 0x1000>;'
             ' espalier,backing = "passthrough"; espalier,allow-dma;'
             ' espalier,host-node = "/bus@10000000/sysreg@0"; };')
    disk = espalier.make_disk(tmp_path / "disk.img", {
        "/loop": LOOP, "/g.dtb": tree(tmp_path / "g.dtb", nodes=nodes)})
    m = machine(disk=disk)
    m.boot()
    assert "a device of the VMM (driver sysreg) [P047]" in m.cmd("guest create g /g.dtb")
    m.close()
    m = machine(disk=disk, dtb=host)
    m.boot()
    assert "guest g created" in m.cmd("guest create g /g.dtb")
    assert "which belongs to g" in m.cmd("who-owns 0x10000000")


def test_same_as_dtpart(machine):
    """The host program knows what the drivers take: its map is that of the machine."""
    dtpart = [espalier.BUILD / "dtpart", "map", espalier.BUILD / "vexpress-v2p-ca9.dtb"]
    wanted = [line.split() for line in espalier.run(dtpart).splitlines() if "memory@" not in line]
    m = machine(disk=None)
    m.boot()
    said = [line.split() for line in m.cmd("map").splitlines()]
    assert len(wanted) > 20
    for row in wanted[1:]:  # QEMU adds nodes of its own
        assert row in said


def test_vendor_tree(machine):
    """Debian's own vexpress-v2p-ca9.dtb with an overlay boots Debian."""
    m = machine()
    m.boot()
    m.cmd("guest destroy guest0")
    assert "no errors" in m.cmd("guest check guest0 /guests/guest0/vexpress.dtb")
    assert "created" in m.cmd("guest create guest0 /guests/guest0/vexpress.dtb")
    m.start_linux()
    assert m.sh("cat /proc/device-tree/model | tr -d '\\0'; echo") == "V2P-CA9"
    assert "motherboard-bus" in m.sh("ls /proc/device-tree/bus@40000000")
    # The vendor's tree has no espalier, properties left in it.
    assert m.sh("find /proc/device-tree -name 'espalier*' | wc -l") == "0"
    assert "ttyAMA0" in m.sh("cat /proc/consoles")
    # Timers run at the right rate, though their clock is the system controller.
    before, after = (float(x) for x in m.sh(
        "cut -d' ' -f1 /proc/uptime; sleep 2; cut -d' ' -f1 /proc/uptime").split())
    assert 1.9 < after - before < 30
    m.unbind()
