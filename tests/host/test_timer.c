/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/timer.c tests/host/fake_arch.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/timer.h>
#include <espalier/util.h>

#include "fake_arch.h"

#define HZ 100000000u

/* A clock that stands still until it is moved. */
static uint64_t tick, compare;
static bool running;

static uint64_t clock_now(void) { return tick; }
static void clock_set(uint64_t t)
{
	compare = t;
	running = true;
}
static void clock_stop(void) { running = false; }
static const struct clock_ops ops = { clock_now, clock_set, clock_stop, NULL };

/* Moves time on; the interrupt comes as the hardware's would. */
static void advance_to_ns(uint64_t ns)
{
	uint64_t end = ns_to_ticks(ns, HZ) + 1;

	while (running && compare <= end) {
		tick = MAX(tick, compare);
		timer_interrupt();
	}
	tick = end;
}

static struct timer a, b, c;
static char order[16];

static void note(char ch)
{
	size_t n = strlen(order);

	assert_true(n + 1 < sizeof(order));
	assert_int_equal(fake_irq_masked, 0);
	order[n] = ch;
	order[n + 1] = '\0';
}

static void fire(struct timer *t)
{
	assert_false(t->armed);
	assert_true(timer_now() >= t->deadline);
	note(t == &a ? 'a' : t == &b ? 'b' : 'c');
}

static int setup(void **state)
{
	timer_cancel(&a);
	timer_cancel(&b);
	timer_cancel(&c);
	tick = 0;
	fake_cpu = 0;
	order[0] = '\0';
	timer_init(&a, fire);
	timer_init(&b, fire);
	timer_init(&c, fire);
	timer_set_clock(&ops, HZ);
	assert_int_equal(timer_clock_hz(), HZ);
	return 0;
}

static void test_conversion(void **state)
{
	static const uint32_t rates[] = { 1,         32768,     1000000,   24000000,
					  100000000, 999999937, 1000000000 };
	/* 500 years in ns: far from overflow, near enough for a 64-bit product to. */
	uint64_t far = UINT64_C(500) * 365 * 86400 * NS_PER_SEC;

	for (unsigned i = 0; i < ARRAY_SIZE(rates); i++) {
		uint32_t hz = rates[i];

		assert_int_equal(ticks_to_ns(hz, hz), NS_PER_SEC);
		assert_int_equal(ns_to_ticks(NS_PER_SEC, hz), hz);
		assert_int_equal(ns_to_ticks(far, hz), far / NS_PER_SEC * hz);
		assert_int_equal(ticks_to_ns(far / NS_PER_SEC * hz, hz), far);
		assert_true(ticks_to_ns(ns_to_ticks(far - 1, hz) + 1, hz) >= far - 1);
		assert_true(ticks_to_ns(ns_to_ticks(far - 1, hz), hz) <= far - 1);
	}
	assert_int_equal(ticks_to_ns(1, 24000000), 41);
}

static void test_in_order(void **state)
{
	timer_arm(&c, 3000);
	timer_arm(&a, 1000);
	timer_arm(&b, 2000);
	assert_true(running);
	advance_to_ns(990);
	assert_string_equal(order, "");
	advance_to_ns(2500);
	assert_string_equal(order, "ab");
	advance_to_ns(10000);
	assert_string_equal(order, "abc");
	assert_false(running);
}

static void test_same_deadline_keeps_order(void **state)
{
	timer_arm(&b, 1000);
	timer_arm(&a, 1000);
	timer_arm(&c, 1000);
	advance_to_ns(1000);
	assert_string_equal(order, "bac");
}

static void test_rearm_and_cancel(void **state)
{
	timer_arm(&a, 1000);
	timer_arm(&b, 2000);
	timer_arm(&a, 3000); /* moves it behind b */
	timer_arm(&c, 4000);
	timer_cancel(&c);
	timer_cancel(&c);
	advance_to_ns(5000);
	assert_string_equal(order, "ba");
	assert_false(c.armed);
}

static void test_past_deadline(void **state)
{
	advance_to_ns(NS_PER_SEC);
	timer_arm(&a, 5);
	assert_true(running && compare <= tick);
	advance_to_ns(timer_now());
	assert_string_equal(order, "a");
}

static void cancel_others(struct timer *t)
{
	fire(t);
	timer_cancel(&b);
	timer_cancel(&c);
}

static void test_cancel_in_callback(void **state)
{
	timer_init(&a, cancel_others);
	timer_arm(&a, 1000);
	timer_arm(&b, 1000); /* due at the same time, must not fire any more */
	timer_arm(&c, 2000);
	advance_to_ns(9000);
	assert_string_equal(order, "a");
	assert_false(b.armed);
}

static void periodic(struct timer *t)
{
	fire(t);
	if (strlen(order) < 5)
		timer_arm(t, t->deadline + 1000);
}

static void test_rearm_in_callback(void **state)
{
	timer_init(&a, periodic);
	timer_arm(&a, 1000);
	advance_to_ns(3000);
	assert_string_equal(order, "aaa");
	advance_to_ns(9000);
	assert_string_equal(order, "aaaaa");
}

/* A timer belongs to the CPU that armed it; any CPU may cancel it. */
static void test_per_cpu(void **state)
{
	timer_arm(&a, 1000);
	fake_cpu = 1;
	timer_arm(&b, 1000);
	timer_arm(&c, 1000);
	fake_cpu = 0;
	timer_cancel(&c);
	tick = ns_to_ticks(2000, HZ);
	timer_interrupt();
	assert_string_equal(order, "a");
	fake_cpu = 1;
	timer_interrupt();
	assert_string_equal(order, "ab");
}

/* A rate whose ticks are no whole number of ns: never early. */
static void test_odd_rate(void **state)
{
	timer_set_clock(&ops, 24000000);
	tick = 24000000;
	assert_int_equal(timer_now(), NS_PER_SEC);
	timer_arm(&a, NS_PER_SEC + 100);
	assert_true(ticks_to_ns(compare, 24000000) >= NS_PER_SEC + 100);
	tick = compare;
	timer_interrupt();
	assert_string_equal(order, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversion),
		cmocka_unit_test_setup(test_in_order, setup),
		cmocka_unit_test_setup(test_same_deadline_keeps_order, setup),
		cmocka_unit_test_setup(test_rearm_and_cancel, setup),
		cmocka_unit_test_setup(test_past_deadline, setup),
		cmocka_unit_test_setup(test_cancel_in_callback, setup),
		cmocka_unit_test_setup(test_rearm_in_callback, setup),
		cmocka_unit_test_setup(test_per_cpu, setup),
		cmocka_unit_test_setup(test_odd_rate, setup),
	};

	timer_init(&a, fire);
	timer_init(&b, fire);
	timer_init(&c, fire);
	assert_int_equal(timer_now(), 0); /* no clock yet */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
