/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated GIC's CPU interface, IHI 0048B 4.4. */
#include "gic_int.h"

static struct gic_cpu *gic_cpu_cpu_of(struct emul_dev *d, const struct mmio *m)
{
	return &((struct gic *)d->state)->cpu[m->vcpu];
}

static uint32_t gic_cpu_ctlr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_cpu_cpu_of(d, m)->ctlr;
}

static void gic_cpu_ctlr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_cpu_cpu_of(d, m)->ctlr = v & GICC_CTLR_ENABLE_GRP0;
	gic_update(d);
}

static uint32_t pmr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_cpu_cpu_of(d, m)->pmr;
}

static void pmr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_cpu_cpu_of(d, m)->pmr = v & GIC_PRIORITY_MASK;
	gic_update(d);
}

static uint32_t bpr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_cpu_cpu_of(d, m)->bpr;
}

static void bpr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_cpu_cpu_of(d, m)->bpr = MAX(v & 7, GIC_BPR_MIN);
	gic_update(d);
}

/* Takes an SGI's request of one CPU; others of the same SGI stay pending. */
static void take_sgi(struct gic_cpu *c, uint32_t iar)
{
	unsigned intid = GICC_IAR_INTID(iar);

	c->sgi_sources[intid] &= (uint8_t)~BIT(iar >> GICC_IAR_CPU_SHIFT);
	if (!c->sgi_sources[intid])
		c->own.latch &= ~BIT(intid);
}

/* A line of the host that went low again since it came is nothing to take. */
static unsigned best_now(struct emul_dev *d, unsigned cpu, uint8_t *priority)
{
	unsigned intid = gic_best(d->state, cpu, priority);

	while (intid < GIC_NR_IRQS && (gic_bank(d->state, cpu, intid / 32)->hw & BIT(intid % 32))) {
		unsigned was = intid;

		gic_sync(d, was / 32, BIT(was % 32));
		intid = gic_best(d->state, cpu, priority);
		if (intid == was)
			break;
	}
	return intid;
}

static uint32_t iar_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct gic *s = d->state;
	struct gic_cpu *c = &s->cpu[m->vcpu];
	uint8_t priority;
	unsigned intid = best_now(d, m->vcpu, &priority);
	struct gic_bank *b;
	uint32_t iar;

	if (intid == GIC_SPURIOUS || !gic_can_take(c, priority))
		return GIC_SPURIOUS;
	iar = gic_iar_value(s, m->vcpu, intid);
	b = gic_bank(s, m->vcpu, intid / 32);
	b->active |= BIT(intid % 32);
	if (intid < GIC_NR_SGIS)
		take_sgi(c, iar);
	else
		b->latch &= ~BIT(intid % 32);
	c->stack[c->depth].intid = (uint16_t)intid;
	c->stack[c->depth].priority = gic_group(c, priority);
	c->depth++;
	gic_update(d);
	return iar;
}

/*
 * Ends the interrupt.  The right order is the reverse of IAR's; another one is
 * UNPREDICTABLE (IHI 0048B 4.4.5), here it ends what it names all the same.
 */
static void eoir_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gic *s = d->state;
	struct gic_cpu *c = &s->cpu[m->vcpu];
	unsigned intid = GICC_IAR_INTID(v), at = c->depth;

	while (at > 0 && c->stack[at - 1].intid != intid)
		at--;
	if (at == 0)
		return;
	for (; at < c->depth; at++)
		c->stack[at - 1] = c->stack[at];
	c->depth--;
	gic_bank(s, m->vcpu, intid / 32)->active &= ~BIT(intid % 32);
	gic_sync(d, intid / 32, BIT(intid % 32));
	gic_update(d);
}

static uint32_t rpr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_running(gic_cpu_cpu_of(d, m));
}

static uint32_t hppir_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct gic *s = d->state;
	uint8_t priority;
	unsigned intid = best_now(d, m->vcpu, &priority);

	if (intid == GIC_SPURIOUS || !(s->cpu[m->vcpu].ctlr & GICC_CTLR_ENABLE_GRP0))
		return GIC_SPURIOUS;
	return gic_iar_value(s, m->vcpu, intid);
}

/* Registers of the Security Extensions and of version 2 read 0 here. */
static const struct reg_row cpu_rows[] = {
	{ .offset = GICC_CTLR,
	  .name = "GICC_CTLR",
	  .get = gic_cpu_ctlr_get,
	  .set = gic_cpu_ctlr_set },
	{ .offset = GICC_PMR, .name = "GICC_PMR", .get = pmr_get, .set = pmr_set },
	{ .offset = GICC_BPR, .name = "GICC_BPR", .get = bpr_get, .set = bpr_set },
	{ .offset = GICC_IAR, .name = "GICC_IAR", .get = iar_get },
	{ .offset = GICC_EOIR, .name = "GICC_EOIR", .set = eoir_set },
	{ .offset = GICC_RPR, .name = "GICC_RPR", .get = rpr_get },
	{ .offset = GICC_HPPIR, .name = "GICC_HPPIR", .get = hppir_get },
	{ .offset = GICC_ABPR, .name = "GICC_ABPR" },
	{ .offset = GICC_AIAR, .name = "GICC_AIAR" },
	{ .offset = GICC_AEOIR, .name = "GICC_AEOIR" },
	{ .offset = GICC_AHPPIR, .name = "GICC_AHPPIR" },
	{ .offset = 0x2c, .count = (GICC_IIDR - 0x2c) / 4, .name = "reserved" },
	/* Part 0x390, version 1, revision 2, ARM (A9 TRM, ICCIIDR). */
	{ .offset = GICC_IIDR, .name = "GICC_IIDR", .value = 0x3901243b },
};
const struct reg_map gic_cpu_map = { cpu_rows, ARRAY_SIZE(cpu_rows) };
