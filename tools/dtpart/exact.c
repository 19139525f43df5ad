/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where dtc saw phandles: in /__local_fixups__ of a .dtb that has it (plugins), and of a
 * .dts in dtc's YAML, which marks them.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "index.h"

#define DEPTH_MAX 64

static void add(struct tree *t, const char *path, const char *prop, unsigned cell)
{
	struct exact *e;

	if (!(t->nr_exact & (t->nr_exact - 1)))
		t->exact = realloc(t->exact, (t->nr_exact ? 2 * t->nr_exact : 1) * sizeof(*e));
	if (!t->exact)
		die("out of memory");
	e = &t->exact[t->nr_exact++];
	*e = (struct exact){ xstrdup(path), xstrdup(prop), cell };
}

/* --- YAML --------------------------------------------------------------------------------- */

/* "    name: [[0x1, !phandle 0x2], [0x3]]": which of the numbers are marked. */
static void read_values(struct tree *t, const char *path, const char *prop, const char *s)
{
	static const char mark[] = "!phandle ";
	const char *begin = s;
	unsigned cell = 0;

	if (strstr(s, "!u8") || strstr(s, "!u16") || strstr(s, "!u64") || strchr(s, '"'))
		return; /* no cells, or mixed with what is none */
	for (; (s = strstr(s, "0x")); s += 2) {
		size_t n = sizeof(mark) - 1;

		if (s - begin >= (long)n && !strncmp(s - n, mark, n))
			add(t, path, prop, cell);
		cell++;
	}
}

/* Long values go on in the next line.  Makes one line of them, and returns the one behind. */
static char *join_line(char *s)
{
	const char *begin = s;
	bool quoted = false;
	int depth = 0;

	for (; *s; s++) {
		if (*s == '"' && (s == begin || s[-1] != '\\'))
			quoted = !quoted;
		if (!quoted)
			depth += (*s == '[') - (*s == ']');
		if (*s != '\n')
			continue;
		if (!quoted && depth <= 0) {
			*s = '\0';
			return s + 1;
		}
		*s = ' ';
	}
	return s;
}

/* A line of dtc's: two blanks of indentation for each level, "name:" alone opens a node. */
static void read_line(struct tree *t, char (*names)[256], char *line)
{
	size_t blanks = strspn(line, " ");
	unsigned depth = (unsigned)blanks / 2;
	char path[4096] = "", *colon, *name = line + blanks;

	if (!strncmp(name, "- ", 2)) {
		name += 2;
		depth++;
	}
	colon = strstr(name, ": ");
	if (!colon && name[0] && name[strlen(name) - 1] == ':')
		colon = name + strlen(name) - 1;
	if (!colon || !depth || depth >= DEPTH_MAX)
		return;
	*colon = '\0';
	if (name[0] == '"' || name[0] == '\'') {
		name++;
		name[strcspn(name, "\"'")] = '\0';
	}
	for (unsigned i = 1; i < depth; i++)
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "/%s", names[i]);
	snprintf(names[depth], sizeof(names[0]), "%s", name);
	if (strstr(colon + 1, "!phandle "))
		read_values(t, path[0] ? path : "/", name, colon + 1);
}

void exact_from_yaml(struct tree *t, char *yaml)
{
	char(*names)[256] = xalloc(DEPTH_MAX * 256);

	for (char *line = yaml, *next; *line; line = next) {
		next = join_line(line);
		read_line(t, names, line);
	}
	free(names);
	t->is_exact = true;
}

/* --- /__local_fixups__ -------------------------------------------------------------------- */

static void read_fixups(struct tree *t, int node, const char *path)
{
	int prop, child;

	fdt_for_each_property_offset(prop, t->fdt, node) {
		const char *name = NULL;
		int len;
		const fdt32_t *v = fdt_getprop_by_offset(t->fdt, prop, &name, &len);

		for (int i = 0; v && name && i < len / 4; i++)
			if (fdt32_ld(v + i) % 4 == 0)
				add(t, path[0] ? path : "/", name, fdt32_ld(v + i) / 4);
	}
	fdt_for_each_subnode(child, t->fdt, node) {
		char below[4096];

		if (snprintf(below, sizeof(below), "%s/%s", path,
			     fdt_get_name(t->fdt, child, NULL)) < (int)sizeof(below))
			read_fixups(t, child, below);
	}
}

void exact_from_fixups(struct tree *t)
{
	int node = fdt_path_offset(t->fdt, "/__local_fixups__");

	if (node < 0)
		return;
	read_fixups(t, node, "");
	t->is_exact = true;
}

/* --- lookups ------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	const struct exact *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (!order)
		order = strcmp(x->prop, y->prop);
	return order ? order : x->cell < y->cell ? -1 : x->cell > y->cell;
}

void exact_sort(struct tree *t)
{
	if (t->nr_exact)
		qsort(t->exact, t->nr_exact, sizeof(*t->exact), compare);
}

bool exact_known(const struct tree *t) { return t->is_exact; }

unsigned exact_cells(const struct tree *t, const char *path, const char *prop, unsigned *cell,
		     unsigned max)
{
	struct exact key = { (char *)path, (char *)prop, 0 };
	unsigned low = 0, high = t->nr_exact, n = 0;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (compare(&t->exact[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < t->nr_exact && n < max; low++) {
		const struct exact *e = &t->exact[low];

		if (strcmp(e->path, path) || strcmp(e->prop, prop))
			break;
		if (!n || cell[n - 1] != e->cell)
			cell[n++] = e->cell;
	}
	return n;
}
