/* SPDX-License-Identifier: Apache-2.0 */
/* Guests and vCPUs as core asks for them (arch.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/sched.h>

#include "cpu_local.h"
#include "exit/step.h"
#include "exit/vcp15.h"
#include "vm.h"

/* The checker reckons with these (means.h). */
/* A host test has wider pointers, and means of its own. */
_Static_assert(sizeof(void *) != 4 || sizeof(struct gframe) <= MEANS_FRAME_BYTES,
	       "MEANS_FRAME_BYTES");
_Static_assert(sizeof(struct arch_guest) + PAGE_SIZE <= MEANS_GUEST_BYTES, "MEANS_GUEST_BYTES");
_Static_assert(MAX_BANKS == MEANS_BANKS, "MEANS_BANKS");

/* --- guests --------------------------------------------------------------------- */

static uint32_t frames_size(const struct bank *b)
{
	return (b->size >> PAGE_SHIFT) * sizeof(struct gframe);
}

static int vcpu_add_bank(struct arch_guest *ag, const struct region *r)
{
	struct bank *b = &ag->bank[ag->banks];

	if (ag->banks == MAX_BANKS)
		return -ENOSPC;
	*b = (struct bank){ r->base, r->size, r->host, NULL };
	b->frames = means_take(ag->guest, MEANS_FRAMES, frames_size(b), MEANS_GRAIN);
	if (!b->frames)
		return -ENOMEM;
	ag->banks++;
	return 0;
}

/* Half of what was set aside each, in whole pages. */
static void make_patch_pools(struct arch_guest *ag)
{
	uint32_t half = ALIGN_DOWN(ag->guest->means.plan.bytes[MEANS_PATCHES] / 2, PAGE_SIZE);

	for (unsigned n = 0; n < ARRAY_SIZE(ag->patches); n++)
		patch_pool_init(&ag->patches[n],
				means_take(ag->guest, MEANS_PATCHES, half, PAGE_SIZE), half);
}

int arch_guest_create(struct guest *g)
{
	struct arch_guest *ag = means_take(g, MEANS_STATE, sizeof(*ag), MEANS_GRAIN);

	if (!ag)
		return -ENOMEM;
	g->arch = ag;
	ag->guest = g;
	ag->code_gen = 1;
	verify_dict_init(&ag->dict);
	make_patch_pools(ag);
	for (unsigned n = 0; n < g->map.n; n++) {
		int err = g->map.regions[n].kind == REGION_RAM ?
				  vcpu_add_bank(ag, &g->map.regions[n]) :
				  0;

		if (err)
			return err;
	}
	return 0;
}

void arch_guest_destroy(struct guest *g)
{
	if (g->arch)
		frames_destroy();
	g->arch = NULL; /* all of it lay in the guest's means */
}

void arch_guest_reset(struct guest *g)
{
	for (unsigned n = 0; n < g->nr_vcpus; n++)
		shadow_flush(g->vcpus[n].arch);
	frames_reset(g->arch);
	verify_dict_init(&g->arch->dict);
}

void arch_guest_before_write(struct guest *g, gpa_t a, uint32_t size)
{
	uint32_t first = ALIGN_DOWN(a.v, PAGE_SIZE), last = a.v + size - 1;

	for (uint32_t p = first; size && p - first <= last - first; p += PAGE_SIZE) {
		struct fref fr = frame_find(g->arch, GPA(p));

		if (fr.f)
			frame_to_data(g->vcpus[0].arch, fr);
	}
}

/* --- vCPUs ------------------------------------------------------------------------- */

static void *vcpu_state(struct vcpu *v, uint32_t bytes)
{
	return means_take(v->guest, MEANS_STATE, bytes, PAGE_SIZE);
}

int arch_vcpu_create(struct vcpu *v)
{
	struct arch_vcpu *av = vcpu_state(v, sizeof(*av));

	if (!av)
		return -ENOMEM;
	v->arch = av;
	av->vcpu = v;
	av->ag = v->guest->arch;
	av->sites = vcpu_state(v, sizeof(*av->sites));
	if (!av->sites || shim_create(av) || shadow_create(av))
		return -ENOMEM;
	vcp15_reset(av);
	return 0;
}

void arch_vcpu_destroy(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	if (!av)
		return;
	switch_forget(av);
	v->arch = NULL;
}

void arch_vcpu_reset(struct vcpu *v, uint32_t entry, uint32_t r0, uint32_t r1, uint32_t r2)
{
	struct arch_vcpu *av = v->arch;

	switch_forget(av);
	av->frame = (struct frame){ .fast = av->fast_site };
	memset(&av->banked, 0, sizeof(av->banked));
	memset(&av->ns, 0, sizeof(av->ns));
	memset(&av->abt, 0, sizeof(av->abt));
	memset(&av->und, 0, sizeof(av->und));
	av->frame.r[0] = r0;
	av->frame.r[1] = r1;
	av->frame.r[2] = r2;
	av->frame.pc = entry & ~1u;
	av->frame.cpsr = MODE_SVC | PSR_I | (entry & 1 ? PSR_T : 0);
	av->banked_valid = true;
	step_reset(av);
	sites_reset(av);
	vcp15_reset(av);
	shadow_flush(av);
	shadow_select(av);
	v->irq = false;
}

void arch_vcpu_irq(struct vcpu *v, bool level)
{
	if (v->irq == level)
		return;
	v->irq = level;
	if (v->arch == vm_current() && !v->arch->stepping)
		irqchip->doorbell(level);
	if (level)
		sched_vcpu_wake(v);
}

/* --- for the shell -------------------------------------------------------------------- */

struct reg_list {
	struct arch_reg *out;
	unsigned n, max;
};

static void vcpu_put(struct reg_list *l, const char *name, uint32_t value)
{
	if (l->n < l->max)
		l->out[l->n++] = (struct arch_reg){ name, value };
}

unsigned arch_vcpu_regs(struct vcpu *v, struct arch_reg *out, unsigned max)
{
	static const char *const names[] = { "r0", "r1", "r2", "r3",  "r4",  "r5", "r6",
					     "r7", "r8", "r9", "r10", "r11", "r12" };
	const struct arch_vcpu *av = v->arch;
	const struct banked *b = &av->banked;
	struct reg_list l = { out, 0, max };

	for (unsigned n = 0; n < ARRAY_SIZE(names); n++)
		vcpu_put(&l, names[n], av->frame.r[n]);
	vcpu_put(&l, "pc", av->frame.pc);
	vcpu_put(&l, "cpsr", av->frame.cpsr);
	vcpu_put(&l, "sp_usr", b->usr[0]);
	vcpu_put(&l, "lr_usr", b->usr[1]);
	vcpu_put(&l, "sp_svc", b->svc[0]);
	vcpu_put(&l, "lr_svc", b->svc[1]);
	vcpu_put(&l, "spsr_svc", b->svc[2]);
	vcpu_put(&l, "sp_abt", b->abt[0]);
	vcpu_put(&l, "lr_abt", b->abt[1]);
	vcpu_put(&l, "spsr_abt", b->abt[2]);
	vcpu_put(&l, "sp_und", b->und[0]);
	vcpu_put(&l, "lr_und", b->und[1]);
	vcpu_put(&l, "spsr_und", b->und[2]);
	vcpu_put(&l, "sp_irq", b->irq[0]);
	vcpu_put(&l, "lr_irq", b->irq[1]);
	vcpu_put(&l, "spsr_irq", b->irq[2]);
	vcpu_put(&l, "SCTLR", av->mmu.sctlr);
	vcpu_put(&l, "TTBR0", av->mmu.ttbr0);
	vcpu_put(&l, "TTBR1", av->mmu.ttbr1);
	vcpu_put(&l, "TTBCR", av->mmu.ttbcr);
	vcpu_put(&l, "DACR", av->mmu.dacr);
	vcpu_put(&l, "CONTEXTIDR", av->contextidr);
	vcpu_put(&l, "VBAR", av->vbar);
	vcpu_put(&l, "DFSR", av->ns.dfsr);
	vcpu_put(&l, "DFAR", av->ns.dfar);
	vcpu_put(&l, "IFSR", av->ns.ifsr);
	vcpu_put(&l, "IFAR", av->ns.ifar);
	return l.n;
}

void arch_vcpu_look(struct vcpu *v, struct arch_look *look)
{
	const struct arch_vcpu *av = v->arch;
	const uint64_t *n = av->stat;

	*look = (struct arch_look){
		.pc = av->frame.pc,
		.irq_masked = av->frame.cpsr & PSR_I,
		.mmu = av->mmu.sctlr & SCTLR_M,
		.vectors = vcp15_vector_base(av),
		.exits = n[STAT_SMC_DICT] + n[STAT_SMC_DACR] + n[STAT_UND] + n[STAT_DABT] +
			 n[STAT_PABT] + n[STAT_DABT_GUEST] + n[STAT_PABT_GUEST] +
			 n[STAT_UND_GUEST] + n[STAT_STEP_EMUL],
		.data_abort = { n[STAT_DABT_GUEST], av->abt.lr - 8 },
		.prefetch_abort = { n[STAT_PABT_GUEST], av->ns.ifar },
		.undef = { n[STAT_UND_GUEST], av->und.lr - (av->und.spsr & PSR_T ? 2 : 4) },
		.fault_address = av->ns.dfar,
	};
}

bool arch_vcpu_translate(struct vcpu *v, uint32_t va, gpa_t *a)
{
	struct gwalk t = { 0 };

	if (vm_walk(v->arch, va, GWALK_READ, false, &t))
		return false;
	*a = GPA(t.pa);
	return true;
}

unsigned arch_vcpu_stats(struct vcpu *v, struct arch_stat *out, unsigned max)
{
	static const char *const names[STAT_MAX] = {
#define X(id, name) name,
		VM_STATS(X)
#undef X
	};
	unsigned n;

	for (n = 0; n < STAT_MAX && n < max; n++)
		out[n] = (struct arch_stat){ names[n], v->arch->stat[n] };
	if (STAT_SMC_DACR < n)
		out[STAT_SMC_DACR].value += v->arch->fast_dacrs;
	for (unsigned r = 0; r < VERIFY_REASONS && n < max; r++)
		if (v->arch->quarantined[r])
			out[n++] = (struct arch_stat){ verify_reason_name[r],
						       v->arch->quarantined[r] };
	for (unsigned r = 0; r < CP15_REGS && n < max; r++)
		if (v->arch->cp15_count[r])
			out[n++] = (struct arch_stat){ cp15_reg_name(r), v->arch->cp15_count[r] };
	return n;
}
