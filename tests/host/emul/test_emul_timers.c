/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/twd.c core/emul/gtimer.c core/emul/sp804.c
 * core/emul/pl031.c core/emul/clock.c core/emul/downcount.c core/lib/dt.c core/lib/dt_index.c core/timer.c
 * tests/host/fake_emul.c tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/timer.h>
#include <regs/gtimer.h>
#include <regs/pl031.h>
#include <regs/sp804.h>
#include <regs/twd.h>

#include "emul/classes.h"
#include "emul/downcount.h"
#include "fake_emul.h"
#include "fdt_gen.h"

#define TICK UINT64_C(10) /* ns of PERIPHCLK */

static struct emul_dev *dev;

static int no_device(void **state)
{
	dev = NULL;
	fake_start(2);
	return 0;
}

static int teardown(void **state)
{
	if (dev)
		fake_destroy(dev);
	return 0;
}

/* --- the counter under TWD and SP804 ------------------------------------------------- */

/* Against a counter that really is ticked. */
static void downcount_model(void **state)
{
	static const struct {
		uint32_t hz, div, from, reload;
		bool periodic;
	} cases[] = {
		{ 100000000, 1, 7, 4, true },   { 100000000, 3, 5, 0, true },
		{ 100000000, 256, 1, 1, true }, { 24000000, 1, 10, 6, true },
		{ 24000000, 7, 3, 9, false },   { 1000000, 16, 0, 3, true },
		{ 32768, 1, 4, 2, true },       { 100000000, 1, 0, 5, false },
		{ 999999937, 2, 9, 1, true },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct downcount c;
		uint64_t t0 = UINT64_C(123456789012345), counts = 0;
		uint32_t v = cases[i].from;
		uint64_t tick0;

		downcount_init(&c, cases[i].hz, v, t0);
		c.div = cases[i].div;
		c.reload = cases[i].reload;
		c.periodic = cases[i].periodic;
		c.running = true;
		downcount_go(&c, t0);
		tick0 = ns_to_ticks(t0, cases[i].hz);
		for (unsigned step = 0; step < 60; step++) {
			uint64_t when = emul_clock_when(&c.clock, tick0 + ++counts * c.div);
			bool event = false;
			uint32_t before = v;

			assert_int_equal(downcount_value(&c, when - 1), before);
			assert_false(downcount_event(&c, when - 1));
			if (v)
				event = --v == 0;
			else if (c.periodic)
				event = (v = c.reload) == 0;
			assert_int_equal(downcount_value(&c, when), v);
			if (event)
				assert_int_equal(downcount_deadline(&c), when);
			assert_int_equal(downcount_event(&c, when), event);
		}
	}
}

/* Looked at now and then only, by value or by event. */
static void downcount_sleepy(void **state)
{
	uint32_t seed = 7;

	for (unsigned round = 0; round < 200; round++) {
		struct downcount c;
		uint64_t t = (uint64_t)round << 32;
		uint32_t v;
		bool event = false;

		seed = seed * 1103515245 + 12345;
		v = seed >> 16 & 31;
		downcount_init(&c, 100000000, v, t);
		c.reload = seed >> 24 & 7;
		c.div = (seed >> 12 & 3) + 1;
		c.periodic = c.running = true;
		downcount_go(&c, t);
		for (unsigned step = 0; step < 100; step++) {
			uint32_t counts = (seed = seed * 1103515245 + 12345) >> 16 & 63;

			t += counts * c.div * TICK;
			for (; counts; counts--) {
				v = v ? v - 1 : c.reload;
				event |= v == 0;
			}
			if (seed >> 30 & 1)
				assert_int_equal(downcount_value(&c, t), v);
			if (event && seed >> 29 & 1)
				assert_true(downcount_deadline(&c) <= t);
			if (seed >> 28 & 1) {
				assert_int_equal(downcount_event(&c, t), event);
				event = false;
				assert_true(downcount_deadline(&c) > t);
			}
		}
	}
}

static void clock_divides_exactly(void **state)
{
	static const uint32_t rates[] = { 1000,       8000,      1000000,   50000000,
					  100000000,  125000000, 200000000, 500000000,
					  1000000000, 24000000,  32768 };

	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		struct emul_clock c;
		uint64_t now = 0, seed = 3;

		emul_clock_init(&c, rates[i]);
		for (unsigned step = 0; step < 3000; step++) {
			uint64_t ticks = (uint64_t)((unsigned __int128)now * rates[i] / NS_PER_SEC);

			assert_int_equal(emul_clock_ticks(&c, now), ticks);
			assert_true(emul_clock_when(&c, ticks) <= now);
			assert_true(emul_clock_when(&c, ticks + 1) > now);
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			now += seed >> (28 + seed % 36);
			/* Around the multiples, and at the far end of 32 bits. */
			if (step % 4 == 0)
				now = emul_clock_when(&c, ticks + 1) - (step & 1);
			if (step % 97 == 0)
				now |= UINT32_MAX;
		}
	}
}

/* --- TWD -------------------------------------------------------------------------------- */

static int twd_setup(void **state)
{
	fake_start(2);
	dev = fake_device(&twd_class, NULL, 0, 29, 0);
	return 0;
}

#define TWD_ON (TWD_CONTROL_ENABLE | TWD_CONTROL_IRQ)

static void twd_one_shot(void **state)
{
	wr(dev, TWD_LOAD, 1000);
	fake_pass(50 * TICK);
	assert_int_equal(rd(dev, TWD_COUNTER), 1000); /* off */
	wr(dev, TWD_CONTROL, TWD_ON);
	fake_pass(400 * TICK);
	assert_int_equal(rd(dev, TWD_COUNTER), 600);
	fake_pass(599 * TICK);
	assert_int_equal(rd(dev, TWD_ISR), 0);
	fake_pass(2 * TICK);
	assert_true(fake_ppi[0][29]);
	assert_false(fake_ppi[1][29]);
	assert_int_equal(rd(dev, TWD_COUNTER), 0);
	assert_int_equal(rd(dev, TWD_ISR), 1);
	wr(dev, TWD_ISR, 0);
	assert_true(fake_ppi[0][29]);
	wr(dev, TWD_ISR, 1);
	assert_false(fake_ppi[0][29]);
	fake_pass(NS_PER_SEC * 100);
	assert_false(fake_ppi[0][29]);
	wr(dev, TWD_COUNTER, 5); /* starts at once, Load stays */
	assert_int_equal(rd(dev, TWD_LOAD), 1000);
	fake_pass(7 * TICK);
	assert_true(fake_ppi[0][29]);
}

static void twd_periodic(void **state)
{
	unsigned n = 0;

	wr(dev, TWD_LOAD, 999);
	wr(dev, TWD_CONTROL, TWD_ON | TWD_CONTROL_RELOAD);
	for (unsigned i = 0; i < 1000; i++) {
		fake_pass(1000 * TICK);
		n += rd(dev, TWD_ISR);
		wr(dev, TWD_ISR, 1);
	}
	assert_int_equal(n, 1000);
	/* One interrupt, however long nobody answers; no timer runs for the others. */
	n = fake_timer_fires;
	fake_pass(10 * NS_PER_SEC);
	assert_true(fake_ppi[0][29]);
	assert_true(fake_timer_fires - n <= 2);
	/* With prescaler: a tenth of the rate. */
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE | 9 << TWD_CONTROL_PRESCALER_SHIFT);
	wr(dev, TWD_LOAD, 100);
	fake_pass(10 * 30 * TICK);
	assert_int_equal(rd(dev, TWD_COUNTER), 70);
	/* Changing the rate under way goes on from where it is. */
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE);
	fake_pass(30 * TICK);
	assert_int_equal(rd(dev, TWD_COUNTER), 40);
	wr(dev, TWD_CONTROL, 0);
	fake_pass(30 * TICK);
	assert_int_equal(rd(dev, TWD_COUNTER), 40);
}

static void twd_masked_needs_no_timer(void **state)
{
	wr(dev, TWD_LOAD, 1);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE | TWD_CONTROL_RELOAD);
	fake_pass(NS_PER_SEC);
	assert_true(fake_timer_fires <= 1);
	assert_int_equal(rd(dev, TWD_ISR), 1);
	wr(dev, TWD_CONTROL, TWD_ON | TWD_CONTROL_RELOAD);
	assert_true(fake_ppi[0][29]); /* the flag was set before */
	dev->cls->reset(dev);
	assert_false(fake_ppi[0][29]);
	assert_int_equal(rd(dev, TWD_CONTROL), 0);
}

static void twd_banked(void **state)
{
	uint32_t v = 77;

	assert_int_equal(fake_access(dev, 1, 0, TWD_LOAD, 4, true, &v), 0);
	assert_int_equal(rd(dev, TWD_LOAD), 0);
	v = TWD_ON;
	assert_int_equal(fake_access(dev, 1, 0, TWD_CONTROL, 4, true, &v), 0);
	fake_pass(100 * TICK);
	assert_true(fake_ppi[1][29]);
	assert_false(fake_ppi[0][29]);
}

static void clock_from_the_tree(void **state)
{
	void *fdt =
		fdt_from_dts("/dts-v1/; / { c: c { #clock-cells = <0>; clock-frequency = <%u>; };\n"
			     " bad: d { #clock-cells = <0>; clock-frequency = <7>; };\n"
			     " t { clocks = <&c>; }; u { clocks = <&bad>; }; };",
			     50000000u);

	dev = fake_device(&twd_class, fdt, fdt_path_offset(fdt, "/t"), 29, 0);
	wr(dev, TWD_LOAD, 1000);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE);
	fake_pass(2000);
	assert_int_equal(rd(dev, TWD_COUNTER), 900);
	fake_destroy(dev);
	/* A rate out of range is not believed. */
	dev = fake_device(&twd_class, fdt, fdt_path_offset(fdt, "/u"), 29, 0);
	wr(dev, TWD_LOAD, 1000);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE);
	fake_pass(2000);
	assert_int_equal(rd(dev, TWD_COUNTER), 800);
	free(fdt);
}

static void watchdog(void **state)
{
	dev = fake_device(&twd_wdt_class, NULL, 0, 30, 0);
	/* In timer mode it is a timer. */
	wr(dev, TWD_LOAD, 10);
	wr(dev, TWD_CONTROL, TWD_ON);
	fake_pass(20 * TICK);
	assert_true(fake_ppi[0][30]);
	assert_null(fake_reset);
	wr(dev, TWD_ISR, 1);
	wr(dev, TWD_LOAD, 1000);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE | TWD_CONTROL_WDMODE | TWD_CONTROL_RELOAD);
	for (unsigned i = 0; i < 5; i++) {
		fake_pass(900 * TICK);
		wr(dev, TWD_LOAD, 1000); /* fed */
	}
	assert_null(fake_reset);
	/* Neither Counter nor Control stops it ... */
	wr(dev, TWD_COUNTER, 0xffffffff);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE);
	assert_true(rd(dev, TWD_CONTROL) & TWD_CONTROL_WDMODE);
	/* ... the keys do, in their order. */
	wr(dev, TWD_WDISABLE, TWD_WDISABLE_KEY2);
	assert_true(rd(dev, TWD_CONTROL) & TWD_CONTROL_WDMODE);
	wr(dev, TWD_WDISABLE, TWD_WDISABLE_KEY1);
	wr(dev, TWD_WDISABLE, TWD_WDISABLE_KEY2);
	assert_false(rd(dev, TWD_CONTROL) & TWD_CONTROL_WDMODE);
	fake_pass(2000 * TICK);
	assert_null(fake_reset);
	/* Left alone it bites, once. */
	wr(dev, TWD_LOAD, 1);
	wr(dev, TWD_CONTROL, TWD_CONTROL_ENABLE | TWD_CONTROL_WDMODE | TWD_CONTROL_RELOAD);
	fake_timer_fires = 0;
	fake_pass(NS_PER_SEC);
	assert_non_null(fake_reset);
	assert_true(fake_timer_fires <= 2);
	dev->cls->reset(dev);
	assert_int_equal(rd(dev, TWD_WRESET), 1);
	wr(dev, TWD_WRESET, 1);
	assert_int_equal(rd(dev, TWD_WRESET), 0);
	dev->cls->reset(dev);
	assert_int_equal(rd(dev, TWD_WRESET), 0);
}

/* --- global timer --------------------------------------------------------------------- */

static int gt_setup(void **state)
{
	fake_start(2);
	dev = fake_device(&gtimer_class, NULL, 0, 27, 0);
	return 0;
}

static uint64_t gt_counter(void)
{
	uint32_t hi, lo;

	do {
		hi = rd(dev, GT_COUNTER_HI);
		lo = rd(dev, GT_COUNTER_LO);
	} while (hi != rd(dev, GT_COUNTER_HI));
	return (uint64_t)hi << 32 | lo;
}

static void gt_compare(uint64_t v)
{
	wr(dev, GT_COMPARE_LO, (uint32_t)v);
	wr(dev, GT_COMPARE_HI, (uint32_t)(v >> 32));
}

#define GT_ON (GT_CONTROL_ENABLE | GT_CONTROL_COMP | GT_CONTROL_IRQ)

static void gt_counts_in_64_bits(void **state)
{
	uint32_t hi;

	fake_pass(NS_PER_SEC);
	assert_int_equal(gt_counter(), 0);
	wr(dev, GT_COUNTER_LO, 0xfffffff0);
	wr(dev, GT_COUNTER_HI, 0x12345678);
	wr(dev, GT_CONTROL, GT_CONTROL_ENABLE);
	fake_pass(15 * TICK);
	assert_int_equal(gt_counter(), UINT64_C(0x12345678ffffffff));
	/* Across the carry between the two halves the reader's loop sees it. */
	hi = rd(dev, GT_COUNTER_HI);
	fake_pass(TICK);
	assert_int_equal(rd(dev, GT_COUNTER_LO), 0);
	assert_int_equal(rd(dev, GT_COUNTER_HI), hi + 1);
	wr(dev, GT_CONTROL, GT_CONTROL_ENABLE | 99 << GT_CONTROL_PRESCALER_SHIFT);
	fake_pass(1000 * TICK);
	assert_int_equal(gt_counter(), UINT64_C(0x123456790000000a));
	wr(dev, GT_CONTROL, 0);
	fake_pass(1000 * TICK);
	assert_int_equal(gt_counter(), UINT64_C(0x123456790000000a));
	/* Monotonic whatever is read when. */
	wr(dev, GT_CONTROL, GT_CONTROL_ENABLE);
	for (uint64_t last = gt_counter(), i = 0; i < 10000; i++) {
		uint64_t now;

		fake_pass(i * 7919 % 100003 * 1000);
		now = gt_counter();
		assert_true(now >= last);
		last = now;
	}
}

static void gt_comparator(void **state)
{
	wr(dev, GT_CONTROL, GT_ON);
	/* The comparator is 0: at once. */
	assert_true(fake_ppi[0][27]);
	assert_false(fake_ppi[1][27]);
	/* It is a level: the flag comes back until the comparator lies ahead. */
	wr(dev, GT_ISR, 1);
	assert_true(fake_ppi[0][27]);
	gt_compare(gt_counter() + 500);
	wr(dev, GT_ISR, 1);
	assert_false(fake_ppi[0][27]);
	fake_pass(499 * TICK);
	assert_int_equal(rd(dev, GT_ISR), 0);
	fake_pass(2 * TICK);
	assert_true(fake_ppi[0][27]);
	assert_int_equal(rd(dev, GT_ISR), 1);
	/* Far away, and never: no timer is lost or fires early. */
	gt_compare(UINT64_MAX);
	wr(dev, GT_ISR, 1);
	fake_pass(3600 * NS_PER_SEC);
	assert_false(fake_ppi[0][27]);
	gt_compare(gt_counter() + UINT64_C(500000000000));
	fake_pass(4999 * NS_PER_SEC);
	assert_false(fake_ppi[0][27]);
	fake_pass(2 * NS_PER_SEC);
	assert_true(fake_ppi[0][27]);
	/* The counter can be set behind the comparator as well. */
	wr(dev, GT_COUNTER_LO, 0);
	wr(dev, GT_COUNTER_HI, 0);
	gt_compare(100);
	wr(dev, GT_ISR, 1);
	wr(dev, GT_COUNTER_LO, 0);
	assert_int_equal(rd(dev, GT_ISR), 0);
	wr(dev, GT_COUNTER_LO, 1000);
	assert_true(fake_ppi[0][27]);
}

static void gt_auto_increment(void **state)
{
	unsigned n = 0;

	gt_compare(1000);
	wr(dev, GT_AUTO_INC, 1000);
	wr(dev, GT_CONTROL, GT_ON | GT_CONTROL_AUTO);
	for (unsigned i = 0; i < 100; i++) {
		fake_pass(1000 * TICK);
		fake_pass(1);
		n += fake_ppi[0][27];
		wr(dev, GT_ISR, 1);
		assert_false(fake_ppi[0][27]);
	}
	assert_int_equal(n, 100);
	assert_int_equal(rd(dev, GT_COMPARE_LO), 101000);
	/* Sleeping through many events costs one step, and keeps the beat. */
	fake_pass(1234567 * TICK);
	assert_int_equal(rd(dev, GT_COMPARE_LO) % 1000, 0);
	assert_true(gt_counter() < rd(dev, GT_COMPARE_LO));
	assert_true(gt_counter() + 1000 >= rd(dev, GT_COMPARE_LO));
}

static void gt_banked(void **state)
{
	uint32_t v = GT_ON;

	gt_compare(UINT64_MAX);
	assert_int_equal(fake_access(dev, 1, 0, GT_CONTROL, 4, true, &v), 0);
	assert_true(fake_ppi[1][27]);
	assert_false(fake_ppi[0][27]);
	assert_int_equal(rd(dev, GT_CONTROL), GT_CONTROL_ENABLE); /* shared; the rest is not */
	fake_pass(10 * TICK);
	assert_int_equal(gt_counter(), 10);
}

/* --- SP804 --------------------------------------------------------------------------------- */

#define US    UINT64_C(1000) /* a tick of 1 MHz */
#define T2    SP804_STRIDE
#define SP_ON (SP804_CONTROL_ENABLE | SP804_CONTROL_INTEN | SP804_CONTROL_32BIT)

static int sp_setup(void **state)
{
	fake_start(1);
	dev = fake_device(&sp804_class, NULL, 0, 34, 0);
	return 0;
}

static void sp_reset_values(void **state)
{
	static const uint8_t id[8] = { 0x04, 0x18, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	for (unsigned t = 0; t < 2; t++) {
		assert_int_equal(rd(dev, t * T2 + SP804_LOAD), 0);
		assert_int_equal(rd(dev, t * T2 + SP804_VALUE), 0xffffffff);
		assert_int_equal(rd(dev, t * T2 + SP804_CONTROL), 0x20);
		assert_int_equal(rd(dev, t * T2 + SP804_RIS), 0);
	}
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(rd(dev, SP804_PERIPHID0 + 4 * i), id[i]);
}

static void sp_periodic(void **state)
{
	unsigned n = 0;

	wr(dev, SP804_LOAD, 4000);
	wr(dev, SP804_CONTROL, SP_ON | SP804_CONTROL_PERIODIC);
	assert_int_equal(rd(dev, SP804_VALUE), 4000);
	fake_pass(1500 * US);
	assert_int_equal(rd(dev, SP804_VALUE), 2500);
	fake_pass(2499 * US);
	assert_false(fake_spi[34]);
	fake_pass(1 * US);
	fake_pass(1);
	assert_true(fake_spi[34]);
	wr(dev, SP804_INTCLR, 123);
	/* The period is Load, without drift. */
	for (unsigned i = 0; i < 250; i++) {
		fake_pass(4000 * US);
		n += fake_spi[34];
		wr(dev, SP804_INTCLR, 1);
		assert_false(fake_spi[34]);
	}
	assert_int_equal(n, 250);
	/* Without the interrupt the raw status shows it. */
	wr(dev, SP804_CONTROL, (SP_ON | SP804_CONTROL_PERIODIC) & ~SP804_CONTROL_INTEN);
	fake_pass(5000 * US);
	assert_int_equal(rd(dev, SP804_RIS), 1);
	assert_int_equal(rd(dev, SP804_MIS), 0);
	assert_false(fake_spi[34]);
}

static void sp_free_running(void **state)
{
	wr(dev, SP804_LOAD, 10);
	wr(dev, SP804_CONTROL, SP_ON);
	fake_pass(10 * US);
	fake_pass(1);
	assert_true(fake_spi[34]);
	assert_int_equal(rd(dev, SP804_VALUE), 0);
	fake_pass(1 * US);
	assert_int_equal(rd(dev, SP804_VALUE), 0xffffffff); /* not Load */
	wr(dev, SP804_INTCLR, 0);
	fake_pass(0xffffu * US);
	assert_int_equal(rd(dev, SP804_VALUE), 0xffff0000);
	/* The clock source of Linux: all ones, free-running, no interrupt. */
	wr(dev, T2 + SP804_LOAD, 0xffffffff);
	wr(dev, T2 + SP804_CONTROL,
	   SP804_CONTROL_ENABLE | SP804_CONTROL_32BIT | SP804_CONTROL_PERIODIC);
	fake_pass(1000000 * US);
	assert_int_equal(~rd(dev, T2 + SP804_VALUE), 1000000);
	/* Over the wrap of 32 bits, 71 minutes later. */
	fake_pass(4294967295u * US);
	assert_int_equal(~rd(dev, T2 + SP804_VALUE), 1000000);
}

static void sp_16_bit_wraps(void **state)
{
	wr(dev, SP804_CONTROL, SP804_CONTROL_ENABLE | SP804_CONTROL_INTEN);
	wr(dev, SP804_LOAD, 0x12345); /* 16 bits of it count */
	assert_int_equal(rd(dev, SP804_VALUE), 0x2345);
	fake_pass(0x2345 * US);
	fake_pass(1);
	assert_true(fake_spi[34]);
	fake_pass(1 * US);
	assert_int_equal(rd(dev, SP804_VALUE), 0xffff);
	wr(dev, SP804_INTCLR, 1);
	fake_pass(0xffff * US);
	assert_true(fake_spi[34]);
}

static void sp_one_shot(void **state)
{
	wr(dev, SP804_CONTROL, SP_ON | SP804_CONTROL_ONESHOT | SP804_CONTROL_PERIODIC);
	wr(dev, SP804_LOAD, 100);
	fake_pass(101 * US);
	assert_true(fake_spi[34]);
	wr(dev, SP804_INTCLR, 1);
	fake_pass(1000 * US);
	assert_false(fake_spi[34]);
	assert_int_equal(rd(dev, SP804_VALUE), 0);
	wr(dev, SP804_LOAD, 50); /* a new value starts it again */
	fake_pass(51 * US);
	assert_true(fake_spi[34]);
}

static void sp_prescaler_and_background_load(void **state)
{
	wr(dev, SP804_LOAD, 100);
	wr(dev, SP804_CONTROL, SP_ON | SP804_CONTROL_PERIODIC | 1 << SP804_CONTROL_PRE_SHIFT);
	fake_pass(16 * 40 * US);
	assert_int_equal(rd(dev, SP804_VALUE), 60);
	wr(dev, SP804_CONTROL, SP_ON | SP804_CONTROL_PERIODIC | 2 << SP804_CONTROL_PRE_SHIFT);
	fake_pass(256 * 10 * US);
	assert_int_equal(rd(dev, SP804_VALUE), 50);
	wr(dev, SP804_CONTROL, SP_ON | SP804_CONTROL_PERIODIC);
	wr(dev, SP804_BGLOAD, 30); /* from the next cycle on */
	assert_int_equal(rd(dev, SP804_VALUE), 50);
	assert_int_equal(rd(dev, SP804_LOAD), 30);
	assert_int_equal(rd(dev, SP804_BGLOAD), 30);
	fake_pass(50 * US);
	fake_pass(1);
	assert_true(fake_spi[34]);
	wr(dev, SP804_INTCLR, 1);
	fake_pass(30 * US);
	assert_true(fake_spi[34]);
	/* Load 0 interrupts at once, and does not keep the VMM busy. */
	wr(dev, SP804_INTCLR, 1);
	wr(dev, SP804_LOAD, 0);
	assert_true(fake_spi[34]);
	fake_timer_fires = 0;
	fake_pass(NS_PER_SEC);
	assert_true(fake_timer_fires <= 2);
}

static void sp_lines(void **state)
{
	/* One line for both ... */
	wr(dev, T2 + SP804_CONTROL, SP_ON);
	wr(dev, T2 + SP804_LOAD, 5);
	fake_pass(6 * US);
	assert_true(fake_spi[34]);
	assert_int_equal(rd(dev, SP804_MIS), 0);
	assert_int_equal(rd(dev, T2 + SP804_MIS), 1);
	fake_destroy(dev);
	/* ... or one each. */
	fake_start(1);
	dev = fake_device(&sp804_class, NULL, 0, 34, 35);
	wr(dev, T2 + SP804_CONTROL, SP_ON);
	wr(dev, T2 + SP804_LOAD, 5);
	fake_pass(6 * US);
	assert_false(fake_spi[34]);
	assert_true(fake_spi[35]);
	wr(dev, SP804_ITCR, 1); /* test mode: by hand */
	assert_false(fake_spi[35]);
	wr(dev, SP804_ITOP, 1);
	assert_true(fake_spi[34]);
	wr(dev, SP804_ITCR, 0);
	assert_false(fake_spi[34]);
	assert_true(fake_spi[35]);
}

/* --- PL031 ------------------------------------------------------------------------------------ */

static void rtc(void **state)
{
	uint32_t t0;

	timer_set_epoch(1000000000u - (uint32_t)(fake_now / NS_PER_SEC));
	dev = fake_device(&pl031_class, NULL, 0, 36, 0);
	assert_int_equal(rd(dev, RTCPERIPHID0), 0x31);
	assert_int_equal(rd(dev, RTCCR), 1);
	t0 = rd(dev, RTCDR);
	assert_int_equal(t0, 1000000000u);
	fake_pass(90 * NS_PER_SEC);
	assert_int_equal(rd(dev, RTCDR), t0 + 90);
	/* An alarm. */
	wr(dev, RTCIMSC, 1);
	wr(dev, RTCMR, t0 + 100);
	fake_pass(8 * NS_PER_SEC);
	assert_false(fake_spi[36]);
	fake_pass(3 * NS_PER_SEC);
	assert_true(fake_spi[36]);
	assert_int_equal(rd(dev, RTCMIS), 1);
	wr(dev, RTCICR, 1);
	assert_false(fake_spi[36]);
	fake_pass(100 * NS_PER_SEC);
	assert_false(fake_spi[36]);
	/* Setting the clock over the alarm does not raise it, reaching it does. */
	wr(dev, RTCMR, 5000);
	wr(dev, RTCLR, 4990);
	assert_int_equal(rd(dev, RTCDR), 4990);
	assert_int_equal(rd(dev, RTCLR), 4990);
	fake_pass(9 * NS_PER_SEC);
	assert_false(fake_spi[36]);
	fake_pass(2 * NS_PER_SEC);
	assert_true(fake_spi[36]);
	wr(dev, RTCIMSC, 0);
	assert_false(fake_spi[36]);
	assert_int_equal(rd(dev, RTCRIS), 1);
	/* Over the wrap. */
	wr(dev, RTCICR, 1);
	wr(dev, RTCLR, 0xfffffffe);
	wr(dev, RTCMR, 1);
	fake_pass(2 * NS_PER_SEC);
	assert_int_equal(rd(dev, RTCRIS), 0);
	fake_pass(2 * NS_PER_SEC);
	assert_int_equal(rd(dev, RTCRIS), 1);
	timer_set_epoch(0);
}

#define TWD(f) cmocka_unit_test_setup_teardown(f, twd_setup, teardown)
#define GT(f)  cmocka_unit_test_setup_teardown(f, gt_setup, teardown)
#define SP(f)  cmocka_unit_test_setup_teardown(f, sp_setup, teardown)
#define OWN(f) cmocka_unit_test_setup_teardown(f, no_device, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clock_divides_exactly),
		cmocka_unit_test(downcount_model),
		cmocka_unit_test(downcount_sleepy),
		TWD(twd_one_shot),
		TWD(twd_periodic),
		TWD(twd_masked_needs_no_timer),
		TWD(twd_banked),
		OWN(clock_from_the_tree),
		OWN(watchdog),
		GT(gt_counts_in_64_bits),
		GT(gt_comparator),
		GT(gt_auto_increment),
		GT(gt_banked),
		SP(sp_reset_values),
		SP(sp_periodic),
		SP(sp_free_running),
		SP(sp_16_bit_wraps),
		SP(sp_one_shot),
		SP(sp_prescaler_and_background_load),
		SP(sp_lines),
		OWN(rtc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
