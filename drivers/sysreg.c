/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versatile Express system registers: reset and power-off of the board through
 * its configuration controller (ARM DUI 0447, chapter 4).
 */
#include <stddef.h>

#include <espalier/device.h>
#include <regs/sysreg.h>

static hpa_t base;

static void configure(uint32_t function)
{
	mmio_write32(base, SYS_CFGSTAT, 0);
	mmio_write32(base, SYS_CFGDATA, 0);
	mmio_write32(base, SYS_CFGCTRL, SYS_CFGCTRL_START | SYS_CFGCTRL_WRITE |
			     SYS_CFGCTRL_MAKE(function, SYS_CFG_SITE_MB, 0));
}

static void reset(void)
{
	configure(SYS_CFG_REBOOT);
}

static void off(void)
{
	configure(SYS_CFG_SHUTDOWN);
}

static const struct power_ops ops = { reset, off };

static int probe(const struct device *dev)
{
	int r = device_map(dev, 0, SYS_CFGSTAT + 4, &base);

	if (!r)
		power_ops = &ops;
	return r;
}

static const char *const compatible[] = { "arm,vexpress-sysreg", NULL };
static const struct driver driver = { "sysreg", compatible, DRIVER_OTHER, probe };
DRIVER(driver);
