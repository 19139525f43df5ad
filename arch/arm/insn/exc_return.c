/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception returns (ARM ARM B9.3.13, B9.3.19, B9.3.20; A5.2.1, A5.2.3).  Each form loads
 * CPSR and PC together, so none of them can run as a copy that is followed by a trap.
 */
#include <errno.h>

#include <espalier/util.h>

#include "alu.h"
#include "step_row.h"

#define RN(w)     BITS(w, 19, 16)
#define MODE_BITS 0x1fu
#define MODE_USR  0x10u

static void exc_return_go_to(struct insn_env *env, uint32_t pc, uint32_t psr)
{
	env->cpsr = psr;
	env->pc = pc & (psr & CPSR_T ? ~1u : ~3u);
}

/* MOVS, SUBS and the like with Rd = PC. */
static int exc_return_data_processing(const struct insn *i, struct insn_env *env,
				      const uint32_t *spsr)
{
	uint32_t flags = env->cpsr, m;
	bool carry;

	if (!spsr)
		return -EPERM;
	m = insn_operand2(i, env, &carry);
	exc_return_go_to(env,
			 alu_op(BITS(i->word, 24, 21), insn_reg(i, env, RN(i->word)), m, carry,
				&flags),
			 *spsr);
	return 0;
}

static int subs_pc_lr(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	if (!spsr)
		return -EPERM;
	exc_return_go_to(env, env->get_reg(env->ctx, REG_LR) - BITS(i->word, 7, 0), *spsr);
	return 0;
}

/* A block transfer of n words: where it starts, what the base becomes (A5.3). */
struct block {
	uint32_t start, end;
};

static struct block exc_return_block(uint32_t base, unsigned n, bool before, bool up)
{
	uint32_t low = up ? base : base - 4 * n;

	return (struct block){ before == up ? low + 4 : low, up ? base + 4 * n : base - 4 * n };
}

/* Loads n words; they have to be aligned whatever SCTLR.A says (A3.2.1). */
static int load_block(struct insn_env *env, uint32_t va, unsigned n, uint32_t *v)
{
	int err;

	if (va & 3) {
		env->fault_va = va;
		return -EFAULT;
	}
	err = env->probe ? env->probe(env->ctx, va, 4 * n, false, false) : 0;
	for (unsigned k = 0; !err && k < n; k++) {
		err = env->load(env->ctx, va + 4 * k, 4, false, &v[k]);
		if (env->cpsr & CPSR_E)
			v[k] = __builtin_bswap32(v[k]);
	}
	return err;
}

/* LDM (exception return): ARM only. */
static int exc_return_ldm(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	uint32_t w = i->word, v[16], k = 0;
	unsigned n = (unsigned)__builtin_popcount(w & 0xffff);
	struct block b = exc_return_block(env->get_reg(env->ctx, RN(w)), n, BITS(w, 24, 24),
					  BITS(w, 23, 23));
	int err;

	if (!spsr)
		return -EPERM;
	err = load_block(env, b.start, n, v);
	if (err)
		return err;
	if (BITS(w, 21, 21))
		env->set_reg(env->ctx, RN(w), b.end);
	for (unsigned r = 0; r < REG_PC; r++)
		if (w >> r & 1)
			env->set_reg(env->ctx, r, v[k++]);
	exc_return_go_to(env, v[k], *spsr);
	return 0;
}

static int exc_return_rfe(const struct insn *i, struct insn_env *env, bool before, bool up)
{
	struct block b = exc_return_block(env->get_reg(env->ctx, RN(i->word)), 2, before, up);
	uint32_t v[2];
	int err = load_block(env, b.start, 2, v);

	if (err)
		return err;
	if (BITS(i->word, 21, 21))
		env->set_reg(env->ctx, RN(i->word), b.end);
	exc_return_go_to(env, v[0], v[1]);
	return 0;
}

static int rfe_arm(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	return exc_return_rfe(i, env, BITS(i->word, 24, 24), BITS(i->word, 23, 23));
}

static int rfe_db(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	return exc_return_rfe(i, env, true, false);
}

static int rfe_ia(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	return exc_return_rfe(i, env, false, true);
}

struct ret_row {
	enum isa isa;
	uint32_t mask, value;
	int (*emulate)(const struct insn *i, struct insn_env *env, const uint32_t *spsr);
};

/* What step_arm.c and step_thumb.c call STEP_EXC_RETURN. */
static const struct ret_row rows[] = {
	/* 1111 100P U0W1 nnnn (0000 1010 0000 0000)  RFE */
	{ ISA_ARM, 0xfe50ffff, 0xf8100a00, rfe_arm },
	/* cccc 100P U1W1 nnnn 1lll llll llll llll  LDM ^ */
	{ ISA_ARM, 0x0e508000, 0x08508000, exc_return_ldm },
	/* cccc 00Io ooo1 nnnn 1111 .... .... ....  ANDS .. MVNS pc */
	{ ISA_ARM, 0x0c10f000, 0x0010f000, exc_return_data_processing },
	/* 1110 1000 00W1 nnnn (1100 0000 0000 0000)  RFEDB */
	{ ISA_THUMB, 0xffd0ffff, 0xe810c000, rfe_db },
	/* 1110 1001 10W1 nnnn (1100 0000 0000 0000)  RFEIA */
	{ ISA_THUMB, 0xffd0ffff, 0xe990c000, rfe_ia },
	/* 1111 0011 1101 (1110) 10(0)0 (1111) iiii iiii  SUBS pc, lr */
	{ ISA_THUMB, 0xffffff00, 0xf3de8f00, subs_pc_lr },
};

int insn_emulate_exc_return(const struct insn *i, struct insn_env *env, const uint32_t *spsr)
{
	if (insn_step_kind(i) != STEP_EXC_RETURN)
		return -ENOTSUP;
	if ((env->cpsr & MODE_BITS) == MODE_USR)
		return -EPERM;
	for (unsigned k = 0; k < ARRAY_SIZE(rows); k++)
		if (i->isa == rows[k].isa && (i->word & rows[k].mask) == rows[k].value)
			return rows[k].emulate(i, env, spsr);
	return -ENOTSUP;
}
