/* SPDX-License-Identifier: Apache-2.0 */
/* ARM encodings of loads and stores (ARM ARM A5.2.8, A5.2.9, A5.3, A5.5). */
#include <errno.h>

#include <espalier/util.h>

#include "ldst.h"

#define P(w)  ((w) >> 24 & 1)
#define U(w)  ((w) >> 23 & 1)
#define W(w)  ((w) >> 21 & 1)
#define RN(w) BITS(w, 19, 16)
#define RT(w) BITS(w, 15, 12)
#define RM(w) BITS(w, 3, 0)

/* The rules that all forms with one base, P, U and W share. */
static int ldst_arm_base(uint32_t w, struct ldst *l)
{
	l->rn = RN(w);
	ldst_offset(l, P(w), U(w), !P(w) || W(w), 0);
	if (l->wback && (l->rn == REG_PC || ldst_moves(l, l->rn)))
		return -EINVAL;
	return 0;
}

static int imm_offset(uint32_t w, struct ldst *l, uint32_t imm)
{
	int err = ldst_arm_base(w, l);

	ldst_offset(l, l->index, l->add, l->wback, imm);
	return err;
}

static int reg_offset(uint32_t w, struct ldst *l, struct shift shift)
{
	l->rm = RM(w);
	l->shift = shift;
	return l->rm == REG_PC ? -EINVAL : ldst_arm_base(w, l);
}

static void one_reg(uint32_t w, struct ldst *l)
{
	l->count = 1;
	l->reg[0] = RT(w);
	l->user = !P(w) && W(w);
}

/* LDR, STR, LDRB, STRB and their T forms: a PC only as a whole word. */
static bool pc_ok(const struct ldst *l)
{
	return l->reg[0] != REG_PC || (l->size == 4 && !(l->user && l->load));
}

static int word_imm(uint32_t w, struct ldst *l)
{
	one_reg(w, l);
	return pc_ok(l) ? imm_offset(w, l, BITS(w, 11, 0)) : -EINVAL;
}

static int word_reg(uint32_t w, struct ldst *l)
{
	one_reg(w, l);
	if (!pc_ok(l))
		return -EINVAL;
	return reg_offset(w, l, insn_imm_shift(BITS(w, 6, 5), BITS(w, 11, 7)));
}

static int half_imm(uint32_t w, struct ldst *l)
{
	one_reg(w, l);
	if (l->reg[0] == REG_PC)
		return -EINVAL;
	return imm_offset(w, l, BITS(w, 11, 8) << 4 | BITS(w, 3, 0));
}

static int half_reg(uint32_t w, struct ldst *l)
{
	one_reg(w, l);
	if (l->reg[0] == REG_PC)
		return -EINVAL;
	return reg_offset(w, l, insn_imm_shift(0, 0));
}

static int two_regs(uint32_t w, struct ldst *l)
{
	l->strict = true;
	l->count = 2;
	l->reg[0] = RT(w);
	l->reg[1] = RT(w) + 1;
	return RT(w) & 1 || l->reg[1] == REG_PC || (!P(w) && W(w)) ? -EINVAL : 0;
}

static int dual_imm(uint32_t w, struct ldst *l)
{
	int err = two_regs(w, l);

	return err ? err : imm_offset(w, l, BITS(w, 11, 8) << 4 | BITS(w, 3, 0));
}

static int dual_reg(uint32_t w, struct ldst *l)
{
	int err = two_regs(w, l);

	if (err || (l->load && ldst_moves(l, RM(w))))
		return -EINVAL;
	return reg_offset(w, l, insn_imm_shift(0, 0));
}

static int ldst_arm_multiple(uint32_t w, struct ldst *l)
{
	uint32_t bytes = 4 * ldst_list(l, BITS(w, 15, 0));

	l->strict = true;
	l->rn = RN(w);
	l->wback = W(w);
	l->step = U(w) ? bytes : -bytes;
	l->start = (U(w) ? 0 : -bytes) + (P(w) == U(w) ? 4 : 0);
	if (!bytes || l->rn == REG_PC)
		return -EINVAL;
	return l->load && l->wback && ldst_moves(l, l->rn) ? -EINVAL : 0;
}

static int ldst_arm_swap(uint32_t w, struct ldst *l)
{
	l->strict = l->size == 4;
	l->swap = true;
	l->rn = RN(w);
	l->count = 2;
	l->reg[0] = RT(w);
	l->reg[1] = RM(w);
	if (ldst_moves(l, REG_PC) || l->rn == REG_PC || ldst_moves(l, l->rn))
		return -EINVAL;
	return 0;
}

#define LD  LDST_LOAD
#define LDS (LDST_LOAD | LDST_SIGN)

static const struct ldst_row rows[] = {
	/* SRS, RFE, PLD and the other unconditional ones are none of ours: no
	 * row may see cond = 1111, which ldst_decode() makes sure of. */

	/* cccc 0001 0000 nnnn tttt (0000) 1001 mmmm  SWP */
	{ 0x0ff000f0, 0x01000090, 0x00000f00, ldst_arm_swap, 4, 0 },
	/* cccc 0001 0100 nnnn tttt (0000) 1001 mmmm  SWPB */
	{ 0x0ff000f0, 0x01400090, 0x00000f00, ldst_arm_swap, 1, 0 },

	/* cccc 000P U0W0 nnnn tttt (0000) 1011 mmmm  STRH, STRHT reg */
	{ 0x0e5000f0, 0x000000b0, 0x00000f00, half_reg, 2, 0 },
	/* cccc 000P U0W1 nnnn tttt (0000) 1011 mmmm  LDRH, LDRHT reg */
	{ 0x0e5000f0, 0x001000b0, 0x00000f00, half_reg, 2, LD },
	/* cccc 000P U1W0 nnnn tttt iiii 1011 iiii  STRH, STRHT imm */
	{ 0x0e5000f0, 0x004000b0, 0, half_imm, 2, 0 },
	/* cccc 000P U1W1 nnnn tttt iiii 1011 iiii  LDRH, LDRHT imm */
	{ 0x0e5000f0, 0x005000b0, 0, half_imm, 2, LD },
	/* cccc 000P U0W0 nnnn tttt (0000) 1101 mmmm  LDRD reg */
	{ 0x0e5000f0, 0x000000d0, 0x00000f00, dual_reg, 4, LD },
	/* cccc 000P U0W1 nnnn tttt (0000) 1101 mmmm  LDRSB, LDRSBT reg */
	{ 0x0e5000f0, 0x001000d0, 0x00000f00, half_reg, 1, LDS },
	/* cccc 000P U1W0 nnnn tttt iiii 1101 iiii  LDRD imm */
	{ 0x0e5000f0, 0x004000d0, 0, dual_imm, 4, LD },
	/* cccc 000P U1W1 nnnn tttt iiii 1101 iiii  LDRSB, LDRSBT imm */
	{ 0x0e5000f0, 0x005000d0, 0, half_imm, 1, LDS },
	/* cccc 000P U0W0 nnnn tttt (0000) 1111 mmmm  STRD reg */
	{ 0x0e5000f0, 0x000000f0, 0x00000f00, dual_reg, 4, 0 },
	/* cccc 000P U0W1 nnnn tttt (0000) 1111 mmmm  LDRSH, LDRSHT reg */
	{ 0x0e5000f0, 0x001000f0, 0x00000f00, half_reg, 2, LDS },
	/* cccc 000P U1W0 nnnn tttt iiii 1111 iiii  STRD imm */
	{ 0x0e5000f0, 0x004000f0, 0, dual_imm, 4, 0 },
	/* cccc 000P U1W1 nnnn tttt iiii 1111 iiii  LDRSH, LDRSHT imm */
	{ 0x0e5000f0, 0x005000f0, 0, half_imm, 2, LDS },

	/* cccc 010P U0W0 nnnn tttt iiii iiii iiii  STR, STRT imm */
	{ 0x0e500000, 0x04000000, 0, word_imm, 4, 0 },
	/* cccc 010P U0W1 nnnn tttt iiii iiii iiii  LDR, LDRT imm */
	{ 0x0e500000, 0x04100000, 0, word_imm, 4, LD },
	/* cccc 010P U1W0 nnnn tttt iiii iiii iiii  STRB, STRBT imm */
	{ 0x0e500000, 0x04400000, 0, word_imm, 1, 0 },
	/* cccc 010P U1W1 nnnn tttt iiii iiii iiii  LDRB, LDRBT imm */
	{ 0x0e500000, 0x04500000, 0, word_imm, 1, LD },
	/* cccc 011P U0W0 nnnn tttt iiii itt0 mmmm  STR, STRT reg */
	{ 0x0e500010, 0x06000000, 0, word_reg, 4, 0 },
	/* cccc 011P U0W1 nnnn tttt iiii itt0 mmmm  LDR, LDRT reg */
	{ 0x0e500010, 0x06100000, 0, word_reg, 4, LD },
	/* cccc 011P U1W0 nnnn tttt iiii itt0 mmmm  STRB, STRBT reg */
	{ 0x0e500010, 0x06400000, 0, word_reg, 1, 0 },
	/* cccc 011P U1W1 nnnn tttt iiii itt0 mmmm  LDRB, LDRBT reg */
	{ 0x0e500010, 0x06500000, 0, word_reg, 1, LD },

	/* cccc 100P U0W0 nnnn llll llll llll llll  STM; S = 1 is the user bank */
	{ 0x0e500000, 0x08000000, 0, ldst_arm_multiple, 4, 0 },
	/* cccc 100P U0W1 nnnn llll llll llll llll  LDM; S = 1 is the user bank */
	{ 0x0e500000, 0x08100000, 0, ldst_arm_multiple, 4, LD },
};

const struct ldst_table ldst_arm = { rows, ARRAY_SIZE(rows) };
