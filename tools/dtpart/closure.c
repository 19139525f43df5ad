/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes along: what a device refers to, the buses above it, what lies below it, the
 * controllers that its interrupts go through, and the devices that every guest has.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "derive.h"

#define MAX_HOPS 8

bool plan_has(const struct plan *p, int node) { return p->node[node].kind != KIND_NONE; }

int plan_unit(const struct plan *p, int node)
{
	int device = index_device(p->x, node);

	return device < 0 ? node : device;
}

static bool blocked(const struct plan *p, int node)
{
	return p->node[node].left || p->node[node].excepted;
}

/* --- interrupt controllers ------------------------------------------------------------------ */

static bool is_interrupts(const char *prop)
{
	return !strcmp(prop, "interrupt-parent") || !strcmp(prop, "interrupts-extended") ||
	       !strcmp(prop, "interrupt-map");
}

static int phandle_of(const struct index *x, int node, const char *prop)
{
	const struct prop *p = index_prop(x, node, prop);

	return p && p->nr_refs ? x->refs[p->first].target : -1;
}

/* Where interrupts of the node go (Devicetree Specification 2.4.1); -1: nobody says. */
static int irq_parent(const struct index *x, int node)
{
	for (int n = node; n >= 0; n = x->node[n].parent) {
		if (index_has(x, n, "interrupt-parent"))
			return phandle_of(x, n, "interrupt-parent");
		if (n != node && index_has(x, n, "#interrupt-cells"))
			return n;
	}
	return -1;
}

static bool has_gic_cells(const struct index *x, int node)
{
	const struct prop *p = index_prop(x, node, "#interrupt-cells");

	return p && p->len == 4 && prop_cell(p, 0) == 3 &&
	       index_has(x, node, "interrupt-controller");
}

/* These have the cells of the GIC, but other numbers. */
static bool renumbers(const struct index *x, int node)
{
	static const char *const chips[] = { "ti,irq-crossbar", NULL };

	return dt_match(x->fdt, x->node[node].offset, chips) != NULL;
}

/*
 * A controller that passes all interrupts on under their numbers, and is there to wake up
 * the machine: the guest's go to where it passes them.
 */
static int passes_on(const struct plan *p, int node)
{
	const struct index *x = p->x;

	for (int hops = 0; hops < MAX_HOPS && has_gic_cells(x, node); hops++) {
		int up = irq_parent(x, node);

		if (part_of_processor(x->fdt, x->node[node].offset))
			return node;
		if (up < 0 || up == node || renumbers(x, node))
			break;
		node = up;
	}
	return -1;
}

int plan_target(const struct plan *p, const struct prop *prop, const struct ref *r)
{
	return r->target >= 0 && is_interrupts(prop->name) ? p->node[r->target].via : r->target;
}

bool plan_dead_end(const struct plan *p, const struct prop *prop, int controller)
{
	return !strcmp(prop->name, "interrupts-extended") &&
	       !index_has(p->x, controller, "interrupts") &&
	       !index_has(p->x, controller, "interrupts-extended") &&
	       !part_of_processor(p->x->fdt, p->x->node[controller].offset);
}

/* --- the queue ------------------------------------------------------------------------------ */

static void add(struct plan *p, int node, enum kind kind, int from, const char *prop)
{
	for (int n = node; n >= 0; n = p->x->node[n].parent) {
		struct state *s = &p->node[n];

		if (s->kind != KIND_NONE &&
		    !(n == node && s->kind == KIND_BUS && kind == KIND_GIVE))
			break;
		s->kind = (uint8_t)(n == node            ? kind :
				    p->x->node[n].mapped ? KIND_BUS :
							   KIND_PLAIN);
		s->from = n == node ? from : -1;
		s->prop = prop;
		p->queue[p->tail++] = n;
	}
}

/* The number of the node behind this one if it is left out, or else of the next one. */
static int below(struct plan *p, int n, enum kind kind)
{
	if (!p->x->node[n].enabled || blocked(p, n))
		return p->x->node[n].end;
	add(p, n, kind == KIND_PLAIN && p->x->node[n].mapped ? KIND_BUS : kind, -1, NULL);
	return n + 1;
}

static void give(struct plan *p, int device, int from, const char *prop, enum dt_ref_role role)
{
	p->node[device].role = (uint8_t)role;
	add(p, device, KIND_GIVE, from, prop);
	for (int n = device + 1; n < p->x->node[device].end;)
		n = below(p, n, KIND_INSIDE);
}

/* A node that is no device, and what lies below it unless devices do. */
static void add_plain(struct plan *p, int node, int from, const char *prop)
{
	add(p, node, KIND_PLAIN, from, prop);
	if (p->x->node[node].bus || node == 0)
		return;
	for (int n = node + 1; n < p->x->node[node].end;)
		n = below(p, n, KIND_PLAIN);
}

static bool emulatable(const struct plan *p, int node)
{
	return part_find_class(p->p->host, p->x->fdt, p->x->node[node].offset) != NULL;
}

/* --- following ------------------------------------------------------------------------------- */

/* Not given for the sake of this reference: the property is left out then. */
static bool too_much(const struct plan *p, int node, enum dt_ref_role role, int device)
{
	if (p->node[node].kind == KIND_EMULATE || role == DT_REF_SOFT || role == DT_REF_LINK)
		return true;
	return blocked(p, device);
}

static void reach(struct plan *p, int node, const char *prop, enum dt_ref_role role, int target)
{
	const struct node *t = &p->x->node[target];
	int device = t->bus && t->registers ? target : index_device(p->x, target);
	bool reserved = t->special && t->depth == 2 &&
			!strcmp(p->x->node[t->parent].name, "reserved-memory");

	if (plan_has(p, target) || !t->enabled || (t->special && !reserved))
		return;
	if (device >= 0 && p->node[device].kind == KIND_NONE) {
		if (emulatable(p, device))
			add(p, device, KIND_EMULATE, node, prop);
		else if (!too_much(p, node, role, device))
			give(p, device, node, prop, role);
		else
			return;
	}
	if (device != target && !blocked(p, target) && role != DT_REF_LINK)
		add_plain(p, target, node, prop);
}

/* Interrupts go where a node above says, which otherwise would not matter. */
static void follow_irqs(struct plan *p, int node)
{
	int up;

	if (!index_has(p->x, node, "interrupts"))
		return;
	up = irq_parent(p->x, node);
	if (up >= 0)
		reach(p, node, "interrupts", DT_REF_NEEDED, p->node[up].via);
}

static bool follows(const struct plan *p, int node, const struct prop *prop)
{
	switch (p->node[node].kind) {
	case KIND_CPU: return !strcmp(prop->name, "next-level-cache");
	case KIND_BUS: return !strcmp(prop->name, "interrupt-map");
	case KIND_PLAIN: return strcmp(prop->name, "interrupt-parent");
	default: return true;
	}
}

/*
 * What can be done without: what a bus's driver would switch on if the bus did not run
 * already, and a second interrupt, which wakes up the machine.
 */
static enum dt_ref_role role_of(const struct plan *p, int node, const struct ref *r)
{
	bool irq = r->kind && !strncmp(r->kind->name, "interrupt", 9);

	if (!r->kind || (irq && r->cell && !strcmp(r->kind->name, "interrupts-extended")))
		return DT_REF_PART;
	if (p->x->node[node].bus && r->kind->role == DT_REF_NEEDED && !irq)
		return DT_REF_PART;
	return (enum dt_ref_role)r->kind->role;
}

static void follow(struct plan *p, int node)
{
	const struct node *n = &p->x->node[node];

	follow_irqs(p, node);
	for (unsigned i = 0; i < n->nr_props; i++) {
		const struct prop *prop = &p->x->props[n->first + i];

		for (unsigned k = 0; k < prop->nr_refs && follows(p, node, prop); k++) {
			const struct ref *r = &p->x->refs[prop->first + k];
			int target = plan_target(p, prop, r);

			if (target >= 0 && !plan_dead_end(p, prop, target))
				reach(p, node, prop->name, role_of(p, node, r), target);
		}
	}
}

/* --- what every guest has --------------------------------------------------------------------- */

static void add_cpus(struct plan *p)
{
	int cpus = index_path(p->x, "/cpus");
	unsigned have = 0;

	for (int n = cpus + 1; cpus >= 0 && n < p->x->node[cpus].end; n = p->x->node[n].end) {
		if (!dt_is_cpu(p->x->fdt, p->x->node[n].offset) || !p->x->node[n].enabled ||
		    have >= p->want->cpus)
			continue;
		add(p, n, KIND_CPU, -1, NULL);
		have++;
	}
	if (have < p->want->cpus)
		die("%s: /cpus: %u CPUs are asked for, and %u there", p->x->tree->file,
		    p->want->cpus, have);
}

static void add_basics(struct plan *p)
{
	const struct part_host *h = p->p->host;

	add(p, 0, KIND_PLAIN, -1, NULL);
	add_cpus(p);
	for (int n = 0; n < p->x->n; n++)
		if (p->x->node[n].enabled && index_device(p->x, n) == n && emulatable(p, n) &&
		    (h->driver(p->x->fdt, p->x->node[n].offset) ||
		     part_of_processor(p->x->fdt, p->x->node[n].offset)))
			add(p, n, KIND_EMULATE, -1, NULL);
}

/* --- what was asked for ------------------------------------------------------------------------- */

static int find_given(const struct plan *p, const char *path)
{
	int n = index_path(p->x, path), device = n < 0 ? -1 : index_device(p->x, n);
	const struct node *node = n < 0 ? NULL : &p->x->node[n];

	if (n < 0)
		die("%s: %s has no such node", path, p->x->tree->file);
	if (!node->enabled)
		die("%s: it, or a node above it, is disabled", path);
	if (device >= 0 && device != n)
		die("%s: a part of %s, and can be given with it only", path,
		    p->x->node[device].path);
	if (node->special || !index_has(p->x, n, "reg"))
		die("%s: no device: it has no registers", path);
	if (!node->registers)
		die("%s: no device: its reg is no address of the CPU (is there ranges in all nodes "
		    "above that translates it?)",
		    path);
	return n;
}

static void add_given(struct plan *p)
{
	for (unsigned i = 0; i < p->want->nr_give; i++) {
		int n = find_given(p, p->want->give[i]);

		if (p->node[n].asked && p->node[n].kind == KIND_GIVE)
			continue;
		p->node[n].asked = true;
		p->node[n].kind = KIND_NONE;
		give(p, n, -1, NULL, DT_REF_NEEDED);
	}
}

/* A node of the board without registers: keys, LEDs, regulators, a sound card. */
static bool is_board_node(const struct plan *p, int n)
{
	static const char *const firmware[] = { "arm,psci",
						"arm,psci-0.2",
						"arm,psci-1.0",
						"linaro,optee-tz",
						"tlm,trusted-foundations",
						NULL };
	const struct node *node = &p->x->node[n];

	return node->enabled && !node->special && !node->bus && n > 0 &&
	       index_device(p->x, n) < 0 && index_has(p->x, n, "compatible") &&
	       !index_has(p->x, n, "interrupts") && !blocked(p, n) &&
	       (node->parent == 0 || p->x->node[node->parent].bus) &&
	       !dt_match(p->x->fdt, node->offset, firmware);
}

static void add_all(struct plan *p)
{
	for (int n = 0; p->want->all && n < p->x->n; n++) {
		const struct node *node = &p->x->node[n];

		if (node->enabled && index_device(p->x, n) == n && !plan_has(p, n) &&
		    index_has(p->x, n, "compatible") && !blocked(p, n))
			give(p, n, -1, NULL, DT_REF_NEEDED);
	}
	for (int n = 0; p->want->all && n < p->x->n; n++)
		if (is_board_node(p, n))
			add_plain(p, n, -1, NULL);
}

/* What the domain's `reserved-memory` lists. */
static void add_reserved(struct plan *p)
{
	const struct prop *list = p->want->reserved < 0 ?
					  NULL :
					  index_prop(p->x, p->want->reserved, "reserved-memory");

	for (unsigned i = 0; list && i < (unsigned)list->len / 4; i++) {
		int n = index_phandle(p->x, prop_cell(list, i));

		if (n >= 0)
			reach(p, 0, "reserved-memory", DT_REF_PART, n);
	}
}

/* Who cannot do without what is left out is left out as well. */
static bool spread(struct plan *p, int node)
{
	const struct node *n = &p->x->node[node];
	int unit = plan_unit(p, node);

	if (!n->enabled || n->special || blocked(p, unit) || n->bus)
		return false;
	for (unsigned i = 0; i < n->nr_props; i++) {
		const struct prop *prop = &p->x->props[n->first + i];

		for (unsigned k = 0; k < prop->nr_refs; k++) {
			const struct ref *r = &p->x->refs[prop->first + k];
			int target = plan_target(p, prop, r);
			int of = target < 0 ? -1 : plan_unit(p, target);

			if (of < 0 || of == unit || !blocked(p, of) || !r->kind ||
			    r->kind->role != DT_REF_NEEDED)
				continue;
			p->node[unit].left =
				format("needs %s (%s), which %s", p->x->node[of].path, prop->name,
				       p->node[of].excepted ? "was excepted" :
							      "could not be given");
			return true;
		}
	}
	return false;
}

void plan_close(struct plan *p)
{
	bool more = p->want->all;

	for (int i = 0; i < p->x->n; i++) {
		p->node[i].kind = KIND_NONE;
		p->node[i].labelled = p->node[i].pinned = false;
	}
	p->head = p->tail = 0;
	while (more) {
		more = false;
		for (int i = 0; i < p->x->n; i++)
			more |= spread(p, i);
	}
	add_basics(p);
	add_given(p);
	add_all(p);
	add_reserved(p);
	while (p->head < p->tail)
		follow(p, p->queue[p->head++]);
}

/* --- beginning and end -------------------------------------------------------------------------- */

void plan_init(struct plan *p, const struct want *w, const struct index *x, struct partition *part)
{
	*p = (struct plan){ .want = w, .x = x, .p = part };
	p->node = xalloc((size_t)x->n * sizeof(*p->node));
	/* A node is queued once, or twice if it is a bus that becomes a device. */
	p->queue = xalloc((size_t)x->n * 2 * sizeof(*p->queue));
	for (int i = 0; i < x->n; i++) {
		int via = passes_on(p, i);

		p->node[i].via = via < 0 ? i : via;
	}
	for (unsigned i = 0; i < w->nr_except; i++) {
		int n = index_path(x, w->except[i]);

		if (n < 0)
			die("%s: %s has no such node", w->except[i], x->tree->file);
		for (int k = n; k < x->node[n].end; k++)
			p->node[k].excepted = true;
	}
}

void plan_free(struct plan *p)
{
	for (int i = 0; i < p->x->n; i++)
		free(p->node[i].left);
	free(p->node);
	free(p->queue);
	free(p->dts);
}
