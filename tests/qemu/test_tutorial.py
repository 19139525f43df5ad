# SPDX-License-Identifier: Apache-2.0
"""docs/partitioning.md (and README.md): its commands exist, its files are there, and what dtpart is
shown to print it prints. The steps themselves are other tests: uarts, many_guests,
other_tree, faults, doctor, dtpart, channels."""
import re
import subprocess

import espalier

TEXT = (espalier.TOP / "docs" / "partitioning.md").read_text()
README = (espalier.TOP / "README.md").read_text()


def transcripts(prompt, text=TEXT):
    """[(command, [line of its output])]"""
    out = []
    for line in text.split("\n"):
        if line.startswith("    " + prompt):
            out.append((line[4 + len(prompt):], []))
        elif re.match(r"    (\$|espalier#|/ #) ", line) or re.match(r"\S", line):
            out.append((None, []))
        elif out and out[-1][0] is not None:
            out[-1][1].append(line[4:])
    return [(command, output) for command, output in out if command is not None]


def appear_in_order(wanted, got):
    """True if the lines are in the output, and next to each other but where "..." stands."""
    at = 0
    skip = False
    for line in wanted:
        if line == "...":
            skip = True
            continue
        if skip and line in got[at:]:
            at = got.index(line, at)
        if at >= len(got) or got[at] != line:
            return False
        at += 1
        skip = False
    return skip or at == len(got)


def test_dtpart():
    commands = [(c, o) for c, o in transcripts("$ ") + transcripts("$ ", README)
                if c.startswith("build/dtpart ")]
    assert {c.split()[1] for c, _ in commands} == {"check", "who-owns", "map", "explain", "derive"}
    for command, output in commands:
        done = subprocess.run(command.split(), cwd=espalier.TOP, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == any(": error: " in o for o in output), command
        while output and not output[-1]:
            output.pop()
        assert appear_in_order(output, done.stdout.rstrip("\n").split("\n")), \
            f"{command}\n{done.stdout}"


def test_shell(machine):
    """Each command and subcommand has its help; each tree can be read."""
    commands = {part.strip() for line, _ in transcripts("espalier# ") for part in line.split(";")}
    assert len(commands) > 20
    m = machine(serials=["null"] * 3)
    m.boot()
    for name in sorted({c.split()[0] for c in commands}):
        said = m.cmd(f"help {name}")
        assert "failed" not in said, f"{name}: {said}"
        for sub in sorted({c.split()[1] for c in commands if c.startswith(name + " ")}):
            if name != "who-owns": # which has none
                assert re.search(rf"^ *{name} {sub}\b", said, re.M), f"{name} {sub}: {said}"
    for path in sorted(set(re.findall(r"/guests/\S+\.dtb", " ".join(commands)))):
        assert "failed" not in m.cmd(f"vfs ls {path}"), path


def test_rest(machine):
    """The host's tree of step 1, as it is printed, and what the VMM is shown to say of it."""
    source = re.search(r"\n((?:    .*\n)*    /delete-node/ &uart3;\n)", TEXT)[1]
    out = espalier.BUILD / "test-logs" / "tutorial-host.dtb"
    out.parent.mkdir(parents=True, exist_ok=True)
    tree = espalier.make_dtb(out, re.sub("^    ", "", source, flags=re.M))
    m = machine(dtb=tree, serials=["null"] * 3)
    m.boot()
    lists = [output for command, output in transcripts("espalier# ") if command == "chardev list"]
    assert m.cmd("chardev list").split("\n") == lists[1]
    said = m.cmd("guest create uarts /guests/guest0/guest-uarts.dtb")
    shown = re.search(r"\] (error: .*serial@a000: the host has no node .*)", TEXT)[1]
    assert shown in said
