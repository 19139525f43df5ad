# SPDX-License-Identifier: Apache-2.0
"""The first thing anybody does, from power-on to power-off."""
import espalier


def test_tour(machine):
    espalier.tour(machine())


def test_native_shell(machine):
    """The same kernel, initramfs and tree on the bare machine: what is compared with."""
    m = machine.native()
    m.expect_exact(espalier.GUEST_PROMPT, espalier.GUEST_BOOT_TIMEOUT)
    assert "armv7l" in m.sh("uname -a")
    assert "0xc09" in m.sh("cat /proc/cpuinfo")
    assert "uart-pl011" in m.sh("cat /proc/interrupts")
    assert "Running" in m.sh("sleep 1 & jobs")
    m.send("poweroff -f\r")
    assert m.expect_exit(60) == 0
