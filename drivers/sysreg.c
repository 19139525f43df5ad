/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versatile Express system registers: reset and power-off of the board through
 * its configuration controller (ARM DUI 0447, chapter 4).
 */
#include <stddef.h>

#include <espalier/device.h>
#include <espalier/timer.h>
#include <regs/sysreg.h>

static hpa_t base;

/* The board takes its time to obey: QEMU does with its next event. */
#define PATIENCE_NS (2 * NS_PER_SEC)

static void hw_sysreg_configure(uint32_t function)
{
	uint64_t end;

	mmio_write32(base, SYS_CFGSTAT, 0);
	mmio_write32(base, SYS_CFGDATA, 0);
	mmio_write32(base, SYS_CFGCTRL,
		     SYS_CFGCTRL_START | SYS_CFGCTRL_WRITE |
			     SYS_CFGCTRL_MAKE(function, SYS_CFG_SITE_MB, 0));
	for (end = timer_now() + PATIENCE_NS; timer_now() < end;)
		;
}

static void hw_sysreg_reset(void) { hw_sysreg_configure(SYS_CFG_REBOOT); }

static void hw_sysreg_off(void) { hw_sysreg_configure(SYS_CFG_SHUTDOWN); }

static const struct power_ops ops = { hw_sysreg_reset, hw_sysreg_off };

static int hw_sysreg_probe(const struct device *dev)
{
	int r = device_map(dev, 0, SYS_CFGSTAT + 4, &base);

	if (!r)
		power_ops = &ops;
	return r;
}

static const char *const compatible[] = { "arm,vexpress-sysreg", NULL };
static const struct driver driver = { "sysreg", compatible, DRIVER_OTHER, hw_sysreg_probe };
DRIVER(driver);
