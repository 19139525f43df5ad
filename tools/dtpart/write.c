/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as DTS: labels instead of phandles, numbers as people write them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "out.h"

/* --- properties ---------------------------------------------------------------------------- */

static bool is_reserved(const struct plan *p, int node)
{
	const struct node *n = &p->x->node[node];

	return n->depth == 2 && !strcmp(p->x->node[n->parent].name, "reserved-memory");
}

/*
 * Reserved memory of the host's that is not in the guest's RAM: the guest has other
 * memory there or none, so Linux chooses a place.  True if it is such.
 */
static bool is_moved(const struct plan *p, int node, uint32_t *base, uint32_t *size)
{
	const struct want *w = p->want;

	if (!is_reserved(p, node) || dt_reg(p->x->fdt, p->x->node[node].offset, 0, base, size))
		return false;
	for (unsigned i = 0; i < w->nr_ram; i++)
		if (*base >= w->ram[i].base && *base - w->ram[i].base < w->ram[i].size &&
		    *size <= w->ram[i].size - (*base - w->ram[i].base))
			return false;
	return true;
}

static void write_moved(const struct out *o, int node, uint32_t base, uint32_t size, unsigned depth)
{
	int sc = fdt_size_cells(o->p->x->fdt, o->p->x->node[o->p->x->node[node].parent].offset);
	char *text =
		format("was at 0x%08x, outside of the guest's RAM: the guest's kernel places it",
		       base);

	out_indent(o, depth);
	fprintf(o->f, sc == 2 ? "size = <0 0x%x>;\n" : "size = <0x%x>;\n", size);
	out_node_note(o, node, text);
	free(text);
}

/* Is the range within the registers of a bus? */
static bool covered(const struct plan *p, int bus, uint32_t a, uint32_t n)
{
	uint32_t base, size;

	for (unsigned k = 0; !dt_reg(p->x->fdt, p->x->node[bus].offset, k, &base, &size); k++)
		if (a >= base && a - base < size && n <= size - (a - base))
			return true;
	return false;
}

/* One row of an identity: address, the same address, size. */
static void write_identity(const struct out *o, int bus, uint32_t base, uint32_t size, bool first)
{
	int up = o->p->x->node[o->p->x->node[bus].parent].offset;
	const char *zero = fdt_address_cells(o->p->x->fdt, up) == 2 ? "0 " : "";
	const char *size_zero = fdt_size_cells(o->p->x->fdt, up) == 2 ? "0 " : "";

	fprintf(o->f, "%s<%s0x%x %s0x%x %s0x%x>", first ? "" : ", ", zero, base, zero, base,
		size_zero, size);
}

/*
 * A bus without registers and with an address in its name has to say what it covers: what
 * its registers did, and what the guest's devices below have beside that.
 */
static void write_ranges(const struct out *o, int bus)
{
	const struct index *x = o->p->x;
	const struct prop *reg = index_prop(x, bus, "reg");
	int ac = fdt_address_cells(x->fdt, x->node[x->node[bus].parent].offset);
	uint32_t base, size, moved;
	int at = x->node[bus].offset;

	dt_reg(x->fdt, at, 0, &base, &size);
	moved = base - prop_cell(reg, (unsigned)ac - 1);
	fputs("ranges = ", o->f);
	for (unsigned k = 0; !dt_reg(x->fdt, at, k, &base, &size); k++)
		write_identity(o, bus, base - moved, size, !k);
	for (int n = bus + 1; n < x->node[bus].end; n++)
		for (unsigned k = 0; x->node[n].registers && plan_has(o->p, n) &&
				     !dt_reg(x->fdt, x->node[n].offset, k, &base, &size);
		     k++)
			if (!covered(o->p, bus, base, size))
				write_identity(o, bus, base - moved, size, false);
	fputs(";\n", o->f);
}

/* What of the names of a bus does not need its registers. */
static const char *plain_bus(const struct plan *p, int node)
{
	static const char *const plain[] = { "simple-bus", "simple-pm-bus", "simple-mfd", NULL };
	const char *have = dt_match(p->x->fdt, p->x->node[node].offset, plain);

	return have ? have : "simple-bus";
}

void out_prop(const struct out *o, int node, const struct prop *prop, unsigned depth)
{
	bool bus = o->p->node[node].kind == KIND_BUS;

	out_indent(o, depth);
	if (bus && !strcmp(prop->name, "compatible")) {
		fprintf(o->f, "compatible = \"%s\";\n", plain_bus(o->p, node));
		return;
	}
	if (bus && !strcmp(prop->name, "ranges") && !prop->len && o->p->x->node[node].registers &&
	    strchr(o->p->x->node[node].name, '@')) {
		write_ranges(o, node);
		return;
	}
	fputs(prop->name, o->f);
	if (prop->len) {
		fputs(" = ", o->f);
		out_value(o, node, prop);
	}
	fputs(";\n", o->f);
}

static void write_props(const struct out *o, int node, unsigned depth)
{
	const struct node *n = &o->p->x->node[node];
	uint32_t base, size;
	bool moved = is_moved(o->p, node, &base, &size);

	for (unsigned i = 0; i < n->nr_props; i++) {
		const struct prop *prop = &o->p->x->props[n->first + i];
		char *why;

		out_check_name(o->p, n->path, prop->name, false);
		if (moved && (!strcmp(prop->name, "reg") || !strcmp(prop->name, "size")))
			continue;
		if (plan_keeps(o->p, node, prop, &why))
			out_prop(o, node, prop, depth);
		if (why)
			out_note(o->left, why);
		free(why);
	}
	if (moved)
		write_moved(o, node, base, size, depth);
}

static void write_backing(const struct out *o, int node, unsigned depth)
{
	const struct state *s = &o->p->node[node];

	if (s->kind != KIND_GIVE)
		return;
	out_indent(o, depth);
	fputs("espalier,backing = \"passthrough\";\n", o->f);
	if (!s->dma)
		return;
	out_indent(o, depth);
	fputs("espalier,allow-dma;\n", o->f);
}

/* --- nodes ------------------------------------------------------------------------------- */

/* /chosen, memory and the like are made, and the host's left out. */
static bool by_hand(const struct plan *p, int node)
{
	const struct node *n = &p->x->node[node];

	return n->special && n->depth == 1 && strcmp(n->name, "cpus") &&
	       strcmp(n->name, "reserved-memory");
}

/* "name", or of reserved memory that has no address any more "name-7f000000". */
static void write_name(const struct out *o, int node)
{
	const struct node *n = &o->p->x->node[node];
	uint32_t base, size;
	const char *at = strchr(n->name, '@');

	if (o->p->node[node].labelled)
		fprintf(o->f, "%s: ", n->label);
	if (at && is_moved(o->p, node, &base, &size))
		fprintf(o->f, "%.*s-%s {\n", (int)(at - n->name), n->name, at + 1);
	else
		fprintf(o->f, "%s {\n", n->name);
}

static void tell_absent_child(const struct out *o, int node)
{
	const struct node *n = &o->p->x->node[node];
	uint8_t above = o->p->node[n->parent].kind;
	const char *why = o->p->node[node].excepted ? "was excepted" :
			  n->enabled                ? NULL :
						      "is disabled on the host";
	char *text;

	if (!why || (above != KIND_GIVE && above != KIND_INSIDE))
		return;
	text = format("%s: %s", n->path, why);
	out_note(o->left, text);
	free(text);
}

static void tell_why(const struct out *o, int node)
{
	const struct state *s = &o->p->node[node];
	char *text;

	if (s->kind != KIND_GIVE || s->from < 0)
		return;
	text = format("given because of %s of %s; whoever has it has it for all that use it",
		      s->prop, o->p->x->node[s->from].path);
	out_node_note(o, node, text);
	free(text);
}

static void write_node(const struct out *o, int node, unsigned depth)
{
	const struct node *n = &o->p->x->node[node];

	out_check_name(o->p, n->path, n->name, true);
	tell_why(o, node);
	fputc('\n', o->f);
	out_indent(o, depth);
	write_name(o, node);
	write_props(o, node, depth + 1);
	if (o->p->node[node].pinned) {
		out_indent(o, depth + 1);
		fprintf(o->f, "phandle = <%u>;\n", n->phandle);
	}
	write_backing(o, node, depth + 1);
	for (int c = node + 1; c < n->end; c = o->p->x->node[c].end)
		if (plan_has(o->p, c) && !by_hand(o->p, c))
			write_node(o, c, depth + 1);
		else
			tell_absent_child(o, c);
	out_indent(o, depth);
	fputs("};\n", o->f);
}

/* --- what has to be known before --------------------------------------------------------------- */

/* Of all properties of one name, only the first. */
static bool warned(const struct plan *p, const struct prop *prop)
{
	for (const struct prop *q = p->x->props; q < prop; q++)
		if (q->doubtful && !strcmp(q->name, prop->name))
			return true;
	return false;
}

static void warn_unknown(struct plan *p, int node, struct prop *prop)
{
	bool say = !p->quiet && !warned(p, prop);

	for (unsigned i = 0; i < (unsigned)prop->len / 4; i++) {
		int target = index_phandle(p->x, prop_cell(prop, i));

		if (target < 0)
			continue;
		p->node[target].pinned |= plan_has(p, target);
		if (say)
			fprintf(stderr,
				"dtpart: warning: %s: %s: cell %u is %u, the phandle of %s%s; if it"
				" refers to that, dtpart does not know\n",
				p->x->node[node].path, prop->name, i, prop_cell(prop, i),
				p->x->node[target].path,
				plan_has(p, target) ? "" : ", which the guest has not");
		prop->doubtful = true;
	}
}

/* Which nodes need a label, and which have to keep their phandle. */
static void mark(struct plan *p, int node)
{
	const struct node *n = &p->x->node[node];

	for (unsigned i = 0; i < n->nr_props; i++) {
		struct prop *prop = &p->x->props[n->first + i];
		char *why;
		bool keeps = plan_keeps(p, node, prop, &why);

		free(why);
		if (!keeps)
			continue;
		for (unsigned k = 0; k < prop->nr_refs; k++) {
			const struct ref *r = &p->x->refs[prop->first + k];

			if (4 * r->cell < plan_length(p, prop))
				p->node[plan_target(p, prop, r)].labelled = true;
		}
		if (prop->unknown && !out_is_strings(prop->value, prop->len) &&
		    !plan_is_number(prop->name))
			warn_unknown(p, node, prop);
	}
}

static void write_refused(const struct out *o)
{
	bool first = true;

	for (int n = 0; n < o->p->x->n; n++) {
		if (!o->p->node[n].left)
			continue;
		if (first)
			fputs(" *\n * What could not be given:\n", o->notes);
		first = false;
		out_node_note(o, n, o->p->node[n].left);
	}
}

static void write_tree(const struct out *o)
{
	struct plan *p = o->p;

	fputs("/dts-v1/;\n\n/ {\n", o->f);
	write_props(o, 0, 1);
	out_chosen(o);
	out_aliases(o);
	out_memory(o);
	for (int n = 1; n < p->x->n; n = p->x->node[n].end)
		if (plan_has(p, n) && !by_hand(p, n))
			write_node(o, n, 1);
	fputs("};\n", o->f);
}

static void write_head(const struct out *o, FILE *f, const char *notes, const char *left)
{
	const char *file = o->p->x->tree->file;

	fprintf(f,
		"// SPDX-License-Identifier: Apache-2.0\n/*\n * A guest with %u MiB, derived from ",
		o->p->want->ram[0].size >> 20);
	out_clean(f, file, strlen(file));
	fprintf(f, ".\n%s%s", *left ? " *\n * Left out:\n" : "", left);
	fprintf(f, "%s%s */\n", *notes && strncmp(notes, " *\n", 3) ? " *\n" : "", notes);
}

static FILE *open_text(char **text, size_t *size)
{
	FILE *f = open_memstream(text, size);

	if (!f)
		die("out of memory");
	return f;
}

void plan_write(struct plan *p)
{
	char *tree, *notes, *left;
	size_t size;
	struct out o = { p, open_text(&tree, &size), open_text(&notes, &size),
			 open_text(&left, &size) };
	FILE *f;

	free(p->dts);
	for (int n = 0; n < p->x->n; n++)
		if (plan_has(p, n))
			mark(p, n);
	write_tree(&o);
	write_refused(&o);
	fclose(o.f);
	fclose(o.notes);
	fclose(o.left);
	f = open_text(&p->dts, &p->dts_size);
	write_head(&o, f, notes, left);
	fputs(tree, f);
	fclose(f);
	free(tree);
	free(notes);
	free(left);
}
