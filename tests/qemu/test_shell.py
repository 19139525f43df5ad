# SPDX-License-Identifier: Apache-2.0
"""The shell and the console switch on the machine: what host tests cannot see."""
import hashlib
import re
import time

import pytest

import espalier


def test_answers(machine):
    m = machine()
    m.boot()
    assert m.cmd("echo one  two") == "one two"
    assert m.cmd('echo "one  two"; echo three') == "one  two\nthree"
    assert "/bus@10000000/serial@9000" in m.cmd("chardev list")
    assert re.search(r"^ +37 +\d+ +/bus@10000000/serial@9000$", m.cmd("host irq"), re.M)
    assert m.cmd("devtree get /cpus/cpu@0 compatible") == 'compatible = "arm,cortex-a9";'
    assert m.cmd("devtree get guest0:/ model").startswith("model = ")


ERRORS = {
    "guset list": 'guset: no such command; did you mean "guest"?',
    "guest": "guest: missing subcommand",
    "guest lsit": 'guest: no such subcommand "lsit"; did you mean "list"?',
    "guest kick": "guest kick: missing argument <guest>",
    "guest list 1": 'guest list: unexpected argument "1"',
    "guest kick guest9": 'guest9: no such guest; did you mean "guest0"?',
    "guest resume guest0": "guest0 is reset",
    "guest create guest1 /nowhere.dtb": "/nowhere.dtb",
    "vfs cat /nowhere": "/nowhere",
    "vfs run /nowhere": "/nowhere",
    "devtree print /nowhere": "/nowhere: no such node",
    "vserial bind guest0/uart7": "guest0/uart7: no such vserial",
    # a device, a hole, the end of the address space, and a guard page's neighbours
    "memory dump 10009000": "not all of it is RAM",
    "memory dump 0": "not all of it is RAM",
    "memory dump fffffff0 32": "not all of it is RAM",
    "memory dump 60000000 0x20000000": "not 1 to 65536",
}


def test_errors(machine):
    m = machine()
    m.boot()
    for line, message in ERRORS.items():
        assert message in m.cmd(line), line
    assert m.cmd("echo alive") == "alive"


def test_memory_dump(machine):
    """Every page of the VMM's own memory and around it, guard pages included."""
    m = machine()
    m.boot()
    refused = 0
    for page in range(0x60000000, 0x60400000, 0x1000):
        said = m.cmd(f"memory dump {page:x} 16")
        if re.fullmatch(rf"{page:08x}  (?:[0-9a-f]{{8}} ){{4}} .{{16}}", said):
            continue
        assert "not all of it is RAM that the VMM maps" in said
        refused += 1
    assert 0 < refused < 100


def test_files(machine):
    m = machine()
    m.boot()
    kernel = (espalier.BUILD / "guests/guest0/vmlinuz").read_bytes()
    assert m.cmd("vfs sha256 /guests/guest0/vmlinuz", timeout=60).split()[0] == \
        hashlib.sha256(kernel).hexdigest()
    assert str(len(kernel)) in m.cmd("vfs ls /guests/guest0")


def test_keys(machine):
    m = machine()
    m.boot()
    m.send("echo ac\x1b[Db\r")
    m.expect(r"\nabc\r*\n")
    m.expect_exact(espalier.PROMPT)
    m.send("\x1b[A\r")
    m.expect(r"\nabc\r*\n")
    m.expect_exact(espalier.PROMPT)
    m.send("gue\tme\tg\t\r")
    m.expect(r"GUEST ADDRESSES")
    m.expect_exact(espalier.PROMPT)
    m.send("vfs cat /gu\tg\tvm\t")
    m.expect_exact("/guests/guest0/vmlinuz ")


def test_interrupt(machine):
    m = machine()
    m.boot()
    m.send("vfs cat /guests/guest0/vmlinuz\r")
    m.expect(r"\n.")
    m.send("\x03")
    m.expect_exact("^C", timeout=60)
    m.expect_exact(espalier.PROMPT)
    assert m.cmd("echo alive") == "alive"


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_pipe(machine, ending):
    """Lines that come all at once, more of them than any buffer holds."""
    m = machine()
    m.boot()
    m.send("".join(f"echo line {i} of many{ending}" for i in range(300)))
    for i in range(300):
        m.expect(rf"\nline {i} of many\r*\n")


def test_shell_beside_a_busy_guest(machine):
    """A booting guest keeps the CPU busy; the shell answers between."""
    m = machine()
    m.boot()
    m.cmd("guest kick guest0")
    for i in range(20):
        start = time.monotonic()
        assert m.cmd(f"echo {i}") == str(i)
        assert time.monotonic() - start < 5
    stat = dict(re.findall(r"^(\S+) +(\d+)$", m.cmd("vcpu stat guest0/vcpu0"), re.M))
    assert int(stat["pabt.hidden"]) > 0
    assert re.search(r"pc +[0-9a-f]{8}", m.cmd("vcpu dumpreg guest0/vcpu0"))
    assert "guest0 is running" in m.cmd("guest kick guest0")


def test_unseen_output_is_shown(machine):
    """A guest that was started first and bound later: its boot messages are there."""
    m = machine()
    m.boot()
    m.cmd("guest kick guest0")
    deadline = time.monotonic() + espalier.GUEST_BOOT_TIMEOUT
    while "unseen" not in m.cmd("vserial list"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    kept = m.cmd("vserial dump guest0/uart0 60")
    assert kept
    m.bind()
    m.expect_exact(espalier.plain(kept).split("\n")[0][:20])
    m.expect_exact(espalier.GUEST_PROMPT, timeout=espalier.GUEST_BOOT_TIMEOUT)


def test_bound_console_is_transparent(machine):
    """^C, ^D, ^Q, ^Z, tab, escape sequences: all of it is the guest's."""
    m = machine()
    m.boot()
    m.start_linux()
    m.sh("dmesg -n 1")
    keys = "\x03\t\x04\x1b[A\x1bxy\x7f\x11\x1a"
    m.send("stty raw -echo; echo rea''dy; "
           f"dd bs=1 count={len(keys)} 2>/dev/null | hexdump -v -e '1/1 \"%02x \"'; stty sane\r")
    m.expect_exact("ready")
    m.send(keys)
    m.expect_exact(" ".join(f"{ord(c):02x}" for c in keys))
    m.expect_exact(espalier.GUEST_PROMPT)
    # A lone ESC arrives; of the way out, nothing does.
    m.send("stty raw -echo; echo rea''dy; "
           "dd bs=1 count=2 2>/dev/null | hexdump -v -e '1/1 \"%02x \"'; stty sane\r")
    m.expect_exact("ready")
    m.send("\x1b")
    time.sleep(0.5)
    m.unbind()
    assert "guest0/uart0" in m.cmd("vserial list")
    m.bind()
    m.send("k")
    m.expect_exact("1b 6b ")
    m.expect_exact(espalier.GUEST_PROMPT)
    m.unbind()
    m.cmd("guest pause guest0")
    m.cmd("guest resume guest0")
    m.bind()
    assert m.sh("echo back") == "back"
