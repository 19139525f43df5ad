/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated interrupt controller: GIC architecture 1 without Security
 * Extensions, in the Cortex-A9's configuration.  gic.c holds the state machine,
 * gic_dist.c and gic_cpu.c the two register windows.
 */
#ifndef EMUL_GIC_H
#define EMUL_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/emul.h>
#include <regs/gic.h>

#define GIC_NR_IRQS  96
#define GIC_NR_WORDS (GIC_NR_IRQS / 32)
#define GIC_CPUS     4

/*
 * The Cortex-A9 has SGIs and PPIs 27..31 (A9 TRM, chapter 3); all SGIs are always
 * enabled and all private interrupts but them absent.
 */
#define GIC_PRIVATE_MASK 0xf800ffffu
#define GIC_SGI_MASK     0x0000ffffu
/* Five bits of priority, so BPR is at least 2 (A9 TRM, ICCBPR). */
#define GIC_PRIORITY_MASK 0xf8u
#define GIC_BPR_MIN       2u
/* Group priorities can nest at most once each. */
#define GIC_MAX_NESTING 32

/* 32 interrupts: one bit each. */
struct gic_bank {
	uint32_t enabled;
	uint32_t latch; /* pending by edge, by software, or (SGI) by a source */
	uint32_t level; /* of the input lines */
	uint32_t active;
	uint32_t edge; /* configured edge-triggered */
	uint32_t hw;   /* with an interrupt of the host behind it: see virq_hw */
	uint8_t priority[32];
};

struct gic_cpu {
	struct gic_bank own;              /* INTIDs 0..31 */
	uint8_t sgi_sources[GIC_NR_SGIS]; /* CPUs whose request is pending */
	uint32_t ctlr, pmr, bpr;
	struct {
		uint16_t intid;
		uint8_t priority; /* group priority when it was taken */
	} stack[GIC_MAX_NESTING];
	unsigned depth;
	bool line; /* the vCPU's IRQ input */
};

struct gic {
	struct gic_bank shared[GIC_NR_WORDS - 1]; /* INTIDs 32.. */
	uint8_t targets[GIC_NR_IRQS];             /* of INTIDs 32.. */
	uint32_t ctlr;
	unsigned nr_cpus;
	struct gic_cpu cpu[GIC_CPUS];
};

/* What an INTID's 32 neighbours are for this CPU; word < GIC_NR_WORDS. */
static inline struct gic_bank *gic_bank(struct gic *s, unsigned cpu, unsigned word)
{
	return word ? &s->shared[word - 1] : &s->cpu[cpu].own;
}

/* Pending, whether enabled or not. */
static inline uint32_t gic_pending(const struct gic_bank *b)
{
	return b->latch | (b->level & ~b->edge);
}

/* The part of a priority that decides about preemption. */
static inline uint8_t gic_group(const struct gic_cpu *c, uint8_t priority)
{
	return priority & (uint8_t)(0xfffffffeu << c->bpr);
}

/* Highest-priority enabled pending interrupt for this CPU, or GIC_SPURIOUS. */
unsigned gic_best(struct gic *s, unsigned cpu, uint8_t *priority);
/* What IAR and HPPIR show for it: an SGI with its source. */
uint32_t gic_iar_value(struct gic *s, unsigned cpu, unsigned intid);
/* The running priority; GIC_PRIORITY_IDLE when nothing is active. */
uint8_t gic_running(const struct gic_cpu *c);
/* True if the interrupt may be taken now. */
bool gic_can_take(const struct gic_cpu *c, uint8_t priority);
/*
 * Tells those of the word's inputs `bits` that have an interrupt of the host
 * behind them what they are like now; they may change their level.
 */
void gic_sync(struct emul_dev *d, unsigned word, uint32_t bits);
/* Recomputes the IRQ inputs of all vCPUs. */
void gic_update(struct emul_dev *d);

/* The two windows. */
extern const struct reg_map gic_dist_map, gic_cpu_map;

#endif
