# SPDX-License-Identifier: Apache-2.0
"""The table arch/arm/cp15.txt against the core that QEMU emulates.

guests/cp15map executes every MCR and MRC on CP14 and CP15 at Non-secure PL1,
with NSACR as Espalier sets it, and prints those that are not UNDEF.
"""

import importlib.util
import subprocess
from pathlib import Path

import pexpect
import pytest

TOP = Path(__file__).resolve().parents[2]
SOURCES = ["start.S", "main.c"]
QEMU = ["-M", "vexpress-a9", "-m", "64M", "-display", "none", "-monitor", "none",
        "-serial", "stdio", "-audiodev", "none,id=none"]
# Real A9 registers that QEMU does not have: their rows stand for the hardware.
ONLY_HARDWARE = {"DBGWFAR", "DBGECR_DSCCR_DSMCR", "DBGDTRTXext", "DBGDRCR", "DBGOSECCR",
                 "DBGOSSRR", "DBGPRCR", "DBGPRSR", "DBGITCTRL", "DBGCLAIM", "DBGLAR",
                 "DBGLSR_AUTHSTATUS"}


@pytest.fixture(scope="module")
def gen():
    spec = importlib.util.spec_from_file_location("gen_cp15", TOP / "tools/gen-cp15.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(gen):
    return gen.read_table(str(TOP / "arch/arm/cp15.txt"))


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """What exists: {(cp, write, opc1, CRn, CRm, opc2)}, and lines of other kinds."""
    here = TOP / "guests/cp15map"
    elf = tmp_path_factory.mktemp("cp15map") / "cp15map.elf"
    subprocess.run(["arm-none-eabi-gcc", "-std=gnu11", "-mcpu=cortex-a9", "-marm",
                    "-mfloat-abi=soft", "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding",
                    "-nostdlib", "-Wl,--no-warn-rwx-segments", "-T", str(here / "cp15map.ld"),
                    *(str(here / s) for s in SOURCES), "-lgcc", "-o", str(elf)], check=True)
    child = pexpect.spawn("qemu-system-arm", QEMU + ["-kernel", str(elf)], encoding="latin-1",
                          timeout=120, echo=False)
    try:
        child.expect(r"end (\d+)\r?\n")
        lines = child.before.replace("\r", "").splitlines()
        count = int(child.match.group(1))
    finally:
        child.close(force=True)
    found, other = set(), []
    for line in lines:
        fields = line.split()
        if fields and fields[0] in ("R", "W"):
            found.add((int(fields[1]), fields[0] == "W", *map(int, fields[2:6])))
        elif fields and fields[0] in ("R2", "W2", "L"):
            other.append(line)
    assert len(found) + len(other) == count, "the survey's output is not complete"
    return found, other


def test_survey_is_plausible(survey):
    found, _ = survey
    assert (15, False, 0, 0, 0, 0) in found  # MIDR
    assert (15, True, 0, 1, 0, 0) in found  # SCTLR
    assert (15, True, 7, 3, 15, 7) in found  # a DACR alias
    assert (15, True, 0, 1, 1, 0) not in found  # SCR is Secure
    assert (15, True, 0, 1, 1, 2) not in found  # NSACR is read-only
    assert (15, True, 0, 7, 8, 4) not in found  # ATS12NSOPR


def test_other_forms_are_undef(survey):
    """MCR2, MRC2, MCRR, MRRC, LDC and STC on p14 and p15."""
    assert survey[1] == []


def test_every_existing_encoding_has_a_row(gen, rows, survey):
    missing = sorted(e for e in survey[0] if not gen.lookup(rows, *e))
    assert missing == []


def test_no_row_for_nothing(gen, rows, survey):
    """A row that no existing encoding needs is there for real hardware, by name."""
    used = {gen.lookup(rows, *e).name for e in survey[0]}
    assert {r.name for r in rows} - used == ONLY_HARDWARE


def gen_fails(tmp_path, text):
    path = tmp_path / "t.txt"
    path.write_text(text)
    run = subprocess.run(["/usr/bin/python3", str(TOP / "tools/gen-cp15.py"), str(path)],
                         capture_output=True, text=True, check=False)
    assert run.returncode == 1 and run.stdout == ""
    return run.stderr


@pytest.mark.parametrize("row, says", [
    ("p15 0 c1 c0 0 RW SCTLR", "expected 10 fields"),
    ("p13 0 c1 c0 0 RW SCTLR emulate SCTLR x", "bad coprocessor 'p13'"),
    ("p15 8 c1 c0 0 RW SCTLR emulate SCTLR x", "out of range 0..7"),
    ("p15 0 c1 c0-c2-c3 0 RW SCTLR emulate SCTLR x", "bad field"),
    ("p15 0 c1 c0 0 X SCTLR emulate SCTLR x", "bad direction 'X'"),
    ("p15 0 c1 c0 0 RW SCTLR trap SCTLR x", "bad class 'trap'"),
    ("p15 0 c1 c0 0 RW SCTLR allow SCTLR x", "goes with emulate"),
    ("p15 0 c1 * * RW ALL allow - x\np15 0 c1 c0 0 R SCTLR emulate SCTLR x", "SCTLR: rows above"),
])
def test_generator_refuses(tmp_path, row, says):
    err = gen_fails(tmp_path, row + "\n")
    assert says in err and "t.txt:" in err
