/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's frame: patches, verdict, page edges.  docs/verifier.md. */
#include <stddef.h>
#include <string.h>

#include <espalier/util.h>

#include "verify_int.h"

const char *const verify_reason_name[VERIFY_REASONS] = {
	[VERIFY_REASON_NONE] = "none",
	[VERIFY_REASON_PATCHES] = "too many patches",
	[VERIFY_REASON_DICTIONARY] = "dictionary full",
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
	set_halfword(page, q->offset / 2, (uint16_t)value);
	if (q->size == 4)
		set_halfword(page, q->offset / 2 + 1, (uint16_t)(value >> 16));
}

/* Number of patches that end at or before `offset`: where one there would go. */
static unsigned patch_place(const struct verify_patch *patches, unsigned n, unsigned offset)
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
	unsigned at = patch_place(patches, n, offset);

	return at < n && patches[at].offset <= offset ? &patches[at] : NULL;
}

void verify_unpatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		write_patch(page, &patches[i], patches[i].original);
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
	return verify_original(d, i, out);
}

bool run_fail(struct vrun *v, enum verify_reason why, unsigned offset)
{
	v->r->verdict = VERIFY_QUARANTINE;
	v->r->reason = why;
	v->r->where = (uint16_t)offset;
	return false;
}

uint32_t run_original(const struct vrun *v, unsigned offset, unsigned size)
{
	return verify_read(v->page, v->patches, v->n, offset, size);
}

bool run_patch(struct vrun *v, unsigned offset, unsigned size, enum verify_kind kind,
	       uint32_t replacement)
{
	unsigned at = patch_place(v->patches, v->n, offset);
	struct verify_patch *q = &v->patches[at];

	if (at < v->n && q->offset < offset + size) {
		if (q->offset != offset || q->size != size)
			return run_fail(v, VERIFY_REASON_LEFT, offset);
	} else {
		uint32_t original = run_original(v, offset, size);

		if (v->n == v->max)
			return run_fail(v, VERIFY_REASON_PATCHES, offset);
		memmove(q + 1, q, (v->n++ - at) * sizeof(*q));
		*q = (struct verify_patch){ .offset = (uint16_t)offset,
					    .size = (uint8_t)size,
					    .original = original };
	}
	q->kind = (uint8_t)kind;
	q->replacement = replacement;
	write_patch(v->page, q, replacement);
	return true;
}

void run_lookalike(struct vrun *v, unsigned offset, uint32_t word)
{
	if (!verify_lookup(v->patches, v->n, offset))
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

/* Does the page hold other words of ours, so that it must be a copy? */
static bool has_copies(const struct vrun *v)
{
	struct insn out;

	for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++) {
		const struct insn arm = { ISA_ARM, 4, run_original(v, 4 * i, 4) };

		if (verify_original(v->d, &arm, &out))
			return true;
	}
	return false;
}

/*
 * The guest's own read of a spare register, or a copy of a read that was
 * redirected there?  Code that copies itself has other words of ours around.
 */
static bool is_alias_copy(struct vrun *v, const struct cp_access *a, enum cp15_reg reg)
{
	for (unsigned n = 0; n < VERIFY_ALIASES; n++) {
		if (reg != aliases[n].spare || !(v->d->alias_regs[n] >> a->rt & 1))
			continue;
		v->r->ambiguous++;
		return has_copies(v);
	}
	return false;
}

static bool alias(struct vrun *v, uint32_t w, const struct cp_access *a, uint32_t *to)
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

bool replace_access(struct vrun *v, uint32_t w, uint32_t *to, enum verify_kind *kind)
{
	struct cp_access a;
	enum cp15_reg reg;

	cp_decode(w, &a);
	reg = cp15_lookup(&a).reg;
	if (a.read && is_alias_copy(v, &a, reg))
		return false;
	*kind = VERIFY_ALIAS;
	if (a.read && alias(v, w, &a, to))
		return true;
	*kind = VERIFY_RECOLOUR;
	*to = w & ~CP_COLOUR;
	return true;
}

/* Traps the load at `offset` if it reads `word`. */
static bool trap_load(struct vrun *v, unsigned word, unsigned offset, uint32_t load)
{
	int first, len, at = (int)word * 4;

	if (!literal_target(v->isa, load, offset, &first, &len) || first >= at + 4 ||
	    first + len <= at)
		return true;
	return v->isa == ISA_ARM ? trap_arm_at(v, offset / 4) : trap_thumb_at(v, offset / 2, false);
}

/* Traps the loads of the tables that have `word`. */
static bool trap_table_loads(struct vrun *v, unsigned word)
{
	for (unsigned k = 0; k < v->tables; k++) {
		const struct vtable *t = &v->table[k];

		if (4 * word >= t->first && 4 * word < t->end &&
		    !verify_lookup(v->patches, v->n, t->load) &&
		    !trap_thumb_at(v, t->load / 2, false))
			return false;
	}
	return true;
}

/*
 * Loads are looked for in the page as it is by now: one that was patched is
 * either trapped already or was no load.
 */
static bool trap_loads(struct vrun *v, unsigned word)
{
	if (v->isa == ISA_ARM) {
		for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++)
			if (!trap_load(v, word, 4 * i, v->page[i]))
				return false;
		return true;
	}
	for (unsigned p = 0; p < PAGE_HALFWORDS; p++) {
		uint32_t load = page_hw(v->page, p);

		if (boundary_at(v, p) != B_START)
			continue;
		if (thumb_is_wide((uint16_t)load)) {
			if (p + 1 == PAGE_HALFWORDS)
				break;
			load = page_window(v->page, p);
		}
		if (!trap_load(v, word, 2 * p, load))
			return false;
	}
	return trap_table_loads(v, word);
}

bool run_literal(struct vrun *v, unsigned word)
{
	uint32_t trap = dict_trap(v->d, run_original(v, 4 * word, 4));

	if (!trap)
		return run_fail(v, VERIFY_REASON_DICTIONARY, 4 * word);
	return run_patch(v, 4 * word, 4, VERIFY_LITERAL, trap) && trap_loads(v, word);
}

/* Nothing forbidden may be left, whatever the steps before thought. */
static bool check_clean(struct vrun *v)
{
	unsigned offset = scan_forbidden(v->page);

	return offset == VERIFY_PAGE_SIZE || run_fail(v, VERIFY_REASON_LEFT, offset);
}

enum verify_verdict verify_page(struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
				enum isa isa, unsigned flags, struct verify_patch *patches,
				unsigned max, struct verify_result *result)
{
	struct vrun v;

	*result = (struct verify_result){ .verdict = VERIFY_OK };
	if (scan_needed(d, page, isa)) {
		v.d = d;
		v.page = page;
		v.isa = isa;
		v.flags = flags;
		v.patches = patches;
		v.n = 0;
		v.max = max;
		v.r = result;
		scan_literals(&v);
		if (!(isa == ISA_ARM ? verify_arm(&v) : verify_thumb(&v)) || !check_clean(&v)) {
			verify_unpatch(page, patches, v.n);
			v.n = 0;
			result->displaced = 0;
		}
		result->npatches = (uint16_t)v.n;
	}
	result->head = page_hw(page, 0);
	result->tail = page_hw(page, PAGE_HALFWORDS - 1);
	result->head_risky = head_risky(result->head);
	result->tail_risky = tail_risky(result->tail);
	return result->verdict;
}
