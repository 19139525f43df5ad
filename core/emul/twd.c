/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated private timers and watchdogs of a Cortex-A9 MPCore, one of each
 * for every vCPU, DDI 0407 chapter 4.  A watchdog in timer mode is a second
 * private timer.
 */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/timer.h>
#include <regs/twd.h>

#include "classes.h"
#include "clock.h"
#include "downcount.h"

#define TWD_CPUS          4
#define DEFAULT_PERIPHCLK 100000000u

struct twd_cpu {
	struct emul_dev *dev;
	unsigned vcpu;
	struct downcount count;
	struct timer timer;
	uint32_t load, control;
	bool event; /* Interrupt Status */
	bool line;
	bool reset_status; /* the watchdog has asked for a reset */
	bool fired;        /* ... and that reset is still to come */
	bool unlocking;    /* the first key was written to Disable */
};

struct twd {
	uint32_t hz;
	struct twd_cpu cpu[TWD_CPUS];
};

static struct twd_cpu *twd_cpu_of(struct emul_dev *d, const struct mmio *m)
{
	return &((struct twd *)d->state)->cpu[m->vcpu];
}

static bool is_watchdog(const struct twd_cpu *t) { return t->control & TWD_CONTROL_WDMODE; }

/* Takes in what happened up to now. */
static void twd_catch_up(struct twd_cpu *t, uint64_t now)
{
	if (!downcount_event(&t->count, now))
		return;
	t->event = true;
	if (is_watchdog(t) && !t->fired) {
		t->reset_status = true;
		t->fired = true;
		guest_ended(t->dev->guest, END_WATCHDOG, "its watchdog expired");
	}
}

/* Drives the interrupt, and waits for what comes next. */
static void twd_settle(struct twd_cpu *t)
{
	bool irq = (t->control & TWD_CONTROL_IRQ) && !is_watchdog(t);
	bool line = t->event && irq;
	/* A flag that is set cannot change: no need to be woken for it. */
	bool wanted = is_watchdog(t) ? !t->fired : irq && !t->event;
	uint64_t deadline = wanted ? downcount_deadline(&t->count) : DOWNCOUNT_NEVER;

	if (line != t->line) {
		t->line = line;
		if (t->dev->nr_irqs)
			virq_set_ppi(t->dev->guest, t->vcpu, t->dev->irq[0], line);
	}
	if (deadline != DOWNCOUNT_NEVER)
		timer_arm(&t->timer, deadline);
	else
		timer_cancel(&t->timer);
}

static void twd_expired(struct timer *timer)
{
	struct twd_cpu *t = container_of(timer, struct twd_cpu, timer);

	twd_catch_up(t, timer_now());
	twd_settle(t);
}

/* --- registers ------------------------------------------------------------ */

static uint32_t twd_load_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return twd_cpu_of(d, m)->load;
}

/* Writing Load writes the counter as well (Private Timer Load Register). */
static void twd_load_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct twd_cpu *t = twd_cpu_of(d, m);
	uint64_t now = timer_now();

	twd_catch_up(t, now);
	t->load = t->count.reload = v;
	downcount_set(&t->count, v, now);
	twd_settle(t);
}

static uint32_t twd_counter_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return downcount_value(&twd_cpu_of(d, m)->count, timer_now());
}

/* In watchdog mode only Load restarts the counter (Watchdog Counter Register). */
static void twd_counter_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct twd_cpu *t = twd_cpu_of(d, m);
	uint64_t now = timer_now();

	twd_catch_up(t, now);
	if (!is_watchdog(t))
		downcount_set(&t->count, v, now);
	twd_settle(t);
}

static uint32_t twd_control_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return twd_cpu_of(d, m)->control;
}

static void change_control(struct twd_cpu *t, uint32_t v)
{
	uint64_t now = timer_now();

	twd_catch_up(t, now);
	downcount_freeze(&t->count, now);
	t->control = v;
	t->count.div = ((v & TWD_CONTROL_PRESCALER_MASK) >> TWD_CONTROL_PRESCALER_SHIFT) + 1;
	t->count.periodic = v & TWD_CONTROL_RELOAD;
	t->count.running = v & TWD_CONTROL_ENABLE;
	downcount_go(&t->count, now);
	twd_settle(t);
}

#define TIMER_BITS \
	(TWD_CONTROL_PRESCALER_MASK | TWD_CONTROL_IRQ | TWD_CONTROL_RELOAD | TWD_CONTROL_ENABLE)

static void twd_control_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	change_control(twd_cpu_of(d, m), v & TIMER_BITS);
}

/* Watchdog mode is left through Disable only (Watchdog Control Register). */
static void wcontrol_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct twd_cpu *t = twd_cpu_of(d, m);

	change_control(t,
		       (v & (TIMER_BITS | TWD_CONTROL_WDMODE)) | (t->control & TWD_CONTROL_WDMODE));
}

static uint32_t twd_isr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct twd_cpu *t = twd_cpu_of(d, m);

	twd_catch_up(t, timer_now());
	twd_settle(t);
	return t->event;
}

static void twd_isr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct twd_cpu *t = twd_cpu_of(d, m);

	twd_catch_up(t, timer_now());
	if (v & TWD_ISR_EVENT)
		t->event = false;
	twd_settle(t);
}

static uint32_t wreset_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return twd_cpu_of(d, m)->reset_status;
}

static void wreset_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	if (v & 1)
		twd_cpu_of(d, m)->reset_status = false;
}

static void wdisable_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct twd_cpu *t = twd_cpu_of(d, m);

	if (v == TWD_WDISABLE_KEY2 && t->unlocking)
		change_control(t, t->control & ~TWD_CONTROL_WDMODE);
	t->unlocking = v == TWD_WDISABLE_KEY1;
}

#define COMMON_ROWS(set_control) \
	{ .offset = TWD_LOAD, .name = "Load", .get = twd_load_get, .set = twd_load_set }, \
		{ .offset = TWD_COUNTER, \
		  .name = "Counter", \
		  .get = twd_counter_get, \
		  .set = twd_counter_set }, \
		{ .offset = TWD_CONTROL, \
		  .name = "Control", \
		  .get = twd_control_get, \
		  .set = set_control }, \
	{ \
		.offset = TWD_ISR, .name = "Interrupt Status", .get = twd_isr_get, \
		.set = twd_isr_set \
	}

static const struct reg_row timer_rows[] = {
	COMMON_ROWS(twd_control_set),
	{ .offset = 0x10, .count = 4, .name = "reserved" },
};
static const struct reg_map timer_map = { timer_rows, ARRAY_SIZE(timer_rows) };

static const struct reg_row wdt_rows[] = {
	COMMON_ROWS(wcontrol_set),
	{ .offset = TWD_WRESET, .name = "Reset Status", .get = wreset_get, .set = wreset_set },
	{ .offset = TWD_WDISABLE, .name = "Disable", .set = wdisable_set },
	{ .offset = 0x18, .count = 2, .name = "reserved" },
};
static const struct reg_map wdt_map = { wdt_rows, ARRAY_SIZE(wdt_rows) };

/* --- the classes ------------------------------------------------------------ */

static int twd_create(struct emul_dev *d, const void *fdt, int node)
{
	struct twd *s = d->state;

	s->hz = emul_clock_hz(d, fdt, node, 0, DEFAULT_PERIPHCLK);
	for (unsigned cpu = 0; cpu < TWD_CPUS; cpu++) {
		struct twd_cpu *t = &s->cpu[cpu];

		t->dev = d;
		t->vcpu = cpu;
		timer_init(&t->timer, twd_expired);
	}
	return 0;
}

static void twd_reset(struct emul_dev *d)
{
	struct twd *s = d->state;
	uint64_t now = timer_now();

	for (unsigned cpu = 0; cpu < TWD_CPUS; cpu++) {
		struct twd_cpu *t = &s->cpu[cpu];

		t->load = t->control = 0;
		t->event = t->unlocking = false;
		t->reset_status = t->fired;
		t->fired = false;
		downcount_init(&t->count, s->hz, 0, now);
		twd_settle(t);
	}
}

static void twd_destroy(struct emul_dev *d)
{
	for (unsigned cpu = 0; cpu < TWD_CPUS; cpu++)
		timer_cancel(&((struct twd *)d->state)->cpu[cpu].timer);
}

static int twd_access(struct emul_dev *d, struct mmio *m)
{
	/* A guest has at most GUEST_MAX_VCPUS, the cluster TWD_CPUS. */
	_Static_assert(GUEST_MAX_VCPUS <= TWD_CPUS, "one timer per vCPU");
	return emul_rows_access(d, m);
}

static void twd_describe(struct emul_dev *d, char *buf, unsigned len)
{
	struct twd_cpu *t = &((struct twd *)d->state)->cpu[0];

	snprintf(buf, len, "vcpu0: %s, load %u, counter %u, control 0x%x, event %d, irq %d",
		 t->count.running ? "on" : "off", (unsigned)t->load,
		 (unsigned)downcount_value(&t->count, timer_now()), (unsigned)t->control, t->event,
		 t->line);
}

static const char *const timer_compatible[] = {
	"arm,cortex-a9-twd-timer",
	"arm,cortex-a5-twd-timer",
	NULL,
};
static const char *const wdt_compatible[] = {
	"arm,cortex-a9-twd-wdt",
	"arm,cortex-a5-twd-wdt",
	NULL,
};

const struct emul_class twd_class = {
	.name = "twd",
	.compatible = timer_compatible,
	.state_size = sizeof(struct twd),
	.create = twd_create,
	.reset = twd_reset,
	.destroy = twd_destroy,
	.access = twd_access,
	.maps = { &timer_map },
	.describe = twd_describe,
};

const struct emul_class twd_wdt_class = {
	.name = "twd-wdt",
	.compatible = wdt_compatible,
	.state_size = sizeof(struct twd),
	.create = twd_create,
	.reset = twd_reset,
	.destroy = twd_destroy,
	.access = twd_access,
	.maps = { &wdt_map },
	.describe = twd_describe,
};
