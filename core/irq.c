/* SPDX-License-Identifier: Apache-2.0 */
/* Physical interrupts: who handles which, and how often it came. */
#include <errno.h>

#include <espalier/irq.h>
#include <espalier/lock.h>
#include <espalier/log.h>
#include <espalier/util.h>

#define IRQ_MAX 256 /* 32 private and 224 shared at most (Cortex-A9 MPCore TRM, chapter 3) */

struct irq {
	irq_handler_t fn;
	void *arg;
	const char *name;
	uint64_t count;
	bool on;
};

const struct irqchip_ops *irqchip;

static struct irq irqs[IRQ_MAX];
static struct spinlock irq_lock; /* innermost */

static unsigned nr_irqs(void) { return irqchip ? MIN(irqchip->nr_intids(), IRQ_MAX) : IRQ_MAX; }

static int irq_take(unsigned intid, const struct irq *irq)
{
	uint32_t flags;

	if (intid >= nr_irqs() || !irq->fn)
		return -EINVAL;
	flags = spin_lock(&irq_lock);
	if (irqs[intid].fn) {
		spin_unlock(&irq_lock, flags);
		return -EBUSY;
	}
	irqs[intid] = *irq;
	if (irqchip && irq->on)
		irqchip->enable(intid, true);
	spin_unlock(&irq_lock, flags);
	return 0;
}

int irq_request(unsigned intid, irq_handler_t fn, void *arg, const char *name)
{
	return irq_take(intid, &(struct irq){ .fn = fn, .arg = arg, .name = name, .on = true });
}

int irq_reserve(unsigned intid, irq_handler_t fn, void *arg, const char *name)
{
	return irq_take(intid, &(struct irq){ .fn = fn, .arg = arg, .name = name });
}

void irq_release(unsigned intid)
{
	uint32_t flags;

	if (intid >= nr_irqs())
		return;
	flags = spin_lock(&irq_lock);
	if (irqs[intid].fn && irqchip)
		irqchip->enable(intid, false);
	irqs[intid].fn = NULL;
	spin_unlock(&irq_lock, flags);
}

void irq_enable(unsigned intid, bool on)
{
	uint32_t flags;

	if (intid >= nr_irqs())
		return;
	flags = spin_lock(&irq_lock);
	if (irqs[intid].fn && irqs[intid].on != on) {
		irqs[intid].on = on;
		if (irqchip)
			irqchip->enable(intid, on);
	}
	spin_unlock(&irq_lock, flags);
}

/* The register has the modes of others as well. */
void irq_set_edge(unsigned intid, bool edge)
{
	uint32_t flags = spin_lock(&irq_lock);

	if (irqchip && intid < nr_irqs())
		irqchip->set_edge(intid, edge);
	spin_unlock(&irq_lock, flags);
}

bool irq_is_pending(unsigned intid)
{
	return irqchip && intid < nr_irqs() && irqchip->is_pending(intid);
}

void irq_unpend(unsigned intid)
{
	if (irqchip && intid < nr_irqs())
		irqchip->unpend(intid);
}

void irq_pend(unsigned intid)
{
	if (irqchip && intid < nr_irqs())
		irqchip->pend(intid);
}

/* What was requested before the controller was found is enabled now. */
void irq_set_chip(const struct irqchip_ops *ops)
{
	uint32_t flags = spin_lock(&irq_lock);

	irqchip = ops;
	for (unsigned i = 0; i < nr_irqs(); i++)
		if (irqs[i].fn && irqs[i].on)
			ops->enable(i, true);
	spin_unlock(&irq_lock, flags);
}

/* Nobody wants it: off, or it would come back for ever. */
static void irq_unexpected(unsigned intid)
{
	irqchip->enable(intid, false);
	log_warn("irq %u: nobody handles it; disabled", intid);
}

void irq_dispatch(void)
{
	int intid;

	while ((intid = irqchip->ack()) >= 0) {
		struct irq *irq = intid < IRQ_MAX ? &irqs[intid] : NULL;

		if (irq && irq->fn) {
			irq->count++;
			irq->fn(intid, irq->arg);
		} else {
			irq_unexpected(intid);
		}
		irqchip->eoi(intid);
	}
}

bool irq_info(unsigned intid, const char **name, uint64_t *count)
{
	uint32_t flags;
	bool used;

	if (intid >= IRQ_MAX)
		return false;
	flags = spin_lock(&irq_lock);
	used = irqs[intid].fn != NULL;
	*name = irqs[intid].name;
	*count = irqs[intid].count;
	spin_unlock(&irq_lock, flags);
	return used;
}
