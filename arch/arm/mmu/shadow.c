/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <arch/cp15.h>

#include "mmu/words.h"
#include "shadow.h"

#define FILL_AROUND 16u

static uint32_t table_entry(const struct shadow *s, unsigned k, unsigned domain)
{
	return ptr_hpa(s->table[k]).v | L1_TABLE | L1_DOMAIN(domain);
}

unsigned shadow_table_of(const struct shadow *s, uint32_t e)
{
	unsigned k = ((e & ~0x3ffu) - ptr_hpa(s->table).v) / sizeof(s->table[0]);

	/* The shim's table is not of the pool. */
	return (e & 3) == L1_TABLE && k < CONFIG_SHADOW_L2 ? k : 0;
}

/* --- pool of level 2 tables ------------------------------------------------ */

bool shadow_alive(const struct shadow *s, unsigned k)
{
	const struct l2 *l = &s->l2[k];

	return l->age == s->age && (!l->private || l->born == s->root[l->root].born);
}

static void l2_free(struct shadow *s, unsigned k)
{
	s->l2[k].age = 0;
	s->l2[k].next = s->free;
	s->free = k;
}

static void private_link(struct shadow *s, unsigned r, unsigned k)
{
	struct root *root = &s->root[r];

	s->l2[k].root = r;
	s->l2[k].born = root->born;
	s->l2[k].private = true;
	s->l2[k].prev = 0;
	s->l2[k].next = root->private;
	if (root->private)
		s->l2[root->private].prev = k;
	else
		root->last = k;
	root->private = k;
}

void shadow_private_drop(struct shadow *s, unsigned k)
{
	struct l2 *l = &s->l2[k];
	struct root *root = &s->root[l->root];

	root->l1[l->index] = 0;
	if (l->prev)
		s->l2[l->prev].next = l->next;
	else
		root->private = l->next;
	if (l->next)
		s->l2[l->next].prev = l->prev;
	else
		root->last = l->prev;
	l2_free(s, k);
}

void shadow_root_clear(struct shadow *s, struct root *root)
{
	if (root->private) {
		s->l2[root->last].next = s->free;
		s->free = root->private;
	}
	root->private = root->last = 0;
	root->has_global = false;
	root->born = ++s->births;
	words_copy(root->l1, s->root[0].l1, L1_ENTRIES);
}

void shadow_global_drop(struct arch_vcpu *av, unsigned k)
{
	struct shadow *s = av->shadow;
	unsigned i = s->l2[k].index;

	for (unsigned r = 0; r < s->top; r++)
		if (s->root[r].used && shadow_table_of(s, s->root[r].l1[i]) == k)
			s->root[r].l1[i] = 0;
	s->global[i] = 0;
	l2_free(s, k);
	sites_forget(av);
	shadow_hw_tlbi_all(av);
	vm_count(av, L2_DROP);
}

/* Never fails: when the pool is dry, everything is forgotten. */
static unsigned l2_alloc(struct arch_vcpu *av, uint32_t va, uint32_t d1)
{
	struct shadow *s = av->shadow;
	unsigned k = s->free;

	if (!k && s->fresh == CONFIG_SHADOW_L2)
		shadow_flush(av);
	if (k)
		s->free = s->l2[k].next;
	else
		k = s->fresh++;
	words_clear(s->table[k], L2_ENTRIES);
	s->l2[k] = (struct l2){ .d1 = d1, .index = va >> 20, .age = s->age };
	return k;
}

/* --- entries ------------------------------------------------------------------- */

/* AP of a code frame: the same without the right to write. */
static const uint8_t ap_read_only[8] = { 0, AP_PL1_RO, AP_ANY_RO, AP_ANY_RO,
					 0, AP_PL1_RO, AP_ANY_RO, AP_ANY_RO };

uint32_t shadow_make_pte(struct arch_vcpu *av, const struct gwalk *t, bool exec, struct fref *fr)
{
	unsigned ap = t->manager ? AP_ANY_RW : t->ap;
	uint32_t xn = t->manager ? 0 : t->xn;
	const struct region *reg;

	*fr = frame_find(av->ag, GPA(t->pa));
	if (fr->f) {
		if (fr->f->state == FRAME_CODE && fr->f->npatches && !exec)
			return 0;
		if (fr->f->state == FRAME_CODE)
			ap = ap_read_only[ap];
		else
			xn = L2_XN;
		return ptr_hpa(fr->host).v | L2_SMALL | xn | L2_AP(ap) | L2_NORMAL_WBWA |
		       (t->ng ? L2_NG : 0);
	}
	reg = traptab_find(&av->ag->guest->map, GPA(t->pa));
	if (!reg || !region_mapped(reg->kind))
		return 0;
	return ((reg->host.v + (t->pa - reg->base.v)) & ~PAGE_MASK) | L2_SMALL | L2_XN | L2_AP(ap) |
	       (reg->kind == REGION_PASS ? L2_DEVICE : L2_NORMAL_WBWA) | (t->ng ? L2_NG : 0);
}

/* Does a noted entry still map the frame at `host`? */
static bool rmap_holds(const struct shadow *s, const uint32_t *p, uint32_t host)
{
	return p && *p & L2_SMALL && !((*p ^ host) & ~PAGE_MASK) &&
	       shadow_alive(s, (unsigned)(p - s->table[0]) / L2_ENTRIES);
}

static void rmap_add(const struct shadow *s, struct gframe *f, uint32_t *pte, uint32_t host)
{
	for (unsigned n = 0; n < FRAME_RMAP; n++) {
		uint32_t *p = f->rmap[n];

		if (p == pte)
			return;
		if (!rmap_holds(s, p, host)) {
			f->rmap[n] = pte;
			return;
		}
	}
	f->overflow = 1;
}

static uint32_t root_pte(const struct shadow *s, const struct root *root, uint32_t va)
{
	uint32_t e = root->l1[va >> 20];
	unsigned k = shadow_table_of(s, e);

	if (k)
		return s->table[k][BITS(va, 19, 12)];
	return shadow_is_section(e) ? shadow_section_pte(e, va) : 0;
}

static uint16_t half_at(uint32_t pte, unsigned off)
{
	return *(uint16_t *)hpa_ptr(HPA((pte & ~PAGE_MASK) + off));
}

/* Quick tests for halves of a coprocessor 14 or 15 register transfer. */
static bool maybe_first_half(uint16_t hw) { return (hw & 0xef00) == 0xee00; }
static bool maybe_second_half(uint16_t hw) { return (hw & 0x0e10) == 0x0e10; }

/* Forbidden, or an access whose real value is not the guest's. */
static bool pair_traps(uint16_t hw1, uint16_t hw2)
{
	return cp_danger((uint32_t)hw1 << 16 | hw2) != CP_NATIVE;
}

bool shadow_straddle(uint32_t before, uint32_t after)
{
	uint16_t tail = half_at(before, PAGE_SIZE - 2), head = half_at(after, 0);

	return maybe_first_half(tail) && maybe_second_half(head) && pair_traps(tail, head);
}

static void shadow_separate_at(struct arch_vcpu *av, const struct root *root, uint32_t va)
{
	struct shadow *s = av->shadow;
	unsigned k = shadow_table_of(s, root->l1[va >> 20]);

	if (!k) {
		shadow_section_drop(av, va);
		return;
	}
	s->table[k][BITS(va, 19, 12)] = 0;
	shadow_hw_tlbi_va(av, va);
}

/*
 * A Thumb encoding may straddle two pages that are mapped next to each other.
 * Where the two halves together have to trap, the pages are never executable
 * at the same time: the neighbour's entry goes, and comes back by a fault.
 *
 * In a table its neighbours are those of all roots.
 */
static void part_inside(struct arch_vcpu *av, unsigned k, unsigned j, uint32_t va)
{
	uint32_t *t = av->shadow->table[k];

	if (j && shadow_executable(t[j - 1]) && shadow_straddle(t[j - 1], t[j])) {
		t[j - 1] = 0;
		shadow_hw_tlbi_va(av, va - PAGE_SIZE);
	}
	if (j < L2_ENTRIES - 1 && shadow_executable(t[j + 1]) && shadow_straddle(t[j], t[j + 1])) {
		t[j + 1] = 0;
		shadow_hw_tlbi_va(av, va + PAGE_SIZE);
	}
}

/* At the end of a megabyte each root that has `pte` there may have another neighbour. */
static void part_across(struct arch_vcpu *av, uint32_t va, uint32_t pte, bool up)
{
	struct shadow *s = av->shadow;
	uint32_t next = up ? va + PAGE_SIZE : va - PAGE_SIZE, last = 0;

	if (up ? !maybe_first_half(half_at(pte, PAGE_SIZE - 2)) :
		 !maybe_second_half(half_at(pte, 0)))
		return;
	for (unsigned r = 0; r < s->top; r++) {
		const struct root *root = &s->root[r];
		uint32_t other;

		if (!root->used || root->l1[next >> 20] == last || root_pte(s, root, va) != pte)
			continue;
		last = root->l1[next >> 20];
		other = root_pte(s, root, next);
		if (shadow_executable(other) &&
		    (up ? shadow_straddle(pte, other) : shadow_straddle(other, pte)))
			shadow_separate_at(av, root, next);
	}
}

void shadow_enter(struct arch_vcpu *av, unsigned k, unsigned j, uint32_t pte, struct gframe *f)
{
	struct shadow *s = av->shadow;
	struct l2 *l = &s->l2[k];
	uint32_t *slot = &s->table[k][j];
	uint32_t va = (uint32_t)l->index << 20 | j << PAGE_SHIFT;
	uint32_t old = *slot;

	if (old == pte)
		return;
	*slot = pte;
	l->groups |= BIT(j / 16);
	if (l->private && pte && !(pte & L2_NG))
		s->root[l->root].has_global = s->mixed = true;
	if (old)
		shadow_hw_tlbi_va(av, va);
	if (f)
		rmap_add(s, f, slot, pte);
	if (!shadow_executable(pte))
		return;
	part_inside(av, k, j, va);
	if (j == 0)
		part_across(av, va, pte, false);
	if (j == L2_ENTRIES - 1)
		part_across(av, va, pte, true);
}

/* The pages at a megabyte's ends meet other tables in a root that links it later. */
void shadow_part_ends(struct arch_vcpu *av, uint32_t va, uint32_t first, uint32_t last)
{
	va = ALIGN_DOWN(va, 1u << 20);
	if (shadow_executable(first))
		part_across(av, va, first, false);
	if (shadow_executable(last))
		part_across(av, va + ((L2_ENTRIES - 1) << PAGE_SHIFT), last, true);
}

/* The global table for va made from t->d1, linked into every root that has a gap. */
static unsigned global_table(struct arch_vcpu *av, uint32_t va, const struct gwalk *t)
{
	struct shadow *s = av->shadow;
	unsigned i = va >> 20, k = s->global[i];

	if (k && s->l2[k].d1 != t->d1) {
		shadow_global_drop(av, k);
		k = 0;
	}
	if (!k)
		k = s->global[i] = l2_alloc(av, va, t->d1);
	for (unsigned r = 0; r < s->top; r++)
		if (s->root[r].used && !s->root[r].l1[i])
			s->root[r].l1[i] = table_entry(s, k, t->domain);
	shadow_part_ends(av, va, s->table[k][0], s->table[k][L2_ENTRIES - 1]);
	return k;
}

static unsigned shadow_private_table(struct arch_vcpu *av, uint32_t va, const struct gwalk *t)
{
	struct shadow *s = av->shadow;
	unsigned k = l2_alloc(av, va, t->d1);

	private_link(s, s->cur, k);
	s->root[s->cur].l1[va >> 20] = table_entry(s, k, t->domain);
	return k;
}

/* The table of the current root that va's entry belongs into. */
static unsigned table_for(struct arch_vcpu *av, uint32_t va, const struct gwalk *t)
{
	struct shadow *s = av->shadow;
	uint32_t *e = &s->root[s->cur].l1[va >> 20];
	unsigned k = shadow_table_of(s, *e);

	if (k && s->l2[k].d1 == t->d1 && (s->l2[k].private || !t->ng))
		return k;
	if (shadow_is_section(*e))
		shadow_section_drop(av, va);
	if (k && s->l2[k].private) {
		shadow_private_drop(s, k);
		shadow_hw_tlbi_all(av);
	} else if (k) {
		shadow_global_drop(av, k);
	}
	return t->ng && s->cur ? shadow_private_table(av, va, t) : global_table(av, va, t);
}

bool shadow_guest_entry(struct arch_vcpu *av, const struct l2 *l, const uint32_t *g, unsigned j,
			struct gwalk *n)
{
	*n = (struct gwalk){ .d1 = l->d1, .domain = BITS(l->d1, 8, 5) };
	n->manager = dacr_field(av->mmu.dacr, n->domain) == 3;
	if (!gwalk_l2(j << PAGE_SHIFT, g[j], n) || (n->ng && !l->private))
		return false;
	if (av->mmu.sctlr & SCTLR_AFE) {
		if (!(n->ap & 1))
			return false;
		n->ap |= 1;
	}
	return true;
}

const uint32_t *shadow_guest_table(struct arch_vcpu *av, uint32_t d1)
{
	struct fref fr;

	if ((d1 & 3) != L1_TABLE || !(av->mmu.sctlr & SCTLR_M))
		return NULL;
	fr = frame_find(av->ag, GPA(d1));
	return fr.f && !fr.f->npatches ? fr.host + BITS(d1, 11, 10) * L2_ENTRIES : NULL;
}

/* Neighbours of a page that faulted come for little: fill the gaps. */
static void fill_around(struct arch_vcpu *av, unsigned k, uint32_t va, const struct gwalk *t,
			bool exec)
{
	struct shadow *s = av->shadow;
	const uint32_t *g = shadow_guest_table(av, t->d1);
	unsigned first = ALIGN_DOWN(BITS(va, 19, 12), FILL_AROUND);

	for (unsigned j = first; j < first + FILL_AROUND; j++) {
		struct gwalk n = *t;
		struct fref fr;
		uint32_t pte;

		if (s->table[k][j] || j == BITS(va, 19, 12))
			continue;
		if (g && !shadow_guest_entry(av, &s->l2[k], g, j, &n))
			continue;
		if (!g && t->level == 2)
			return;
		if (!g)
			n.pa = (t->pa & 0xfff00000) | j << PAGE_SHIFT;
		pte = shadow_make_pte(av, &n, exec, &fr);
		if (pte)
			shadow_enter(av, k, j, pte, fr.f);
	}
}

void shadow_fill(struct arch_vcpu *av, uint32_t va, const struct gwalk *t, enum gwalk_access acc)
{
	struct shadow *s = av->shadow;
	struct fref fr;
	uint32_t pte = shadow_make_pte(av, t, acc == GWALK_EXEC, &fr);
	unsigned k;

	vm_count(av, FILL);
	if (!pte)
		return;
	if (va >> 20 == av->shim_va >> 20 && !shim_move(av))
		return;
	if (t->ng && (s->lazy || !s->cur))
		shadow_root_activate(av);
	if (shadow_section_fill(av, va, t, acc))
		return;
	k = table_for(av, va, t);
	fill_around(av, k, va, t, acc == GWALK_EXEC);
	shadow_enter(av, k, BITS(va, 19, 12), pte, fr.f); /* last: it wins over a neighbour */
}

bool shadow_maps(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc)
{
	struct shadow *s = av->shadow;
	uint32_t pte = root_pte(s, &s->root[s->cur], va);

	if (!(pte & L2_SMALL))
		return false;
	if (acc == GWALK_EXEC)
		return shadow_executable(pte);
	return acc == GWALK_READ || !(pte & L2_AP(4));
}

/* --- DACR, creation ---------------------------------------------------------------- */

void shadow_load_dacr(struct arch_vcpu *av)
{
	uint32_t dacr = av->mmu.dacr;
	/* Manager -> Client (the entries grant all), reserved -> no access. */
	uint32_t hw = av->mmu.sctlr & SCTLR_M ? dacr & 0x55555555 : 0x55555555;

	hw |= 1u << (2 * SHIM_DOMAIN);
	if (av->ag->guest->lazy_domains)
		hw |= av->hw_dacr; /* a write that restricts is left out */
	if (hw == av->hw_dacr)
		return;
	av->hw_dacr = hw;
	if (av == vm_current()) {
		WRITE_CP15(DACR, hw);
		isb();
	}
}

_Static_assert(ROOT_PAGES *PAGE_SIZE == MEANS_ROOT_BYTES, "MEANS_ROOT_BYTES");
_Static_assert(sizeof((struct shadow *)0)->table[0] == MEANS_TABLE_BYTES, "MEANS_TABLE_BYTES");
_Static_assert(sizeof(struct shadow) + sizeof(struct arch_vcpu) + sizeof(struct sites) +
			       10 * PAGE_SIZE <=
		       MEANS_VCPU_BYTES,
	       "MEANS_VCPU_BYTES");

static unsigned roots_of(const struct guest *g)
{
	return g->means.plan.bytes[MEANS_ROOTS] / MEANS_ROOT_BYTES / g->nr_vcpus;
}

int shadow_create(struct arch_vcpu *av)
{
	struct guest *g = av->ag->guest;
	unsigned roots = MIN(roots_of(g), (unsigned)CONFIG_SHADOW_ROOTS);
	struct shadow *s = means_take(g, MEANS_STATE, sizeof(*s), PAGE_SIZE);
	char *l1 = means_take(g, MEANS_ROOTS, roots * MEANS_ROOT_BYTES, MEANS_ROOT_BYTES);

	if (!s || !l1)
		return -ENOMEM;
	s->table = means_take(g, MEANS_TABLES, CONFIG_SHADOW_L2 * sizeof(s->table[0]), PAGE_SIZE);
	if (!s->table)
		return -ENOMEM;
	av->shadow = s;
	s->roots = roots;
	s->top = 1;
	for (unsigned r = 0; r < roots; r++)
		s->root[r].l1 = (uint32_t *)(l1 + r * MEANS_ROOT_BYTES);
	s->root[0].used = true;
	s->root[0].ttbr0 = NO_TTBR;
	s->root[0].asid = NO_ASID;
	s->lazy = true;
	av->hw_ttbr0 = ptr_hpa(s->root[0].l1).v | TTBR_WALK_WBWA;
	shadow_flush(av);
	return 0;
}
