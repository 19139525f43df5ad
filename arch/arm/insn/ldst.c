/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores: decode, act, write back, advance the PC. */
#include <errno.h>

#include <espalier/util.h>

#include "ldst.h"

void ldst_offset(struct ldst *l, bool index, bool add, bool wback, uint32_t imm)
{
	l->index = index;
	l->add = add;
	l->wback = wback;
	l->step = add ? imm : -imm;
	l->start = index ? l->step : 0;
}

unsigned ldst_list(struct ldst *l, uint32_t list)
{
	l->count = 0;
	for (unsigned r = 0; r < 16; r++)
		if (list >> r & 1)
			l->reg[l->count++] = (uint8_t)r;
	return l->count;
}

bool ldst_moves(const struct ldst *l, unsigned r)
{
	for (unsigned k = 0; k < l->count; k++)
		if (l->reg[k] == r)
			return true;
	return false;
}

static const struct ldst_row *ldst_find_row(const struct ldst_table *t, uint32_t word)
{
	for (unsigned k = 0; k < t->count; k++)
		if ((word & t->row[k].mask) == t->row[k].value)
			return &t->row[k];
	return NULL;
}

static const struct ldst_table *table_of(const struct insn *i)
{
	if (i->isa == ISA_ARM)
		return i->word >> 28 == 15 ? NULL : &ldst_arm;
	return i->size == 2 ? &ldst_thumb16 : &ldst_thumb32;
}

int ldst_decode(const struct insn *i, struct ldst *l)
{
	const struct ldst_table *t = table_of(i);
	const struct ldst_row *row = t ? ldst_find_row(t, i->word) : NULL;
	int err;

	if (!row)
		return -ENOTSUP;
	*l = (struct ldst){
		.load = row->flags & LDST_LOAD,
		.sign = row->flags & LDST_SIGN,
		.user = row->flags & LDST_USER,
		.size = row->size,
		.rm = NO_REG,
	};
	err = row->decode(i->word, l);
	return !err && (i->word & row->sbz) ? -EINVAL : err;
}

bool insn_is_unpriv(const struct insn *i)
{
	struct ldst l;

	return ldst_decode(i, &l) == 0 && l.user;
}

bool insn_is_store(const struct insn *i)
{
	struct ldst l;

	return ldst_decode(i, &l) == 0 && !l.load;
}

/* Where the access starts, and what the base becomes. */
struct place {
	uint32_t va;
	uint32_t base;
};

static struct place ldst_locate(const struct insn *i, const struct insn_env *env,
				const struct ldst *l)
{
	uint32_t base = insn_reg(i, env, l->rn), off;
	bool carry = env->cpsr & CPSR_C;

	if (l->rn == REG_PC)
		base &= ~UINT32_C(3);
	if (l->rm == NO_REG)
		return (struct place){ base + l->start, base + l->step };
	off = insn_shift(l->shift, insn_reg(i, env, l->rm), &carry);
	if (!l->add)
		off = -off;
	return (struct place){ base + (l->index ? off : 0), base + off };
}

static uint32_t in_data_order(const struct insn_env *env, uint32_t v, unsigned size)
{
	if (!(env->cpsr & CPSR_E) || size == 1)
		return v;
	return size == 2 ? __builtin_bswap16((uint16_t)v) : __builtin_bswap32(v);
}

/* ARM ARM A3.2.1: one that is not aligned is bytes to whoever handles it. */
static unsigned ldst_piece(uint32_t va, unsigned size) { return va & (size - 1) ? 1 : size; }

static int load_one(struct insn_env *env, uint32_t va, const struct ldst *l, uint32_t *v)
{
	unsigned step = ldst_piece(va, l->size);

	*v = 0;
	for (unsigned at = 0; at < l->size; at += step) {
		uint32_t part = 0;
		int err = env->load(env->ctx, va + at, step, l->user, &part);

		if (err)
			return err;
		*v |= part << (8 * at);
	}
	*v = in_data_order(env, *v, l->size);
	return 0;
}

static int store_one(struct insn_env *env, uint32_t va, const struct ldst *l, uint32_t v)
{
	unsigned step = ldst_piece(va, l->size);

	v = in_data_order(env, v, l->size);
	for (unsigned at = 0; at < l->size; at += step) {
		uint32_t part = v >> (8 * at);
		int err;

		if (step < 4)
			part &= BIT(8 * step) - 1;
		err = env->store(env->ctx, va + at, step, l->user, part);
		if (err)
			return err;
	}
	return 0;
}

static uint32_t ldst_extend(const struct ldst *l, uint32_t v)
{
	if (!l->sign)
		return v;
	return l->size == 1 ? (uint32_t)(int8_t)v : (uint32_t)(int16_t)v;
}

/* Loads into v[], or stores; no register changes here. */
static int move_all(const struct insn *i, struct insn_env *env, const struct ldst *l, uint32_t va,
		    uint32_t v[16])
{
	for (unsigned k = 0; k < l->count; k++) {
		uint32_t at = va + k * l->size;
		int err;

		if (l->load)
			err = load_one(env, at, l, &v[k]);
		else
			err = store_one(env, at, l, insn_reg(i, env, l->reg[k]));
		if (err)
			return err;
		v[k] = ldst_extend(l, v[k]);
	}
	return 0;
}

static int swap_one(const struct insn *i, struct insn_env *env, const struct ldst *l, uint32_t va,
		    uint32_t *old)
{
	int err = load_one(env, va, l, old);

	return err ? err : store_one(env, va, l, insn_reg(i, env, l->reg[1]));
}

static int ldst_check(struct insn_env *env, const struct ldst *l, uint32_t va)
{
	unsigned bytes = l->size * (l->swap ? 1 : l->count);

	if (l->strict && (va & 3)) {
		env->fault_va = va;
		return -EFAULT;
	}
	if (!env->probe || (!l->swap && ldst_piece(va, l->size) == bytes))
		return 0;
	return env->probe(env->ctx, va, bytes, !l->load, l->user);
}

/* LoadWritePC: needs a whole, aligned word and a legal target (ARM ARM A2.3.2). */
static int check_pc(const struct insn_env *env, const struct ldst *l, uint32_t va,
		    const uint32_t v[16])
{
	bool legal = insn_bx_ok(v[l->count - 1]) && !(va & 3);

	return legal && !insn_it_not_last(env->cpsr) ? 0 : -EINVAL;
}

static int ldst_execute(const struct insn *i, struct insn_env *env, const struct ldst *l)
{
	bool to_pc = l->load && ldst_moves(l, REG_PC);
	struct place p = ldst_locate(i, env, l);
	uint32_t v[16] = { 0 };
	int err = ldst_check(env, l, p.va);

	if (!err)
		err = l->swap ? swap_one(i, env, l, p.va, v) : move_all(i, env, l, p.va, v);
	if (!err && to_pc)
		err = check_pc(env, l, p.va, v);
	if (err)
		return err;
	if (l->wback)
		env->set_reg(env->ctx, l->rn, p.base);
	for (unsigned k = 0; k < (l->swap ? 1 : l->load ? l->count : 0u); k++)
		if (l->reg[k] != REG_PC)
			env->set_reg(env->ctx, l->reg[k], v[k]);
	if (to_pc)
		insn_bx(env, v[l->count - 1]);
	else
		insn_next(i, env);
	return 0;
}

int insn_emulate_ldst(const struct insn *i, struct insn_env *env)
{
	struct ldst l;
	int err = ldst_decode(i, &l);

	if (err)
		return err;
	if (insn_cond_passed(insn_cond(i, env->cpsr), env->cpsr))
		return ldst_execute(i, env, &l);
	insn_next(i, env);
	return 0;
}
