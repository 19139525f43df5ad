# SPDX-License-Identifier: Apache-2.0
"""What the build promises: nothing done twice, the same bytes, errors by name."""
import os
import subprocess

import pytest

import espalier

TOOLS = espalier.TOP / "tools"


def output(args, **options):
    """Status and joined output of a host program."""
    done = subprocess.run([str(a) for a in args], cwd=espalier.TOP, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    return done.returncode, done.stdout


def test_second_make_does_nothing():
    """The tests run after `make all`, so nothing may be out of date."""
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS")}
    status, text = output(["make", "-q", "all"], env=env)
    assert status == 0, text


def test_image_size():
    """Text and data stay below 256 KiB."""
    assert (espalier.BUILD / "espalier.bin").stat().st_size < 256 * 1024


@pytest.mark.parametrize("block_size", [1024, 2048, 4096])
def test_disk_is_reproducible(tmp_path, block_size):
    files = {"/b/big": b"x" * 700000, "/a": "text", "/c/d/e": b""}
    first = espalier.make_disk(tmp_path / "1.img", files, block_size)
    (tmp_path / "sub").mkdir()
    second = espalier.make_disk(tmp_path / "sub" / "2.img", dict(reversed(files.items())),
                                block_size)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < 700000 * 1.1 + 40 * block_size


def test_initramfs_names_the_bad_line(tmp_path):
    spec = tmp_path / "spec"
    spec.write_text("dir /bin 755\nfile /x 644 missing\n")
    status, text = output([TOOLS / "mkinitramfs.py", spec, tmp_path / "out"])
    assert status != 0
    assert f"{spec}:2" in text


def test_config_out_of_range(tmp_path):
    config, header = tmp_path / "config", tmp_path / "config.h"
    config.write_text("CONFIG_MAX_BANKS=99\n")
    status, text = output([TOOLS / "genconfig.py", "Kconfig", config, header])
    assert status != 0
    assert "MAX_BANKS" in text and "99" in text
    assert not header.exists()


def test_config_is_taken(tmp_path):
    config, header = tmp_path / "config", tmp_path / "config.h"
    config.write_text("CONFIG_MAX_BANKS=7\n")
    status, text = output([TOOLS / "genconfig.py", "Kconfig", config, header])
    assert status == 0, text
    lines = header.read_text().split("\n")
    assert "#define CONFIG_MAX_BANKS 7" in lines
    assert "#define CONFIG_TEXT_BASE 0x60010000" in lines


def test_missing_packages_without_root(tmp_path):
    """One command to copy, and nothing installed."""
    nobody = tmp_path / "id"
    nobody.write_text("#!/bin/sh\necho 65534\n")
    nobody.chmod(0o755)
    env = dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}")
    wanted = "# a comment\nno-such-package-1\nmake\nno-such-package-2\n"
    status, text = output([TOOLS / "deps.sh", "-"], input=wanted, env=env)
    assert status != 0
    assert "apt-get install -y --no-install-recommends no-such-package-1 no-such-package-2" in text


def test_unreadable_package_list():
    """An unreadable list is not an empty one."""
    assert output([TOOLS / "deps.sh", "/no/such/list"])[0] != 0
