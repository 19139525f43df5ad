/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 16-bit Thumb instructions on registers alone (ARM ARM A6.2).  Those that have
 * the S of the assembler set flags outside IT blocks only.
 */
#include <errno.h>

#include <espalier/util.h>

#include "alu.h"
#include "simple.h"

enum { AND, EOR, SUB, RSB, ADD, ADC, SBC, TST = 8, CMP = 10, CMN, ORR, MOV, BIC, MVN };

#define D(w)    BITS(w, 2, 0) /* Rd, or Rdn */
#define M(w)    BITS(w, 5, 3)
#define D8(w)   BITS(w, 10, 8) /* Rd where an 8-bit immediate follows */
#define IMM8(w) BITS(w, 7, 0)

static bool sets_flags(const struct insn_env *env) { return !(insn_itstate(env->cpsr) & 15); }

static int simple_t16_alu(const struct insn_env *env, struct simple_result *res, unsigned opcode,
			  unsigned rd, uint32_t n, uint32_t m)
{
	uint32_t cpsr = env->cpsr;
	uint32_t v = alu_op(opcode, n, m, cpsr & CPSR_C, &cpsr);

	if (alu_is_test(opcode) || sets_flags(env))
		res->cpsr = cpsr;
	return alu_is_test(opcode) ? 0 : simple_put(res, rd, v);
}

/* What a shift leaves: MOV of `v` with the shifter's carry. */
static int simple_t16_shifted(const struct insn_env *env, struct simple_result *res, unsigned rd,
			      uint32_t v, bool carry)
{
	if (sets_flags(env))
		alu_op(MOV, 0, v, carry, &res->cpsr);
	return simple_put(res, rd, v);
}

/* LSL #0 is MOVS, which has no place in an IT block (ARM ARM A8.8.103). */
static int shift_imm(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	bool carry = env->cpsr & CPSR_C;
	struct shift s = insn_imm_shift(BITS(i->word, 12, 11), BITS(i->word, 10, 6));
	uint32_t v = insn_shift(s, simple_get(env, M(i->word)), &carry);

	if (s.amount == 0 && !sets_flags(env))
		return -ENOTSUP;
	return simple_t16_shifted(env, res, D(i->word), v, carry);
}

static int add_sub(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	uint32_t w = i->word, m = BITS(w, 8, 6);

	if (!(w & BIT(10)))
		m = simple_get(env, m);
	return simple_t16_alu(env, res, w & BIT(9) ? SUB : ADD, D(w), simple_get(env, M(w)), m);
}

static int simple_t16_imm8(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	static const uint8_t op[4] = { MOV, CMP, ADD, SUB };
	unsigned rd = D8(i->word);

	return simple_t16_alu(env, res, op[BITS(i->word, 12, 11)], rd, simple_get(env, rd),
			      IMM8(i->word));
}

static int simple_t16_mul(const struct insn_env *env, struct simple_result *res, unsigned rd,
			  uint32_t v)
{
	if (sets_flags(env))
		simple_flags(res, v >> 31, !v);
	return simple_put(res, rd, v);
}

/* 0100 00oo oomm mddd, o as the comments below */
static int simple_t16_data_processing(const struct insn *i, const struct insn_env *env,
				      struct simple_result *res)
{
	enum { SHIFT = 16, MUL = SHIFT + 4 };
	static const uint8_t op[16] = {
		AND,
		EOR,
		SHIFT + SHIFT_LSL,
		SHIFT + SHIFT_LSR,
		SHIFT + SHIFT_ASR,
		ADC,
		SBC,
		SHIFT + SHIFT_ROR,
		TST,
		RSB /* of 0 */,
		CMP,
		CMN,
		ORR,
		MUL,
		BIC,
		MVN,
	};
	unsigned rd = D(i->word), opcode = op[BITS(i->word, 9, 6)];
	uint32_t n = simple_get(env, rd), m = simple_get(env, M(i->word));
	bool carry = env->cpsr & CPSR_C;

	if (opcode == MUL)
		return simple_t16_mul(env, res, rd, n * m);
	if (opcode == RSB)
		return simple_t16_alu(env, res, RSB, rd, m, 0);
	if (opcode < SHIFT)
		return simple_t16_alu(env, res, opcode, rd, n, m);
	n = simple_shift_reg((enum shift_type)(opcode - SHIFT), m, n, &carry);
	return simple_t16_shifted(env, res, rd, n, carry);
}

/* 0100 01oo Dmmm mddd: never flags but by CMP, no PC. */
static int simple_t16_high(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	unsigned rd = BITS(i->word, 7, 7) << 3 | D(i->word), rm = BITS(i->word, 6, 3);
	uint32_t m;

	if (rd == REG_PC || rm == REG_PC)
		return -ENOTSUP;
	m = simple_get(env, rm);
	switch (BITS(i->word, 9, 8)) {
	case 0: return simple_put(res, rd, simple_get(env, rd) + m);
	case 1: /* of low registers it has another encoding */
		return rd < 8 && rm < 8 ? -ENOTSUP :
					  simple_t16_alu(env, res, CMP, rd, simple_get(env, rd), m);
	default: return simple_put(res, rd, m);
	}
}

static int add_rd_sp(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	return simple_put(res, D8(i->word), simple_get(env, REG_SP) + 4 * IMM8(i->word));
}

static int adjust_sp(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	uint32_t sp = simple_get(env, REG_SP), off = 4 * BITS(i->word, 6, 0);

	return simple_put(res, REG_SP, i->word & BIT(7) ? sp - off : sp + off);
}

static int simple_t16_extend(const struct insn *i, const struct insn_env *env,
			     struct simple_result *res)
{
	uint32_t w = i->word;

	return simple_put(res, D(w),
			  simple_extend(simple_get(env, M(w)), 0, w & BIT(6) ? 8 : 16, w & BIT(7)));
}

static int simple_t16_rev(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	return simple_put(res, D(i->word), simple_rev(simple_get(env, M(i->word))));
}

static int simple_t16_rev16(const struct insn *i, const struct insn_env *env,
			    struct simple_result *res)
{
	return simple_put(res, D(i->word), simple_rev16(simple_get(env, M(i->word))));
}

static int simple_t16_revsh(const struct insn *i, const struct insn_env *env,
			    struct simple_result *res)
{
	return simple_put(res, D(i->word), simple_revsh(simple_get(env, M(i->word))));
}

static const struct simple_row shifts[] = {
	/* 000o oiii iimm mddd  LSL LSR ASR, oo not 3 */
	{ 0xe000, 0x0000, shift_imm, 0, 0 },
};

static const struct simple_row sums[] = {
	/* 0001 1iom mmnn nddd  ADD SUB, with a register or 3 bits */
	{ 0xf800, 0x1800, add_sub, 0, 0 },
};

static const struct simple_row imm8s[] = {
	/* 001o oddd iiii iiii  MOV CMP ADD SUB */
	{ 0xe000, 0x2000, simple_t16_imm8, 0, 0 },
};

static const struct simple_row rows8[] = {
	/* 0100 00oo oomm mddd  data processing with low registers */
	{ 0xfc00, 0x4000, simple_t16_data_processing, 0, 0 },
	/* 0100 0110 Dmmm mddd  MOV */
	{ 0xff00, 0x4600, simple_t16_high, 0, 0 },
	/* 0100 010o Dmmm mddd  ADD, CMP */
	{ 0xfe00, 0x4400, simple_t16_high, 0, 0 },
};

static const struct simple_row rows21[] = {
	/* 1010 1ddd iiii iiii  ADD Rd, sp */
	{ 0xf800, 0xa800, add_rd_sp, 0, 0 },
};

static const struct simple_row rows22[] = {
	/* 1011 0000 siii iiii  ADD, SUB sp */
	{ 0xff00, 0xb000, adjust_sp, 0, 0 },
	/* 1011 0010 oomm mddd  SXTH SXTB UXTH UXTB */
	{ 0xff00, 0xb200, simple_t16_extend, 0, 0 },
};

static const struct simple_row rows23[] = {
	/* 1011 1111 000y 0000  NOP, YIELD */
	{ 0xffef, 0xbf00, simple_nop, 0, 0 },
	/* 1011 1010 00mm mddd  REV */
	{ 0xffc0, 0xba00, simple_t16_rev, 0, 0 },
	/* 1011 1010 01mm mddd  REV16 */
	{ 0xffc0, 0xba40, simple_t16_rev16, 0, 0 },
	/* 1011 1010 11mm mddd  REVSH */
	{ 0xffc0, 0xbac0, simple_t16_revsh, 0, 0 },
};

const struct simple_group simple_thumb16[32] = {
	[0] = { shifts, 1 },
	[1] = { shifts, 1 },
	[2] = { shifts, 1 },
	[3] = { sums, 1 },
	[4] = { imm8s, 1 },
	[5] = { imm8s, 1 },
	[6] = { imm8s, 1 },
	[7] = { imm8s, 1 },
	[8] = { rows8, ARRAY_SIZE(rows8) },
	[21] = { rows21, ARRAY_SIZE(rows21) },
	[22] = { rows22, ARRAY_SIZE(rows22) },
	[23] = { rows23, ARRAY_SIZE(rows23) },
};
