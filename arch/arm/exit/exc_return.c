/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception returns, emulated: while a handler is stepped, one may lead back into
 * an outer handler of the same mode, which has to be stepped on.
 */
#include <errno.h>

#include "step.h"

static uint32_t mode_of(const struct arch_vcpu *av) { return av->frame.cpsr & PSR_MODE; }

static int go_to(struct arch_vcpu *av, uint32_t pc, uint32_t psr)
{
	if (!vm_psr_valid(psr)) {
		vm_kill(av, "exception return to a mode or state that does not exist");
		return 0;
	}
	av->frame.cpsr = psr & ~(PSR_F | PSR_A);
	av->frame.pc = pc & (psr & PSR_T ? ~1u : ~3u);
	return 0;
}

/* MOVS pc, Rm and SUBS pc, Rn, #imm (ARM ARM B9.3.20); Thumb SUBS pc, lr, #imm8. */
static int subs_pc(struct arch_vcpu *av, const struct insn *i)
{
	uint32_t w = i->word, cpsr = av->frame.cpsr, pc;

	if (i->isa == ISA_THUMB && (w & 0xffffff00) == 0xf3de8f00)
		pc = vm_get_reg(av, cpsr, 14) - (w & 0xff);
	else if (i->isa == ISA_ARM && (w & 0x0ffffff0) == 0x01b0f000 && (w & 15) != 15)
		pc = vm_get_reg(av, cpsr, w & 15);
	else if (i->isa == ISA_ARM && (w & 0x0ff0ff00) == 0x0250f000 && BITS(w, 19, 16) != 15)
		pc = vm_get_reg(av, cpsr, BITS(w, 19, 16)) - (w & 0xff);
	else
		return -ENOTSUP;
	return go_to(av, pc, vm_get_spsr(av, mode_of(av)));
}

/* Lowest address that a block transfer of n words moves (ARM ARM A5.3). */
static uint32_t block_start(uint32_t w, uint32_t base, unsigned n)
{
	bool before = BITS(w, 24, 24), up = BITS(w, 23, 23);
	uint32_t low = up ? base : base - 4 * n;

	return before == up ? low + 4 : low;
}

static void write_back(struct arch_vcpu *av, uint32_t w, uint32_t base, unsigned n)
{
	if (BITS(w, 21, 21))
		vm_set_reg(av, av->frame.cpsr, BITS(w, 19, 16),
			   BITS(w, 23, 23) ? base + 4 * n : base - 4 * n);
}

/* LDM (exception return), ARM only: loads registers and PC, CPSR from SPSR. */
static int ldm_return(struct arch_vcpu *av, const struct insn *i, struct vm_abort *abort)
{
	uint32_t w = i->word, cpsr = av->frame.cpsr, v[16], base, a;
	unsigned n = __builtin_popcount(w & 0xffff), rn = BITS(w, 19, 16);

	if (i->isa != ISA_ARM || (w & 0x0e508000) != 0x08508000 || w >> 28 == 15 || rn == 15)
		return -ENOTSUP;
	base = vm_get_reg(av, cpsr, rn);
	a = block_start(w, base, n);
	for (unsigned r = 0; r < 16; r++) {
		if (!(w >> r & 1))
			continue;
		if (vm_load(av, a, 4, false, &v[r], abort))
			return -EFAULT;
		a += 4;
	}
	write_back(av, w, base, n);
	for (unsigned r = 0; r < 15; r++)
		if (w >> r & 1)
			vm_set_reg(av, cpsr, r, v[r]);
	return go_to(av, v[15], vm_get_spsr(av, mode_of(av)));
}

/* RFE: the same fields in ARM (F8.., ARM ARM B9.3.13) and Thumb (E8.. C000). */
static int rfe(struct arch_vcpu *av, const struct insn *i, struct vm_abort *abort)
{
	uint32_t w = i->word, base, a, pc, psr;

	if (i->isa == ISA_THUMB && (w & 0xffd0ffff) == 0xe810c000)
		w = (w & 0xffff0000) & ~BIT(24); /* DB */
	else if (i->isa == ISA_THUMB && (w & 0xffd0ffff) == 0xe990c000)
		w = ((w & 0xffff0000) & ~BIT(24)) | BIT(23); /* IA */
	else if (i->isa != ISA_ARM || (w & 0xfe50ffff) != 0xf8100a00)
		return -ENOTSUP;
	if (i->isa == ISA_THUMB && !BITS(w, 23, 23))
		w |= BIT(24);
	base = vm_get_reg(av, av->frame.cpsr, BITS(w, 19, 16));
	a = block_start(w, base, 2);
	if (vm_load(av, a, 4, false, &pc, abort) || vm_load(av, a + 4, 4, false, &psr, abort))
		return -EFAULT;
	write_back(av, w, base, 2);
	return go_to(av, pc, psr);
}

int step_exception_return(struct arch_vcpu *av, const struct insn *i, struct vm_abort *abort)
{
	int err = subs_pc(av, i);

	if (err == -ENOTSUP)
		err = ldm_return(av, i, abort);
	if (err == -ENOTSUP)
		err = rfe(av, i, abort);
	return err;
}
