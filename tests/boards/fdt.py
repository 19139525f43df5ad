# SPDX-License-Identifier: Apache-2.0
"""A reader of flattened device trees, and what addresses and interrupts mean in them.

Written from the Devicetree Specification alone: it shares no code with the VMM, so
that one can be compared with the other.
"""
import struct

BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9


class Node:
    def __init__(self, name, parent):
        self.name, self.parent = name, parent
        self.props, self.children = {}, []

    @property
    def path(self):
        if not self.parent:
            return "/"
        return self.parent.path.rstrip("/") + "/" + self.name

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def up(self):
        node = self
        while node:
            yield node
            node = node.parent

    def cells(self, prop):
        value = self.props.get(prop, b"")
        return list(struct.unpack(f">{len(value) // 4}I", value[:len(value) // 4 * 4]))

    def cell(self, prop, default=None):
        return (self.cells(prop) or [default])[0]

    def strings(self, prop):
        value = self.props.get(prop)
        return value.rstrip(b"\0").decode("latin-1").split("\0") if value else []

    @property
    def compatible(self):
        return self.strings("compatible")

    @property
    def enabled(self):
        return all(n.strings("status")[:1] in ([], ["okay"], ["ok"]) for n in self.up())


class Tree:
    def __init__(self, blob):
        off_struct, off_strings = struct.unpack(">2I", blob[8:16])
        at, node, self.root = off_struct, None, None
        while True:
            token, = struct.unpack(">I", blob[at:at + 4])
            at += 4
            if token == BEGIN_NODE:
                end = blob.index(b"\0", at)
                new = Node(blob[at:end].decode("latin-1"), node)
                if node:
                    node.children.append(new)
                else:
                    self.root = new
                node, at = new, (end + 4) & ~3
            elif token == END_NODE:
                node = node.parent
            elif token == PROP:
                size, name = struct.unpack(">2I", blob[at:at + 8])
                start = off_strings + name
                key = blob[start:blob.index(b"\0", start)].decode("latin-1")
                node.props[key] = blob[at + 8:at + 8 + size]
                at = (at + 8 + size + 3) & ~3
            elif token == END:
                break
        self.phandles = {}
        for node in self.root.walk():
            for name in ("phandle", "linux,phandle"):
                if node.cell(name) is not None:
                    self.phandles.setdefault(node.cell(name), node)

    def find(self, path):
        node = self.root
        for part in path.strip("/").split("/"):
            node = next((c for c in node.children if c.name == part), None)
            if node is None:
                return None
        return node


def number(cells):
    value = 0
    for cell in cells:
        value = value << 32 | cell
    return value


def groups(cells, n):
    if n <= 0 or len(cells) % n:
        return None
    return [cells[i:i + n] for i in range(0, len(cells), n)]


def sizes(bus):
    return bus.cell("#address-cells", 2), bus.cell("#size-cells", 1)


def translate(bus, addr, size):
    """An address on the bus, as one of the CPU; None if a bus does not say."""
    while bus.parent:
        if "ranges" not in bus.props:
            return None
        (ac, sc), (pac, _) = sizes(bus), sizes(bus.parent)
        rows = groups(bus.cells("ranges"), ac + pac + sc) if bus.props["ranges"] else []
        if rows is None or max(ac, pac, sc) > 2:
            return None
        for row in rows:
            base, span = number(row[:ac]), number(row[ac + pac:])
            if base <= addr and addr + size <= base + span:
                addr = number(row[ac:ac + pac]) + addr - base
                break
        else:
            if rows:
                return None
        bus = bus.parent
    return addr


def registers(node):
    """All entries of reg as (address, size); stops where one cannot be translated."""
    if not node.parent or "reg" not in node.props:
        return []
    ac, sc = sizes(node.parent)
    if not 1 <= ac <= 2 or not 0 <= sc <= 2:
        return []
    result = []
    for row in groups(node.cells("reg"), ac + sc) or []:
        addr, size = number(row[:ac]), number(row[ac:])
        addr = translate(node.parent, addr, size)
        if addr is None or addr + size > 1 << 32:
            break
        result.append((addr, size))
    return result


def irq_parent(tree, node):
    """The next node up the interrupt tree (2.4.1)."""
    if "interrupt-parent" in node.props:
        return tree.phandles.get(node.cell("interrupt-parent"))
    up = node.parent
    while up:
        if "#interrupt-cells" in up.props:
            return up
        if "interrupt-parent" in up.props:
            return tree.phandles.get(up.cell("interrupt-parent"))
        up = up.parent
    return None


def specifiers(tree, node):
    """(controller or nexus, cells) for each interrupt of the node."""
    if "interrupts-extended" in node.props:
        cells, at, result = node.cells("interrupts-extended"), 0, []
        while at < len(cells):
            parent = tree.phandles.get(cells[at])
            if not parent or "#interrupt-cells" not in parent.props:
                return result
            n = parent.cell("#interrupt-cells")
            result.append((parent, cells[at + 1:at + 1 + n]))
            at += 1 + n
        return result
    parent = irq_parent(tree, node)
    if "interrupts" not in node.props or not parent:
        return []
    rows = groups(node.cells("interrupts"), parent.cell("#interrupt-cells", 0))
    return [(parent, row) for row in rows or []]


def through_map(tree, node, nexus, cells):
    """The row of interrupt-map that fits (2.4.3), as the next (parent, cells)."""
    ac = nexus.cell("#address-cells", 2)
    key = (node.cells("reg") + [0] * ac)[:ac] + cells
    mask = nexus.cells("interrupt-map-mask") or [0xffffffff] * len(key)
    rows, at = nexus.cells("interrupt-map"), 0
    while at < len(rows):
        have, parent = rows[at:at + len(key)], tree.phandles.get(rows[at + len(key)])
        if not parent:
            return None
        at += len(key) + 1 + parent.cell("#address-cells", 0)
        n = parent.cell("#interrupt-cells", 0)
        if all(a & m == b & m for a, b, m in zip(key, have, mask)):
            return parent, rows[at:at + n]
        at += n
    return None


GIC_CELLS, SPI, PPI = 3, 0, 1


def interrupts(tree, node):
    """INTIDs of the node, in order; stops at one that does not end at a GIC's cells."""
    result = []
    for parent, cells in specifiers(tree, node):
        for _ in range(8):
            if "interrupt-controller" in parent.props or "interrupt-map" not in parent.props:
                break
            step = through_map(tree, node, parent, cells)
            if not step:
                return result
            parent, cells = step
        if "interrupt-controller" not in parent.props or len(cells) != GIC_CELLS:
            return result
        kind, n, _ = cells
        if (kind, n) not in [(SPI, i) for i in range(988)] + [(PPI, i) for i in range(16)]:
            return result
        result.append(n + (32 if kind == SPI else 16))
    return result
