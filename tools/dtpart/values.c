/* SPDX-License-Identifier: Apache-2.0 */
/* Names, notes and values of a DTS. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "out.h"

void out_indent(const struct out *o, unsigned depth)
{
	while (depth--)
		fputc('\t', o->f);
}

/* --- names and notes --------------------------------------------------------------------- */

void out_check_name(const struct plan *p, const char *path, const char *name, bool node)
{
	for (const char *s = name; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(node ? ",._+-@" : ",._+*#?-", *s))
			die("%s: %s: the name of a %s has a character that a DTS cannot have",
			    p->x->tree->file, path, node ? "node" : "property");
	if (!*name)
		die("%s: %s: a name is empty", p->x->tree->file, path);
}

void out_clean(FILE *f, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool ends = i && s[i] == '/' && s[i - 1] == '*';

		fputc(isprint((unsigned char)s[i]) && !ends ? s[i] : '?', f);
	}
}

void out_note(FILE *f, const char *text)
{
	while (*text) {
		size_t n = strlen(text), k;

		for (k = MIN(n, 84); text[k] && k && text[k] != ' '; k--)
			;
		k = k ? k : n;
		fputs(" *     ", f);
		out_clean(f, text, k);
		fputc('\n', f);
		text += k + (text[k] == ' ');
	}
}

void out_node_note(const struct out *o, int node, const char *text)
{
	const char *path = o->p->x->node[node].path;

	fputs(" * ", o->notes);
	out_clean(o->notes, path, strlen(path));
	fputs(":\n", o->notes);
	out_note(o->notes, text);
}

/* --- values ------------------------------------------------------------------------------- */

bool out_is_strings(const char *v, int len)
{
	if (len < 2 || v[len - 1])
		return false;
	for (int i = 0; i < len; i++)
		if ((!v[i] && (!i || !v[i - 1])) || (v[i] && !isprint((unsigned char)v[i])))
			return false;
	return true;
}

static void write_strings(const struct out *o, const char *v, int len)
{
	for (int i = 0; i < len; i += (int)strlen(v + i) + 1) {
		fputs(i ? ", \"" : "\"", o->f);
		for (const char *s = v + i; *s; s++)
			fprintf(o->f, strchr("\"\\", *s) ? "\\%c" : "%c", *s);
		fputc('"', o->f);
	}
}

static void write_bytes(const struct out *o, const char *v, int len)
{
	fputc('[', o->f);
	for (int i = 0; i < len; i++)
		fprintf(o->f, i ? " %02x" : "%02x", (unsigned char)v[i]);
	fputc(']', o->f);
}

static void write_number(const struct out *o, const char *name, uint32_t v)
{
	static const char *const hex[] = { "reg", "ranges", "dma-ranges", NULL };
	bool as_hex = v > 0xff && v % 1000;

	for (unsigned i = 0; hex[i]; i++)
		as_hex |= !strcmp(name, hex[i]);
	fprintf(o->f, as_hex && v ? "0x%x" : "%u", v);
}

/* Cells of one entry, which stand in brackets of their own; 0: all together. */
static unsigned entry_cells(const struct plan *p, int node, const struct prop *prop)
{
	int parent = p->x->node[node].parent, n = 0;

	if (!strcmp(prop->name, "reg") && parent >= 0)
		n = fdt_address_cells(p->x->fdt, p->x->node[parent].offset) +
		    fdt_size_cells(p->x->fdt, p->x->node[parent].offset);
	else if (!strcmp(prop->name, "interrupts"))
		n = 3; /* of the GIC, which is what most lead to */
	return n > 0 && prop->len % (4 * n) == 0 ? (unsigned)n : 0;
}

/* Does an entry begin with that cell? */
static bool begins_entry(const struct plan *p, const struct prop *prop, unsigned n, unsigned cell)
{
	const struct ref *r = &p->x->refs[prop->first];

	if (!prop->nr_refs)
		return n && cell % n == 0;
	for (unsigned i = 0; i < prop->nr_refs; i++)
		if (r[i].cell == cell + r[0].cell)
			return true;
	return false;
}

static const struct ref *ref_at(const struct plan *p, const struct prop *prop, unsigned cell)
{
	for (unsigned i = 0; i < prop->nr_refs; i++)
		if (p->x->refs[prop->first + i].cell == cell)
			return &p->x->refs[prop->first + i];
	return NULL;
}

static void write_cells(const struct out *o, int node, const struct prop *prop)
{
	unsigned n = entry_cells(o->p, node, prop);

	fputc('<', o->f);
	for (unsigned i = 0; i < plan_length(o->p, prop) / 4; i++) {
		const struct ref *r = ref_at(o->p, prop, i);

		if (i)
			fputs(begins_entry(o->p, prop, n, i) ? ">, <" : " ", o->f);
		if (r)
			fprintf(o->f, "&%s", o->p->x->node[plan_target(o->p, prop, r)].label);
		else
			write_number(o, prop->name, prop_cell(prop, i));
	}
	fputc('>', o->f);
}

void out_value(const struct out *o, int node, const struct prop *prop)
{
	if (!prop->nr_refs && out_is_strings(prop->value, prop->len))
		write_strings(o, prop->value, prop->len);
	else if (prop->len % 4)
		write_bytes(o, prop->value, prop->len);
	else
		write_cells(o, node, prop);
}
