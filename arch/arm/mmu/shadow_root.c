/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots: one cached set of shadow tables for each of the guest's address spaces, which
 * are its pairs of TTBR0 and ASID.
 */

#include <arch/cp15.h>

#include "shadow.h"

void shadow_link_shim(struct arch_vcpu *av, struct root *root)
{
	root->l1[av->shim_va >> 20] = ptr_hpa(av->shim_l2).v | L1_TABLE | L1_DOMAIN(SHIM_DOMAIN);
}

static void root_set(struct arch_vcpu *av, unsigned r)
{
	struct shadow *s = av->shadow;

	s->cur = r;
	s->root[r].lru = ++s->tick;
	av->hw_ttbr0 = ptr_hpa(s->root[r].l1).v | TTBR_WALK_WBWA;
	if (av == vm_current()) {
		WRITE_CP15(TTBR0, av->hw_ttbr0);
		isb();
	}
	vm_count(av, ROOT_SWITCH);
}

static uint32_t root_key(const struct arch_vcpu *av)
{
	return av->mmu.sctlr & SCTLR_M ? av->mmu.ttbr0 : NO_TTBR;
}

/* The root that stands for exactly the guest's (TTBR0, ASID), or 0. */
static unsigned root_exact(const struct arch_vcpu *av)
{
	struct shadow *s = av->shadow;
	unsigned asid = av->contextidr & 0xff;
	unsigned r = s->asid_root[asid];

	if (r && s->root[r].used && s->root[r].asid == asid && s->root[r].ttbr0 == root_key(av))
		return r;
	return 0;
}

static void root_take_asid(struct arch_vcpu *av, unsigned r, unsigned asid)
{
	struct shadow *s = av->shadow;
	unsigned old = s->asid_root[asid];

	if (old && old != r && s->root[old].used && s->root[old].asid == asid) {
		shadow_root_clear(s, &s->root[old]);
		s->root[old].asid = NO_ASID;
		shadow_hw_tlbi_all(av);
	}
	s->root[r].asid = asid;
	s->asid_root[asid] = r;
}

/* The root with this TTBR0, else a new one, else the one used longest ago. */
static unsigned root_obtain(struct arch_vcpu *av, uint32_t ttbr0)
{
	struct shadow *s = av->shadow;
	unsigned oldest = 0;

	for (unsigned r = 1; r < s->roots; r++) {
		struct root *root = &s->root[r];

		if (!root->used) {
			root->used = true;
			s->top = MAX(s->top, r + 1);
			vm_count(av, ROOT_CREATE);
			shadow_root_clear(s, root);
			return r;
		}
		if (root->ttbr0 == ttbr0)
			return r;
		if (!oldest || (int32_t)(root->lru - s->root[oldest].lru) < 0)
			oldest = r;
	}
	return oldest;
}

void shadow_root_activate(struct arch_vcpu *av)
{
	struct shadow *s = av->shadow;
	unsigned r = root_exact(av);

	s->lazy = false;
	if (!r) {
		r = root_obtain(av, root_key(av));
		if (s->root[r].private) {
			shadow_root_clear(s, &s->root[r]);
			shadow_hw_tlbi_all(av);
		}
		s->root[r].ttbr0 = root_key(av);
		root_take_asid(av, r, av->contextidr & 0xff);
	}
	root_set(av, r);
}

void shadow_select(struct arch_vcpu *av)
{
	struct shadow *s = av->shadow;
	unsigned r = root_exact(av);

	s->lazy = !r;
	if (r != s->cur)
		root_set(av, r);
}
