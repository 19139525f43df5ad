/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model.h"
#include "ref.h"

/* --- changes that can be taken back ----------------------------------------------------- */

static struct change {
	void *at;
	unsigned size;
	uint64_t old;
} journal[65536];
static unsigned changes;
uint32_t ref_stored[256];
unsigned ref_nstored;

static void note(void *at, unsigned size)
{
	struct change *n = &journal[changes++];

	if (changes == ARRAY_SIZE(journal))
		violated("the reference's journal is full");
	*n = (struct change){ at, size, 0 };
	memcpy(&n->old, at, size);
}

#define SET(lvalue, v) (note(&(lvalue), sizeof(lvalue)), (lvalue) = (v))

static void take_back(void)
{
	while (changes) {
		const struct change *n = &journal[--changes];

		memcpy(n->at, &n->old, n->size);
	}
	ref_nstored = 0;
}

/* --- choices ------------------------------------------------------------------------------- */

static struct {
	uint8_t taken, of;
} pick[512];
static unsigned picks, picked;

/* Without a search: always this one, if there are so many. */
static unsigned policy;
static bool searching;

static unsigned decide(unsigned n)
{
	if (n < 2)
		return 0;
	if (!searching)
		return MIN(policy, n - 1);
	if (picked == ARRAY_SIZE(pick))
		return 0;
	if (picked == picks) {
		pick[picks].taken = 0;
		pick[picks].of = (uint8_t)n;
		picks++;
	}
	return pick[picked++].taken;
}

/* False: all have been tried. */
static bool next_choices(void)
{
	while (picks && ++pick[picks - 1].taken >= pick[picks - 1].of)
		picks--;
	return picks != 0;
}

/* --- memory ----------------------------------------------------------------------------------- */

struct ref_block *ref_block(struct ref *r, uint32_t gpa)
{
	for (unsigned n = 0; n < r->blocks; n++)
		if (gpa - r->block[n].gpa < r->block[n].size)
			return &r->block[n];
	return NULL;
}

static bool is_ram(const struct ref_block *b) { return b && b->kind == REGION_RAM; }

bool ref_word(struct ref *r, uint32_t gpa, uint32_t *v)
{
	struct ref_block *b = ref_block(r, gpa);

	if (!is_ram(b))
		return false;
	memcpy(v, b->copy + ((gpa & ~3u) - b->gpa), 4);
	return true;
}

static unsigned word_bucket(uint32_t gpa) { return (gpa >> 2 ^ gpa >> 10) & 255; }

static void keep_word(struct ref *r, uint32_t gpa, uint32_t value)
{
	struct old_word *w = &r->word[r->words];
	int *b = &r->bucket[word_bucket(gpa)];

	if (r->words == REF_WORDS)
		violated("the reference's history of words is full");
	note(&r->words, sizeof(r->words));
	note(b, sizeof(*b));
	*w = (struct old_word){ gpa, value, r->now, *b };
	*b = (int)r->words++;
}

static void tick(struct ref *r) { SET(r->now, r->now + 1); }

/* What may be in the TLB has changed other than by a store. */
static void event(struct ref *r)
{
	tick(r);
	SET(r->events, r->events + 1);
}

static void store(struct ref *r, struct ref_block *b, uint32_t gpa, unsigned size, uint32_t v)
{
	uint32_t old;

	if (is_ram(b)) {
		tick(r);
		ref_word(r, gpa, &old);
		if (memcmp(b->copy + (gpa - b->gpa), &v, size))
			keep_word(r, gpa & ~3u, old);
	}
	note(b->copy + (gpa - b->gpa), size);
	memcpy(b->copy + (gpa - b->gpa), &v, size);
	if (ref_nstored < ARRAY_SIZE(ref_stored))
		ref_stored[ref_nstored++] = gpa;
}

void ref_store(struct ref *r, uint32_t gpa, unsigned size, uint32_t v)
{
	struct ref_block *b = ref_block(r, gpa);

	if (b && b->copy)
		store(r, b, gpa, size, v);
	changes = ref_nstored = 0;
}

/* --- registers -------------------------------------------------------------------------------------- */

static void regime_ends(struct ref *r)
{
	event(r);
	if (r->regimes == REF_REGIMES)
		violated("the reference's history of registers is full");
	r->regime[r->regimes] = (struct old_regime){ r->mmu, r->regime_since, r->now };
	SET(r->regimes, r->regimes + 1);
	SET(r->regime_since, r->now);
}

void ref_registers(struct ref *r, const struct ref_mmu *mmu)
{
	if (memcmp(&r->mmu, mmu, sizeof(*mmu)))
		regime_ends(r);
	r->mmu = *mmu;
	changes = 0;
}

static void tlbi_all(struct ref *r)
{
	event(r);
	SET(r->all_at, r->now);
	SET(r->regimes, 0);
	SET(r->tlbis, 0);
}

void ref_forget(struct ref *r)
{
	tlbi_all(r);
	r->words = 0;
	memset(r->bucket, 0xff, sizeof(r->bucket));
	changes = 0;
}

bool ref_full(const struct ref *r)
{
	return r->words > REF_WORDS - 1500 || r->regimes > REF_REGIMES / 2 ||
	       r->tlbis > REF_TLBIS / 2 || r->now > 1u << 30;
}

static void tlbi_va(struct ref *r, uint32_t va, unsigned asid)
{
	event(r);
	if (r->tlbis == REF_TLBIS)
		violated("the reference's history of TLB operations is full");
	r->tlbi[r->tlbis] = (struct old_tlbi){ va & ~PAGE_MASK, asid, r->now };
	SET(r->tlbis, r->tlbis + 1);
}

static bool tlbi(struct ref *r, unsigned op, uint32_t v)
{
	switch (op) {
	case 0: tlbi_all(r); break;
	case 1: tlbi_va(r, v, v & 0xff); break;
	case 2:
		event(r);
		SET(r->asid_at[v & 0xff], r->now);
		break;
	case 3: tlbi_va(r, v, ASID_GLOBAL); break;
	default: return false;
	}
	return true;
}

/* SCTLR of a Cortex-A9 (TRM 4.3.9): what can be changed, and what reads as 1. */
#define SCTLR_CAN 0x72007c07u
#define SCTLR_ONE 0x00c50078u

static bool mmu_register(struct ref *r, uint32_t *reg, bool read, uint32_t *v, uint32_t new)
{
	if (read) {
		*v = *reg;
		return true;
	}
	if (reg == &r->mmu.dacr)
		event(r);
	else if (new != *reg)
		regime_ends(r);
	SET(*reg, new);
	return true;
}

static bool plain_register(uint32_t *reg, bool read, uint32_t *v)
{
	if (read)
		*v = *reg;
	else
		SET(*reg, *v);
	return true;
}

static bool ref_cp(struct core *c, const struct cp_access *a, uint32_t *v)
{
	struct ref *r = (struct ref *)c;
	bool rd = a->read;

	if (a->cp == 15 && a->opc1 == 0 && a->crn == 8 && !rd && (a->crm == 3 || a->crm - 5u < 3))
		return tlbi(r, a->opc2, *v);
	switch (CP_KEY(a->cp, a->opc1, a->crn, a->crm, a->opc2)) {
	case CP15_OF(SCTLR):
		return mmu_register(r, &r->mmu.sctlr, rd, v, (*v & SCTLR_CAN) | SCTLR_ONE);
	case CP15_OF(TTBR0): return mmu_register(r, &r->mmu.ttbr0, rd, v, *v);
	case CP15_OF(TTBR1): return mmu_register(r, &r->mmu.ttbr1, rd, v, *v);
	case CP15_OF(TTBCR): return mmu_register(r, &r->mmu.ttbcr, rd, v, *v & 0x37);
	case CP15_OF(DACR): return mmu_register(r, &r->mmu.dacr, rd, v, *v);
	case CP15_OF(CONTEXTIDR): return mmu_register(r, &r->mmu.contextidr, rd, v, *v);
	case CP15_OF(VBAR):
		if (!rd)
			*v &= ~0x1fu;
		return plain_register(&r->vbar, rd, v);
	case CP15_OF(DFSR): return plain_register(&r->dfsr, rd, v);
	case CP15_OF(DFAR): return plain_register(&r->dfar, rd, v);
	case CP15_OF(IFSR): return plain_register(&r->ifsr, rd, v);
	case CP15_OF(IFAR): return plain_register(&r->ifar, rd, v);
	}
	c->unpredictable = true; /* not modelled */
	return true;
}

/* --- the walk (ARM ARM B3.5) ----------------------------------------------------------------------- */

static bool l1_address(const struct ref_mmu *m, uint32_t va, uint32_t *a)
{
	unsigned n = m->ttbcr & 7;
	bool second = n && va >> (32 - n) != 0;

	if (m->ttbcr & (second ? 0x20u : 0x10u))
		return false;
	*a = second ? (m->ttbr1 & 0xffffc000) + (va >> 20) * 4 :
		      (m->ttbr0 & (0xffffffffu << (14 - n))) + (va >> 20) * 4;
	return true;
}

/* The access flag, and what is left of AP. */
static bool flagged(const struct ref_mmu *m, struct ref_way *w)
{
	bool af = w->ap & 1;

	if (!(m->sctlr & SCTLR_AFE))
		return true;
	w->ap |= 1;
	return af;
}

static struct ref_way section(const struct ref_mmu *m, uint32_t va, uint32_t d)
{
	struct ref_way w = { .level = 1, .domain = d >> 5 & 15 };

	w.ap = (d >> 10 & 3) | (d >> 13 & 4);
	w.xn = d >> 4 & 1;
	w.ng = d >> 17 & 1;
	w.gpa = (d & 0xfff00000) | (va & 0x000fffff);
	if (d >> 18 & 1) {
		w.domain = 0;
		w.gpa = (d & 0xff000000) | (va & 0x00ffffff);
	}
	if (!flagged(m, &w))
		w.fs = FSR_ACCESS_FLAG_1;
	return w;
}

static struct ref_way page(const struct ref_mmu *m, uint32_t va, uint32_t d1, uint32_t d2)
{
	struct ref_way w = { .level = 2, .domain = d1 >> 5 & 15 };

	if (!(d2 & 3)) {
		w.fs = FSR_TRANSLATION_2;
		return w;
	}
	w.ap = (d2 >> 4 & 3) | (d2 >> 7 & 4);
	w.ng = d2 >> 11 & 1;
	w.xn = d2 & 2 ? d2 & 1 : d2 >> 15 & 1;
	w.gpa = d2 & 2 ? (d2 & 0xfffff000) | (va & 0xfff) : (d2 & 0xffff0000) | (va & 0xffff);
	if (!flagged(m, &w))
		w.fs = FSR_ACCESS_FLAG_2;
	return w;
}

static struct ref_way walk(struct ref *r, uint32_t va)
{
	const struct ref_mmu *m = &r->mmu;
	uint32_t a, d1, d2;

	if (!(m->sctlr & SCTLR_M))
		return (struct ref_way){ .gpa = va, .ap = 3 };
	if (!l1_address(m, va, &a))
		return (struct ref_way){ .fs = FSR_TRANSLATION_1, .level = 1 };
	if (!ref_word(r, a, &d1))
		return (struct ref_way){ .fs = FSR_WALK_EXTERNAL_1, .level = 1 };
	if ((d1 & 3) == 2)
		return section(m, va, d1);
	if ((d1 & 3) != 1)
		return (struct ref_way){ .fs = FSR_TRANSLATION_1, .level = 1 };
	if (!ref_word(r, (d1 & 0xfffffc00) + (va >> 12 & 255) * 4, &d2))
		return (struct ref_way){ .fs = FSR_WALK_EXTERNAL_2,
					 .level = 2,
					 .domain = d1 >> 5 & 15 };
	return page(m, va, d1, d2);
}

/* --- what the TLB may hold besides -------------------------------------------------------------------- */

/* The values of a word, newest first, and while they were there. */
struct value {
	uint32_t v, from, to;
};

static unsigned values(struct ref *r, uint32_t gpa, struct value *out, unsigned max)
{
	unsigned n = 1;

	out[0] = (struct value){ 0, 0, UINT32_MAX };
	if (!ref_word(r, gpa, &out[0].v))
		return 0;
	for (int k = r->bucket[word_bucket(gpa)]; k >= 0 && n < max; k = r->word[k].before) {
		if (r->word[k].gpa != (gpa & ~3u))
			continue;
		if (r->word[k].to <= r->all_at)
			break;
		out[n - 1].from = r->word[k].to;
		out[n++] = (struct value){ r->word[k].value, 0, r->word[k].to };
	}
	return n;
}

/* When was the entry `w` for va, seen under `asid`, last invalidated? */
static uint32_t invalidated(const struct ref *r, uint32_t va, const struct ref_way *w,
			    unsigned asid)
{
	uint32_t at = r->all_at, mask = w->level == 1 ? 0xfff00000 : 0xfffff000;

	if (w->ng)
		at = MAX(at, r->asid_at[asid]);
	for (unsigned n = 0; n < r->tlbis; n++) {
		const struct old_tlbi *t = &r->tlbi[n];

		if (!((t->va ^ va) & mask) && (!w->ng || t->asid == ASID_GLOBAL || t->asid == asid))
			at = MAX(at, t->at);
	}
	return at;
}

struct ways {
	struct ref_way *way;
	unsigned n;
};

static bool same_way(const struct ref_way *a, const struct ref_way *b)
{
	return a->gpa == b->gpa && a->fs == b->fs && a->level == b->level &&
	       a->domain == b->domain && a->ap == b->ap && a->xn == b->xn && a->ng == b->ng;
}

static void add_way(struct ways *s, const struct ref_way *w)
{
	for (unsigned n = 0; n < s->n; n++)
		if (same_way(&s->way[n], w))
			return;
	if (s->n < REF_WAYS)
		s->way[s->n++] = *w;
}

static void old_pages(struct ref *r, struct ways *s, uint32_t va, unsigned asid,
		      const struct old_regime *g, const struct value *d1)
{
	struct value d2[32];
	unsigned n = values(r, (d1->v & 0xfffffc00) + (va >> 12 & 255) * 4, d2, ARRAY_SIZE(d2));

	for (unsigned k = 0; k < n; k++) {
		struct ref_way w = page(&g->mmu, va, d1->v, d2[k].v);
		uint32_t from = MAX(MAX(g->from, d1->from), d2[k].from);
		uint32_t to = MIN(MIN(g->to, d1->to), d2[k].to);

		if (!w.fs && from < to && (!w.ng || (g->mmu.contextidr & 0xff) == asid) &&
		    to > invalidated(r, va, &w, asid))
			add_way(s, &w);
	}
}

static void old_sections(struct ref *r, struct ways *s, uint32_t va, unsigned asid,
			 const struct old_regime *g, const struct value *d1)
{
	struct ref_way w = section(&g->mmu, va, d1->v);
	uint32_t from = MAX(g->from, d1->from), to = MIN(g->to, d1->to);

	if (!w.fs && from < to && (!w.ng || (g->mmu.contextidr & 0xff) == asid) &&
	    to > invalidated(r, va, &w, asid))
		add_way(s, &w);
}

static void old_walks(struct ref *r, struct ways *s, uint32_t va, unsigned asid,
		      const struct old_regime *g)
{
	struct value d1[32];
	uint32_t a;
	unsigned n;

	if (!(g->mmu.sctlr & SCTLR_M) || g->to <= r->all_at || !l1_address(&g->mmu, va, &a))
		return;
	n = values(r, a, d1, ARRAY_SIZE(d1));
	for (unsigned k = 0; k < n; k++) {
		if ((d1[k].v & 3) == 1)
			old_pages(r, s, va, asid, g, &d1[k]);
		else if ((d1[k].v & 3) == 2)
			old_sections(r, s, va, asid, g, &d1[k]);
	}
}

unsigned ref_ways(struct ref *r, uint32_t va, unsigned asid, struct ref_way *way)
{
	struct old_regime now = { r->mmu, r->regime_since, UINT32_MAX };
	struct ways s = { way, 1 };

	way[0] = walk(r, va);
	if (!(r->mmu.sctlr & SCTLR_M))
		return 1;
	if (way[0].ng && asid != (r->mmu.contextidr & 0xff))
		way[0].fs = FSR_TRANSLATION_1; /* another's */
	old_walks(r, &s, va, asid, &now);
	for (unsigned n = r->regimes; n-- > 0;)
		old_walks(r, &s, va, asid, &r->regime[n]);
	return s.n;
}

/* --- accesses ------------------------------------------------------------------------------------------- */

bool ref_manager(const struct ref *r, unsigned domain)
{
	return r->mmu.sctlr & SCTLR_M && (r->mmu.dacr >> 2 * domain & 3) == 3;
}

/* ARM ARM table B3-8. */
static bool ap_allows(unsigned ap, bool write, bool user)
{
	static const char *const rows[8] = { "", "rw", "rwu", "rwuv", "", "r", "ru", "ru" };
	char what = user ? (write ? 'v' : 'u') : (write ? 'w' : 'r');

	return strchr(rows[ap], what) != NULL;
}

static unsigned denied(const struct ref *r, const struct ref_way *w, enum gwalk_access acc,
		       bool user)
{
	unsigned field = r->mmu.sctlr & SCTLR_M ? r->mmu.dacr >> 2 * w->domain & 3 : 3;

	if (w->fs)
		return w->fs;
	if (!(field & 1))
		return w->level == 1 ? FSR_DOMAIN_1 : FSR_DOMAIN_2;
	if (field == 3)
		return 0;
	if (!ap_allows(w->ap, acc == GWALK_WRITE, user) || (acc == GWALK_EXEC && w->xn))
		return w->level == 1 ? FSR_PERMISSION_1 : FSR_PERMISSION_2;
	return 0;
}

static int abort_with(struct core *c, uint32_t va, unsigned fs, unsigned domain, bool write)
{
	c->fault = (struct vm_abort){ va, (uint8_t)fs, (uint8_t)domain, write };
	return -EFAULT;
}

/* A device of 16 words, read and written as words; the rest of its page aborts. */
static int device(struct ref *r, uint32_t off, unsigned size, bool write, uint32_t *v)
{
	uint32_t *reg = &r->device[off / 4 % REF_DEVICE_WORDS];

	if (size != 4 || off / 4 >= REF_DEVICE_WORDS)
		return -EFAULT;
	if (write)
		SET(*reg, *v);
	else
		*v = *reg;
	return 0;
}

/* 0 or -EFAULT: an external abort. */
static int no_memory(struct ref *r, const struct ref_block *b, uint32_t gpa, unsigned size,
		     bool write, uint32_t *v)
{
	if (r->core.special)
		return -EFAULT;
	if (b && b->kind == REGION_EMUL)
		return device(r, gpa - b->gpa, size, write, v);
	if (!b && gpa - r->ram_base >= 0x40000000u)
		return -EFAULT;
	if (!write)
		*v = 0;
	return 0;
}

/*
 * What the page holds for real: a replacement where the guest looks at its own code, or
 * executes it in the state that the page was not entered in (docs/verifier.md).
 */
static void load(struct ref *r, const struct ref_block *b, uint32_t gpa, unsigned size,
		 enum gwalk_access acc, uint32_t *v)
{
	uint32_t raw = 0;

	*v = 0;
	memcpy(v, b->copy + (gpa - b->gpa), size);
	memcpy(&raw, hpa_ptr(HPA(b->host + (gpa - b->gpa))), size);
	if (raw != *v && (acc == GWALK_READ || r->foreign_code(r, gpa)) && decide(2))
		*v = raw;
}

static int at_gpa(struct ref *r, const struct ref_way *w, uint32_t va, unsigned size,
		  enum gwalk_access acc, uint32_t *v)
{
	struct ref_block *b = ref_block(r, w->gpa);
	bool write = acc == GWALK_WRITE;

	if (acc == GWALK_EXEC && !is_ram(b))
		return abort_with(&r->core, va, FSR_EXTERNAL, 0, false);
	if (!v)
		return 0;
	if (!b || !b->copy)
		return no_memory(r, b, w->gpa, size, write, v) ?
			       abort_with(&r->core, va, FSR_EXTERNAL, 0, write) :
			       0;
	if (write)
		store(r, b, w->gpa, size, *v);
	else
		load(r, b, w->gpa, size, acc, v);
	return 0;
}

static int ref_access(struct core *c, uint32_t va, unsigned size, enum gwalk_access acc, bool user,
		      uint32_t *v)
{
	struct ref *r = (struct ref *)c;
	struct ref_way way[REF_WAYS], *w;
	unsigned fs;

	r->shim_touched |= va >> 20 == r->shim_va >> 20;
	w = &way[decide(ref_ways(r, va, r->mmu.contextidr & 0xff, way))];
	fs = denied(r, w, acc, user);
	if (fs)
		return abort_with(c, va, fs, w->domain, acc == GWALK_WRITE);
	return at_gpa(r, w, va, size, acc, v);
}

static void ref_fault(struct core *c, bool data)
{
	struct ref *r = (struct ref *)c;
	uint32_t fsr = (c->fault.fs & 15u) | (c->fault.fs & 16u) << 6;

	if (data) {
		SET(r->dfsr, fsr | (uint32_t)c->fault.domain << 4 | (uint32_t)c->fault.write << 11);
		SET(r->dfar, c->fault.va);
	} else {
		SET(r->ifsr, fsr);
		SET(r->ifar, c->fault.va);
	}
}

static uint32_t ref_vectors(struct core *c)
{
	struct ref *r = (struct ref *)c;

	return r->mmu.sctlr & SCTLR_V ? 0xffff0000 : r->vbar;
}

static uint32_t ref_sctlr(struct core *c) { return ((struct ref *)c)->mmu.sctlr; }
static bool ref_smc(struct core *c) { return false; }

static const struct core_ops ref_ops = { ref_access,  ref_cp,    ref_fault,
					 ref_vectors, ref_sctlr, ref_smc };

void ref_reset(struct ref *r)
{
	memset(&r->core, 0, sizeof(r->core));
	r->core.ops = &ref_ops;
	r->mmu = (struct ref_mmu){ .sctlr = SCTLR_ONE };
	r->vbar = r->dfsr = r->dfar = r->ifsr = r->ifar = 0;
	memset(r->asid_at, 0, sizeof(r->asid_at));
	memset(r->device, 0, sizeof(r->device));
	r->now = r->regime_since = 1;
	r->all_at = 0;
	ref_forget(r);
	r->regime_since = r->now;
}

/* --- the search --------------------------------------------------------------------------------------------- */

#define TRIES     20000u
#define POLICIES  4u
#define FEW_STEPS 16u

static bool attempt(struct ref *r, unsigned steps, bool (*same)(struct ref *r))
{
	picked = 0;
	for (unsigned n = 0; n < steps; n++) {
		struct core before = r->core;
		unsigned changed = changes;

		core_step(&r->core);
		if (r->core.unpredictable || same(r))
			return true;
		if (changed == changes &&
		    !memcmp(&before.r, &r->core.r, offsetof(struct core, irq)))
			return false; /* a branch to itself */
	}
	return false;
}

/* What was done stays.  After a TLBIALL no older word matters. */
static void settle(struct ref *r)
{
	changes = 0;
	if (r->words && r->word[r->words - 1].to <= r->all_at) {
		r->words = 0;
		memset(r->bucket, 0xff, sizeof(r->bucket));
	}
}

static bool from(struct ref *r, const struct core *before, unsigned steps,
		 bool (*same)(struct ref *r))
{
	take_back();
	r->core = *before;
	return attempt(r, steps, same);
}

/* All choices within so few steps. */
static bool search(struct ref *r, const struct core *before, unsigned steps,
		   bool (*same)(struct ref *r))
{
	unsigned tries = 0;

	picks = 0;
	do {
		if (from(r, before, steps, same))
			return true;
	} while (next_choices() && ++tries < TRIES);
	return false;
}

bool ref_run(struct ref *r, unsigned steps, bool (*same)(struct ref *r))
{
	const struct core before = r->core;
	bool found = false;

	r->shim_touched = false;
	searching = false;
	for (policy = 0; policy < POLICIES && !found; policy++)
		found = from(r, &before, steps, same);
	searching = true;
	for (unsigned few = 1; few <= FEW_STEPS && !found; few *= 2)
		found = search(r, &before, few, same);
	if (!found || r->core.unpredictable) { /* nothing of it counts */
		bool open = r->core.unpredictable;

		take_back();
		r->core = before;
		r->core.unpredictable = open;
	}
	settle(r);
	return found;
}

void ref_print(const struct ref *r, const char *what)
{
	fprintf(stderr, "%s: pc %08x cpsr %08x dfsr %08x dfar %08x ifsr %08x ifar %08x\n", what,
		r->core.pc, r->core.cpsr, r->dfsr, r->dfar, r->ifsr, r->ifar);
	for (unsigned n = 0; n < 13; n++)
		fprintf(stderr, " r%u %08x", n, r->core.r[n]);
	fprintf(stderr,
		"\n SCTLR %08x TTBR0 %08x TTBR1 %08x TTBCR %x DACR %08x ASID %x VBAR %08x\n",
		r->mmu.sctlr, r->mmu.ttbr0, r->mmu.ttbr1, r->mmu.ttbcr, r->mmu.dacr,
		r->mmu.contextidr, r->vbar);
}
