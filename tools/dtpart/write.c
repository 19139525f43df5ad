/* SPDX-License-Identifier: Apache-2.0 */
/* A derived tree as DTS: labels instead of phandles, numbers as people write them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "derive.h"

#define LABEL_MAX 64

static void indent(unsigned depth)
{
	while (depth--)
		putchar('\t');
}

/* --- labels ----------------------------------------------------------------------------- */

/* The label of the source if dtc kept it (-@), or one made of the name. */
static void label_of(const struct derive *d, int node, char *label)
{
	int symbols = fdt_path_offset(d->host, "/__symbols__"), prop;
	char path[DT_PATH_MAX];
	const char *name = fdt_get_name(d->host, node, NULL);
	unsigned n = 0;

	dt_path(d->host, node, path, sizeof(path));
	fdt_for_each_property_offset(prop, d->host, symbols) {
		const char *key = NULL, *value;

		value = fdt_getprop_by_offset(d->host, prop, &key, NULL);
		if (value && key && !strcmp(value, path)) {
			snprintf(label, LABEL_MAX, "%s", key);
			return;
		}
	}
	if (isdigit((unsigned char)name[0]))
		label[n++] = '_';
	for (; *name && n < LABEL_MAX - 1; name++)
		label[n++] = isalnum((unsigned char)*name) ? *name : '_';
	label[n] = '\0';
}

/* Does anything that is written refer to the node? */
static bool referred_to(const struct derive *d, int node)
{
	uint32_t want = fdt_get_phandle(d->host, node), phandle, args;
	int prop;

	for (int n = 0; want && n >= 0; n = fdt_next_node(d->host, n, NULL)) {
		if (d->kind[n] == KIND_NONE)
			continue;
		fdt_for_each_property_offset(prop, d->host, n) {
			const char *name = NULL;
			struct part_ref ref;

			fdt_getprop_by_offset(d->host, prop, &name, NULL);
			if (!name || !part_ref(name, &ref))
				continue;
			for (unsigned i = 0; !dt_u32(d->host, n, name, i, &phandle);
			     i += 1 + args) {
				int target = dt_by_phandle(d->host, phandle);

				args = 0;
				if (phandle == want)
					return true;
				if (ref.cells && target >= 0)
					dt_u32(d->host, target, ref.cells, 0, &args);
			}
		}
	}
	return false;
}

/* --- properties --------------------------------------------------------------------------- */

static bool is_strings(const char *v, int len)
{
	if (len < 2 || v[len - 1])
		return false;
	for (int i = 0; i < len; i++)
		if ((!v[i] && (!i || !v[i - 1])) || (v[i] && !isprint((unsigned char)v[i])))
			return false;
	return true;
}

static void write_strings(const char *v, int len)
{
	for (int i = 0; i < len; i += (int)strlen(v + i) + 1) {
		printf("%s\"", i ? ", " : "");
		for (const char *s = v + i; *s; s++)
			printf(strchr("\"\\", *s) ? "\\%c" : "%c", *s);
		printf("\"");
	}
}

static void write_cell(const char *name, uint32_t v)
{
	static const char *const hex[] = { "reg", "ranges", "dma-ranges", NULL };
	bool as_hex = v > 0xff && v % 1000;

	for (unsigned i = 0; hex[i]; i++)
		as_hex |= !strcmp(name, hex[i]);
	printf(as_hex && v ? "0x%x" : "%u", v);
}

/* <&label 1>, <&other>; false if something that is not needed is not written. */
static bool write_refs(const struct derive *d, int node, const char *name,
		       const struct part_ref *ref, bool dry)
{
	uint32_t phandle, args, v;
	char label[LABEL_MAX];

	for (unsigned i = 0; !dt_u32(d->host, node, name, i, &phandle); i += 1 + args) {
		int target = phandle ? dt_by_phandle(d->host, phandle) : -1;

		args = 0;
		if (target < 0 || d->kind[target] == KIND_NONE)
			return false;
		if (ref->cells)
			dt_u32(d->host, target, ref->cells, 0, &args);
		if (dry)
			continue;
		label_of(d, target, label);
		printf("%s<&%s", i ? ", " : "", label);
		for (unsigned k = 0; k < args; k++)
			if (!dt_u32(d->host, node, name, i + 1 + k, &v))
				printf(" %u", v);
		printf(">");
	}
	return true;
}

/* Cells of one entry, which stand in brackets of their own; 0: all together. */
static int group(const struct derive *d, int node, const char *name, int len)
{
	int parent = dt_parent(d->host, node), n = 0;

	if (!strcmp(name, "reg") && parent >= 0)
		n = fdt_address_cells(d->host, parent) + fdt_size_cells(d->host, parent);
	else if (!strcmp(name, "interrupts"))
		n = 3; /* of the GIC, which is what most lead to */
	return n > 0 && len % (4 * n) == 0 ? n : 0;
}

static void write_value(const struct derive *d, int node, const char *name, const char *v, int len)
{
	int n = group(d, node, name, len);
	fdt32_t cell;

	if (is_strings(v, len)) {
		write_strings(v, len);
		return;
	}
	printf(len % 4 ? "[" : "<");
	for (int i = 0; i < len; i += len % 4 ? 1 : 4) {
		if (i)
			printf(n && i / 4 % n == 0 ? ">, <" : " ");
		if (len % 4) {
			printf("%02x", (unsigned char)v[i]);
			continue;
		}
		memcpy(&cell, v + i, sizeof(cell));
		write_cell(name, fdt32_to_cpu(cell));
	}
	printf(len % 4 ? "]" : ">");
}

static void write_prop(const struct derive *d, int node, const char *name, unsigned depth)
{
	static const char *const left[] = { "phandle", "linux,phandle", "status",
					    "espalier,hand-over", NULL };
	struct part_ref ref;
	int len;
	const char *v = fdt_getprop(d->host, node, name, &len);

	for (unsigned i = 0; left[i]; i++)
		if (!strcmp(name, left[i]))
			return;
	if (part_ref(name, &ref) && !write_refs(d, node, name, &ref, true))
		return;
	indent(depth);
	printf("%s", name);
	if (part_ref(name, &ref)) {
		printf(" = ");
		write_refs(d, node, name, &ref, false);
	} else if (len) {
		printf(" = ");
		write_value(d, node, name, v, len);
	}
	printf(";\n");
}

/* --- nodes ------------------------------------------------------------------------------- */

static void write_node(const struct derive *d, int node, unsigned depth)
{
	const char *name = fdt_get_name(d->host, node, NULL);
	char label[LABEL_MAX];
	int prop, child;

	putchar('\n');
	indent(depth);
	if (referred_to(d, node)) {
		label_of(d, node, label);
		printf("%s: ", label);
	}
	printf("%s {\n", name);
	fdt_for_each_property_offset(prop, d->host, node) {
		const char *key = NULL;

		if (fdt_getprop_by_offset(d->host, prop, &key, NULL) && key)
			write_prop(d, node, key, depth + 1);
	}
	if (d->kind[node] == KIND_GIVE) {
		indent(depth + 1);
		printf("espalier,backing = \"passthrough\";\n");
	}
	fdt_for_each_subnode(child, d->host, node)
		if (d->kind[child] != KIND_NONE)
			write_node(d, child, depth + 1);
	indent(depth);
	printf("};\n");
}

/* --- /chosen, /aliases, memory ------------------------------------------------------------- */

/* Aliases of what is written; serial lines first, as stdout-path wants one. */
static void write_aliases(const struct derive *d)
{
	int aliases = fdt_path_offset(d->host, "/aliases"), prop;
	bool open = false;

	fdt_for_each_property_offset(prop, d->host, aliases) {
		const char *name = NULL, *path;
		int node;

		path = fdt_getprop_by_offset(d->host, prop, &name, NULL);
		node = path && name && path[0] == '/' ? fdt_path_offset(d->host, path) : -1;
		if (node < 0 || d->kind[node] == KIND_NONE)
			continue;
		if (!open)
			printf("\n\taliases {\n");
		open = true;
		printf("\t\t%s = \"%s\";\n", name, path);
	}
	if (open)
		printf("\t};\n");
}

/* The console: the host's if it is emulated, or the first line that is there. */
static void write_chosen(const struct derive *d)
{
	static const char *const lines[] = { "arm,pl011", NULL };
	int console = dt_stdout(d->host);
	char path[DT_PATH_MAX];

	if (console >= 0 && d->kind[console] == KIND_NONE)
		console = -1;
	for (int n = 0; console < 0 && n >= 0; n = fdt_next_node(d->host, n, NULL))
		if (d->kind[n] != KIND_NONE && dt_match(d->host, n, lines))
			console = n;
	printf("\n\tchosen {\n");
	if (console >= 0 && !dt_path(d->host, console, path, sizeof(path)))
		printf("\t\tstdout-path = \"%s\";\n", path);
	printf("\t\tbootargs = \"console=ttyAMA0\";\n");
	printf("\t\tespalier,kernel = \"%s\";\n", d->a->kernel ? d->a->kernel : "/kernel");
	if (d->a->initrd)
		printf("\t\tespalier,initrd = \"%s\";\n", d->a->initrd);
	printf("\t};\n");
}

static void write_memory(const struct derive *d)
{
	const char *zero = fdt_address_cells(d->host, 0) == 2 ? "0 " : "";
	const char *size_zero = fdt_size_cells(d->host, 0) == 2 ? "0 " : "";

	printf("\n\tmemory@%x {\n\t\tdevice_type = \"memory\";\n", d->ram_base);
	printf("\t\treg = <%s0x%08x %s0x%08x>;\n\t};\n", zero, d->ram_base, size_zero, d->ram_size);
}

static bool by_hand(const struct derive *d, int node)
{
	static const char *const names[] = { "chosen", "aliases", "__symbols__", NULL };
	const char *type = dt_str(d->host, node, "device_type");

	for (unsigned i = 0; names[i]; i++)
		if (!strcmp(fdt_get_name(d->host, node, NULL), names[i]))
			return true;
	return type && !strcmp(type, "memory");
}

static void write_left(const struct derive *d)
{
	char path[DT_PATH_MAX];
	bool first = true;

	for (int n = 0; n >= 0; n = fdt_next_node(d->host, n, NULL)) {
		if (!d->left[n] || dt_path(d->host, n, path, sizeof(path)))
			continue;
		printf("%s * %s:\n", first ? " *\n * What could not be given:\n" : "", path);
		for (const char *s = d->left[n]; *s;) {
			size_t k = strlen(s);

			for (k = MIN(k, 84); s[k] && k && s[k] != ' '; k--)
				;
			k = k ? k : strlen(s);
			printf(" *     %.*s\n", (int)k, s);
			s += k + (s[k] == ' ');
		}
		first = false;
	}
}

void derive_write(struct derive *d)
{
	int prop, child;

	printf("// SPDX-License-Identifier: Apache-2.0\n/*\n * A guest with %u MiB, derived from "
	       "%s.\n",
	       d->ram_size >> 20, d->a->host.file);
	write_left(d);
	printf(" */\n/dts-v1/;\n\n/ {\n");
	fdt_for_each_property_offset(prop, d->host, 0) {
		const char *key = NULL;

		if (fdt_getprop_by_offset(d->host, prop, &key, NULL) && key)
			write_prop(d, 0, key, 1);
	}
	write_chosen(d);
	write_aliases(d);
	write_memory(d);
	fdt_for_each_subnode(child, d->host, 0)
		if (d->kind[child] != KIND_NONE && !by_hand(d, child))
			write_node(d, child, 1);
	printf("};\n");
}
