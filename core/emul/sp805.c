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

static void run(struct sp805 *s, bool on, uint64_t now)
{
	downcount_freeze(&s->count, now);
	s->count.running = on;
	downcount_go(&s->count, now);
}

/* Takes in what happened up to now: perhaps nobody looked for longer than a period. */
static void catch_up(struct sp805 *s, uint64_t now)
{
	bool twice;

	if (s->bitten || !downcount_event(&s->count, now))
		return;
	twice = s->ris || downcount_deadline(&s->count) <= now;
	s->ris = true;
	if (!twice || !(s->control & SP805_CONTROL_RESEN))
		return;
	s->bitten = true;
	run(s, false, now);
	guest_ended(s->dev->guest, END_WATCHDOG, "its watchdog (SP805) expired");
}

static void settle(struct sp805 *s)
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

static void expired(struct timer *timer)
{
	struct sp805 *s = container_of(timer, struct sp805, timer);

	catch_up(s, timer_now());
	settle(s);
}

/* --- registers ----------------------------------------------------------------------- */

static struct sp805 *of(const struct emul_dev *d) { return d->state; }

static uint32_t load_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return of(d)->load;
}

/* 3.3.1: the counter restarts from the new value at once; the least is 1. */
static void load_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = of(d);
	uint64_t now = timer_now();

	if (s->locked)
		return;
	catch_up(s, now);
	s->load = s->count.reload = MAX(v, 1u);
	downcount_set(&s->count, s->load, now);
	settle(s);
}

static uint32_t value_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return downcount_value(&of(d)->count, timer_now());
}

static uint32_t control_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return of(d)->control;
}

/* 3.3.3: INTEN starts the counter, from WdogLoad if it was off. */
static void control_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = of(d);
	uint32_t changed = (v ^ s->control) & SP805_CONTROL_INTEN;
	uint64_t now = timer_now();

	if (s->locked)
		return;
	catch_up(s, now);
	s->control = v & (SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	if (changed)
		run(s, v & SP805_CONTROL_INTEN, now);
	if (changed & v)
		downcount_set(&s->count, s->load, now);
	settle(s);
}

/* 3.3.4: a write of any value feeds it. */
static void intclr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp805 *s = of(d);
	uint64_t now = timer_now();

	if (s->locked)
		return;
	catch_up(s, now);
	s->ris = false;
	downcount_set(&s->count, s->load, now);
	settle(s);
}

static uint32_t ris_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct sp805 *s = of(d);

	catch_up(s, timer_now());
	settle(s);
	return s->ris;
}

static uint32_t mis_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ris_get(d, m, i) && (of(d)->control & SP805_CONTROL_INTEN);
}

static uint32_t lock_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return of(d)->locked ? SP805_LOCK_LOCKED : 0;
}

static void lock_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	of(d)->locked = v != SP805_LOCK_KEY;
}

static const struct reg_row rows[] = {
	{ .offset = SP805_LOAD, .name = "WdogLoad", .get = load_get, .set = load_set },
	{ .offset = SP805_VALUE, .name = "WdogValue", .get = value_get },
	{ .offset = SP805_CONTROL, .name = "WdogControl", .get = control_get, .set = control_set },
	{ .offset = SP805_INTCLR, .name = "WdogIntClr", .set = intclr_set },
	{ .offset = SP805_RIS, .name = "WdogRIS", .get = ris_get },
	{ .offset = SP805_MIS, .name = "WdogMIS", .get = mis_get },
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
	struct sp805 *s = of(d);

	s->dev = d;
	s->hz = emul_clock_hz(d, fdt, node, 0, DEFAULT_WDOGCLK);
	timer_init(&s->timer, expired);
	return 0;
}

static void sp805_reset(struct emul_dev *d)
{
	struct sp805 *s = of(d);
	uint64_t now = timer_now();

	s->load = UINT32_MAX;
	s->control = 0;
	s->ris = s->bitten = s->locked = false;
	downcount_init(&s->count, s->hz, s->load, now);
	s->count.reload = s->load;
	s->count.periodic = true;
	run(s, false, now);
	settle(s);
}

static void sp805_destroy(struct emul_dev *d) { timer_cancel(&of(d)->timer); }

static void sp805_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct sp805 *s = of(d);

	snprintf(buf, len, "%s, load %u, counter %u%s%s",
		 s->control & SP805_CONTROL_INTEN ? "on" : "off", (unsigned)s->load,
		 (unsigned)downcount_value(&of(d)->count, timer_now()),
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
