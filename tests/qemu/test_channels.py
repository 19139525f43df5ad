# SPDX-License-Identifier: Apache-2.0
"""Guests that talk to each other: the example, its ends coming and going, attacks."""
import re

import bare
import espalier
import lines
import pytest

PRESENT, RUNNING, READY = 1, 2, 4


def shared(end, name="shared"):
    """Source of the tree of one end of hostile_channel."""
    return f"""
        /dts-v1/;
        /include/ "bare.dtsi"
        / {{
            chosen {{ espalier,kernel = "/guests/hostile_channel.elf"; }};
            channel@30000000 {{
                compatible = "espalier,channel";
                reg = <0x30000000 0x4000>, <0x30010000 0x1000>;
                interrupts = <0 20 4>;
                espalier,channel = "{name}";
                espalier,end = <{end}>;
            }};
        }};
    """


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    where = tmp_path_factory.mktemp("channels")
    files = {f"/guests/end{n}.dtb": espalier.make_dtb(where / f"end{n}.dtb", shared(n))
             for n in (0, 1)}
    return bare.disk(where / "disk.img", "printer", "client", "hostile_channel", "tick",
                     files=files)


@pytest.fixture
def board(machine, disk, tmp_path):
    """A machine at its prompt, and the far end of its second UART."""
    line = lines.Line(tmp_path, "uart1")
    m = machine(disk=disk, serials=[line.backend])
    line.connect()
    m.boot()
    yield m, line
    line.close()


def start(m, *names):
    for name in names:
        bare.create(m, name)
    for name in names:
        bare.kick(m, name)


def wait(m, command, pattern, tries=200):
    """Asks at the prompt until the answer matches."""
    for _ in range(tries):
        said = m.cmd(command)
        if re.search(pattern, said, re.M):
            return said
        m.quiet(0.1)
    raise AssertionError(f"no {pattern!r} in what `{command}` says:\n{said}")


def report(m, name, timeout=120):
    """What a guest reported, once it has ended; bound, so that no log comes in between."""
    m.bind(f"{name}/uart0")
    said = bare.report(bare.play(m, timeout))
    m.unbind()
    return said


def free(m):
    return int(re.search(r"free +(\d+)", m.cmd("host ram"))[1])


def plan(m, command):
    said = m.cmd(command)
    assert "failed" not in said, said


@pytest.mark.parametrize("order", [("printer", "client"), ("client", "printer")])
def test_example(board, order):
    """One guest prints on a UART of the board that only the other one has."""
    m, line = board
    start(m, *order)
    bare.judge(report(m, "client"))
    for name in ("channel", "wire"):
        line.expect_exact(f"{name}: hello from the client\r\n")
        text = line.expect_exact(f"{name}: {'+' * 49}\r\n" * 400)
        wanted = ["".join(chr(ord("a") + (i + k) % 26) for k in range(i * 37 % 200))
                  for i in range(100)]
        assert text.split("\r\n")[:-1] == [f"{name}: {x}" for x in wanted]
    info = m.cmd("guest info printer")
    assert re.search(r"channel@30000000 .*print end 0, 16 KiB, peer client", info), info
    assert re.search(r"printer/uart1: .*wired to client/uart1 \(not there\), lost 0", info), info


def test_wired_line_in_the_shell(board):
    m, _ = board
    bare.create(m, "printer")
    assert re.search(r"^printer/uart1 +to client/uart1", m.cmd("vserial list"), re.M)
    assert "is wired to client/uart1; vserial dump" in m.cmd("vserial bind printer/uart1")
    assert re.search(r"^30000000-30003fff channel +[0-9a-f]{8} /channel@30000000",
                     m.cmd("guest memmap printer"), re.M)


def test_coming_and_going(board):
    """Either end is halted, reset and destroyed while it is at work; the other works on."""
    m, line = board
    before = free(m)
    bare.create(m, "tick")
    start(m, "printer", "client")
    bare.kick(m, "tick")
    for end in ("guest destroy client", "guest halt client; guest reset client",
                "guest destroy printer", "guest halt printer; guest reset printer"):
        name = end.split()[-1]
        line.expect_exact("channel: +++")
        line.text = "" # the next greeting is that of the next run
        for command in end.split("; "):
            said = m.cmd(command)
            assert "failed" not in said or "it has to be reset" in said, said
        other = {"printer": "client", "client": "printer"}[name]
        # The client may have been done before the command was typed.
        assert re.search(r"^state: +(running|halted \(it powered)", m.cmd(f"guest info {other}"),
                         re.M)
        if "destroy" in end:
            bare.create(m, name)
        if name == "printer":
            # What the client waits for went with the printer: it begins anew.
            m.cmd("guest halt client")
            plan(m, "guest reset client")
            bare.kick(m, "printer")
            bare.kick(m, "client")
        else:
            wait(m, "vserial dump printer/uart0 200", f"^peer {PRESENT}$")
            bare.kick(m, "client")
        line.expect_exact("channel: hello from the client\r\n")
    said = report(m, "client") # with those of the runs that were cut short
    assert said[-1].endswith(" ok, 0 failed") and not any("FAIL" in x for x in said), said
    assert "FAIL" not in m.cmd("vserial dump tick/uart0")
    for name in ("client", "printer", "tick"):
        plan(m, f"guest destroy {name}")
    assert free(m) == before


def test_hostile(machine, disk):
    """Code in shared memory is executed from neither end; a third guest does not get in."""
    m = machine(disk=disk)
    m.boot()
    for name in ("tick", "end0", "end1"):
        bare.create(m, name)
    assert "end 0 of channel \"shared\" is end0: /channel@30000000 [P054]" in \
        m.cmd("guest create third /guests/end0.dtb")
    for name in ("tick", "end0", "end1"):
        bare.kick(m, name)
    for name in ("end0", "end1"):
        bare.judge(report(m, name, 240))
    assert "FAIL" not in m.cmd("vserial dump tick/uart0")
    assert "panic" not in m.cmd("log")


# --- Linux at the other end -----------------------------------------------------------


@pytest.fixture(scope="module")
def linux_disk(tmp_path_factory):
    """guest0 with a second UART, and a channel, to a printer."""
    where = tmp_path_factory.mktemp("linux-channels")
    peers = (espalier.TOP / "guests" / "client" / "tree.dtsi").read_text()
    tree = '/dts-v1/;\n/include/ "guest0.dts"\n' + peers + "\n/ { aliases { serial1 = " \
        '"/bus@10000000/serial@d000"; }; };'
    printer = (espalier.TOP / "guests" / "printer" / "tree.dtsi").read_text()
    printer = '/dts-v1/;\n/include/ "bare.dtsi"\n/ { chosen { espalier,kernel = ' \
        '"/guests/printer.elf"; }; };\n' + printer.replace("client/uart1", "guest0/uart1")
    guest0 = espalier.BUILD / "guests" / "guest0"
    return espalier.make_disk(where / "disk.img", {
        "/guest0.dtb": espalier.make_dtb(where / "guest0.dtb", tree),
        "/printer.dtb": espalier.make_dtb(where / "printer.dtb", printer),
        "/guests/printer.elf": bare.image("printer"),
        **{f"/guests/guest0/{name}": guest0 / name for name in ("vmlinuz", "initrd.img")},
    })


def test_linux(machine, linux_disk, tmp_path):
    """Debian prints through /dev/ttyAMA1, and sees the channel by /dev/mem."""
    line = lines.Line(tmp_path, "uart1")
    m = machine(disk=linux_disk, serials=[line.backend])
    line.connect()
    m.boot()
    plan(m, "guest create guest0 /guest0.dtb printer /printer.dtb")
    bare.kick(m, "printer")
    m.start_linux()
    m.sh("stty cols 200; dmesg -n 1; stty raw -echo -F /dev/ttyAMA1")
    assert m.sh("exec 5<>/dev/ttyAMA1; echo hello from Debian >&5; read x <&5; exec 5>&-; "
                "echo got $x") == "got printed 17"
    line.expect_exact("wire: hello from Debian\r\n")
    # A whole file: what the reader cannot take waits, and nothing is lost.
    m.sh("seq 1 2000 > /tmp/n; sh -c 'head -n 2000 /dev/ttyAMA1 > /tmp/answers & "
         "cat /tmp/n > /dev/ttyAMA1; wait'", timeout=120)
    line.expect_exact("".join(f"wire: {i}\r\n" for i in range(1, 2001)), 120)
    assert m.sh("sort /tmp/answers | uniq -c | awk '{ print $1, $2, $3 }'").splitlines() == \
        ["9 printed 1", "90 printed 2", "900 printed 3", "1001 printed 4"]
    # The doorbell and the memory, word by word.
    assert [m.sh(f"devmem 0x300100{n:02x}").lower() for n in (0x00, 0x08, 0x0c, 0x10)] == \
        ["0x48435345", "0x00004000", "0x00000001", f"0x{PRESENT | RUNNING | READY:08x}"]
    text = int.from_bytes(b"ho!\n", "little")
    m.sh(f"devmem 0x30002010 32 0x{text:08x}; devmem 0x30002000 32 4; devmem 0x30010018 32 1")
    line.expect_exact("channel: ho!\r\n")
    assert m.sh("devmem 0x30000010").lower() == f"0x{int.from_bytes(b'prin', 'little'):08x}"
    m.unbind()
    # Without its peer the line swallows what is sent, and Linux works on.
    plan(m, "guest destroy printer")
    m.bind()
    assert m.sh("cat /tmp/n > /dev/ttyAMA1; echo sent").splitlines()[-1] == "sent"
    assert m.sh("devmem 0x30010010").lower() == "0x00000000"
    m.unbind()
    line.close()
