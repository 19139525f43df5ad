/* SPDX-License-Identifier: Apache-2.0 */
/* ARM instructions on registers alone (ARM ARM A5.2, A5.4); the fields are as in step_arm.c. */
#include <errno.h>

#include <espalier/util.h>

#include "alu.h"
#include "simple.h"

#define RN(w) BITS(w, 19, 16)
#define RD(w) BITS(w, 15, 12)
#define RS(w) BITS(w, 11, 8)
#define RM(w) BITS(w, 3, 0)
#define S_BIT BIT(20)

static int simple_arm_data_processing(const struct insn *i, const struct insn_env *env,
				      struct simple_result *res, uint32_t m, bool carry)
{
	unsigned opcode = BITS(i->word, 24, 21);
	uint32_t n, cpsr = env->cpsr, v;

	n = (opcode & 13) == 13 ? 0 : simple_get(env, RN(i->word)); /* MOV, MVN: none */
	v = alu_op(opcode, n, m, carry, &cpsr);
	if (i->word & S_BIT)
		res->cpsr = cpsr;
	return alu_is_test(opcode) ? 0 : simple_put(res, RD(i->word), v);
}

static int simple_arm_dp_imm(const struct insn *i, const struct insn_env *env,
			     struct simple_result *res)
{
	struct shift ror = { SHIFT_ROR, (uint8_t)(2 * BITS(i->word, 11, 8)) };
	bool carry = env->cpsr & CPSR_C;
	uint32_t m = insn_shift(ror, BITS(i->word, 7, 0), &carry);

	return simple_arm_data_processing(i, env, res, m, carry);
}

static int simple_arm_dp_shift(const struct insn *i, const struct insn_env *env,
			       struct simple_result *res)
{
	struct shift s = insn_imm_shift(BITS(i->word, 6, 5), BITS(i->word, 11, 7));
	bool carry = env->cpsr & CPSR_C;
	uint32_t m = insn_shift(s, simple_get(env, RM(i->word)), &carry);

	return simple_arm_data_processing(i, env, res, m, carry);
}

static int dp_shift_reg(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	bool carry = env->cpsr & CPSR_C;
	uint32_t m =
		simple_shift_reg((enum shift_type)BITS(i->word, 6, 5), simple_get(env, RS(i->word)),
				 simple_get(env, RM(i->word)), &carry);

	return simple_arm_data_processing(i, env, res, m, carry);
}

static uint32_t simple_arm_imm16(uint32_t w) { return BITS(w, 19, 16) << 12 | BITS(w, 11, 0); }

static int simple_arm_movw(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	return simple_put(res, RD(i->word), simple_arm_imm16(i->word));
}

static int simple_arm_movt(const struct insn *i, const struct insn_env *env,
			   struct simple_result *res)
{
	uint32_t low = simple_get(env, RD(i->word)) & 0xffff;

	return simple_put(res, RD(i->word), simple_arm_imm16(i->word) << 16 | low);
}

static uint32_t simple_arm_product(const struct insn *i, const struct insn_env *env)
{
	return simple_get(env, RM(i->word)) * simple_get(env, RS(i->word));
}

/* Rd is where other instructions have Rn, and Ra where they have Rd. */
static int simple_arm_mul(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	uint32_t v = simple_arm_product(i, env);

	if (i->word & BIT(21)) /* MLA */
		v += simple_get(env, RD(i->word));
	if (i->word & S_BIT)
		simple_flags(res, v >> 31, !v);
	return simple_put(res, RN(i->word), v);
}

static int simple_arm_mls(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	return simple_put(res, RN(i->word),
			  simple_get(env, RD(i->word)) - simple_arm_product(i, env));
}

static int simple_arm_mul_long(const struct insn *i, const struct insn_env *env,
			       struct simple_result *res)
{
	unsigned hi = RN(i->word), lo = RD(i->word);
	uint32_t n = simple_get(env, RM(i->word)), m = simple_get(env, RS(i->word));
	uint64_t v = (uint64_t)n * m;

	if (hi == lo)
		return -ENOTSUP;
	if (i->word & BIT(22))
		v = (uint64_t)((int64_t)(int32_t)n * (int32_t)m);
	if (i->word & BIT(21))
		v += (uint64_t)simple_get(env, hi) << 32 | simple_get(env, lo);
	if (i->word & S_BIT)
		simple_flags(res, v >> 63, !v);
	simple_put(res, lo, (uint32_t)v);
	return simple_put(res, hi, (uint32_t)(v >> 32));
}

static int simple_arm_clz(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	return simple_put(res, RD(i->word), simple_clz(simple_get(env, RM(i->word))));
}

static int simple_arm_reverse(const struct insn *i, const struct insn_env *env,
			      struct simple_result *res)
{
	uint32_t v = simple_get(env, RM(i->word));

	if (i->word & BIT(22))
		v = i->word & BIT(7) ? simple_revsh(v) : simple_rbit(v);
	else
		v = i->word & BIT(7) ? simple_rev16(v) : simple_rev(v);
	return simple_put(res, RD(i->word), v);
}

static int simple_arm_extend(const struct insn *i, const struct insn_env *env,
			     struct simple_result *res)
{
	uint32_t w = i->word;
	uint32_t v = simple_extend(simple_get(env, RM(w)), BITS(w, 11, 10), w & BIT(20) ? 16 : 8,
				   w & BIT(22));

	if (RN(w) != REG_PC)
		v += simple_get(env, RN(w));
	return simple_put(res, RD(w), v);
}

static int simple_arm_bfx(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	unsigned lsb = BITS(i->word, 11, 7), widthm1 = BITS(i->word, 20, 16);

	if (lsb + widthm1 > 31)
		return -ENOTSUP;
	return simple_put(res, RD(i->word),
			  simple_extract(simple_get(env, RM(i->word)), lsb, widthm1,
					 i->word & BIT(22)));
}

static int simple_arm_bfi(const struct insn *i, const struct insn_env *env,
			  struct simple_result *res)
{
	unsigned lsb = BITS(i->word, 11, 7), msb = BITS(i->word, 20, 16);
	uint32_t n = RM(i->word) == REG_PC ? 0 : simple_get(env, RM(i->word));

	if (msb < lsb)
		return -ENOTSUP;
	return simple_put(res, RD(i->word),
			  simple_insert(simple_get(env, RD(i->word)), n, msb, lsb));
}

static const struct simple_row rows0[] = {
	/* cccc 0000 oooS nnnn dddd iiii itt0 mmmm  AND EOR SUB RSB ADD ADC SBC RSC */
	{ 0x0f000010, 0x00000000, simple_arm_dp_shift, F16 | F12 | F0, 0 },
	/* cccc 0000 oooS nnnn dddd ssss 0tt1 mmmm  the same, shifted by register */
	{ 0x0f000090, 0x00000010, dp_shift_reg, F16 | F12 | F8 | F0, 0 },
	/* cccc 0000 000S dddd (0000) mmmm 1001 nnnn  MUL */
	{ 0x0fe0f0f0, 0x00000090, simple_arm_mul, F16 | F8 | F0, 0 },
	/* cccc 0000 001S dddd aaaa mmmm 1001 nnnn  MLA */
	{ 0x0fe000f0, 0x00200090, simple_arm_mul, F16 | F12 | F8 | F0, 0 },
	/* cccc 0000 0110 dddd aaaa mmmm 1001 nnnn  MLS */
	{ 0x0ff000f0, 0x00600090, simple_arm_mls, F16 | F12 | F8 | F0, 0 },
	/* cccc 0000 1saS hhhh llll mmmm 1001 nnnn  UMULL UMLAL SMULL SMLAL */
	{ 0x0f8000f0, 0x00800090, simple_arm_mul_long, F16 | F12 | F8 | F0, 0 },
};

static const struct simple_row rows1[] = {
	/* cccc 0001 1o1S (0000) dddd iiii itt0 mmmm  MOV and shifts, MVN */
	{ 0x0faf0010, 0x01a00000, simple_arm_dp_shift, F12 | F0, 0 },
	/* cccc 0001 0oo1 nnnn (0000) iiii itt0 mmmm  TST TEQ CMP CMN */
	{ 0x0f90f010, 0x01100000, simple_arm_dp_shift, F16 | F0, 0 },
	/* cccc 0001 1o0S nnnn dddd iiii itt0 mmmm  ORR BIC */
	{ 0x0fa00010, 0x01800000, simple_arm_dp_shift, F16 | F12 | F0, 0 },
	/* cccc 0001 1o1S (0000) dddd ssss 0tt1 mmmm  shifts, MVN */
	{ 0x0faf0090, 0x01a00010, dp_shift_reg, F12 | F8 | F0, 0 },
	/* cccc 0001 0oo1 nnnn (0000) ssss 0tt1 mmmm  TST TEQ CMP CMN */
	{ 0x0f90f090, 0x01100010, dp_shift_reg, F16 | F8 | F0, 0 },
	/* cccc 0001 1o0S nnnn dddd ssss 0tt1 mmmm  ORR BIC */
	{ 0x0fa00090, 0x01800010, dp_shift_reg, F16 | F12 | F8 | F0, 0 },
	/* cccc 0001 0110 (1111) dddd (1111) 0001 mmmm  CLZ */
	{ 0x0fff0ff0, 0x016f0f10, simple_arm_clz, F12 | F0, 0 },
};

static const struct simple_row rows2[] = {
	/* cccc 0010 oooS nnnn dddd iiii iiii iiii  AND EOR SUB RSB ADD ADC SBC RSC */
	{ 0x0f000000, 0x02000000, simple_arm_dp_imm, F16 | F12, 0 },
};

static const struct simple_row rows3[] = {
	/* cccc 0011 0oo1 nnnn (0000) iiii iiii iiii  TST TEQ CMP CMN */
	{ 0x0f90f000, 0x03100000, simple_arm_dp_imm, F16, 0 },
	/* cccc 0011 1o1S (0000) dddd iiii iiii iiii  MOV MVN */
	{ 0x0faf0000, 0x03a00000, simple_arm_dp_imm, F12, 0 },
	/* cccc 0011 1o0S nnnn dddd iiii iiii iiii  ORR BIC */
	{ 0x0fa00000, 0x03800000, simple_arm_dp_imm, F16 | F12, 0 },
	/* cccc 0011 0000 iiii dddd iiii iiii iiii  MOVW */
	{ 0x0ff00000, 0x03000000, simple_arm_movw, F12, 0 },
	/* cccc 0011 0100 iiii dddd iiii iiii iiii  MOVT */
	{ 0x0ff00000, 0x03400000, simple_arm_movt, F12, 0 },
	/* cccc 0011 0010 0000 (1111 0000) 0000 000y  NOP, YIELD */
	{ 0x0ffffffe, 0x0320f000, simple_nop, 0, 0 },
};

static const struct simple_row rows6[] = {
	/* cccc 0110 1U1h nnnn dddd rr(00) 0111 mmmm  SXTAB SXTAH UXTAB UXTAH; n = 15: SXTB .. */
	{ 0x0fa003f0, 0x06a00070, simple_arm_extend, F12 | F0, 0 },
	/* cccc 0110 1o11 (1111) dddd (1111) o011 mmmm  REV REV16 RBIT REVSH */
	{ 0x0fbf0f70, 0x06bf0f30, simple_arm_reverse, F12 | F0, 0 },
};

static const struct simple_row rows7[] = {
	/* cccc 0111 1U1w wwww dddd llll l101 nnnn  SBFX UBFX */
	{ 0x0fa00070, 0x07a00050, simple_arm_bfx, F12 | F0, 0 },
	/* cccc 0111 110m mmmm dddd llll l001 nnnn  BFI, n = 15 BFC */
	{ 0x0fe00070, 0x07c00010, simple_arm_bfi, F12, 0 },
};

const struct simple_group simple_arm[16] = {
	[0] = { rows0, ARRAY_SIZE(rows0) }, [1] = { rows1, ARRAY_SIZE(rows1) },
	[2] = { rows2, ARRAY_SIZE(rows2) }, [3] = { rows3, ARRAY_SIZE(rows3) },
	[6] = { rows6, ARRAY_SIZE(rows6) }, [7] = { rows7, ARRAY_SIZE(rows7) },
};
