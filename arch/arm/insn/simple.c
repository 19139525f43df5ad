/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>

#include <espalier/util.h>

#include "simple.h"

void simple_flags(struct simple_result *res, bool negative, bool zero)
{
	res->cpsr &= ~(CPSR_N | CPSR_Z);
	res->cpsr |= (negative ? CPSR_N : 0) | (zero ? CPSR_Z : 0);
}

static uint32_t simple_rotate(uint32_t v, unsigned n) { return n ? v >> n | v << (32 - n) : v; }

uint32_t simple_shift_reg(enum shift_type type, uint32_t amount, uint32_t v, bool *carry)
{
	struct shift s = { type, (uint8_t)amount };

	amount &= 0xff;
	if (type == SHIFT_ROR && amount) {
		v = simple_rotate(v, amount & 31);
		*carry = v >> 31;
		return v;
	}
	if (type == SHIFT_ASR && amount > 32) {
		s.amount = 32;
	} else if (amount > 32 || (type == SHIFT_LSL && amount == 32)) {
		*carry = amount == 32 && v & 1;
		return 0;
	}
	return insn_shift(s, v, carry);
}

uint32_t simple_extend(uint32_t v, unsigned rot, unsigned bits, bool is_unsigned)
{
	return simple_extract(simple_rotate(v, 8 * rot), 0, bits - 1, is_unsigned);
}

uint32_t simple_extract(uint32_t v, unsigned lsb, unsigned widthm1, bool is_unsigned)
{
	v <<= 31 - lsb - widthm1;
	return is_unsigned ? v >> (31 - widthm1) : (uint32_t)((int32_t)v >> (31 - widthm1));
}

uint32_t simple_insert(uint32_t d, uint32_t n, unsigned msb, unsigned lsb)
{
	uint32_t field = ((UINT32_C(2) << (msb - lsb)) - 1) << lsb;

	return (d & ~field) | (n << lsb & field);
}

uint32_t simple_clz(uint32_t v) { return v ? (uint32_t)__builtin_clz(v) : 32; }

uint32_t simple_rev(uint32_t v) { return __builtin_bswap32(v); }

uint32_t simple_rev16(uint32_t v) { return simple_rotate(__builtin_bswap32(v), 16); }

uint32_t simple_revsh(uint32_t v) { return simple_extract(__builtin_bswap32(v), 16, 15, false); }

uint32_t simple_rbit(uint32_t v)
{
	v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
	v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
	v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(v);
}

int simple_nop(const struct insn *i, const struct insn_env *env, struct simple_result *res)
{
	return 0;
}

/* The lowest bit of every hexadecimal digit of `word` that is 15. */
static uint32_t digits_15(uint32_t word)
{
	word &= word >> 1;
	return word & word >> 2;
}

static const struct simple_group *find_group(const struct insn *i)
{
	if (i->isa == ISA_ARM)
		return &simple_arm[i->word >> 28 == 15 ? 15 : BITS(i->word, 27, 24)];
	if (i->size == 2)
		return &simple_thumb16[BITS(i->word, 15, 11)];
	return &simple_thumb32[BITS(i->word, 28, 24)];
}

const struct simple_row *simple_find(const struct insn *i)
{
	const struct simple_group *g = find_group(i);
	uint32_t w = i->word;

	for (unsigned k = 0; k < g->count; k++) {
		const struct simple_row *row = &g->row[k];

		if ((w & row->mask) != row->value)
			continue;
		if (digits_15(w) & row->no15)
			return NULL;
		/* 13 and 15 differ in bit 1. */
		return digits_15(w ^ 0x22222222) & row->no13 ? NULL : row;
	}
	return NULL;
}

int insn_emulate_simple(const struct insn *i, struct insn_env *env)
{
	const struct simple_row *row = simple_find(i);
	struct simple_result res = { .cpsr = env->cpsr };
	int err = row ? row->act(i, env, &res) : -ENOTSUP;

	if (err)
		return err;
	if (insn_cond_passed(insn_cond(i, env->cpsr), env->cpsr)) {
		for (unsigned k = 0; k < res.count; k++)
			env->set_reg(env->ctx, res.reg[k], res.value[k]);
		env->cpsr = res.cpsr;
	}
	insn_next(i, env);
	return 0;
}
