/* SPDX-License-Identifier: Apache-2.0 */
/* Taking shadow entries away: the guest's TLB operations, and frames that change. */
#include <string.h>

#include <arch/cp15.h>

#include "shadow.h"
#include "words.h"

void shadow_hw_tlbi_all(struct arch_vcpu *av)
{
	if (av != vm_current()) {
		av->tlb_stale = true;
		return;
	}
	WRITE_CP15(TLBIALL, 0);
	dsb();
	isb();
}

void shadow_hw_tlbi_va(struct arch_vcpu *av, uint32_t va)
{
	if (av != vm_current()) {
		av->tlb_stale = true;
		return;
	}
	WRITE_CP15(TLBIMVAA, va & ~PAGE_MASK);
	dsb();
	isb();
}

/* Whatever there was: the tables are cleared when they are taken again. */
void shadow_flush(struct arch_vcpu *av)
{
	struct shadow *s = av->shadow;

	sites_forget(av);
	vm_count(av, FLUSH_ALL);
	s->sections = 0;
	s->mixed = false;
	s->free = 0;
	s->fresh = 1;
	s->age++;
	words_clear(s->global, sizeof(s->global) / 4);
	for (unsigned r = 0; r < s->top; r++) {
		s->root[r].private = s->root[r].last = 0;
		s->root[r].used = r == 0 || r == s->cur;
	}
	s->top = s->cur + 1;
	words_clear(s->root[0].l1, L1_ENTRIES);
	shadow_link_shim(av, &s->root[0]);
	if (s->cur)
		shadow_root_clear(s, &s->root[s->cur]);
	shadow_hw_tlbi_all(av);
}

void shadow_drop_frame(struct arch_vcpu *av, struct fref fr)
{
	struct shadow *s = av->shadow;
	uint32_t host = ptr_hpa(fr.host).v;

	sites_forget(av);
	shadow_section_drop_host(av, host);
	if (fr.f->overflow) {
		vm_count(av, RMAP_FULL);
		shadow_flush(av);
	}
	for (unsigned n = 0; n < FRAME_RMAP; n++) {
		uint32_t *pte = fr.f->rmap[n];
		unsigned slot;

		fr.f->rmap[n] = NULL;
		if (!pte || !(*pte & L2_SMALL) || (*pte ^ host) & ~PAGE_MASK)
			continue;
		*pte = 0;
		slot = pte - s->table[0];
		shadow_hw_tlbi_va(av, (uint32_t)s->l2[slot / L2_ENTRIES].index << 20 |
					      slot % L2_ENTRIES << PAGE_SHIFT);
	}
	fr.f->overflow = 0;
}

/* --- the guest's TLB operations -------------------------------------------------- */

void shadow_tlbi_all(struct arch_vcpu *av)
{
	shadow_flush(av);
	shim_check(av);
}

/* Beyond these a root's tables go, and come back by faults. */
#define REVALIDATE_ENTRIES 64
#define REVALIDATE_TABLES  32

/* Compares 16 entries of a table with those of the guest's, g; mends or removes. */
static unsigned revalidate_group(struct arch_vcpu *av, unsigned k, const uint32_t *g, unsigned from)
{
	struct shadow *s = av->shadow;
	unsigned looked_at = 0;

	for (unsigned j = from; j < from + 16; j++) {
		uint32_t old = s->table[k][j], pte = 0;
		struct gwalk n;
		struct fref fr = { 0 };

		if (!old)
			continue;
		looked_at++;
		if (g && shadow_guest_entry(av, &s->l2[k], g, j, &n))
			pte = shadow_make_pte(av, &n, shadow_executable(old), &fr);
		if (pte == old)
			continue;
		s->table[k][j] = 0;
		if (pte)
			shadow_enter(av, k, j, pte, fr.f);
	}
	return looked_at;
}

/* False: `entries` would be more than there is time for. */
static bool shadow_tlbi_revalidate(struct arch_vcpu *av, unsigned k, unsigned *entries)
{
	const uint32_t *g = shadow_guest_table(av, av->shadow->l2[k].d1);

	for (unsigned left = av->shadow->l2[k].groups; left; left &= left - 1) {
		if (*entries > REVALIDATE_ENTRIES)
			return false;
		*entries += revalidate_group(av, k, g, 16 * (unsigned)__builtin_ctz(left));
	}
	return true;
}

static uint32_t guest_l1(struct arch_vcpu *av, uint32_t va, uint32_t ttbr0)
{
	struct gwalk_regs r = av->mmu;
	uint32_t a, d1;

	r.ttbr0 = ttbr0;
	if (!gwalk_l1_address(&r, va, &a) || vm_read32(av->ag, a, &d1))
		return 0;
	return d1;
}

static void revalidate_root(struct arch_vcpu *av, struct root *root)
{
	struct shadow *s = av->shadow;
	unsigned entries = 0, tables = 0;

	for (unsigned k = root->private, next; k; k = next) {
		struct l2 *l = &s->l2[k];

		next = l->next;
		if (++tables > REVALIDATE_TABLES || entries > REVALIDATE_ENTRIES) {
			shadow_root_clear(s, root);
			return;
		}
		if (guest_l1(av, (uint32_t)l->index << 20, root->ttbr0) != l->d1 ||
		    !shadow_tlbi_revalidate(av, k, &entries))
			shadow_private_drop(s, k);
	}
}

/*
 * A root's own tables may hold global entries, too, where a megabyte has both;
 * those outlive TLBIASID in the TLB.
 */
void shadow_tlbi_asid(struct arch_vcpu *av, uint32_t asid)
{
	struct shadow *s = av->shadow;
	unsigned r = s->asid_root[asid & 0xff];
	struct root *root = &s->root[r];
	bool global = false;

	if (r && root->used && root->asid == (asid & 0xff)) {
		vm_count(av, REVALIDATE);
		global = root->has_global;
		revalidate_root(av, root);
	}
	if (global) {
		shadow_hw_tlbi_all(av);
		return;
	}
	WRITE_CP15(TLBIASID, asid & 0xff);
	dsb();
	isb();
}

/* Drops va from table k, whose root walks from ttbr0. */
static void tlbi_table(struct arch_vcpu *av, unsigned k, uint32_t va, uint32_t ttbr0)
{
	struct shadow *s = av->shadow;
	unsigned j = BITS(va, 19, 12);
	uint32_t old = s->table[k][j];
	struct gwalk n;
	struct fref fr;
	const uint32_t *g;
	uint32_t pte;

	s->table[k][j] = 0;
	if (guest_l1(av, va, ttbr0) != s->l2[k].d1) {
		if (s->l2[k].private) {
			shadow_private_drop(s, k);
			shadow_hw_tlbi_all(av);
		} else {
			shadow_global_drop(av, k);
		}
		return;
	}
	/* The guest is about to use what it has just changed (fixmap, COW): refill. */
	g = shadow_guest_table(av, s->l2[k].d1);
	if (g && shadow_guest_entry(av, &s->l2[k], g, j, &n)) {
		pte = shadow_make_pte(av, &n, shadow_executable(old), &fr);
		if (pte)
			shadow_enter(av, k, j, pte, fr.f);
	}
}

/*
 * Drops va from a table of another address space.  The guest's table behind it is not
 * looked at: one that was made from a section goes whole.
 */
static void tlbi_other(struct arch_vcpu *av, unsigned k, uint32_t va)
{
	struct shadow *s = av->shadow;

	if ((s->l2[k].d1 & 3) == L1_SECTION) {
		shadow_private_drop(s, k);
		shadow_hw_tlbi_all(av);
	} else {
		s->table[k][BITS(va, 19, 12)] = 0;
	}
}

static void tlbi_root(struct arch_vcpu *av, unsigned r, uint32_t va)
{
	struct shadow *s = av->shadow;
	struct root *root = &s->root[r];
	unsigned k = root->used ? shadow_table_of(s, root->l1[va >> 20]) : 0;

	if (!k || !s->l2[k].private)
		return;
	if (r == s->cur)
		tlbi_table(av, k, va, root->ttbr0);
	else
		tlbi_other(av, k, va);
}

static void tlbi_global(struct arch_vcpu *av, uint32_t va)
{
	struct shadow *s = av->shadow;
	unsigned i = va >> 20;

	if (shadow_is_section(s->root[0].l1[i]) &&
	    shadow_section_changed(av, va, guest_l1(av, va, av->mmu.ttbr0)))
		shadow_section_drop(av, va);
	if (s->global[i])
		tlbi_table(av, s->global[i], va, av->mmu.ttbr0);
}

/*
 * A global entry goes whatever ASID is named (ARM ARM B3.10.1), and there may be one among
 * the own tables of any root, where a megabyte has both kinds.
 */
static void tlbi_mixed(struct arch_vcpu *av, uint32_t va)
{
	struct shadow *s = av->shadow;

	for (unsigned r = 1; r < s->top; r++)
		if (s->root[r].has_global)
			tlbi_root(av, r, va);
}

void shadow_tlbi_va(struct arch_vcpu *av, uint32_t va_asid, bool all_asids)
{
	struct shadow *s = av->shadow;
	uint32_t va = va_asid & ~PAGE_MASK;
	unsigned one = s->asid_root[va_asid & 0xff];

	sites_tlbi_va(av, va);
	tlbi_global(av, va);
	if (all_asids)
		for (unsigned r = 1; r < s->top; r++)
			tlbi_root(av, r, va);
	else if (one && s->root[one].asid == (va_asid & 0xff))
		tlbi_root(av, one, va);
	if (s->mixed && !all_asids)
		tlbi_mixed(av, va);
	shadow_hw_tlbi_va(av, va);
	if (va >> 20 == av->shim_va >> 20)
		shim_check(av);
}
