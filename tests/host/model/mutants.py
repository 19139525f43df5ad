#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Breaks the pager in one place after the other and sees whether its model notices.

Each mutant is one edit of one file, which is compiled and linked in the place of the
real one.  Fails if the text to replace is not there (any more), or a mutant survives.
"""
import argparse
import pathlib
import re
import shlex
import subprocess
import sys
import time

MMU, EXIT, VCPU = "arch/arm/mmu/", "arch/arm/exit/", "arch/arm/vcpu/"

# (what, file, text, what it becomes).  The first are faults that there were.
MUTANTS = (
    ("a walk that was skipped is used, uninitialized", EXIT + "abort.c",
     "	if (!mmu_fault(fs)) {\n"
     "		data_abort(av, &exc, &(struct vm_abort){ va, fs, BITS(dfsr, 7, 4), write });\n"
     "		return;\n	}\n	if (!vm_walk(", "	if (!mmu_fault(fs))\n		t.fault = fs;\n"
     "	else if (!vm_walk("),
    ("the guest's vectors are on an executable page", EXIT + "shim.c",
     "av->shim_vectors, L2_AP(AP_PL1_RO) | L2_XN);", "av->shim_vectors, L2_AP(AP_PL1_RO));"),
    ("a literal is on an executable page", EXIT + "step.c",
     "any_privilege(av->step_literals) | L2_XN);", "any_privilege(av->step_literals));"),
    ("PL0 returns from exceptions in stepped code", "arch/arm/insn/exc_return.c",
     "if ((env->cpsr & MODE_BITS) == MODE_USR)", "if (false)"),
    ("TLBIMVA leaves global entries of other roots", MMU + "shadow_tlbi.c",
     "if (s->mixed && !all_asids)", "if (false)"),
    ("an abort inside an abort handler keeps the old LR", EXIT + "abort.c",
     "exc.moved |= (av->frame.cpsr & PSR_MODE) == MODE_ABT;", ""),
    ("an unaligned LDM that is stepped shows no fault", MMU + "gmem.c",
     "guest_abort(abort, env.fault_va, insn_is_store(i), FSR_ALIGNMENT, 0);",
     "guest_abort(abort, 0, false, 0, 0);"),
    ("a stepped access to a passed-through device aborts", MMU + "gmem.c",
     "if (!fr.f && passed_through(av, t.pa))", "if (false)"),
    ("a displaced SVC is UNDEF", EXIT + "undef.c",
     "!step_is_undefined(&s->insn, av->frame.cpsr)",
     "insn_step_kind(&s->insn) != STEP_EXCEPTION"),
    ("code by an old TLB entry is UNDEF", EXIT + "undef.c",
     "if (!s && !exc.moved && exit_fetch_aborts(av))", "if (false)"),

    ("TLBIMVA does not reach the hardware", MMU + "shadow_tlbi.c",
     "	shadow_hw_tlbi_va(av, va);\n	if (va >> 20 == av->shim_va >> 20)",
     "	if (va >> 20 == av->shim_va >> 20)"),
    ("TLBIALL forgets nothing", MMU + "shadow_tlbi.c",
     "	shadow_flush(av);\n	shim_check(av);", "	shim_check(av);"),
    ("TLBIASID leaves the ASID in the TLB", MMU + "shadow_tlbi.c",
     "WRITE_CP15(TLBIASID, asid & 0xff);", ""),
    ("TLBIASID does not look at the root's tables", MMU + "shadow_tlbi.c",
     "revalidate_root(av, root);", ""),
    ("an entry is replaced without a TLBI", MMU + "shadow.c",
     "	if (old)\n		shadow_hw_tlbi_va(av, va);", ""),
    ("code is mapped writable", MMU + "shadow.c", "ap = ap_read_only[ap];", ""),
    ("data is mapped executable", MMU + "shadow.c",
     "		else\n			xn = L2_XN;", ""),
    ("a device or channel is mapped executable", MMU + "shadow.c",
     "~PAGE_MASK) | L2_SMALL | L2_XN | L2_AP(ap) |", "~PAGE_MASK) | L2_SMALL | L2_AP(ap) |"),
    ("nG is forgotten", MMU + "shadow.c",
     "return ptr_hpa(fr->host).v | L2_SMALL | xn | L2_AP(ap) | L2_NORMAL_WBWA |\n"
     "		       (t->ng ? L2_NG : 0);",
     "return ptr_hpa(fr->host).v | L2_SMALL | xn | L2_AP(ap) | L2_NORMAL_WBWA;"),
    ("Manager is taken from the wrong domain", MMU + "shadow.c",
     "n->manager = dacr_field(av->mmu.dacr, n->domain) == 3;",
     "n->manager = dacr_field(av->mmu.dacr, 1) == 3;"),
    ("a table is entered with domain 0", MMU + "shadow.c",
     "| L1_TABLE | L1_DOMAIN(domain)", "| L1_TABLE | L1_DOMAIN(0)"),
    ("the access flag does not count when gaps are filled", MMU + "shadow.c",
     "		if (!(n->ap & 1))\n			return false;", ""),
    ("the reverse map forgets an alias", MMU + "shadow.c",
     "	f->overflow = 1;", ""),
    ("the reverse map is one slot short", MMU + "shadow.c",
     "for (unsigned n = 0; n < FRAME_RMAP; n++) {\n		uint32_t *p",
     "for (unsigned n = 0; n < FRAME_RMAP - 1; n++) {\n		uint32_t *p"),
    ("a frame's entry goes without a TLBI", MMU + "shadow_tlbi.c",
     "shadow_hw_tlbi_va(av, (uint32_t)s->l2[slot / L2_ENTRIES].index << 20 |\n"
     "					      slot % L2_ENTRIES << PAGE_SHIFT);", ""),
    ("a section is not dropped when a frame changes", MMU + "shadow_tlbi.c",
     "	shadow_section_drop_host(av, host);", ""),
    ("a section goes without a TLBI", MMU + "shadow_section.c",
     "	shadow_hw_tlbi_all(av);", ""),
    ("a section is data though a page of it is code", MMU + "shadow_section.c",
     "acc == GWALK_EXEC || count_code(f)", "acc == GWALK_EXEC"),
    ("a section's domain is wrong", MMU + "shadow_section.c",
     "L1_DOMAIN(t->domain)", "L1_DOMAIN(0)"),
    ("straddling pairs in a table are not parted", MMU + "shadow.c",
     "	part_inside(av, k, j, va);", ""),
    ("straddling pairs at a megabyte's end are not parted", MMU + "shadow.c",
     "	if (j == L2_ENTRIES - 1)\n		part_across(av, va, pte, true);", ""),
    ("an ASID's former root stays", MMU + "shadow_root.c",
     "		shadow_root_clear(s, &s->root[old]);\n", ""),
    ("a verified copy is not compared with the frame", MMU + "frames.c",
     "if (words_equal(j->copy, fr.host, VERIFY_PAGE_WORDS))", "if (true)"),
    ("mappings stay when a frame becomes code", MMU + "frames.c",
     "	shadow_drop_frame(av, fr);\n	verify_unpatch(j->copy", "	verify_unpatch(j->copy"),
    ("mappings stay when a frame becomes data", MMU + "frames.c",
     "	shadow_drop_frame(av, fr);\n	verify_unpatch(fr.host", "	verify_unpatch(fr.host"),
    ("replacements stay when a frame becomes data", MMU + "frames.c",
     "	verify_unpatch(fr.host, fr.f->patches, fr.f->npatches);\n	patches_drop(av, fr.f);\n"
     "	fr.f->state = FRAME_DATA;", "	patches_drop(av, fr.f);\n	fr.f->state = FRAME_DATA;"),
    ("a change of Manager domains flushes nothing", EXIT + "vcp15.c",
     "vcp15_managers(old) != vcp15_managers(v)", "false"),
    ("TTBCR flushes nothing", EXIT + "vcp15.c",
     "	av->mmu.ttbcr = v;\n	shadow_flush(av);", "	av->mmu.ttbcr = v;"),
    ("SCTLR.AFE flushes nothing", EXIT + "vcp15.c",
     "changed & (SCTLR_M | SCTLR_AFE)", "changed & SCTLR_M"),
    ("the step page stays mapped", EXIT + "step.c",
     "	map_page(av, STEP_PAGE, 0);\n", ""),
    ("remembered places are never forgotten", EXIT + "sites.c",
     "	av->ag->code_gen++;", ""),
    ("the TLB is not flushed for another guest", VCPU + "switch.c",
     "		WRITE_CP15(TLBIALL, 0);", ""),
    ("CONTEXTIDR is not loaded for another guest", VCPU + "switch.c",
     "WRITE_CP15(CONTEXTIDR, av->contextidr);", ""),
    ("a write by the VMM does not end code", VCPU + "vcpu.c",
     "			frame_to_data(g->vcpus[0].arch, fr);", "			(void)0;"),
)


def build(args, number, name, old, new):
    source = pathlib.Path(name)
    text = source.read_text()
    if text.count(old) < 1:
        sys.exit(f"{name}: the text of mutant {number} is not there:\n{old}")
    out = args.out / f"{number:02}"
    out.mkdir(parents=True, exist_ok=True)
    mutant, program = out / source.name, out / "test_pager"
    mutant.write_text(text.replace(old, new))
    flags = ["-Wno-error", f"-I{source.parent}"]
    subprocess.run([*args.cc, *flags, "-c", "-o", out / "mutant.o", mutant], check=True,
                   stderr=subprocess.DEVNULL)
    real = [o for o in args.objects if not o.endswith("/" + re.sub(r"\.c$", ".o", name))]
    if len(real) != len(args.objects) - 1:
        sys.exit(f"{name} is no source of the model")
    subprocess.run([*args.link, "-o", program, *real, out / "mutant.o"], check=True)
    return program


def last_words(text):
    lines = re.findall(r"^(?:error: .*|.*runtime error: .*|SUMMARY: .*)$", text, re.M)
    return re.sub(r"\(.*?\): ", "", lines[-1]) if lines else text[-80:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cc", type=shlex.split, required=True)
    parser.add_argument("--link", type=shlex.split, required=True)
    parser.add_argument("--objects", type=shlex.split, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--only", type=int, nargs="*")
    args = parser.parse_args()

    alive = []
    chosen = [m for m in enumerate(MUTANTS, 1) if not args.only or m[0] in args.only]
    for number, (what, name, old, new) in chosen:
        program = build(args, number, name, old, new)
        start = time.monotonic()
        try:
            run = subprocess.run([program], capture_output=True, text=True, errors="replace",
                                 timeout=400)
            caught, said = run.returncode != 0, run.stdout + run.stderr
        except subprocess.TimeoutExpired:
            caught, said = True, "still running after 400 s"
        if not caught:
            alive.append(what)
        print(f"{'caught' if caught else 'ALIVE ':6} {number:2} {what} "
              f"({time.monotonic() - start:.0f} s): {last_words(said) if caught else ''}", flush=True)
    print(f"{len(chosen) - len(alive)} of {len(chosen)} mutants caught")
    return 1 if alive else 0


sys.exit(main())
