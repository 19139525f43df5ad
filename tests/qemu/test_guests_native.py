# SPDX-License-Identifier: Apache-2.0
"""The bare-metal guests on the bare machine: what they check holds there."""
import bare
import pytest


@pytest.mark.parametrize("name", bare.NATIVE)
def test_native(machine, name):
    bare.judge(bare.native(machine, name))
