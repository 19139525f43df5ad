#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""mkdisk.py [-B BLOCK_SIZE] OUT PATH=FILE...: packs an ext2 image with genext2fs.

Each FILE of the host is put at PATH, with the directories it needs. PATH= makes
an empty directory, PATH=@TARGET a symbolic link. The image is as small as its
content allows. The same input gives the same bytes: owners are root, times are
SOURCE_DATE_EPOCH or 0, names are in order.
"""
import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile

MTIME = int(os.environ.get("SOURCE_DATE_EPOCH", 0))


class Tree:
    """A tar archive (genext2fs keeps its order), and what it takes in an image."""

    def __init__(self, out, block):
        self.tar = tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT)
        self.block = block
        self.names = set()
        self.blocks = 0

    def add(self, name, kind, mode, data=b"", link=""):
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.size = kind, mode, len(data)
        info.mtime, info.linkname = MTIME, link
        self.tar.addfile(info, io.BytesIO(data))
        self.names.add(name)
        self.blocks += 1 if kind != tarfile.REGTYPE else self.blocks_of(len(data))

    def blocks_of(self, size):
        """Data blocks of a file, and the blocks that point to them (12 are direct)."""
        data = -(-size // self.block)
        per = self.block // 4
        pointers = -(-max(0, data - 12) // per)
        return data + pointers + (2 + pointers // per if pointers > 1 else 0)

    def add_dirs(self, path):
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            if name and name not in self.names:
                self.add(name, tarfile.DIRTYPE, 0o755)

    def add_entry(self, path, source):
        path = path.strip("/")
        if not source:
            self.add_dirs(path)
            return
        self.add_dirs(os.path.dirname(path))
        if source[0] == "@":
            self.add(path, tarfile.SYMTYPE, 0o777, link=source[1:])
            return
        with open(source, "rb") as f:
            self.add(path, tarfile.REGTYPE, 0o644, f.read())

    def size_in_blocks(self):
        """With superblock, descriptors, bitmaps and inodes, and lost+found's blocks."""
        return self.blocks + 16 + len(self.names) * 256 // self.block


def pack(out, tar, tree):
    """Grows the image until all fits; what genext2fs says last is the error."""
    blocks = tree.size_in_blocks()
    for _ in range(64):
        cmd = ["genext2fs", "-B", str(tree.block), "-b", str(blocks),
               "-N", str(len(tree.names) + 16), "-m", "0", "-f", "-a", tar, out]
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
    with tempfile.NamedTemporaryFile(suffix=".tar") as tar:
        tree = Tree(tar, args.block)
        for entry in sorted(args.files):
            tree.add_entry(*entry.split("=", 1))
        tree.tar.close()
        tar.flush()
        pack(args.out + ".new", tar.name, tree)
    os.replace(args.out + ".new", args.out)


main()
