/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated global timer of a Cortex-A9 MPCore, DDI 0407 chapter 4 (r2p0
 * and later: an event is a counter at or above the comparator).  One counter
 * for all vCPUs; comparator, auto-increment and event flag for each.
 */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/timer.h>
#include <regs/gtimer.h>

#include "classes.h"
#include "clock.h"

#define GT_CPUS           4
#define DEFAULT_PERIPHCLK 100000000u

#define SHARED_BITS (GT_CONTROL_PRESCALER_MASK | GT_CONTROL_ENABLE)
#define BANKED_BITS (GT_CONTROL_COMP | GT_CONTROL_IRQ | GT_CONTROL_AUTO)

struct gt_cpu {
	struct emul_dev *dev;
	unsigned vcpu;
	struct timer timer;
	uint64_t compare;
	uint32_t auto_inc;
	uint32_t control; /* BANKED_BITS */
	bool event;
	bool line;
};

struct gtimer {
	struct emul_clock clock;
	uint32_t control; /* SHARED_BITS */
	uint64_t base;    /* tick at which the counter was `from` */
	uint64_t from;
	struct gt_cpu cpu[GT_CPUS];
};

static struct gt_cpu *gtimer_cpu_of(struct emul_dev *d, const struct mmio *m)
{
	return &((struct gtimer *)d->state)->cpu[m->vcpu];
}

static uint32_t gtimer_divider(const struct gtimer *s)
{
	return (s->control >> GT_CONTROL_PRESCALER_SHIFT) + 1;
}

static uint64_t gtimer_counter(struct gtimer *s, uint64_t now)
{
	uint64_t ticks;

	if (!(s->control & GT_CONTROL_ENABLE))
		return s->from;
	ticks = emul_clock_ticks(&s->clock, now) - s->base;
	return s->from + (gtimer_divider(s) == 1 ? ticks : ticks / gtimer_divider(s));
}

/* Goes on from `value` now. */
static void gtimer_rebase(struct gtimer *s, uint64_t value, uint64_t now)
{
	s->base = emul_clock_ticks(&s->clock, now);
	s->from = value;
}

static bool gtimer_compares(const struct gtimer *s, const struct gt_cpu *t)
{
	return (s->control & GT_CONTROL_ENABLE) && (t->control & GT_CONTROL_COMP);
}

/* Takes in what happened up to now. */
static void gtimer_catch_up(struct gt_cpu *t, uint64_t now)
{
	struct gtimer *s = t->dev->state;
	uint64_t c = gtimer_counter(s, now);

	if (!gtimer_compares(s, t) || c < t->compare)
		return;
	t->event = true;
	if ((t->control & GT_CONTROL_AUTO) && t->auto_inc)
		t->compare += ((c - t->compare) / t->auto_inc + 1) * t->auto_inc;
}

static void gtimer_arm(struct gt_cpu *t, uint64_t now)
{
	struct gtimer *s = t->dev->state;
	uint64_t left = t->compare - gtimer_counter(s, now);

	/* What is more than a century away does not matter, and could overflow. */
	if (left > ((uint64_t)s->clock.hz << 32) / gtimer_divider(s))
		timer_cancel(&t->timer);
	else
		timer_arm(&t->timer,
			  emul_clock_when(&s->clock,
					  s->base + (t->compare - s->from) * gtimer_divider(s)));
}

/* Drives the interrupt, and waits for what comes next. */
static void gtimer_settle(struct gt_cpu *t, uint64_t now)
{
	bool line = t->event && (t->control & GT_CONTROL_IRQ);

	if (line != t->line) {
		t->line = line;
		if (t->dev->nr_irqs)
			virq_set_ppi(t->dev->guest, t->vcpu, t->dev->irq[0], line);
	}
	/* A flag that is set cannot change: no need to be woken for it. */
	if (gtimer_compares(t->dev->state, t) && (t->control & GT_CONTROL_IRQ) && !t->event)
		gtimer_arm(t, now);
	else
		timer_cancel(&t->timer);
}

static void gtimer_sync(struct gt_cpu *t, uint64_t now)
{
	gtimer_catch_up(t, now);
	gtimer_settle(t, now);
}

static void sync_all(struct gtimer *s, uint64_t now)
{
	for (unsigned cpu = 0; cpu < GT_CPUS; cpu++)
		gtimer_sync(&s->cpu[cpu], now);
}

static void gtimer_expired(struct timer *timer)
{
	gtimer_sync(container_of(timer, struct gt_cpu, timer), timer_now());
}

/* --- registers ------------------------------------------------------------ */

/* Word `i` of v: 0 is the lower one. */
static uint32_t word_get(uint64_t v, unsigned i) { return (uint32_t)(v >> (32 * i)); }

static uint64_t word_set(uint64_t old, unsigned i, uint32_t v)
{
	uint64_t mask = (uint64_t)UINT32_MAX << (32 * i);

	return (old & ~mask) | (uint64_t)v << (32 * i);
}

static uint32_t gtimer_counter_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return word_get(gtimer_counter(d->state, timer_now()), i);
}

static void gtimer_counter_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gtimer *s = d->state;
	uint64_t now = timer_now();

	sync_all(s, now);
	gtimer_rebase(s, word_set(gtimer_counter(s, now), i, v), now);
	sync_all(s, now);
}

static uint32_t gtimer_control_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct gtimer *)d->state)->control | gtimer_cpu_of(d, m)->control;
}

static void gtimer_control_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gtimer *s = d->state;
	uint64_t now = timer_now();

	sync_all(s, now);
	gtimer_rebase(s, gtimer_counter(s, now), now);
	s->control = v & SHARED_BITS;
	gtimer_cpu_of(d, m)->control = v & BANKED_BITS;
	sync_all(s, now);
}

static uint32_t gtimer_isr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct gt_cpu *t = gtimer_cpu_of(d, m);

	gtimer_sync(t, timer_now());
	return t->event;
}

static void gtimer_isr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gt_cpu *t = gtimer_cpu_of(d, m);
	uint64_t now = timer_now();

	gtimer_catch_up(t, now);
	if (v & GT_ISR_EVENT)
		t->event = false;
	gtimer_sync(t, now);
}

static uint32_t compare_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct gt_cpu *t = gtimer_cpu_of(d, m);

	gtimer_sync(t, timer_now());
	return word_get(t->compare, i);
}

static void compare_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gt_cpu *t = gtimer_cpu_of(d, m);
	uint64_t now = timer_now();

	gtimer_catch_up(t, now);
	t->compare = word_set(t->compare, i, v);
	gtimer_sync(t, now);
}

static uint32_t auto_inc_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gtimer_cpu_of(d, m)->auto_inc;
}

static void auto_inc_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gt_cpu *t = gtimer_cpu_of(d, m);
	uint64_t now = timer_now();

	gtimer_catch_up(t, now);
	t->auto_inc = v;
	gtimer_sync(t, now);
}

static const struct reg_row rows[] = {
	{ .offset = GT_COUNTER_LO,
	  .count = 2,
	  .name = "Counter",
	  .get = gtimer_counter_get,
	  .set = gtimer_counter_set },
	{ .offset = GT_CONTROL,
	  .name = "Control",
	  .get = gtimer_control_get,
	  .set = gtimer_control_set },
	{ .offset = GT_ISR,
	  .name = "Interrupt Status",
	  .get = gtimer_isr_get,
	  .set = gtimer_isr_set },
	{ .offset = GT_COMPARE_LO,
	  .count = 2,
	  .name = "Comparator",
	  .get = compare_get,
	  .set = compare_set },
	{ .offset = GT_AUTO_INC,
	  .name = "Auto-increment",
	  .get = auto_inc_get,
	  .set = auto_inc_set },
	{ .offset = 0x1c, .count = (0x100 - 0x1c) / 4, .name = "reserved" },
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

/* --- the class ---------------------------------------------------------------- */

static int gtimer_create(struct emul_dev *d, const void *fdt, int node)
{
	struct gtimer *s = d->state;

	emul_clock_init(&s->clock, emul_clock_hz(d, fdt, node, 0, DEFAULT_PERIPHCLK));
	for (unsigned cpu = 0; cpu < GT_CPUS; cpu++) {
		struct gt_cpu *t = &s->cpu[cpu];

		t->dev = d;
		t->vcpu = cpu;
		timer_init(&t->timer, gtimer_expired);
	}
	return 0;
}

static void gtimer_reset(struct emul_dev *d)
{
	struct gtimer *s = d->state;
	uint64_t now = timer_now();

	s->control = 0;
	gtimer_rebase(s, 0, now);
	for (unsigned cpu = 0; cpu < GT_CPUS; cpu++) {
		struct gt_cpu *t = &s->cpu[cpu];

		t->compare = t->auto_inc = t->control = 0;
		t->event = false;
		gtimer_sync(t, now);
	}
}

static void gtimer_destroy(struct emul_dev *d)
{
	for (unsigned cpu = 0; cpu < GT_CPUS; cpu++)
		timer_cancel(&((struct gtimer *)d->state)->cpu[cpu].timer);
}

static int gtimer_access(struct emul_dev *d, struct mmio *m)
{
	_Static_assert(GUEST_MAX_VCPUS <= GT_CPUS, "one comparator per vCPU");
	return emul_rows_access(d, m);
}

static void gtimer_describe(struct emul_dev *d, char *buf, unsigned len)
{
	struct gtimer *s = d->state;
	const struct gt_cpu *t = &s->cpu[0];

	snprintf(buf, len, "counter 0x%llx, vcpu0: comparator 0x%llx, control 0x%x, irq %d",
		 (unsigned long long)gtimer_counter(s, timer_now()), (unsigned long long)t->compare,
		 (unsigned)(s->control | t->control), t->line);
}

static const char *const compatible[] = {
	"arm,cortex-a9-global-timer",
	"arm,cortex-a5-global-timer",
	NULL,
};

const struct emul_class gtimer_class = {
	.name = "global-timer",
	.compatible = compatible,
	.state_size = sizeof(struct gtimer),
	.create = gtimer_create,
	.reset = gtimer_reset,
	.destroy = gtimer_destroy,
	.access = gtimer_access,
	.maps = { &map },
	.describe = gtimer_describe,
};
