# SPDX-License-Identifier: Apache-2.0
"""Trees as large as vendors': checked at once, on the host and in the VMM; ^C ends a check."""
import resource
import subprocess
import time

import espalier

HEAD = """
    /dts-v1/;
    /include/ "guest0.dts"
    / { clk: clk { #clock-cells = <1>; };
"""


def big(tmp_path, nodes):
    """A tree of so many nodes, each with a phandle and a reference to the one before it."""
    rows = [f"n{i}: node-{i} {{ #clock-cells = <1>; clocks = <&n{i - 1} 1>, <&clk 2>;"
            f" next-level-cache = <&n{nodes - i}>; }};" for i in range(1, nodes)]
    text = HEAD + "n0: node-0 { #clock-cells = <1>; };" + "\n".join(rows) + "};"
    return espalier.make_dtb(tmp_path / f"{nodes}.dtb", text)


def test_vmm(machine, tmp_path):
    guest = espalier.BUILD / "guests" / "guest0"
    disk = espalier.make_disk(tmp_path / "disk.img", {
        "/guests/guest0/vmlinuz": guest / "vmlinuz",
        "/guests/guest0/initrd.img": guest / "initrd.img",
        "/small.dtb": big(tmp_path, 1000), "/large.dtb": big(tmp_path, 4000)})
    m = machine(disk=disk)
    m.boot()
    start = time.monotonic()
    assert "no errors" in m.cmd("guest check g /small.dtb")
    assert time.monotonic() - start < 1.0
    m.send("guest check g /large.dtb\r")
    m.expect_echo("guest check g /large.dtb")
    m.send("\x03")
    m.expect_exact(espalier.PROMPT)
    assert "error" not in espalier.plain(m.qemu.before)
    assert "no errors" not in espalier.plain(m.qemu.before)
    # Nothing of it is left, and another check is not ended by that key.
    assert "no errors" in m.cmd("guest check g /small.dtb")


def test_host_program():
    """The largest trees of Debian's kernel package, as the host's and as a guest's."""
    trees = sorted((espalier.BUILD / "dl" / "linux").glob("usr/lib/linux-image-*/*.dtb"),
                   key=lambda f: f.stat().st_size)[-6:]
    for tree in trees:
        for args in (["map", tree], ["check", tree, f"a={tree}"]):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            done = subprocess.run([espalier.BUILD / "dtpart", *args], stdout=subprocess.PIPE,
                                  check=False)
            spent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            assert done.returncode in (0, 1) and spent < 0.1, (tree.name, args[0], spent)
