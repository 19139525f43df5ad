/* SPDX-License-Identifier: Apache-2.0 */
#include "alu.h"
#include "exec.h"

enum { CARRY_0, CARRY_1, CARRY_C };

/* All sums are AddWithCarry(n or its complement, m or its complement, carry). */
struct sum {
	bool not_n;
	bool not_m;
	uint8_t carry;
};

static uint32_t with_nz(uint32_t cpsr, uint32_t v)
{
	cpsr &= ~(CPSR_N | CPSR_Z);
	return cpsr | (v & CPSR_N) | (v ? 0 : CPSR_Z);
}

static uint32_t alu_put(uint32_t cpsr, uint32_t bit, bool on)
{
	return on ? cpsr | bit : cpsr & ~bit;
}

static uint32_t alu_logic(unsigned opcode, uint32_t n, uint32_t m)
{
	switch (opcode) {
	case 0: /* AND */
	case 8: /* TST */ return n & m;
	case 1: /* EOR */
	case 9: /* TEQ */ return n ^ m;
	case 12: /* ORR */ return n | m;
	case 13: /* MOV */ return m;
	case 14: /* BIC */ return n & ~m;
	default: /* MVN */ return ~m;
	}
}

static uint32_t alu_add(const struct sum *s, uint32_t n, uint32_t m, uint32_t *cpsr)
{
	uint32_t carry = s->carry == CARRY_C ? (*cpsr & CPSR_C) != 0 : s->carry;
	uint64_t wide;
	uint32_t v;

	n = s->not_n ? ~n : n;
	m = s->not_m ? ~m : m;
	wide = (uint64_t)n + m + carry;
	v = (uint32_t)wide;
	*cpsr = alu_put(*cpsr, CPSR_C, wide >> 32);
	*cpsr = alu_put(*cpsr, CPSR_V, (~(n ^ m) & (n ^ v)) >> 31);
	return v;
}

uint32_t alu_op(unsigned opcode, uint32_t n, uint32_t m, bool shifter, uint32_t *cpsr)
{
	static const struct sum sums[16] = {
		[2] = { false, true, CARRY_1 },   /* SUB */
		[3] = { true, false, CARRY_1 },   /* RSB */
		[4] = { false, false, CARRY_0 },  /* ADD */
		[5] = { false, false, CARRY_C },  /* ADC */
		[6] = { false, true, CARRY_C },   /* SBC */
		[7] = { true, false, CARRY_C },   /* RSC */
		[10] = { false, true, CARRY_1 },  /* CMP */
		[11] = { false, false, CARRY_0 }, /* CMN */
	};
	static const uint16_t is_sum = 0x0cfc;
	uint32_t v;

	if (is_sum >> opcode & 1) {
		v = alu_add(&sums[opcode], n, m, cpsr);
	} else {
		v = alu_logic(opcode, n, m);
		*cpsr = alu_put(*cpsr, CPSR_C, shifter);
	}
	*cpsr = with_nz(*cpsr, v);
	return v;
}
