/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"

#define LINES 96

static irq_fn functions[LINES];
static irq_fn twd_fn;

static void wr8(uint32_t a, uint8_t v) { *(volatile uint8_t *)a = v; }

static void dispatch(struct frame *f)
{
	uint32_t iar = rd32(GICC_IAR);
	unsigned id = iar & 0x3ff;

	if (id >= LINES)
		return; /* spurious */
	if (functions[id])
		functions[id](id);
	dsb();
	wr32(GICC_EOIR, iar);
}

void gic_init(void)
{
	wr32(GICD_CTLR, 0);
	for (unsigned i = 0; i < LINES; i += 32) {
		wr32(GICD_ICENABLER(i), 0xffffffff);
		wr32(GICD_ICPENDR(i), 0xffffffff);
	}
	wr32(GICC_PMR, 0xff);
	wr32(GICC_CTLR, 1);
	wr32(GICD_CTLR, 1);
	exc_set(EXC_IRQ, dispatch);
}

void gic_enable(unsigned intid, unsigned priority, irq_fn fn)
{
	functions[intid] = fn;
	wr8(GICD_IPRIORITYR(intid), (uint8_t)priority);
	if (intid >= 32)
		wr8(GICD_ITARGETSR(intid), 1);
	wr32(GICD_ISENABLER(intid), 1u << intid % 32);
}

void gic_disable(unsigned intid) { wr32(GICD_ICENABLER(intid), 1u << intid % 32); }

void wait_for(volatile uint32_t *count, uint32_t n)
{
	for (;;) {
		irq_disable();
		if (*count >= n)
			break;
		/* Wakes on a pending interrupt although it is masked. */
		asm volatile("dsb\n\twfi" : : : "memory");
		irq_enable();
		isb();
	}
	irq_enable();
}

static void twd_irq(unsigned intid)
{
	wr32(TWD_INTSTAT, 1);
	twd_fn(intid);
}

void twd_start(uint32_t ticks, irq_fn fn)
{
	twd_fn = fn;
	wr32(TWD_CONTROL, 0);
	wr32(TWD_INTSTAT, 1);
	wr32(TWD_LOAD, ticks);
	gic_enable(IRQ_TWD, 0x80, twd_irq);
	wr32(TWD_CONTROL, 7); /* IRQ, auto-reload, enable */
}

void twd_stop(void)
{
	wr32(TWD_CONTROL, 0);
	wr32(TWD_INTSTAT, 1);
	gic_disable(IRQ_TWD);
}
