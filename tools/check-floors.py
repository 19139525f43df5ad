#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the floors of the code: who may include what, and licence lines.

Prints `ok NAME` or `FAIL NAME: why` for each check; fails if any does. One of the
checks is that examples of what is forbidden are found.
"""
import fnmatch
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]

LIBC = r"(errno|limits|stdarg|stdbool|stddef|stdint|stdio|stdlib|string)\.h"
FDT = r"(libfdt|fdt)\.h"
# What says nothing about any floor.
BASE = r"espalier/(addr|fmt|list|lock|log|util)\.h"

ARCH_HEADERS = r"arch/.*|(host|vcpu|insn|exit|mmu|verify)/.*|vm\.h|asm-offsets\.h|cp15_encodings\.h"
# Headers of a room of core, for the rest of core.
CORE_HEADERS = r"(partition|guest|console|fs|lib|emul|shell)/.*"
DRIVER_HEADERS = r"regs/.*"

# What is seen through a public header that a floor may include, and not otherwise.
THROUGH = {
    "shell sees no hardware": r"espalier/(emul|traptab)\.h",
    "emulated devices": r"espalier/(autopsy|faults|means|partition|restart|sched|warn)\.h",
}

# A floor: its files, and a regular expression of what they may include, also through
# other headers. Headers of the same directory are always allowed. The first floor that
# has a file rules.
FLOORS = (
    # Pure: everything else comes through callbacks.
    ("insn is pure", ["arch/arm/insn/*"],
     rf"{LIBC}|insn/.*|cp15_encodings\.h|espalier/(addr|util)\.h"),
    ("verifier is pure", ["arch/arm/verify/*"],
     rf"{LIBC}|insn/.*|cp15_encodings\.h|espalier/(addr|util)\.h"),
    ("table walker is pure", ["arch/arm/mmu/gwalk.[ch]"],
     rf"{LIBC}|arch/cp15\.h|espalier/(addr|util)\.h"),
    ("ext2 and block are pure", ["core/fs/ext2*.[ch]", "core/fs/block.c"],
     rf"{LIBC}|espalier/(addr|block|ext2|util)\.h"),
    ("emulation rows are pure", ["core/emul/rows.c"],
     rf"{LIBC}|espalier/(emul|util)\.h"),

    ("partition checker is pure", ["core/partition/*"],
     rf"{LIBC}|{FDT}|"
     r"espalier/(addr|channel|dt|dt_refs|emul|irq|list|means|nearest|partition|restart|sched|"
     r"timer|traptab|util)\.h"),

    ("shell sees no hardware", ["core/shell/*"],
     rf"{LIBC}|{FDT}|{BASE}|espalier/(?!emul|traptab).*\.h"),
    ("emulated devices", ["core/emul/*"],
     rf"{LIBC}|{FDT}|{BASE}|{DRIVER_HEADERS}|"
     r"espalier/(arch|block|channel|dt|emul|guest|reciprocal|timer|traptab|vcon|vcpu|wire)\.h"),
    ("core knows no hardware", ["core/*.[ch]", "core/include/espalier/*.h"],
     rf"{LIBC}|{FDT}|{CORE_HEADERS}|espalier/.*\.h|unistd\.h|sys/.*"),
    ("drivers know no guest", ["drivers/*.[ch]"],
     rf"{LIBC}|{FDT}|{BASE}|{DRIVER_HEADERS}|"
     r"espalier/(arch|block|device|dt|irq|page|timer|vcon)\.h"),
    ("registers are plain", ["drivers/regs/*"],
     rf"{LIBC}|espalier/util\.h|{DRIVER_HEADERS}"),
    ("arch knows no device and no shell", ["arch/arm/*", "arch/arm/include/*"],
     rf"{LIBC}|unwind\.h|{ARCH_HEADERS}|"
     r"espalier/(?!shell|vfs|ext2|vcon|device|dt).*\.h"),
)

# (file, a line in it, is it allowed?)
EXAMPLES = (
    ("core/shell/cmd_x.c", "#include <espalier/sched.h>", True),
    ("core/shell/cmd_x.c", "#include <regs/pl011.h>", False),
    ("core/shell/cmd_x.c", '# include "insn/insn.h"', False),
    ("core/emul/x.c", "#include <regs/gic.h>", True),
    ("core/emul/x.c", "#include <espalier/device.h>", False),
    ("core/x.c", "#include <regs/gic.h>", False),
    ("core/x.c", "#include <arch/cp15.h>", False),
    ("drivers/x.c", "#include <espalier/guest.h>", False),
    ("arch/arm/x.c", "#include <espalier/shell.h>", False),
    ("arch/arm/x.c", "#include <libfdt.h>", False),
    ("arch/arm/insn/x.c", "#include <espalier/vcpu.h>", False),
    ("core/partition/x.c", "#include <espalier/guest.h>", False),
    ("core/guest/x.c", "#include <espalier/guest.h>", True),
    ("core/fs/ext2_x.c", "#include <espalier/log.h>", False),
    # Through another header.
    ("core/fs/ext2_x.c", "#include <espalier/ext2.h>", True),
    ("core/lib/x.c", '#include "emul/gic_int.h"', False),
)

# Where the compiler looks for headers, in its order.
SEARCHED = ("core/include", "core", "arch/arm/include", "arch/arm", "drivers")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# Files without room for a comment, or in which it would be shown.
UNLICENSED = ("LICENSE", "guests/debian/banner.txt", "tests/fuzz/corpus/*", "*.bin", "*.png")


def sources():
    """Tracked files, and those that are about to be."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True,
                         check=True, stdout=subprocess.PIPE).stdout
    return [f for f in sorted(set(out.split("\n"))) if f and (TOP / f).is_file()]


def floor_of(name):
    for floor in FLOORS:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in floor[1]):
            return floor
    return None


def resolve(name, header):
    """The file of the tree that an include of `name` means, or None: of a library, or made."""
    for where in ((TOP / name).parent, *(TOP / d for d in SEARCHED)):
        path = (where / header).resolve()
        if path.is_file() and path.is_relative_to(TOP):
            return str(path.relative_to(TOP))
    return None


def spelling(path):
    """How everybody but its own room includes a header."""
    for d in SEARCHED:
        if path.startswith(d + "/"):
            return path[len(d) + 1:]
    return path


def includes(name, text):
    """Yields (line, spelling, path or None) of each header that a text includes."""
    for match in INCLUDE.finditer(text):
        path = resolve(name, match[2])
        yield (text.count("\n", 0, match.start()) + 1,
               spelling(path) if path else match[2], path)


def forbidden_includes(name, text, floor):
    """What one file includes, through other headers too, that its floor does not allow."""
    allowed, through = floor[2], THROUGH.get(floor[0], "")
    bad, seen = [], set()
    room = str(pathlib.PurePath(name).parent)
    todo = [(name, text, "")]
    while todo:
        at, text, via = todo.pop(0)
        for line, header, path in includes(at, text):
            if header in seen:
                continue
            seen.add(header)
            own = path and str(pathlib.PurePath(path).parent) == room
            if not own and not re.fullmatch(allowed, header) and not (
                    via and re.fullmatch(through, header)):
                bad.append(f"{at}:{line} includes {header}{via}")
            elif path:
                todo.append((path, (TOP / path).read_text(errors="replace"),
                             f" (and {name} that)"))
    return bad


def check_floors(files):
    """Yields (check, list of complaints)."""
    bad = {floor[0]: [] for floor in FLOORS}
    for name in files:
        floor = floor_of(name) if name.endswith((".c", ".h", ".S")) else None
        if floor:
            text = (TOP / name).read_text(errors="replace")
            bad[floor[0]] += forbidden_includes(name, text, floor)
    yield from bad.items()


def check_examples():
    """The floors themselves: each example is judged as it should be."""
    bad = []
    for name, line, allowed in EXAMPLES:
        floor = floor_of(name)
        if floor is None or (not forbidden_includes(name, line, floor)) != allowed:
            bad.append(f"{name}: {line}")
    yield "examples are judged rightly", bad


def check_licences(files):
    bad = []
    for name in files:
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in UNLICENSED):
            continue
        with open(TOP / name, errors="replace") as f:
            head = [f.readline() for _ in range(2)]
        if head[0].startswith("#!"):
            head = head[1:]
        if "SPDX-License-Identifier: Apache-2.0" not in head[0]:
            bad.append(f"{name} does not begin with its SPDX line")
    yield "licence lines", bad


def main():
    files = sources()
    failed = False
    for check, bad in [*check_floors(files), *check_examples(), *check_licences(files)]:
        print(f"FAIL {check}: {'; '.join(bad)}" if bad else f"ok {check}")
        failed |= bool(bad)
    return 1 if failed else 0


sys.exit(main())
