/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/sysreg.c core/emul/syscfg.c core/emul/scu.c
 * core/emul/l2c310.c core/timer.c tests/host/fake_emul.c tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/timer.h>
#include <regs/l2c310.h>
#include <regs/scu.h>
#include <regs/sysreg.h>

#include "emul/classes.h"
#include "fake_emul.h"

static struct emul_dev *dev;

static int teardown(void **state)
{
	fake_destroy(dev);
	return 0;
}

static int sysreg_setup(void **state)
{
	fake_start(1);
	dev = fake_device(&sysreg_class, NULL, 0, 0, 0);
	return 0;
}

static void identity(void **state)
{
	assert_int_equal(rd(dev, SYS_ID), 0x1190f500);
	assert_int_equal(rd(dev, SYS_PROCID0), 0x0c000191);
	assert_int_equal(rd(dev, SYS_PROCID1), 0xff000000);
	assert_int_equal(rd(dev, SYS_MISC) & BIT(14), 0);
	assert_int_equal(rd(dev, SYS_MCI), 0);
	wr(dev, SYS_ID, 0);
	assert_int_equal(rd(dev, SYS_ID), 0x1190f500);
}

static void counters(void **state)
{
	uint64_t step = 1;

	/* Exactly 24 MHz at any time and after any pause. */
	for (unsigned i = 0; i < 3000; i++) {
		uint64_t ticks = fake_now / 125 * 3 + fake_now % 125 * 3 / 125;

		assert_int_equal(rd(dev, SYS_24MHZ), (uint32_t)ticks);
		assert_int_equal(rd(dev, SYS_100HZ), (uint32_t)(fake_now / 10000000));
		step = step * 6364136223846793005u + 1442695040888963407u;
		fake_pass(step >> (24 + step % 40));
	}
	/* A guest's reset does not move it. */
	fake_pass(NS_PER_SEC);
	step = rd(dev, SYS_24MHZ);
	dev->cls->reset(dev);
	assert_int_equal(rd(dev, SYS_24MHZ), step);
}

static void flags(void **state)
{
	uint32_t v = 0xff;

	wr(dev, SYS_FLAGS, 0x8000f0f0);
	wr(dev, SYS_FLAGS, 0x0000000f);
	assert_int_equal(rd(dev, SYS_FLAGS), 0x8000f0ff);
	wr(dev, SYS_FLAGSCLR, 0x80000000);
	assert_int_equal(rd(dev, SYS_FLAGS), 0xf0ff);
	assert_int_equal(rd(dev, SYS_NVFLAGS), 0);
	wr(dev, SYS_NVFLAGS, 3);
	wr(dev, SYS_NVFLAGSCLR, 1);
	wr(dev, SYS_LED, 0x1ff);
	assert_int_equal(rd(dev, SYS_LED), 0xff);
	assert_int_equal(fake_access(dev, 0, 0, SYS_LED + 1, 1, true, &v), 0);
	assert_int_equal(rd(dev, SYS_LED), 0xff);
	dev->cls->reset(dev);
	assert_int_equal(rd(dev, SYS_FLAGS), 0);
	assert_int_equal(rd(dev, SYS_LED), 0);
	assert_int_equal(rd(dev, SYS_NVFLAGS), 2);
}

/* As Linux's driver does it. */
static uint32_t config(uint32_t ctrl, uint32_t *data)
{
	wr(dev, SYS_CFGDATA, *data);
	wr(dev, SYS_CFGSTAT, 0);
	wr(dev, SYS_CFGCTRL, ctrl | SYS_CFGCTRL_START);
	assert_int_equal(rd(dev, SYS_CFGCTRL) & SYS_CFGCTRL_START, 0);
	*data = rd(dev, SYS_CFGDATA);
	return rd(dev, SYS_CFGSTAT);
}

static uint32_t config_read(uint32_t function, uint32_t site, uint32_t device, uint32_t *data)
{
	*data = 0xdeadbeef;
	return config(SYS_CFGCTRL_MAKE(function, site, device), data);
}

static uint32_t config_write(uint32_t function, uint32_t site, uint32_t device, uint32_t data)
{
	return config(SYS_CFGCTRL_MAKE(function, site, device) | SYS_CFGCTRL_WRITE, &data);
}

static void configuration(void **state)
{
	uint32_t v;

	assert_int_equal(config_read(SYS_CFG_OSC, SYS_CFG_SITE_MB, 1, &v), SYS_CFGSTAT_COMPLETE);
	assert_int_equal(v, 23750000);
	assert_int_equal(config_write(SYS_CFG_OSC, SYS_CFG_SITE_MB, 1, 25000000),
			 SYS_CFGSTAT_COMPLETE);
	config_read(SYS_CFG_OSC, SYS_CFG_SITE_MB, 1, &v);
	assert_int_equal(v, 25000000);
	config_read(SYS_CFG_OSC, SYS_CFG_SITE_DB1, 2, &v);
	assert_int_equal(v, 66670000);
	assert_true(config_read(SYS_CFG_OSC, SYS_CFG_SITE_DB1, 3, &v) & SYS_CFGSTAT_ERROR);
	assert_true(config_read(SYS_CFG_OSC, SYS_CFG_SITE_MB, 4095, &v) & SYS_CFGSTAT_ERROR);
	assert_true(config_read(SYS_CFG_OSC, SYS_CFG_SITE_DB2, 0, &v) & SYS_CFGSTAT_ERROR);
	assert_int_equal(v, 0xdeadbeef);

	assert_int_equal(config_read(SYS_CFG_VOLT, SYS_CFG_SITE_DB1, 4, &v), SYS_CFGSTAT_COMPLETE);
	assert_int_equal(v, 900000);
	assert_true(config_write(SYS_CFG_VOLT, SYS_CFG_SITE_DB1, 0, 1) & SYS_CFGSTAT_ERROR);
	assert_true(config_read(SYS_CFG_TEMP, SYS_CFG_SITE_DB1, 0, &v) & SYS_CFGSTAT_ERROR);
	assert_int_equal(config_write(SYS_CFG_MUXFPGA, SYS_CFG_SITE_MB, 0, 2),
			 SYS_CFGSTAT_COMPLETE);
	assert_int_equal(config_write(SYS_CFG_DVIMODE, SYS_CFG_SITE_MB, 0, 3),
			 SYS_CFGSTAT_COMPLETE);
	config_read(SYS_CFG_MUXFPGA, SYS_CFG_SITE_MB, 0, &v);
	assert_int_equal(v, 2);
	assert_null(fake_halt);
	assert_null(fake_reset);
}

static void power(void **state)
{
	uint32_t v;

	/* Reading the function, or not starting it, does nothing. */
	assert_true(config_read(SYS_CFG_SHUTDOWN, SYS_CFG_SITE_MB, 0, &v) & SYS_CFGSTAT_ERROR);
	wr(dev, SYS_CFGCTRL,
	   SYS_CFGCTRL_MAKE(SYS_CFG_SHUTDOWN, SYS_CFG_SITE_MB, 0) | SYS_CFGCTRL_WRITE);
	assert_null(fake_halt);
	assert_int_equal(config_write(SYS_CFG_SHUTDOWN, SYS_CFG_SITE_MB, 0, 0),
			 SYS_CFGSTAT_COMPLETE);
	assert_non_null(fake_halt);
	assert_null(fake_reset);
	assert_int_equal(config_write(SYS_CFG_REBOOT, SYS_CFG_SITE_MB, 0, 0), SYS_CFGSTAT_COMPLETE);
	assert_non_null(fake_reset);
	fake_reset = NULL;
	config_write(SYS_CFG_RESET, SYS_CFG_SITE_DB1, 0, 0);
	assert_non_null(fake_reset);
}

static void scu(void **state)
{
	uint32_t v = 3;

	fake_start(1);
	dev = fake_device(&scu_class, NULL, 0, 0, 0);
	assert_int_equal(rd(dev, SCU_CONFIG), 0x10);
	fake_guest.nr_vcpus = 4;
	assert_int_equal(rd(dev, SCU_CONFIG), 0xf3);
	wr(dev, SCU_CONTROL, SCU_CONTROL_ENABLE);
	assert_int_equal(rd(dev, SCU_CONTROL), 1);
	assert_int_equal(fake_access(dev, 0, 0, SCU_CPU_POWER + 2, 1, true, &v), 0);
	assert_int_equal(rd(dev, SCU_CPU_POWER), 0x30000);
	wr(dev, SCU_INVALIDATE, 0xffff);
	assert_int_equal(rd(dev, SCU_INVALIDATE), 0);
}

static void l2c310(void **state)
{
	static const uint32_t operations[] = {
		REG7_CACHE_SYNC,   REG7_INV_PA,          REG7_INV_WAY,
		REG7_CLEAN_PA,     REG7_CLEAN_INDEX,     REG7_CLEAN_WAY,
		REG7_CLEAN_INV_PA, REG7_CLEAN_INV_INDEX, REG7_CLEAN_INV_WAY,
	};

	fake_start(1);
	dev = fake_device(&l2c310_class, NULL, 0, 0, 0);
	assert_int_equal(rd(dev, REG0_CACHE_ID), 0x410000c8);
	assert_int_equal(rd(dev, REG0_CACHE_TYPE), 0x1c100100);
	wr(dev, REG1_AUX_CONTROL, 3u << REG1_AUX_WAY_SIZE_SHIFT | REG1_AUX_ASSOC);
	assert_int_equal(rd(dev, REG0_CACHE_TYPE), 0x1c340340);
	wr(dev, REG1_CONTROL, 0xffffffff);
	assert_int_equal(rd(dev, REG1_CONTROL), REG1_CONTROL_ENABLE);
	wr(dev, REG1_AUX_CONTROL, 0); /* not while it is on */
	assert_int_equal(rd(dev, REG0_CACHE_TYPE), 0x1c340340);
	for (unsigned i = 0; i < ARRAY_SIZE(operations); i++) {
		wr(dev, operations[i], 0xffffffff);
		assert_int_equal(rd(dev, operations[i]), 0); /* complete at once */
	}
	for (unsigned i = 0; i < 16; i++)
		wr(dev, REG9_D_LOCKDOWN0 + 4 * i, i);
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(rd(dev, REG9_D_LOCKDOWN0 + 4 * i), i);
	wr(dev, REG2_EV_COUNTER1_CFG, 1);
	wr(dev, REG2_EV_COUNTER0_CFG, 2);
	assert_int_equal(rd(dev, REG2_EV_COUNTER1_CFG), 1);
	dev->cls->reset(dev);
	assert_int_equal(rd(dev, REG1_AUX_CONTROL), 0x02020000);
	assert_int_equal(rd(dev, REG1_CONTROL), 0);
}

#define SYS(f) cmocka_unit_test_setup_teardown(f, sysreg_setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYS(identity),
		SYS(counters),
		SYS(flags),
		SYS(configuration),
		SYS(power),
		cmocka_unit_test_teardown(scu, teardown),
		cmocka_unit_test_teardown(l2c310, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
