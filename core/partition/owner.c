/* SPDX-License-Identifier: Apache-2.0 */
/* Who has what of the host: guests, the VMM, or nobody. */
#include "partition_int.h"

/* The innermost enabled node of the host with the address in its `reg`; negative: none. */
static int host_node_at(const void *fdt, uint32_t a)
{
	int found = -1;
	uint32_t best = UINT32_MAX;

	struct dt_span_walk w = { .fdt = fdt };
	struct dt_span s;

	while (dt_next_span(&w, &s))
		if (a - s.base < s.size && s.size <= best) {
			found = s.node;
			best = s.size;
		}
	return found;
}

static void part_owner_found(struct part_owner *o, const struct part_guest *g, const char *path)
{
	o->owner = g->name;
	o->guest_path = path;
}

/* The VMM has what its driver has, and the node of its own node's parts. */
static void ask_vmm(const struct partition *p, struct part_owner *o)
{
	for (int n = o->host_node; n > 0 && !o->driver; n = dt_parent(p->host->fdt, n))
		o->driver = p->host->driver(p->host->fdt, n);
	for (int n = o->host_node; n > 0 && !o->driver; n = dt_parent(p->host->fdt, n))
		if (part_of_processor(p->host->fdt, n))
			o->owner = PART_VMM;
	if (o->driver)
		o->owner = PART_VMM;
}

void part_find(const struct partition *p, uint32_t a, struct part_owner *o)
{
	*o = (struct part_owner){ .what = PART_NOTHING,
				  .host_node = host_node_at(p->host->fdt, a) };
	for (const struct part_guest *g = p->guests; g; g = g->next)
		for (unsigned i = 0; !g->fresh && i < g->nr_ranges; i++) {
			const struct part_range *r = &g->ranges[i];

			if (region_mapped(r->kind) && r->host && a - r->host < r->size)
				part_owner_found(o, g, r->path);
		}
	if (p->host->is_ram(a, 1)) {
		o->what = PART_RAM;
		if (!o->owner)
			o->owner = PART_VMM;
		return;
	}
	if (o->host_node < 0)
		return;
	o->what = PART_DEVICE;
	ask_vmm(p, o);
}

void part_find_node(const struct partition *p, int host_node, struct part_owner *o)
{
	*o = (struct part_owner){ .what = PART_DEVICE, .host_node = host_node };
	for (const struct part_guest *g = p->guests; g; g = g->next)
		for (unsigned i = 0; !g->fresh && i < g->nr_ranges; i++)
			if (g->ranges[i].kind == REGION_PASS && g->ranges[i].host_node == host_node)
				part_owner_found(o, g, g->ranges[i].path);
	ask_vmm(p, o);
}

void part_find_irq(const struct partition *p, unsigned intid, struct part_owner *o)
{
	*o = (struct part_owner){ .what = PART_NOTHING, .host_node = -1 };
	for (int n = 0; n >= 0; n = fdt_next_node(p->host->fdt, n, NULL)) {
		int got;

		for (unsigned i = 0; (got = irq_from_dt(p->host->fdt, n, i)) >= 0; i++)
			if ((unsigned)got == intid && dt_available(p->host->fdt, n))
				o->host_node = n;
	}
	for (const struct part_guest *g = p->guests; g; g = g->next)
		for (unsigned i = 0; !g->fresh && i < g->nr_irqs; i++)
			if (g->irqs[i].host == intid)
				part_owner_found(o, g, g->irqs[i].path);
	if (o->host_node < 0)
		return;
	o->what = PART_DEVICE;
	ask_vmm(p, o);
}

const char *part_owner_text(const struct partition *p, const struct part_owner *o, char *buf,
			    unsigned len)
{
	char path[DT_PATH_MAX] = "?";

	if (o->what == PART_DEVICE)
		dt_path(p->host->fdt, o->host_node, path, sizeof(path));
	if (o->what == PART_DEVICE)
		snprintf(buf, len, "%s, which belongs to %s", path, o->owner ? o->owner : "nobody");
	else if (o->what == PART_RAM)
		snprintf(buf, len, "RAM of %s", o->owner);
	else
		snprintf(buf, len, "nothing");
	return buf;
}
