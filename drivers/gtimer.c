/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cortex-A9 MPCore global timer (ARM DDI 0407 4.3): a 64-bit counter with a
 * comparator for each CPU.
 */
#include <errno.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/timer.h>
#include <regs/gtimer.h>

#define HZ_MAX 1000000000u /* ticks_to_ns() */

static hpa_t base;

/* The halves are read apart: again when the upper one moved (4.4). */
static uint64_t now(void)
{
	uint32_t hi, lo;

	do {
		hi = mmio_read32(base, GT_COUNTER_HI);
		lo = mmio_read32(base, GT_COUNTER_LO);
	} while (hi != mmio_read32(base, GT_COUNTER_HI));
	return (uint64_t)hi << 32 | lo;
}

static void stop(void)
{
	mmio_write32(base, GT_CONTROL, GT_CONTROL_ENABLE);
}

/* The comparator is off while its halves change, or it fires on a mix (4.4). */
static void set_compare(uint64_t tick)
{
	stop();
	mmio_write32(base, GT_COMPARE_LO, tick);
	mmio_write32(base, GT_COMPARE_HI, tick >> 32);
	mmio_write32(base, GT_CONTROL, GT_CONTROL_ENABLE | GT_CONTROL_COMP | GT_CONTROL_IRQ);
}

/*
 * The event is set for as long as the counter is past the comparator: that
 * goes first, then the event.
 */
static void interrupt(unsigned intid, void *arg)
{
	(void)intid, (void)arg;
	stop();
	mmio_write32(base, GT_ISR, GT_ISR_EVENT);
	timer_interrupt();
}

static const struct clock_ops ops = { now, set_compare, stop };

static int probe(const struct device *dev)
{
	int irq = irq_from_dt(dev->fdt, dev->node, 0);
	uint32_t hz;
	int r;

	if (timer_clock_hz())
		return -EBUSY;
	if (irq < 0) {
		log_err("%s: interrupts: missing or malformed", dev->path);
		return irq;
	}
	r = dt_clock_hz(dev->fdt, dev->node, 0, &hz);
	if (!r && (!hz || hz > HZ_MAX))
		r = -ERANGE;
	if (r) {
		log_err("%s: clocks: no rate of 1 Hz to 1 GHz", dev->path);
		return r;
	}
	r = device_map(dev, 0, GT_AUTO_INC + 4, &base);
	if (r)
		return r;
	mmio_write32(base, GT_CONTROL, 0);
	mmio_write32(base, GT_COUNTER_LO, 0);
	mmio_write32(base, GT_COUNTER_HI, 0);
	mmio_write32(base, GT_ISR, GT_ISR_EVENT);
	stop();
	r = irq_request(irq, interrupt, NULL, dev->path);
	if (!r)
		timer_set_clock(&ops, hz);
	return r;
}

static const char *const compatible[] = { "arm,cortex-a9-global-timer", NULL };
static const struct driver driver = { "gtimer", compatible, DRIVER_CLOCK, probe };
DRIVER(driver);
