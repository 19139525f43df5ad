/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLB of unlimited size: whatever the Non-secure tables offered while a guest ran, or
 * just after an invalidation, stays until it is invalidated.  An order of steps that
 * works only because a real TLB forgets shows up as an entry that should not be.
 */
#include <stdio.h>
#include <string.h>

#include "model.h"

#define ENTRIES 32768u
#define BUCKETS 4096u

static struct tlb_entry pool[ENTRIES];
static unsigned used;
static struct tlb_entry *free_list, *bucket[BUCKETS];
struct page_use tlb_use[ARENA_PAGES];
unsigned tlb_changes, tlb_exec_changes;

/* The tables as they were walked last, so that only changes are looked at. */
static struct {
	uint32_t root, asid;
	uint32_t l1[4096];
	uint32_t (*l2[4096])[256];
} seen;
static uint32_t l2_copies[4096][256];

static unsigned hash(uint32_t va, bool section)
{
	return section ? (va >> 20) & (BUCKETS - 1) : (va >> 12 ^ va >> 20) & (BUCKETS - 1);
}

static unsigned current_asid(void) { return hw_reg(CP15_OF(CONTEXTIDR)) & 0xff; }

uint32_t tlb_host(const struct tlb_entry *e, uint32_t va)
{
	uint32_t mask = e->section ? 0xfffff : PAGE_MASK;

	return (e->pte & ~mask) | (va & mask);
}

static void account(const struct tlb_entry *e, int sign)
{
	unsigned pages = e->section ? 256 : 1;
	unsigned ap = PTE_AP(e->pte);

	tlb_changes++;
	tlb_exec_changes += !PTE_XN(e->pte);
	for (unsigned n = 0; n < pages; n++) {
		uint32_t host = (e->pte & ~PAGE_MASK) + (n << PAGE_SHIFT);

		if (!in_arena(host))
			continue;
		if (!PTE_XN(e->pte))
			tlb_use[arena_page(host)].exec += sign;
		if (ap && ap < 4)
			tlb_use[arena_page(host)].write += sign;
	}
}

static void add(uint32_t va, uint32_t pte, unsigned domain, bool section)
{
	unsigned h = hash(va, section), asid = PTE_NG(pte) ? current_asid() : ASID_GLOBAL;
	struct tlb_entry *e;

	for (e = bucket[h]; e; e = e->next)
		if (e->va == va && e->pte == pte && e->asid == asid && e->domain == domain &&
		    e->section == section)
			return;
	e = free_list;
	if (e)
		free_list = e->next;
	else if (used < ENTRIES)
		e = &pool[used++];
	else
		violated("the model's TLB is full");
	*e = (struct tlb_entry){ va,      pte,  (uint16_t)asid, (uint8_t)domain,
				 section, true, true,           bucket[h] };
	bucket[h] = e;
	account(e, 1);
}

static void drop_if(bool (*gone)(const struct tlb_entry *, uint32_t), uint32_t arg, unsigned h)
{
	for (struct tlb_entry **p = &bucket[h]; *p;) {
		struct tlb_entry *e = *p;

		if (!gone(e, arg)) {
			p = &e->next;
			continue;
		}
		*p = e->next;
		account(e, -1);
		e->live = false;
		e->next = free_list;
		free_list = e;
	}
}

/* --- walking -------------------------------------------------------------------------------- */

static uint32_t section_pte(uint32_t d)
{
	return (d & 0xfff00000) | 2 | (d >> 4 & 1) | (d >> 10 & 3) << 4 | (d >> 15 & 1) << 9 |
	       (d >> 17 & 1) << 11 | (d & 0xc);
}

static void table_must_be_ours(uint32_t a, uint32_t size, const char *what)
{
	if (!in_arena(a) || !in_arena(a + size - 1))
		violated("%s at 0x%08x is not in the host's RAM", what, a);
}

static void walk_l2(unsigned i, uint32_t d)
{
	const uint32_t *t;

	table_must_be_ours(d & ~0x3ffu, 1024, "a level 2 table");
	t = hpa_ptr(HPA(d & ~0x3ffu));
	if (!memcmp(t, l2_copies[i], 1024))
		return;
	for (unsigned j = 0; j < 256; j++) {
		if (t[j] == l2_copies[i][j])
			continue;
		l2_copies[i][j] = t[j];
		if (t[j] & 2)
			add(i << 20 | j << 12, t[j], BITS(d, 8, 5), false);
		else if (t[j] & 1)
			violated("a large page in a shadow table at va 0x%08x", i << 20 | j << 12);
	}
}

static void walk_l1(unsigned i, uint32_t d)
{
	if (d != seen.l1[i]) {
		seen.l1[i] = d;
		memset(l2_copies[i], 0, 1024);
	}
	if ((d & 3) == 1)
		walk_l2(i, d);
	else if ((d & 3) == 2 && d & 1u << 18)
		violated("a supersection in a shadow table, 0x%08x", d);
	else if ((d & 3) == 2)
		add(i << 20, section_pte(d), BITS(d, 8, 5), true);
	else if (d & 3)
		violated("a reserved descriptor in a shadow table, 0x%08x", d);
}

__attribute__((no_sanitize("address", "undefined"))) static void walk_changed(const uint32_t *l1)
{
	for (unsigned i = 0; i < 4096; i++)
		if (l1[i] | seen.l1[i])
			walk_l1(i, l1[i]);
}

static void forget_seen(void) { memset(seen.l1, 0, sizeof(seen.l1)); }

void tlb_walk(void)
{
	uint32_t root = hw_reg(CP15_OF(TTBR0)) & ~0x3fffu;

	if (!root)
		return;
	table_must_be_ours(root, 0x4000, "a root");
	if (root != seen.root || current_asid() != seen.asid)
		forget_seen();
	seen.root = root;
	seen.asid = current_asid();
	walk_changed(hpa_ptr(HPA(root)));
}

/* --- invalidation ------------------------------------------------------------------------------ */

static bool always(const struct tlb_entry *e, uint32_t arg) { return true; }

static bool of_va(const struct tlb_entry *e, uint32_t va)
{
	return !((e->va ^ va) & (e->section ? 0xfff00000 : 0xfffff000));
}

static bool of_asid(const struct tlb_entry *e, uint32_t asid) { return e->asid == asid; }

static void everywhere(bool (*gone)(const struct tlb_entry *, uint32_t), uint32_t arg)
{
	for (unsigned h = 0; h < BUCKETS; h++)
		if (bucket[h])
			drop_if(gone, arg, h);
	forget_seen();
	tlb_walk();
}

void tlb_invalidate_all(void) { everywhere(always, 0); }
void tlb_invalidate_asid(uint32_t asid) { everywhere(of_asid, asid & 0xff); }

void tlb_invalidate_va(uint32_t va)
{
	drop_if(of_va, va, hash(va, false));
	drop_if(of_va, va, hash(va, true));
	l2_copies[va >> 20][BITS(va, 19, 12)] = 0;
	if ((seen.l1[va >> 20] & 3) == 2)
		seen.l1[va >> 20] = 0;
	tlb_walk();
}

/* --- looking up ---------------------------------------------------------------------------------- */

static bool applies(const struct tlb_entry *e, uint32_t va, unsigned asid)
{
	return of_va(e, va) && (e->asid == ASID_GLOBAL || asid == ASID_GLOBAL || e->asid == asid);
}

void tlb_print(uint32_t va)
{
	for (unsigned n = 0; n < used; n++)
		if (pool[n].live && of_va(&pool[n], va))
			fprintf(stderr, "  TLB: 0x%08x %08x ASID 0x%x domain %u%s\n", pool[n].va,
				pool[n].pte, pool[n].asid, pool[n].domain,
				pool[n].section ? ", a section" : "");
}

const struct tlb_entry *tlb_find(uint32_t va)
{
	static unsigned turn;
	const struct tlb_entry *hit[8];
	unsigned asid = current_asid(), n = 0;

	for (unsigned s = 0; s < 2; s++)
		for (struct tlb_entry *e = bucket[hash(va, s)]; e; e = e->next)
			if (e->section == s && applies(e, va, asid) && n < ARRAY_SIZE(hit))
				hit[n++] = e;
	return n ? hit[turn++ % n] : NULL;
}

const struct tlb_entry *tlb_executable(uint32_t va, unsigned asid, const struct tlb_entry *from)
{
	/* `from`: the one found before, of the same va. */
	bool on = !from;

	for (unsigned s = 0; s < 2; s++)
		for (struct tlb_entry *e = bucket[hash(va, s)]; e; e = e->next) {
			if (on && e->section == s && applies(e, va, asid) && !PTE_XN(e->pte))
				return e;
			on |= e == from;
		}
	return NULL;
}

void tlb_for_each(void (*fn)(struct tlb_entry *e))
{
	for (unsigned n = 0; n < used; n++)
		if (pool[n].live)
			fn(&pool[n]);
}
