#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what clang-format cannot mend, and that it would mend nothing.

Prints `ok NAME` or `FAIL NAME: why` for each check; fails if any does.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
CLANG_FORMAT = os.environ.get("CLANG_FORMAT", "clang-format-14")

C = (".c", ".h")
WIDTH = 100
FILE_LINES = 500
# How the first line, or the one after #!, names the licence.
SPDX = {
    **dict.fromkeys((".c", ".h", ".S"), "/* SPDX-License-Identifier: Apache-2.0 */"),
    **dict.fromkeys((".py", ".sh", ".mk"), "# SPDX-License-Identifier: Apache-2.0"),
    ".md": "<!-- SPDX-License-Identifier: Apache-2.0 -->",
}
# Tests that are one list of cases after another.
LONG = ("tests/",)
# What only one form is wanted of.
FORMS = (
    ("sizeof is followed by brackets", re.compile(r"\bsizeof [^(]")),
    ("strings are compared by !", re.compile(r"\bstrn?cmp\([^;]*?\) [!=]= 0(?![.\w])")),
    ("unused parameters need no (void)", re.compile(r"^\s*\(void\)\w+[;,]", re.M)),
)


def tracked():
    """Tracked files, and those that are about to be."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True,
                         check=True, stdout=subprocess.PIPE).stdout
    return [f for f in sorted(set(out.split("\n"))) if f and (TOP / f).is_file()]


def check_format(texts):
    names = [n for n in texts if n.endswith(C)]
    run = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", *names], cwd=TOP, text=True,
                         stderr=subprocess.PIPE)
    return sorted({line.split(":")[0] for line in run.stderr.split("\n") if " error: " in line})


def check_licence(texts):
    for name, text in texts.items():
        lines = text.split("\n")
        first = lines[1] if lines[0].startswith("#!") else lines[0]
        wanted = SPDX.get(pathlib.Path(name).suffix)
        if wanted and first != wanted:
            yield name


def check_forms(texts, form):
    for name, text in texts.items():
        if name.endswith(C):
            yield from (f"{name}:{text.count(chr(10), 0, m.start() + 1) + 1}"
                        for m in form.finditer(text))


def check_width(texts):
    """Of documents: tables and transcripts are as wide as they are."""
    for name, text in texts.items():
        if name.endswith(".md"):
            yield from (f"{name}:{i}" for i, line in enumerate(text.split("\n"), 1)
                        if len(line) > WIDTH and not line.startswith(("|", "    ")))


def check_length(texts):
    for name, text in texts.items():
        lines = text.count("\n")
        if name.endswith((*C, ".S", ".py")) and not name.startswith(LONG) and lines > FILE_LINES:
            yield f"{name} ({lines} lines)"


def check_headers(texts):
    """A header is known by its name alone; guests and some tests are programs apart."""
    names = collections.defaultdict(list)
    for name in texts:
        if name.endswith(".h") and not name.startswith(("guests/", "tests/")):
            names[name.rsplit("/", 1)[-1]].append(name)
    return [" and ".join(same) for same in names.values() if len(same) > 1]


def main():
    texts = {f: (TOP / f).read_text(errors="replace") for f in tracked()
             if not f.startswith("tests/fuzz/corpus/")}
    checks = [
        ("C files are as clang-format leaves them (make format)", check_format(texts)),
        ("one form of the licence line", check_licence(texts)),
        *((what, check_forms(texts, form)) for what, form in FORMS),
        (f"documents have lines of {WIDTH} at most", check_width(texts)),
        (f"files have {FILE_LINES} lines at most", check_length(texts)),
        ("no two headers have one name", check_headers(texts)),
    ]
    failed = False
    for check, bad in checks:
        bad = list(bad)
        print(f"FAIL {check}: {'; '.join(bad)}" if bad else f"ok {check}")
        failed |= bool(bad)
    return 1 if failed else 0


sys.exit(main())
