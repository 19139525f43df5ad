#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that what documents and comments name exists: functions, files, make targets, commands.

Prints `ok NAME` or `FAIL NAME: why` for each check; fails if any does. One of the
checks is that names which do not exist are found.
"""
import fnmatch
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]

CODE = (".c", ".h", ".S", ".py", ".ld", ".mk", ".sh")
# Functions that are not ours: of C libraries, libfdt, Linux.
FOREIGN = re.compile(r"fdt_\w+|(mem|str|v?sn?|f)(set|cpy|move|cmp|chr|len|printf|str)|printf|"
                     r"(m|c|re)alloc|free|abort|main|mallinfo|mmap|fork|read|write|__\w+")
# Files that a build makes, that a guest or the kernel has, or that stand for any.
MADE = re.compile(r"(build|/|~)(/.*)?|(cp15_encodings|asm-offsets|config)\.h|[a-z0-9_-]*\.dtb|<.*|"
                  r".*\.(elf|bin|img|log|o|d|map)|(other|mine|guest1|x|m|uart[12])\.(c|dts|sh|txt)|"
                  r".*/NAME\.c|arch/arm/boot/.*")
# docs/shell.md shows what is said to it.
MISTYPED = ("guest", "kik")

FILE = re.compile(r"(?<![\w./*<-])((?:[\w*-]+/)*[\w*-]+\."
                  r"(?:c|h|S|py|md|dts|dtsi|dtso|ld|mk|txt|sh))(?![\w/])(?!\.\w)")
CALL = re.compile(r"(?<![\w.>%-])([a-z_][a-z0-9_]{2,}(?:\.\w+)?)\(\)")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.S)
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def tracked():
    """Tracked files, and those that are about to be."""
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP, text=True,
                         check=True, stdout=subprocess.PIPE).stdout
    return [f for f in sorted(set(out.split("\n"))) if f and (TOP / f).is_file()]


def read(name):
    return (TOP / name).read_text(errors="replace")


class Tree:
    """What there is: files, words of the code, make targets, shell commands."""

    def __init__(self, files):
        self.files = files
        code = [f for f in files if f.endswith(CODE) or f == "Makefile"]
        code.remove("tools/check-names.py")
        texts = {f: read(f) for f in code}
        bare = [COMMENT.sub(" ", t) if f.endswith((".c", ".h", ".S")) else t
                for f, t in texts.items()]
        self.words = set(re.findall(r"[A-Za-z_]\w+", "\n".join(bare)))
        # X(y) that pastes names together: `arch_##x`, `fn##_get`.
        self.pasted = {p for t in bare for p in re.findall(r"(\w+)##|##(\w+)", t) for p in p if p}
        make = "".join(t for f, t in texts.items() if f == "Makefile" or f.endswith(".mk"))
        self.targets = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^([\w -]+):", make, re.M))))
        shell = "".join(t for f, t in texts.items() if f.startswith("core/shell/cmd_"))
        self.subs = set(re.findall(r'^\t\{ "(\w+)"', shell, re.M))
        self.commands = set(re.findall(r'^SHELL_CMD\(\w+, "([\w-]+)"', shell, re.M))

    def has_file(self, name):
        name = re.sub(r"^(\.\./)+", "", name)
        return any(f == name or f.endswith("/" + name) or fnmatch.fnmatchcase(f, name)
                   or fnmatch.fnmatchcase(f, "*/" + name) for f in self.files)

    def has_function(self, name):
        return (name.split(".")[-1] in self.words or FOREIGN.fullmatch(name)
                or any(len(p) > 2 and (name.startswith(p) or name.endswith(p))
                       for p in self.pasted))


def prose(name, text):
    """(line, text) of each piece of `name` that is written for people."""
    if name.endswith(".md"):
        yield from ((i, line) for i, line in enumerate(text.split("\n"), 1))
    elif name.endswith((".c", ".h", ".S")):
        blank = LITERAL.sub(lambda m: " " * len(m[0]), text)
        for m in COMMENT.finditer(blank):
            if "sources:" not in m[0]:
                first = text.count("\n", 0, m.start()) + 1
                yield from ((first + i, s) for i, s in enumerate(m[0].split("\n")))
    elif name.endswith(".py"):
        for m in re.finditer(r'"""(.*?)"""|#[^\n]*', text, re.S):
            first = text.count("\n", 0, m.start()) + 1
            yield from ((first + i, s) for i, s in enumerate(m[0].split("\n")))


def missing_files(tree, line):
    return [f for f in FILE.findall(line) if not MADE.fullmatch(f) and not tree.has_file(f)]


def missing_functions(tree, line):
    return [f"{f}()" for f in CALL.findall(line) if not tree.has_function(f)]


def missing_targets(tree, line):
    """`make x` in backquotes, and lines of a document that begin with it."""
    named = re.findall(r"`(?:\w+=\S+ )*make ((?:[\w-]+ ?)+)(?:\w+=[^`]*)?`", line)
    named += re.findall(r"^ {4,}make ([a-z][\w-]*)", line)
    return [f"make {t}" for n in named for t in n.split() if t not in tree.targets]


def missing_commands(tree, line):
    """What a transcript types at the prompt; a subcommand if the command has some."""
    bad = []
    for command, sub in re.findall(r"^ *espalier# *([a-z-]+) ?([a-z]*)", line):
        if command not in tree.commands:
            bad.append(f"command {command}")
        elif (command, sub) != MISTYPED and command in ("guest", "vcpu", "vserial", "vfs", "devtree") \
                and sub not in tree.subs:
            bad.append(f"command {command} {sub}")
    return bad


CHECKS = (
    ("files that are named exist", missing_files),
    ("functions that are named exist", missing_functions),
    ("make targets that are named exist", missing_targets),
    ("shell commands that are named exist", missing_commands),
)

# (what is missing by which check, a line of prose)
EXAMPLES = (
    ("no/such_file.c", missing_files, "see `no/such_file.c` for more"),
    ("no_such_function()", missing_functions, " * As no_such_function() does."),
    ("make nosuchtarget", missing_targets, "Run `make nosuchtarget`."),
    ("command nosuch", missing_commands, "    espalier# nosuch thing"),
    ("command guest nosuch", missing_commands, "    espalier# guest nosuch"),
)


def check_examples(tree):
    bad = [what for what, check, line in EXAMPLES if check(tree, line) != [what]]
    yield "what does not exist is found", bad


def check_tree(tree):
    bad = {name: [] for name, _ in CHECKS}
    for name in tree.files:
        if name == "tools/check-names.py":
            continue
        for number, line in prose(name, read(name)):
            for check, find in CHECKS:
                if find in (missing_targets, missing_commands) and not name.endswith(".md"):
                    continue
                bad[check] += [f"{name}:{number} {what}" for what in find(tree, line)]
    yield from bad.items()


def main():
    tree = Tree(tracked())
    failed = False
    for check, bad in [*check_tree(tree), *check_examples(tree)]:
        print(f"FAIL {check}: {'; '.join(bad)}" if bad else f"ok {check}")
        failed |= bool(bad)
    return 1 if failed else 0


sys.exit(main())
