#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""genconfig.py KCONFIG CONFIG OUT: writes the C header of the configuration.

CONFIG may be missing: every option then has its default.
"""
import os
import sys

import kconfiglib


def main():
    kconfig, config, out = sys.argv[1:]
    kconf = kconfiglib.Kconfig(kconfig, warn_to_stderr=False)
    if os.path.exists(config):
        kconf.load_config(config)
    os.makedirs(os.path.dirname(out), exist_ok=True)
    header = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Made from Kconfig. */\n"
    kconf.write_autoconf(out + ".new", header)
    # Values out of range are noticed when they are written.
    if kconf.warnings:
        print(*kconf.warnings, sep="\n", file=sys.stderr)
        os.remove(out + ".new")
        return 1
    os.replace(out + ".new", out)
    return 0


sys.exit(main())
