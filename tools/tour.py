#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the tour of the README without a terminal and prints its transcript."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "qemu"))

import espalier  # noqa: E402


def main():
    with espalier.Machine("tour", tee=sys.stdout) as machine:
        try:
            espalier.tour(machine)
        except espalier.MachineError as e:
            sys.stdout.flush()
            print(f"\ntour: {str(e).splitlines()[0]}", file=sys.stderr)
            return 1
    return 0


sys.exit(main())
