# SPDX-License-Identifier: Apache-2.0
"""`guest doctor` and guests that are silent, each for a reason of its own."""
import bare
import pytest

import espalier

BARE = (espalier.TOP / "guests" / "lib" / "bare.dtsi").read_text()

GIC_ON = """
    ldr r0, =0x1e001000 @ GICD_CTLR
    mov r1, #1
    str r1, [r0]
    ldr r2, =0x1e000100 @ GICC_CTLR, GICC_PMR
    str r1, [r2]
    mov r3, #0xf0
    str r3, [r2, #4]
"""
SP804_ON = """
    ldr r4, =0x10011000
    mov r5, #1
    str r5, [r4]        @ TimerLoad
    mov r5, #0xa3       @ on, interrupt, 32 bits, once
    str r5, [r4, #8]
"""
VECTORS = "adr r1, 2f; mcr p15, 0, r1, c12, c0, 0;"
# They go back to what they are about: in vain.
HANDLERS = """
    .balign 32
2:  b .
    subs pc, lr, #4
    b .
    b .
    subs pc, lr, #8
    b .
    b .
    b .
"""
SLEEP = "1: wfi; b 1b"
SPIN = "b ."

# name: (program or None for one that does not matter, more of the tree, what is found)
CASES = {
    "spin": (f"cpsid i; {SPIN}", "", "it spins at pc 0x6000800"),
    "zero": (".skip 64", "", "its entry 0x60008000 is not code: the kernel has 0x00000000"),
    "gzip": (".word 0x00088b1f; .skip 60", "", "the kernel has 0x00088b1f there, gzip data"),
    "undef": ("udf #0", "", "the same prefetch abort at pc 0x0000000c over and over; "
              "its vectors at 0x00000000 are not in RAM"),
    "dabort": (f"ldr r0, =0x20000000; {VECTORS} 1: ldr r2, [r0]; b 1b; {HANDLERS}", "",
               "it takes the same data abort on 0x20000000 at pc 0x6000800c over and over"),
    "handled": (f"{VECTORS} udf #0; {HANDLERS}", "",
                "it takes the same undefined instruction at pc 0x60008008 over and over"),
    "asleep": (SLEEP, "", "it sleeps (WFI) for ever: its GIC's distributor is off"),
    "nothing": (GIC_ON + SLEEP, "", "it sleeps (WFI) for ever: no interrupt is enabled"),
    "nobody": (GIC_ON + "mov r1, #1 << 13; str r1, [r0, #0x108];" + SLEEP, "",
               "it sleeps (WFI) for interrupt 77, which no device of its tree drives"),
    "pending": (GIC_ON + "mov r1, #1 << 5; str r1, [r0, #0x104];" + SP804_ON + SLEEP, "",
                "while interrupt 34 is pending and not enabled in its GIC"),
    "masked": (GIC_ON + "cpsid i; mov r1, #1 << 2; str r1, [r0, #0x104];" + SP804_ON + SPIN, "",
               "interrupt 34 waits for it to unmask interrupts"),
    "initrd": ("ldr r0, =0x60100000; ldr r1, =0x61000000; mov r2, #1;"
               "1: str r2, [r0], #4; cmp r0, r1; bne 1b;" + SPIN,
               '/ { chosen { espalier,initrd = "/initrd"; }; };',
               "is not what was loaded any more"),
    "outside": ("ldr r0, =0x1000b000; ldr r1, [r0];" + SPIN, "",
                "it accessed /bus@10000000/serial@b000 at 0x1000b000"),
    "console": (SPIN, '/ { chosen { bootargs = "quiet console=ttyAMA1,115200"; }; };',
                "console=ttyAMA1,115200, but its tree has no such PL011"),
    "wrong": (SPIN, '/ { chosen { bootargs = "console=ttyS0"; }; };',
              "console=ttyS0, but its tree has no such 8250"),
    "earlycon": (SPIN, '/ { chosen { bootargs = "earlycon=pl011,0x1000a000"; }; };',
                 "earlycon=pl011,0x1000a000, but nothing of its tree lies at 0x1000a000"),
    "unnamed": (SPIN, "/ { chosen { /delete-property/ stdout-path; }; };",
                "no console is named"),
    "dumb": (SPIN, """/ { chosen { /delete-property/ stdout-path; bootargs = "console=ttyAMA0"; };
              }; &uart0 { status = "disabled"; };""", "its tree has no console"),
    "host": (SPIN, """/ { chosen { stdout-path = "/bus@10000000/serial@a000"; };
              bus@10000000 { serial@a000 { compatible = "arm,pl011", "arm,primecell";
              reg = <0xa000 0x1000>; espalier,backing = "passthrough"; }; }; };""",
             "its console /bus@10000000/serial@a000 is a line of the host"),
}


def program(where, name, text):
    """Assembles a flat image."""
    source, elf, flat = (where / f"{name}.{s}" for s in ("s", "o", "bin"))
    source.write_text(f".arm\n.arch armv7-a\n{text}\n.ltorg\n")
    espalier.run(["arm-none-eabi-as", "-o", elf, source])
    espalier.run(["arm-none-eabi-objcopy", "-O", "binary", elf, flat])
    return flat


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    where = tmp_path_factory.mktemp("doctor")
    files = {"/initrd": b"initrd" * 1000}
    for name, (text, more, _) in CASES.items():
        files[f"/guests/{name}.bin"] = program(where, name, text)
        files[f"/guests/{name}.dtb"] = espalier.make_dtb(where / f"{name}.dtb", f"""/dts-v1/;
            {BARE}
            / {{ chosen {{ espalier,kernel = "/guests/{name}.bin"; }}; }};
            {more}""")
    return bare.disk(where / "disk.img", "poke", files=files)


def doctor(m, name):
    said = m.cmd(f"guest doctor {name}")
    return [line[2:] for line in said.splitlines() if line.startswith("- ")]


def test_causes(machine, disk):
    """Each cause is found, and only a guest that has it is said to have it."""
    m = machine(disk=disk)
    m.boot()
    wrong = {}
    for name, (_, _, cause) in CASES.items():
        bare.create(m, name)
        bare.kick(m, name)
        found = doctor(m, name)
        for _ in range(50):             # it takes its time to get there
            if any(cause in text for text in found):
                break
            m.quiet(0.1)
            found = doctor(m, name)
        others = [other for key, (_, _, other) in CASES.items()
                  if other != cause and any(other in text for text in found)
                  and not (key == "spin" and SPIN in CASES[name][0])
                  and not (key == "undef" and name in ("zero", "gzip", "outside"))]
        if not any(cause in text for text in found) or others:
            wrong[name] = found
        m.cmd(f"guest destroy {name}")
    assert not wrong, wrong


def test_states(machine, disk):
    """Not started, paused, halted, not heard, not scheduled; and one that is well."""
    m = machine(disk=disk)
    m.boot()
    bare.create(m, "poke")
    assert doctor(m, "poke") == ["it was not started: guest kick poke"]
    bare.kick(m, "poke")
    for _ in range(50):
        if "READY" in m.cmd("vserial dump poke/uart0"):
            break
        m.quiet(0.1)
    assert "bytes that nobody has seen; vserial bind poke/uart0" in doctor(m, "poke")[0]
    m.bind("poke/uart0")
    m.expect("READY")
    m.unbind()
    assert "poke is running, and nothing is wrong" in m.cmd("guest doctor poke")
    # One that gets no turn: the other's weight is ten thousand times as much.
    bare.create(m, "spin")
    m.cmd("vcpu weight spin/vcpu0 10000; vcpu weight poke/vcpu0 1")
    bare.kick(m, "spin")
    for _ in range(50):
        found = doctor(m, "poke")
        if any("it wants the CPU and got none for 100 ms" in text for text in found):
            break
    else:
        raise AssertionError(found)
    m.cmd("guest pause poke")
    assert doctor(m, "poke") == ["it is paused: guest resume poke"]
    m.cmd("guest halt poke")
    assert doctor(m, "poke") == ["it has halted: by command"]
