/* SPDX-License-Identifier: Apache-2.0 */
/* A page that was entered in Thumb state. */
#include <espalier/util.h>

#include "verify_int.h"

/* Is the instruction that starts at p one that may be replaced? */
static bool verify_thumb_replaceable(const struct verify_run *v, unsigned p)
{
	bool wide = thumb_is_wide(page_hw(v->page, p));

	return boundary_at(v, p) == B_START && !is_literal(v, p >> 1) &&
	       p + wide < PAGE_HALFWORDS && !is_literal(v, (p + wide) >> 1);
}

/*
 * Traps the instruction that starts at p.  `whole`: its second halfword goes
 * as well, because it takes part in something forbidden.
 */
bool trap_thumb_at(struct verify_run *v, unsigned p, bool whole)
{
	uint32_t word = run_original(v, 2 * p, 2), second = 0;
	bool wide = thumb_is_wide((uint16_t)word);
	uint16_t trap;

	if (wide) {
		if (p + 1 >= PAGE_HALFWORDS)
			return run_fail(v, VERIFY_REASON_BOUNDARY, 2 * p);
		second = whole ? THUMB_NOP : page_hw(v->page, p + 1);
		word = word << 16 | run_original(v, 2 * p + 2, 2);
	}
	trap = run_trap_thumb(v, word);
	return run_patch(v, 2 * p, wide ? 4 : 2, VERIFY_TRAP, second << 16 | trap);
}

/* Are the words that a window touches, and their neighbours, unconditional ARM code? */
static bool all_arm(const uint32_t *page, unsigned p)
{
	unsigned first = p >> 1 ? (p >> 1) - 1 : 0;
	unsigned last = MIN(((p + 1) >> 1) + 1, VERIFY_PAGE_WORDS - 1);

	for (unsigned i = first; i <= last; i++)
		if (page[i] >> 28 != 14)
			return false;
	return true;
}

static bool patch_window(struct verify_run *v, unsigned p)
{
	uint32_t w = page_window(v->page, p), to;
	enum verify_kind kind;

	if (w >> 29 != 7 || cp_danger(w) == CP_NATIVE || !verify_thumb_replaceable(v, p))
		return true;
	if (all_arm(v->page, p))
		return run_fail(v, VERIFY_REASON_MIXED, 2 * p);
	if (!replace_access(v, w, &to, &kind))
		return true;
	return run_patch(v, 2 * p, 4, kind, to << 16 | to >> 16);
}

static bool patch_special(struct verify_run *v, unsigned p)
{
	uint16_t hw = page_hw(v->page, p);

	if (!verify_thumb_replaceable(v, p))
		return true;
	if (hw == THUMB_WFI)
		return v->flags & VERIFY_PL0 || trap_thumb_at(v, p, false);
	if (thumb_is_wide(hw))
		return page_window(v->page, p) != THUMB_WFI_W || trap_thumb_at(v, p, false);
	run_lookalike(v, 2 * p, hw);
	return true;
}

/* A forbidden window that is not an instruction: trap one that it touches. */
static bool verify_thumb_break_window(struct verify_run *v, unsigned p)
{
	if (is_literal(v, p >> 1))
		return run_literal(v, p >> 1);
	if (is_literal(v, (p + 1) >> 1))
		return run_literal(v, (p + 1) >> 1);
	if (boundary_at(v, p) != B_SECOND)
		return run_fail(v, VERIFY_REASON_BOUNDARY, 2 * p);
	v->r->displaced++;
	if (verify_thumb_replaceable(v, p + 1))
		return trap_thumb_at(v, p + 1, false);
	if (verify_thumb_replaceable(v, p - 1))
		return trap_thumb_at(v, p - 1, true);
	return run_fail(v, VERIFY_REASON_DATA, 2 * p);
}

/*
 * A forbidden ARM word.  Trapping the instruction that holds its low halfword
 * turns it into a CDP, UNDEF in ARM state; that serves honest ARM code, too,
 * unless the word before it had to change.
 */
static bool break_word(struct verify_run *v, unsigned i)
{
	unsigned lo = 2 * i;

	if (is_literal(v, i))
		return run_literal(v, i);
	if (boundary_at(v, lo) == B_UNKNOWN)
		return run_fail(v, VERIFY_REASON_BOUNDARY, 4 * i);
	if (boundary_at(v, lo) == B_SECOND && looks_arm(v->page, i))
		return run_fail(v, VERIFY_REASON_MIXED, 4 * i);
	v->r->displaced++;
	if (boundary_at(v, lo) == B_SECOND)
		return verify_thumb_replaceable(v, lo - 1) ? trap_thumb_at(v, lo - 1, true) :
							     run_fail(v, VERIFY_REASON_DATA, 4 * i);
	return verify_thumb_replaceable(v, lo) ? trap_thumb_at(v, lo, false) :
						 run_fail(v, VERIFY_REASON_DATA, 4 * i);
}

static bool thumb_window(struct verify_run *v, unsigned p)
{
	return patch_window(v, p) &&
	       (!forbidden_window(v->page, p) || verify_thumb_break_window(v, p));
}

static bool thumb_word(struct verify_run *v, unsigned i)
{
	if ((i && !thumb_window(v, 2 * i - 1)) || !thumb_window(v, 2 * i))
		return false;
	return cp_danger(v->page[i]) != CP_FORBIDDEN || break_word(v, i);
}

enum phase_end patch_thumb(struct verify_run *v)
{
	unsigned i;

	while (v->at < VERIFY_PAGE_WORDS) {
		bool found = scan_ahead(v, &i);

		if (found && !thumb_word(v, i))
			return RUN_OVER;
		if (run_spent(v, found ? 2 * WORK_CANDIDATE : 0))
			return PHASE_MORE;
	}
	return PHASE_OVER;
}

enum phase_end patch_thumb_special(struct verify_run *v)
{
	while (v->at < PAGE_HALFWORDS) {
		unsigned p = scan_special(v->page, v->at);

		if (p < PAGE_HALFWORDS && !patch_special(v, p))
			return RUN_OVER;
		v->work += p - v->at;
		v->at = p + 1;
		if (run_spent(v, WORK_CANDIDATE))
			return PHASE_MORE;
	}
	return PHASE_OVER;
}
