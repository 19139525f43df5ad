# SPDX-License-Identifier: Apache-2.0
"""Runs a bare-metal guest natively in QEMU and judges its report."""

import re
import zlib

import pexpect

QEMU = ["-M", "vexpress-a9", "-m", "64M", "-display", "none", "-monitor", "none",
        "-serial", "stdio", "-audiodev", "none,id=none"]
TYPE = re.compile(r"TYPE (.*?)\r+\n")


def play(child, timeout):
    """Types what the guest asks for until it says DONE; returns its lines."""
    text = ""
    while True:
        which = child.expect([TYPE, r"DONE \d+ ok, \d+ failed\r+\n"], timeout=timeout)
        text += child.before + child.after
        if which == 1:
            return text.replace("\r", "").splitlines()
        child.send(child.match.group(1) + "\r")


def native(elf, timeout=60):
    """The lines that the guest prints on the bare machine."""
    child = pexpect.spawn("qemu-system-arm", QEMU + ["-kernel", str(elf)],
                          encoding="latin-1", timeout=timeout, echo=False)
    child.delaybeforesend = None
    try:
        lines = play(child, timeout)
        child.expect(pexpect.EOF, timeout=10)  # it powers the machine off
        return lines
    finally:
        child.close(force=True)


def judge(lines):
    """Every check of a report is ok, DONE agrees, and a checksum fits."""
    failed = [line for line in lines if line.startswith("FAIL")]
    assert not failed, "\n".join(failed)
    good = sum(line.startswith("ok ") for line in lines)
    assert good > 0 and lines[-1] == f"DONE {good} ok, 0 failed", lines[-1]
    for line in lines:
        if line.startswith("ADLER32 "):
            body = "".join(x for x in lines[:lines.index(line)] if len(x) == 62)
            assert f"{zlib.adler32(body.encode('latin-1')):08x}" == line.split()[1]
