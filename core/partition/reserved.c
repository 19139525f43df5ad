/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that a tree keeps from its kernel's allocator: /memreserve/ (Devicetree
 * Specification 5.3) and the children of /reserved-memory (3.5).
 */
#include "partition_int.h"

#define ROOT "/reserved-memory"

/* --- reading ------------------------------------------------------------------------------ */

static void each_memreserve(const void *fdt, part_reserved_fn fn, void *arg)
{
	int n = fdt_num_mem_rsv(fdt);

	for (int i = 0; i < n; i++) {
		struct part_reserved r = { .node = -1, .path = "/memreserve/" };
		uint64_t base, size;

		if (fdt_get_mem_rsv(fdt, i, &base, &size) || !size)
			continue;
		if (base > UINT32_MAX)
			r.err = -ERANGE;
		r.base = (uint32_t)base;
		r.size = (uint32_t)MIN(size, UINT64_C(0x100000000) - r.base);
		if (!r.size) /* all 4 GiB of them */
			r.size = UINT32_MAX;
		fn(arg, &r);
	}
}

/* A child without `reg` leaves the place to the kernel and takes nothing yet. */
static void each_reg(const void *fdt, int node, part_reserved_fn fn, void *arg)
{
	struct part_reserved r = { .node = node, .no_map = has(fdt, node, "no-map") };

	for (unsigned i = 0; has(fdt, node, "reg"); i++) {
		r.err = dt_reg(fdt, node, i, &r.base, &r.size);
		if (r.err == -ENOENT)
			return;
		if (!r.err && !r.size)
			r.err = -ENODATA;
		fn(arg, &r);
		if (r.err)
			return;
	}
}

void part_each_reserved(const void *fdt, part_reserved_fn fn, void *arg)
{
	int parent = dt_find(fdt, ROOT), node;

	each_memreserve(fdt, fn, arg);
	if (parent < 0 || !dt_enabled(fdt, parent))
		return;
	fdt_for_each_subnode(node, fdt, parent)
		if (dt_enabled(fdt, node))
			each_reg(fdt, node, fn, arg);
}

/* --- the rules ---------------------------------------------------------------------------- */

/* Where, for messages: "0x67e00000-0x67ffffff". */
static const char *part_reserved_where(const struct part_reserved *r, char buf[RANGE_TEXT_MAX])
{
	return part_range_text(r->base, r->size, buf);
}

static const struct part_range *ram_at(const struct part_guest *g, uint32_t a)
{
	for (unsigned i = 0; i < g->nr_ranges; i++)
		if (g->ranges[i].kind == REGION_RAM && a - g->ranges[i].base < g->ranges[i].size)
			return &g->ranges[i];
	return NULL;
}

/* Is all of it RAM, of one range or of several that follow each other? */
static bool part_reserved_in_ram(const struct part_guest *g, const struct part_reserved *r)
{
	uint32_t done = 0;

	while (done < r->size) {
		const struct part_range *ram = ram_at(g, r->base + done);

		if (!ram)
			return false;
		done = ram->base + (ram->size - 1) - r->base + 1;
		if (!done) /* to the last byte of 4 GiB */
			break;
	}
	return true;
}

static void check_place(struct check *c, const struct part_reserved *r)
{
	char have[RANGE_TEXT_MAX];

	if (part_reserved_in_ram(c->g, r))
		return;
	part_report(c,
		    FOUND(RULE_RESERVED_OUTSIDE, r->node, .have = part_reserved_where(r, have),
			  .path = r->node < 0 ? r->path : NULL),
		    "reserves %s, which is not all memory of the guest",
		    part_reserved_where(r, have));
}

/* A range of both lists, /memreserve/ and a node, is one reservation said twice. */
static void check_overlaps(struct check *c, const struct part_reserved *r)
{
	for (unsigned i = 0; i < c->g->nr_reserved; i++) {
		const struct part_reserved *o = &c->g->reserved[i];
		char have[RANGE_TEXT_MAX], want[RANGE_TEXT_MAX];

		if (r->node < 0 || o->node < 0 || !ranges_meet(r->base, r->size, o->base, o->size))
			continue;
		part_report(c,
			    FOUND(RULE_RESERVED_TWICE, r->node, .prop = "reg",
				  .have = part_reserved_where(r, have),
				  .want = part_reserved_where(o, want), .owner = c->g->name,
				  .owner_path = o->path),
			    "%s overlaps %s of %s", have, want, o->path);
		return;
	}
}

static void part_reserved_malformed(struct check *c, const struct part_reserved *r)
{
	static const struct {
		int err;
		const char *why;
	} whys[] = {
		{ -ERANGE, "lies above 4 GiB" },
		{ -ENODATA, "size 0 reserves nothing" },
		{ 0, "malformed, or not covered by ranges" },
	};
	unsigned i = 0;

	while (whys[i].err && whys[i].err != r->err)
		i++;
	part_report(c,
		    FOUND(RULE_RESERVED, r->node, .prop = r->node < 0 ? NULL : "reg",
			  .path = r->node < 0 ? r->path : NULL),
		    "%s", whys[i].why);
}

static void part_reserved_add(void *arg, const struct part_reserved *r)
{
	struct check *c = arg;
	struct part_guest *g = c->g;
	struct part_reserved *p;

	if (r->err) {
		part_reserved_malformed(c, r);
		return;
	}
	check_place(c, r);
	check_overlaps(c, r);
	p = g->nr_reserved < PART_MAX_RESERVED ?
		    part_grow(g->reserved, g->nr_reserved, sizeof(*p)) :
		    NULL;
	if (!p) {
		part_report(c, FOUND(RULE_TOO_MANY, r->node),
			    "more than %u reserved ranges, or out of memory", PART_MAX_RESERVED);
		return;
	}
	g->reserved = p;
	p[g->nr_reserved] = *r;
	if (r->node >= 0)
		p[g->nr_reserved].path = part_keep_path(c, r->node);
	g->nr_reserved += p[g->nr_reserved].path != NULL;
}

/* `size` in cells of the root, of a child that the kernel finds a place for. */
static bool bad_size(const void *fdt, int node, int cells)
{
	int len;

	return !fdt_getprop(fdt, node, "size", &len) || len != 4 * cells;
}

static void check_child(struct check *c, int node, int cells)
{
	if (!has(c->fdt, node, "reg") && bad_size(c->fdt, node, cells))
		part_report(c, FOUND(RULE_RESERVED, node), "neither reg nor a size of %d cells",
			    cells);
	if (has(c->fdt, node, "no-map") && has(c->fdt, node, "reusable"))
		part_report(c, FOUND(RULE_RESERVED, node, .prop = "reusable"),
			    "excludes no-map, which is here too");
}

/* Linux reads the cells of the children as the root's, and nothing without `ranges`. */
static void check_root(struct check *c, int node)
{
	const char *why = NULL;

	if (!has(c->fdt, node, "ranges"))
		why = "no ranges";
	else if (fdt_address_cells(c->fdt, node) != fdt_address_cells(c->fdt, 0))
		why = "#address-cells is not the root's";
	else if (fdt_size_cells(c->fdt, node) != fdt_size_cells(c->fdt, 0))
		why = "#size-cells is not the root's";
	if (why)
		part_report(c, FOUND(RULE_RESERVED, node), "%s: Linux ignores all that stands here",
			    why);
}

void part_check_reserved(struct check *c)
{
	int parent = dt_find(c->fdt, ROOT), node;

	part_each_reserved(c->fdt, part_reserved_add, c);
	if (parent < 0 || !dt_enabled(c->fdt, parent))
		return;
	check_root(c, parent);
	fdt_for_each_subnode(node, c->fdt, parent)
		if (dt_enabled(c->fdt, node))
			check_child(c, node, fdt_size_cells(c->fdt, 0));
}
