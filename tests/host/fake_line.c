/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/sched.h>
#include <espalier/timer.h>

#include "fake_arch.h"
#include "fake_line.h"

struct fake_line line;
unsigned fake_wakes;
uint64_t fake_now;
void (*fake_idle)(void);
void (*fake_waiting)(void);

static void check(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "fake_line: %s\n", what);
		abort();
	}
}

/* --- the line -------------------------------------------------------------------- */

static unsigned line_write(struct chardev *c, const char *buf, unsigned n)
{
	unsigned k = n < line.room ? n : line.room;

	check(c == &line.c && fake_irq_masked, "write with interrupts on");
	if (line.nsent + k >= sizeof(line.sent)) { /* a fuzzer's, for ever */
		line.nsent = 0;
		check(k < sizeof(line.sent), "too much output");
	}
	memcpy(line.sent + line.nsent, buf, k);
	line.nsent += k;
	line.sent[line.nsent] = '\0';
	if (line.room != FAKE_FOREVER)
		line.room -= k;
	return k;
}

static void line_write_sync(struct chardev *c, const char *buf, unsigned n)
{
	unsigned room = line.room, masked = fake_irq_masked;

	line.room = FAKE_FOREVER;
	fake_irq_masked = 1;
	line_write(c, buf, n);
	fake_irq_masked = masked;
	line.room = room;
}

static void line_want_write(struct chardev *c, bool on)
{
	check(c == &line.c && fake_irq_masked, "want_write with interrupts on");
	line.want = on;
}

static void line_set_rx(struct chardev *c, bool on)
{
	check(c == &line.c && fake_irq_masked, "set_rx with interrupts on");
	line.rx_on = on;
}

static const struct chardev_ops ops = {
	.write = line_write,
	.write_sync = line_write_sync,
	.want_write = line_want_write,
	.set_rx = line_set_rx,
};

void fake_line_clear(void)
{
	line.nsent = line.ntyped = line.nread = 0;
	line.sent[0] = '\0';
	line.room = FAKE_FOREVER;
	line.chunk = 16;
	line.drain = 1;
}

void fake_line_open(void)
{
	line.c.path = "/soc/uart@0";
	line.c.ops = &ops;
	fake_line_clear();
	chardev_register(&line.c);
	check(console_open(&line.c) == 0, "console_open");
}

void fake_line_room(unsigned n)
{
	line.room = n;
	if (line.want && n) {
		uint32_t flags = arch_irq_save();

		line.c.can_write(&line.c);
		arch_irq_restore(flags);
	}
}

bool fake_line_read(void)
{
	while (line.rx_on && line.nread < line.ntyped) {
		unsigned n = line.ntyped - line.nread, k;
		uint32_t flags = arch_irq_save();

		n = n < line.chunk ? n : line.chunk;
		k = line.c.rx(&line.c, line.typed + line.nread, n);
		arch_irq_restore(flags);
		check(k <= n, "rx took more than there was");
		line.nread += k;
		if (k < n)
			break;
	}
	return line.nread == line.ntyped;
}

void fake_line_type(const char *buf, unsigned n)
{
	if (line.nread == line.ntyped)
		line.nread = line.ntyped = 0;
	check(line.ntyped + n <= sizeof(line.typed), "too much typing");
	memcpy(line.typed + line.ntyped, buf, n);
	line.ntyped += n;
	fake_line_read();
}

/* --- the host thread -------------------------------------------------------------- */

void sched_wake_host(void) { fake_wakes++; }

void sched_wait(void)
{
	check(!fake_irq_masked, "sched_wait with interrupts off");
	if (line.want && fake_waiting)
		fake_waiting();
	if (line.want)
		fake_line_room(line.drain);
	else if (fake_idle)
		fake_idle();
	else
		check(false, "the host thread sleeps for ever");
}

/* --- time ------------------------------------------------------------------------- */

#define MAX_TIMERS 8

static struct timer *timers[MAX_TIMERS];

uint64_t timer_now(void) { return fake_now; }

void timer_init(struct timer *t, void (*fn)(struct timer *))
{
	*t = (struct timer){ .fn = fn };
	list_init(&t->link);
}

void timer_arm(struct timer *t, uint64_t deadline)
{
	t->deadline = deadline;
	t->armed = true;
	for (unsigned i = 0; i < MAX_TIMERS; i++) {
		if (!timers[i] || timers[i] == t) {
			timers[i] = t;
			return;
		}
	}
	check(false, "too many timers");
}

void timer_cancel(struct timer *t) { t->armed = false; }

void fake_advance(uint64_t ns)
{
	fake_now += ns;
	for (unsigned i = 0; i < MAX_TIMERS; i++) {
		struct timer *t = timers[i];

		if (t && t->armed && t->deadline <= fake_now) {
			uint32_t flags = arch_irq_save();

			t->armed = false;
			t->fn(t);
			arch_irq_restore(flags);
		}
	}
}
