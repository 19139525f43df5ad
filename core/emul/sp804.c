/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated SP804 dual timer, DDI 0271D. */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/timer.h>
#include <regs/sp804.h>

#include "classes.h"
#include "clock.h"
#include "downcount.h"
#include "primecell.h"

#define DEFAULT_TIMCLK 1000000u
#define CONTROL_RESET  SP804_CONTROL_INTEN

struct sp804_timer {
	struct emul_dev *dev;
	struct downcount count;
	struct timer timer;
	uint32_t load, control;
	bool event; /* TimerXRIS */
};

struct sp804 {
	struct sp804_timer half[2];
	uint32_t hz[2];
	uint32_t itcr; /* integration test mode: ITOP drives the interrupts */
	uint32_t itop;
	bool line[2];
};

static struct sp804_timer *timer_of(struct emul_dev *d, const struct mmio *m)
{
	return &((struct sp804 *)d->state)->half[m->offset / SP804_STRIDE & 1];
}

static uint32_t width_mask(const struct sp804_timer *t)
{
	return t->control & SP804_CONTROL_32BIT ? UINT32_MAX : 0xffff;
}

static void sp804_drive(struct emul_dev *d, unsigned n, bool line)
{
	struct sp804 *s = d->state;

	if (line == s->line[n])
		return;
	s->line[n] = line;
	virq_set(d->guest, d->irq[n], line);
}

/* TIMINT1 and TIMINT2 if both are connected, else TIMINTC, which is either. */
static void update_lines(struct emul_dev *d)
{
	struct sp804 *s = d->state;
	bool mis[2];

	for (unsigned n = 0; n < 2; n++)
		mis[n] = s->itcr ? s->itop >> n & 1 :
				   s->half[n].event && (s->half[n].control & SP804_CONTROL_INTEN);
	if (d->nr_irqs >= 2) {
		sp804_drive(d, 0, mis[0]);
		sp804_drive(d, 1, mis[1]);
	} else if (d->nr_irqs == 1) {
		sp804_drive(d, 0, mis[0] || mis[1]);
	}
}

static void sp804_catch_up(struct sp804_timer *t, uint64_t now)
{
	if (downcount_event(&t->count, now))
		t->event = true;
}

static void sp804_settle(struct sp804_timer *t)
{
	uint64_t deadline = DOWNCOUNT_NEVER;

	update_lines(t->dev);
	/* A flag that is set cannot change: no need to be woken for it. */
	if ((t->control & SP804_CONTROL_INTEN) && !t->event)
		deadline = downcount_deadline(&t->count);
	if (deadline != DOWNCOUNT_NEVER)
		timer_arm(&t->timer, deadline);
	else
		timer_cancel(&t->timer);
}

static void sp804_expired(struct timer *timer)
{
	struct sp804_timer *t = container_of(timer, struct sp804_timer, timer);

	sp804_catch_up(t, timer_now());
	sp804_settle(t);
}

/*
 * What comes after 0: in periodic mode the Load value, and the period is Load
 * counts, which the counter shows as Load - 1 .. 0; in free-running mode all
 * ones.
 */
static void set_reload(struct sp804_timer *t)
{
	uint32_t load = t->load & width_mask(t);

	t->count.periodic = !(t->control & SP804_CONTROL_ONESHOT);
	t->count.reload = width_mask(t);
	if (t->control & SP804_CONTROL_PERIODIC)
		t->count.reload = load ? load - 1 : 0;
}

/* --- registers ----------------------------------------------------------------- */

static uint32_t sp804_load_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return timer_of(d, m)->load;
}

/* Restarts the counter at once; a Load of 0 interrupts at once (TimerXLoad). */
static void sp804_load_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp804_timer *t = timer_of(d, m);
	uint64_t now = timer_now();

	sp804_catch_up(t, now);
	t->load = v;
	set_reload(t);
	/* A stopped one keeps all bits: its size may still be chosen. */
	if (t->count.running)
		v &= width_mask(t);
	downcount_set(&t->count, v, now);
	if (t->count.running && v == 0)
		t->event = true;
	sp804_settle(t);
}

/* Does not disturb the cycle that runs (TimerXBGLoad). */
static void bgload_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp804_timer *t = timer_of(d, m);
	uint64_t now = timer_now();

	sp804_catch_up(t, now);
	downcount_freeze(&t->count, now);
	t->load = v;
	set_reload(t);
	downcount_go(&t->count, now);
	sp804_settle(t);
}

static uint32_t sp804_value_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return downcount_value(&timer_of(d, m)->count, timer_now());
}

static uint32_t sp804_control_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return timer_of(d, m)->control;
}

static void sp804_control_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	/* The fourth value of the prescaler field is undefined (TimerXControl). */
	static const uint16_t prescalers[4] = { 1, 16, 256, 256 };
	struct sp804_timer *t = timer_of(d, m);
	uint64_t now = timer_now();

	sp804_catch_up(t, now);
	downcount_freeze(&t->count, now);
	t->control = v & 0xef;
	t->count.div = prescalers[(v & SP804_CONTROL_PRE_MASK) >> SP804_CONTROL_PRE_SHIFT];
	t->count.running = v & SP804_CONTROL_ENABLE;
	if (t->count.running)
		t->count.from &= width_mask(t);
	set_reload(t);
	downcount_go(&t->count, now);
	sp804_settle(t);
}

static void sp804_intclr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sp804_timer *t = timer_of(d, m);

	sp804_catch_up(t, timer_now());
	t->event = false;
	sp804_settle(t);
}

static uint32_t sp804_ris_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct sp804_timer *t = timer_of(d, m);

	sp804_catch_up(t, timer_now());
	sp804_settle(t);
	return t->event;
}

static uint32_t sp804_mis_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return sp804_ris_get(d, m, i) && (timer_of(d, m)->control & SP804_CONTROL_INTEN);
}

static uint32_t itcr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct sp804 *)d->state)->itcr;
}

static void itcr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	((struct sp804 *)d->state)->itcr = v & 1;
	update_lines(d);
}

static void itop_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	((struct sp804 *)d->state)->itop = v & 3;
	update_lines(d);
}

#define TIMER_ROWS(at, n) \
	{ .offset = (at) + SP804_LOAD, \
	  .name = n "Load", \
	  .get = sp804_load_get, \
	  .set = sp804_load_set }, \
		{ .offset = (at) + SP804_VALUE, .name = n "Value", .get = sp804_value_get }, \
		{ .offset = (at) + SP804_CONTROL, \
		  .name = n "Control", \
		  .get = sp804_control_get, \
		  .set = sp804_control_set }, \
		{ .offset = (at) + SP804_INTCLR, .name = n "IntClr", .set = sp804_intclr_set }, \
		{ .offset = (at) + SP804_RIS, .name = n "RIS", .get = sp804_ris_get }, \
		{ .offset = (at) + SP804_MIS, .name = n "MIS", .get = sp804_mis_get }, \
		{ .offset = (at) + SP804_BGLOAD, \
		  .name = n "BGLoad", \
		  .get = sp804_load_get, \
		  .set = bgload_set }, \
	{ \
		.offset = (at) + 0x1c, .name = "reserved" \
	}

static const struct reg_row rows[] = {
	TIMER_ROWS(0, "Timer1"),
	TIMER_ROWS(SP804_STRIDE, "Timer2"),
	RESERVED_ROW(0x040, SP804_ITCR),
	{ .offset = SP804_ITCR, .name = "TimerITCR", .get = itcr_get, .set = itcr_set },
	{ .offset = SP804_ITOP, .name = "TimerITOP", .set = itop_set },
	RESERVED_ROW(0xf08, 0xfe0),
	PRIMECELL_ID_ROWS(0x04, 0x18, 0x14, 0x00),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

/* --- the class --------------------------------------------------------------------- */

/* The binding names one clock for both timers, or timclk1, timclk2, apb_pclk. */
static int sp804_create(struct emul_dev *d, const void *fdt, int node)
{
	struct sp804 *s = d->state;

	s->hz[0] = emul_clock_hz(d, fdt, node, 0, DEFAULT_TIMCLK);
	s->hz[1] = emul_clock_hz(d, fdt, node, 1, s->hz[0]);
	for (unsigned n = 0; n < 2; n++) {
		s->half[n].dev = d;
		timer_init(&s->half[n].timer, sp804_expired);
	}
	return 0;
}

static void sp804_reset(struct emul_dev *d)
{
	struct sp804 *s = d->state;

	s->itcr = s->itop = 0;
	for (unsigned n = 0; n < 2; n++) {
		struct sp804_timer *t = &s->half[n];

		t->load = 0;
		t->control = CONTROL_RESET;
		t->event = false;
		/* TimerXValue is all ones until something is loaded. */
		downcount_init(&t->count, s->hz[n], UINT32_MAX, timer_now());
		set_reload(t);
		sp804_settle(t);
	}
}

static void sp804_destroy(struct emul_dev *d)
{
	for (unsigned n = 0; n < 2; n++)
		timer_cancel(&((struct sp804 *)d->state)->half[n].timer);
}

static void sp804_describe(struct emul_dev *d, char *buf, unsigned len)
{
	struct sp804_timer *t = ((struct sp804 *)d->state)->half;
	uint64_t now = timer_now();

	snprintf(buf, len, "timer1 %u of %u, control 0x%x; timer2 %u of %u, control 0x%x",
		 (unsigned)downcount_value(&t[0].count, now), (unsigned)t[0].load,
		 (unsigned)t[0].control, (unsigned)downcount_value(&t[1].count, now),
		 (unsigned)t[1].load, (unsigned)t[1].control);
}

static const char *const compatible[] = { "arm,sp804", NULL };

const struct emul_class sp804_class = {
	.name = "sp804",
	.compatible = compatible,
	.state_size = sizeof(struct sp804),
	.create = sp804_create,
	.reset = sp804_reset,
	.destroy = sp804_destroy,
	.access = emul_rows_access,
	.maps = { &map },
	.describe = sp804_describe,
};
