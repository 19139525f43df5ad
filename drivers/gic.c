/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Cortex-A9's interrupt controller, Secure side.  Every interrupt is Group 0
 * and arrives as FIQ; one SGI is Group 1, the doorbell: pending, it raises
 * nIRQ in the Non-secure world until a guest unmasks IRQs or it is cleared.
 */
#include <errno.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <regs/gic.h>

#define DOORBELL 8u /* SGIs 8..15 are the Secure world's by custom */

/* Group 0 goes first (the upper half is all that Group 1 can have). */
#define PRIORITY_GROUP0   0x40u
#define PRIORITY_DOORBELL 0xa0u
#define ALL_PRIORITIES    0xffu

static hpa_t gicd, gicc;
static unsigned intids;
static bool rung[CONFIG_MAX_CPUS]; /* the doorbell, as last written */

static unsigned nr_intids(void) { return intids; }

/* 1022 (a doorbell is pending) and 1023 (nothing is) both end the round. */
static int hw_gic_ack(void)
{
	uint32_t iar = mmio_read32(gicc, GICC_IAR);

	return GICC_IAR_INTID(iar) < intids ? (int)GICC_IAR_INTID(iar) : -1;
}

static void hw_gic_eoi(unsigned intid) { mmio_write32(gicc, GICC_EOIR, intid); }

static void set_bit(uint32_t reg, unsigned intid)
{
	mmio_write32(gicd, reg + intid / 32 * 4, 1u << intid % 32);
}

static void hw_gic_enable(unsigned intid, bool on)
{
	set_bit(on ? GICD_ISENABLER : GICD_ICENABLER, intid);
}

static void hw_gic_pend(unsigned intid) { set_bit(GICD_ISPENDR, intid); }

static bool is_pending(unsigned intid)
{
	return mmio_read32(gicd, GICD_ISPENDR + intid / 32 * 4) >> intid % 32 & 1;
}

static void hw_gic_unpend(unsigned intid) { set_bit(GICD_ICPENDR, intid); }

static void hw_gic_set_edge(unsigned intid, bool edge)
{
	uint32_t reg = GICD_ICFGR + intid / 16 * 4;
	uint32_t bit = GICD_ICFGR_EDGE << 2 * (intid % 16), v = mmio_read32(gicd, reg);

	mmio_write32(gicd, reg, edge ? v | bit : v & ~bit);
}

static void hw_gic_doorbell(bool on)
{
	unsigned cpu = arch_cpu_id();

	if (rung[cpu] == on)
		return;
	rung[cpu] = on;
	if (on)
		mmio_write32(gicd, GICD_SGIR,
			     GICD_SGIR_TO_SELF << GICD_SGIR_FILTER_SHIFT | GICD_SGIR_NSATT |
				     DOORBELL);
	else
		mmio_write8(gicd, GICD_CPENDSGIR + DOORBELL, 1u << cpu);
}

static const struct irqchip_ops ops = {
	.nr_intids = nr_intids,
	.ack = hw_gic_ack,
	.eoi = hw_gic_eoi,
	.enable = hw_gic_enable,
	.pend = hw_gic_pend,
	.is_pending = is_pending,
	.unpend = hw_gic_unpend,
	.set_edge = hw_gic_set_edge,
	.doorbell = hw_gic_doorbell,
};

/* 1, 8 or 32 bits per INTID: writes `v` to the words that cover [from, to). */
static void hw_gic_fill(uint32_t reg, unsigned per_word, unsigned from, unsigned to, uint32_t v)
{
	for (unsigned i = from; i < to; i += per_word)
		mmio_write32(gicd, reg + i / per_word * 4, v);
}

static void init_distributor(void)
{
	uint32_t self = mmio_read32(gicd, GICD_ITARGETSR) & 0xff;

	mmio_write32(gicd, GICD_CTLR, 0);
	intids = MIN(32 * (GICD_TYPER_ITLINES(mmio_read32(gicd, GICD_TYPER)) + 1), 1020u);
	hw_gic_fill(GICD_ICENABLER, 32, 0, intids, ~0u);
	hw_gic_fill(GICD_ICPENDR, 32, 0, intids, ~0u);
	hw_gic_fill(GICD_IGROUPR, 32, 0, intids, 0);
	hw_gic_fill(GICD_IPRIORITYR, 4, 0, intids, PRIORITY_GROUP0 * 0x01010101u);
	/* On a single CPU the register reads 0 and needs no writing (4.3.12). */
	hw_gic_fill(GICD_ITARGETSR, 4, GIC_NR_PRIVATE, intids, (self ? self : 1) * 0x01010101u);
	mmio_write32(gicd, GICD_IGROUPR, BIT(DOORBELL));
	mmio_write8(gicd, GICD_IPRIORITYR + DOORBELL, PRIORITY_DOORBELL);
	hw_gic_enable(DOORBELL, true);
	mmio_write32(gicd, GICD_CTLR, GICD_CTLR_ENABLE_GRP0 | GICD_CTLR_ENABLE_GRP1);
}

static void init_cpu_interface(void)
{
	mmio_write32(gicc, GICC_PMR, ALL_PRIORITIES);
	mmio_write32(gicc, GICC_BPR, 0);
	mmio_write32(gicc, GICC_CTLR,
		     GICC_CTLR_ENABLE_GRP0 | GICC_CTLR_ENABLE_GRP1 | GICC_CTLR_FIQEN);
}

static int hw_gic_probe(const struct device *dev)
{
	int r;

	if (irqchip)
		return -EBUSY;
	r = device_map(dev, 0, GICD_SGIR + 4, &gicd);
	if (!r)
		r = device_map(dev, 1, GICC_HPPIR + 4, &gicc);
	if (r)
		return r;
	if (!(mmio_read32(gicd, GICD_TYPER) & GICD_TYPER_SECURITY)) {
		log_err("%s: it has no Security Extensions", dev->path);
		return -ENOTSUP;
	}
	init_distributor();
	init_cpu_interface();
	irq_set_chip(&ops);
	return 0;
}

static const char *const compatible[] = { "arm,cortex-a9-gic", NULL };
static const struct driver driver = { "gic", compatible, DRIVER_IRQCHIP, hw_gic_probe };
DRIVER(driver);
