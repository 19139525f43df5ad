/* SPDX-License-Identifier: Apache-2.0 */
/* devtree: the host's device tree, and those of guests */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include "shell_int.h"

#define DEPTH_MAX 16 /* of a tree that is printed; each level takes stack */

/* --- a property as dtc would write it ------------------------------------------------ */

/* NUL-terminated strings, none of them empty, of printable characters. */
static bool is_strings(const char *v, int len)
{
	if (len == 0 || v[len - 1] != '\0')
		return false;
	for (int i = 0; i < len; i++) {
		if (v[i] == '\0' && (i == 0 || v[i - 1] == '\0'))
			return false;
		if (v[i] != '\0' && (v[i] < ' ' || v[i] > '~'))
			return false;
	}
	return true;
}

static void print_strings(const char *v, int len)
{
	for (int i = 0; i < len; i += strlen(v + i) + 1) {
		shell_printf("%s\"", i ? ", " : "");
		for (const char *c = v + i; *c; c++)
			shell_printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
		shell_printf("\"");
	}
}

static void print_value(const char *v, int len)
{
	bool cells = len % 4 == 0;

	if (is_strings(v, len)) {
		print_strings(v, len);
		return;
	}
	shell_printf(cells ? "<" : "[");
	for (int i = 0; i < len; i += cells ? 4 : 1) {
		fdt32_t cell;

		if (cells) {
			memcpy(&cell, v + i, sizeof(cell));
			shell_printf("%s0x%x", i ? " " : "", (unsigned)fdt32_to_cpu(cell));
		} else {
			shell_printf("%s%02x", i ? " " : "", (unsigned char)v[i]);
		}
	}
	shell_printf(cells ? ">" : "]");
}

static void print_prop(const char *name, const char *v, int len)
{
	shell_printf("%s", name);
	if (len > 0) {
		shell_printf(" = ");
		print_value(v, len);
	}
	shell_printf(";\n");
}

/* --- nodes ------------------------------------------------------------------------------ */

static void cmd_devtree_indent(unsigned depth) { shell_printf("%*s", 4 * (int)depth, ""); }

static void print_props(const void *fdt, int node, unsigned depth)
{
	int prop;

	fdt_for_each_property_offset(prop, fdt, node) {
		const char *name;
		int len;
		const void *v = fdt_getprop_by_offset(fdt, prop, &name, &len);

		if (!v)
			continue;
		cmd_devtree_indent(depth);
		print_prop(name, v, len);
	}
}

/* 0 or -EINTR. */
static int print_node(const void *fdt, int node, unsigned depth)
{
	const char *name = fdt_get_name(fdt, node, NULL);
	int child;

	if (shell_interrupted())
		return -EINTR;
	cmd_devtree_indent(depth);
	shell_printf("%s {\n", name && *name ? name : "/");
	print_props(fdt, node, depth + 1);
	fdt_for_each_subnode(child, fdt, node) {
		if (depth + 1 == DEPTH_MAX) {
			cmd_devtree_indent(depth + 1);
			shell_printf("/* deeper nodes are left out */\n");
			break;
		}
		if (print_node(fdt, child, depth + 1))
			return -EINTR;
	}
	cmd_devtree_indent(depth);
	shell_printf("};\n");
	return 0;
}

/* Offset of the node that "[guest:]/path" names, or a negative errno, reported. */
static int find_node(const char *word, const void **fdt)
{
	const char *path = shell_tree(word, fdt);
	int node;

	if (!path) {
		shell_printf("%s: no such tree\n", word);
		return -ENOENT;
	}
	node = fdt_path_offset(*fdt, *path ? path : "/");
	if (node < 0) {
		shell_printf("%s: no such node (%s)\n", word, fdt_strerror(node));
		return -ENOENT;
	}
	return node;
}

static int devtree_print(int argc, char **argv)
{
	const void *fdt;
	int node = find_node(argc ? argv[0] : "/", &fdt);

	if (node < 0)
		return node;
	return print_node(fdt, node, 0);
}

static int devtree_ls(int argc, char **argv)
{
	const void *fdt;
	int node = find_node(argc ? argv[0] : "/", &fdt);
	int child, prop;

	if (node < 0)
		return node;
	fdt_for_each_property_offset(prop, fdt, node) {
		const char *name;

		if (fdt_getprop_by_offset(fdt, prop, &name, NULL))
			shell_printf("%s\n", name);
	}
	fdt_for_each_subnode(child, fdt, node)
		shell_printf("%s/\n", fdt_get_name(fdt, child, NULL));
	return 0;
}

static int devtree_get(int argc, char **argv)
{
	const void *fdt, *v;
	int node = find_node(argv[0], &fdt);
	int len;

	if (node < 0)
		return node;
	v = fdt_getprop(fdt, node, argv[1], &len);
	if (!v) {
		shell_printf("%s: no property \"%s\"\n", argv[0], argv[1]);
		return -ENOENT;
	}
	print_prop(argv[1], v, len);
	return 0;
}

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "print", "[[<guest>:]<path>]", "print a node and all below it", 0, 1, { ARG_DT_PATH },
	  devtree_print },
	{ "ls", "[[<guest>:]<path>]", "list properties and subnodes of a node", 0, 1,
	  { ARG_DT_PATH }, devtree_ls },
	{ "get", "[<guest>:]<path> <property>", "print one property", 2, 2,
	  { ARG_DT_PATH, ARG_DT_PROP }, devtree_get },
};
/* clang-format on */
SHELL_CMD(devtree, "devtree", "the host's device tree, and those of guests", subs);
