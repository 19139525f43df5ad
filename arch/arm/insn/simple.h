/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that emulate integer instructions without memory, PC and system state, and
 * the operations that ARM and Thumb encode differently but share.
 */
#ifndef ARCH_INSN_SIMPLE_H
#define ARCH_INSN_SIMPLE_H

#include "exec.h"

/* What an instruction makes of the state before it; PC and ITSTATE go by themselves. */
struct simple_result {
	uint32_t cpsr;  /* in: that before it */
	uint8_t count;  /* registers written: 0, 1 or 2 */
	uint8_t reg[2]; /* never 15, never twice the same */
	uint32_t value[2];
};

/* Reads registers by env, changes nothing.  0; -ENOTSUP: UNPREDICTABLE form. */
typedef int simple_fn(const struct insn *i, const struct insn_env *env, struct simple_result *res);

/* Register fields of a 32-bit encoding, each by its lowest bit. */
#define F16 (UINT32_C(1) << 16)
#define F12 (UINT32_C(1) << 12)
#define F8  (UINT32_C(1) << 8)
#define F0  (UINT32_C(1) << 0)

/*
 * Fields that must not be r15 or r13 stand in no15, no13.  Rows are searched in
 * order; a word whose first match has such a register is not simple.
 */
struct simple_row {
	uint32_t mask;
	uint32_t value;
	simple_fn *act;
	uint32_t no15;
	uint32_t no13;
};

struct simple_group {
	const struct simple_row *row;
	unsigned count;
};

/* By <27:24> of ARM (condition not 15), <15:11> and <28:24> of Thumb. */
extern const struct simple_group simple_arm[16], simple_thumb16[32], simple_thumb32[32];

/* The row of `i`, its register fields allowed; NULL if there is none.  Its act may still refuse. */
const struct simple_row *simple_find(const struct insn *i);

int simple_nop(const struct insn *i, const struct insn_env *env, struct simple_result *res);

static inline int simple_put(struct simple_result *res, unsigned r, uint32_t v)
{
	res->reg[res->count] = (uint8_t)r;
	res->value[res->count++] = v;
	return 0;
}

static inline uint32_t simple_get(const struct insn_env *env, unsigned r)
{
	return env->get_reg(env->ctx, r);
}

/* N and Z of a product, 32 bits or 64; C and V stay (ARM ARM A8.8.114). */
void simple_flags(struct simple_result *res, bool negative, bool zero);

/* Shift by the low byte of a register (ARM ARM A8.4.3); *carry as insn_shift(). */
uint32_t simple_shift_reg(enum shift_type type, uint32_t amount, uint32_t v, bool *carry);

/* SXTB (bits 8), SXTH (16), and UXTB, UXTH; `rot` is the rotation field, 0..3. */
uint32_t simple_extend(uint32_t v, unsigned rot, unsigned bits, bool is_unsigned);

/* SBFX, UBFX: lsb + widthm1 is 31 at most. */
uint32_t simple_extract(uint32_t v, unsigned lsb, unsigned widthm1, bool is_unsigned);

/* BFI, BFC: bits msb..lsb of d become those of n from bit 0; msb >= lsb. */
uint32_t simple_insert(uint32_t d, uint32_t n, unsigned msb, unsigned lsb);

uint32_t simple_clz(uint32_t v);
uint32_t simple_rbit(uint32_t v);
uint32_t simple_rev(uint32_t v);
uint32_t simple_rev16(uint32_t v);
uint32_t simple_revsh(uint32_t v);

#endif
