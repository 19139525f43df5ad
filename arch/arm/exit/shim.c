/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shim lies in a guest's address space, and what it knows. */
#include <errno.h>
#include <string.h>

#include <arch/cp15.h>
#include <espalier/log.h>

#include "host/cache.h"
#include "mmu/shadow.h"
#include "vm.h"

extern const char shim_template[], shim_template_end[];

#define SHIM_DEFAULT 0xffa00000u /* free in Linux 6.1's map */

static void shim_map(struct arch_vcpu *av, uint32_t page, const void *p, uint32_t attr)
{
	av->shim_l2[page >> PAGE_SHIFT] = ptr_hpa(p).v | L2_SMALL | L2_NORMAL_WBWA | attr;
}

static void *zeroed_page(struct arch_vcpu *av)
{
	return means_take(av->ag->guest, MEANS_STATE, PAGE_SIZE, PAGE_SIZE);
}

static void write_code(uint32_t *page)
{
	for (unsigned n = 0; n < PAGE_SIZE / 4; n++)
		page[n] = SHIM_FILL;
	memcpy(page, shim_template, shim_template_end - shim_template);
	if (!verify_clean(page, PAGE_SIZE / 4))
		panic("the shim holds a forbidden encoding");
	cache_sync_code(page, PAGE_SIZE);
}

int shim_create(struct arch_vcpu *av)
{
	av->shim_l2 = zeroed_page(av);
	av->shim_code = zeroed_page(av);
	av->shim_vectors = zeroed_page(av);
	av->slots = zeroed_page(av);
	av->step_page = zeroed_page(av);
	av->step_literals = zeroed_page(av);
	if (!av->shim_l2 || !av->shim_code || !av->shim_vectors || !av->slots || !av->step_page ||
	    !av->step_literals)
		return -ENOMEM;
	write_code(av->shim_code);
	shim_map(av, VECTORS_PAGE, av->shim_vectors, L2_AP(AP_PL1_RO) | L2_XN);
	shim_map(av, SHIM_PAGE, av->shim_code, L2_AP(AP_PL1_RO));
	shim_map(av, SLOTS_PAGE, av->slots, L2_AP(AP_PL1_RW) | L2_XN);
	av->shim_va = SHIM_DEFAULT;
	return 0;
}

void shim_set_vectors(struct arch_vcpu *av)
{
	uint32_t *literal = &av->shim_vectors[SHIM_VECTOR_OFFSET / 4];
	uint32_t base = vcp15_vector_base(av), thumb = av->mmu.sctlr & SCTLR_TE ? 1 : 0;

	av->handlers_short = 0; /* other handlers, which have to earn trust again */
	literal[0] = (base + 0x08) | thumb;
	literal[1] = (base + 0x18) | thumb;
}

/* Does the guest translate anything in the megabyte at va? */
static bool guest_uses(struct arch_vcpu *av, uint32_t va)
{
	uint32_t a, d1;

	if (!(av->mmu.sctlr & SCTLR_M))
		return true;
	if (!gwalk_l1_address(&av->mmu, va, &a) || vm_read32(av->ag, a, &d1))
		return false;
	return (d1 & 3) == L1_TABLE || (d1 & 3) == L1_SECTION;
}

/* Does it reach RAM or a device of the host there?  Sections and MMU off. */
static bool guest_needs(struct arch_vcpu *av, uint32_t va)
{
	const struct traptab *map = &av->ag->guest->map;
	struct gwalk t;

	vm_walk(av, va, GWALK_READ, false, &t);
	if (!gwalk_has_pa(&t))
		return t.level == 2;
	if (t.level == 2)
		return true;
	for (unsigned n = 0; n < map->n; n++) {
		const struct region *r = &map->regions[n];

		if (region_mapped(r->kind) && ALIGN_DOWN(t.pa, 1u << 20) < r->base.v + r->size &&
		    r->base.v < ALIGN_DOWN(t.pa, 1u << 20) + (1u << 20))
			return true;
	}
	return false;
}

static void shim_go_to(struct arch_vcpu *av, uint32_t va)
{
	log_debug("%s: shim moves from 0x%08x to 0x%08x", av->ag->guest->name,
		  (unsigned)av->shim_va, (unsigned)va);
	av->shim_va = va;
	vm_count(av, SHIM_MOVE);
	if (av == vm_current())
		WRITE_CP15(VBAR, av->shim_va + SHIM_PAGE);
	shadow_flush(av);
}

/*
 * Where to look, from the top down: first for megabytes that the guest does not use, then for
 * those that lead nowhere; and how many of them at a time (I7).
 */
#define PLACES 0xffeu
static const struct {
	bool (*avoid)(struct arch_vcpu *av, uint32_t va);
	unsigned at_once;
} passes[] = { { guest_uses, 256 }, { guest_needs, 48 } };

bool shim_search(struct arch_vcpu *av)
{
	unsigned pass = av->shim_tried / PLACES;

	for (unsigned n = 0; n < passes[pass].at_once; n++) {
		uint32_t va = (PLACES - av->shim_tried % PLACES) << 20;

		if (va != av->shim_va && !passes[pass].avoid(av, va)) {
			av->shim_searching = false;
			shim_go_to(av, va);
			return true;
		}
		if (++av->shim_tried == ARRAY_SIZE(passes) * PLACES) {
			av->shim_searching = false;
			vm_kill(av, "it maps all of its address space: no room for the shim");
			return false;
		}
		if (av->shim_tried % PLACES == 0)
			break;
	}
	return false;
}

bool shim_move(struct arch_vcpu *av)
{
	av->shim_searching = true;
	av->shim_tried = 0;
	return shim_search(av);
}

void shim_check(struct arch_vcpu *av)
{
	if (av->mmu.sctlr & SCTLR_M && guest_uses(av, av->shim_va) && guest_needs(av, av->shim_va))
		shim_move(av);
}
