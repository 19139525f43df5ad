/* SPDX-License-Identifier: Apache-2.0 */
/* dtpart: the partition checker as a program of the host. */
#ifndef TOOLS_DTPART_H
#define TOOLS_DTPART_H

#include <stdio.h>

#include <espalier/partition.h>

/* --- input.c ---------------------------------------------------------------------------- */

/* Where a node or property of a .dts stands. */
struct line {
	char *path, *prop; /* prop NULL: the node itself */
	char *file;
	unsigned line;
};

/* A cell of which dtc says that it is a phandle. */
struct exact {
	char *path, *prop;
	unsigned cell;
};

struct tree {
	const char *file;
	void *fdt;
	uint32_t size;
	struct line *lines;
	unsigned nr_lines;
	struct exact *exact; /* sorted */
	unsigned nr_exact;
	bool is_exact; /* there are no phandles but those */
};

/* Reads a .dtb, or compiles a .dts.  Ends the program if it cannot be read. */
void tree_read(struct tree *t, const char *file);
/* Compiles text that this program wrote. */
void tree_compile(struct tree *t, const char *dts, size_t size);
void tree_free(struct tree *t);
/* Of the property, or else the node, or else NULL. */
const struct line *tree_line(const struct tree *t, const char *path, const char *prop);

/* exact.c: what dtc knows of phandles, from its YAML, which is changed, or from the tree. */
void exact_from_yaml(struct tree *t, char *yaml);
void exact_from_fixups(struct tree *t);
void exact_sort(struct tree *t);

/* Prints to stderr and exits with status 2. */
__noreturn void die(const char *fmt, ...) __printf(1, 2);
void *xalloc(size_t n);
char *xstrdup(const char *s);

/* --- host.c ------------------------------------------------------------------------------- */

/* What the rules ask of the host, answered from its tree. */
struct part_host *host_from(const void *fdt);
/*
 * Does its tree say how much RAM there is?  Boot loaders fill that in; without it, it is
 * taken for enough.
 */
bool host_tells_ram(void);
/* Files of the disk image are looked for below this directory. */
void host_set_root(struct part_host *h, const char *dir);

/* --- report.c ----------------------------------------------------------------------------- */

struct report {
	bool json;
	unsigned n;
	const struct tree *trees; /* of guests, in order */
	unsigned nr_trees;
};

void report_finding(void *arg, const struct part_finding *f);
void print_json_string(const char *s);

/* --- the commands: exit status 0, 1 for errors in the partition ------------------------ */

struct args {
	bool json, svg, markdown, allow_dma, domains;
	const char *root;   /* --root DIR */
	const char *memory; /* --memory 128M */
	const char *kernel; /* --kernel PATH */
	const char *initrd; /* --initrd PATH */
	const char *cpus;   /* --cpus N */
	const char *out;    /* --out DIR */
	const char **give, **except;
	unsigned nr_give, nr_except;
	bool all; /* --except was used */
	struct tree host;
	struct tree *trees; /* of guests */
	struct part_guest *guests;
	unsigned nr_guests;
	const char *what; /* of who-owns and explain */
};

int cmd_map(struct args *a, struct partition *p);
int cmd_derive(struct args *a, struct partition *p);
int cmd_explain(const struct args *a);
void map_svg(const struct partition *p);

#endif
