/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a tree once, so that nothing has to be searched for again. */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "index.h"

#define MAX_EXACT 1024u /* phandles of one property */

/* Room for one more in an array of n, which is doubled when it is full. */
static void *grow(void *array, unsigned n, size_t size)
{
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * (size_t)n : 1) * size);
	if (!array)
		die("out of memory");
	return array;
}

/* --- nodes and properties ---------------------------------------------------------------- */

static void add_props(struct index *x, struct node *n)
{
	int prop;

	n->first = x->nr_props;
	fdt_for_each_property_offset(prop, x->fdt, n->offset) {
		struct prop *p = x->props = grow(x->props, x->nr_props, sizeof(*p));

		p += x->nr_props++;
		*p = (struct prop){ 0 };
		p->value = fdt_getprop_by_offset(x->fdt, prop, &p->name, &p->len);
		if (!p->value || !p->name)
			die("%s: %s: a property cannot be read", x->tree->file, n->path);
	}
	n->nr_props = x->nr_props - n->first;
}

static char *path_of(const struct index *x, int parent, const char *name)
{
	const char *above = parent > 0 ? x->node[parent].path : "";
	char *path;

	if (parent < 0)
		return xstrdup("/");
	path = xalloc(strlen(above) + strlen(name) + 2);
	sprintf(path, "%s/%s", above, name);
	return path;
}

static void add_node(struct index *x, int offset, unsigned depth, int parent)
{
	struct node *n = x->node = grow(x->node, (unsigned)x->n, sizeof(*n));

	n += x->n++;
	*n = (struct node){ .offset = offset,
			    .parent = parent,
			    .depth = depth,
			    .end = x->n,
			    .name = fdt_get_name(x->fdt, offset, NULL),
			    .phandle = fdt_get_phandle(x->fdt, offset) };
	if (!n->name)
		die("%s: a node cannot be read", x->tree->file);
	n->path = path_of(x, parent, n->name);
	for (int up = parent; up >= 0; up = x->node[up].parent)
		x->node[up].end = x->n;
	add_props(x, n);
}

static void add_nodes(struct index *x)
{
	int depth = 0, parent = -1, last = -1;

	for (int at = 0; at >= 0 && depth >= 0; at = fdt_next_node(x->fdt, at, &depth)) {
		for (parent = last; parent >= 0 && (int)x->node[parent].depth >= depth;)
			parent = x->node[parent].parent;
		last = x->n;
		add_node(x, at, (unsigned)depth, parent);
	}
}

/* --- what nodes are ------------------------------------------------------------------------ */

static bool is_special(const struct index *x, int i)
{
	static const char *const names[] = { "cpus",       "chosen",
					     "aliases",    "reserved-memory",
					     "domains",    "__symbols__",
					     "__fixups__", "__local_fixups__" };
	const struct node *n = &x->node[i];
	const struct prop *type = index_prop(x, i, "device_type");

	if (type && type->len == 7 && !memcmp(type->value, "memory", 7))
		return true;
	for (unsigned k = 0; n->depth == 1 && k < ARRAY_SIZE(names); k++)
		if (!strcmp(n->name, names[k]))
			return true;
	return n->parent > 0 && x->node[n->parent].special;
}

static void classify(struct index *x, int i)
{
	struct node *n = &x->node[i], *up = n->parent < 0 ? NULL : &x->node[n->parent];
	uint32_t base, size;

	n->enabled = dt_enabled(x->fdt, n->offset) && (!up || up->enabled);
	n->special = i && is_special(x, i);
	if (!i || n->special || !index_has(x, i, "reg"))
		return;
	for (int bus = n->parent; bus > 0; bus = x->node[bus].parent)
		if (!index_has(x, bus, "ranges"))
			return;
	n->mapped = true;
	n->registers = !dt_reg(x->fdt, n->offset, 0, &base, &size) && size;
}

/* A node that is there to reach the devices below it. */
static void mark_buses(struct index *x)
{
	for (int i = 1; i < x->n; i++)
		if (x->node[i].registers && index_has(x, i, "compatible"))
			for (int up = x->node[i].parent; up > 0; up = x->node[up].parent)
				x->node[up].bus = true;
}

int index_device(const struct index *x, int node)
{
	int device = -1;

	for (int n = node; n > 0; n = x->node[n].parent)
		if (x->node[n].registers && !x->node[n].bus)
			device = n;
	return device;
}

/* --- references --------------------------------------------------------------------------- */

static void add_ref(struct index *x, struct prop *p, unsigned cell, uint32_t phandle,
		    const struct dt_ref *kind)
{
	struct ref *r = x->refs = grow(x->refs, x->nr_refs, sizeof(*r));

	if (!p->nr_refs)
		p->first = x->nr_refs;
	p->nr_refs++;
	r[x->nr_refs++] = (struct ref){ cell, index_phandle(x, phandle), kind };
}

/* By the table. */
static void read_known(struct index *x, int node, struct prop *p, const struct dt_ref *kind)
{
	struct dt_ref_walk w;
	uint32_t phandle;
	unsigned cell;

	if (!dt_ref_start(&w, x->fdt, x->node[node].offset, p->name, kind))
		return;
	while (dt_ref_next(&w, &phandle, &cell)) {
		int target = index_phandle(x, phandle);

		if (target >= 0 || !kind->maybe)
			add_ref(x, p, cell, phandle, kind);
		dt_ref_skip(&w, target < 0 ? -1 : x->node[target].offset);
	}
}

/* By what dtc saw in the source; the table says what kind they are. */
static void read_exact(struct index *x, int node, struct prop *p, const struct dt_ref *kind)
{
	unsigned cells[MAX_EXACT];
	unsigned n = exact_cells(x->tree, x->node[node].path, p->name, cells, MAX_EXACT);

	for (unsigned i = 0; i < n; i++)
		if (4 * (cells[i] + 1) <= (unsigned)p->len)
			add_ref(x, p, cells[i], prop_cell(p, cells[i]), kind);
}

static void read_refs(struct index *x)
{
	bool exact = exact_known(x->tree);

	for (int i = 0; i < x->n; i++) {
		const struct node *n = &x->node[i];
		bool lists = n->special && n->depth == 1 && n->name[0] == '_';

		for (unsigned k = 0; !lists && k < n->nr_props; k++) {
			struct prop *p = &x->props[n->first + k];
			const struct dt_ref *kind = dt_ref_find(x->fdt, n->offset, p->name);

			if (!strcmp(p->name, "phandle") || !strcmp(p->name, "linux,phandle"))
				continue;
			if (exact)
				read_exact(x, i, p, kind);
			else if (kind)
				read_known(x, i, p, kind);
			else
				p->unknown = p->len && p->len % 4 == 0;
		}
	}
}

static const struct index *sorting;

static int by_phandle(const void *a, const void *b)
{
	uint32_t x = sorting->node[*(const int *)a].phandle;
	uint32_t y = sorting->node[*(const int *)b].phandle;

	return x < y ? -1 : x > y;
}

static void sort_phandles(struct index *x)
{
	x->by_phandle = xalloc((size_t)x->n * sizeof(int));
	for (int i = 0; i < x->n; i++)
		if (x->node[i].phandle)
			x->by_phandle[x->nr_phandles++] = i;
	sorting = x;
	qsort(x->by_phandle, x->nr_phandles, sizeof(int), by_phandle);
}

/* --- lookups ------------------------------------------------------------------------------ */

int index_at(const struct index *x, int offset)
{
	int low = 0, high = x->n;

	while (low < high) {
		int mid = (low + high) / 2;

		if (x->node[mid].offset == offset)
			return mid;
		if (x->node[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

int index_path(const struct index *x, const char *path)
{
	int offset = dt_find(x->fdt, path);

	return offset < 0 ? -1 : index_at(x, offset);
}

int index_phandle(const struct index *x, uint32_t phandle)
{
	unsigned low = 0, high = x->nr_phandles;

	while (low < high) {
		unsigned mid = (low + high) / 2;
		uint32_t have = x->node[x->by_phandle[mid]].phandle;

		if (have == phandle)
			return x->by_phandle[mid];
		if (have < phandle)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

const struct prop *index_prop(const struct index *x, int node, const char *name)
{
	const struct node *n = &x->node[node];

	for (unsigned i = 0; i < n->nr_props; i++)
		if (!strcmp(x->props[n->first + i].name, name))
			return &x->props[n->first + i];
	return NULL;
}

uint32_t prop_cell(const struct prop *p, unsigned cell)
{
	return fdt32_ld((const fdt32_t *)(const void *)p->value + cell);
}

void index_build(struct index *x, const struct tree *t)
{
	*x = (struct index){ .tree = t, .fdt = t->fdt };
	add_nodes(x);
	for (int i = 0; i < x->n; i++)
		classify(x, i);
	mark_buses(x);
	sort_phandles(x);
	read_refs(x);
	index_label(x);
}

void index_free(struct index *x)
{
	for (int i = 0; i < x->n; i++)
		free(x->node[i].path);
	free(x->node);
	free(x->props);
	free(x->refs);
	free(x->by_phandle);
}
