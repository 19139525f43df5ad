/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the phandles are: a property is an array of cells, and only its binding says
 * which of them refer to nodes.  A table of Linux's bindings, and a walk along the
 * references of one property.  Pure; the tree passed fdt_check_full().
 */
#ifndef ESPALIER_DT_REFS_H
#define ESPALIER_DT_REFS_H

#include <stdbool.h>
#include <stdint.h>

/* What a reference means to the node that has it. */
enum dt_ref_role {
	DT_REF_NEEDED, /* the device does not work without its provider */
	DT_REF_SOFT,   /* works if the property is left out; if it is there, with its provider */
	DT_REF_PART,   /* a part of the device's own binding (syscons, memory, PHYs) */
	DT_REF_LINK,   /* names a node, and needs nothing of it */
};

enum dt_ref_shape {
	DT_REF_LIST,   /* <&a &b ...> */
	DT_REF_CELLS,  /* <&a args...>: as many as the provider's property `cells` says */
	DT_REF_HEAD,   /* <&a args...>: one, and the rest are its arguments */
	DT_REF_GROUPS, /* groups of `n` cells, the one at `at` is a phandle */
	DT_REF_MAP,    /* of a nexus (Devicetree Specification 2.5): `cells` of both sides */
};

struct dt_ref {
	const char *name;  /* of the property */
	const char *cells; /* DT_REF_CELLS, DT_REF_MAP */
	uint8_t shape, role;
	uint8_t n, at; /* DT_REF_GROUPS */
	bool maybe;    /* elsewhere the name has numbers or text */
};

extern const struct dt_ref dt_refs[]; /* sorted by name */
extern const unsigned nr_dt_refs;

/*
 * What is known of the property of `node`, NULL if it holds no phandles.  Beside the table
 * there are names that are made: foo-supply, foo-gpios, pinctrl-0, foo,bar-syscon.
 */
const struct dt_ref *dt_ref_find(const void *fdt, int node, const char *prop);

struct dt_ref_walk {
	const void *fdt, *value;
	int node;
	const struct dt_ref *ref;
	unsigned pos, n; /* cells */
};

/* Begins at the first reference; false if the value is not whole cells. */
bool dt_ref_start(struct dt_ref_walk *w, const void *fdt, int node, const char *prop,
		  const struct dt_ref *ref);
/*
 * The next phandle and the number of its cell.  Empty entries (0 and ~0) are skipped.
 * Each call is followed by dt_ref_skip() with the node that has the phandle, negative
 * if there is none: its arguments are passed over, or the walk ends if nobody can tell
 * how many they are.
 */
bool dt_ref_next(struct dt_ref_walk *w, uint32_t *phandle, unsigned *cell);
void dt_ref_skip(struct dt_ref_walk *w, int target);

#endif
