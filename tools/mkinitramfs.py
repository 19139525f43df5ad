#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""mkinitramfs.py SPEC OUT [NAME=FILE...]: packs a gzipped initramfs.

SPEC has one entry a line; the paths of files are relative to SPEC, or are a
NAME given on the command line, written $NAME:
    dir   PATH MODE
    file  PATH MODE SOURCE
    slink PATH TARGET
    nod   PATH MODE c|b MAJOR MINOR
Owner and times are 0, so the same input gives the same bytes.
"""
import gzip
import os
import stat
import sys


class Cpio:
    """The "newc" format that Linux unpacks (Documentation/driver-api/early-userspace)."""

    def __init__(self):
        self.out = bytearray()
        self.ino = 0

    def pad(self):
        self.out += b"\0" * (-len(self.out) % 4)

    def add(self, path, mode, data=b"", rdev=(0, 0)):
        self.ino += 1
        name = path.lstrip("/").encode() + b"\0"
        nlink = 2 if stat.S_ISDIR(mode) else 1
        fields = (self.ino, mode, 0, 0, nlink, 0, len(data), 0, 0, *rdev, len(name), 0)
        self.out += b"070701" + b"".join(b"%08x" % f for f in fields) + name
        self.pad()
        self.out += data
        self.pad()

    def finish(self):
        self.ino = -1
        self.add("TRAILER!!!", 0)
        return bytes(self.out)


def add_entry(cpio, words, source_of):
    kind, path, *rest = words
    if kind == "dir":
        cpio.add(path, stat.S_IFDIR | int(rest[0], 8))
    elif kind == "file":
        with open(source_of(rest[1]), "rb") as f:
            cpio.add(path, stat.S_IFREG | int(rest[0], 8), f.read())
    elif kind == "slink":
        cpio.add(path, stat.S_IFLNK | 0o777, rest[0].encode())
    elif kind == "nod":
        fmt = {"c": stat.S_IFCHR, "b": stat.S_IFBLK}[rest[1]]
        cpio.add(path, fmt | int(rest[0], 8), rdev=(int(rest[2]), int(rest[3])))
    else:
        raise ValueError("unknown kind " + kind)


def main():
    spec, out, *named = sys.argv[1:]
    names = dict(n.split("=", 1) for n in named)

    def source_of(word):
        return names[word[1:]] if word[0] == "$" else os.path.join(os.path.dirname(spec), word)

    cpio = Cpio()
    with open(spec) as f:
        for number, line in enumerate(f, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                add_entry(cpio, words, source_of)
            except (ValueError, IndexError, KeyError, OSError) as e:
                sys.exit(f"{spec}:{number}: {e!r}")
    with open(out, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(cpio.finish())


main()
