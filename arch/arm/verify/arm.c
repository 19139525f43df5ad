/* SPDX-License-Identifier: Apache-2.0 */
/* A page that was entered in ARM state. */
#include <espalier/util.h>

#include "verify_int.h"

/* LDREX, STREX and their sizes (A8.8.75): a trap between the two may fail the pair. */
static bool is_exclusive(uint32_t w) { return (w & 0x0f800ff0) == 0x01800f90; }

/* Which of two words is the better one to execute out of line; higher is worse. */
static unsigned displace_cost(uint32_t w)
{
	if (is_exclusive(w))
		return 3;
	if (w >> 28 != 14)
		return 2;                      /* rather data than an AL instruction is */
	return (w & 0x0e000000) == 0x0a000000; /* a branch */
}

bool trap_arm_at(struct verify_run *v, unsigned word)
{
	uint32_t trap = run_trap_arm(v, run_original(v, 4 * word, 4));

	return run_patch(v, 4 * word, 4, VERIFY_TRAP, trap);
}

/* An honest access to an emulated register. */
static bool patch_access(struct verify_run *v, unsigned i, uint32_t w)
{
	enum verify_kind kind = VERIFY_SMC;
	uint32_t to = dict_smc(v->d, w, !(v->flags & VERIFY_PL0));

	if (!to && !replace_access(v, w, &to, &kind))
		return true;
	return run_patch(v, 4 * i, 4, kind, to);
}

static bool patch_word(struct verify_run *v, unsigned i)
{
	uint32_t w = v->page[i];
	enum cp_danger danger = cp_danger(w);

	if (is_literal(v, i))
		return danger != CP_FORBIDDEN || run_literal(v, i);
	if (danger != CP_NATIVE && !stands_in_arm(v->page, i))
		return danger != CP_FORBIDDEN || run_fail(v, VERIFY_REASON_MIXED, 4 * i);
	if (danger != CP_NATIVE)
		return patch_access(v, i, w);
	if (is_wfi_arm(w))
		return run_patch(v, 4 * i, 4, VERIFY_SMC, dict_smc(v->d, w, false));
	run_lookalike(v, 4 * i, w);
	return true;
}

/* Breaks the Thumb window at halfword p by trapping an ARM instruction that it touches. */
static bool verify_arm_break_window(struct verify_run *v, unsigned p)
{
	unsigned a = p >> 1, b = (p + 1) >> 1;

	if (is_literal(v, a))
		a = b;
	else if (is_literal(v, b) || displace_cost(v->page[a]) < displace_cost(v->page[b]))
		b = a;
	if (is_literal(v, b))
		return run_literal(v, b);
	if (!looks_arm(v->page, b))
		return run_fail(v, VERIFY_REASON_MIXED, 2 * p);
	v->r->displaced++;
	return trap_arm_at(v, b);
}

static bool arm_word(struct verify_run *v, unsigned i)
{
	if (!patch_word(v, i))
		return false;
	if (i && forbidden_window(v->page, 2 * i - 1) && !verify_arm_break_window(v, 2 * i - 1))
		return false;
	return !forbidden_window(v->page, 2 * i) || verify_arm_break_window(v, 2 * i);
}

enum phase_end patch_arm(struct verify_run *v)
{
	unsigned i;

	while (v->at < VERIFY_PAGE_WORDS) {
		bool found = scan_ahead(v, &i);

		if (found && !arm_word(v, i))
			return RUN_OVER;
		if (run_spent(v, found ? 2 * WORK_CANDIDATE : 0))
			return PHASE_MORE;
	}
	return PHASE_OVER;
}
