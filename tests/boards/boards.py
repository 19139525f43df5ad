#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""dtpart on the tree of every board with a Cortex-A9 in Debian's kernel package.

Its first enabled UART is given to a guest, and all but that UART; each tree that comes of
it is compiled, checked against the board's, and derived from again. The map is compared
with a resolver that shares no code with dtpart. Prints a row for each board.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import fdt

TOP = pathlib.Path(__file__).resolve().parents[2]
DTPART = TOP / "build" / "dtpart"
MAX_IRQS = 4  # that a row of the map has


def trees():
    """(file, tree) of the boards."""
    for file in sorted((TOP / "build/dl/linux/usr/lib").glob("linux-image-*/**/*.dtb")):
        blob = file.read_bytes()
        if b"arm,cortex-a9\0" not in blob:
            continue
        tree = fdt.Tree(blob)
        cpus = tree.find("/cpus")
        if cpus and any("arm,cortex-a9" in cpu.compatible for cpu in cpus.children):
            yield file, tree


def first_uart(tree):
    for node in tree.root.walk():
        if re.match(r"(serial|uart)\d*@", node.name) and node.enabled and fdt.registers(node):
            return node.path
    return None


def run(*args, stdin=None):
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, input=stdin,
                          timeout=120)


def dtc_warnings(*args, stdin=None):
    """(class, node) of each warning; None if dtc refuses."""
    done = run("dtc", *args, "-O", "dtb", "-o", "/dev/null", stdin=stdin)
    if done.returncode:
        return None
    return set(re.findall(r"Warning \((\w+)\): (\S+?):", done.stderr))


def without_comments(dts):
    """Nor the phandles of a .dtb that are kept because nobody knows who uses them."""
    return re.sub(r"/\*.*?\*/|\n\s*phandle = <\d+>;", "", dts, flags=re.S)


def errors(done):
    lines = [ln for ln in (done.stderr + done.stdout).split("\n") if re.search(r"\[P\d+\]", ln)
             and "warning: " not in ln]
    return (lines or (done.stderr or "no output").strip().split("\n"))[0]


def derive(file, uart, mode, known, tmp, options):
    """Why it is not as it should be; "" if all is well."""
    args = (f"--{mode}", uart, "--memory", "64M", *options)
    done = run(DTPART, "derive", file, *args)
    if done.returncode:
        return errors(done)
    new = dtc_warnings("-I", "dts", "-", stdin=done.stdout)
    if new is None:
        return "dtc refuses it"
    if new - known:
        return "new warnings of dtc: " + ", ".join(f"{c} {n}" for c, n in sorted(new - known))
    dts = tmp / "guest.dts"
    dts.write_text(done.stdout)
    checked = run(DTPART, "check", file, f"guest={dts}")
    if checked.returncode:
        return errors(checked)
    again = run(DTPART, "derive", dts, *args) if mode == "give" else done
    if again.returncode:
        return "again: " + errors(again)
    if without_comments(again.stdout) != without_comments(done.stdout):
        return "derived again it is another"
    return ""


def map_differs(file, tree):
    done = run(DTPART, "map", "--json", file)
    if done.returncode:
        return errors(done)
    have = {(r["node"], r["base"], r["size"], tuple(r["interrupts"]))
            for r in json.loads(done.stdout) if not r["ram"]}
    want = set()
    for node in tree.root.walk():
        if not node.enabled or node.strings("device_type") == ["memory"]:
            continue
        for i, (base, size) in enumerate(fdt.registers(node)):
            irqs = fdt.interrupts(tree, node)[:MAX_IRQS] if i == 0 else []
            if size:
                want.add((node.path, base, size, tuple(irqs)))
    wrong = sorted(have ^ want)
    return f"{wrong[0][0]}: {'only dtpart' if wrong[0] in have else 'not dtpart'}" if wrong else ""


def judge(file, tree, options):
    """{column: (seconds, why not)}"""
    uart, result = first_uart(tree), {}
    known = dtc_warnings("-I", "dtb", file)
    with tempfile.TemporaryDirectory() as tmp:
        for mode in ("give", "except"):
            start = time.monotonic()
            why = derive(file, uart, mode, known, pathlib.Path(tmp), options) if uart else "no UART"
            result[mode] = (time.monotonic() - start, why)
    start = time.monotonic()
    result["map"] = (0, map_differs(file, tree))
    result["map"] = (time.monotonic() - start, result["map"][1])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--safe", action="store_true", help="without --allow-dma")
    parser.add_argument("board", nargs="*", help="names, such as imx6q-sabresd; default: all")
    args = parser.parse_args()
    options = [] if args.safe else ["--allow-dma"]
    total, good = 0, {"give": 0, "except": 0, "map": 0}
    print(f"{'BOARD':40} {'GIVE':>12} {'EXCEPT':>12} {'MAP':>12}")
    for file, tree in trees():
        if args.board and file.stem not in args.board:
            continue
        result = judge(file, tree, options)
        total += 1
        print(f"{file.stem:40}", *(f"{'ok' if not why else 'no':>5} {s:4.2f} s"
                                   for s, why in result.values()), flush=True)
        for column, (_, why) in result.items():
            good[column] += not why
            if why:
                print(f"    {column}: {why}")
    print(f"{total} boards:", ", ".join(f"{name} {n}" for name, n in good.items()))
    return 0 if total else 1


if __name__ == "__main__":
    sys.exit(main())
