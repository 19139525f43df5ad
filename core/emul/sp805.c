/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchdog Module (SP805), ARM DDI 0270B.  The counter raises the interrupt when it reaches
 * 0 and starts again from WdogLoad; if it comes to 0 a second time before the interrupt was
 * cleared, WDOGRES ends the guest, and what follows is said by its restart policy.
 */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/timer.h>
#include <regs/sp805.h>

#include "classes.h"
#include "clock.h"
#include "downcount.h"
#include "primecell.h"

#define DEFAULT_WDOGCLK 32768u /* the board's; also when its tree says nothing */

struct sp805 {
	struct emul_dev *dev;
	struct downcount count;
	struct timer timer;
	uint32_t hz, load, control;
	bool ris;    /* WdogRIS */
	bool bitten; /* WDOGRES; the counter stands */
	bool locked;
	bool line;
};

static void sp805_run(struct sp805 *s, bool on, uint64_t now)
{
	downcount_freeze(&s->count, now);
	s->count.running = on;
	downcount_go(&s->count, now);
}

/* Takes in what happened up to now: perhaps nobody looked for longer than a period. */
static void sp805_catch_up(struct sp805 *s, uint64_t now)
{
	bool twice;

	if (s->bitten || !downcount_event(&s->count, now))
		return;
	twice = s->ris || downcount_deadline(&s->count) <= now;
	s->ris = true;
	if (!twice || !(s->control & SP805_CONTROL_RESEN))
		return;
	s->bitten = true;
	sp805_run(s, false, now);
	guest_ended(s->dev->guest, END_WATCHDOG, "its watchdog (SP805) expired");
}

static void sp805_settle(struct sp805 *s)
{
	bool line = s->ris && (s->control & SP805_CONTROL_INTEN);
	/* An interrupt that is pending cannot change any more, but bite. */
	bool wanted = !s->bitten && (!s->ris || (s->control & SP805_CONTROL_RESEN));
	uint64_t deadline = wanted ? downcount_deadline(&s->count) : DOWNCOUNT_NEVER;

	if (line != s->line) {
		s->line = line;
		if (s->dev->nr_irqs)
			virq_set(s->dev->guest, s->dev->irq[0], line);
	}
	if (deadline != DOWNCOUNT_NEVER)
		timer_arm(&s->timer, deadline);
	else
		timer_cancel(&s->timer);
}

static void sp805_expired(struct timer *timer)
{
	struct sp805 *s = container_of(timer, struct sp805, timer);

	sp805_catch_up(s, timer_now());
	sp805_settle(s);
}

/* --- registers ----------------------------------------------------------------------- */

static struct sp805 *sp805_of(const struct emul_dev *d) { return d->state; }

static uint32_t sp805_load_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return sp805_of(d)->load;
}

/* 3.3.1: the counter restarts from the new value at once; the least is 1. */
static void sp805_load_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = sp805_of(d);
	uint64_t now = timer_now();

	if (s->locked)
		return;
	sp805_catch_up(s, now);
	s->load = s->count.reload = MAX(v, 1u);
	downcount_set(&s->count, s->load, now);
	sp805_settle(s);
}

static uint32_t sp805_value_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return downcount_value(&sp805_of(d)->count, timer_now());
}

static uint32_t sp805_control_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return sp805_of(d)->control;
}

/* 3.3.3: INTEN starts the counter, from WdogLoad if it was off. */
static void sp805_control_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = sp805_of(d);
	uint32_t changed = (v ^ s->control) & SP805_CONTROL_INTEN;
	uint64_t now = timer_now();

	if (s->locked)
		return;
	sp805_catch_up(s, now);
	s->control = v & (SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	if (changed)
		sp805_run(s, v & SP805_CONTROL_INTEN, now);
	if (changed & v)
		downcount_set(&s->count, s->load, now);
	sp805_settle(s);
}

/* 3.3.4: a write of any value feeds it. */
static void sp805_intclr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = sp805_of(d);
	uint64_t now = timer_now();

	if (s->locked)
		return;
	sp805_catch_up(s, now);
	s->ris = false;
	downcount_set(&s->count, s->load, now);
	sp805_settle(s);
}

static uint32_t sp805_ris_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct sp805 *s = sp805_of(d);

	sp805_catch_up(s, timer_now());
	sp805_settle(s);
	return s->ris;
}

static uint32_t sp805_mis_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return sp805_ris_get(d, m, i) && (sp805_of(d)->control & SP805_CONTROL_INTEN);
}

static uint32_t lock_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return sp805_of(d)->locked ? SP805_LOCK_LOCKED : 0;
}

static void lock_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	sp805_of(d)->locked = v != SP805_LOCK_KEY;
}

static const struct reg_row rows[] = {
	{ .offset = SP805_LOAD, .name = "WdogLoad", .get = sp805_load_get, .set = sp805_load_set },
	{ .offset = SP805_VALUE, .name = "WdogValue", .get = sp805_value_get },
	{ .offset = SP805_CONTROL,
	  .name = "WdogControl",
	  .get = sp805_control_get,
	  .set = sp805_control_set },
	{ .offset = SP805_INTCLR, .name = "WdogIntClr", .set = sp805_intclr_set },
	{ .offset = SP805_RIS, .name = "WdogRIS", .get = sp805_ris_get },
	{ .offset = SP805_MIS, .name = "WdogMIS", .get = sp805_mis_get },
	RESERVED_ROW(0x018, SP805_LOCK),
	{ .offset = SP805_LOCK, .name = "WdogLock", .get = lock_get, .set = lock_set },
	RESERVED_ROW(0xc04, SP805_ITCR),
	{ .offset = SP805_ITCR, .name = "WdogITCR" }, /* test modes are not there */
	{ .offset = SP805_ITOP, .name = "WdogITOP" },
	RESERVED_ROW(0xf08, 0xfe0),
	PRIMECELL_ID_ROWS(0x05, 0x18, 0x14, 0x00),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

/* --- the class ------------------------------------------------------------------------ */

static int sp805_create(struct emul_dev *d, const void *fdt, int node)
{
	struct sp805 *s = sp805_of(d);

	s->dev = d;
	s->hz = emul_clock_hz(d, fdt, node, 0, DEFAULT_WDOGCLK);
	timer_init(&s->timer, sp805_expired);
	return 0;
}

static void sp805_reset(struct emul_dev *d)
{
	struct sp805 *s = sp805_of(d);
	uint64_t now = timer_now();

	s->load = UINT32_MAX;
	s->control = 0;
	s->ris = s->bitten = s->locked = false;
	downcount_init(&s->count, s->hz, s->load, now);
	s->count.reload = s->load;
	s->count.periodic = true;
	sp805_run(s, false, now);
	sp805_settle(s);
}

static void sp805_destroy(struct emul_dev *d) { timer_cancel(&sp805_of(d)->timer); }

static void sp805_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct sp805 *s = sp805_of(d);

	snprintf(buf, len, "%s, load %u, counter %u%s%s",
		 s->control & SP805_CONTROL_INTEN ? "on" : "off", (unsigned)s->load,
		 (unsigned)downcount_value(&sp805_of(d)->count, timer_now()),
		 s->control & SP805_CONTROL_RESEN ? ", resets" : "", s->bitten ? ", expired" : "");
}

static const char *const compatible[] = { "arm,sp805", NULL };

const struct emul_class sp805_class = {
	.name = "sp805",
	.compatible = compatible,
	.state_size = sizeof(struct sp805),
	.create = sp805_create,
	.reset = sp805_reset,
	.destroy = sp805_destroy,
	.access = emul_rows_access,
	.maps = { &map },
	.describe = sp805_describe,
};
