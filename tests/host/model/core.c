/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <espalier/util.h>

#include "insn/ldst.h"
#include "model.h"

/* --- registers ------------------------------------------------------------------------ */

uint32_t *core_bank(struct core *c, uint32_t mode)
{
	struct banked *b = &c->bank;

	switch (mode & PSR_MODE) {
	case MODE_SVC: return b->svc;
	case MODE_ABT: return b->abt;
	case MODE_UND: return b->und;
	case MODE_IRQ: return b->irq;
	case MODE_FIQ: return b->fiq + 5;
	default: return b->usr; /* no SPSR */
	}
}

uint32_t *core_reg(struct core *c, uint32_t cpsr, unsigned r)
{
	if (r >= 13)
		return core_bank(c, cpsr) + (r - 13);
	if (r >= 8 && (cpsr & PSR_MODE) == MODE_FIQ)
		return &c->bank.fiq[r - 8];
	return &c->r[r];
}

static uint32_t env_get(void *ctx, unsigned r)
{
	struct core *c = ctx;

	return *core_reg(c, c->cpsr, r);
}

static void env_set(void *ctx, unsigned r, uint32_t v)
{
	struct core *c = ctx;

	*core_reg(c, c->cpsr, r) = v;
}

/* --- memory ------------------------------------------------------------------------------ */

static int env_load(void *ctx, uint32_t va, unsigned size, bool user, uint32_t *v)
{
	struct core *c = ctx;

	return c->ops->access(c, va, size, GWALK_READ, user || core_user(c), v);
}

static int env_store(void *ctx, uint32_t va, unsigned size, bool user, uint32_t v)
{
	struct core *c = ctx;

	return c->ops->access(c, va, size, GWALK_WRITE, user || core_user(c), &v);
}

static int env_probe(void *ctx, uint32_t va, unsigned size, bool write, bool user)
{
	struct core *c = ctx;
	enum gwalk_access acc = write ? GWALK_WRITE : GWALK_READ;
	uint32_t last = va + size - 1;

	if (c->ops->access(c, va, 1, acc, user || core_user(c), NULL))
		return -EFAULT;
	if (!((va ^ last) & ~PAGE_MASK))
		return 0;
	return c->ops->access(c, last & ~PAGE_MASK, 1, acc, user || core_user(c), NULL);
}

static int fetch(struct core *c, struct insn *i)
{
	uint32_t lo, hi;

	if (!(c->cpsr & PSR_T)) {
		*i = (struct insn){ ISA_ARM, 4, 0 };
		return c->ops->access(c, c->pc & ~3u, 4, GWALK_EXEC, core_user(c), &i->word);
	}
	if (c->ops->access(c, c->pc, 2, GWALK_EXEC, core_user(c), &lo))
		return -EFAULT;
	*i = (struct insn){ ISA_THUMB, thumb_is_wide((uint16_t)lo) ? 4 : 2, lo };
	if (i->size == 2)
		return 0;
	if (c->ops->access(c, c->pc + 2, 2, GWALK_EXEC, core_user(c), &hi))
		return -EFAULT;
	i->word = lo << 16 | hi;
	return 0;
}

/* --- exceptions ----------------------------------------------------------------------------- */

void core_exception(struct core *c, uint32_t mode, uint32_t vector, uint32_t lr)
{
	uint32_t *b = core_bank(c, mode);

	c->entered = mode;
	b[1] = lr;
	b[2] = c->cpsr;
	c->cpsr = (c->cpsr & ~(PSR_MODE | PSR_T | PSR_E | PSR_IT)) | mode | PSR_I;
	if (c->ops->sctlr(c) & SCTLR_TE)
		c->cpsr |= PSR_T;
	c->pc = c->ops->vectors(c) + vector;
}

static void undefined(struct core *c)
{
	core_exception(c, MODE_UND, 0x04, c->pc + (c->cpsr & PSR_T ? 2 : 4));
}

static void data_abort(struct core *c)
{
	c->ops->fault(c, true);
	core_exception(c, MODE_ABT, 0x10, c->pc + 8);
}

static void prefetch_abort(struct core *c)
{
	c->ops->fault(c, false);
	core_exception(c, MODE_ABT, 0x0c, c->pc + 4);
}

static void next(struct core *c, const struct insn *i)
{
	c->pc += i->size;
	if (i->isa == ISA_THUMB)
		c->cpsr = insn_advance_it(c->cpsr);
}

/* --- kinds of instructions: 0, -ENOTSUP: another kind, -EINVAL: UNDEF, -EFAULT ---------------- */

static bool is_svc(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0f000000) == 0x0f000000 && i->word >> 28 != 15 :
				   i->size == 2 && (i->word & 0xff00) == 0xdf00;
}

static bool is_smc(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0ffffff0) == 0x01600070 && i->word >> 28 != 15 :
				   i->size == 4 && (i->word & 0xfff0f000) == 0xf7f08000;
}

static bool is_bkpt(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0xfff000f0) == 0xe1200070 :
				   i->size == 2 && (i->word & 0xff00) == 0xbe00;
}

static int call(struct core *c, const struct insn *i)
{
	if (is_svc(i)) {
		next(c, i);
		core_exception(c, MODE_SVC, 0x08, c->pc);
		return 0;
	}
	if (is_bkpt(i)) {
		c->fault = (struct vm_abort){ c->pc, 2, 0, false }; /* debug event */
		prefetch_abort(c);
		return 0;
	}
	if (!is_smc(i))
		return -ENOTSUP;
	return !core_user(c) && c->ops->smc(c) ? 0 : -EINVAL;
}

/*
 * SYS has no SPSR.  Hidden faults overwrite LR and SPSR of abt and und, which the VMM can
 * make good only for handlers that an exception has led to (docs/design.md, Exits).
 */
static bool knows_return(const struct core *c)
{
	uint32_t mode = c->cpsr & PSR_MODE;

	return mode != MODE_SYS && ((mode != MODE_ABT && mode != MODE_UND) || c->entered == mode);
}

static int coprocessor(struct core *c, const struct insn *i)
{
	struct cp_access a;
	uint32_t v = 0;

	if (i->size != 4 || !cp_decode(i->word, &a))
		return -ENOTSUP;
	if (core_user(c) || a.two)
		return -EINVAL; /* the few that PL0 may do are not modelled */
	c->unpredictable |= a.rt == 14 && !knows_return(c);
	if (!a.read && a.rt != 15)
		v = env_get(c, a.rt);
	if (!c->ops->cp(c, &a, &v))
		return -EINVAL;
	next(c, i);
	if (a.read && a.rt == 15)
		c->cpsr = (c->cpsr & 0x0fffffff) | (v & 0xf0000000);
	else if (a.read)
		env_set(c, a.rt, v);
	return 0;
}

static int go_to(struct core *c, uint32_t pc, uint32_t psr)
{
	if (!vm_psr_valid(psr)) {
		c->unpredictable = true;
		psr = (psr & ~(PSR_MODE | PSR_J)) | (c->cpsr & PSR_MODE);
	}
	c->cpsr = psr;
	c->pc = pc & (psr & PSR_T ? ~1u : ~3u);
	return 0;
}

/* RFEIA of either state, without write-back (ARM ARM B9.3.13). */
static int rfe(struct core *c, const struct insn *i)
{
	uint32_t w = i->word, pc, psr, a;

	if (i->isa == ISA_ARM ? (w & 0xfff0ffff) != 0xf8900a00 : (w & 0xfff0ffff) != 0xe990c000)
		return -ENOTSUP;
	if (core_user(c) || BITS(w, 19, 16) == 15)
		return -EINVAL;
	a = env_get(c, BITS(w, 19, 16));
	c->unpredictable |= a & 3;
	if (env_load(c, a, 4, false, &pc) || env_load(c, a + 4, 4, false, &psr))
		return -EFAULT;
	return go_to(c, pc, psr);
}

/* MOVS pc, Rm and SUBS pc, Rn, #imm (ARM ARM B9.3.20). */
static int exception_return(struct core *c, const struct insn *i)
{
	uint32_t w = i->word, pc;

	if (i->isa == ISA_THUMB && (w & 0xffffff00) == 0xf3de8f00)
		pc = env_get(c, 14) - (w & 0xff);
	else if (i->isa == ISA_ARM && (w & 0x0ffffff0) == 0x01b0f000 && (w & 15) != 15)
		pc = env_get(c, w & 15);
	else if (i->isa == ISA_ARM && (w & 0x0ff0ff00) == 0x0250f000 && BITS(w, 19, 16) != 15)
		pc = env_get(c, BITS(w, 19, 16)) - (w & 0xff);
	else
		return rfe(c, i);
	if (core_user(c))
		return -EINVAL;
	c->unpredictable |= !knows_return(c);
	return go_to(c, pc, core_bank(c, c->cpsr)[2]);
}

/* MRS Rd, SPSR (ARM ARM B9.3.9), as the shim has it. */
static int read_spsr(struct core *c, const struct insn *i)
{
	if (i->isa != ISA_ARM || (i->word & 0x0fff0fff) != 0x014f0000 || i->word >> 28 == 15)
		return -ENOTSUP;
	if (core_user(c) || (c->cpsr & PSR_MODE) == MODE_SYS)
		return -EINVAL;
	env_set(c, BITS(i->word, 15, 12), core_bank(c, c->cpsr)[2]);
	next(c, i);
	return 0;
}

/* LDREX and STREX of a word; the monitor is always with us. */
static int exclusive(struct core *c, const struct insn *i)
{
	uint32_t w = i->word, a, v;
	bool load = (w & 0x0ff00fff) == 0x01900f9f;

	if (i->isa != ISA_ARM || (!load && (w & 0x0ff00ff0) != 0x01800f90))
		return -ENOTSUP;
	a = env_get(c, BITS(w, 19, 16));
	if (a & 3) {
		c->fault = (struct vm_abort){ a, FSR_ALIGNMENT, 0, !load };
		return -EFAULT;
	}
	c->special = true;
	if (load ? env_load(c, a, 4, false, &v) : env_store(c, a, 4, false, env_get(c, w & 15)))
		return -EFAULT;
	env_set(c, BITS(w, 15, 12), load ? v : 0);
	next(c, i);
	return 0;
}

/* VLDR and VSTR (ARM ARM A8.8.333, A8.8.413). */
static int vfp(struct core *c, const struct insn *i)
{
	uint32_t w = i->word, words = BITS(w, 8, 8) + 1, rn = BITS(w, 19, 16), a;
	uint32_t *s =
		&c->s[words == 2 ? 2 * BITS(w, 15, 12) : 2 * BITS(w, 15, 12) + BITS(w, 22, 22)];
	uint32_t imm = (w & 0xff) * 4, v[2];

	if (i->size != 4 || (w & 0x0f200e00) != 0x0d000a00 || w >> 28 == 15)
		return -ENOTSUP;
	a = rn == 15 ? ALIGN_DOWN(c->pc, 4u) + (i->isa == ISA_ARM ? 8 : 4) : env_get(c, rn);
	a += BITS(w, 23, 23) ? imm : -imm;
	if (a & 3) {
		c->fault = (struct vm_abort){ a, FSR_ALIGNMENT, 0, !BITS(w, 20, 20) };
		return -EFAULT;
	}
	c->special = true;
	for (unsigned n = 0; n < words; n++)
		if (BITS(w, 20, 20) ? env_load(c, a + 4 * n, 4, false, &v[n]) :
				      env_store(c, a + 4 * n, 4, false, s[n]))
			return -EFAULT;
	if (BITS(w, 20, 20))
		memcpy(s, v, 4 * words);
	next(c, i);
	return 0;
}

static int hint(struct core *c, const struct insn *i)
{
	if (insn_step_kind(i) != STEP_WAIT)
		return -ENOTSUP;
	next(c, i);
	return 0;
}

/* The instructions that a handler or a plain program needs, by the product's emulators. */
static int plain(struct core *c, const struct insn *i)
{
	static int (*const fn[])(const struct insn *, struct insn_env *) = { insn_emulate_simple,
									     insn_emulate_ldst,
									     insn_emulate_pc };
	struct insn_env env = {
		.ctx = c,
		.pc = c->pc,
		.cpsr = c->cpsr,
		.get_reg = env_get,
		.set_reg = env_set,
		.load = env_load,
		.store = env_store,
		.probe = env_probe,
	};
	int err = -ENOTSUP;

	for (unsigned n = 0; n < ARRAY_SIZE(fn) && err == -ENOTSUP; n++)
		err = fn[n](i, &env);
	if (!err) {
		c->pc = env.pc;
		c->cpsr = env.cpsr;
	}
	if (err == -EFAULT && !c->fault.fs) {
		struct ldst l;

		c->fault = (struct vm_abort){ env.fault_va, FSR_ALIGNMENT, 0,
					      !ldst_decode(i, &l) && !l.load };
	}
	return err;
}

static int execute(struct core *c, const struct insn *i)
{
	static int (*const kinds[])(struct core *, const struct insn *) = {
		call, coprocessor, exception_return, read_spsr, exclusive, vfp, hint, plain
	};
	int err = -ENOTSUP;

	if (!insn_cond_passed(insn_cond(i, c->cpsr), c->cpsr)) {
		next(c, i);
		return 0;
	}
	for (unsigned n = 0; n < ARRAY_SIZE(kinds) && err == -ENOTSUP; n++)
		err = kinds[n](c, i);
	return err;
}

/* Words that the VMM takes for its own (docs/verifier.md), and what is not modelled. */
static bool out_of_scope(const struct insn *i, int err)
{
	uint32_t w = i->word;

	if (err == -ENOTSUP && insn_step_kind(i) != STEP_EXCEPTION)
		return true;
	if (i->isa == ISA_THUMB && i->size == 2)
		return (w & 0xff10) == 0xde00 && w & 0xe0;
	return (i->isa == ISA_ARM &&
		((w & 0xfff0fff0) == 0xe7f0def0 || (w & 0x0ffffff0) == 0x01600070)) ||
	       (i->size == 4 && (w & 0x0f000d10) == 0x0e000c10 && BITS(w, 9, 9) == 0);
}

void core_step(struct core *c)
{
	struct insn i;
	int err;

	c->fault = (struct vm_abort){ 0 };
	c->special = false;
	if (c->irq && !(c->cpsr & PSR_I)) {
		core_exception(c, MODE_IRQ, 0x18, c->pc + 4);
		return;
	}
	if (fetch(c, &i)) {
		prefetch_abort(c);
		return;
	}
	err = execute(c, &i);
	c->unpredictable |= out_of_scope(&i, err) &&
			    (i.isa == ISA_THUMB || insn_cond_passed(i.word >> 28, c->cpsr));
	if (err == -EFAULT)
		data_abort(c);
	else if (err)
		undefined(c);
}
