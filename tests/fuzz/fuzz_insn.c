/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
/*
 * Any word from any state: no register out of range, no access that the
 * contract does not know, nothing changed by a failure, and the instruction is
 * left behind by a success.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <insn/exec.h>

#include "insn/insn_cpu.h"

struct input {
	uint32_t word;
	uint32_t cpsr;
	uint32_t pc;
	uint8_t thumb;
	uint8_t probe;
	uint8_t near[14]; /* that register: 0 as given, else near the RAM */
	uint32_t r[15];
};

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void set_up(struct insn_cpu *c, struct insn *i, const struct input *in)
{
	bool wide = thumb_is_wide(in->word >> 16);

	*i = (struct insn){ ISA_ARM, 4, in->word };
	if (in->thumb & 1)
		*i = (struct insn){ ISA_THUMB, wide ? 4 : 2, wide ? in->word : in->word >> 16 };
	cpu_reset(c, in->pc & (in->thumb & 1 ? ~1u : ~3u), in->cpsr & ~(CPSR_T | CPSR_J));
	if (in->thumb & 1)
		c->env.cpsr |= CPSR_T;
	else
		c->env.cpsr &= ~CPSR_IT;
	if (in->probe & 1)
		c->env.probe = NULL;
	c->user_from = CPU_RAM_BASE + 4 * in->probe;
	for (unsigned r = 0; r < 15; r++) {
		c->r[r] = in->r[r];
		if (r < 14 && in->near[r])
			c->r[r] = CPU_RAM_BASE + 4 * in->near[r];
	}
}

static void check(const struct insn *i, const struct insn_cpu *was, const struct insn_cpu *c,
		  int err)
{
	bool failed = err != 0;

	must(c->bad_regs == 0);
	must(err == 0 || err == -EINVAL || err == -ENOTSUP || err == -EFAULT || err == -ENXIO);
	if (failed) {
		must(c->env.pc == was->env.pc && c->env.cpsr == was->env.cpsr);
		must(!memcmp(c->r, was->r, sizeof(c->r)));
		return;
	}
	must(!(c->env.pc & (c->env.cpsr & CPSR_T ? 1 : 3)));
	/* Modes, masks and such are no business of these instructions. */
	must(!((c->env.cpsr ^ was->env.cpsr) & 0x010f03df));
	if (!insn_cond_passed(insn_cond(i, was->env.cpsr), was->env.cpsr)) {
		must(c->env.pc == was->env.pc + i->size);
		must(!memcmp(c->r, was->r, sizeof(c->r)));
		must(!memcmp(c->ram, was->ram, sizeof(c->ram)));
	}
}

/* It goes to what an SPSR or memory says, and never from PL0. */
static void exc_return(const struct insn *i, const struct insn_cpu *was, const uint32_t *spsr)
{
	struct insn_cpu c = *was;
	int err;

	c.env.ctx = &c;
	err = insn_emulate_exc_return(i, &c.env, spsr);
	must(c.bad_regs == 0 && c.users == 0);
	must(err == 0 || err == -EPERM || err == -ENOTSUP || err == -EFAULT || err == -ENXIO);
	must((err == -ENOTSUP) == (insn_step_kind(i) != STEP_EXC_RETURN));
	must(err != 0 || (was->env.cpsr & 0x1f) != 0x10);
	must(err != 0 || !(c.env.pc & (c.env.cpsr & CPSR_T ? 1 : 3)));
	if (err) {
		must(c.env.pc == was->env.pc && c.env.cpsr == was->env.cpsr);
		must(!memcmp(c.r, was->r, sizeof(c.r)) && !memcmp(c.ram, was->ram, sizeof(c.ram)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct insn_cpu was, c;
	struct input in = { 0 };
	enum step_kind kind;
	struct insn i;
	int ldst, pc, simple;

	memcpy(&in, data, size < sizeof(in) ? size : sizeof(in));
	set_up(&was, &i, &in);
	kind = insn_step_kind(&i);
	must(kind <= STEP_WAIT);

	c = was;
	c.env.ctx = &c;
	ldst = insn_emulate_ldst(&i, &c.env);
	check(&i, &was, &c, ldst);
	must(!(ldst == 0 && kind != STEP_OUT_OF_LINE && kind != STEP_EMULATE));
	must(!insn_is_unpriv(&i) || c.users == c.accesses);
	must(insn_is_unpriv(&i) || c.users == 0);

	c = was;
	c.env.ctx = &c;
	pc = insn_emulate_pc(&i, &c.env);
	check(&i, &was, &c, pc);
	must(kind == STEP_EMULATE || pc == -ENOTSUP);

	c = was;
	c.env.ctx = &c;
	simple = insn_emulate_simple(&i, &c.env);
	check(&i, &was, &c, simple);
	must(simple == 0 || simple == -ENOTSUP);
	must(simple || (kind == STEP_OUT_OF_LINE && ldst == -ENOTSUP));
	must(c.accesses == 0);
	must(simple || c.env.pc == was.env.pc + i.size);

	exc_return(&i, &was, &in.pc);
	exc_return(&i, &was, NULL);
	return 0;
}
