/* SPDX-License-Identifier: Apache-2.0 */
/* /chosen, /aliases and memory of a derived tree. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "out.h"

/* --- /chosen, /aliases, memory ------------------------------------------------------------- */

/* Aliases of what is written. */
void out_aliases(const struct out *o)
{
	const struct index *x = o->p->x;
	int aliases = index_path(x, "/aliases");
	bool open = false;

	for (unsigned i = 0; aliases >= 0 && i < x->node[aliases].nr_props; i++) {
		const struct prop *prop = &x->props[x->node[aliases].first + i];
		const char *path = out_is_strings(prop->value, prop->len) ? prop->value : "";
		int node = path[0] == '/' ? index_path(x, path) : -1;

		if (node < 0 || !plan_has(o->p, node))
			continue;
		out_check_name(o->p, "/aliases", prop->name, false);
		if (!open)
			fputs("\n\taliases {\n", o->f);
		open = true;
		fprintf(o->f, "\t\t%s = \"%s\";\n", prop->name, x->node[node].path);
	}
	if (open)
		fputs("\t};\n", o->f);
}

static bool is_line(const struct plan *p, int node)
{
	const char *name = p->x->node[node].name;

	return (p->node[node].kind == KIND_GIVE || p->node[node].kind == KIND_EMULATE) &&
	       (!strncmp(name, "serial", 6) || !strncmp(name, "uart", 4));
}

/* The console: the host's if the guest has it, or the first line that is there. */
static int console_of(const struct plan *p)
{
	int host = dt_stdout(p->x->fdt), node = host < 0 ? -1 : index_at(p->x, host);

	if (node >= 0 && plan_has(p, node) && is_line(p, node))
		return node;
	for (int n = 0; n < p->x->n; n++)
		if (is_line(p, n))
			return n;
	return -1;
}

/* Does a domain say it itself? */
static bool own_has(const struct out *o, const char *prop)
{
	return o->p->want->chosen >= 0 && index_has(o->p->x, o->p->want->chosen, prop);
}

static void write_console(const struct out *o)
{
	static const char *const pl011[] = { "arm,pl011", NULL };
	const struct index *x = o->p->x;
	int console = console_of(o->p);

	if (console < 0 || own_has(o, "stdout-path"))
		return;
	fprintf(o->f, "\t\tstdout-path = \"%s\";\n", x->node[console].path);
	if (dt_match(x->fdt, x->node[console].offset, pl011) && !own_has(o, "bootargs"))
		fputs("\t\tbootargs = \"console=ttyAMA0\";\n", o->f);
}

static void write_affinity(const struct out *o)
{
	uint32_t mask = o->p->want->affinity;

	if (!mask || own_has(o, "espalier,affinity"))
		return;
	fputs("\t\tespalier,affinity = <", o->f);
	for (unsigned i = 0, n = 0; i < 32; i++)
		if (mask >> i & 1)
			fprintf(o->f, n++ ? " %u" : "%u", i);
	fputs(">;\n", o->f);
}

/* Of a domain's own /chosen all that is there, but for ours, which options overrule. */
static void write_own_chosen(const struct out *o, int chosen)
{
	const struct node *n = &o->p->x->node[chosen];

	for (unsigned i = 0; i < n->nr_props; i++) {
		const struct prop *prop = &o->p->x->props[n->first + i];
		bool over = (o->p->want->kernel && !strcmp(prop->name, "espalier,kernel")) ||
			    (o->p->want->initrd && !strcmp(prop->name, "espalier,initrd"));

		out_check_name(o->p, n->path, prop->name, false);
		if (!over && strcmp(prop->name, "phandle"))
			out_prop(o, chosen, prop, 2);
	}
}

void out_chosen(const struct out *o)
{
	const struct want *w = o->p->want;
	int own = w->chosen;

	fputs("\n\tchosen {\n", o->f);
	if (own >= 0)
		write_own_chosen(o, own);
	write_console(o);
	if (w->kernel || !own_has(o, "espalier,kernel"))
		fprintf(o->f, "\t\tespalier,kernel = \"%s\";\n", w->kernel ? w->kernel : "/kernel");
	if (w->initrd)
		fprintf(o->f, "\t\tespalier,initrd = \"%s\";\n", w->initrd);
	write_affinity(o);
	fputs("\t};\n", o->f);
}

void out_memory(const struct out *o)
{
	const struct want *w = o->p->want;
	const char *zero = fdt_address_cells(o->p->x->fdt, 0) == 2 ? "0 " : "";
	const char *size_zero = fdt_size_cells(o->p->x->fdt, 0) == 2 ? "0 " : "";

	fprintf(o->f, "\n\tmemory@%x {\n\t\tdevice_type = \"memory\";\n\t\treg = ", w->ram[0].base);
	for (unsigned i = 0; i < w->nr_ram; i++)
		fprintf(o->f, "%s<%s0x%08x %s0x%08x>", i ? ", " : "", zero, w->ram[i].base,
			size_zero, w->ram[i].size);
	fputs(";\n\t};\n", o->f);
}
