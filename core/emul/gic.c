/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated GIC: which interrupt is the best one, and who hears of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/guest.h>
#include <espalier/log.h>

#include "classes.h"
#include "gic_int.h"

_Static_assert(VIRQ_WORDS == GIC_NR_WORDS, "a bit for each interrupt");

/* INTIDs 27, 29 and 30 are edge-triggered out of reset (A9 TRM, ICDICFR1). */
#define PPI_EDGE_RESET 0x68000000u

static uint32_t gic_targeted(const struct gic *s, unsigned cpu, unsigned word, uint32_t bits)
{
	uint32_t out = 0;

	if (word == 0 || s->nr_cpus == 1)
		return bits;
	for (; bits; bits &= bits - 1) {
		unsigned n = (unsigned)__builtin_ctz(bits);

		if (s->targets[32 * word + n] & BIT(cpu))
			out |= BIT(n);
	}
	return out;
}

unsigned gic_best(struct gic *s, unsigned cpu, uint8_t *priority)
{
	unsigned best = GIC_SPURIOUS;

	*priority = GIC_PRIORITY_IDLE;
	if (!(s->ctlr & GICD_CTLR_ENABLE_GRP0))
		return best;
	for (unsigned word = 0; word < GIC_NR_WORDS; word++) {
		const struct gic_bank *b = gic_bank(s, cpu, word);
		uint32_t bits = gic_pending(b) & b->enabled & ~b->active;

		bits = gic_targeted(s, cpu, word, bits);
		for (; bits; bits &= bits - 1) {
			unsigned n = (unsigned)__builtin_ctz(bits);

			/* Of equals the lowest INTID is first. */
			if (b->priority[n] < *priority) {
				*priority = b->priority[n];
				best = 32 * word + n;
			}
		}
	}
	return best;
}

uint32_t gic_iar_value(struct gic *s, unsigned cpu, unsigned intid)
{
	uint8_t sources;

	if (intid >= GIC_NR_SGIS)
		return intid;
	sources = s->cpu[cpu].sgi_sources[intid];
	if (!sources)
		return intid;
	return intid | ((uint32_t)__builtin_ctz(sources) << GICC_IAR_CPU_SHIFT);
}

uint8_t gic_running(const struct gic_cpu *c)
{
	return c->depth ? c->stack[c->depth - 1].priority : GIC_PRIORITY_IDLE;
}

bool gic_can_take(const struct gic_cpu *c, uint8_t priority)
{
	/* IHI 0048B 3.3: above the mask, and of a higher group than what runs. */
	if (!(c->ctlr & GICC_CTLR_ENABLE_GRP0) || priority >= c->pmr)
		return false;
	if (c->depth == 0)
		return true;
	return gic_group(c, priority) < gic_group(c, gic_running(c)) && c->depth < GIC_MAX_NESTING;
}

void gic_update(struct emul_dev *d)
{
	struct gic *s = d->state;

	for (unsigned cpu = 0; cpu < s->nr_cpus; cpu++) {
		struct gic_cpu *c = &s->cpu[cpu];
		uint8_t priority;
		bool line =
			gic_best(s, cpu, &priority) != GIC_SPURIOUS && gic_can_take(c, priority);

		if (line != c->line) {
			c->line = line;
			arch_vcpu_irq(&d->guest->vcpus[cpu], line);
		}
	}
}

/* --- inputs ---------------------------------------------------------------- */

static void set_input(struct emul_dev *d, unsigned cpu, unsigned intid, bool level)
{
	struct gic_bank *b = gic_bank(d->state, cpu, intid / 32);
	uint32_t bit = BIT(intid % 32);

	if (!(b->level & bit) == !level)
		return;
	b->level ^= bit;
	if (level)
		b->latch |= bit & b->edge;
	gic_update(d);
}

void virq_set(struct guest *g, unsigned intid, bool level)
{
	if (g->gic && g->gic->state && intid >= GIC_NR_PRIVATE && intid < GIC_NR_IRQS)
		set_input(g->gic, 0, intid, level);
}

void virq_set_ppi(struct guest *g, unsigned vcpu, unsigned intid, bool level)
{
	struct gic *s = g->gic ? g->gic->state : NULL;

	if (s && vcpu < s->nr_cpus && intid >= GIC_NR_SGIS && intid < GIC_NR_PRIVATE)
		set_input(g->gic, vcpu, intid, level);
}

void gic_sync(struct emul_dev *d, unsigned word, uint32_t bits)
{
	const struct gic_bank *b = gic_bank(d->state, 0, word);

	if (!word || !(b->hw & bits))
		return;
	for (struct virq_hw *h = d->guest->hw_irqs; h; h = h->next) {
		uint32_t bit = BIT(h->intid % 32);

		if (h->intid / 32 != word || !(b->hw & bits & bit))
			continue;
		h->sync(h, &(struct virq_view){ .enabled = b->enabled & bit,
						.active = b->active & bit,
						.latched = b->latch & bit,
						.edge = b->edge & bit });
	}
}

void virq_look(const struct guest *g, unsigned vcpu, struct virq_picture *out)
{
	struct gic *s = g->gic ? g->gic->state : NULL;

	*out = (struct virq_picture){ .present = s };
	if (!s || vcpu >= s->nr_cpus)
		return;
	out->distributor = s->ctlr & GICD_CTLR_ENABLE_GRP0;
	out->cpu = s->cpu[vcpu].ctlr & GICC_CTLR_ENABLE_GRP0 && s->cpu[vcpu].pmr;
	for (unsigned w = 0; w < GIC_NR_WORDS; w++) {
		out->enabled[w] = gic_bank(s, vcpu, w)->enabled;
		out->pending[w] = gic_pending(gic_bank(s, vcpu, w));
	}
}

/* --- the class ---------------------------------------------------------------- */

static int gic_create(struct emul_dev *d, const void *fdt, int node)
{
	struct gic *s = d->state;

	if (d->guest->nr_vcpus == 0 || d->guest->nr_vcpus > GIC_CPUS) {
		log_err("%s: %s: a Cortex-A9 GIC serves 1 to %d CPUs, not %u", d->guest->name,
			d->path, GIC_CPUS, d->guest->nr_vcpus);
		return -EINVAL;
	}
	if (d->guest->gic && d->guest->gic != d) {
		log_err("%s: %s: second interrupt controller, after %s", d->guest->name, d->path,
			d->guest->gic->path);
		return -EEXIST;
	}
	s->nr_cpus = d->guest->nr_vcpus;
	d->guest->gic = d;
	for (struct virq_hw *h = d->guest->hw_irqs; h; h = h->next)
		if (h->intid >= GIC_NR_PRIVATE && h->intid < GIC_NR_IRQS)
			gic_bank(s, 0, h->intid / 32)->hw |= BIT(h->intid % 32);
	return 0;
}

static void gic_destroy(struct emul_dev *d)
{
	if (d->guest->gic == d)
		d->guest->gic = NULL;
}

/* Everything but the inputs and their levels, which belong to their devices. */
static void bank_reset(struct gic_bank *b, uint32_t enabled, uint32_t edge)
{
	uint32_t level = b->level, hw = b->hw;

	memset(b, 0, sizeof(*b));
	b->level = level;
	b->hw = hw;
	b->enabled = enabled;
	b->edge = edge;
}

static void gic_reset(struct emul_dev *d)
{
	struct gic *s = d->state;

	s->ctlr = 0;
	memset(s->targets, 0, sizeof(s->targets));
	for (unsigned w = 0; w < GIC_NR_WORDS - 1; w++)
		bank_reset(&s->shared[w], 0, 0);
	for (unsigned cpu = 0; cpu < s->nr_cpus; cpu++) {
		struct gic_cpu *c = &s->cpu[cpu];

		bank_reset(&c->own, GIC_SGI_MASK, GIC_SGI_MASK | PPI_EDGE_RESET);
		memset(c->sgi_sources, 0, sizeof(c->sgi_sources));
		c->ctlr = 0;
		c->pmr = 0;
		c->bpr = GIC_BPR_MIN;
		c->depth = 0;
	}
	for (unsigned w = 1; w < GIC_NR_WORDS; w++)
		gic_sync(d, w, UINT32_MAX);
	gic_update(d);
}

static int gic_access(struct emul_dev *d, struct mmio *m)
{
	if (m->vcpu >= ((struct gic *)d->state)->nr_cpus)
		return -ENXIO;
	return emul_rows_access(d, m);
}

static void gic_describe(struct emul_dev *d, char *buf, unsigned len)
{
	struct gic *s = d->state;
	uint8_t priority;
	unsigned best = gic_best(s, 0, &priority);
	struct gic_cpu *c = &s->cpu[0];

	snprintf(buf, len, "distributor %s, vcpu0 %s: mask 0x%02x, running 0x%02x, next %u, irq %d",
		 s->ctlr ? "on" : "off", c->ctlr ? "on" : "off", (unsigned)c->pmr, gic_running(c),
		 best, c->line);
}

static const char *const gic_compatible[] = {
	"arm,cortex-a9-gic",
	"arm,cortex-a5-gic",
	NULL,
};

const struct emul_class gic_class = {
	.name = "gic",
	.compatible = gic_compatible,
	.state_size = sizeof(struct gic),
	.create = gic_create,
	.reset = gic_reset,
	.destroy = gic_destroy,
	.access = gic_access,
	.maps = { &gic_dist_map, &gic_cpu_map },
	.describe = gic_describe,
};
