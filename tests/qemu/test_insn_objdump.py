# SPDX-License-Identifier: Apache-2.0
"""Our decoding against objdump's.

On random words objdump is too generous to be right about what a Cortex-A9 has
(it knows every coprocessor and ARMv8), so there the test asks what must hold
whoever is right.  On real code, newlib's for ARMv7-A, it must agree exactly.
"""

import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from insn_build import host_program

COND = r"(?:eq|ne|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)?(?:\.[wn])?$"
LDST = re.compile(r"(?:(?:ldr|str)(?:b|h|d|sb|sh)?t?|(?:ldm|stm)(?:ia|ib|da|db|fd)?|push|pop|swpb?)"
                  + COND)
BRANCH = re.compile(r"(?:b|bl|blx|bx|bxj|cbn?z|tb[bh])" + COND)
IT = re.compile(r"it[te]{0,3}$")
CP = re.compile(r"(?:mcrr?|mrrc?|mrc|ldc|stc|cdp)2?l?" + COND)
EXCEPTION = re.compile(r"(?:svc|bkpt|udf|smc|hvc)" + COND)
# Forms without reserved fields: those that name no PC run anywhere.
CORE = re.compile(
    r"(?:and|eor|sub|rsb|add|adc|sbc|orr|orn|bic)s?" + COND +
    r"|(?:mla|mls|umaal|[su]mull|[su]mlal|sml[as]d|smusd|smuad|smmul|smml[as]|mov[wt])" + COND +
    r"|smla[bt][bt]" + COND + r"|smlaw[bt]" + COND + r"|smlal[bt][bt]" + COND +
    r"|(?:s|u|q|sh|uh|uq)(?:add|sub)(?:8|16)" + COND + r"|(?:s|u|q|sh|uh|uq)(?:asx|sax)" + COND +
    r"|(?:sel|pkhbt|pkhtb|clz|rev|rev16|revsh|rbit|q?add|qd?sub|qdadd|[su]xta?[bh])" + COND +
    r"|(?:[su]sat|[su]bfx|bfi|bfc|usad8|usada8|ldrex[bhd]?|strex[bhd]?|isb|d[sm]b|clrex)" + COND)
SIMPLE = re.compile(
    r"(?:and|eor|sub|rsb|add|adc|sbc|rsc|orr|orn|bic|mov|mvn|lsl|lsr|asr|ror|rrx|neg)s?" + COND +
    r"|(?:tst|teq|cmp|cmn|addw|subw|movw|movt|clz|rev|rev16|revsh|rbit)" + COND +
    r"|(?:(?:mul|mla|[su]mull|[su]mlal)s?|mls|[su]xta?[bh]|[su]bfx|bfi|bfc|nop|yield)" + COND)
WORDS = 60000


@pytest.fixture(scope="module")
def classify(tmp_path_factory):
    program = host_program("classify", tmp_path_factory.mktemp("insn"))

    def run(words):
        out = subprocess.run([program], text=True, check=True, stdout=subprocess.PIPE,
                             input="".join(f"{isa} {word:x}\n" for isa, word in words)).stdout
        return [line.split() for line in out.splitlines()]
    return run


def draw(rnd):
    """ARM, 32-bit and 16-bit Thumb, some with a field of zeros or ones."""
    words = {"a": [], "w": [], "t": []}
    for _ in range(WORDS):
        isa = rnd.choice("aaawwwwt")
        word = rnd.getrandbits(32)
        field = 0xf << rnd.choice((0, 4, 8, 12, 16))
        pick = rnd.randrange(4)
        word = word | field if pick == 0 else word & ~field if pick == 1 else word
        if isa == "a":
            word = word & 0x0fffffff | (0xe0000000 if rnd.randrange(4) else 0xf0000000)
        elif isa == "w":
            word = 0xe8000000 + word % 0x18000000
        else:
            word %= 0xe800
            if word >> 8 == 0xbf:
                word = 0xbf00 | word & 0xf0  # an IT would change what follows it
        words[isa].append(word)
    return words


def disassemble(words, where):
    """[(isa, word, text)]"""
    order = [(isa, word) for isa in "awt" for word in words[isa]]
    directive = {"a": ".arm\n.inst", "w": ".thumb\n.inst.w", "t": ".thumb\n.inst.n"}
    source = where / "words.s"
    source.write_text(".syntax unified\n.arch armv7-a\n.fpu neon-fp16\n" + "".join(
        f"{directive[isa]} {word:#x}\n" for isa, word in order))
    subprocess.run(["arm-none-eabi-as", source, "-o", where / "words.o"], check=True)
    text = subprocess.run(["arm-none-eabi-objdump", "-d", where / "words.o"], text=True,
                          check=True, stdout=subprocess.PIPE).stdout
    lines = [m.group(1) for m in re.finditer(r"^ *[0-9a-f]+:\t[^\t]*\t(.*)$", text, re.M)]
    assert len(lines) - len(order) in (0, 1)  # as pads an odd number of halfwords
    return [(isa, word, line.replace("\t", " ")) for (isa, word), line in zip(order, lines)]


def operands(text):
    return re.sub(r"[;@].*", "", text)


def not_there(text):
    return re.search(r"(?i)undefined|unpredictable|<und>|unknown|illegal|invalid|\?\?", text)


def simd(isa, word):
    if isa == "a":
        return word >> 25 == 0x79 or word >> 24 == 0xf4
    return isa == "w" and (word >> 24 & 0xef == 0xef or word >> 24 == 0xf9)


def reserved_bits(isa, word):
    """What objdump ignores in Thumb's single loads and stores."""
    single = isa == "w" and word >> 25 == 0x7c
    register = word & 0x00800800 == 0 and word & 0x7c0
    store_to_pc = word & 0x001f0000 == 0x000f0000
    return single and (register or store_to_pc)


def unallocated_hint(isa, word):
    """LDRSH to pc, says objdump; a NOP, says the ARM ARM (A6.3.8)."""
    return isa == "w" and word & 0xff70f000 == 0xf930f000


def test_random_words(classify, tmp_path):
    seed = os.environ.get("ESPALIER_SEED", "1")
    seed = random.getrandbits(32) if seed == "random" else int(seed)
    print(f"ESPALIER_SEED={seed}")
    lines = disassemble(draw(random.Random(seed)), tmp_path)
    wrong = []
    seen = {"ldst": 0, "copy": 0, "simple": 0}
    for (isa, word, text), (ldst, kind, simple) in zip(lines, classify([x[:2] for x in lines])):
        if unallocated_hint(isa, word):
            if kind == "copy":
                wrong.append(("a load to the PC", isa, f"{word:x}", text))
            continue
        name = text.split()[0] if text.split() else ""
        ops = operands(text)
        is_ldst = bool(LDST.match(name)) and "^" not in ops
        if is_ldst and ldst == "no" and not not_there(text) and not reserved_bits(isa, word):
            wrong.append(("a load or store missed", isa, f"{word:x}", text))
        if ldst == "yes" and not is_ldst:
            wrong.append(("no load or store", isa, f"{word:x}", text))
        seen["ldst"] += ldst == "yes"
        if simple == "yes" and (kind != "copy" or not_there(text) or not SIMPLE.match(name)
                                or re.search(r"\bpc\b", ops)):
            wrong.append(("not simple", isa, f"{word:x}", text))
        seen["simple"] += simple == "yes"
        # Thumb's REV and CLZ name Rm twice; objdump reads one of the two.
        twice = isa == "w" and 15 in ((word >> 16) & 15, word & 15)
        if (kind == "exception" and CORE.match(name) and not not_there(text)
                and not twice and not re.search(r"\bpc\b", ops)):
            wrong.append(("this exists", isa, f"{word:x}", text))
        if kind != "copy":
            continue
        seen["copy"] += 1
        if BRANCH.match(name) or IT.match(name) or EXCEPTION.match(name) or CP.match(name):
            wrong.append(("not to be copied", isa, f"{word:x}", text))
        if re.search(r"\bpc\b", ops) and not name.startswith("pl"):
            wrong.append(("a copy sees another PC", isa, f"{word:x}", text))
        # Odd fields of what exists (BFI of less than no bits) do no harm.
        if re.search(r"UNDEFINED", text) and not simd(isa, word):
            wrong.append(("UNDEFINED", isa, f"{word:x}", text))
    print(seen)
    assert not wrong, wrong[:20]
    assert seen["ldst"] > WORDS / 20 and seen["copy"] > WORDS / 4
    assert seen["simple"] > WORDS / 15


def expected(isa, name, ops):
    if isa == "w" and re.match(r"pl[di]", name):
        return "emulate"  # all hints among Thumb's loads: some may be loads to the PC
    if EXCEPTION.match(name):
        return "exception"
    if name.startswith("wfi"):
        return "wait"
    if CP.match(name):
        return "cp15" if re.search(r"^\S+ (?:14|15),", ops) else "exception"
    if BRANCH.match(name) or IT.match(name) or re.search(r"\bpc\b", ops):
        return "emulate"
    return "copy"


def library_code(lib):
    """(isa, word, text) of every distinct instruction; data in text left out."""
    base = subprocess.run(["arm-none-eabi-gcc", "-print-file-name=libc.a"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    text = subprocess.run(["arm-none-eabi-objdump", "-d", Path(base.strip()).parent / lib],
                          text=True, check=True, stdout=subprocess.PIPE).stdout
    found = {}
    for raw, line in re.findall(r"^ *[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)$", text, re.M):
        line = line.replace("\t", " ")
        if line.startswith(".") or not_there(line):
            continue
        halves = raw.split()
        if len(halves) == 2:
            key = "w", int(halves[0] + halves[1], 16)
        else:
            key = "a" if len(raw) == 8 else "t", int(raw, 16)
        found[key] = line
    return [(isa, word, line) for (isa, word), line in found.items()]


# Forms of ARMv4T..v7 code that objdump names and a Cortex-A9 does not have.
ABSENT = re.compile(r"(?:sdiv|udiv|vfn?m[as])")


@pytest.mark.parametrize("lib", ["libc.a", "thumb/v7-a+simd/hard/libc.a",
                                 "thumb/v7-a+simd/hard/libm.a"])
def test_real_code(classify, lib):
    code = library_code(lib)
    wrong = []
    for (isa, word, text), (ldst, kind, simple) in zip(code, classify([x[:2] for x in code])):
        name, ops = text.split()[0], operands(text)
        want = "exception" if ABSENT.match(name) else expected(isa, name, ops)
        if kind != want or (ldst == "yes") != bool(LDST.match(name)):
            wrong.append((isa, f"{word:x}", text, ldst, kind, want))
        if (simple == "yes") != (want == "copy" and bool(SIMPLE.match(name))):
            wrong.append((isa, f"{word:x}", text, "simple", simple))
    print(len(code), "instructions")
    assert not wrong, wrong[:20]
    assert len(code) > 3000
