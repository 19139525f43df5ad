/* SPDX-License-Identifier: Apache-2.0 */
/* Time, and each CPU's timers in order of their deadlines. */
#include <espalier/arch.h>
#include <espalier/lock.h>
#include <espalier/reciprocal.h>
#include <espalier/timer.h>

static const struct clock_ops *clock;
static uint32_t clock_hz;
static struct reciprocal ns_per_tick; /* d is 0 when a tick is not a whole number of ns */
static uint32_t epoch;

static const volatile uint32_t no_counter;
struct timer_counter timer_counter = { &no_counter, 0 };

static struct spinlock timer_lock;
static struct list queue[CONFIG_MAX_CPUS];

uint64_t ticks_to_ns(uint64_t ticks, uint32_t hz)
{
	return ticks / hz * NS_PER_SEC + ticks % hz * NS_PER_SEC / hz;
}

uint64_t ns_to_ticks(uint64_t ns, uint32_t hz)
{
	return ns / NS_PER_SEC * hz + ns % NS_PER_SEC * hz / NS_PER_SEC;
}

uint64_t timer_now(void)
{
	if (!clock)
		return 0;
	if (ns_per_tick.d)
		return clock->now() * ns_per_tick.d;
	return ticks_to_ns(clock->now(), clock_hz);
}

uint32_t timer_epoch(void) { return epoch; }

void timer_set_epoch(uint32_t unix_seconds) { epoch = unix_seconds; }

/* This CPU's queue; the lock is held. */
static struct list *cpu_queue(void)
{
	struct list *q = &queue[arch_cpu_id()];

	if (!q->next)
		list_init(q);
	return q;
}

static struct timer *first_timer(void)
{
	struct list *q = cpu_queue();

	return list_empty(q) ? NULL : list_entry(q->next, struct timer, link);
}

/* One tick more than the rounded-down value: never early. */
static void program_clock(void)
{
	struct timer *t = first_timer();

	if (!clock)
		return;
	if (t)
		clock->set_compare((ns_per_tick.d ? reciprocal_divide(&ns_per_tick, t->deadline) :
						    ns_to_ticks(t->deadline, clock_hz)) +
				   1);
	else
		clock->stop();
}

void timer_set_clock(const struct clock_ops *ops, uint32_t hz)
{
	uint32_t flags = spin_lock(&timer_lock);

	clock = ops;
	clock_hz = hz;
	ns_per_tick = (struct reciprocal){ 0 };
	if (NS_PER_SEC % hz == 0)
		ns_per_tick = reciprocal_of(NS_PER_SEC / hz);
	if (ops->counter)
		timer_counter = (struct timer_counter){ ops->counter, NS_PER_SEC / hz };
	program_clock();
	spin_unlock(&timer_lock, flags);
}

uint32_t timer_clock_hz(void) { return clock_hz; }

void timer_init(struct timer *t, void (*fn)(struct timer *))
{
	list_init(&t->link);
	t->fn = fn;
	t->armed = false;
	t->deadline = 0;
}

void timer_arm(struct timer *t, uint64_t deadline_ns)
{
	uint32_t flags = spin_lock(&timer_lock);
	struct list *q = cpu_queue(), *pos;
	struct timer *old = first_timer();

	if (t->armed)
		list_del(&t->link);
	t->deadline = deadline_ns;
	t->armed = true;
	for (pos = q->next; pos != q; pos = pos->next)
		if (list_entry(pos, struct timer, link)->deadline > deadline_ns)
			break;
	list_add_before(&t->link, pos);
	if (old == t || first_timer() == t)
		program_clock();
	spin_unlock(&timer_lock, flags);
}

/* The clock stays set: a needless interrupt finds nothing that is due. */
void timer_cancel(struct timer *t)
{
	uint32_t flags = spin_lock(&timer_lock);

	if (t->armed)
		list_del(&t->link);
	t->armed = false;
	spin_unlock(&timer_lock, flags);
}

/* Callbacks run without the lock: they may arm and cancel, or free their timer. */
void timer_interrupt(void)
{
	uint64_t now = timer_now();
	uint32_t flags = spin_lock(&timer_lock);
	struct timer *t;

	while ((t = first_timer()) && t->deadline <= now) {
		list_del(&t->link);
		t->armed = false;
		spin_unlock(&timer_lock, flags);
		t->fn(t);
		flags = spin_lock(&timer_lock);
	}
	program_clock();
	spin_unlock(&timer_lock, flags);
}
