/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>

#include <espalier/util.h>

#include "ldst.h"
#include "step_row.h"

/* What a row makes of the registers in `word` that are r15. */
static enum step_kind row_kind(const struct step_row *row, uint32_t word)
{
	static const uint8_t low_bit[4] = { 16, 12, 8, 0 };
	enum step_kind kind = row->kind;

	for (unsigned k = 0; row->pc && k < 4; k++) {
		if ((word >> low_bit[k] & 15) != REG_PC || row->pc[k] == '.')
			continue;
		if (row->pc[k] == 'X')
			return STEP_EXCEPTION;
		kind = STEP_EMULATE;
	}
	return kind;
}

static enum step_kind look_up(const struct step_table *t, uint32_t word)
{
	for (unsigned k = 0; k < t->count; k++)
		if ((word & t->row[k].mask) == t->row[k].value)
			return row_kind(&t->row[k], word);
	return STEP_EXCEPTION;
}

static bool is_vfp(uint32_t word)
{
	return (word & 0x0c000e00) == 0x0c000a00 && (word & 0x0f000000) != 0x0f000000;
}

static enum step_kind arm_kind(uint32_t word)
{
	if (word >> 28 != 15)
		return look_up(is_vfp(word) ? &step_vfp : &step_arm, word);
	if ((word & 0xfe000000) == 0xf2000000 || (word & 0xff100000) == 0xf4000000)
		return look_up(&step_neon, word);
	return look_up(&step_arm_uncond, word);
}

/* NEON differs from ARM in its first byte only (ARM ARM A7.4, A7.7). */
static enum step_kind thumb32_kind(uint32_t word)
{
	uint32_t low = word & 0x00ffffff;

	if ((word & 0xef000000) == 0xef000000)
		return look_up(&step_neon, 0xf2000000 | (word >> 4 & BIT(24)) | low);
	if ((word & 0xff100000) == 0xf9000000)
		return look_up(&step_neon, 0xf4000000 | low);
	if (word >> 28 == 14 && is_vfp(word))
		return look_up(&step_vfp, word);
	return look_up(&step_thumb32, word);
}

enum step_kind insn_step_kind(const struct insn *i)
{
	struct ldst l;
	int err = ldst_decode(i, &l);

	if (err == 0)
		return l.rn == REG_PC || ldst_moves(&l, REG_PC) ? STEP_EMULATE : STEP_OUT_OF_LINE;
	if (err == -EINVAL)
		return STEP_EXCEPTION;
	if (i->isa == ISA_ARM)
		return arm_kind(i->word);
	return i->size == 2 ? look_up(&step_thumb16, i->word) : thumb32_kind(i->word);
}
