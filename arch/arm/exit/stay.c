/* SPDX-License-Identifier: Apache-2.0 */
#include <espalier/timer.h>

#include "exit/stay.h"
#include "insn/cpaccess.h"
#include "vcpu/cpu_local.h"
#include "vm.h"

void stay_begin(struct cpu_local *c)
{
	c->stays = c->current;
	c->stay_from = *timer_counter.ticks;
}

static void note_longest(struct arch_vcpu *av, uint32_t n)
{
	struct stay *s = &av->stay;

	s->longest = n;
	s->longest_pc = av->frame.pc;
	s->longest_kind = s->kind;
	s->longest_reg = s->reg;
}

void stay_end(struct cpu_local *c)
{
	struct arch_vcpu *av = c->stays;
	uint32_t now = *timer_counter.ticks, n = (now - c->stay_from) * timer_counter.ns;

	c->stay_from = now;
	if (!av)
		return;
	av->stay.past[av->stay.stays++ % ARCH_PAST] =
		(struct past){ av->frame.pc, av->stay.kind, av->stay.reg };
	av->stay.bucket[n ? 32 - __builtin_clz(n) : 0]++;
	if (unlikely(n > av->stay.longest))
		note_longest(av, n);
}

static const char *stay_what(unsigned kind, unsigned r)
{
	static const char *const names[STAY_KINDS] = {
		[STAY_FIQ] = "interrupt",           [STAY_SMC] = "SMC",
		[STAY_UND] = "undefined",           [STAY_DABT] = "data abort",
		[STAY_PABT] = "prefetch abort",     [STAY_STEP] = "stepping",
		[STAY_EXTERNAL] = "external abort",
	};

	return kind == STAY_CP15 ? cp15_reg_name((enum cp15_reg)r) : names[kind];
}

unsigned arch_vcpu_past(struct vcpu *v, struct arch_past *out)
{
	const struct stay *s = &v->arch->stay;
	unsigned n = MIN(s->stays, ARCH_PAST);

	for (unsigned i = 0; i < n; i++) {
		const struct past *p = &s->past[(s->stays - n + i) % ARCH_PAST];

		out[i] = (struct arch_past){ stay_what(p->kind, p->reg), p->pc };
	}
	return n;
}

void arch_vcpu_stay(struct vcpu *v, struct arch_stay *out)
{
	const struct stay *s = &v->arch->stay;

	*out = (struct arch_stay){ .longest = s->longest, .pc = s->longest_pc };
	out->what = stay_what(s->longest_kind, s->longest_reg);
	for (unsigned n = 0; n < ARCH_STAY_BUCKETS; n++)
		out->bucket[n] = s->bucket[n];
}
