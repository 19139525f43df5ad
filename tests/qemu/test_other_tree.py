# SPDX-License-Identifier: Apache-2.0
"""A kernel that is given another tree than its partition's, on purpose: what differs is
told node by node before it starts, and what it has not is still not there."""
import json
import re
import subprocess

import bare

import espalier

BARE = (espalier.TOP / "guests" / "lib" / "bare.dtsi").read_text()
UART2 = """
    / { bus@10000000 { serial@b000 { compatible = "arm,pl011", "arm,primecell";
        reg = <0xb000 0x1000>; %s }; }; };
"""
PASSED = UART2 % 'espalier,backing = "passthrough";'


def tree(out, kernel="poke", *parts):
    chosen = f'/ {{ chosen {{ espalier,kernel = "/guests/{kernel}.elf"; }}; }};'
    return espalier.make_dtb(out, "\n".join(["/dts-v1/;", BARE, chosen, *parts]))


OTHER = (UART2 % "interrupts = <0 7 4>;") + """
    / {
        memory@60000000 { reg = <0x60000000 0x02000000>; };
        bus@10000000 {
            serial@9000 { interrupts = <0 6 4>; };
            rtc@17000 { compatible = "arm,pl031"; reg = <0x17000 0x1000>; };
            timer@11000 { status = "disabled"; };
        };
        cpus { cpu@1 { device_type = "cpu"; compatible = "arm,cortex-a9"; reg = <1>; }; };
    };
    /delete-node/ &{/timer@1e000600};
"""
WANTED = (
    "/memory@60000000: reg: /other.dtb has 0x60000000-0x61ffffff, the partition "
    "0x60000000-0x60ffffff",
    "/cpus/cpu@1: /other.dtb has that CPU, the partition has not",
    "/bus@10000000/serial@9000: interrupts: /other.dtb has 38, the partition 37",
    "/bus@10000000/serial@b000: reg: /other.dtb has 0x1000b000-0x1000bfff; not the guest's: "
    "/bus@10000000/serial@b000, which belongs to owner",
    "/bus@10000000/rtc@17000: reg: /other.dtb has 0x10017000-0x10017fff; not the guest's: "
    "/bus@10000000/rtc@17000, which belongs to nobody",
    "/timer@1e000600: /other.dtb has no such node, the partition has it at "
    "0x1e000600-0x1e00061f",
    "/bus@10000000/timer@11000: status: /other.dtb has it disabled, the partition has it at "
    "0x10011000-0x10011fff",
)


def differences(said):
    return re.findall(r"/guests/other\.dtb: (.*) \[P075\]", said)


def test_other_tree(machine, tmp_path):
    disk = bare.disk(tmp_path / "disk.img", "poke", files={
        "/guests/owner.dtb": tree(tmp_path / "a", "poke", PASSED),
        "/guests/other.dtb": tree(tmp_path / "b", "poke",
                                  '/ { chosen { espalier,dtb = "/other.dtb"; }; };'),
        "/other.dtb": tree(tmp_path / "c", "poke", OTHER)})
    m = machine(disk=disk, serials=["null"] * 3)
    m.boot()
    bare.create(m, "owner")
    # The dry run tells them; creation does not, as no kernel gets anything yet.
    said = m.cmd("guest check poke /guests/other.dtb")
    assert sorted(differences(said)) == sorted(WANTED) and "no errors" in said, said
    assert differences(m.cmd("guest create poke /guests/other.dtb")) == []
    said = m.cmd("guest kick poke")
    assert sorted(differences(said)) == sorted(WANTED) and "failed" not in said, said
    # The guest runs; what its kernel's tree promises is not there.
    m.bind("poke/uart0")
    m.expect("READY")
    m.send("r1000b018")
    m.expect_exact("data abort fsr 008 far 1000b018")
    m.send("r10009018")
    m.expect(r"= [0-9a-f]{8}\r*\n")
    m.unbind()
    log = m.cmd("log")
    assert re.search(r"warning: poke: read of 4 bytes at 0x1000b018, pc 0x6\w{7}: serial@b000 "
                     "belongs to owner; not in poke's tree", log), log
    # Without the property nothing is said.
    said = m.cmd("guest destroy poke; guest create poke /guests/poke.dtb; guest kick poke")
    assert "P075" not in said and "failed" not in said, said


def test_linux(machine):
    """Debian with the tree of four UARTs in a partition with one: it was told, it dies of
    its own rules, and the VMM and the owner of what it was after do not care."""
    m = machine(serials=["null"] * 3)
    m.boot()
    m.cmd("guest destroy guest0; guest create uarts /guests/guest0/guest-uarts.dtb")
    m.start_linux("uarts")
    m.unbind()
    m.cmd("guest create mismatch /guests/guest0/mismatch.dtb")
    said = m.cmd("guest kick mismatch")
    told = re.findall(r"mismatch\.dtb: (\S+): reg: .*not the guest's: (.*) \[P075\]", said)
    serial = "/bus@10000000/serial@"
    assert told == [(serial + "a000", f"{serial}a000, which belongs to uarts"),
                    (serial + "b000", f"{serial}b000, which belongs to uarts"),
                    (serial + "d000", "nothing")], said
    m.bind("mismatch/uart0")
    m.expect("PC is at amba_read_periphid", espalier.GUEST_BOOT_TIMEOUT)
    m.expect("Kernel panic")
    m.unbind()
    assert re.search("mismatch: read of 4 bytes at 0x1000afe0, pc 0xc0.*: serial@a000 belongs to "
                     "uarts; not in mismatch's tree", m.cmd("log"))
    assert "serial@a000 at 0x1000afe0" in m.cmd("guest doctor mismatch")
    m.bind("uarts/uart0")
    assert m.sh("echo ali''ve") == "alive"


def test_dtpart(tmp_path):
    """The same on the host, with both values and the other owner."""
    dts = espalier.TOP / "dts"
    where = tmp_path / "guests" / "guest0"
    where.mkdir(parents=True)
    for name in ("vmlinuz", "initrd.img"):
        (where / name).symlink_to(espalier.BUILD / "guests" / "guest0" / name)
    espalier.make_dtb(where / "guest-uarts.dtb", (dts / "guest-uarts.dts").read_text())
    done = subprocess.run([espalier.BUILD / "dtpart", "check", "--json", "--root", tmp_path,
                           dts / "vexpress-v2p-ca9.dts", f"a={dts / 'mismatch.dts'}",
                           f"uarts={dts / 'guest-uarts.dts'}"], text=True, check=True,
                          stdout=subprocess.PIPE)
    found = json.loads(done.stdout)
    assert [(f["code"], f["severity"], f["guest"], f["node"][-4:], f["have"], f["owner"])
            for f in found] == [
        ("P075", "warning", "a", "a000", "0x1000a000-0x1000afff", "uarts"),
        ("P075", "warning", "a", "b000", "0x1000b000-0x1000bfff", "uarts"),
        ("P075", "warning", "a", "d000", "0x1000d000-0x1000dfff", None)]
