/* SPDX-License-Identifier: Apache-2.0 */
/* Taking shadow entries away: the guest's TLB operations, and frames that change. */
#include <string.h>

#include <arch/cp15.h>

#include "shadow.h"

void shadow_flush(struct arch_vcpu *av)
{
	struct shadow *s = av->shadow;

	sites_forget(av);
	vm_count(av, FLUSH_ALL);
	s->sections = 0;
	s->free = 0;
	for (unsigned k = CONFIG_SHADOW_L2 - 1; k; k--) {
		if (s->l2[k].used)
			shadow_l2_free(s, k);
		else {
			s->l2[k].next = s->free;
			s->free = k;
		}
	}
	memset(s->bucket, 0, sizeof(s->bucket));
	for (unsigned r = 0; r < CONFIG_SHADOW_ROOTS; r++) {
		if (!s->root[r].used)
			continue;
		s->root[r].private = 0;
		s->root[r].used = r == 0 || r == s->cur;
		if (s->root[r].used) {
			memset(s->root[r].l1, 0, L1_ENTRIES * 4);
			shadow_link_shim(av, &s->root[r]);
		}
	}
	shadow_hw_tlbi_all(av);
}

static void sweep(struct arch_vcpu *av, struct fref fr)
{
	struct shadow *s = av->shadow;
	uint32_t host = ptr_hpa(fr.host).v;

	vm_count(av, RMAP_SWEEP);
	for (unsigned k = 1; k < CONFIG_SHADOW_L2; k++) {
		if (!s->l2[k].used)
			continue;
		for (unsigned j = 0; j < L2_ENTRIES; j++)
			if (!((s->table[k][j] ^ host) & ~PAGE_MASK))
				s->table[k][j] = 0;
	}
	shadow_hw_tlbi_all(av);
}

void shadow_drop_frame(struct arch_vcpu *av, struct fref fr)
{
	struct shadow *s = av->shadow;
	uint32_t host = ptr_hpa(fr.host).v;

	sites_forget(av);
	shadow_section_drop_host(av, host);
	if (fr.f->overflow)
		sweep(av, fr);
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

/* Compares every entry of a table with the guest's; mends or removes. */
static bool revalidate(struct arch_vcpu *av, unsigned k)
{
	struct shadow *s = av->shadow;
	const uint32_t *g = shadow_guest_table(av, s->l2[k].d1);
	bool any = false;

	for (unsigned j = 0; j < L2_ENTRIES; j++) {
		uint32_t old = s->table[k][j], pte = 0;
		struct gwalk n;
		struct fref fr = { 0 };

		if (!old)
			continue;
		if (g && shadow_guest_entry(av, &s->l2[k], g, j, &n))
			pte = shadow_make_pte(av, &n, shadow_executable(old), &fr);
		if (pte != old) {
			s->table[k][j] = 0;
			if (pte)
				shadow_enter(av, k, j, pte, fr.f);
		}
		any |= pte != 0;
	}
	return any;
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
		for (unsigned k = root->private, next; k; k = next) {
			struct l2 *l = &s->l2[k];

			next = l->next;
			global |= l->has_global;
			if (guest_l1(av, (uint32_t)l->index << 20, root->ttbr0) != l->d1 ||
			    !revalidate(av, k))
				shadow_private_drop(s, k);
		}
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

void shadow_tlbi_va(struct arch_vcpu *av, uint32_t va_asid, bool all_asids)
{
	struct shadow *s = av->shadow;
	uint32_t va = va_asid & ~PAGE_MASK;
	unsigned i = va >> 20;

	sites_tlbi_va(av, va);
	if (shadow_is_section(s->root[0].l1[i]) &&
	    shadow_section_changed(av, va, guest_l1(av, va, av->mmu.ttbr0)))
		shadow_section_drop(av, va);
	for (unsigned k = s->bucket[i], next; k; k = next) {
		next = s->l2[k].next;
		tlbi_table(av, k, va, av->mmu.ttbr0);
	}
	for (unsigned r = 1; r < CONFIG_SHADOW_ROOTS; r++) {
		struct root *root = &s->root[r];
		unsigned k;

		if (!all_asids) {
			r = s->asid_root[va_asid & 0xff];
			root = &s->root[r];
			if (!r || root->asid != (va_asid & 0xff))
				break;
		}
		k = root->used ? shadow_table_of(s, root->l1[i]) : 0;
		if (k && s->l2[k].private)
			tlbi_table(av, k, va, root->ttbr0);
		if (!all_asids)
			break;
	}
	shadow_hw_tlbi_va(av, va);
	if (i == av->shim_va >> 20)
		shim_check(av);
}
