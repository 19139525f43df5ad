/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's frame: patches, verdict, page edges.  docs/verifier.md. */
#include <stddef.h>
#include <string.h>

#include <espalier/util.h>

#include "verify_int.h"

const char *const verify_reason_name[VERIFY_REASONS] = {
	[VERIFY_REASON_NONE] = "none",
	[VERIFY_REASON_PATCHES] = "too many patches",
	[VERIFY_REASON_BOUNDARY] = "uncertain Thumb boundary",
	[VERIFY_REASON_DATA] = "only data could be changed",
	[VERIFY_REASON_MIXED] = "looks like code of the other state",
	[VERIFY_REASON_LEFT] = "forbidden encoding left",
};

bool verify_word_dangerous(enum isa isa, uint32_t word)
{
	return (isa == ISA_ARM || word >> 29 == 7) && cp_danger(word) == CP_FORBIDDEN;
}

bool verify_pair_dangerous(uint16_t hw1, uint16_t hw2)
{
	return verify_word_dangerous(ISA_THUMB, (uint32_t)hw1 << 16 | hw2);
}

bool verify_clean(const uint32_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (verify_word_dangerous(ISA_ARM, words[i]) ||
		    verify_pair_dangerous(page_hw(words, 2 * i), page_hw(words, 2 * i + 1)) ||
		    (i && verify_pair_dangerous(page_hw(words, 2 * i - 1), page_hw(words, 2 * i))))
			return false;
	return true;
}

/* Could some first halfword make a forbidden pair with hw2? */
static bool head_risky(uint16_t hw2)
{
	if ((hw2 & 0x0e10) != 0x0e10)
		return false;
	for (unsigned f = 0; f < 256; f++) /* opc1, L, CRn */
		if (verify_pair_dangerous((uint16_t)(0xee00 | f), hw2))
			return true;
	return false;
}

static bool tail_risky(uint16_t hw1)
{
	if ((hw1 & 0xef00) != 0xee00)
		return false;
	for (unsigned f = 0; f < 256; f++) { /* cp 14 or 15, opc2, CRm */
		uint32_t hw2 = 0x0e10 | (f & 0x80) << 1 | (f & 0x70) << 1 | (f & 15);

		if (verify_pair_dangerous(hw1, (uint16_t)hw2))
			return true;
	}
	return false;
}

static void set_halfword(uint32_t *page, unsigned p, uint16_t hw)
{
	unsigned shift = (p & 1) * 16;

	page[p >> 1] = (page[p >> 1] & ~(0xffffu << shift)) | (uint32_t)hw << shift;
}

static void write_patch(uint32_t *page, const struct verify_patch *q, uint32_t value)
{
	if (q->size == 4 && !(q->offset & 3)) {
		page[q->offset / 4] = value;
		return;
	}
	set_halfword(page, q->offset / 2, (uint16_t)value);
	if (q->size == 4)
		set_halfword(page, q->offset / 2 + 1, (uint16_t)(value >> 16));
}

unsigned verify_place(const struct verify_patch *patches, unsigned n, unsigned offset)
{
	unsigned lo = 0, hi = n;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if ((unsigned)patches[mid].offset + patches[mid].size <= offset)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct verify_patch *verify_lookup(const struct verify_patch *patches, unsigned n,
					 unsigned offset)
{
	unsigned at = verify_place(patches, n, offset);

	return at < n && patches[at].offset <= offset ? &patches[at] : NULL;
}

void verify_unpatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		write_patch(page, &patches[i], patches[i].original);
}

void verify_repatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		write_patch(page, &patches[i], patches[i].replacement);
}

uint32_t verify_read(const uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		     unsigned n, unsigned offset, unsigned size)
{
	uint32_t value = 0;

	for (unsigned k = 0; k < size; k++) {
		unsigned at = offset + k;
		const struct verify_patch *q = verify_lookup(patches, n, at);
		uint32_t byte =
			q ? q->original >> 8 * (at - q->offset) : page[at >> 2] >> 8 * (at & 3);

		value |= (byte & 0xff) << 8 * k;
	}
	return value;
}

bool verify_trapped(const struct verify_dict *d, const uint32_t page[VERIFY_PAGE_WORDS],
		    const struct verify_patch *patches, unsigned n, unsigned offset,
		    const struct insn *i, struct insn *out)
{
	struct insn o = { i->isa, 4, 0 };

	if (i->isa == ISA_ARM) {
		o.word = verify_read(page, patches, n, offset, 4);
	} else {
		o.size = 2;
		o.word = verify_read(page, patches, n, offset, 2);
		if (thumb_is_wide((uint16_t)o.word) && offset + 4 <= VERIFY_PAGE_SIZE) {
			o.size = 4;
			o.word = o.word << 16 | verify_read(page, patches, n, offset + 2, 2);
		}
	}
	if (o.size != i->size || o.word != i->word) {
		*out = o;
		return true;
	}
	return d && verify_original(d, i, out);
}

bool run_fail(struct verify_run *v, enum verify_reason why, unsigned offset)
{
	v->r->verdict = VERIFY_QUARANTINE;
	v->r->reason = why;
	v->r->where = (uint16_t)offset;
	return false;
}

uint32_t run_original(const struct verify_run *v, unsigned offset, unsigned size)
{
	return verify_read(v->page, v->patches, v->n, offset, size);
}

bool run_patch(struct verify_run *v, unsigned offset, unsigned size, enum verify_kind kind,
	       uint32_t replacement)
{
	unsigned at = verify_place(v->patches, v->n, offset);
	struct verify_patch *q = &v->patches[at];

	v->work += WORK_PATCH;
	if (at < v->n && q->offset < offset + size) {
		if (q->offset != offset || q->size != size)
			return run_fail(v, VERIFY_REASON_LEFT, offset);
	} else {
		uint32_t original = run_original(v, offset, size);

		if (v->n == v->max)
			return run_fail(v, VERIFY_REASON_PATCHES, offset);
		for (unsigned i = v->n++; i > at; i--) { /* memmove() goes by bytes */
			v->patches[i] = v->patches[i - 1];
			__asm__ volatile("" : : : "memory"); /* the compiler would call it */
		}
		*q = (struct verify_patch){ .offset = (uint16_t)offset,
					    .size = (uint8_t)size,
					    .original = original };
	}
	q->kind = (uint8_t)kind;
	q->replacement = replacement;
	write_patch(v->page, q, replacement);
	return true;
}

void run_lookalike(struct verify_run *v, unsigned offset, uint32_t word)
{
	if (!(v->flags & VERIFY_PL0) && !verify_lookup(v->patches, v->n, offset))
		v->r->ambiguous += dict_lookalike(v->d, v->isa, word);
}

/*
 * Hot reads of registers whose guest value the VMM keeps in a spare register: TEX
 * remap is off in the real SCTLR, so NMRR and PRRR are free.
 */
static const struct {
	enum cp15_reg reg, spare;
	uint32_t word, to; /* condition and Rt zero */
} aliases[VERIFY_ALIASES] = {
	{ CP15_SCTLR, CP15_NMRR, 0x0e110f10, 0x0e1a0f32 },
	{ CP15_DACR, CP15_PRRR, 0x0e130f10, 0x0e1a0f12 },
};

#define ALIAS_FIELDS 0x0fff0fffu

/* Words that look like ours and are not, after which a page is not a copy. */
#define COPIES_TRIED 64

/* May it be a replacement word?  Recoloured, an SMC or a trap. */
static bool maybe_ours(uint32_t w)
{
	return (w & 0x0f000e10u) == 0x0e000c10u || is_smc_arm(w) || is_trap_arm(w);
}

/* Does the page hold other words of ours, so that it must be a copy? */
static bool find_copies(struct verify_run *v)
{
	unsigned tried = 0;
	struct insn out;

	v->work += VERIFY_PAGE_WORDS;
	for (unsigned i = 0; i < VERIFY_PAGE_WORDS && tried < COPIES_TRIED; i++) {
		const struct insn arm = { ISA_ARM, 4, v->page[i] };

		if (!maybe_ours(arm.word) || verify_lookup(v->patches, v->n, 4 * i))
			continue;
		tried++;
		if (verify_original(v->d, &arm, &out))
			return true;
	}
	return false;
}

static bool has_copies(struct verify_run *v)
{
	if (!v->copies)
		v->copies = find_copies(v) ? 2 : 1;
	return v->copies == 2;
}

/*
 * The guest's own read of a spare register, or a copy of a read that was
 * redirected there?  Code that copies itself has other words of ours around.
 */
static bool is_alias_copy(struct verify_run *v, const struct cp_access *a, enum cp15_reg reg)
{
	for (unsigned n = 0; n < VERIFY_ALIASES; n++) {
		if (reg != aliases[n].spare || !(v->d->alias_regs[n] >> a->rt & 1))
			continue;
		v->r->ambiguous++;
		return has_copies(v);
	}
	return false;
}

static bool verify_alias(struct verify_run *v, uint32_t w, const struct cp_access *a, uint32_t *to)
{
	for (unsigned n = 0; n < VERIFY_ALIASES; n++) {
		if ((w & ALIAS_FIELDS) != aliases[n].word)
			continue;
		v->d->alias_regs[n] |= (uint16_t)BIT(a->rt);
		*to = (w & ~ALIAS_FIELDS) | aliases[n].to;
		return true;
	}
	return false;
}

bool replace_access(struct verify_run *v, uint32_t w, uint32_t *to, enum verify_kind *kind)
{
	struct cp_access a;
	enum cp15_reg reg;

	cp_decode(w, &a);
	reg = cp15_lookup(&a).reg;
	if (a.read && is_alias_copy(v, &a, reg))
		return false;
	*kind = VERIFY_ALIAS;
	if (a.read && !(v->flags & VERIFY_PL0) && verify_alias(v, w, &a, to))
		return true;
	*kind = VERIFY_RECOLOUR;
	*to = w & ~CP_COLOUR;
	return true;
}

/* --- loads of words that had to change ------------------------------------------------ */

static bool any_replaced(const struct verify_run *v, int first, int len)
{
	for (int a = first & ~3; a < first + len; a += 4)
		if (a >= 0 && a < (int)VERIFY_PAGE_SIZE && v->replaced[a >> 7] >> (a >> 2 & 31) & 1)
			return true;
	return false;
}

/*
 * Loads are looked for in the page as it is by now: one that was patched is
 * either trapped already or was no load.
 */
static bool reads_replaced(struct verify_run *v, unsigned offset, uint32_t load)
{
	int first, len;

	if (!literal_target(v->isa, load, offset, &first, &len))
		return false;
	v->work += WORK_CANDIDATE / 4;
	return any_replaced(v, first, len);
}

static enum phase_end loads_arm(struct verify_run *v)
{
	for (; v->at < VERIFY_PAGE_WORDS; v->at++) {
		if (run_spent(v, 2))
			return PHASE_MORE;
		if (reads_replaced(v, 4 * v->at, v->page[v->at]) && !trap_arm_at(v, v->at))
			return RUN_OVER;
	}
	return PHASE_OVER;
}

/* The load that starts at halfword p, hw1:hw2 if it is wide; 0: none does. */
static uint32_t thumb_start(const struct verify_run *v, unsigned p)
{
	uint16_t hw = page_hw(v->page, p);

	if (boundary_at(v, p) != B_START)
		return 0;
	if (!thumb_is_wide(hw))
		return hw;
	return p + 1 < PAGE_HALFWORDS ? page_window(v->page, p) : 0;
}

static bool trap_table_loads(struct verify_run *v)
{
	for (unsigned k = 0; k < v->tables; k++) {
		const struct vtable *t = &v->table[k];

		if (any_replaced(v, t->first, t->end - t->first) &&
		    !verify_lookup(v->patches, v->n, t->load) &&
		    !trap_thumb_at(v, t->load / 2, false))
			return false;
	}
	return true;
}

static enum phase_end loads_thumb(struct verify_run *v)
{
	for (; v->at < PAGE_HALFWORDS; v->at++) {
		uint32_t load = thumb_start(v, v->at);

		if (run_spent(v, 2))
			return PHASE_MORE;
		if (load && reads_replaced(v, 2 * v->at, load) && !trap_thumb_at(v, v->at, false))
			return RUN_OVER;
	}
	return trap_table_loads(v) ? PHASE_OVER : RUN_OVER;
}

uint32_t run_trap_arm(struct verify_run *v, uint32_t word)
{
	return v->flags & VERIFY_PL0 ? trap_arm(VERIFY_TRAPS_OWN) : dict_trap(v->d, word);
}

uint16_t run_trap_thumb(struct verify_run *v, uint32_t word)
{
	return v->flags & VERIFY_PL0 ? trap_thumb(VERIFY_TRAPS_THUMB_OWN) :
				       dict_trap_thumb(v->d, word);
}

bool run_literal(struct verify_run *v, unsigned word)
{
	uint32_t trap = run_trap_arm(v, run_original(v, 4 * word, 4));

	v->replaced[word >> 5] |= BIT(word & 31);
	return run_patch(v, 4 * word, 4, VERIFY_LITERAL, trap);
}

/* --- the phases ------------------------------------------------------------------------- */

/* Most pages end here. */
static enum phase_end verify_enough(struct verify_run *v)
{
	return v->needed ? PHASE_OVER : RUN_OVER;
}

typedef enum phase_end (*phase_fn)(struct verify_run *v);

static const phase_fn arm_phases[] = {
	scan_needed, verify_enough, scan_literals_arm, patch_arm, loads_arm, scan_forbidden, NULL,
};

static const phase_fn thumb_phases[] = {
	scan_needed, scan_needed_special, verify_enough, scan_boundaries, scan_literals_thumb,
	scan_tables, scan_boundaries, /* once more, now that data is known */
	patch_thumb, patch_thumb_special, loads_thumb,   scan_forbidden,  NULL,
};

void verify_begin(struct verify_run *v, struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
		  enum isa isa, unsigned flags, struct verify_patch *patches, unsigned max,
		  struct verify_result *result)
{
	*result = (struct verify_result){ .verdict = VERIFY_OK };
	memset(v->literal, 0, sizeof(v->literal));
	memset(v->replaced, 0, sizeof(v->replaced));
	v->d = d;
	v->page = page;
	v->isa = isa;
	v->flags = flags;
	v->patches = patches;
	v->max = max;
	v->r = result;
	v->n = v->phase = v->at = v->tables = 0;
	v->needed = false;
	v->copies = 0;
}

static void verify_end(struct verify_run *v)
{
	struct verify_result *r = v->r;

	if (r->verdict != VERIFY_OK) {
		verify_unpatch(v->page, v->patches, v->n);
		v->n = r->displaced = 0;
	}
	r->npatches = (uint16_t)v->n;
	r->head = page_hw(v->page, 0);
	r->tail = page_hw(v->page, PAGE_HALFWORDS - 1);
	r->head_risky = head_risky(r->head);
	r->tail_risky = tail_risky(r->tail);
}

bool verify_run(struct verify_run *v, unsigned budget)
{
	const phase_fn *phases = v->isa == ISA_ARM ? arm_phases : thumb_phases;

	v->work = 0;
	v->budget = budget;
	while (phases[v->phase]) {
		enum phase_end how = phases[v->phase](v);

		if (how == PHASE_MORE)
			return false;
		if (how == RUN_OVER)
			break;
		v->phase++;
		v->at = 0;
	}
	verify_end(v);
	return true;
}

enum verify_verdict verify_page(struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
				enum isa isa, unsigned flags, struct verify_patch *patches,
				unsigned max, struct verify_result *result)
{
	static struct verify_run v;

	verify_begin(&v, d, page, isa, flags, patches, max, result);
	while (!verify_run(&v, VERIFY_PAGE_WORDS))
		;
	return result->verdict;
}
