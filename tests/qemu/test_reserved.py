# SPDX-License-Identifier: Apache-2.0
"""Memory that a guest's tree reserves: the loader stays out of it, and Linux gets it whole."""
import espalier

GUEST0 = (espalier.TOP / "dts" / "guest0.dts").read_text().replace("/dts-v1/;", "")

# At the end of RAM, where DTB and initrd would go, and where the zImage would.
RESERVED = """
    /dts-v1/;
    /memreserve/ 0x67c00000 0x00010000;
""" + GUEST0 + """
    / { reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
        shm@67e00000 { reg = <0x67e00000 0x00200000>; no-map; };
        crash@67d00000 { reg = <0x67d00000 0x00100000>; };
        firmware@62000000 { reg = <0x62000000 0x00100000>; no-map; };
        off@60008000 { reg = <0x60008000 0x00100000>; no-map; status = "disabled"; };
    }; };
"""
IN_THE_WAY = """
    /dts-v1/;
    /include/ "guest0.dts"
    / { reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
        dsp@60800000 { reg = <0x60800000 0x00100000>; no-map; };
        twin@60880000 { reg = <0x60880000 0x00010000>; no-map; };
        far@90000000 { reg = <0x90000000 0x00100000>; no-map; };
    }; };
"""


def disk(tmp_path, **trees):
    guest = espalier.BUILD / "guests" / "guest0"
    files = {"/guests/guest0/vmlinuz": guest / "vmlinuz",
             "/guests/guest0/initrd.img": guest / "initrd.img"}
    for name, source in trees.items():
        files[f"/{name}.dtb"] = espalier.make_dtb(tmp_path / f"{name}.dtb", source)
    return espalier.make_disk(tmp_path / "disk.img", files)


def test_linux_gets_what_it_reserves(machine, tmp_path):
    m = machine(disk=disk(tmp_path, r=RESERVED))
    m.boot()
    assert "error" not in m.cmd("guest create guest0 /r.dtb")
    memmap = m.cmd("guest memmap guest0")
    for row in ("67c00000-67c0ffff reserved        - /memreserve/",
                "67e00000-67ffffff reserved        - /reserved-memory/shm@67e00000 (no-map)",
                "67d00000-67dfffff reserved        - /reserved-memory/crash@67d00000",
                "62000000-620fffff reserved        - /reserved-memory/firmware@62000000 (no-map)"):
        assert row in memmap
    assert "60008000" not in memmap
    m.start_linux()
    said = m.sh("dmesg | grep -iE 'reserv|overlap|initrd|fdt|ramdisk'")
    assert "OVERLAP" not in said and "failed" not in said.lower()
    iomem = m.sh("cat /proc/iomem")
    assert "67e00000" not in iomem and "60000000-61ffffff : System RAM" in iomem
    end = m.sh("hexdump -v -e '1/1 \"%02x\"' /proc/device-tree/chosen/linux,initrd-end; echo")
    assert 0x67c10000 < int(end, 16) <= 0x67d00000


def test_what_is_in_the_way_is_told(machine, tmp_path):
    m = machine(disk=disk(tmp_path, r=IN_THE_WAY))
    m.boot()
    said = m.cmd("guest check g /r.dtb")
    assert "the kernel, unpacked," in said and "/reserved-memory/dsp@60800000 at" in said
    assert "[P073]" in said and "[P029]" in said and "[P028]" in said
    assert "2 errors" in said
