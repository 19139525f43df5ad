# SPDX-License-Identifier: Apache-2.0
"""Our device trees, judged by QEMU and by Linux on the bare machine."""
import espalier


def test_linux_accepts_the_host_tree(machine):
    """The board's tree brings up four CPUs and binds what QEMU models."""
    m = machine.native(dtb=espalier.BUILD / "vexpress-v2p-ca9.dtb", mem="512M", cpus=4)
    m.expect_exact(espalier.GUEST_PROMPT, espalier.GUEST_BOOT_TIMEOUT)
    assert m.sh("nproc") == "4"
    interrupts = m.sh("cat /proc/interrupts")
    for driver in ("twd", "timer", "uart-pl011", "rtc-pl031"):
        assert driver in interrupts
    assert "60000000-7fffffff : System RAM" in m.sh("cat /proc/iomem")
    assert "vexpress-syscfg" in m.sh("cat /proc/iomem")
