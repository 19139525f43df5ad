/* SPDX-License-Identifier: Apache-2.0 */
#include "exec.h"

enum { COND_AL = 14 };

uint32_t insn_itstate(uint32_t cpsr) { return ((cpsr >> 8) & 0xfc) | ((cpsr >> 25) & 3); }

uint32_t insn_with_itstate(uint32_t cpsr, uint32_t it)
{
	return (cpsr & ~CPSR_IT) | ((it & 0xfc) << 8) | ((it & 3) << 25);
}

uint32_t insn_advance_it(uint32_t cpsr)
{
	uint32_t it = insn_itstate(cpsr);

	if ((it & 7) == 0)
		return cpsr & ~CPSR_IT;
	return insn_with_itstate(cpsr, (it & 0xe0) | ((it << 1) & 0x1f));
}

bool insn_it_not_last(uint32_t cpsr) { return (insn_itstate(cpsr) & 7) != 0; }

bool insn_cond_passed(unsigned cond, uint32_t cpsr)
{
	bool n = cpsr & CPSR_N, z = cpsr & CPSR_Z;
	bool c = cpsr & CPSR_C, v = cpsr & CPSR_V;
	bool passed;

	switch (cond >> 1) {
	case 0: passed = z; break;            /* EQ, NE */
	case 1: passed = c; break;            /* CS, CC */
	case 2: passed = n; break;            /* MI, PL */
	case 3: passed = v; break;            /* VS, VC */
	case 4: passed = c && !z; break;      /* HI, LS */
	case 5: passed = n == v; break;       /* GE, LT */
	case 6: passed = n == v && !z; break; /* GT, LE */
	default: return true;                 /* AL, unconditional */
	}
	return passed != (cond & 1);
}

/* B<c> in its T1 and T3 encodings carries a condition of its own, 0..13. */
static bool thumb_branch_cond(const struct insn *i, unsigned *cond)
{
	if (i->size == 2) {
		*cond = (i->word >> 8) & 15;
		return (i->word & 0xf000) == 0xd000 && *cond < COND_AL;
	}
	*cond = (i->word >> 22) & 15;
	return (i->word & 0xf800d000) == 0xf0008000 && *cond < COND_AL;
}

unsigned insn_cond(const struct insn *i, uint32_t cpsr)
{
	unsigned cond;
	uint32_t it;

	if (i->isa == ISA_ARM)
		return i->word >> 28;
	if (thumb_branch_cond(i, &cond))
		return cond;
	it = insn_itstate(cpsr);
	return it & 15 ? it >> 4 : COND_AL;
}
