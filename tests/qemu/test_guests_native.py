# SPDX-License-Identifier: Apache-2.0
"""The bare-metal guests on the bare machine: what they check holds there."""

import re
from pathlib import Path

import pytest

from guest_native import judge, native

ROOT = Path(__file__).resolve().parents[2]
MAKE = (ROOT / "guests" / "guests.mk").read_text()
GUESTS = [name for name in re.search(r"^GUEST_NAMES := (.*)$", MAKE, re.M).group(1).split()
          if not name.startswith("hostile_")]


@pytest.mark.parametrize("name", GUESTS)
def test_native(name):
    judge(native(ROOT / "build" / "guests" / f"{name}.elf"))
