/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections: a global megabyte of the guest whose frames are all data, or all code, is
 * mapped by one level 1 descriptor in all roots.  It saves faults, and a step of each
 * table walk.  When a frame of it changes its state, the section goes, and tables
 * take its place.
 */
#include "shadow.h"

#define MIB            (1u << 20)
#define FRAMES_PER_MIB (MIB / PAGE_SIZE)

/* ARM ARM figure B3-4. */
#define SECTION_SUPER       (1u << 18) /* of the guest's descriptor */
#define SECTION_XN          (1u << 4)
#define SECTION_NORMAL_WBWA 0x100cu /* TEX 001, C, B */
#define SECTION_AP(ap)      ((3u & (ap)) << 10 | (4u & (ap)) << 13)
#define SECTION_GET_AP(e)   (BITS(e, 11, 10) | BITS(e, 15, 15) << 2)

bool shadow_is_section(uint32_t e) { return (e & 3) == L1_SECTION; }

uint32_t shadow_section_pte(uint32_t e, uint32_t va)
{
	return (e & ~(MIB - 1)) | (va & (MIB - 1) & ~PAGE_MASK) | L2_SMALL |
	       (e & SECTION_XN ? L2_XN : 0) | L2_AP(SECTION_GET_AP(e)) | L2_NORMAL_WBWA;
}

/* --- what can be a section ------------------------------------------------------------ */

/* The first frame of the megabyte around pa, if all of it is RAM in one piece. */
static struct gframe *frames_of(struct arch_vcpu *av, uint32_t pa, uint32_t *host)
{
	uint32_t base = ALIGN_DOWN(pa, MIB);
	struct fref first = frame_find(av->ag, GPA(base));
	struct fref last = frame_find(av->ag, GPA(base + MIB - PAGE_SIZE));

	if (!first.f || last.f != first.f + FRAMES_PER_MIB - 1)
		return NULL;
	*host = ptr_hpa(first.host).v;
	return *host & (MIB - 1) ? NULL : first.f;
}

static unsigned count_code(const struct gframe *f)
{
	unsigned n = 0;

	for (unsigned j = 0; j < FRAMES_PER_MIB; j++)
		n += f[j].state == FRAME_CODE;
	return n;
}

static bool pages_meet_badly(uint32_t host)
{
	for (unsigned j = 1; j < FRAMES_PER_MIB; j++) {
		uint32_t before = host + ((j - 1) << PAGE_SHIFT);

		if (shadow_straddle(before | L2_SMALL, (before + PAGE_SIZE) | L2_SMALL))
			return true;
	}
	return false;
}

static bool read_only(const struct gwalk *t)
{
	return !t->manager && !t->xn && !gwalk_ap_permits(t->ap, true, false);
}

/* The megabyte is all code, and may be executed in one piece. */
static bool all_code(const struct gwalk *t, const struct gframe *f, uint32_t host,
		     enum gwalk_access acc)
{
	return acc == GWALK_EXEC && read_only(t) && count_code(f) == FRAMES_PER_MIB &&
	       !pages_meet_badly(host);
}

static uint32_t shadow_section_make(const struct gwalk *t, uint32_t host, bool code)
{
	unsigned ap = t->manager ? AP_ANY_RW : t->ap;

	return host | L1_SECTION | SECTION_NORMAL_WBWA | SECTION_AP(ap) | L1_DOMAIN(t->domain) |
	       (code ? 0 : SECTION_XN);
}

/* --- the sections that there are -------------------------------------------------------- */

static struct section *shadow_section_find(struct shadow *s, unsigned index)
{
	for (unsigned n = 0; n < s->sections; n++)
		if (s->section[n].index == index)
			return &s->section[n];
	return NULL;
}

/* A megabyte of the host is in one section only: its frames may have to leave it at once. */
static struct section *find_host(struct shadow *s, uint32_t host)
{
	for (unsigned n = 0; n < s->sections; n++)
		if (!((s->section[n].word ^ host) & ~(MIB - 1)))
			return &s->section[n];
	return NULL;
}

static void shadow_section_remove(struct arch_vcpu *av, struct section *x)
{
	struct shadow *s = av->shadow;

	for (unsigned r = 0; r < s->top; r++)
		if (s->root[r].used && s->root[r].l1[x->index] == x->word)
			s->root[r].l1[x->index] = 0;
	*x = s->section[--s->sections];
	sites_forget(av);
	shadow_hw_tlbi_all(av);
	vm_count(av, SECTION_DROP);
}

void shadow_section_drop(struct arch_vcpu *av, uint32_t va)
{
	struct section *x = shadow_section_find(av->shadow, va >> 20);

	if (x)
		shadow_section_remove(av, x);
}

void shadow_section_drop_host(struct arch_vcpu *av, uint32_t host)
{
	struct shadow *s = av->shadow;

	struct section *x = find_host(s, host);

	if (x)
		shadow_section_remove(av, x);
}

bool shadow_section_changed(struct arch_vcpu *av, uint32_t va, uint32_t d1)
{
	const struct section *x = shadow_section_find(av->shadow, va >> 20);

	return x && x->d1 != d1;
}

/* In all roots but those with a table of their own there. */
static void shadow_section_link(struct arch_vcpu *av, uint32_t va, const struct gwalk *t,
				uint32_t word)
{
	struct shadow *s = av->shadow;
	unsigned i = va >> 20;

	if (s->global[i])
		shadow_global_drop(av, s->global[i]);
	s->section[s->sections++] = (struct section){ word, t->d1, i };
	for (unsigned r = 0; r < s->top; r++)
		if (s->root[r].used && !s->root[r].l1[i])
			s->root[r].l1[i] = word;
	vm_count(av, SECTION);
}

static uint32_t entry_at(const struct shadow *s, uint32_t va, uint32_t off)
{
	va = ALIGN_DOWN(va, MIB) + off;
	return shadow_section_pte(s->root[s->cur].l1[va >> 20], va);
}

/* The current root has a table of its own there. */
static bool shadow_section_private_table(const struct shadow *s, uint32_t va)
{
	unsigned k = shadow_table_of(s, s->root[s->cur].l1[va >> 20]);

	return k && s->l2[k].private;
}

bool shadow_section_fill(struct arch_vcpu *av, uint32_t va, const struct gwalk *t,
			 enum gwalk_access acc)
{
	struct shadow *s = av->shadow;
	uint32_t host;
	struct gframe *f;
	bool code;

	if (t->level != 1 || t->ng || t->d1 & SECTION_SUPER || s->sections == SHADOW_SECTIONS ||
	    shadow_section_private_table(s, va))
		return false;
	f = frames_of(av, t->pa, &host);
	if (!f)
		return false;
	code = f[(t->pa & (MIB - 1)) >> PAGE_SHIFT].state == FRAME_CODE;
	if (code ? !all_code(t, f, host, acc) : acc == GWALK_EXEC || count_code(f))
		return false;
	shadow_section_drop(av, va);
	if (find_host(s, host))
		return false;
	shadow_section_link(av, va, t, shadow_section_make(t, host, code));
	if (code)
		shadow_part_ends(av, va, entry_at(s, va, 0), entry_at(s, va, MIB - PAGE_SIZE));
	return true;
}
