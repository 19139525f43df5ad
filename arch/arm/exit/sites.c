/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exit.h"
#include "insn/ldst.h"
#include "sites.h"
#include "vm.h"

/* What of the CPSR the meaning of an access depends on: mode, state, byte order. */
#define SITE_PSR (PSR_MODE | PSR_T | PSR_E)

/* All that one TLB entry for va may cover: up to a supersection, or a large page. */
static void hull_add(uint32_t *first, uint32_t *last, uint32_t va, const struct gwalk *t)
{
	uint32_t mask = t->level == 1 ? 0xffffff : 0xffff;

	*first = MIN(*first, va & ~mask);
	*last = MAX(*last, va | mask);
}

/* The guest maps pc for all its address spaces: something there will be remembered. */
static bool note_code(struct arch_vcpu *av, uint32_t pc)
{
	struct gwalk t;

	if (vm_walk(av, pc, GWALK_READ, false, &t) || t.ng)
		return false;
	hull_add(&av->sites->code_first, &av->sites->code_last, pc, &t);
	return true;
}

static void hulls_clear(struct sites *s)
{
	s->code_first = s->device_first = UINT32_MAX;
	s->code_last = s->device_last = 0;
}

void sites_reset(struct arch_vcpu *av)
{
	memset(av->sites, 0, sizeof(*av->sites));
	memset(av->fast_site, 0, sizeof(av->fast_site));
	hulls_clear(av->sites);
}

void sites_forget(struct arch_vcpu *av)
{
	av->ag->code_gen++;
	if (av->sites->code_first > av->sites->code_last)
		return;
	memset(av->fast_site, 0, sizeof(av->fast_site));
	hulls_clear(av->sites);
}

void sites_tlbi_va(struct arch_vcpu *av, uint32_t va)
{
	const struct sites *s = av->sites;

	if ((va >= s->code_first && va <= s->code_last) ||
	    (va >= s->device_first && va <= s->device_last))
		sites_forget(av);
}

/* --- replacement words ---------------------------------------------------------- */

const struct trap_site *sites_trap(struct arch_vcpu *av)
{
	uint32_t pc = av->frame.pc;
	enum isa isa = exit_isa(av);
	struct trap_site *s = &av->sites->trap[pc >> 2 & (TRAP_SITES - 1)];

	if (s->pc == pc && s->gen == av->ag->code_gen && s->insn.isa == isa &&
	    s->user == vm_user(av))
		return s;
	s->gen = 0;
	if (vm_fetch_trapped(av, pc, isa, &s->insn))
		return NULL;
	if (!vcp15_decode(&s->insn, &s->op))
		s->op.row = NULL;
	if (note_code(av, pc)) {
		s->pc = pc;
		s->user = vm_user(av);
		s->gen = av->ag->code_gen;
	}
	return s;
}

void sites_note_dacr(struct arch_vcpu *av, const struct trap_site *s)
{
	uint32_t lr = s->pc + 4;

	if (s->gen != av->ag->code_gen || s->op.read || s->op.rt > 12 || !vcp15_is_dacr(&s->op) ||
	    !(av->mmu.sctlr & SCTLR_M) || (av->frame.cpsr & PSR_MODE) == MODE_FIQ ||
	    av->ag->guest->lazy_domains)
		return;
	av->fast_site[(lr >> 2 ^ lr >> FAST_TAG) & (FAST_SITES - 1)] =
		(lr >> FAST_TAG << FAST_TAG) | FAST_VALID | s->op.rt;
}

/* --- devices ------------------------------------------------------------------------ */

static struct access_site *access_slot(struct arch_vcpu *av, uint32_t pc)
{
	return &av->sites->access[pc >> 2 & (ACCESS_SITES - 1)];
}

/* 0, or -ENXIO: no register there. */
static int sites_perform(const struct access_site *s, struct mmio *m)
{
	struct emul_dev *d = s->dev;

	if (m->offset == s->offset && s->get)
		m->value = s->get(d, m, s->index);
	else if (m->offset == s->offset && s->set)
		s->set(d, m, s->index, m->value);
	else
		return d->cls->access(d, m);
	return 0;
}

static uint32_t sites_extend(const struct access_site *s, uint32_t v)
{
	if (!s->sign)
		return v;
	return s->size == 1 ? (uint32_t)(int8_t)v : (uint32_t)(int16_t)v;
}

bool sites_access(struct arch_vcpu *av, uint32_t va, bool write)
{
	const struct access_site *s = access_slot(av, av->frame.pc);
	struct mmio m;

	if (s->pc != av->frame.pc || s->gen != av->ag->code_gen ||
	    s->psr != (av->frame.cpsr & SITE_PSR) || (s->va ^ va) & ~PAGE_MASK ||
	    s->write != write || va & (s->size - 1u) ||
	    s->dacr != dacr_field(av->mmu.dacr, s->domain))
		return false;
	m = (struct mmio){ s->offset + va - s->va, s->size, write, s->window, av->vcpu->id, 0 };
	if (m.offset >= s->limit || s->limit - m.offset < s->size)
		return false;
	if (write)
		m.value = vm_get_reg(av, av->frame.cpsr, s->rt) & s->lanes;
	if (sites_perform(s, &m))
		return false;
	if (!write)
		vm_set_reg(av, av->frame.cpsr, s->rt, sites_extend(s, m.value));
	vm_count(av, DABT_MMIO);
	av->fault_repeat = 0;
	exit_next_insn(av, &s->insn);
	return true;
}

static bool sites_simple(const struct insn *i, struct ldst *l)
{
	return !ldst_decode(i, l) && l->count == 1 && !l->swap && !l->wback && !l->user &&
	       !l->strict && l->reg[0] < 13;
}

static void note_register(struct access_site *a)
{
	struct mmio m = { .offset = a->offset, .size = a->size, .window = a->window };
	const struct reg_row *r = a->size == 4 ? emul_find_row(a->dev, &m, &a->index) : NULL;

	if (r && a->write)
		a->set = r->set;
	else if (r)
		a->get = r->get;
}

void sites_note_access(struct arch_vcpu *av, uint32_t pc, uint32_t cpsr, const struct insn *i,
		       uint32_t va, const struct gwalk *t)
{
	const struct region *r = traptab_find(&av->ag->guest->map, GPA(t->pa));
	struct sites *s = av->sites;
	struct access_site *a;
	struct ldst l;

	if (t->ng || !r || r->kind != REGION_EMUL || cpsr & PSR_E || !sites_simple(i, &l) ||
	    !note_code(av, pc))
		return;
	a = access_slot(av, pc);
	*a = (struct access_site){
		.pc = pc,
		.gen = av->ag->code_gen,
		.va = va,
		.offset = t->pa - r->base.v,
		.limit = r->size,
		.dev = r->dev,
		.psr = cpsr & SITE_PSR,
		.insn = *i,
		.lanes = l.size == 4 ? UINT32_MAX : BIT(8 * l.size) - 1,
		.size = l.size,
		.rt = l.reg[0],
		.window = r->window,
		.write = !l.load,
		.sign = l.sign,
		.domain = t->domain,
		.dacr = dacr_field(av->mmu.dacr, t->domain),
	};
	note_register(a);
	hull_add(&s->device_first, &s->device_last, va, t);
}
