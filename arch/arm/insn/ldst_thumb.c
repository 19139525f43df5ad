/* SPDX-License-Identifier: Apache-2.0 */
/* Thumb encodings of loads and stores (ARM ARM A6.2.4, A6.2.5, A6.3.5..A6.3.10). */
#include <errno.h>

#include <espalier/util.h>

#include "ldst.h"

#define RN(w)  BITS(w, 19, 16)
#define RT(w)  BITS(w, 15, 12)
#define RT2(w) BITS(w, 11, 8)
#define RM(w)  BITS(w, 3, 0)

static bool ldst_thumb_bad_reg(unsigned r) { return r == REG_SP || r == REG_PC; }

/* 16 bit: one register, an immediate of n bits scaled by the element's size. */
static int t16_one(struct ldst *l, unsigned rt, unsigned rn, uint32_t imm)
{
	l->count = 1;
	l->reg[0] = rt;
	l->rn = rn;
	ldst_offset(l, true, true, false, imm);
	return 0;
}

static int t16_imm(uint32_t w, struct ldst *l)
{
	return t16_one(l, BITS(w, 2, 0), BITS(w, 5, 3), BITS(w, 10, 6) * l->size);
}

static int t16_reg(uint32_t w, struct ldst *l)
{
	l->rm = BITS(w, 8, 6);
	return t16_one(l, BITS(w, 2, 0), BITS(w, 5, 3), 0);
}

static int t16_sp(uint32_t w, struct ldst *l)
{
	return t16_one(l, BITS(w, 10, 8), REG_SP, BITS(w, 7, 0) * 4);
}

static int t16_literal(uint32_t w, struct ldst *l)
{
	return t16_one(l, BITS(w, 10, 8), REG_PC, BITS(w, 7, 0) * 4);
}

/* A list from a base upwards (IA) or downwards (DB). */
static int ldst_thumb_list(struct ldst *l, unsigned rn, uint32_t regs, bool down, bool wback)
{
	uint32_t bytes = 4 * ldst_list(l, regs);

	l->strict = true;
	l->rn = rn;
	l->wback = wback;
	l->step = down ? -bytes : bytes;
	l->start = down ? -bytes : 0;
	return bytes ? 0 : -EINVAL;
}

static int t16_multiple(uint32_t w, struct ldst *l)
{
	unsigned rn = BITS(w, 10, 8);
	uint32_t regs = BITS(w, 7, 0);

	return ldst_thumb_list(l, rn, regs, false, !l->load || !(regs >> rn & 1));
}

static int t16_push(uint32_t w, struct ldst *l)
{
	return ldst_thumb_list(l, REG_SP, BITS(w, 7, 0) | BITS(w, 8, 8) << REG_LR, true, true);
}

static int t16_pop(uint32_t w, struct ldst *l)
{
	return ldst_thumb_list(l, REG_SP, BITS(w, 7, 0) | BITS(w, 8, 8) << REG_PC, false, true);
}

static int t32_multiple(uint32_t w, struct ldst *l)
{
	uint32_t regs = BITS(w, 15, 0);
	int err = ldst_thumb_list(l, RN(w), regs, BITS(w, 24, 24), BITS(w, 21, 21));

	if (err || l->count < 2 || l->rn == REG_PC)
		return -EINVAL;
	if (l->wback && ldst_moves(l, l->rn))
		return -EINVAL;
	/* P and M together; P in a store and SP are "(0)" in the rows. */
	return (regs & 0xc000) == 0xc000 ? -EINVAL : 0;
}

static int t32_dual(uint32_t w, struct ldst *l)
{
	l->strict = true;
	l->count = 2;
	l->reg[0] = RT(w);
	l->reg[1] = RT2(w);
	l->rn = RN(w);
	ldst_offset(l, BITS(w, 24, 24), BITS(w, 23, 23), BITS(w, 21, 21), BITS(w, 7, 0) * 4);
	if (!l->index && !l->wback)
		return -ENOTSUP; /* exclusives and table branches live here */
	if (ldst_thumb_bad_reg(RT(w)) || ldst_thumb_bad_reg(RT2(w)) || (l->load && RT(w) == RT2(w)))
		return -EINVAL;
	if (l->rn == REG_PC && (l->wback || !l->load))
		return -EINVAL;
	return l->wback && ldst_moves(l, l->rn) ? -EINVAL : 0;
}

/*
 * Rt and Rn of the 32-bit forms.  A load of a byte or halfword to r15 is a
 * hint (PLD, PLI ...), a store relative to r15 is UNDEFINED.
 */
static int t32_one(uint32_t w, struct ldst *l)
{
	l->count = 1;
	l->reg[0] = RT(w);
	l->rn = RN(w);
	if (!l->load && (l->rn == REG_PC || l->reg[0] == REG_PC))
		return l->rn == REG_PC ? -ENOTSUP : -EINVAL;
	if (l->size < 4 && l->reg[0] == REG_PC)
		return -ENOTSUP;
	return l->size < 4 && l->reg[0] == REG_SP ? -EINVAL : 0;
}

static int t32_imm12(uint32_t w, struct ldst *l)
{
	ldst_offset(l, true, true, false, BITS(w, 11, 0));
	return t32_one(w, l);
}

static int t32_literal(uint32_t w, struct ldst *l)
{
	ldst_offset(l, true, BITS(w, 23, 23), false, BITS(w, 11, 0));
	return t32_one(w, l);
}

static int t32_reg(uint32_t w, struct ldst *l)
{
	int err;

	ldst_offset(l, true, true, false, 0);
	l->rm = RM(w);
	l->shift = insn_imm_shift(SHIFT_LSL, BITS(w, 5, 4));
	err = t32_one(w, l);
	return !err && ldst_thumb_bad_reg(l->rm) ? -EINVAL : err;
}

/* Only PUW = 100 (a negative offset) has the hints; 000 and 010 are UNDEFINED. */
static int t32_imm8(uint32_t w, struct ldst *l)
{
	int err;

	ldst_offset(l, BITS(w, 10, 10), BITS(w, 9, 9), BITS(w, 8, 8), BITS(w, 7, 0));
	if (!l->index && !l->wback)
		return -ENOTSUP;
	err = t32_one(w, l);
	if (err)
		return l->wback && l->rn != REG_PC ? -EINVAL : err;
	return l->wback && ldst_moves(l, l->rn) ? -EINVAL : 0;
}

static int t32_unpriv(uint32_t w, struct ldst *l)
{
	int err;

	ldst_offset(l, true, true, false, BITS(w, 7, 0));
	err = t32_one(w, l);
	if (l->rn == REG_PC)
		return err;
	return ldst_thumb_bad_reg(l->reg[0]) ? -EINVAL : err;
}

#define LD    LDST_LOAD
#define LDS   (LDST_LOAD | LDST_SIGN)
#define USR   LDST_USER
#define FIRST LDST_FIRST

static const struct ldst_row rows16[] = {
	/* 0100 1ttt iiii iiii  LDR (literal) */
	{ 0xf800, 0x4800, 0, t16_literal, 4, LD },
	/* 0101 000m mmnn nttt  STR reg */
	{ 0xfe00, 0x5000, 0, t16_reg, 4, 0 },
	/* 0101 001m mmnn nttt  STRH reg */
	{ 0xfe00, 0x5200, 0, t16_reg, 2, 0 },
	/* 0101 010m mmnn nttt  STRB reg */
	{ 0xfe00, 0x5400, 0, t16_reg, 1, 0 },
	/* 0101 011m mmnn nttt  LDRSB reg */
	{ 0xfe00, 0x5600, 0, t16_reg, 1, LDS },
	/* 0101 100m mmnn nttt  LDR reg */
	{ 0xfe00, 0x5800, 0, t16_reg, 4, LD },
	/* 0101 101m mmnn nttt  LDRH reg */
	{ 0xfe00, 0x5a00, 0, t16_reg, 2, LD },
	/* 0101 110m mmnn nttt  LDRB reg */
	{ 0xfe00, 0x5c00, 0, t16_reg, 1, LD },
	/* 0101 111m mmnn nttt  LDRSH reg */
	{ 0xfe00, 0x5e00, 0, t16_reg, 2, LDS },
	/* 0110 0iii iinn nttt  STR imm */
	{ 0xf800, 0x6000, 0, t16_imm, 4, 0 },
	/* 0110 1iii iinn nttt  LDR imm */
	{ 0xf800, 0x6800, 0, t16_imm, 4, LD },
	/* 0111 0iii iinn nttt  STRB imm */
	{ 0xf800, 0x7000, 0, t16_imm, 1, 0 },
	/* 0111 1iii iinn nttt  LDRB imm */
	{ 0xf800, 0x7800, 0, t16_imm, 1, LD },
	/* 1000 0iii iinn nttt  STRH imm */
	{ 0xf800, 0x8000, 0, t16_imm, 2, 0 },
	/* 1000 1iii iinn nttt  LDRH imm */
	{ 0xf800, 0x8800, 0, t16_imm, 2, LD },
	/* 1001 0ttt iiii iiii  STR sp */
	{ 0xf800, 0x9000, 0, t16_sp, 4, 0 },
	/* 1001 1ttt iiii iiii  LDR sp */
	{ 0xf800, 0x9800, 0, t16_sp, 4, LD },
	/* 1011 010M llll llll  PUSH */
	{ 0xfe00, 0xb400, 0, t16_push, 4, 0 },
	/* 1011 110P llll llll  POP */
	{ 0xfe00, 0xbc00, 0, t16_pop, 4, LD },
	/* 1100 0nnn llll llll  STM */
	{ 0xf800, 0xc000, 0, t16_multiple, 4, 0 },
	/* 1100 1nnn llll llll  LDM */
	{ 0xf800, 0xc800, 0, t16_multiple, 4, LD },
};

static const struct ldst_row rows32[] = {
	/* 1110 1000 10W0 nnnn (0)M(0)l llll llll llll  STM, STMIA */
	{ 0xffd00000, 0xe8800000, 0x0000a000, t32_multiple, 4, 0 },
	/* 1110 1000 10W1 nnnn PM(0)l llll llll llll  LDM, POP */
	{ 0xffd00000, 0xe8900000, 0x00002000, t32_multiple, 4, LD },
	/* 1110 1001 00W0 nnnn (0)M(0)l llll llll llll  STMDB, PUSH */
	{ 0xffd00000, 0xe9000000, 0x0000a000, t32_multiple, 4, 0 },
	/* 1110 1001 00W1 nnnn PM(0)l llll llll llll  LDMDB */
	{ 0xffd00000, 0xe9100000, 0x00002000, t32_multiple, 4, LD },

	/* 1110 100P U1W0 nnnn tttt 2222 iiii iiii  STRD */
	{ 0xfe500000, 0xe8400000, 0, t32_dual, 4, 0 },
	/* 1110 100P U1W1 nnnn tttt 2222 iiii iiii  LDRD, LDRD (literal) */
	{ 0xfe500000, 0xe8500000, 0, t32_dual, 4, LD },

	/* Rn = 1111 in a load is the literal form, whatever the lower bits say. */
	/* 1111 1000 U001 1111 tttt iiii iiii iiii  LDRB (literal) */
	{ 0xff7f0000, 0xf81f0000, 0, t32_literal, 1, LD | FIRST },
	/* 1111 1000 U011 1111 tttt iiii iiii iiii  LDRH (literal) */
	{ 0xff7f0000, 0xf83f0000, 0, t32_literal, 2, LD | FIRST },
	/* 1111 1000 U101 1111 tttt iiii iiii iiii  LDR (literal) */
	{ 0xff7f0000, 0xf85f0000, 0, t32_literal, 4, LD | FIRST },
	/* 1111 1001 U001 1111 tttt iiii iiii iiii  LDRSB (literal) */
	{ 0xff7f0000, 0xf91f0000, 0, t32_literal, 1, LDS | FIRST },
	/* 1111 1001 U011 1111 tttt iiii iiii iiii  LDRSH (literal) */
	{ 0xff7f0000, 0xf93f0000, 0, t32_literal, 2, LDS | FIRST },

	/* 1111 1000 1000 nnnn tttt iiii iiii iiii  STRB imm12 */
	{ 0xfff00000, 0xf8800000, 0, t32_imm12, 1, 0 },
	/* 1111 1000 1001 nnnn tttt iiii iiii iiii  LDRB imm12 */
	{ 0xfff00000, 0xf8900000, 0, t32_imm12, 1, LD },
	/* 1111 1000 1010 nnnn tttt iiii iiii iiii  STRH imm12 */
	{ 0xfff00000, 0xf8a00000, 0, t32_imm12, 2, 0 },
	/* 1111 1000 1011 nnnn tttt iiii iiii iiii  LDRH imm12 */
	{ 0xfff00000, 0xf8b00000, 0, t32_imm12, 2, LD },
	/* 1111 1000 1100 nnnn tttt iiii iiii iiii  STR imm12 */
	{ 0xfff00000, 0xf8c00000, 0, t32_imm12, 4, 0 },
	/* 1111 1000 1101 nnnn tttt iiii iiii iiii  LDR imm12 */
	{ 0xfff00000, 0xf8d00000, 0, t32_imm12, 4, LD },
	/* 1111 1001 1001 nnnn tttt iiii iiii iiii  LDRSB imm12 */
	{ 0xfff00000, 0xf9900000, 0, t32_imm12, 1, LDS },
	/* 1111 1001 1011 nnnn tttt iiii iiii iiii  LDRSH imm12 */
	{ 0xfff00000, 0xf9b00000, 0, t32_imm12, 2, LDS },

	/* 1111 1000 0000 nnnn tttt 1110 iiii iiii  STRBT */
	{ 0xfff00f00, 0xf8000e00, 0, t32_unpriv, 1, USR },
	/* 1111 1000 0001 nnnn tttt 1110 iiii iiii  LDRBT */
	{ 0xfff00f00, 0xf8100e00, 0, t32_unpriv, 1, LD | USR },
	/* 1111 1000 0010 nnnn tttt 1110 iiii iiii  STRHT */
	{ 0xfff00f00, 0xf8200e00, 0, t32_unpriv, 2, USR },
	/* 1111 1000 0011 nnnn tttt 1110 iiii iiii  LDRHT */
	{ 0xfff00f00, 0xf8300e00, 0, t32_unpriv, 2, LD | USR },
	/* 1111 1000 0100 nnnn tttt 1110 iiii iiii  STRT */
	{ 0xfff00f00, 0xf8400e00, 0, t32_unpriv, 4, USR },
	/* 1111 1000 0101 nnnn tttt 1110 iiii iiii  LDRT */
	{ 0xfff00f00, 0xf8500e00, 0, t32_unpriv, 4, LD | USR },
	/* 1111 1001 0001 nnnn tttt 1110 iiii iiii  LDRSBT */
	{ 0xfff00f00, 0xf9100e00, 0, t32_unpriv, 1, LDS | USR },
	/* 1111 1001 0011 nnnn tttt 1110 iiii iiii  LDRSHT */
	{ 0xfff00f00, 0xf9300e00, 0, t32_unpriv, 2, LDS | USR },

	/* 1111 1000 0000 nnnn tttt 1PUW iiii iiii  STRB imm8 */
	{ 0xfff00800, 0xf8000800, 0, t32_imm8, 1, 0 },
	/* 1111 1000 0001 nnnn tttt 1PUW iiii iiii  LDRB imm8 */
	{ 0xfff00800, 0xf8100800, 0, t32_imm8, 1, LD },
	/* 1111 1000 0010 nnnn tttt 1PUW iiii iiii  STRH imm8 */
	{ 0xfff00800, 0xf8200800, 0, t32_imm8, 2, 0 },
	/* 1111 1000 0011 nnnn tttt 1PUW iiii iiii  LDRH imm8 */
	{ 0xfff00800, 0xf8300800, 0, t32_imm8, 2, LD },
	/* 1111 1000 0100 nnnn tttt 1PUW iiii iiii  STR imm8, PUSH of one */
	{ 0xfff00800, 0xf8400800, 0, t32_imm8, 4, 0 },
	/* 1111 1000 0101 nnnn tttt 1PUW iiii iiii  LDR imm8, POP of one */
	{ 0xfff00800, 0xf8500800, 0, t32_imm8, 4, LD },
	/* 1111 1001 0001 nnnn tttt 1PUW iiii iiii  LDRSB imm8 */
	{ 0xfff00800, 0xf9100800, 0, t32_imm8, 1, LDS },
	/* 1111 1001 0011 nnnn tttt 1PUW iiii iiii  LDRSH imm8 */
	{ 0xfff00800, 0xf9300800, 0, t32_imm8, 2, LDS },

	/* 1111 1000 0000 nnnn tttt 0000 00ii mmmm  STRB reg */
	{ 0xfff00fc0, 0xf8000000, 0, t32_reg, 1, 0 },
	/* 1111 1000 0001 nnnn tttt 0000 00ii mmmm  LDRB reg */
	{ 0xfff00fc0, 0xf8100000, 0, t32_reg, 1, LD },
	/* 1111 1000 0010 nnnn tttt 0000 00ii mmmm  STRH reg */
	{ 0xfff00fc0, 0xf8200000, 0, t32_reg, 2, 0 },
	/* 1111 1000 0011 nnnn tttt 0000 00ii mmmm  LDRH reg */
	{ 0xfff00fc0, 0xf8300000, 0, t32_reg, 2, LD },
	/* 1111 1000 0100 nnnn tttt 0000 00ii mmmm  STR reg */
	{ 0xfff00fc0, 0xf8400000, 0, t32_reg, 4, 0 },
	/* 1111 1000 0101 nnnn tttt 0000 00ii mmmm  LDR reg */
	{ 0xfff00fc0, 0xf8500000, 0, t32_reg, 4, LD },
	/* 1111 1001 0001 nnnn tttt 0000 00ii mmmm  LDRSB reg */
	{ 0xfff00fc0, 0xf9100000, 0, t32_reg, 1, LDS },
	/* 1111 1001 0011 nnnn tttt 0000 00ii mmmm  LDRSH reg */
	{ 0xfff00fc0, 0xf9300000, 0, t32_reg, 2, LDS },
};

const struct ldst_table ldst_thumb16 = { rows16, ARRAY_SIZE(rows16) };
const struct ldst_table ldst_thumb32 = { rows32, ARRAY_SIZE(rows32) };
