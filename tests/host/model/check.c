/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify_check.h"
#include "world.h"

/* --- what can be executed ---------------------------------------------------------------- */

static struct tlb_entry *code[8192];
static unsigned codes, codes_of;
static uint8_t *scanned[ARENA_PAGES]; /* as the page was when it was looked at */

static void collect(struct tlb_entry *e)
{
	if (PTE_XN(e->pte))
		return;
	if (codes == ARRAY_SIZE(code))
		violated("the model's list of code is full");
	code[codes++] = e;
}

/* Slow and simple: every aligned word, every pair of halfwords. */
static void scan(const uint8_t *p, uint32_t host)
{
	for (unsigned o = 0; o + 4 <= PAGE_SIZE; o += 2) {
		if (o % 4 == 0 && list_forbidden_arm(p + o))
			violated("a forbidden ARM word is executable at host 0x%08x", host + o);
		if (list_forbidden_thumb(p + o))
			violated("a forbidden Thumb encoding is executable at host 0x%08x",
				 host + o);
	}
}

static void page_is_safe(uint32_t host)
{
	uint8_t **copy = &scanned[arena_page(host)];
	const void *p = hpa_ptr(HPA(host));

	if (tlb_use[arena_page(host)].write)
		violated("host page 0x%08x is writable and executable", host);
	if (*copy && !memcmp(*copy, p, PAGE_SIZE))
		return;
	scan(p, host);
	if (!*copy)
		*copy = malloc(PAGE_SIZE);
	memcpy(*copy, p, PAGE_SIZE);
}

static void pair_is_safe(uint32_t va, uint32_t host, unsigned asid)
{
	const uint8_t *tail = hpa_ptr(HPA(host + PAGE_SIZE - 2));
	const struct tlb_entry *next = NULL;

	if (tail[1] >> 5 != 7)
		return;
	while ((next = tlb_executable(va + PAGE_SIZE, asid, next))) {
		const uint8_t *head = hpa_ptr(HPA(tlb_host(next, va + PAGE_SIZE)));
		uint8_t pair[4] = { tail[0], tail[1], head[0], head[1] };

		if (list_forbidden_thumb(pair))
			violated("a forbidden pair straddles 0x%08x", va + PAGE_SIZE);
	}
}

static void entry_is_safe(const struct tlb_entry *e)
{
	for (unsigned n = 0; n < (e->section ? 256u : 1u); n++) {
		uint32_t va = e->va + (n << PAGE_SHIFT), host = tlb_host(e, va);

		if (!in_arena(host))
			violated("va 0x%08x is executable at host 0x%08x", va, host);
		page_is_safe(host);
		pair_is_safe(va, host, e->asid);
	}
}

void check_code(void)
{
	if (codes_of != tlb_exec_changes) {
		codes = 0;
		tlb_for_each(collect);
		codes_of = tlb_exec_changes;
	}
	for (unsigned n = 0; n < codes; n++)
		entry_is_safe(code[n]);
}

void check_reset(void) { codes_of = tlb_exec_changes - 1; }

/* --- where translations lead -------------------------------------------------------------------- */

/* The guest-physical address of a host page that the running guest has; false: it has not. */
static bool guest_has(uint32_t host, uint32_t *gpa, const struct ref_block **block)
{
	for (unsigned n = 0; n < cur->ref.blocks; n++) {
		const struct ref_block *b = &cur->ref.block[n];

		if (b->host && host - b->host < b->size) {
			*gpa = b->gpa + (host - b->host);
			*block = b;
			return true;
		}
	}
	return false;
}

static bool rights_within(unsigned ap, const struct ref_way *w)
{
	if (ref_manager(&cur->ref, w->domain))
		return true;
	for (unsigned k = 0; k < 4; k++)
		if (gwalk_ap_permits(ap, k & 1, k >> 1) && !gwalk_ap_permits(w->ap, k & 1, k >> 1))
			return false;
	return true;
}

static bool explains(const struct ref_way *w, const struct tlb_entry *e, uint32_t gpa)
{
	bool xn = w->xn && !ref_manager(&cur->ref, w->domain);

	return !w->fs && !((w->gpa ^ gpa) & ~PAGE_MASK) && w->domain == e->domain &&
	       (e->asid != ASID_GLOBAL || !w->ng) && rights_within(PTE_AP(e->pte), w) &&
	       !(xn && !PTE_XN(e->pte));
}

static void guest_page(const struct tlb_entry *e, uint32_t va, uint32_t gpa,
		       const struct ref_block *b)
{
	struct ref_way way[REF_WAYS];
	unsigned n = ref_ways(&cur->ref, va, e->asid, way);

	if (b->kind != REGION_RAM && !PTE_XN(e->pte))
		violated("va 0x%08x is executable at 0x%08x, which is not RAM", va, gpa);
	for (unsigned k = 0; k < n; k++)
		if (explains(&way[k], e, gpa))
			return;
	for (unsigned k = 0; k < n; k++)
		fprintf(stderr, "  way %u: gpa %08x fs %x level %u domain %u ap %u xn %u ng %u\n",
			k, way[k].gpa, way[k].fs, way[k].level, way[k].domain, way[k].ap, way[k].xn,
			way[k].ng);
	ref_print(&cur->ref, "reference");
	violated("the guest's tables do not say that va 0x%08x (ASID 0x%x, domain %u) is 0x%08x by "
		 "0x%08x%s",
		 va, e->asid, e->domain, gpa, e->pte, e->section ? ", a section" : "");
}

static bool is_own(const struct arch_vcpu *av, const void *p)
{
	return p == av->shim_code || p == av->shim_vectors || p == av->slots ||
	       p == av->step_page || p == av->step_literals;
}

/* A page of the VMM's: the shim's code, words and slots, or a step's. */
static void own_page(const struct tlb_entry *e, uint32_t va, uint32_t host)
{
	const struct arch_vcpu *av = cur->vcpu.arch;
	const void *p = hpa_ptr(HPA(host & ~PAGE_MASK));
	unsigned ap = PTE_AP(e->pte);

	if (!is_own(av, p) || va >> 20 != av->shim_va >> 20)
		violated("va 0x%08x leads to the VMM's 0x%08x", va, host);
	if (ap && ap < 4 && (p != av->slots || ap != 1))
		violated("va 0x%08x can be written: the VMM's 0x%08x", va, host);
	if (!PTE_XN(e->pte) && p != av->shim_code && p != av->step_page)
		violated("va 0x%08x is executable: the VMM's 0x%08x", va, host);
	if (gwalk_ap_permits(ap, false, true) && p != av->step_page && p != av->step_literals)
		violated("va 0x%08x is PL0's: the VMM's 0x%08x", va, host);
}

static bool look_at_all;

static void look(struct tlb_entry *e)
{
	static const uint8_t some[] = { 0, 1, 77, 255 };
	const struct ref_block *b;
	uint32_t gpa;

	if (!look_at_all && !e->fresh)
		return;
	e->fresh = false;
	for (unsigned n = 0; n < (e->section ? ARRAY_SIZE(some) : 1u); n++) {
		uint32_t va = e->va + ((uint32_t)some[n] << PAGE_SHIFT), host = tlb_host(e, va);

		if (guest_has(host, &gpa, &b))
			guest_page(e, va, gpa, b);
		else
			own_page(e, va, host);
	}
}

void check_translations(void)
{
	static uint32_t events, changes;
	static const struct world_guest *whose;

	look_at_all = events != cur->ref.events || whose != cur;
	if (look_at_all || changes != tlb_changes)
		tlb_for_each(look);
	events = cur->ref.events;
	changes = tlb_changes;
	whose = cur;
}

/* --- memory ----------------------------------------------------------------------------------------- */

static void memory_differs(struct world_guest *w, const struct ref_block *b, uint32_t off)
{
	uint32_t want;

	memcpy(&want, b->copy + off, 4);
	violated("0x%08x holds 0x%08x, not 0x%08x", b->gpa + off, world_word(w, b, off), want);
}

void check_memory(struct world_guest *w) { world_different(w, memory_differs); }
