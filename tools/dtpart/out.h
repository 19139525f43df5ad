/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a DTS on their way to text. */
#ifndef TOOLS_DTPART_OUT_H
#define TOOLS_DTPART_OUT_H

#include "derive.h"

struct out {
	struct plan *p;
	FILE *f;     /* the tree */
	FILE *notes; /* what its head says of nodes */
	FILE *left;  /* and of what is left out */
};

/* --- values.c ----------------------------------------------------------------------------- */

void out_indent(const struct out *o, unsigned depth);
/* A DTB may have names that would mean something else in a DTS: ends the program. */
void out_check_name(const struct plan *p, const char *path, const char *name, bool node);
/* Text for a comment, which does not end it. */
void out_clean(FILE *f, const char *s, size_t n);
/* The same, in lines of a comment. */
void out_note(FILE *f, const char *text);
void out_node_note(const struct out *o, int node, const char *text);
bool out_is_strings(const char *v, int len);
/* What stands behind "name = ". */
void out_value(const struct out *o, int node, const struct prop *prop);

/* --- write.c ------------------------------------------------------------------------------ */

void out_prop(const struct out *o, int node, const struct prop *prop, unsigned depth);

/* --- chosen.c ----------------------------------------------------------------------------- */

void out_chosen(const struct out *o);
/* Aliases of what the guest has. */
void out_aliases(const struct out *o);
void out_memory(const struct out *o);

#endif
