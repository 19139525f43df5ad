# SPDX-License-Identifier: Apache-2.0
"""What a user does in Debian's kernel and BusyBox under Espalier."""
import hashlib
import re
import time

import pytest

import espalier

# None of this may show up on the console of a machine that works.
BAD = re.compile(r"Segmentation fault|Oops|\bBUG\b|[Uu]nhandled|"
                 r"Bus error|soft lockup|rcu: INFO|Kernel panic|cut here|panic:|"
                 r"does not go away")

GUEST_DTB = espalier.BUILD / "guest0.dtb"


def prepare(m):
    """Wide lines, and what the kernel says goes to its log alone, not between answers."""
    m.sh("stty cols 200; dmesg -n 1")


def clean(m, bound=False):
    """Nothing in all that the console showed is a complaint of the kernel's or ours."""
    if bound:
        m.sh("dmesg | tail -n 100", timeout=60)
    m.log.flush()
    text = espalier.plain(m.path.read_bytes().decode("utf-8", "replace"))
    bad = [line for line in text.split("\n") if BAD.search(line)]
    assert not bad, "\n".join(bad)


def timer_count(m):
    return int(re.search(r"^ *\d+: +(\d+) .*\btwd\b", m.sh("cat /proc/interrupts"), re.M)[1])


def test_shell(machine):
    """One boot, and what people try first."""
    m = machine()
    m.boot()
    m.start_linux()
    prepare(m)
    assert re.match(r"Linux guest .*Debian.* armv7l GNU/Linux$", m.sh("uname -a"))
    cpuinfo = m.sh("cat /proc/cpuinfo")
    assert "0xc09" in cpuinfo and "neon" in cpuinfo and "vfpv3" in cpuinfo
    assert abs(int(m.sh("date +%s")) - time.time()) < 600  # QEMU's clock has the host's
    files(m)
    processes(m)
    floating_point(m)
    before = timer_count(m)
    m.sh("sleep 1")
    assert timer_count(m) > before
    clean(m, bound=True)
    m.unbind()


def files(m):
    # The page cache that the kernel reads here is the code that runs: no replacement may show.
    busybox = hashlib.md5((espalier.BUILD / "dl/busybox/bin/busybox").read_bytes()).hexdigest()
    assert m.sh("cp /bin/busybox /tmp/busybox; md5sum < /tmp/busybox").split()[0] == busybox
    assert m.sh("md5sum < /bin/busybox; rm /tmp/busybox").split()[0] == busybox
    m.sh("seq 1 40000 > /tmp/a; dd if=/tmp/a of=/tmp/b bs=4096 2>/dev/null")
    wanted = hashlib.md5("".join(f"{i}\n" for i in range(1, 40001)).encode()).hexdigest()
    assert m.sh("md5sum < /tmp/b").split()[0] == wanted
    assert m.sh("cmp /tmp/a /tmp/b && echo equal") == "equal"
    assert m.sh("cat /tmp/a | tr 1 2 | grep -v 3 | sort -rn | uniq | wc -l") == "8192"
    assert m.sh("mkdir /tmp/d && mount -t tmpfs none /tmp/d && echo x > /tmp/d/f && "
                "cat /tmp/d/f && umount /tmp/d && ls /tmp/d | wc -l") == "x\n0"
    m.sh("rm /tmp/a /tmp/b")


def processes(m):
    assert m.sh("i=0; while [ $i -lt 50 ]; do /bin/busybox true || echo bad; "
                "i=$((i+1)); done; echo $i") == "50"
    assert m.sh("sh -c 'trap \"echo got it\" USR1; kill -USR1 $$; echo on'") == "got it\non"
    assert m.sh("sh -c 'kill -ILL $$'; echo $?").endswith("132")
    said = m.sh("(sleep 2; echo late) & (sleep 1; echo soon) & wait; jobs | wc -l")
    assert said.index("soon") < said.index("late")
    assert "ended" in m.sh("sleep 30 | sleep 30 & kill %1; wait; echo ended")


def floating_point(m):
    """Several at once, so that the registers change hands."""
    one = ("awk 'BEGIN { s = 0; for (i = 1; i < 30000; i++) s += i / 3.7; "
           "printf \"%.6f\\n\", s }'")
    wanted = f"{sum(i / 3.7 for i in range(1, 30000)):.6f}"
    said = m.sh(f"for k in 1 2 3 4; do {one} & done; wait", timeout=120)
    assert re.findall(r"^[0-9.]+$", said, re.M) == [wanted] * 4


def test_console_and_life_cycle(machine):
    """^C, tab, leaving and coming back; pause, resume, reset and a second boot."""
    m = machine()
    m.boot()
    m.start_linux()
    prepare(m)
    # What prints this is the job that has the terminal by then, so ^C is for it.
    m.send("sh -c \"echo go''ing; exec sleep 100\"\r")
    m.expect_exact("going")
    m.send("\x03")
    m.expect_exact(espalier.GUEST_PROMPT)
    assert m.sh("echo $?") == "130"
    m.send("/bin/busy\t echo compl''eted\r")
    m.expect_exact("completed")
    m.expect_exact(espalier.GUEST_PROMPT)
    edit_with_vi(m)
    m.send("sleep 2; echo still''here\r")
    m.unbind()
    assert "running" in m.cmd("guest info guest0")
    m.bind()
    m.expect_exact("stillhere")
    m.expect_exact(espalier.GUEST_PROMPT)

    m.unbind()
    assert m.cmd("guest pause guest0") == ""
    assert "paused" in m.cmd("guest list")
    before = m.cmd("vcpu stat guest0/vcpu0")
    time.sleep(1)
    assert m.cmd("vcpu stat guest0/vcpu0") == before
    assert m.cmd("guest resume guest0") == ""
    m.bind()
    assert m.sh("echo again") == "again"

    m.sh("echo kept > /tmp/kept")
    m.unbind()
    assert "failed" not in m.cmd("guest reset guest0")
    m.start_linux()
    prepare(m)
    assert m.sh("ls /tmp | wc -l") == "0"
    clean(m, bound=True)
    # The kernel's last words come a while before it asks the board.
    m.send("poweroff -f\r")
    m.expect("reboot: Power down")
    m.expect_exact("guest guest0 halted: it powered itself off")
    m.unbind()
    assert "halted (it powered itself off)" in m.cmd("guest info guest0")
    clean(m)


def edit_with_vi(m):
    m.send("vi /tmp/text\r")
    m.expect_exact("- /tmp/text")
    m.send("ione two\x1b")
    m.quiet(1)
    m.send("bdwathree\x1b")
    m.quiet(1)
    m.send(":wq\r")
    m.expect_exact(espalier.GUEST_PROMPT)
    assert m.sh("cat /tmp/text") == "one three"


def test_reboot(machine):
    """reboot -f inside starts the guest again."""
    m = machine()
    m.boot()
    m.start_linux()
    m.send("reboot -f\r")
    m.expect("reboot: Restarting system")
    m.expect_exact("Linux version", espalier.GUEST_BOOT_TIMEOUT)
    m.expect_exact(espalier.GUEST_PROMPT, espalier.GUEST_BOOT_TIMEOUT)
    prepare(m)
    assert m.sh("echo up") == "up"
    clean(m, bound=True)
    m.unbind()


@pytest.fixture(scope="module")
def two_disk(tmp_path_factory):
    where = espalier.BUILD / "guests" / "guest0"
    return espalier.make_disk(tmp_path_factory.mktemp("two") / "disk.img", {
        "/guests/guest0/vmlinuz": where / "vmlinuz",
        "/guests/guest0/initrd.img": where / "initrd.img",
        "/guest.dtb": GUEST_DTB,
        "/boot.espalier": "guest create a /guest.dtb\nguest create b /guest.dtb\n",
    })


def test_two_at_once(machine, two_disk):
    """Two Debians on one CPU, booting and working side by side."""
    m = machine(disk=two_disk)
    m.boot()
    m.cmd("guest kick b")
    m.start_linux("a", timeout=2 * espalier.GUEST_BOOT_TIMEOUT)
    prepare(m)
    m.sh("hostname first; echo only in a > /tmp/a")
    m.unbind()
    m.bind("b/uart0")
    m.send("\r")
    m.expect_exact(espalier.GUEST_PROMPT, 2 * espalier.GUEST_BOOT_TIMEOUT)
    prepare(m)
    assert m.sh("hostname; ls /tmp | wc -l") == "guest\n0"
    m.sh("while :; do md5sum /bin/busybox; done > /tmp/log &")
    m.unbind()
    m.bind("a/uart0")
    one = m.sh("md5sum /bin/busybox").split()[0]
    processes(m)
    floating_point(m)
    m.unbind()
    m.bind("b/uart0")
    m.sh("kill %1")
    # The shell may say between the lines that the job has ended.
    assert m.sh("sort -u /tmp/log | wc -l; head -c 32 /tmp/log; echo").startswith(f"1\n{one}")
    m.unbind()
    assert "failed" not in m.cmd("guest destroy a")
    m.bind("b/uart0")
    assert m.sh("echo alone") == "alone"
    clean(m, bound=True)
    m.unbind()
