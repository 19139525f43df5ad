/* SPDX-License-Identifier: Apache-2.0 */
/* The whole host by address and owner. */
#include "partition_int.h"

struct item {
	uint32_t base, size;
	int node;
	bool first, ram;
};

struct items {
	struct item *item;
	unsigned n;
};

/* Keeps the order of addresses.  Without memory the item is left out. */
static void add_item(struct items *all, const struct item *new)
{
	struct item *p = part_grow(all->item, all->n, sizeof(*p));
	unsigned at = all->n;

	if (!p)
		return;
	all->item = p;
	for (; at && p[at - 1].base > new->base; at--)
		p[at] = p[at - 1];
	p[at] = *new;
	all->n++;
}

static void part_map_add_node(struct items *all, const void *fdt, int node)
{
	struct item it = { .node = node, .first = true, .ram = dt_is_memory(fdt, node) };

	if (!dt_available(fdt, node) || !part_is_mapped(fdt, node))
		return;
	for (unsigned i = 0; !dt_reg(fdt, node, i, &it.base, &it.size); i++) {
		if (it.size)
			add_item(all, &it);
		it.first = false;
	}
}

/* --- devices ---------------------------------------------------------------------------- */

static void map_device(const struct partition *p, const struct item *it, struct part_row *r)
{
	struct part_owner o;
	int intid;

	part_find(p, it->base, &o);
	if (o.host_node != it->node)
		part_find_node(p, it->node, &o);
	r->owner = o.owner;
	r->guest_path = o.guest_path;
	for (unsigned i = 0; it->first && i < EMUL_MAX_IRQS; i++) {
		intid = irq_from_dt(p->host->fdt, it->node, i);
		if (intid < 0)
			break;
		r->irqs[i] = intid;
	}
}

/* --- RAM ---------------------------------------------------------------------------------- */

/* What [base, base + size) makes of the piece of RAM from *r's base on. */
static bool part_map_cut(struct part_row *r, uint32_t base, uint32_t size)
{
	if (r->base - base < size) {
		r->size = MIN(r->size, base + size - r->base);
		return true;
	}
	if (base > r->base && base - r->base < r->size)
		r->size = base - r->base;
	return false;
}

/* One piece of RAM that has one owner; it begins at r->base and is at most r->size long. */
static void map_piece(const struct partition *p, const struct part_run *runs, unsigned n,
		      struct part_row *r)
{
	const char *rest = PART_VMM;

	for (const struct part_guest *g = p->guests; g; g = g->next)
		for (unsigned i = 0; !g->fresh && i < g->nr_ranges; i++) {
			const struct part_range *m = &g->ranges[i];

			bool ram = m->kind == REGION_RAM || m->kind == REGION_CHANNEL;

			/* A channel is shown with the first of its two guests. */
			if (ram && m->host && part_map_cut(r, m->host, m->size) && !r->owner) {
				r->owner = g->name;
				r->guest_path = m->path;
			}
		}
	for (unsigned i = 0; i < n; i++)
		if (part_map_cut(r, runs[i].base, runs[i].size))
			rest = NULL;
	if (!r->owner)
		r->owner = rest;
}

static void map_ram(const struct partition *p, const struct item *it, struct part_row *row,
		    void (*fn)(void *arg, const struct part_row *r), void *arg)
{
	struct part_run runs[PART_MAX_RUNS];
	unsigned n = p->host->free_ram(runs, PART_MAX_RUNS);

	for (uint32_t done = 0; done < it->size;) {
		struct part_row r = *row;

		r.ram = true;
		r.base = it->base + done;
		r.size = it->size - done;
		map_piece(p, runs, n, &r);
		fn(arg, &r);
		done += r.size;
	}
}

void part_map(const struct partition *p, void (*fn)(void *arg, const struct part_row *r), void *arg)
{
	struct items all = { NULL, 0 };
	char path[DT_PATH_MAX];

	for (int n = 0; n >= 0; n = fdt_next_node(p->host->fdt, n, NULL))
		part_map_add_node(&all, p->host->fdt, n);
	for (unsigned i = 0; i < all.n; i++) {
		const struct item *it = &all.item[i];
		struct part_row r = { .base = it->base, .size = it->size, .path = path };

		if (dt_path(p->host->fdt, it->node, path, sizeof(path)))
			continue;
		if (it->ram) {
			map_ram(p, it, &r, fn, arg);
			continue;
		}
		map_device(p, it, &r);
		fn(arg, &r);
	}
	free(all.item);
}
