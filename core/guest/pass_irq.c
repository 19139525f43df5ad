/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of the host that belong to guests. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/irq.h>
#include <espalier/pass.h>

#include "pass_int.h"

#define FIRST_SPI 32

struct pass_irq {
	struct virq_hw hw;
	struct guest *guest;
	unsigned host;    /* INTID */
	const char *path; /* of the guest's device */
	bool raised;      /* levels: the guest's input is high */
	bool edge;        /* as configured at the host's GIC */
	char name[];
};

static struct pass_irq *pass_of(struct virq_hw *h) { return container_of(h, struct pass_irq, hw); }

static void pass_irq_raise(struct pass_irq *p, bool on)
{
	p->raised = on;
	virq_set(p->guest, p->hw.intid, on);
}

/* A level stays, an edge is the guest's GIC's to remember. */
static void pass_irq_arrived(struct pass_irq *p)
{
	pass_irq_raise(p, true);
	if (p->edge)
		pass_irq_raise(p, false);
}

/* A FIQ.  Masked before it is ended at the host's GIC, so that it cannot storm. */
static void pass_irq_fired(unsigned intid, void *arg)
{
	irq_enable(intid, false);
	pass_irq_arrived(arg);
}

static void pass_irq_set_edge(struct pass_irq *p, bool edge)
{
	irq_enable(p->host, false); /* IHI 0048B 4.3.13: only then */
	irq_set_edge(p->host, edge);
	irq_unpend(p->host);
	p->edge = edge;
	pass_irq_raise(p, false);
}

/* An edge that the host's GIC has seen while it was masked goes on to the guest's. */
static bool hand_over_edge(struct pass_irq *p)
{
	if (!p->edge || !irq_is_pending(p->host))
		return false;
	irq_enable(p->host, false);
	irq_unpend(p->host);
	pass_irq_arrived(p);
	return true;
}

/*
 * The guest changed something or is going to look: it cannot tell its input from a
 * wire to the device.  The FIQ is for when it has nothing to do with the interrupt.
 */
static void pass_irq_sync(struct virq_hw *h, const struct virq_view *v)
{
	struct pass_irq *p = pass_of(h);
	bool latched = hand_over_edge(p) || v->latched;

	if (v->edge != p->edge)
		pass_irq_set_edge(p, v->edge);
	if (!p->edge)
		pass_irq_raise(p, irq_is_pending(p->host));
	irq_enable(p->host, v->enabled && !v->active && !(p->edge ? latched : p->raised));
}

static int pass_irq_add(struct guest *g, unsigned host_irq, unsigned guest_irq, const char *path)
{
	size_t len = strlen(g->name) + strlen(path) + sizeof(": ");
	struct pass_irq *p = calloc(1, sizeof(*p) + len);
	int err;

	if (!p)
		return -ENOMEM;
	snprintf(p->name, len, "%s: %s", g->name, path);
	p->hw.intid = guest_irq;
	p->hw.sync = pass_irq_sync;
	p->guest = g;
	p->host = host_irq;
	p->path = path;
	err = irq_reserve(host_irq, pass_irq_fired, p, p->name);
	if (err) {
		free(p);
		return err;
	}
	irq_set_edge(host_irq, false);
	irq_unpend(host_irq);
	p->hw.next = g->hw_irqs;
	g->hw_irqs = &p->hw;
	return 0;
}

int pass_irq_claim(struct guest *g, unsigned host_irq, unsigned guest_irq, const char *path)
{
	if (host_irq < FIRST_SPI || guest_irq < FIRST_SPI)
		return -EINVAL;
	if (pass_irq_device(g, guest_irq))
		return -EEXIST;
	return pass_irq_add(g, host_irq, guest_irq, path);
}

const char *pass_irq_device(const struct guest *g, unsigned guest_irq)
{
	for (struct virq_hw *h = g->hw_irqs; h; h = h->next)
		if (h->intid == guest_irq)
			return pass_of(h)->path;
	return NULL;
}

const char *pass_irq_owner(unsigned host_irq)
{
	static char text[DT_PATH_MAX + sizeof("the VMM: ")];
	const char *name;
	uint64_t count;

	if (!irq_info(host_irq, &name, &count))
		return NULL;
	if (name[0] != '/') /* a guest's, see pass_irq_add() */
		return name;
	snprintf(text, sizeof(text), "the VMM: %s", name);
	return text;
}

void pass_irq_mask(struct guest *g)
{
	for (struct virq_hw *h = g->hw_irqs; h; h = h->next)
		irq_enable(pass_of(h)->host, false);
}

void pass_irq_release(struct guest *g)
{
	while (g->hw_irqs) {
		struct pass_irq *p = pass_of(g->hw_irqs);

		g->hw_irqs = p->hw.next;
		irq_release(p->host);
		free(p);
	}
}
