/* SPDX-License-Identifier: Apache-2.0 */
/* 32-bit Thumb instructions on registers alone (ARM ARM A6.3). */
#include <errno.h>

#include <espalier/util.h>

#include "alu.h"
#include "simple.h"

#define RN(w)    BITS(w, 19, 16)
#define RA(w)    BITS(w, 15, 12)
#define RD(w)    BITS(w, 11, 8)
#define RM(w)    BITS(w, 3, 0)
#define S_BIT    BIT(20)
#define IMM5(w)  (BITS(w, 14, 12) << 2 | BITS(w, 7, 6))
#define IMM12(w) (BITS(w, 26, 26) << 11 | BITS(w, 14, 12) << 8 | BITS(w, 7, 0))

/* Data processing by <24:21>: modified immediate and shifted register alike. */
enum {
	DP_EXISTS = 1 << 0,
	DP_TEST = 1 << 1,   /* Rd = 15 with S is the test */
	DP_MOVE = 1 << 2,   /* Rn = 15 is 0: MOV, MVN */
	DP_INVERT = 1 << 3, /* takes NOT m */
	DP_SP = 1 << 4,     /* Rn may be SP, and then Rd too */
};

static const struct dp {
	uint8_t opcode; /* of alu_op() */
	uint8_t flags;
} dp[16] = {
	[0] = { 0, DP_EXISTS | DP_TEST },              /* AND, TST */
	[1] = { 14, DP_EXISTS },                       /* BIC */
	[2] = { 12, DP_EXISTS | DP_MOVE },             /* ORR, MOV */
	[3] = { 12, DP_EXISTS | DP_MOVE | DP_INVERT }, /* ORN, MVN */
	[4] = { 1, DP_EXISTS | DP_TEST },              /* EOR, TEQ */
	[8] = { 4, DP_EXISTS | DP_TEST | DP_SP },      /* ADD, CMN */
	[10] = { 5, DP_EXISTS },                       /* ADC */
	[11] = { 6, DP_EXISTS },                       /* SBC */
	[13] = { 2, DP_EXISTS | DP_TEST | DP_SP },     /* SUB, CMP */
	[14] = { 3, DP_EXISTS },                       /* RSB */
};

static bool dp_is_test(const struct dp *op, uint32_t w)
{
	return op->flags & DP_TEST && RD(w) == REG_PC && w & S_BIT;
}

/* No register is r13 or r15 but where the flags say so. */
static bool dp_regs_ok(const struct dp *op, uint32_t w)
{
	if (!(op->flags & DP_EXISTS))
		return false;
	if (RD(w) == REG_PC && !dp_is_test(op, w))
		return false;
	if (RN(w) == REG_PC && !(op->flags & DP_MOVE))
		return false;
	if (RN(w) == REG_SP && !(op->flags & DP_SP))
		return false;
	return RD(w) != REG_SP || RN(w) == REG_SP;
}

static int simple_t32_data_processing(const struct insn *i, const struct insn_env *env,
				      struct simple_result *res, uint32_t m, bool carry)
{
	const struct dp *op = &dp[BITS(i->word, 24, 21)];
	uint32_t n = RN(i->word) == REG_PC ? 0 : simple_get(env, RN(i->word));
	uint32_t cpsr = env->cpsr, v;

	v = alu_op(op->opcode, n, op->flags & DP_INVERT ? ~m : m, carry, &cpsr);
	if (i->word & S_BIT)
		res->cpsr = cpsr;
	return dp_is_test(op, i->word) ? 0 : simple_put(res, RD(i->word), v);
}

/* ARM ARM A6.3.2 ThumbExpandImm_C: False for UNPREDICTABLE repetitions of 0. */
static bool expand_imm(uint32_t imm12, uint32_t *v, bool *carry)
{
	static const uint32_t repeat[4] = { 0x00000001, 0x00010001, 0x01000100, 0x01010101 };
	uint32_t imm8 = imm12 & 0xff;

	if (imm12 >> 10 == 0) {
		*v = imm8 * repeat[BITS(imm12, 9, 8)];
		return imm8 || imm12 >> 8 == 0;
	}
	*v = insn_shift((struct shift){ SHIFT_ROR, (uint8_t)(imm12 >> 7) }, imm8 | 0x80, carry);
	return true;
}

static int simple_t32_dp_imm(const struct insn *i, const struct insn_env *env,
			     struct simple_result *res)
{
	bool carry = env->cpsr & CPSR_C;
	uint32_t m;

	if (!expand_imm(IMM12(i->word), &m, &carry) ||
	    !dp_regs_ok(&dp[BITS(i->word, 24, 21)], i->word))
		return -ENOTSUP;
	return simple_t32_data_processing(i, env, res, m, carry);
}

/* MOV without flags and shift may have one SP; a sum for SP shifts by 3 at most. */
static bool dp_shift_regs_ok(const struct dp *op, uint32_t w)
{
	bool lsl = BITS(w, 5, 4) == SHIFT_LSL;
	bool mov = (w & 0xfffff0f0) == 0xea4f0000;

	if (mov)
		return RD(w) != REG_PC && RM(w) != REG_PC && !(RD(w) == REG_SP && RM(w) == REG_SP);
	if (RM(w) == REG_PC || RM(w) == REG_SP || !dp_regs_ok(op, w))
		return false;
	return RD(w) != REG_SP || (lsl && IMM5(w) <= 3);
}

static int simple_t32_dp_shift(const struct insn *i, const struct insn_env *env,
			       struct simple_result *res)
{
	uint32_t w = i->word;
	bool carry = env->cpsr & CPSR_C;
	uint32_t m;

	if (!dp_shift_regs_ok(&dp[BITS(w, 24, 21)], w))
		return -ENOTSUP;
	m = insn_shift(insn_imm_shift(BITS(w, 5, 4), IMM5(w)), simple_get(env, RM(w)), &carry);
	return simple_t32_data_processing(i, env, res, m, carry);
}

static int shift_reg(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	enum { MOV = 13 };
	uint32_t w = i->word, v;
	bool carry = env->cpsr & CPSR_C;

	v = simple_shift_reg((enum shift_type)BITS(w, 22, 21), simple_get(env, RM(w)),
			     simple_get(env, RN(w)), &carry);
	if (w & S_BIT)
		alu_op(MOV, 0, v, carry, &res->cpsr);
	return simple_put(res, RD(w), v);
}

static int simple_t32_addw(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	uint32_t n = simple_get(env, RN(i->word)), imm = IMM12(i->word);

	return simple_put(res, RD(i->word), i->word & BIT(23) ? n - imm : n + imm);
}

static uint32_t simple_t32_imm16(uint32_t w) { return BITS(w, 19, 16) << 12 | IMM12(w); }

static int simple_t32_movw(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	return simple_put(res, RD(i->word), simple_t32_imm16(i->word));
}

static int simple_t32_movt(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	uint32_t low = simple_get(env, RD(i->word)) & 0xffff;

	return simple_put(res, RD(i->word), simple_t32_imm16(i->word) << 16 | low);
}

static int simple_t32_bfx(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	unsigned lsb = IMM5(i->word), widthm1 = BITS(i->word, 4, 0);

	if (lsb + widthm1 > 31)
		return -ENOTSUP;
	return simple_put(res, RD(i->word),
			  simple_extract(simple_get(env, RN(i->word)), lsb, widthm1,
					 i->word & BIT(23)));
}

static int simple_t32_bfi(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	unsigned lsb = IMM5(i->word), msb = BITS(i->word, 4, 0);
	uint32_t n = RN(i->word) == REG_PC ? 0 : simple_get(env, RN(i->word));

	if (msb < lsb)
		return -ENOTSUP;
	return simple_put(res, RD(i->word),
			  simple_insert(simple_get(env, RD(i->word)), n, msb, lsb));
}

static int simple_t32_extend(const struct insn *i, const struct insn_env *env,
			     struct simple_result *res)
{
	uint32_t w = i->word;
	uint32_t v = simple_extend(simple_get(env, RM(w)), BITS(w, 5, 4), w & BIT(22) ? 8 : 16,
				   w & BIT(20));

	if (RN(w) != REG_PC)
		v += simple_get(env, RN(w));
	return simple_put(res, RD(w), v);
}

/* REV and CLZ name their operand twice, the same both times. */
static int simple_t32_reverse(const struct insn *i, const struct insn_env *env,
			      struct simple_result *res)
{
	static uint32_t (*const op[4])(uint32_t) = { simple_rev, simple_rev16, simple_rbit,
						     simple_revsh };

	if (RN(i->word) != RM(i->word))
		return -ENOTSUP;
	return simple_put(res, RD(i->word), op[BITS(i->word, 5, 4)](simple_get(env, RM(i->word))));
}

static int simple_t32_clz(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	if (RN(i->word) != RM(i->word))
		return -ENOTSUP;
	return simple_put(res, RD(i->word), simple_clz(simple_get(env, RM(i->word))));
}

static int simple_t32_mul(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	uint32_t w = i->word, v = simple_get(env, RN(w)) * simple_get(env, RM(w));

	if (RA(w) == REG_PC)
		return simple_put(res, RD(w), v);
	return simple_put(res, RD(w), simple_get(env, RA(w)) + (w & BIT(4) ? 0 - v : v));
}

static int simple_t32_mul_long(const struct insn *i, const struct insn_env *env,
			       struct simple_result *res)
{
	unsigned hi = RD(i->word), lo = RA(i->word);
	uint32_t n = simple_get(env, RN(i->word)), m = simple_get(env, RM(i->word));
	uint64_t v = (uint64_t)n * m;

	if (hi == lo)
		return -ENOTSUP;
	if (!(i->word & BIT(21)))
		v = (uint64_t)((int64_t)(int32_t)n * (int32_t)m);
	if (i->word & BIT(22))
		v += (uint64_t)simple_get(env, hi) << 32 | simple_get(env, lo);
	simple_put(res, lo, (uint32_t)v);
	return simple_put(res, hi, (uint32_t)(v >> 32));
}

#define ALL (F16 | F8 | F0)

static const struct simple_row dp_shifts[] = {
	/* 1110 101o oooS nnnn (0)iii dddd iitt mmmm  data processing, shifted register */
	{ 0xfe008000, 0xea000000, simple_t32_dp_shift, 0, 0 },
};

static const struct simple_row dp_imms[] = {
	/* 1111 0i0o oooS nnnn 0iii dddd iiii iiii  data processing, modified immediate */
	{ 0xfa008000, 0xf0000000, simple_t32_dp_imm, 0, 0 },
};

static const struct simple_row plain_imms[] = {
	/* 1111 0i10 0100 iiii 0iii dddd iiii iiii  MOVW */
	{ 0xfbf08000, 0xf2400000, simple_t32_movw, F8, F8 },
	/* 1111 0i10 1100 iiii 0iii dddd iiii iiii  MOVT */
	{ 0xfbf08000, 0xf2c00000, simple_t32_movt, F8, F8 },
	/* 1111 0i10 o0o0 1101 0iii dddd iiii iiii  ADDW, SUBW of SP, oo the same */
	{ 0xfbff8000, 0xf20d0000, simple_t32_addw, F8, 0 },
	{ 0xfbff8000, 0xf2ad0000, simple_t32_addw, F8, 0 },
	/* 1111 0i10 o0o0 nnnn 0iii dddd iiii iiii  ADDW, SUBW */
	{ 0xfbf08000, 0xf2000000, simple_t32_addw, F16 | F8, F8 },
	{ 0xfbf08000, 0xf2a00000, simple_t32_addw, F16 | F8, F8 },
};

static const struct simple_row bit_fields[] = {
	/* 1111 0(0)11 U100 nnnn 0iii dddd ii(0)w wwww  SBFX, UBFX */
	{ 0xff708020, 0xf3400000, simple_t32_bfx, F16 | F8, F16 | F8 },
	/* 1111 0(0)11 0110 nnnn 0iii dddd ii(0)m mmmm  BFI, n = 15 BFC */
	{ 0xfff08020, 0xf3600000, simple_t32_bfi, F8, F16 | F8 },
	/* 1111 0011 1010 (1111) 10(0)0 (0)000 0000 000y  NOP, YIELD */
	{ 0xfffffffe, 0xf3af8000, simple_nop, 0, 0 },
};

static const struct simple_row registers[] = {
	/* 1111 1010 0ttS nnnn 1111 dddd 0000 mmmm  LSL LSR ASR ROR */
	{ 0xff80f0f0, 0xfa00f000, shift_reg, ALL, ALL },
	/* 1111 1010 0b0U nnnn 1111 dddd 1(0)rr mmmm  SXTAH UXTAH SXTAB UXTAB; n = 15: SXTH .. */
	{ 0xffa0f0c0, 0xfa00f080, simple_t32_extend, F8 | F0, ALL },
	/* 1111 1010 1001 mmmm 1111 dddd 10oo mmmm  REV REV16 RBIT REVSH */
	{ 0xfff0f0c0, 0xfa90f080, simple_t32_reverse, ALL, ALL },
	/* 1111 1010 1011 mmmm 1111 dddd 1000 mmmm  CLZ */
	{ 0xfff0f0f0, 0xfab0f080, simple_t32_clz, ALL, ALL },
};

static const struct simple_row multiplies[] = {
	/* 1111 1011 0000 nnnn aaaa dddd 0000 mmmm  MLA, a = 15 MUL */
	{ 0xfff000f0, 0xfb000000, simple_t32_mul, ALL, ALL | F12 },
	/* 1111 1011 0000 nnnn aaaa dddd 0001 mmmm  MLS */
	{ 0xfff000f0, 0xfb000010, simple_t32_mul, ALL | F12, ALL | F12 },
	/* 1111 1011 1au0 nnnn llll hhhh 0000 mmmm  SMULL UMULL SMLAL UMLAL */
	{ 0xff9000f0, 0xfb800000, simple_t32_mul_long, ALL | F12, ALL | F12 },
};

const struct simple_group simple_thumb32[32] = {
	[0x0a] = { dp_shifts, ARRAY_SIZE(dp_shifts) },
	[0x0b] = { dp_shifts, ARRAY_SIZE(dp_shifts) },
	[0x10] = { dp_imms, ARRAY_SIZE(dp_imms) },
	[0x11] = { dp_imms, ARRAY_SIZE(dp_imms) },
	[0x12] = { plain_imms, ARRAY_SIZE(plain_imms) },
	[0x13] = { bit_fields, ARRAY_SIZE(bit_fields) },
	[0x14] = { dp_imms, ARRAY_SIZE(dp_imms) },
	[0x15] = { dp_imms, ARRAY_SIZE(dp_imms) },
	[0x16] = { plain_imms, ARRAY_SIZE(plain_imms) },
	[0x1a] = { registers, ARRAY_SIZE(registers) },
	[0x1b] = { multiplies, ARRAY_SIZE(multiplies) },
};
