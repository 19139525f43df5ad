# SPDX-License-Identifier: Apache-2.0
"""The board's UARTs: known from its tree alone, and given to guests."""
import hashlib
import re

import bare
import espalier
import lines
import pytest

TREE = "/guests/guest0/guest-uarts.dtb"


def uart(number):
    """Path of the board's n-th UART."""
    return f"/bus@10000000/serial@{9 + number:x}000"


def chardevs(m):
    """{path: who has it}"""
    return dict(line.split(maxsplit=1) for line in m.cmd("chardev list").splitlines())


def host_irqs(m):
    """{INTID: (count, name)}"""
    return {int(i): (int(count), name) for i, count, name in
            re.findall(r"^ *(\d+) +(\d+)  (.*)$", m.cmd("host irq"), re.M)}


def host_tree(out, text):
    """The board's tree with something changed."""
    return espalier.make_dtb(out, '/dts-v1/;\n/include/ "vexpress-v2p-ca9.dts"\n' + text)


@pytest.fixture
def board(machine, tmp_path):
    """board(**options): a machine at its prompt, and what hangs on UARTs 1 to 3."""
    def start(**options):
        ends = [lines.Line(tmp_path, f"uart{n}") for n in (1, 2, 3)]
        m = machine(serials=[end.backend for end in ends], **options)
        for end in ends:
            end.connect()
        m.boot()
        return m, ends
    return start


# --- which there are ------------------------------------------------------------------


def test_all_of_the_board(machine):
    m = machine(serials=["null"] * 3)
    m.boot()
    assert chardevs(m) == {uart(0): "console", uart(1): "free", uart(2): "free",
                           uart(3): "free"}


def test_two_less_in_the_tree(machine, tmp_path):
    """Nothing about UARTs is in code: without their nodes they are not there."""
    tree = host_tree(tmp_path / "host.dtb", """
        / { aliases { /delete-property/ serial1; /delete-property/ serial3; }; };
        /delete-node/ &uart1;
        /delete-node/ &uart3;
    """)
    m = machine(dtb=tree, serials=["null"] * 3)
    m.boot()
    assert chardevs(m) == {uart(0): "console", uart(2): "free"}
    said = m.cmd(f"guest create uarts {TREE}")
    assert uart(1) in said and "failed" in said
    assert chardevs(m) == {uart(0): "console", uart(2): "free"}


def test_another_console(machine, tmp_path):
    """The tree says which one the VMM talks on."""
    tree = host_tree(tmp_path / "host.dtb", '/ { chosen { stdout-path = "serial3"; }; };')
    end = lines.Line(tmp_path, "uart3", wait=True)
    machine(dtb=tree, serials=["null", "null", end.backend])
    end.connect()
    end.expect_exact(espalier.PROMPT, espalier.BOOT_TIMEOUT)
    end.send("chardev list\r")
    end.expect(re.escape(uart(0)) + " +free")
    end.expect(re.escape(uart(3)) + " +console")


# --- a bare-metal guest on a UART of the board ------------------------------------------


def bare_tree(out, name, number):
    """The tree of a guest of ours whose UART 0 is the board's n-th: not its interrupt."""
    return espalier.make_dtb(out, f"""
        /dts-v1/;
        /include/ "bare.dtsi"
        / {{ chosen {{ espalier,kernel = "/guests/{name}.elf"; }}; }};
        &uart0 {{
            espalier,backing = "passthrough";
            espalier,host-node = "{uart(number)}";
        }};
    """)


def play(end):
    """bare.play() on another line than the console's."""
    text = ""
    while True:
        match = end.expect("|".join(f"({e})" for e in bare.EVENTS), 150)
        text += espalier.plain(match.string[:match.end()])
        if match.group(2) is None:
            return text.splitlines()
        end.send(match.group(2) + "\r")


@pytest.mark.parametrize("name", ["console", "level"])
def test_bare(board, machine, tmp_path, name):
    """It reports what it does on the bare machine, and its interrupts do not storm."""
    disk = bare.disk(tmp_path / "disk.img", name, files={
        "/pass.dtb": bare_tree(tmp_path / "pass.dtb", name, 1)})
    m, ends = board(disk=disk)
    said = m.cmd("guest create g /pass.dtb")
    assert "failed" not in said, said
    assert host_irqs(m)[38] == (0, "g: /bus@10000000/serial@9000")
    bare.kick(m, "g")
    report = play(ends[0])
    bare.judge(report)
    assert bare.report(report) == bare.report(bare.native(machine, name))
    m.expect("guest g halted")
    count, _ = host_irqs(m)[38]
    assert count >= 3
    if name == "level": # which takes hundreds
        assert count < 150
    assert "failed" not in m.cmd("guest reset g; guest destroy g")
    assert 38 not in host_irqs(m)
    assert chardevs(m)[uart(1)] == "free"


def test_timer(machine, tmp_path):
    """Not only UARTs: the board's SP804, with the guest's own on the console."""
    disk = bare.disk(tmp_path / "disk.img", "timer", files={
        "/pass.dtb": espalier.make_dtb(tmp_path / "pass.dtb", """
            /dts-v1/;
            /include/ "bare.dtsi"
            / {
                chosen { espalier,kernel = "/guests/timer.elf"; };
                bus@10000000 { timer@11000 { espalier,backing = "passthrough"; }; };
            };
        """)})
    m = machine(disk=disk)
    m.boot()
    said = m.cmd("guest create g /pass.dtb")
    assert "failed" not in said, said
    assert host_irqs(m)[34] == (0, "g: /bus@10000000/timer@11000")
    bare.kick(m, "g")
    m.bind("g/uart0")
    report = bare.play(m, timeout=150)
    m.unbind()
    bare.judge(report)
    assert bare.report(report) == bare.report(bare.native(machine, "timer"))
    assert host_irqs(m)[34][0] > 0


# --- Debian with four UARTs -------------------------------------------------------------


def test_four_in_linux(board):
    """It has those of its tree and no others, and they work both ways at once."""
    m, ends = board()
    m.cmd("guest destroy guest0")
    said = m.cmd(f"guest create uarts {TREE}")
    assert "failed" not in said, said
    assert chardevs(m) == {uart(0): "console", uart(1): "uarts", uart(2): "uarts",
                           uart(3): "free"}
    m.start_linux("uarts")
    m.sh("stty cols 200; dmesg -n 1")
    enumerated(m)
    write_all(m, ends)
    read_all(m, ends)
    both_ways(m, ends)
    not_the_fourth(m)
    given_back(m, ends)


def enumerated(m):
    said = m.sh("cat /proc/tty/driver/ttyAMA")
    where = [0x10009000, 0x1000a000, 0x1000b000, 0x1000d000]
    assert re.findall(r"^(\d+): uart:(\w+) .*mmio:0x(\w+)", said, re.M) == \
        [(str(n), "PL011", f"{a:08X}") for n, a in enumerate(where)]
    said = m.sh("dmesg | grep 'is a PL011'")
    assert re.findall(r"(ttyAMA\d) at MMIO 0x(\w+)", said) == \
        [(f"ttyAMA{n}", f"{a:08x}") for n, a in enumerate(where)]
    assert m.sh("ls /dev/ttyAMA* | wc -l") == "4"
    assert m.sh("ls /sys/firmware/devicetree/base/bus@10000000 | grep -c ^serial@") == "4"
    assert m.sh("ls -R /sys/firmware/devicetree/base | grep -c espalier,") == "0"


def write_all(m, ends):
    for n in (1, 2, 3):
        m.sh(f"echo written to uart{n} > /dev/ttyAMA{n}")
    ends[0].expect_exact("written to uart1\r\n")
    ends[1].expect_exact("written to uart2\r\n")
    m.unbind()
    assert "written to uart3" in m.cmd("vserial dump uarts/uart3")
    m.bind("uarts/uart0")


def read_all(m, ends):
    for n, end in ((1, ends[0]), (2, ends[1])):
        m.sh(f"exec 3<>/dev/ttyAMA{n}; stty raw -echo <&3")
        m.send("head -n 1 <&3\r")
        end.send(f"typed on {n}\n")
        m.expect_exact(f"typed on {n}")
        m.expect_exact(espalier.GUEST_PROMPT)
    m.sh("exec 3<>/dev/ttyAMA3")
    m.send("head -n 1 <&3 > /tmp/three\r")
    m.unbind()
    m.bind("uarts/uart3")
    m.send("typed on 3\r")
    m.expect_exact("typed on 3")
    m.unbind()
    m.bind("uarts/uart0")
    m.expect_exact(espalier.GUEST_PROMPT)
    assert m.sh("cat /tmp/three") == "typed on 3"


def both_ways(m, ends):
    """Much at once, on both lines of the board: interrupts in both directions.

    The shell does not wait for input meanwhile: it loses an echo when a job ends.
    """
    text = "".join(f"line {i} of what is sent\n" for i in range(800))
    wanted = hashlib.md5(text.encode()).hexdigest()
    m.sh("exec 3<&-; i=0; while [ $i -lt 800 ]; do echo \"line $i of what is sent\"; "
         "i=$((i+1)); done > /tmp/text", timeout=120)
    for n in (1, 2):
        m.sh(f"exec {3 + n}<>/dev/ttyAMA{n}; stty raw -echo <&{3 + n}")
    m.send("(head -n 800 <&4 > /tmp/got1 & head -n 800 <&5 > /tmp/got2 & "
           "cat /tmp/text >&4 & cat /tmp/text >&5 & wait)\r")
    for end in ends[:2]:
        end.expect_exact("line 0 of")
        end.send(text)
    for end in ends[:2]:
        got = "line 0 of" + end.expect_exact("line 799 of what is sent\n", 120) + \
            "line 799 of what is sent\n"
        assert hashlib.md5(got.encode()).hexdigest() == wanted
    m.expect_exact(espalier.GUEST_PROMPT, 120)
    assert m.sh("md5sum /tmp/text /tmp/got1 /tmp/got2 | cut -d' ' -f1").split() == [wanted] * 3
    counts = re.findall(r"^ *\d+: +(\d+) .*\b(38|39)\b.*uart-pl011", m.sh("cat /proc/interrupts"),
                        re.M)
    assert len(counts) == 2 and all(int(n) > 100 for n, _ in counts), counts


def not_the_fourth(m):
    """The board has it, the tree does not: a bus error, as where nothing is."""
    said = m.sh("devmem 0x1000c018; echo status $?")
    assert "Bus error" in said and "status 135" in said, said
    m.unbind()
    fault = (r"uarts: read of 4 bytes at 0x1000c018, pc 0x\w+: serial@c000 belongs to nobody; "
             "not in uarts's tree")
    m.log.flush()
    assert re.search(fault, espalier.plain(m.path.read_text(errors="replace")))
    assert re.search(rf"^nobody +1 .*{uart(3)}$", m.cmd("guest faults uarts"), re.M)


def given_back(m, ends):
    """Destroyed: silent, free, and with nothing left for whoever gets it next."""
    irqs = host_irqs(m)
    assert irqs[38][1] == f"uarts: {uart(1)}" and irqs[38][0] > 10
    said = m.cmd(f"guest create second {TREE}")
    assert "belongs to uarts" in said and "failed" in said
    m.cmd("guest pause uarts")
    ends[0].send("left in the FIFO")
    assert "paused" in m.cmd("guest list")
    m.cmd("guest destroy uarts")
    assert set(host_irqs(m)) == {27, 37}
    assert set(chardevs(m).values()) == {"console", "free"}
    assert m.cmd("guest list").count("uarts") == 0
    said = m.cmd(f"guest create second {TREE}")
    assert "failed" not in said, said
    m.start_linux("second")
    m.sh("exec 3<>/dev/ttyAMA1; stty raw -echo <&3")
    m.send("head -n 1 <&3\r")
    ends[0].send("fresh\n")
    m.expect_exact("\nfresh")
    m.unbind()
