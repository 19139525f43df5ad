# SPDX-License-Identifier: Apache-2.0
"""Drives Espalier, or a guest on the bare machine, in QEMU.

Every wait has a bound; what goes past it raises MachineError with the end of the
console's output in its message.
"""
import os
import pathlib
import re
import subprocess
import sys

import pexpect

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
LOGS = BUILD / "test-logs" / "qemu"

PROMPT = "espalier# "
GUEST_PROMPT = "/ # "

# The host is shared and the guest's boot takes seconds: bounds, not estimates.
SHELL_TIMEOUT = 40
BOOT_TIMEOUT = 60
GUEST_BOOT_TIMEOUT = 180

ANSI = r"\x1b(?:\[[0-9;?]*[A-Za-z]|[()][0-9A-B]|[=>78c])"
UNBIND = "\x1bxq"


def plain(text):
    """The text without escape sequences and carriage returns."""
    return re.sub(ANSI, "", text).replace("\r", "")


class MachineError(AssertionError):
    """Something that was waited for did not come."""


class Log:
    """Keeps the raw console in a file, and shows it plainly on a stream if asked."""

    def __init__(self, path, tee=None):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = open(path, "w", encoding="utf-8", errors="replace", newline="")
        self.tee = tee

    def write(self, text):
        self.file.write(text)
        if self.tee:
            self.tee.write(plain(text))

    def flush(self):
        self.file.flush()
        if self.tee:
            self.tee.flush()

    def close(self):
        self.flush()
        self.file.close()


class Machine:
    """One QEMU. `with Machine() as m: m.boot(); print(m.cmd("version"))`.

    name     names the log file, build/test-logs/qemu/<name>.log
    kernel   what QEMU loads; the VMM by default
    dtb      host tree; None passes none
    disk     image given as -initrd; None passes none
    mem      as QEMU's -m
    cpus     as QEMU's -smp
    serials  QEMU back ends of the UARTs after the first, e.g. "null" or "file:x"
    extra    further arguments of QEMU, a list
    tee      a text stream that shows the console as it goes
    """

    def __init__(self, name="machine", *, kernel=BUILD / "espalier.bin",
                 dtb=BUILD / "vexpress-v2p-ca9.dtb", disk=BUILD / "disk.img", mem="512M",
                 cpus=1, serials=(), extra=(), tee=None):
        args = ["-M", "vexpress-a9", "-m", mem, "-smp", str(cpus), "-display", "none",
                "-audiodev", "none,id=none", "-global", "pl041.audiodev=none",
                "-monitor", "none", "-chardev", "stdio,id=console,signal=off",
                "-serial", "chardev:console", "-kernel", str(kernel)]
        for option, value in (("-dtb", dtb), ("-initrd", disk)):
            if value is not None:
                args += [option, str(value)]
        for backend in serials:
            args += ["-serial", backend]
        self.args = args + [str(a) for a in extra]
        self.path = LOGS / (re.sub(r"[^A-Za-z0-9_.-]+", "-", name) + ".log")
        self.log = Log(self.path, tee)
        self.qemu = pexpect.spawn(os.environ.get("QEMU", "qemu-system-arm"), self.args,
                                  cwd=str(TOP), encoding="utf-8",
                                  codec_errors="replace", echo=False, timeout=SHELL_TIMEOUT,
                                  dimensions=(24, 80), maxread=65536)
        self.qemu.delaybeforesend = None
        self.qemu.logfile_read = self.log

    @classmethod
    def native(cls, name="native", guest="guest0", *, mem="128M", append=None, **options):
        """The kernel and initramfs of a guest on the bare machine, under the same tree."""
        where = BUILD / "guests" / guest
        extra = list(options.pop("extra", ()))
        extra += ["-append", append or "console=ttyAMA0"]
        options.setdefault("dtb", BUILD / (guest + ".dtb"))
        return cls(name, kernel=where / "vmlinuz", disk=where / "initrd.img", mem=mem,
                   extra=extra, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends QEMU whatever it does; harmless when called again."""
        if not self.qemu.closed:
            self.qemu.close(force=True)
            self.log.close()

    # --- waiting -----------------------------------------------------------------

    def expect(self, pattern, timeout=SHELL_TIMEOUT):
        """Waits for a regular expression (or the first of a list); returns its match."""
        try:
            self.qemu.expect(pattern, timeout=timeout)
        except (pexpect.TIMEOUT, pexpect.EOF) as e:
            raise self.error(pattern, timeout, isinstance(e, pexpect.EOF)) from None
        return self.qemu.match

    def expect_exact(self, text, timeout=SHELL_TIMEOUT):
        """Waits for a string; returns what came before it, plain."""
        self.expect(re.escape(text), timeout)
        return plain(self.qemu.before)

    def error(self, pattern, timeout, ended):
        self.log.flush()
        tail = plain(self.path.read_bytes()[-4000:].decode("utf-8", "replace"))
        what = "QEMU ended" if ended else f"nothing for {timeout} s"
        return MachineError(f"{what} while waiting for {pattern!r}; the console ({self.path}) "
                            "ends with:\n" + "\n".join(tail.split("\n")[-40:]))

    def expect_exit(self, timeout=SHELL_TIMEOUT):
        """Waits until QEMU ends by itself; returns its exit status."""
        self.expect(pexpect.EOF, timeout)
        self.qemu.wait()
        return self.qemu.exitstatus

    def quiet(self, seconds):
        """Collects what comes in the next seconds, for "nothing more happens"."""
        self.qemu.expect(pexpect.TIMEOUT, timeout=seconds)
        text, self.qemu.buffer = self.qemu.before, ""
        return plain(text)

    # --- talking -----------------------------------------------------------------

    def send(self, text):
        """Types text as it is."""
        self.qemu.send(text)

    def boot(self, timeout=BOOT_TIMEOUT):
        """Waits for the VMM's first prompt; returns what it said until then."""
        return self.expect_exact(PROMPT, timeout)

    def expect_echo(self, line, timeout=SHELL_TIMEOUT):
        """Waits until a typed line stands there. Of a long one only the end is shown.

        A message may come while it is typed; what stood there is then shown again, and
        an escape sequence is in between.
        """
        self.expect(rf"(?:{ANSI})*".join(map(re.escape, line[-16:])) + rf"(?:{ANSI})*\r*\n",
                    timeout)

    def cmd(self, line, timeout=SHELL_TIMEOUT, prompt=PROMPT):
        """Types a line at a prompt; returns its output once the prompt is back.

        The echo is waited for first: a line editor may redraw its prompt while
        we type.
        """
        self.send(line + "\r")
        self.expect_echo(line, timeout)
        self.expect(r"(?:^|[\r\n])(?:" + ANSI + ")*" + re.escape(prompt), timeout)
        return plain(self.qemu.before).strip("\n")

    def sh(self, line, timeout=60):
        """The same in the guest's shell, whose console must be bound."""
        return self.cmd(line, timeout, GUEST_PROMPT)

    def bind(self, serial="guest0/uart0"):
        """Connects the terminal to a guest's console."""
        self.send(f"vserial bind {serial}\r")
        self.expect_echo(f"vserial bind {serial}")

    def unbind(self):
        """Leaves a bound console, back to the VMM's prompt."""
        self.send(UNBIND)
        self.expect_exact(PROMPT)

    def start_linux(self, guest="guest0", timeout=GUEST_BOOT_TIMEOUT):
        """From the VMM's prompt to the guest's first one."""
        said = self.cmd(f"guest kick {guest}")
        if "failed" in said:
            raise MachineError(said)
        self.bind(f"{guest}/uart0")
        fatal = ["Kernel panic[^\n]*", rf"guest {guest} halted[^\n]*"]
        self.expect([re.escape(GUEST_PROMPT), *fatal], timeout)
        if self.qemu.match_index:
            raise MachineError("the guest did not get to its shell: " + plain(self.qemu.after))


def tour(machine):
    """The tour of the README. Raises MachineError at the first step that fails."""
    machine.boot()
    machine.start_linux()
    uname = machine.sh("uname -a")
    if "armv7l" not in uname or "Debian" not in uname:
        raise MachineError(f"unexpected answer to `uname -a`: {uname}")
    machine.unbind()
    info = machine.cmd("guest info guest0")
    if "running" not in info:
        raise MachineError(f"`guest info guest0` does not say that it is running:\n{info}")
    machine.send("shutdown\r")
    status = machine.expect_exit()
    if status != 0:
        raise MachineError(f"QEMU ended with status {status}")


# --- making what machines need ---------------------------------------------------


def make_disk(out, files, block_size=4096):
    """Packs an ext2 image: {"/path": Path of a file, or its bytes or text}."""
    out = pathlib.Path(out)
    entries = []
    for number, (path, content) in enumerate(sorted(files.items())):
        if not isinstance(content, pathlib.Path):
            data = content.encode() if isinstance(content, str) else content
            content = out.with_name(f"{out.name}.{number}")
            content.write_bytes(data)
        entries.append(f"{path}={content}")
    run([TOP / "tools" / "mkdisk.py", "-B", block_size, out, *entries])
    return out


def make_dtb(out, source):
    """Compiles device-tree source text; warnings of dtc do not matter here.

    It may include what is in dts/ and guests/lib/.
    """
    run(["dtc", "-q", "-i", TOP / "dts", "-i", TOP / "guests" / "lib", "-I", "dts", "-O", "dtb",
         "-o", out, "-"], input=source)
    return pathlib.Path(out)


def run(args, **options):
    """Runs a host program; its output is in the exception when it fails."""
    done = subprocess.run([str(a) for a in args], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise RuntimeError(f"{args[0]} failed: {done.stdout.strip()}")
    return done.stdout
