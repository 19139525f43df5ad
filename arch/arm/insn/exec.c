/* SPDX-License-Identifier: Apache-2.0 */
#include "exec.h"

uint32_t insn_reg(const struct insn *i, const struct insn_env *env, unsigned r)
{
	if (r == REG_PC)
		return env->pc + (i->isa == ISA_ARM ? 8 : 4);
	return env->get_reg(env->ctx, r);
}

void insn_next(const struct insn *i, struct insn_env *env)
{
	env->pc += i->size;
	if (i->isa == ISA_THUMB)
		env->cpsr = insn_advance_it(env->cpsr);
}

bool insn_bx_ok(uint32_t target) { return (target & 3) != 2; }

void insn_bx(struct insn_env *env, uint32_t target)
{
	/* A branch ends its IT block, so there is nothing left to keep. */
	env->cpsr &= ~(CPSR_IT | CPSR_T | CPSR_J);
	if (target & 1)
		env->cpsr |= CPSR_T;
	env->pc = target & ~UINT32_C(1);
}

void insn_branch(const struct insn *i, struct insn_env *env, uint32_t target)
{
	if (i->isa == ISA_ARM) {
		env->pc = target & ~UINT32_C(3);
		return;
	}
	env->pc = target & ~UINT32_C(1);
	env->cpsr &= ~CPSR_IT;
}

struct shift insn_imm_shift(unsigned type, unsigned imm5)
{
	struct shift s = { (enum shift_type)type, (uint8_t)imm5 };

	if (imm5)
		return s;
	if (s.type == SHIFT_ROR)
		return (struct shift){ SHIFT_RRX, 1 };
	if (s.type != SHIFT_LSL)
		s.amount = 32;
	return s;
}

static uint32_t shift_right(uint32_t v, unsigned n, bool arith, bool *carry)
{
	uint32_t fill = arith && v >> 31 ? ~UINT32_C(0) : 0;

	if (n == 32) {
		*carry = v >> 31;
		return fill;
	}
	*carry = (v >> (n - 1)) & 1;
	return (v >> n) | (fill << (32 - n));
}

uint32_t insn_shift(struct shift s, uint32_t v, bool *carry)
{
	uint32_t in = *carry;

	if (s.amount == 0)
		return v;
	switch (s.type) {
	case SHIFT_LSL: /* an immediate LSL is at most 31 */
		*carry = (v >> (32 - s.amount)) & 1;
		return v << s.amount;
	case SHIFT_LSR:
	case SHIFT_ASR: return shift_right(v, s.amount, s.type == SHIFT_ASR, carry);
	case SHIFT_ROR:
		*carry = (v >> (s.amount - 1)) & 1;
		return (v >> s.amount) | (v << (32 - s.amount));
	case SHIFT_RRX: *carry = v & 1; return (v >> 1) | (in << 31);
	}
	return v;
}
