/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Labels: those of the source if dtc kept them (-@), or else made of the node's name.
 * None is given twice: dtc would refuse that.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"

static bool is_label(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_')
			return false;
	return true;
}

static void from_symbols(struct index *x)
{
	int symbols = index_path(x, "/__symbols__");
	const struct node *n = symbols < 0 ? NULL : &x->node[symbols];

	for (unsigned i = 0; n && i < n->nr_props; i++) {
		const struct prop *p = &x->props[n->first + i];
		int node;

		if (!p->len || p->value[p->len - 1] || !is_label(p->name) ||
		    strlen(p->name) >= LABEL_MAX)
			continue;
		node = index_path(x, p->value);
		if (node >= 0 && !x->node[node].label[0])
			strcpy(x->node[node].label, p->name);
	}
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

struct used {
	char (*name)[LABEL_MAX]; /* sorted up to `sorted`, then as they come */
	unsigned n, sorted;
};

static bool is_used(const struct used *u, const char *label)
{
	if (bsearch(label, u->name, u->sorted, LABEL_MAX, compare))
		return true;
	for (unsigned i = u->sorted; i < u->n; i++)
		if (!strcmp(u->name[i], label))
			return true;
	return false;
}

static void use(struct used *u, const char *label)
{
	strcpy(u->name[u->n++], label);
	if (u->n - u->sorted < 64)
		return;
	qsort(u->name, u->n, LABEL_MAX, compare);
	u->sorted = u->n;
}

/* "serial_a000" of serial@a000, with a number behind it if that is taken. */
static void make(const struct used *u, const char *name, char *label)
{
	unsigned n = 0;

	if (!isalpha((unsigned char)name[0]))
		label[n++] = '_';
	for (; *name && n < LABEL_MAX - 8; name++)
		label[n++] = isalnum((unsigned char)*name) ? *name : '_';
	label[n] = '\0';
	for (unsigned k = 2; is_used(u, label) && k < 10000; k++)
		sprintf(label + n, "_%u", k);
}

void index_label(struct index *x)
{
	struct used u = { xalloc((size_t)x->n * LABEL_MAX), 0, 0 };

	from_symbols(x);
	for (int i = 0; i < x->n; i++)
		if (x->node[i].label[0])
			use(&u, x->node[i].label);
	for (int i = 1; i < x->n; i++) {
		struct node *n = &x->node[i];

		if (n->label[0] || !n->phandle)
			continue;
		make(&u, n->name, n->label);
		use(&u, n->label);
	}
	free(u.name);
}
