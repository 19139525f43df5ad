# SPDX-License-Identifier: Apache-2.0
"""Bugs of the VMM itself, planted through QEMU's debugger: what the panic says."""
import re
import socket
import time

import pytest

import espalier

STOPPED = "the machine is stopped"


class Debugger:
    """As much of GDB's remote protocol as it takes to stop somewhere and set a register."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        for attempt in range(50):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                time.sleep(0.1)
        self.input = b""
        # Connecting stops the machine, which QEMU may report first.
        self.send("qSupported:xmlRegisters=arm")
        while "PacketSize" not in self.receive():
            pass
        # QEMU takes register writes only from clients that asked for this.
        self.ask("qXfer:features:read:target.xml:0,ffb")

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def receive(self):
        while True:
            m = re.search(rb"\$([^#]*)#..", self.input)
            if m:
                self.input = self.input[m.end():]
                self.socket.sendall(b"+")
                return m[1].decode("latin-1")
            more = self.socket.recv(65536)
            assert more, "QEMU closed the connection"
            self.input += more

    def ask(self, text):
        self.send(text)
        return self.receive()

    def stop_at(self, address, mode, action):
        """Runs to `address` in that mode while action() happens.

        A guest may have code of its own at the same virtual address.
        """
        action()
        while True:
            assert self.ask(f"Z0,{address:x},2") == "OK"
            assert self.ask("c").startswith("T05")
            assert self.ask(f"z0,{address:x},2") == "OK"
            if self.get(CPSR) & 0x1f == mode:
                return
            assert self.ask("s").startswith("T05")

    def get(self, register):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{register:x}")), "little")

    def set(self, register, value):
        assert self.ask(f"P{register:x}={value.to_bytes(4, 'little').hex()}") == "OK"

    def go(self):
        self.send("c")


SP, PC, CPSR = 13, 15, 25
MON, SVC = 0x16, 0x13


def symbols():
    out = espalier.run(["arm-none-eabi-nm", espalier.BUILD / "espalier.elf"])
    return {f[2]: int(f[0], 16) for f in (line.split() for line in out.splitlines())
            if len(f) == 3}


@pytest.fixture
def debugged(machine, tmp_path):
    m = machine(extra=["-gdb", f"unix:{tmp_path}/gdb,server=on,wait=off"])
    m.boot()
    return m, tmp_path / "gdb"


def plant(debugged, where, register, value):
    """Runs to the function `where` on a key press, sets a register and goes on."""
    mode = MON if where == "irq_dispatch" else SVC
    m, path = debugged
    d = Debugger(path)
    d.stop_at(symbols()[where] & ~1, mode, lambda: m.send("x"))
    d.set(register, value)
    d.go()
    return m.expect_exact(STOPPED)


def test_jump_to_null(debugged):
    """In Monitor mode, that of exits: SCR.NS and the stacks are another's."""
    said = plant(debugged, "irq_dispatch", PC, 0)
    assert "panic: prefetch abort at 0x00000000: translation fault" in said
    assert "(MON, " in said
    assert "running: the VMM's own thread" in said
    assert "backtrace: 60" in said


def test_execute_data(debugged):
    heap = symbols()["host_l1"]
    said = plant(debugged, "irq_dispatch", PC, heap)
    assert f"panic: prefetch abort at 0x{heap:08x}: permission fault (page)" in said


def test_monitor_stack_overflow(debugged):
    bottom = symbols()["monitor_stack_top"] - 2 * 4096
    said = plant(debugged, "irq_dispatch", SP, bottom)
    assert re.search(r"panic: data abort: write of 0x[0-9a-f]{8}: translation fault \(page\), "
                     "stack overflow", said)
    assert "(MON, " in said


def test_thread_stack_overflow(debugged):
    said = plant(debugged, "console_getc", SP, symbols()["host_stacks"] + 4096)
    assert ", stack overflow" in said
    assert "(SVC, Thumb)" in said
    assert "backtrace: 60" in said


def test_names_the_guest(debugged):
    """A bug while a guest runs names the guest."""
    m, path = debugged
    m.cmd("guest kick guest0")
    said = plant((m, path), "irq_dispatch", PC, 0x10)
    assert "running: guest guest0, vcpu 0" in said


def test_backtrace_is_true(debugged):
    """Each address of a call chain lies in the function that addr2line finds for it."""
    said = plant(debugged, "console_getc", PC, 0)
    chain = re.search(r"backtrace:((?: 60[0-9a-f]{6})+)", said)[1].split()
    names = espalier.run(["arm-none-eabi-addr2line", "-f", "-e",
                          espalier.BUILD / "espalier.elf", *chain]).splitlines()[::2]
    assert names[0] == "shell_main"
    assert names[-1] == "vmm_main" or "run_boot" in names[-1] or "show_" in names[-1]
