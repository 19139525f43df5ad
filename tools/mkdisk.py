#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""mkdisk.py [-B BLOCK_SIZE] OUT PATH=FILE...: packs an ext2 image with genext2fs.

Each FILE of the host is put at PATH, with the directories it needs. PATH= makes
an empty directory. The image is as small as its content allows, and the same
input gives the same bytes.
"""
import argparse
import os
import subprocess
import sys
import tempfile


def stage(root, entries):
    """Lays the tree out in a directory, one name after the other; returns its names."""
    names = set()
    for path, source in sorted(entries):
        parts = path.strip("/").split("/")
        names.update("/".join(parts[: n + 1]) for n in range(len(parts)))
        target = os.path.join(root, *parts)
        if not source:
            os.makedirs(target, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(source, "rb") as src, open(target, "wb") as dst:
            dst.write(src.read())
        os.chmod(target, 0o644)
    return names


def blocks_of(size, block):
    """Data blocks of a file and the blocks that point to them (12 direct ones)."""
    data = -(-size // block)
    per = block // 4
    pointers = -(-max(0, data - 12) // per)
    return data + pointers + (2 + pointers // per if pointers > 1 else 0)


def size_in_blocks(root, names, block):
    total = 16 + len(names) * 256 // block  # superblock, descriptors, bitmaps, inodes
    for name in names:
        path = os.path.join(root, name)
        total += 1 if os.path.isdir(path) else blocks_of(os.path.getsize(path), block)
    return total


def pack(out, root, names, block):
    """Grows the image until all fits; what genext2fs says last is the error."""
    blocks = size_in_blocks(root, names, block)
    for _ in range(64):
        cmd = ["genext2fs", "-B", str(block), "-b", str(blocks), "-N", str(len(names) + 16),
               "-m", "0", "-f", "-U", "-d", root, out]
        done = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode == 0:
            return
        blocks += max(4, blocks // 64)
    sys.exit(f"mkdisk.py: {out}: {done.stdout.strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-B", dest="block", type=int, default=4096)
    parser.add_argument("out")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    entries = [tuple(f.split("=", 1)) for f in args.files]
    new = args.out + ".new"
    with tempfile.TemporaryDirectory() as root:
        names = stage(root, entries)
        pack(new, root, names, args.block)
    os.replace(new, args.out)


main()
