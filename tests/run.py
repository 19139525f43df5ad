#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tests and closes with one line over all of them: `N passed, N failed`.

Each CMocka case, fuzzer, check of tools/check-*.py and pytest case counts as one test. The
whole output of each program is kept below --logs; that of failures is printed.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

TOP = pathlib.Path(__file__).resolve().parents[1]
PYTHON = "/usr/bin/python3"

HOST_TIMEOUT = 300
SANITIZERS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "CMOCKA_MESSAGE_OUTPUT": "STDOUT",
}


class Totals:
    def __init__(self, logs):
        self.logs = logs
        self.passed = self.failed = self.skipped = 0

    def add(self, what, passed, failed, skipped=0, log=None, seconds=0.0):
        """Counts a program's tests, says how it went, shows the log of a failure.

        `failed` has a line or more for each: its name, then why it failed.
        """
        self.passed += passed
        self.failed += len(failed)
        self.skipped += skipped
        rest = f", {skipped} skipped" if skipped else ""
        verdict = "FAIL" if failed else "ok"
        print(f"  {verdict:4} {what}: {passed} passed, {len(failed)} failed{rest} "
              f"({seconds:.1f} s)", flush=True)
        for each in failed:
            name, *why = each.split("\n")
            print(f"       failed: {name}", *why, sep="\n         ")
        if failed and log:
            text = log.read_text(errors="replace").rstrip().split("\n")
            print(f"       {log}:", *text[-160:], sep="\n       | ", flush=True)


def run_logged(cmd, log, timeout):
    """Runs with all output into a file; returns the status, or why there is none."""
    log.parent.mkdir(parents=True, exist_ok=True)
    env = dict(os.environ, **SANITIZERS)
    with open(log, "wb") as out:
        try:
            return subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, timeout=timeout, env=env).returncode
        except subprocess.TimeoutExpired:
            out.write(f"\nstill running after {timeout} s\n".encode())
            return "timeout"


def shortened(lines, first, last):
    """The first and the last of the lines, if they are many."""
    if len(lines) <= first + last + 1:
        return lines
    return [*lines[:first], f"... ({len(lines) - first - last} lines)", *lines[-last:]]


def why_host(text):
    """What a CMocka program or a fuzzer, and the sanitizers, complain of."""
    lines = re.findall(r"^(?:\[  ERROR   \] --- .*|.*: error: .*|.*runtime error: .*|"
                       r"==\d+== ?ERROR: .*|SUMMARY: .*)$", text, re.M)
    return shortened(lines, 8, 4)


def why_pytest(text):
    """Where a case stopped and what it says of it, out of its report."""
    calls = re.findall(r"^(\S+\.py:\d+): *(.*)$", text, re.M)
    where = [" > ".join(at for at, _ in calls) + ": " + calls[-1][1]] if calls else []
    said = [line[:300] for line in re.findall(r"^E +(.*)$", text, re.M)]
    return where + shortened(said, 4, 10)


def run_host(totals, program):
    """A CMocka program. One that ends badly without a failed case counts as a failure."""
    name = pathlib.Path(program).name
    log = totals.logs / "host" / (name + ".log")
    start = time.monotonic()
    status = run_logged([program], log, HOST_TIMEOUT)
    text = log.read_text(errors="replace")
    passed = re.findall(r"^\[ +OK \] (\S+)", text, re.M)
    failed = sorted(set(re.findall(r"^\[  FAILED  \] ([A-Za-z_]\w*)$", text, re.M)))
    skipped = set(re.findall(r"^\[  SKIPPED \] ([A-Za-z_]\w*)$", text, re.M))
    if status != 0 and not failed:
        begun = re.findall(r"^\[ RUN      \] (\S+)", text, re.M)
        failed = [f"ended with status {status}" + (f" in {begun[-1]}" if begun else "")]
    if status == 0 and not passed:
        failed = ["ran no test"]
    if failed:
        failed[-1] = "\n".join([failed[-1], *why_host(text)])
    totals.add(name, len(passed), failed, len(skipped), log, time.monotonic() - start)


def run_fuzzer(totals, program, seconds):
    """libFuzzer for a while, on a corpus that stays from run to run (build/corpus)."""
    name = pathlib.Path(program).name
    log = totals.logs / "fuzz" / (name + ".log")
    corpus = totals.logs.parent / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = TOP / "tests" / "fuzz" / "corpus" / name.replace("fuzz_", "", 1)
    log.parent.mkdir(parents=True, exist_ok=True)
    cmd = [program, f"-max_total_time={seconds}", "-timeout=20", "-print_final_stats=1",
           f"-artifact_prefix={log.parent}/{name}.", str(corpus)]
    if seeds.is_dir():
        cmd.append(str(seeds))
    start = time.monotonic()
    status = run_logged(cmd, log, seconds + 120)
    failed = [] if status == 0 else ["\n".join([f"ended with status {status}", *why_host(
        log.read_text(errors="replace"))])]
    totals.add(name, int(not failed), failed, 0, log, time.monotonic() - start)


def run_checks(totals):
    """Each of tools/check-*.py prints a line `ok NAME` or `FAIL NAME: why` for each check."""
    for program in sorted((TOP / "tools").glob("check-*.py")):
        log = totals.logs / f"{program.stem}.log"
        start = time.monotonic()
        status = run_logged([PYTHON, str(program)], log, HOST_TIMEOUT)
        text = log.read_text(errors="replace")
        passed = re.findall(r"^ok ", text, re.M)
        failed = re.findall(r"^FAIL (.*)", text, re.M)
        if status != 0 and not failed:
            failed = [f"ended with status {status}"]
        totals.add(program.stem.removeprefix("check-"), len(passed), failed, 0, log,
                   time.monotonic() - start)


def run_pytest(totals, paths, jobs):
    """System tests; those marked `serial` alone, the others several at a time."""
    for what, args in (("qemu", ["-m", "not serial", "-n", str(jobs)]),
                       ("qemu-serial", ["-m", "serial", "-p", "no:xdist"])):
        log, xml = totals.logs / (what + ".log"), totals.logs / (what + ".xml")
        xml.unlink(missing_ok=True)
        start = time.monotonic()
        cmd = [PYTHON, "-m", "pytest", "-q", "-rf", "--durations=10", "-p", "no:cacheprovider",
               f"--junitxml={xml}", *args, *paths]
        status = run_logged(cmd, log, None)
        if status == 5:  # nothing selected
            continue
        passed, failed, skipped = read_junit(xml)
        if status != 0 and not failed:
            failed = [f"pytest ended with status {status}"]
        totals.add(what, passed, failed, skipped, log, time.monotonic() - start)


def read_junit(xml):
    passed, failed, skipped = 0, [], 0
    if not xml.exists():
        return passed, failed, skipped
    for case in ET.parse(xml).iter("testcase"):
        bad = [*case.findall("failure"), *case.findall("error")]
        if bad:
            why = why_pytest(bad[0].text or "") or [bad[0].get("message") or ""]
            failed.append("\n".join([f"{case.get('classname')}::{case.get('name')}", *why]))
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", type=pathlib.Path, required=True)
    parser.add_argument("--checks", action="store_true")
    parser.add_argument("--host", nargs="*", default=[], metavar="PROGRAM")
    parser.add_argument("--fuzz", nargs="*", default=[], metavar="PROGRAM")
    parser.add_argument("--fuzz-seconds", type=int, default=5)
    parser.add_argument("--qemu", nargs="*", default=[], metavar="PATH")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()

    totals = Totals(args.logs)
    if args.checks:
        run_checks(totals)
    for program in args.host:
        run_host(totals, program)
    for program in args.fuzz:
        run_fuzzer(totals, program, args.fuzz_seconds)
    if args.qemu:
        run_pytest(totals, args.qemu, args.jobs)
    rest = f", {totals.skipped} skipped" if totals.skipped else ""
    print(f"{totals.passed} passed, {totals.failed} failed{rest}", flush=True)
    return 1 if totals.failed or not totals.passed else 0


sys.exit(main())
