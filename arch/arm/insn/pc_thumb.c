/* SPDX-License-Identifier: Apache-2.0 */
/* Thumb instructions that read or write the PC; loads and stores are in ldst.c. */
#include <errno.h>

#include <espalier/util.h>

#include "step_row.h"

#define RN(w) BITS(w, 19, 16)
#define RM(w) BITS(w, 3, 0)

static uint32_t pc_thumb_sign_extend(uint32_t v, unsigned bits)
{
	uint32_t sign = BIT(bits - 1);

	return (v ^ sign) - sign;
}

static uint32_t aligned_pc(const struct insn_env *env) { return (env->pc + 4) & ~UINT32_C(3); }

static int set_and_go_on(const struct insn *i, struct insn_env *env, unsigned rd, uint32_t v)
{
	env->set_reg(env->ctx, rd, v);
	insn_next(i, env);
	return 0;
}

/* ADD and MOV of high registers: Rd is split, 15 is a branch. */
static int set_high(const struct insn *i, struct insn_env *env, unsigned rd, uint32_t v)
{
	if (rd != REG_PC)
		return set_and_go_on(i, env, rd, v);
	if (insn_it_not_last(env->cpsr))
		return -EINVAL;
	insn_branch(i, env, v);
	return 0;
}

static unsigned high_rd(uint32_t w) { return BITS(w, 7, 7) << 3 | BITS(w, 2, 0); }

static int add_high(const struct insn *i, struct insn_env *env)
{
	unsigned rd = high_rd(i->word);
	uint32_t v = insn_reg(i, env, rd) + insn_reg(i, env, BITS(i->word, 6, 3));

	return set_high(i, env, rd, v);
}

static int mov_high(const struct insn *i, struct insn_env *env)
{
	return set_high(i, env, high_rd(i->word), insn_reg(i, env, BITS(i->word, 6, 3)));
}

static int bx_to(struct insn_env *env, uint32_t target)
{
	if (!insn_bx_ok(target))
		return -EINVAL;
	insn_bx(env, target);
	return 0;
}

static int pc_thumb_bx(const struct insn *i, struct insn_env *env)
{
	return bx_to(env, insn_reg(i, env, BITS(i->word, 6, 3)));
}

/* BXJ is BX where Jazelle is off (ARM ARM B1.13.4). */
static int pc_thumb_bxj(const struct insn *i, struct insn_env *env)
{
	return bx_to(env, insn_reg(i, env, RN(i->word)));
}

static int pc_thumb_blx_reg(const struct insn *i, struct insn_env *env)
{
	uint32_t lr = (env->pc + 2) | 1;
	int err = pc_thumb_bx(i, env);

	if (!err)
		env->set_reg(env->ctx, REG_LR, lr);
	return err;
}

static int pc_thumb_adr16(const struct insn *i, struct insn_env *env)
{
	return set_and_go_on(i, env, BITS(i->word, 10, 8),
			     aligned_pc(env) + 4 * BITS(i->word, 7, 0));
}

static int pc_thumb_cbz(const struct insn *i, struct insn_env *env)
{
	uint32_t off = BITS(i->word, 9, 9) << 6 | BITS(i->word, 7, 3) << 1;
	bool zero = insn_reg(i, env, BITS(i->word, 2, 0)) == 0, nonzero = i->word & BIT(11);

	if (zero != nonzero)
		insn_branch(i, env, env->pc + 4 + off);
	else
		insn_next(i, env);
	return 0;
}

static int pc_thumb_it(const struct insn *i, struct insn_env *env)
{
	unsigned cond = BITS(i->word, 7, 4), mask = BITS(i->word, 3, 0);

	if (cond == 15 || (cond == 14 && (mask & (mask - 1))))
		return -EINVAL;
	env->cpsr = insn_with_itstate(env->cpsr, BITS(i->word, 7, 0));
	env->pc += 2;
	return 0;
}

static int pc_thumb_branch(const struct insn *i, struct insn_env *env, uint32_t off)
{
	insn_branch(i, env, env->pc + 4 + off);
	return 0;
}

static int b_t1(const struct insn *i, struct insn_env *env)
{
	return pc_thumb_branch(i, env, pc_thumb_sign_extend(BITS(i->word, 7, 0), 8) << 1);
}

static int b_t2(const struct insn *i, struct insn_env *env)
{
	return pc_thumb_branch(i, env, pc_thumb_sign_extend(BITS(i->word, 10, 0), 11) << 1);
}

/* 1111 0Scc ccii iiii 10J0 Jiii iiii iiii: S:J2:J1:imm6:imm11:0 */
static int b_t3(const struct insn *i, struct insn_env *env)
{
	uint32_t w = i->word;
	uint32_t off = BITS(w, 26, 26) << 19 | BITS(w, 11, 11) << 18 | BITS(w, 13, 13) << 17 |
		       BITS(w, 21, 16) << 11 | BITS(w, 10, 0);

	return pc_thumb_branch(i, env, pc_thumb_sign_extend(off, 20) << 1);
}

/* S:I1:I2:imm10:imm11:0 with I = NOT(J EOR S) */
static uint32_t far_offset(uint32_t w)
{
	uint32_t s = BITS(w, 26, 26);
	uint32_t i1 = !(BITS(w, 13, 13) ^ s), i2 = !(BITS(w, 11, 11) ^ s);
	uint32_t off = s << 23 | i1 << 22 | i2 << 21 | BITS(w, 25, 16) << 11 | BITS(w, 10, 0);

	return pc_thumb_sign_extend(off, 24) << 1;
}

static int b_t4(const struct insn *i, struct insn_env *env)
{
	return pc_thumb_branch(i, env, far_offset(i->word));
}

static int pc_thumb_bl(const struct insn *i, struct insn_env *env)
{
	env->set_reg(env->ctx, REG_LR, (env->pc + 4) | 1);
	return pc_thumb_branch(i, env, far_offset(i->word));
}

static int pc_thumb_blx_imm(const struct insn *i, struct insn_env *env)
{
	uint32_t target = aligned_pc(env) + far_offset(i->word);

	env->set_reg(env->ctx, REG_LR, (env->pc + 4) | 1);
	insn_bx(env, target);
	return 0;
}

static int pc_thumb_adr32(const struct insn *i, struct insn_env *env)
{
	uint32_t w = i->word;
	uint32_t imm = BITS(w, 26, 26) << 11 | BITS(w, 14, 12) << 8 | BITS(w, 7, 0);
	uint32_t v = w & BIT(23) ? aligned_pc(env) - imm : aligned_pc(env) + imm;

	return set_and_go_on(i, env, BITS(w, 11, 8), v);
}

static int table_branch(const struct insn *i, struct insn_env *env)
{
	unsigned size = i->word & BIT(4) ? 2 : 1;
	uint32_t va = insn_reg(i, env, RN(i->word)) + size * insn_reg(i, env, RM(i->word));
	uint32_t v = 0, hi = 0;
	int err;

	if (!(va & (size - 1))) {
		err = env->load(env->ctx, va, size, false, &v);
	} else {
		err = env->load(env->ctx, va, 1, false, &v);
		if (!err)
			err = env->load(env->ctx, va + 1, 1, false, &hi);
		v |= hi << 8;
	}
	if (err)
		return err;
	if (size == 2 && env->cpsr & CPSR_E)
		v = __builtin_bswap16((uint16_t)v);
	return pc_thumb_branch(i, env, 2 * v);
}

static const struct pc_row rows16[] = {
	/* 0100 0100 Dmmm mddd  ADD */
	{ 0xff00, 0x4400, add_high, 0 },
	/* 0100 0110 Dmmm mddd  MOV */
	{ 0xff00, 0x4600, mov_high, 0 },
	/* 0100 0111 0mmm m(000)  BX */
	{ 0xff87, 0x4700, pc_thumb_bx, PC_ENDS_IT },
	/* 0100 0111 1mmm m(000)  BLX */
	{ 0xff87, 0x4780, pc_thumb_blx_reg, PC_ENDS_IT },
	/* 1010 0ddd iiii iiii  ADR */
	{ 0xf800, 0xa000, pc_thumb_adr16, 0 },
	/* 1011 o0i1 iiii innn  CBZ, CBNZ */
	{ 0xf500, 0xb100, pc_thumb_cbz, PC_NOT_IN_IT },
	/* 1011 1111 cccc mmmm  IT */
	{ 0xff00, 0xbf00, pc_thumb_it, PC_NOT_IN_IT },
	/* 1101 cccc iiii iiii  B<c> */
	{ 0xf000, 0xd000, b_t1, PC_NOT_IN_IT },
	/* 1110 0iii iiii iiii  B */
	{ 0xf800, 0xe000, b_t2, PC_ENDS_IT },
};

static const struct pc_row rows32[] = {
	/* 1110 1000 1101 nnnn (1111 0000) 000H mmmm  TBB, TBH */
	{ 0xfff0ffe0, 0xe8d0f000, table_branch, PC_ENDS_IT },
	/* 1111 0i10 0000 1111 0iii dddd iiii iiii  ADR, forwards */
	{ 0xfbff8000, 0xf20f0000, pc_thumb_adr32, 0 },
	/* 1111 0i10 1010 1111 0iii dddd iiii iiii  ADR, backwards */
	{ 0xfbff8000, 0xf2af0000, pc_thumb_adr32, 0 },
	/* 1111 0011 1100 mmmm 10(0)0 (1111 0000 0000)  BXJ */
	{ 0xfff0ffff, 0xf3c08f00, pc_thumb_bxj, PC_ENDS_IT },
	/* 1111 0Scc ccii iiii 10J0 Jiii iiii iiii  B<c> */
	{ 0xf800d000, 0xf0008000, b_t3, PC_NOT_IN_IT },
	/* 1111 0Sii iiii iiii 10J1 Jiii iiii iiii  B */
	{ 0xf800d000, 0xf0009000, b_t4, PC_ENDS_IT },
	/* 1111 0Sii iiii iiii 11J1 Jiii iiii iiii  BL */
	{ 0xf800d000, 0xf000d000, pc_thumb_bl, PC_ENDS_IT },
	/* 1111 0Sii iiii iiii 11J0 Jiii iiii iii0  BLX */
	{ 0xf800d001, 0xf000c000, pc_thumb_blx_imm, PC_ENDS_IT },
	/* 1111 100. .0.1 .... 1111 .... .... ....  PLD, PLDW, PLI and unallocated hints */
	{ 0xfe50f000, 0xf810f000, pc_hint, 0 },
};

const struct pc_table pc_thumb16 = { rows16, ARRAY_SIZE(rows16) };
const struct pc_table pc_thumb32 = { rows32, ARRAY_SIZE(rows32) };
