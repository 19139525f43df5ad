# SPDX-License-Identifier: Apache-2.0
"""Builds the host and bare-metal programs that the instruction tests use."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "qemu" / "insn_oracle"
SOURCES = ["alu", "cond", "exec", "ldst", "ldst_arm", "ldst_thumb", "pc", "pc_arm", "pc_thumb",
           "step", "step_arm", "step_simd", "step_thumb", "simple", "simple_arm", "simple_thumb16",
           "simple_thumb32"]


def host_program(name, where, *more):
    """Compiles insn_oracle/NAME.c, and more files there, with the real decoder into WHERE."""
    out = where / name
    subprocess.run([os.environ.get("HOSTCC", "clang-14"), "-std=gnu11", "-O1", "-g", "-Wall",
                    "-Wextra", "-Wno-unused-parameter", "-Werror", "-fsanitize=address,undefined",
                    "-fno-sanitize-recover=all", f"-I{ROOT}/core/include", f"-I{ROOT}/arch/arm",
                    "-o", out, *(HERE / f"{n}.c" for n in (name, *more)),
                    *(ROOT / "arch" / "arm" / "insn" / f"{s}.c" for s in SOURCES)], check=True)
    return out


def runner(where):
    """The bare-metal program that executes the cases."""
    out = where / "runner.elf"
    subprocess.run(["arm-none-eabi-gcc", "-mcpu=cortex-a9", "-marm", "-O2", "-ffreestanding",
                    "-nostdlib", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
                    "-Wl,-Ttext=0x60010000", "-o", out, HERE / "runner.S", HERE / "runner.c", "-lgcc"], check=True)
    return out
