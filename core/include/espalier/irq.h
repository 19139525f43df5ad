/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical interrupts.  All of them are GIC Group 0 and reach the VMM as FIQ in
 * exit context; handlers must neither block nor allocate from the heap.
 */
#ifndef ESPALIER_IRQ_H
#define ESPALIER_IRQ_H

#include <stdbool.h>
#include <stdint.h>

typedef void (*irq_handler_t)(unsigned intid, void *arg);

/*
 * Registers the only handler of `intid` under `name` (kept, not copied) and
 * enables it.  -EINVAL: no such INTID; -EBUSY: it has a handler.
 */
int irq_request(unsigned intid, irq_handler_t fn, void *arg, const char *name);
void irq_release(unsigned intid);

/* The same, but it stays masked until irq_enable(). */
int irq_reserve(unsigned intid, irq_handler_t fn, void *arg, const char *name);

/* For who has requested or reserved it.  Any context. */
void irq_enable(unsigned intid, bool on);
/* Rising edge rather than high level; only while it is masked. */
void irq_set_edge(unsigned intid, bool edge);
/* Its level, or that there was an edge; masked or not. */
bool irq_is_pending(unsigned intid);
/* Forgets an edge; a level stays what it is. */
void irq_unpend(unsigned intid);

/* Makes `intid` pending as if its device had raised it. */
void irq_pend(unsigned intid);

/* Takes and handles every pending interrupt.  Called by arch on FIQ. */
void irq_dispatch(void);

/* For `host irq`: false when intid has no handler. */
bool irq_info(unsigned intid, const char **name, uint64_t *count);

/* The driver of the interrupt controller provides this. */
struct irqchip_ops {
	unsigned (*nr_intids)(void);
	/* Acknowledges; returns the INTID or -1 when nothing is pending. */
	int (*ack)(void);
	void (*eoi)(unsigned intid);
	void (*enable)(unsigned intid, bool on);
	/* Makes a private or shared INTID pending. */
	void (*pend)(unsigned intid);
	bool (*is_pending)(unsigned intid);
	void (*unpend)(unsigned intid);
	void (*set_edge)(unsigned intid, bool edge);
	/* Pends or clears this CPU's Group 1 doorbell SGI: the virtual IRQ line. */
	void (*doorbell)(bool on);
};
void irq_set_chip(const struct irqchip_ops *ops);
extern const struct irqchip_ops *irqchip;

/*
 * INTID of entry `index` of the `interrupts` property under the GIC binding
 * (type 0 SPI: +32, type 1 PPI: +16); also follows `interrupt-map` of the
 * node's bus.  -ENOENT: no such entry; -EXDEV: of a controller with other cells that has
 * interrupts of its own, such as a combiner; -EINVAL: malformed.
 */
int irq_from_dt(const void *fdt, int node, unsigned index);

/* Why irq_from_dt() said -EINVAL, in words; returns buf. */
#define IRQ_WHY_MAX 160
const char *irq_why(const void *fdt, int node, unsigned index, char buf[IRQ_WHY_MAX]);

#endif
