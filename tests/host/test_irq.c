/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/irq.c tests/host/fake_arch.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/irq.h>
#include <espalier/util.h>

#include "fake_arch.h"

#define INTIDS 96

/* An interrupt controller that hands out the lowest pending INTID. */
static bool enabled[INTIDS], pending[INTIDS], active[INTIDS], edges[INTIDS];
static unsigned acks, eois;

static unsigned chip_nr(void) { return INTIDS; }

static int chip_ack(void)
{
	for (int i = 0; i < INTIDS; i++) {
		if (!pending[i] || !enabled[i] || active[i])
			continue;
		pending[i] = false;
		active[i] = true;
		acks++;
		return i;
	}
	return -1;
}

static void chip_eoi(unsigned intid)
{
	assert_true(active[intid]);
	active[intid] = false;
	eois++;
}

static void chip_enable(unsigned intid, bool on)
{
	assert_true(intid < INTIDS);
	enabled[intid] = on;
}

static void chip_pend(unsigned intid) { pending[intid] = true; }
static bool chip_is_pending(unsigned intid) { return pending[intid]; }
static void chip_unpend(unsigned intid) { pending[intid] = false; }

static void chip_set_edge(unsigned intid, bool edge)
{
	assert_false(enabled[intid]);
	edges[intid] = edge;
}

static void chip_doorbell(bool on) {}

static const struct irqchip_ops chip = {
	chip_nr,         chip_ack,    chip_eoi,      chip_enable,   chip_pend,
	chip_is_pending, chip_unpend, chip_set_edge, chip_doorbell,
};

static unsigned calls[INTIDS];
static void *last_arg;

static void handler(unsigned intid, void *arg)
{
	calls[intid]++;
	last_arg = arg;
	assert_true(active[intid]);
}

/* A level that is still there when the handler returns comes again, until it is not. */
static void raise_twice_more(unsigned intid, void *arg)
{
	if (++calls[intid] < 3)
		irq_pend(intid);
}

static int reset(void **state)
{
	for (unsigned i = 0; i < INTIDS; i++) {
		irq_release(i);
		assert_false(enabled[i] && irqchip);
		pending[i] = edges[i] = false;
		calls[i] = 0;
	}
	acks = eois = 0;
	assert_int_equal(fake_irq_masked, 0);
	return 0;
}

/* Drivers found before the controller: enabled when that appears.  Runs first. */
static void test_before_the_chip(void **state)
{
	const char *name;
	uint64_t count;

	irq_pend(40);
	assert_int_equal(irq_request(37, handler, NULL, "uart"), 0);
	assert_false(enabled[37]);
	irq_set_chip(&chip);
	assert_true(enabled[37]);
	assert_false(enabled[38]);
	assert_true(irq_info(37, &name, &count));
	assert_string_equal(name, "uart");
	assert_int_equal(count, 0);
}

static void test_dispatch_counts(void **state)
{
	const char *name;
	uint64_t count;
	int arg;

	assert_int_equal(irq_request(27, handler, &arg, "timer"), 0);
	assert_int_equal(irq_request(95, handler, &arg, "last"), 0);
	irq_dispatch(); /* spurious */
	pending[95] = pending[27] = true;
	irq_dispatch();
	assert_int_equal(calls[27], 1);
	assert_int_equal(calls[95], 1);
	assert_ptr_equal(last_arg, &arg);
	assert_int_equal(acks, 2);
	assert_int_equal(eois, 2);
	assert_true(irq_info(27, &name, &count));
	assert_int_equal(count, 1);
}

static void test_all_that_is_pending(void **state)
{
	assert_int_equal(irq_request(50, raise_twice_more, NULL, "level"), 0);
	irq_pend(50);
	irq_dispatch();
	assert_int_equal(calls[50], 3);
	assert_int_equal(eois, 3);
}

static void test_refusals(void **state)
{
	const char *name;
	uint64_t count;

	assert_int_equal(irq_request(INTIDS, handler, NULL, "x"), -EINVAL);
	assert_int_equal(irq_request(~0u, handler, NULL, "x"), -EINVAL);
	assert_int_equal(irq_request(50, NULL, NULL, "x"), -EINVAL);
	assert_int_equal(irq_request(50, handler, NULL, "x"), 0);
	assert_int_equal(irq_request(50, handler, NULL, "y"), -EBUSY);
	assert_true(enabled[50]);
	irq_release(50);
	assert_false(enabled[50]);
	assert_false(irq_info(50, &name, &count));
	assert_false(irq_info(~0u, &name, &count));
	irq_release(~0u);
	irq_pend(~0u);
	assert_int_equal(irq_request(50, handler, NULL, "y"), 0);
}

/* Reserved: off until it is enabled, and nobody else's. */
static void test_reserve(void **state)
{
	assert_int_equal(irq_reserve(60, handler, NULL, "guest0: /uart"), 0);
	assert_int_equal(irq_request(60, handler, NULL, "x"), -EBUSY);
	assert_false(enabled[60]);
	irq_set_edge(60, true);
	assert_true(edges[60]);
	pending[60] = true;
	assert_true(irq_is_pending(60));
	irq_dispatch();
	assert_int_equal(calls[60], 0);
	irq_enable(60, true);
	irq_dispatch();
	assert_int_equal(calls[60], 1);
	irq_enable(60, false);
	irq_pend(60);
	irq_dispatch();
	assert_int_equal(calls[60], 1);
	irq_unpend(60);
	assert_false(irq_is_pending(60));
	irq_unpend(~0u);
	irq_enable(61, true); /* nobody's */
	assert_false(enabled[61]);
	assert_false(irq_is_pending(~0u));
	irq_enable(~0u, true);
	irq_set_edge(~0u, true);
}

/* One that nobody handles is switched off, or it would come for ever. */
static void test_unhandled(void **state)
{
	enabled[60] = pending[60] = true;
	irq_dispatch();
	assert_false(enabled[60]);
	assert_int_equal(eois, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_before_the_chip, reset),
		cmocka_unit_test_teardown(test_dispatch_counts, reset),
		cmocka_unit_test_teardown(test_all_that_is_pending, reset),
		cmocka_unit_test_teardown(test_refusals, reset),
		cmocka_unit_test_teardown(test_reserve, reset),
		cmocka_unit_test_teardown(test_unhandled, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
