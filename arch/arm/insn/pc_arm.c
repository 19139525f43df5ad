/* SPDX-License-Identifier: Apache-2.0 */
/* ARM instructions that read or write the PC; loads and stores are in ldst.c. */
#include <errno.h>

#include <espalier/util.h>

#include "alu.h"
#include "step_row.h"

#define RN(w) BITS(w, 19, 16)
#define RD(w) BITS(w, 15, 12)
#define RM(w) BITS(w, 3, 0)

static uint32_t pc_arm_sign_extend(uint32_t v, unsigned bits)
{
	uint32_t sign = BIT(bits - 1);

	return (v ^ sign) - sign;
}

static int pc_arm_branch(const struct insn *i, struct insn_env *env)
{
	uint32_t target = env->pc + 8 + (pc_arm_sign_extend(BITS(i->word, 23, 0), 24) << 2);

	if (i->word & BIT(24))
		env->set_reg(env->ctx, REG_LR, env->pc + 4);
	insn_branch(i, env, target);
	return 0;
}

/* Bit 24 is H, the halfword of the target. */
static int pc_arm_blx_imm(const struct insn *i, struct insn_env *env)
{
	uint32_t target = env->pc + 8 + (pc_arm_sign_extend(BITS(i->word, 23, 0), 24) << 2);

	env->set_reg(env->ctx, REG_LR, env->pc + 4);
	insn_bx(env, target | BITS(i->word, 24, 24) << 1 | 1);
	return 0;
}

/* BXJ is BX where Jazelle is off (ARM ARM B1.13.4). */
static int pc_arm_bx(const struct insn *i, struct insn_env *env)
{
	uint32_t target = insn_reg(i, env, RM(i->word));

	if (!insn_bx_ok(target))
		return -EINVAL;
	insn_bx(env, target);
	return 0;
}

static int pc_arm_blx_reg(const struct insn *i, struct insn_env *env)
{
	uint32_t lr = env->pc + 4;
	int err = pc_arm_bx(i, env);

	if (!err)
		env->set_reg(env->ctx, REG_LR, lr);
	return err;
}

uint32_t insn_operand2(const struct insn *i, const struct insn_env *env, bool *carry)
{
	uint32_t w = i->word;
	struct shift ror = { SHIFT_ROR, (uint8_t)(2 * BITS(w, 11, 8)) };

	*carry = env->cpsr & CPSR_C;
	if (w & BIT(25))
		return insn_shift(ror, BITS(w, 7, 0), carry);
	return insn_shift(insn_imm_shift(BITS(w, 6, 5), BITS(w, 11, 7)), insn_reg(i, env, RM(w)),
			  carry);
}

static int pc_arm_data_processing(const struct insn *i, struct insn_env *env)
{
	unsigned opcode = BITS(i->word, 24, 21), rd = RD(i->word);
	uint32_t cpsr = env->cpsr, m, v;
	bool carry;

	m = insn_operand2(i, env, &carry);
	v = alu_op(opcode, insn_reg(i, env, RN(i->word)), m, carry, &cpsr);
	if (!alu_is_test(opcode) && rd == REG_PC) {
		if (!insn_bx_ok(v))
			return -EINVAL;
		insn_bx(env, v);
		return 0;
	}
	if (!alu_is_test(opcode))
		env->set_reg(env->ctx, rd, v);
	if (i->word & BIT(20))
		env->cpsr = cpsr;
	insn_next(i, env);
	return 0;
}

static const struct pc_row rows[] = {
	/* 1111 101H iiii iiii iiii iiii iiii iiii  BLX imm */
	{ 0xfe000000, 0xfa000000, pc_arm_blx_imm, 0 },
	/* 1111 01.. .... .... .... .... .... ....  PLD, PLDW, PLI */
	{ 0xfc000000, 0xf4000000, pc_hint, 0 },
	/* cccc 101L iiii iiii iiii iiii iiii iiii  B, BL */
	{ 0x0e000000, 0x0a000000, pc_arm_branch, 0 },
	/* cccc 0001 0010 (1111 1111 1111) 0001 mmmm  BX */
	{ 0x0ffffff0, 0x012fff10, pc_arm_bx, 0 },
	/* cccc 0001 0010 (1111 1111 1111) 0010 mmmm  BXJ */
	{ 0x0ffffff0, 0x012fff20, pc_arm_bx, 0 },
	/* cccc 0001 0010 (1111 1111 1111) 0011 mmmm  BLX reg */
	{ 0x0ffffff0, 0x012fff30, pc_arm_blx_reg, 0 },
	/* cccc 000o oooS nnnn dddd iiii itt0 mmmm  data processing, register */
	{ 0x0e000010, 0x00000000, pc_arm_data_processing, 0 },
	/* cccc 001o oooS nnnn dddd iiii iiii iiii  data processing, immediate */
	{ 0x0e000000, 0x02000000, pc_arm_data_processing, 0 },
};

const struct pc_table pc_arm = { rows, ARRAY_SIZE(rows) };
