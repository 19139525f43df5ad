# SPDX-License-Identifier: Apache-2.0
"""Several guests on one CPU, each with a UART of the board, its own memory, timers and
interrupts, in every order of coming and going; and nothing is lost on the way."""
import itertools
import re

import bare
import espalier
import lines
import pytest

LINUX = ("one", "two")
NAMES = LINUX + ("tick",)


def uart(number):
    return f"/bus@10000000/serial@{9 + number:x}000"


def passed(base, number, kernel=None):
    """Source of a tree whose UART 0 is the board's n-th."""
    chosen = f'/ {{ chosen {{ espalier,kernel = "/guests/{kernel}.elf"; }}; }};' if kernel else ""
    return f"""
        /dts-v1/;
        /include/ "{base}"
        {chosen}
        &uart0 {{
            espalier,backing = "passthrough";
            espalier,host-node = "{uart(number)}";
        }};
    """


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    where = tmp_path_factory.mktemp("many")
    guest0 = espalier.BUILD / "guests" / "guest0"
    trees = {"one": passed("guest0.dts", 1), "two": passed("guest0.dts", 2),
             "tick": passed("bare.dtsi", 3, "tick"), "level": passed("bare.dtsi", 1, "level")}
    files = {f"/{name}.dtb": espalier.make_dtb(where / f"{name}.dtb", source)
             for name, source in trees.items()}
    files |= {f"/guests/{name}.elf": bare.image(name) for name in ("tick", "level")}
    files |= {f"/guests/guest0/{name}": guest0 / name for name in ("vmlinuz", "initrd.img")}
    return espalier.make_disk(where / "disk.img", files)


@pytest.fixture
def board(machine, disk, tmp_path):
    """A machine at its prompt, and the far ends of the UARTs of NAMES."""
    ends = [lines.Line(tmp_path, f"uart{n}") for n in (1, 2, 3)]
    m = machine(disk=disk, serials=[end.backend for end in ends])
    for end in ends:
        end.connect()
    m.boot()
    return m, dict(zip(NAMES, ends))


def do(m, command):
    said = m.cmd(command)
    assert "failed" not in said, said


def create(m, name):
    do(m, f"guest create {name} /{name}.dtb")


def sh(end, line):
    """Runs a command in the shell of a guest's console on a line of the board."""
    sh.count += 1
    end.send(f"{line}; echo end''{sh.count}\r")
    end.expect(f"''{sh.count}[^\\n]*\n", 60)
    said = end.expect_exact(f"end{sh.count}\r\n", 60)
    end.expect_exact(espalier.GUEST_PROMPT, 60)
    return espalier.plain(said).strip("\n")


sh.count = 0


def host_ram(m):
    """What `host ram` says, by row: KiB of pages, and bytes of the heap."""
    for n in range(33): # no more than that many lines are remembered
        m.cmd(f"echo {n:05}")
    said = m.cmd("host ram")
    return {name: int(n) for name, n in re.findall(r"^((?:pages|heap): .*?) +(\d+) \w+$", said,
                                                   re.M)}


def expect_same_ram(before, after):
    """Not a page has been lost; nor of the heap, whose holes may have other sizes."""
    assert len(before) > 5
    heap = "heap: in use"
    assert abs(before.pop(heap) - after.pop(heap)) < 200
    assert before == after


def expect_alive(m, ends, names):
    """Those run and are heard on their own lines."""
    for name in names:
        if name == "tick":
            ends[name].text = ""
            ends[name].expect(r"tick \d+\r*\n.*tick \d+\r*\n", 60)
        else:
            assert sh(ends[name], "hostname") == name
    listed = m.cmd("guest list")
    for name in names:
        assert re.search(rf"^{name} +running", listed, re.M), listed


def up(ends, names):
    """Waits for the shells of the Linux guests and gives each its name."""
    for name in names:
        if name != "tick":
            end = ends[name]
            end.expect_exact(espalier.GUEST_PROMPT, 3 * espalier.GUEST_BOOT_TIMEOUT)
            sh(end, f"dmesg -n 1; stty cols 200; hostname {name}; echo {name} > /tmp/mine")


def test_three_at_once(board):
    """Two Debians and a bare-metal guest: none hears, sees or stops another."""
    m, ends = board
    before = host_ram(m)
    for name in NAMES:
        create(m, name)
        do(m, f"guest kick {name}")
    irqs = m.cmd("host irq")
    for n, name in enumerate(NAMES):
        assert re.search(rf"^ *{38 + n} +\d+  {name}: /bus@10000000/serial@9000$", irqs, re.M)
    up(ends, LINUX)
    expect_alive(m, ends, NAMES)
    for name in LINUX:
        assert sh(ends[name], "cat /tmp/mine; ls /tmp | wc -l") == f"{name}\n1"
        first = int(sh(ends[name], "awk '/twd/ { print $2 }' /proc/interrupts"))
        sh(ends[name], "sleep 1")
        assert int(sh(ends[name], "awk '/twd/ { print $2 }' /proc/interrupts")) > first
    # The other's UART is there, and out of reach.
    said = sh(ends["one"], "devmem 0x1000b018; echo status $?")
    assert "Bus error" in said and "status 135" in said, said
    faults = m.cmd("guest faults one")
    assert re.search(rf"^two +1 .*{uart(2)}$", faults, re.M), faults
    coming_and_going(m, ends)
    for name in NAMES:
        do(m, f"guest destroy {name}")
    assert m.cmd("chardev list").count("free") == 3
    expect_same_ram(before, host_ram(m))


def coming_and_going(m, ends):
    """Each is paused, halted, reset, destroyed and made again while the others work."""
    # All that it takes but for the boots, in all orders.
    for order in itertools.permutations(NAMES):
        for name in order:
            do(m, f"guest pause {name}")
        for name in order:
            do(m, f"guest resume {name}")
    expect_alive(m, ends, NAMES)

    do(m, "guest pause two")
    expect_alive(m, ends, ("one", "tick"))
    do(m, "guest halt tick; guest reset tick; guest resume two")
    expect_alive(m, ends, LINUX)
    do(m, "guest destroy one")
    do(m, "guest kick tick")
    expect_alive(m, ends, ("tick", "two"))
    create(m, "one")
    do(m, "guest kick one; guest destroy tick")
    up(ends, ("one",))
    expect_alive(m, ends, LINUX)
    create(m, "tick")
    do(m, "guest halt two")
    do(m, "guest kick tick")
    expect_alive(m, ends, ("one", "tick"))
    do(m, "guest reset two; guest kick two")
    up(ends, ("two",))
    expect_alive(m, ends, NAMES)
    assert sh(ends["one"], "cat /tmp/mine") == "one"
    ends["two"].send("reboot -f\r")
    up(ends, ("two",))
    ends["one"].send("poweroff -f\r")
    m.expect("guest one halted: it powered itself off")
    expect_alive(m, ends, ("two", "tick"))


def test_a_hundred_times(board):
    """Created, run and destroyed: at its end, in the middle, and before the beginning."""
    m, ends = board
    end = ends["one"]
    create(m, "tick")
    do(m, "guest kick tick")
    before = None
    for n in range(104):
        if n == 4:
            before = host_ram(m)
        create(m, "level")
        if n % 4:
            do(m, "guest kick level")
        if n % 4 == 1:
            end.expect(r"DONE \d+ ok, 0 failed\r*\n", 60)
        if n % 4 == 2:
            end.expect("a level comes until", 60)
        do(m, "guest destroy level")
    expect_same_ram(before, host_ram(m))
    expect_alive(m, ends, ("tick",))


def test_linux_again_and_again(board):
    m, ends = board
    before = None
    for n in range(4):
        if n == 1:
            before = host_ram(m)
        create(m, "one")
        do(m, "guest kick one")
        up(ends, ("one",))
        expect_alive(m, ends, ("one",))
        do(m, "guest destroy one")
    expect_same_ram(before, host_ram(m))
