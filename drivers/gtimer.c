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

/*
 * The counter's lower half is read often, its upper half never: time goes on from
 * an anchor that is renewed before the lower half can wrap.  The anchor before
 * stays valid for a reader that is interrupted by the renewal.
 */
static uint64_t anchor[2];
static volatile unsigned which;
static struct timer renewal;
static uint64_t renewal_ns;

static uint64_t hw_gtimer_now(void)
{
	uint64_t a = anchor[which];

	return a + (uint32_t)(mmio_read32(base, GT_COUNTER_LO) - (uint32_t)a);
}

static void hw_gtimer_renew(struct timer *t)
{
	anchor[!which] = hw_gtimer_now();
	which = !which;
	timer_arm(t, timer_now() + renewal_ns);
}

static bool comparing;
static uint32_t compare_hi;

static void hw_gtimer_stop(void)
{
	comparing = false;
	mmio_write32(base, GT_CONTROL, GT_CONTROL_ENABLE);
}

/* The comparator is off while both halves change, or it fires on a mix (4.4). */
static void set_compare(uint64_t tick)
{
	if (comparing && tick >> 32 == compare_hi) {
		mmio_write32(base, GT_COMPARE_LO, tick);
		return;
	}
	hw_gtimer_stop();
	compare_hi = tick >> 32;
	mmio_write32(base, GT_COMPARE_LO, tick);
	mmio_write32(base, GT_COMPARE_HI, compare_hi);
	mmio_write32(base, GT_CONTROL, GT_CONTROL_ENABLE | GT_CONTROL_COMP | GT_CONTROL_IRQ);
	comparing = true;
}

/*
 * The event is set for as long as the counter is past the comparator: that
 * goes first, then the event.
 */
static void hw_gtimer_interrupt(unsigned intid, void *arg)
{
	hw_gtimer_stop();
	mmio_write32(base, GT_ISR, GT_ISR_EVENT);
	timer_interrupt();
}

static struct clock_ops ops = { hw_gtimer_now, set_compare, hw_gtimer_stop, NULL };

static int hw_gtimer_probe(const struct device *dev)
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
	hw_gtimer_stop();
	r = irq_request(irq, hw_gtimer_interrupt, NULL, dev->path);
	if (r)
		return r;
	ops.counter = hpa_ptr(HPA(base.v + GT_COUNTER_LO));
	timer_set_clock(&ops, hz);
	renewal_ns = ticks_to_ns(UINT32_C(1) << 30, hz);
	timer_init(&renewal, hw_gtimer_renew);
	timer_arm(&renewal, renewal_ns);
	return 0;
}

static const char *const compatible[] = { "arm,cortex-a9-global-timer", NULL };
static const struct driver driver = { "gtimer", compatible, DRIVER_CLOCK, hw_gtimer_probe };
DRIVER(driver);
