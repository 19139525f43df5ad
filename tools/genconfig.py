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
    kconf = kconfiglib.Kconfig(kconfig)
    if os.path.exists(config):
        kconf.load_config(config)
    for warning in kconf.warnings:
        print(warning, file=sys.stderr)
    if kconf.warnings:
        return 1
    os.makedirs(os.path.dirname(out), exist_ok=True)
    header = "/* SPDX-License-Identifier: Apache-2.0 */\n/* Made from Kconfig. */\n"
    kconf.write_autoconf(out, header)
    return 0


sys.exit(main())
