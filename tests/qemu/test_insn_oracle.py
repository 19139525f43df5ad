# SPDX-License-Identifier: Apache-2.0
"""Our emulation against QEMU's core: the same instruction from the same state.

The cases are drawn by ESPALIER_SEED (a number, 1 by default, or "random"): 20,000
loads, stores and instructions that use the PC and 40,000 that work on registers alone, compared with
our emulation; and 10,000 that are said to run anywhere, each at two addresses,
compared with each other.
"""

import os
import random
import re
import subprocess

import pytest

from insn_build import host_program, runner

CASES = 80000


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    where = tmp_path_factory.mktemp("insn")
    return host_program("host", where, "model", "cases", "compare"), runner(where)


def execute(elf, where):
    subprocess.run(["qemu-system-arm", "-M", "vexpress-a9", "-m", "512M", "-display", "none",
                    "-serial", "none", "-monitor", "none", "-semihosting-config",
                    "enable=on,target=native", "-kernel", elf, "-device",
                    "loader,file=cases.bin,addr=0x64000000,force-raw=on"],
                   cwd=where, env=os.environ | {"QEMU_AUDIO_DRV": "none"}, timeout=120,
                   check=True)


def test_same_as_qemu(programs, tmp_path):
    host, elf = programs
    # The same cases each time, or others on request. A stray store of a random instruction
    # may hit the results of another case in the runner's memory: once in a few dozen seeds.
    seed = os.environ.get("ESPALIER_SEED", "1")
    seed = random.getrandbits(32) if seed == "random" else int(seed)
    print(f"ESPALIER_SEED={seed}")
    subprocess.run([host, "gen", str(seed), str(CASES), tmp_path / "cases.bin"], check=True)
    execute(elf, tmp_path)
    res = subprocess.run([host, "check", "cases.bin", "results.bin"], cwd=tmp_path, text=True,
                         stdout=subprocess.PIPE)
    print(res.stdout[-4000:])
    assert res.returncode == 0
    counts = dict(re.findall(r"(\w+) (\d+)", res.stdout.splitlines()[-1]))
    assert int(counts["emulated"]) > CASES / 8
    assert int(counts["aborted"]) > CASES / 40
    assert int(counts["simple"]) == CASES / 2
    assert int(counts["missed"]) == 0
    assert int(counts["pairs"]) == CASES / 8
    # Copies that QEMU finds UNDEFINED: NEON sizes, register lists past d31 ...
    assert int(counts["undefined"]) < CASES / 80
