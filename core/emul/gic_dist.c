/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated GIC's distributor, IHI 0048B 4.3. */
#include <string.h>

#include "gic_int.h"

static struct gic_bank *gic_dist_bank_of(struct emul_dev *d, const struct mmio *m, unsigned word)
{
	return gic_bank(d->state, m->vcpu, word);
}

/* INTIDs of a word that the guest may change at all. */
static uint32_t gic_dist_present(unsigned word) { return word ? UINT32_MAX : GIC_PRIVATE_MASK; }

static uint32_t gic_dist_ctlr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct gic *)d->state)->ctlr;
}

static void gic_dist_ctlr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	((struct gic *)d->state)->ctlr = v & GICD_CTLR_ENABLE_GRP0;
	gic_update(d);
}

static uint32_t typer_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return (GIC_NR_WORDS - 1) |
	       ((((struct gic *)d->state)->nr_cpus - 1) << GICD_TYPER_CPUS_SHIFT);
}

static uint32_t gic_dist_enable_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_dist_bank_of(d, m, i)->enabled;
}

static void isenabler_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_dist_bank_of(d, m, i)->enabled |= v & gic_dist_present(i);
	gic_sync(d, i, v);
	gic_update(d);
}

static void icenabler_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_dist_bank_of(d, m, i)->enabled &= ~(v & (i ? UINT32_MAX : ~GIC_SGI_MASK));
	gic_sync(d, i, v);
	gic_update(d);
}

static uint32_t pend_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	gic_sync(d, i, UINT32_MAX);
	return gic_pending(gic_dist_bank_of(d, m, i)) & gic_dist_present(i);
}

/* SGIs are pended by GICD_SGIR only (IHI 0048B 4.3.7). */
static void ispendr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_dist_bank_of(d, m, i)->latch |=
		v & gic_dist_present(i) & (i ? UINT32_MAX : ~GIC_SGI_MASK);
	gic_update(d);
}

static void icpendr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	gic_sync(d, i, v); /* an edge that came before is cleared as well */
	gic_dist_bank_of(d, m, i)->latch &= ~(v & (i ? UINT32_MAX : ~GIC_SGI_MASK));
	gic_sync(d, i, v);
	gic_update(d);
}

static uint32_t active_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return gic_dist_bank_of(d, m, i)->active;
}

static uint32_t priority_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	const uint8_t *p = &gic_dist_bank_of(d, m, i / 8)->priority[i % 8 * 4];

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void priority_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gic_bank *b = gic_dist_bank_of(d, m, i / 8);

	v = mmio_merge(m, priority_get(d, m, i), v);
	for (unsigned n = 0; n < 4; n++) {
		unsigned bit = i % 8 * 4 + n;

		if (gic_dist_present(i / 8) & BIT(bit))
			b->priority[bit] = (uint8_t)(v >> (8 * n)) & GIC_PRIORITY_MASK;
	}
	gic_update(d);
}

/* IHI 0048B 4.3.12: private ones name the reader; RAZ/WI with one CPU. */
static uint32_t targets_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	const struct gic *s = d->state;
	const uint8_t *t = &s->targets[4 * i];

	if (s->nr_cpus == 1)
		return 0;
	if (i < 8)
		return BIT(m->vcpu) * 0x01010101u;
	return t[0] | (uint32_t)t[1] << 8 | (uint32_t)t[2] << 16 | (uint32_t)t[3] << 24;
}

static void targets_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gic *s = d->state;

	if (s->nr_cpus == 1 || i < 8)
		return;
	v = mmio_merge(m, targets_get(d, m, i), v);
	for (unsigned n = 0; n < 4; n++)
		s->targets[4 * i + n] = (uint8_t)(v >> (8 * n)) & (BIT(s->nr_cpus) - 1);
	gic_update(d);
}

/*
 * Two bits per INTID, of which the upper one says edge.  The lower one is set
 * for PPIs and SPIs that exist: taken by one CPU only (A9 TRM, ICDICFRn).
 */
static uint32_t cfg_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	uint32_t half = gic_dist_bank_of(d, m, i / 2)->edge >> (i % 2 * 16);
	uint32_t exists = (gic_dist_present(i / 2) & (i ? UINT32_MAX : 0)) >> (i % 2 * 16);
	uint32_t v = 0;

	for (unsigned n = 0; n < 16; n++)
		v |= ((half >> n & 1) * GICD_ICFGR_EDGE | (exists >> n & 1)) << (2 * n);
	return v;
}

/*
 * SGIs are fixed.  PPIs are fixed on the Cortex-A9 as well, but QEMU's board
 * lets a guest configure them, and device trees that call them level-triggered
 * count on it; the GIC architecture allows both.
 */
static void cfg_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gic_bank *b = gic_dist_bank_of(d, m, i / 2);
	uint32_t edge = 0, half = 0xffffu << (i % 2 * 16);

	if (i == 0)
		return;
	for (unsigned n = 0; n < 16; n++)
		edge |= (v >> (2 * n + 1) & 1) << (i % 2 * 16 + n);
	gic_sync(d, i / 2, half); /* what has come in the old mode counts in that */
	b->edge = (b->edge & ~half) | (edge & gic_dist_present(i / 2));
	gic_sync(d, i / 2, half);
	gic_update(d);
}

static uint32_t level_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	uint32_t level;

	gic_sync(d, i, UINT32_MAX);
	level = gic_dist_bank_of(d, m, i)->level;
	/* ICPPISR has PPIs 27..31 in bits 11..15 (A9 TRM). */
	return i ? level : (level & GIC_PRIVATE_MASK) >> 16;
}

static void sgir_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct gic *s = d->state;
	unsigned intid = GICD_SGIR_INTID(v);
	uint32_t all = BIT(s->nr_cpus) - 1;
	uint32_t to[4] = {
		[GICD_SGIR_TO_LIST] = v >> GICD_SGIR_TARGETS_SHIFT & 0xff & all,
		[GICD_SGIR_TO_OTHERS] = all & ~BIT(m->vcpu),
		[GICD_SGIR_TO_SELF] = BIT(m->vcpu),
	};
	uint32_t targets = to[v >> GICD_SGIR_FILTER_SHIFT & 3];

	for (unsigned cpu = 0; cpu < s->nr_cpus; cpu++) {
		if (!(targets & BIT(cpu)))
			continue;
		s->cpu[cpu].sgi_sources[intid] |= (uint8_t)BIT(m->vcpu);
		s->cpu[cpu].own.latch |= BIT(intid);
	}
	gic_update(d);
}

#define WORDS GIC_NR_WORDS
#define RESERVED(from, to) \
	{ \
		.offset = (from), .count = ((to) - (from)) / 4, .name = "reserved", .bytes = 1 \
	}
/* A block of registers of which the first `n` exist. */
#define BLOCK(at, n, size, nm, ...) \
	{ .offset = (at), .count = (n), .name = nm, __VA_ARGS__ }, \
		RESERVED((at) + 4 * (n), (at) + (size))

static const struct reg_row dist_rows[] = {
	{ .offset = GICD_CTLR,
	  .name = "GICD_CTLR",
	  .get = gic_dist_ctlr_get,
	  .set = gic_dist_ctlr_set },
	{ .offset = GICD_TYPER, .name = "GICD_TYPER", .get = typer_get },
	/* ICDIIDR: revision 0x020, ARM (A9 TRM 3.3.3). */
	{ .offset = GICD_IIDR, .name = "GICD_IIDR", .value = 0x0102043b },
	RESERVED(0x00c, GICD_IGROUPR),
	/* Only with Security Extensions. */
	BLOCK(GICD_IGROUPR, WORDS, 0x80, "GICD_IGROUPR", .value = 0),
	BLOCK(GICD_ISENABLER, WORDS, 0x80, "GICD_ISENABLER", .get = gic_dist_enable_get,
	      .set = isenabler_set),
	BLOCK(GICD_ICENABLER, WORDS, 0x80, "GICD_ICENABLER", .get = gic_dist_enable_get,
	      .set = icenabler_set),
	BLOCK(GICD_ISPENDR, WORDS, 0x80, "GICD_ISPENDR", .get = pend_get, .set = ispendr_set),
	BLOCK(GICD_ICPENDR, WORDS, 0x80, "GICD_ICPENDR", .get = pend_get, .set = icpendr_set),
	BLOCK(GICD_ISACTIVER, WORDS, 0x80, "GICD_ISACTIVER", .get = active_get),
	RESERVED(GICD_ICACTIVER, GICD_IPRIORITYR),
	BLOCK(GICD_IPRIORITYR, GIC_NR_IRQS / 4, 0x400, "GICD_IPRIORITYR", .get = priority_get,
	      .set = priority_set, .bytes = 1),
	BLOCK(GICD_ITARGETSR, GIC_NR_IRQS / 4, 0x400, "GICD_ITARGETSR", .get = targets_get,
	      .set = targets_set, .bytes = 1),
	BLOCK(GICD_ICFGR, GIC_NR_IRQS / 16, 0x100, "GICD_ICFGR", .get = cfg_get, .set = cfg_set),
	BLOCK(GICD_PPISR, WORDS, 0x200, "GICD_PPISR/SPISR", .get = level_get),
	{ .offset = GICD_SGIR, .name = "GICD_SGIR", .set = sgir_set },
	/* GICD_CPENDSGIR and GICD_SPENDSGIR are version 2's. */
	RESERVED(0xf04, GICD_PIDR4),
	{ .offset = GICD_PIDR4, .name = "GICD_PIDR4", .value = 0x04, .bytes = 1 },
	RESERVED(0xfd4, GICD_PIDR0),
	{ .offset = 0xfe0, .name = "GICD_PIDR0", .value = 0x90, .bytes = 1 },
	{ .offset = 0xfe4, .name = "GICD_PIDR1", .value = 0xb3, .bytes = 1 },
	{ .offset = 0xfe8, .name = "GICD_PIDR2", .value = 0x1b, .bytes = 1 },
	{ .offset = 0xfec, .name = "GICD_PIDR3", .value = 0x00, .bytes = 1 },
	{ .offset = 0xff0, .name = "GICD_CIDR0", .value = 0x0d, .bytes = 1 },
	{ .offset = 0xff4, .name = "GICD_CIDR1", .value = 0xf0, .bytes = 1 },
	{ .offset = 0xff8, .name = "GICD_CIDR2", .value = 0x05, .bytes = 1 },
	{ .offset = 0xffc, .name = "GICD_CIDR3", .value = 0xb1, .bytes = 1 },
};
const struct reg_map gic_dist_map = { dist_rows, ARRAY_SIZE(dist_rows) };
