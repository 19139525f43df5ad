# SPDX-License-Identifier: Apache-2.0
"""What the VMM says about the host's device tree, and its own map of memory."""
import json
import re
import socket
import struct
import subprocess

import pytest

import espalier

TEXT_BASE = 0x60010000
PAGE = 0x1000


# --- trees that are wrong -----------------------------------------------------------------


def host_tree(out, *edits):
    """The host tree with (pattern, replacement) applied, each of which must apply."""
    text = espalier.run(["dtc", "-q", "-I", "dtb", "-O", "dts",
                         espalier.BUILD / "vexpress-v2p-ca9.dtb"])
    for pattern, replacement in edits:
        text, n = re.subn(pattern, replacement, text)
        assert n, pattern
    return espalier.make_dtb(out, text)


STOPPED = "the machine is stopped"

# Without these there is no prompt: a panic that says what is missing, and where.
FATAL = {
    "no-console": ([(r'"arm,pl011[^;]*', '"x,none"')],
                   'no console: no working node is compatible with "arm,pl011"'),
    "no-gic": ([(r'"arm,cortex-a9-gic"', '"x,none"')],
               'no interrupt controller: no working node is compatible with '
               '"arm,cortex-a9-gic"'),
    "no-timer": ([(r'"arm,cortex-a9-global-timer"', '"x,none"')],
                 'no timer: no working node is compatible with "arm,cortex-a9-global-timer"'),
    "timer-disabled": ([(r'(timer@1e000200 {)', r'\1 status = "disabled";')],
                       "no timer: no working node"),
    "short-reg": ([(r'reg = <0x1e000200 0x20>', 'reg = <0x1e000200 0x10>')],
                  "/timer@1e000200: reg: entry 0 is missing, malformed or shorter than 0x1c"),
    "no-clock": ([(r'(timer@1e000200 {[^}]*)clocks = [^;]*;', r'\1')],
                 "/timer@1e000200: clocks: no rate"),
    "no-interrupt": ([(r'(timer@1e000200 {[^}]*)interrupts = [^;]*;', r'\1')],
                     "/timer@1e000200: interrupts: missing or malformed"),
    "device-in-ram": ([(r'reg = <0x1e000200 0x20>', 'reg = <0x60000200 0x20>')],
                      "/timer@1e000200: reg: 0x60000200 is not device space"),
}


@pytest.mark.parametrize("name", FATAL)
def test_fatal_tree(machine, tmp_path, name):
    edits, message = FATAL[name]
    m = machine(dtb=host_tree(tmp_path / "host.dtb", *edits))
    said = m.expect_exact(STOPPED)
    assert message in said
    assert "panic: host DTB: " in said
    assert "backtrace: 6" in said


# With these there is one, and a warning above it.
TOLERATED = {
    "no-stdout": ([(r'stdout-path = [^;]*;', '')],
                  "/chosen: stdout-path is absent, or names no device that a driver knows; "
                  "the console is /bus@10000000/serial@9000"),
    "dangling-stdout": ([(r'stdout-path = [^;]*;', 'stdout-path = "serial9";')],
                        "/chosen: stdout-path is absent, or names no device"),
    "no-sysreg": ([(r'"arm,vexpress-sysreg"', '"x,none"')], None),
}


@pytest.mark.parametrize("name", TOLERATED)
def test_tolerated_tree(machine, tmp_path, name):
    edits, message = TOLERATED[name]
    m = machine(dtb=host_tree(tmp_path / "host.dtb", *edits))
    said = m.boot()
    assert "panic" not in said
    if message:
        assert message in said
    assert "Espalier" in m.cmd("version")


def test_second_console(machine, tmp_path):
    """The console is where the tree says, not where it always was."""
    tree = host_tree(tmp_path / "host.dtb",
                     (r'stdout-path = [^;]*;', 'stdout-path = "serial1";'))
    m = machine(dtb=tree, serials=[f"file:{tmp_path}/uart1"])
    for _ in range(20):
        m.quiet(0.5)
        if espalier.PROMPT in (tmp_path / "uart1").read_text():
            break
    else:
        pytest.fail("no prompt on the second line")
    assert "uart1" not in m.quiet(0.1)


def test_no_disk(machine):
    m = machine(disk=None)
    said = m.boot()
    assert "/chosen: no linux,initrd-start: there is no disk image" in said
    assert "panic" not in said
    assert "512 MiB" in m.cmd("host info")


@pytest.mark.parametrize("mem, mib", [("128M", 128), ("1G", 1024)])
def test_memory_sizes(machine, mem, mib):
    m = machine(mem=mem)
    assert f"{mib} MiB of RAM" in m.boot()


def test_reserved_memory(machine, tmp_path):
    """/memreserve/ and /reserved-memory are kept from the allocator."""
    def reserved(m):
        m.boot()
        return int(re.search(r"reserved +(\d+) KiB", m.cmd("host ram"))[1])

    tree = host_tree(
        tmp_path / "host.dtb",
        (r"/dts-v1/;", "/dts-v1/; /memreserve/ 0x70000800 0x100000;"),
        (r"chosen {", "reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; "
         "hole@72000000 { reg = <0x72000000 0x200000>; }; }; chosen {"))
    plain = reserved(machine())
    assert reserved(machine(dtb=tree)) == plain + 1024 + 4 + 2048


def test_pasted_input(machine):
    """Far more than the UART's FIFO and the console's buffer hold arrives whole."""
    m = machine()
    m.boot()
    lines = [f"echo {i} " + "x" * 60 for i in range(40)]
    m.send("".join(line + "\r" for line in lines))
    for line in lines:
        m.expect(r"\n" + line[5:] + r"\r+\n")


def test_four_cpus(machine):
    """The others stay parked, and nothing minds."""
    m = machine(cpus=4)
    m.boot()
    assert "CPU 3: not in use" in m.cmd("host cpu")


# --- no tree, or a broken one ---------------------------------------------------------------


def jump_elf(out, dtb):
    """An ELF file that enters the VMM with r2 = dtb: QEMU checks what it is given itself."""
    at = 0x61000000
    code = struct.pack("<4I", 0xe59f2000, 0xe59ff000, dtb, TEXT_BASE)  # ldr r2; ldr pc
    ehdr = struct.pack("<16s2H5I6H", b"\x7fELF\1\1\1", 2, 40, 1, at, 52, 0, 0x05000000,
                       52, 32, 1, 40, 0, 0)
    phdr = struct.pack("<8I", 1, 84, at, at, len(code), len(code), 5, 4)
    out.write_bytes(ehdr + phdr + code)
    return out


def start_with(machine, tmp_path, blob, dtb=0x62000000):
    extra = ["-device", f"loader,file={espalier.BUILD}/espalier.bin,addr={TEXT_BASE},"
             "force-raw=on"]
    if blob is not None:
        (tmp_path / "blob").write_bytes(blob)
        extra += ["-device", f"loader,file={tmp_path}/blob,addr={dtb},force-raw=on"]
    return machine(kernel=jump_elf(tmp_path / "jump.elf", dtb), dtb=None, disk=None,
                   extra=extra)


def good():
    return bytearray((espalier.BUILD / "vexpress-v2p-ca9.dtb").read_bytes())


def patched(offset, word):
    blob = good()
    struct.pack_into(">I", blob, offset, word)
    return blob


def without_memory():
    text = espalier.run(["dtc", "-q", "-I", "dtb", "-O", "dts",
                         espalier.BUILD / "vexpress-v2p-ca9.dtb"])
    text = text.replace('device_type = "memory";', "")
    done = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb"], input=text.encode(),
                          stdout=subprocess.PIPE, check=True)
    return done.stdout


BROKEN = {
    "null": (None, 0, "no host DTB: r2 is 0x00000000"),
    "unaligned": (None, 0x62000002, "no host DTB: r2 is 0x62000002"),
    "no-magic": (bytes(64), 0x62000000, "no host DTB at 0x62000000 (r2): magic 0x00000000"),
    "in-the-vmm": (None, TEXT_BASE, "no host DTB: 0x60010000 (r2) is in the VMM's own MiB"),
    "hole": (None, 0xdeadbee0, "no host DTB at 0xdeadbee0 (r2): magic 0x"),
    "device": (None, 0x10009000, "no host DTB: 0x10009000 (r2) is in the VMM's own MiB or"),
    "end-of-space": (None, 0xfffffffc, "no host DTB: 0xfffffffc (r2) is at the end"),
    "huge": (patched(4, 0xffffffff), 0x62000000, "totalsize 0xffffffff"),
    "tiny": (patched(4, 8), 0x62000000, "totalsize 0x8"),
    "bad-offset": (patched(8, 0x7fffffff), 0x62000000, "host DTB at 0x62000000 is corrupted"),
    "cut": (good()[:2000] + bytes(20000), 0x62000000, "host DTB at 0x62000000 is corrupted"),
    "no-memory": (without_memory(), 0x62000000, "host DTB: no memory"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_tree(machine, tmp_path, name):
    blob, dtb, message = BROKEN[name]
    m = start_with(machine, tmp_path, blob, dtb)
    said = m.expect_exact(STOPPED)
    assert "panic: " + message in said or "panic: host DTB at 0x62000000: " + message in said


@pytest.mark.parametrize("disk", [None, espalier.BUILD / "disk.img"])
def test_no_dtb_option(machine, disk):
    """QEMU passes a list of ATAGs then."""
    m = machine(dtb=None, disk=disk)
    said = m.expect_exact(STOPPED)
    assert "panic: no host DTB: " in said and "is -dtb missing?" in said


def test_good_tree_by_the_same_way(machine, tmp_path):
    """The harness above is not what breaks the others."""
    m = start_with(machine, tmp_path, good())
    assert "512 MiB of RAM" in m.boot()


@pytest.mark.parametrize("reg, said", [
    ("0x60000000 0x10000000 0x78000000 0x8000000", "384 MiB of RAM"),
    ("0x60000000 0x10000000 0x68000000 0x8000000", "it overlaps another bank"),
    ("0x60000000 0x10000000 0x70000000 0", "256 MiB of RAM"),
    ("0x60000000 0x80000000", "using 0x40000000 of them"),
])
def test_banks(machine, tmp_path, reg, said):
    text = espalier.run(["dtc", "-q", "-I", "dtb", "-O", "dts",
                         espalier.BUILD / "vexpress-v2p-ca9.dtb"])
    text, n = re.subn(r"reg = <0x60000000 0x20000000>", f"reg = <{reg}>", text)
    assert n == 1
    espalier.make_dtb(tmp_path / "banks.dtb", text)
    m = start_with(machine, tmp_path, (tmp_path / "banks.dtb").read_bytes())
    assert said in m.boot()


def initrd_tree(start, end):
    text = espalier.run(["dtc", "-q", "-I", "dtb", "-O", "dts",
                         espalier.BUILD / "vexpress-v2p-ca9.dtb"])
    text = re.sub(r"(chosen {)", rf"\1 linux,initrd-start = <{start}>; "
                  rf"linux,initrd-end = <{end}>;", text, count=1)
    done = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb"], input=text.encode(),
                          stdout=subprocess.PIPE, check=True)
    return done.stdout


@pytest.mark.parametrize("start, end, message", [
    (0x68000000, 0x68000000, "linux,initrd-start and -end make no range"),
    (0x68001000, 0x68000000, "linux,initrd-start and -end make no range"),
    (0x40000000, 0x40100000, "the disk image at 0x40000000, 0x100000 bytes, is not in RAM"),
    (0x7ff00000, 0x80100000, "is not in RAM"),
    (0x60000000, 0x60100000, "is where the VMM is"),
    (0x68000000, 0x68100000, "no disk image is mounted"),
])
def test_bad_disk_range(machine, tmp_path, start, end, message):
    m = start_with(machine, tmp_path, initrd_tree(start, end))
    said = m.boot()
    assert message in said
    assert "panic" not in said


# --- the VMM's own map -------------------------------------------------------------------------


def symbols():
    out = espalier.run(["arm-none-eabi-nm", espalier.BUILD / "espalier.elf"])
    return {f[2]: int(f[0], 16) for f in (line.split() for line in out.splitlines())
            if len(f) == 3}


def pmemsave(path, out, address, size):
    """Physical memory through QEMU's monitor, as a tuple of words."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(str(path))
    f = s.makefile("rw")
    f.readline()
    for c in ({"execute": "qmp_capabilities"},
              {"execute": "pmemsave", "arguments": {"val": address, "size": size,
                                                    "filename": str(out)}}):
        f.write(json.dumps(c))
        f.flush()
        while True:
            answer = json.loads(f.readline())
            assert "error" not in answer, answer
            if "return" in answer:
                break
    s.close()
    return struct.unpack(f"<{size // 4}I", out.read_bytes())


def pages(l1, read_l2):
    """{page address: (writable, executable, non-secure)} of 4 KiB pages and (1 MiB) sections."""
    small, sections = {}, {}
    for i, d in enumerate(l1):
        if d & 3 == 1:
            for k, e in enumerate(read_l2(d & ~0x3ff)):
                if e & 2:
                    assert e >> 12 == i << 8 | k, "the map is 1:1"
                    small[(i << 20) | (k << 12)] = (not e & 0x200, not e & 1, bool(d & 8))
        elif d & 2:
            assert d >> 20 == i, "the map is 1:1"
            sections[i << 20] = (not d & 0x8000, not d & 0x10, bool(d & 0x80000))
    return small, sections


def test_map(machine, tmp_path):
    """W^X, guard pages, and Non-secure attributes for all memory but the VMM's."""
    m = machine(extra=["-qmp", f"unix:{tmp_path}/qmp,server=on,wait=off"])
    m.boot()
    sym = symbols()

    def read(address, size):
        return pmemsave(tmp_path / "qmp", tmp_path / "mem", address, size)

    small, sections = pages(read(sym["host_l1"], 16384), lambda a: read(a, 1024))
    for address, (writable, executable, ns) in small.items():
        text = sym["image_start"] <= address < sym["text_end"]
        data = sym["rodata_end"] <= address < sym["image_end"]
        assert (writable, executable, ns) == (data, text, False), hex(address)
    for address, (_, executable, ns) in sections.items():
        assert not executable, hex(address)
        assert ns == (0x60000000 <= address < 0x80000000), hex(address)
    assert 0 not in sections and 0 not in small
    image = range(sym["image_start"], sym["image_end"], PAGE)
    missing = [a for a in image if a not in small]
    assert all(sym["host_stacks"] <= a < sym["image_end"] for a in missing)
    # Three guard pages for each CPU, the lowest below the first stack.
    assert missing[0] == sym["host_stacks"]
    assert len(missing) % 3 == 0 and len(missing) >= 3
