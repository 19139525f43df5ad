# SPDX-License-Identifier: Apache-2.0
"""Guests that cannot be: broken trees, files and disk images. The VMM says what is
wrong, keeps nothing, and runs a sound guest afterwards."""
import re

import pytest

import bare
import espalier

# A guest of 1 MiB whose kernel is one branch to itself.
TREE = """/dts-v1/;
/ {{
    #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>; {root}
    chosen {{ {chosen} }};
    memory@60000000 {{ device_type = "memory"; reg = <{ram}>; {memory} }};
    cpus {{
        #address-cells = <1>; #size-cells = <0>;
        cpu@0 {{ device_type = "cpu"; compatible = "arm,cortex-a9"; reg = <0>; }};
    }};
    gic: interrupt-controller@1e001000 {{
        compatible = "arm,cortex-a9-gic"; interrupt-controller; #interrupt-cells = <3>;
        reg = <0x1e001000 0x1000>, <0x1e000100 0x100>;
    }};
    {nodes}
}};
"""
LOOP = b"\xfe\xff\xff\xea"  # b .
RAM = "0x60000000 0x100000"
KERNEL = 'espalier,kernel = "/loop";'

# name: (parts of the tree, what the VMM has to say)
TREES = {
    "nomemory": (dict(ram="0x60000000 0"), "/memory@60000000: reg: entry 0 has size 0"),
    "nomemnode": (dict(memory='status = "disabled";'), "no memory"),
    "nokernel": (dict(chosen=""), "/chosen: no espalier,kernel"),
    "unknown": (dict(root='espalier,holes = "abort";'),
                "/: espalier,holes: unknown property; did you mean espalier,hole?"),
    "badvalue": (dict(root='espalier,hole = "zeros";'),
                 'unknown value "zeros"; did you mean "zero"?'),
    "nobody": (dict(nodes='x@9000 { compatible = "no,no"; reg = <0x9000 4>; };'),
               '/x@9000: no emulated device is compatible with "no,no"'),
    "overlap": (dict(nodes='x@0 { reg = <0x60000000 4>; espalier,backing = "absent"; };'),
                "overlaps 0x60000000-0x600fffff of /memory@60000000"),
    "greedy": (dict(ram="0x60000000 0x40000000"), "in one piece"),
    # The host's console, its interrupt controller and its power switch.
    "console": (dict(nodes='x@0 { compatible = "arm,pl011"; reg = <0x9000 0x1000>;'
                     ' espalier,backing = "passthrough"; espalier,host-node = "CONSOLE"; };'),
                "a device of the VMM (driver "),
    "gicpass": (dict(nodes='x@0 { compatible = "arm,cortex-a9-gic"; reg = <0x9000 0x1000>;'
                     ' espalier,backing = "passthrough"; espalier,host-node = "GIC"; };'),
                "a device of the VMM (driver "),
    "l2pass": (dict(nodes='x@0 { compatible = "arm,pl310-cache"; reg = <0x9000 0x1000>;'
                    ' espalier,backing = "passthrough"; espalier,host-node = "L2"; };'),
               "is a part of the processor, which the VMM keeps [P047]"),
}

# name: (/chosen, RAM, what `guest kick` has to say)
KICKS = {
    "missing": ('espalier,kernel = "/none";', RAM, "espalier,kernel: /none: no such file"),
    "noinitrd": (KERNEL + 'espalier,initrd = "/none";', RAM,
                 "espalier,initrd: /none: no such file"),
    "toobig": ('espalier,kernel = "/big";', RAM,
               "kernel (2097152 bytes) at 0x60008000 does not lie in RAM 0x60000000-0x600fffff"),
    "bigrd": (KERNEL + 'espalier,initrd = "/big";', RAM,
              "initrd /big (2097152 bytes) does not fit"),
    "clash": ('espalier,kernel = "/big"; espalier,initrd = "/loop";',
              "0x60000000 0x209000", "overlaps the "),
    "empty": ('espalier,kernel = "/empty";', RAM, "/empty: is empty"),
    "cutelf": ('espalier,kernel = "/cutelf";', RAM, "/cutelf is a truncated ELF file"),
}


def find_node(compatible):
    """Path of the first node of the host's tree with this compatible string."""
    dtb = espalier.BUILD / "vexpress-v2p-ca9.dtb"

    def walk(path):
        props = espalier.run(["fdtget", "-p", dtb, path]).split()
        if "compatible" in props and compatible in espalier.run(
                ["fdtget", dtb, path, "compatible"]).split():
            return path
        for child in espalier.run(["fdtget", "-l", dtb, path]).split():
            found = walk(path.rstrip("/") + "/" + child)
            if found:
                return found
        return None

    path = walk("/")
    assert path, compatible
    return path


def tree(out, root="", chosen=KERNEL, ram=RAM, nodes="", memory=""):
    return espalier.make_dtb(out, TREE.format(root=root, chosen=chosen, ram=ram, nodes=nodes,
                                              memory=memory))


@pytest.fixture
def disk(tmp_path):
    names = {"CONSOLE": find_node("arm,pl011"), "GIC": find_node("arm,cortex-a9-gic"),
             "L2": find_node("arm,pl310-cache")}
    files = {"/loop": LOOP, "/big": bytes(2 << 20), "/empty": b"", "/junk.dtb": b"junk" * 100,
             "/cutelf": b"\x7fELF\x01\x01\x01" + bytes(9) + b"\x02\x00\x28\x00",
             "/good.dtb": tree(tmp_path / "good.dtb")}
    for name, (parts, _) in TREES.items():
        for word, path in names.items():
            parts = {k: v.replace(f'"{word}"', f'"{path}"') for k, v in parts.items()}
        files[f"/{name}.dtb"] = tree(tmp_path / f"{name}.dtb", **parts)
    for name, (chosen, ram, _) in KICKS.items():
        files[f"/{name}.dtb"] = tree(tmp_path / f"{name}.dtb", chosen=chosen, ram=ram)
    files["/guests/tick.dtb"] = bare.image("tick", "dtb")
    files["/guests/tick.elf"] = bare.image("tick")
    files["/cut.dtb"] = (tmp_path / "good.dtb").read_bytes()[:200]
    return espalier.make_disk(tmp_path / "disk.img", files)


def guest_ram(m):
    """KiB that `host ram` gives to guests."""
    line = next(s for s in m.cmd("host ram").splitlines() if "RAM of guests" in s)
    return int(line.split()[-2])


def create_fails(m, file, says):
    said = m.cmd(f"guest create bad {file}")
    # The console breaks no lines, but a long message may be cut at its end.
    assert says in said, said
    assert f"{file}: " in said
    assert "bad " not in m.cmd("guest list")


def running(m, name):
    return re.search(rf"^{name} +running", m.cmd("guest list"), re.M)


def test_broken_guests(machine, disk):
    """Beside an honest guest, which goes on, none of them leaves anything behind."""
    m = machine(disk=disk)
    m.boot()
    assert guest_ram(m) == 0
    bare.create(m, "tick")
    bare.kick(m, "tick")
    before = guest_ram(m)
    for name, (_, says) in TREES.items():
        create_fails(m, f"/{name}.dtb", says)
    create_fails(m, "/none.dtb", "no such file or directory")
    create_fails(m, "/junk.dtb", "not a device tree")
    create_fails(m, "/cut.dtb", "not a device tree")
    assert "letters, digits" in m.cmd("guest create a/b /good.dtb")
    assert guest_ram(m) == before
    bare.neighbour_goes_on(m)

    for name, (_, _, says) in KICKS.items():
        m.cmd(f"guest create {name} /{name}.dtb")
        said = m.cmd(f"guest kick {name}")
        assert says in said, said
        assert re.search(rf"^{name} +reset", m.cmd("guest list"), re.M)
        m.cmd(f"guest destroy {name}")
    assert guest_ram(m) == before
    bare.neighbour_goes_on(m)

    m.cmd("guest create good /good.dtb")
    assert "exists already" in m.cmd("guest create good /good.dtb")
    m.cmd("guest kick good")
    assert running(m, "good")
    m.cmd("guest halt good")
    assert "reset first" in m.cmd("guest kick good")
    m.cmd("guest reset good")
    m.cmd("guest kick good")
    assert running(m, "good")
    m.cmd("guest destroy good")
    assert guest_ram(m) == before
    bare.neighbour_goes_on(m)


def damage(image, kind):
    data = bytearray(image)
    if kind == "truncated":
        return bytes(data[: len(data) // 2])
    if kind == "tiny":
        return bytes(data[:1000])
    if kind == "magic":
        data[1024 + 56] ^= 0xFF
    elif kind == "extents":
        data[1024 + 96] |= 0x40
    elif kind == "superblock":
        data[1024 + 40:1024 + 44] = b"\xff\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize("kind, says", [
    ("truncated", "disk image: truncated"),
    ("tiny", "hold no ext2 superblock"),
    ("magic", "disk image: not ext2"),
    ("extents", "disk image: needs feature: extents"),
    ("superblock", "disk image: the superblock is corrupted"),
])
def test_broken_disk(machine, disk, tmp_path, kind, says):
    broken = tmp_path / "broken.img"
    broken.write_bytes(damage(disk.read_bytes(), kind))
    m = machine(disk=broken)
    assert says in m.boot()
    assert "no disk image is mounted" in m.cmd("guest create g /good.dtb")
    assert "no disk image is mounted" in m.cmd("vfs cat /loop")


def test_damaged_files(machine, disk, tmp_path):
    """The disk mounts, but its inode table is noise from the first file on."""
    data = bytearray(disk.read_bytes())
    block = 1024 << int.from_bytes(data[1048:1052], "little")
    table = int.from_bytes(data[(1 if block > 1024 else 2) * block + 8:][:4], "little")
    inode_size = int.from_bytes(data[1024 + 88:1024 + 90], "little") or 128
    start = table * block + 11 * inode_size
    end = table * block + 40 * inode_size
    data[start:end] = bytes((i * 73 + 11) % 256 for i in range(end - start))
    broken = tmp_path / "broken.img"
    broken.write_bytes(data)
    m = machine(disk=broken)
    m.boot()
    said = m.cmd("guest create g /good.dtb")
    assert "/good.dtb: " in said
    assert "loop" in m.cmd("vfs ls /")
    m.cmd("vfs cat /loop")
    assert guest_ram(m) == 0
