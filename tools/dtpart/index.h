/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree with its nodes numbered in order: parents, paths, labels and what each
 * property refers to, looked up once.
 */
#ifndef TOOLS_DTPART_INDEX_H
#define TOOLS_DTPART_INDEX_H

#include <espalier/dt_refs.h>

#include "dtpart.h"

#define LABEL_MAX 64

/* A cell of a property that is the phandle of a node. */
struct ref {
	unsigned cell;
	int target;                /* number of the node, or negative: no such node */
	const struct dt_ref *kind; /* NULL: of no known binding; dtc said that it is one */
};

struct prop {
	const char *name;
	const char *value;
	int len;
	unsigned first, nr_refs; /* of struct index's refs */
	bool unknown;            /* its binding is not known: some of its cells may be phandles */
	bool doubtful;           /* one of them equals a phandle */
};

struct node {
	int offset, parent; /* in the FDT; number, negative for the root's */
	int end;            /* number after the last one below it */
	unsigned depth;
	const char *name;
	char *path;
	uint32_t phandle; /* 0: none */
	char label[LABEL_MAX];
	unsigned first, nr_props; /* of struct index's props */
	bool enabled;             /* and all above it */
	bool mapped;              /* has `reg`, and all above it `ranges` */
	bool registers;           /* `reg` begins with an address of the CPU */
	bool bus;                 /* has `ranges` and devices below */
	bool special;             /* /cpus, /memory, /chosen and the like, or below such a one */
};

struct index {
	const struct tree *tree;
	const void *fdt;
	struct node *node;
	int n;
	struct prop *props;
	unsigned nr_props;
	struct ref *refs;
	unsigned nr_refs;
	int *by_phandle; /* numbers of nodes that have one, sorted by it */
	unsigned nr_phandles;
};

void index_build(struct index *x, const struct tree *t);
void index_free(struct index *x);

/* Number of a node, or -1. */
int index_at(const struct index *x, int offset);
int index_path(const struct index *x, const char *path);
int index_phandle(const struct index *x, uint32_t phandle);

/* Property of a node, or NULL. */
const struct prop *index_prop(const struct index *x, int node, const char *name);
/* Cell of a property as a number; the caller knows that there is one. */
uint32_t prop_cell(const struct prop *p, unsigned cell);

static inline bool index_has(const struct index *x, int node, const char *name)
{
	return index_prop(x, node, name) != NULL;
}

/* The device that a node is or lies in, or -1. */
int index_device(const struct index *x, int node);

/* labels.c: a label for each node, which no other has; those of the source if they are known. */
void index_label(struct index *x);

/* exact.c: where dtc itself saw phandles.  False if nobody knows. */
bool exact_known(const struct tree *t);
/* Cells of one property that are phandles, in cell[max]; returns how many. */
unsigned exact_cells(const struct tree *t, const char *path, const char *prop, unsigned *cell,
		     unsigned max);

#endif
