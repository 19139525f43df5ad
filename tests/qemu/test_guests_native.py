# SPDX-License-Identifier: Apache-2.0
"""The bare-metal guests on the bare machine: what they check holds there."""

from pathlib import Path

import pytest

from guest_native import judge, native

ROOT = Path(__file__).resolve().parents[2]
GUESTS = sorted(p.parent.name for p in (ROOT / "guests").glob("*/*.c")
                if not p.parent.name.startswith(("hostile", "lib")))


@pytest.mark.parametrize("name", sorted(set(GUESTS)))
def test_native(name):
    judge(native(ROOT / "build" / "guests" / f"{name}.elf"))
