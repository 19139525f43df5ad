/* SPDX-License-Identifier: Apache-2.0 */
/* A down counter that is computed, not ticked. */
#include <string.h>

#include "downcount.h"

static uint64_t downcount_period(const struct downcount *c) { return (uint64_t)c->reload + 1; }

/* Counts since it was `from`. */
static uint64_t downcount_elapsed(struct downcount *c, uint64_t now)
{
	uint64_t ticks = emul_clock_ticks(&c->clock, now);

	if (!c->running || ticks <= c->base)
		return 0;
	return reciprocal_divide(&c->by, ticks - c->base);
}

static void downcount_rebase(struct downcount *c, uint32_t value, uint64_t now)
{
	c->base = emul_clock_ticks(&c->clock, now);
	c->from = value;
}

/* A counter that already stands at 0 reaches it again after a whole period. */
static uint64_t first_event(const struct downcount *c)
{
	if (c->from)
		return c->from;
	return c->periodic ? downcount_period(c) : DOWNCOUNT_NEVER;
}

void downcount_init(struct downcount *c, uint32_t hz, uint32_t value, uint64_t now)
{
	memset(c, 0, sizeof(*c));
	emul_clock_init(&c->clock, hz);
	c->div = 1;
	c->by = reciprocal_of(1);
	downcount_set(c, value, now);
}

void downcount_set(struct downcount *c, uint32_t value, uint64_t now)
{
	downcount_rebase(c, value, now);
	c->next = first_event(c);
}

void downcount_freeze(struct downcount *c, uint64_t now)
{
	downcount_rebase(c, downcount_value(c, now), now);
}

void downcount_go(struct downcount *c, uint64_t now)
{
	if (c->by.d != c->div)
		c->by = reciprocal_of(c->div);
	downcount_set(c, c->from, now);
}

/*
 * Moves the base to the last 0, so that a clock source which is only read needs
 * its 64-bit division once in a period.  Returns how many counts that were.
 */
static uint64_t skip_periods(struct downcount *c, uint64_t e)
{
	uint64_t zero = c->from + (e - c->from) / downcount_period(c) * downcount_period(c);

	c->base += zero * c->div;
	c->from = 0;
	/* One that is not reported yet stays due. */
	c->next = c->next > zero ? c->next - zero : 0;
	return zero;
}

uint32_t downcount_value(struct downcount *c, uint64_t now)
{
	uint64_t e = downcount_elapsed(c, now);

	if (c->periodic && e > c->from + downcount_period(c))
		e -= skip_periods(c, e);
	if (e <= c->from)
		return c->from - (uint32_t)e;
	return c->periodic ? c->reload - (uint32_t)(e - c->from - 1) : 0;
}

bool downcount_event(struct downcount *c, uint64_t now)
{
	uint64_t e = downcount_elapsed(c, now), p = downcount_period(c);

	if (e < c->next)
		return false;
	if (c->periodic) /* rarely more than one period late */
		c->next += e - c->next < p ? p : ((e - c->next) / p + 1) * p;
	else
		c->next = DOWNCOUNT_NEVER;
	return true;
}

uint64_t downcount_deadline(const struct downcount *c)
{
	if (!c->running || c->next == DOWNCOUNT_NEVER)
		return DOWNCOUNT_NEVER;
	return emul_clock_when(&c->clock, c->base + c->next * c->div);
}
