/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog SP805, as its manual has it (ARM DDI 0270B). */
/* sources: core/emul/rows.c core/emul/sp805.c core/emul/clock.c core/emul/downcount.c
 * core/lib/dt.c core/lib/dt_index.c core/timer.c tests/host/fake_emul.c tests/host/fake_arch.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/timer.h>
#include <regs/sp805.h>

#include "emul/classes.h"
#include "fake_emul.h"

#define HZ     32768u
#define IRQ    32u
#define SECOND NS_PER_SEC

static struct emul_dev *dev;

static int setup(void **state)
{
	fake_start(1);
	dev = fake_device(&sp805_class, NULL, 0, IRQ, 0);
	return 0;
}

static int teardown(void **state)
{
	fake_destroy(dev);
	return 0;
}

static void after_reset(void **state)
{
	static const uint8_t id[] = { 0x05, 0x18, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	assert_int_equal(rd(dev, SP805_LOAD), UINT32_MAX);
	assert_int_equal(rd(dev, SP805_VALUE), UINT32_MAX);
	assert_int_equal(rd(dev, SP805_CONTROL), 0);
	assert_int_equal(rd(dev, SP805_LOCK), 0);
	fake_pass(SECOND);
	assert_int_equal(rd(dev, SP805_VALUE), UINT32_MAX); /* it stands */
	for (unsigned i = 0; i < sizeof(id); i++)
		assert_int_equal(rd(dev, 0xfe0 + 4 * i), id[i]);
	wr(dev, SP805_LOAD, 0);
	assert_int_equal(rd(dev, SP805_LOAD), 1); /* the least */
}

static void start(uint32_t load, uint32_t control)
{
	wr(dev, SP805_LOAD, load);
	wr(dev, SP805_CONTROL, control);
}

/* It is fed at the interrupt, as Linux does between two of its own. */
static void fed(void **state)
{
	start(HZ, SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	for (unsigned n = 0; n < 10; n++) {
		fake_pass(SECOND / 2);
		assert_in_range(rd(dev, SP805_VALUE), HZ / 2 - 1, HZ / 2 + 1);
		assert_false(fake_spi[IRQ]);
		fake_pass(SECOND);
		assert_true(fake_spi[IRQ]);
		assert_int_equal(rd(dev, SP805_RIS), 1);
		assert_int_equal(rd(dev, SP805_MIS), 1);
		wr(dev, SP805_INTCLR, 0);
		assert_false(fake_spi[IRQ]);
		assert_int_equal(rd(dev, SP805_RIS), 0);
		assert_int_equal(rd(dev, SP805_VALUE), HZ);
	}
	assert_null(fake_reset);
}

static void bites(void **state)
{
	start(HZ, SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	fake_pass(SECOND + SECOND / 2);
	assert_true(fake_spi[IRQ]);
	assert_null(fake_reset);
	fake_pass(SECOND);
	assert_string_equal(fake_reset, "its watchdog (SP805) expired");
	fake_reset = NULL;
	fake_pass(10 * SECOND);
	assert_null(fake_reset); /* once */
	dev->cls->reset(dev);
	assert_false(fake_spi[IRQ]);
	start(HZ, SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	fake_pass(3 * SECOND);
	assert_non_null(fake_reset);
}

/* Without RESEN it only interrupts, and INTEN turns it off. */
static void does_not_bite(void **state)
{
	start(HZ, SP805_CONTROL_INTEN);
	fake_pass(100 * SECOND);
	assert_true(fake_spi[IRQ]);
	assert_null(fake_reset);
	wr(dev, SP805_CONTROL, SP805_CONTROL_RESEN);
	assert_false(fake_spi[IRQ]);
	assert_int_equal(rd(dev, SP805_MIS), 0);
	fake_pass(100 * SECOND);
	assert_null(fake_reset);
	/* On again: it starts from WdogLoad. */
	wr(dev, SP805_INTCLR, 1);
	wr(dev, SP805_CONTROL, SP805_CONTROL_INTEN | SP805_CONTROL_RESEN);
	assert_int_equal(rd(dev, SP805_VALUE), HZ);
}

static void lock(void **state)
{
	wr(dev, SP805_LOAD, HZ);
	wr(dev, SP805_LOCK, 1);
	assert_int_equal(rd(dev, SP805_LOCK), SP805_LOCK_LOCKED);
	start(7, SP805_CONTROL_INTEN);
	assert_int_equal(rd(dev, SP805_LOAD), HZ);
	assert_int_equal(rd(dev, SP805_CONTROL), 0);
	wr(dev, SP805_LOCK, SP805_LOCK_KEY);
	assert_int_equal(rd(dev, SP805_LOCK), 0);
	start(HZ, SP805_CONTROL_INTEN);
	wr(dev, SP805_LOCK, 0);
	fake_pass(2 * SECOND);
	wr(dev, SP805_INTCLR, 0); /* does not feed it */
	assert_true(fake_spi[IRQ]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(after_reset), TEST(fed), TEST(bites), TEST(does_not_bite), TEST(lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
