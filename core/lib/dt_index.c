/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An index of a tree: parents, phandles, children by name, and registers by node, found by
 * bisection where libfdt walks the tree.  A hostile tree cannot make a look-up longer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/util.h>

#define MAX_NODES 65535u
#define MAX_DEPTH 64
#define NONE      0xffffu

struct entry {
	int offset;
	uint32_t phandle; /* 0: it has none */
	uint16_t parent;  /* number of the entry; NONE: it is the root */
	uint16_t depth;
};

struct index {
	struct index *next;
	const void *fdt;
	struct entry *node; /* in order of offset */
	uint16_t *by_phandle, *by_name;
	struct dt_span *span;
	unsigned n, nr_spans, max_spans;
};

/*
 * The host's is made first, at boot, and never goes: who looks for it in exit context does
 * not touch the others, which the host thread makes and drops.
 */
static struct index *indexes;

static struct index *dt_index_find(const void *fdt)
{
	struct index *x = indexes;

	while (x && x->fdt != fdt)
		x = x->next;
	return x;
}

/* Number of the node, or NONE. */
static unsigned number_of(const struct index *x, int node)
{
	unsigned lo = 0, hi = x->n;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (x->node[mid].offset < node)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < x->n && x->node[lo].offset == node ? lo : NONE;
}

/* --- order ------------------------------------------------------------------------------ */

typedef int (*compare_fn)(const struct index *x, unsigned a, unsigned b);

static int by_phandle(const struct index *x, unsigned a, unsigned b)
{
	uint32_t p = x->node[a].phandle, q = x->node[b].phandle;

	return p < q ? -1 : p > q;
}

static const char *name_of(const struct index *x, unsigned n)
{
	const char *s = fdt_get_name(x->fdt, x->node[n].offset, NULL);

	return s ? s : "";
}

static int dt_index_by_name(const struct index *x, unsigned a, unsigned b)
{
	int d = (int)x->node[a].parent - (int)x->node[b].parent;

	return d ? d : strcmp(name_of(x, a), name_of(x, b));
}

/* Merges v[0, half) and v[half, n); of equals the first one stays first. */
static void dt_index_merge(const struct index *x, uint16_t *v, unsigned half, unsigned n,
			   uint16_t *tmp, compare_fn cmp)
{
	unsigned a = 0, b = half;

	memcpy(tmp, v, half * sizeof(*v));
	for (unsigned at = 0; a < half; at++)
		v[at] = b < n && cmp(x, v[b], tmp[a]) < 0 ? v[b++] : tmp[a++];
}

/* All nodes in order of `cmp`, or NULL without memory. */
static uint16_t *dt_index_sorted(const struct index *x, compare_fn cmp)
{
	uint16_t *v = malloc(2 * x->n * sizeof(*v));

	for (unsigned i = 0; v && i < x->n; i++)
		v[i] = (uint16_t)i;
	for (unsigned w = 1; v && w < x->n; w *= 2)
		for (unsigned i = 0; i + w < x->n; i += 2 * w)
			dt_index_merge(x, v + i, w, MIN(2 * w, x->n - i), v + x->n, cmp);
	return v;
}

/* --- making and dropping ---------------------------------------------------------------- */

static int count_nodes(const void *fdt, unsigned *n)
{
	int depth = 0;

	*n = 0;
	for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(fdt, node, &depth))
		if (++*n >= MAX_NODES || depth >= MAX_DEPTH)
			return -E2BIG;
	return 0;
}

static void dt_index_fill(struct index *x)
{
	uint16_t above[MAX_DEPTH] = { 0 };
	int depth = 0;
	unsigned i = 0;

	for (int node = 0; i < x->n; node = fdt_next_node(x->fdt, node, &depth), i++) {
		above[depth] = (uint16_t)i;
		x->node[i] = (struct entry){ node, fdt_get_phandle(x->fdt, node),
					     depth ? above[depth - 1] : NONE, (uint16_t)depth };
	}
}

static int add_spans(struct index *x)
{
	struct dt_span s = { 0 };

	for (unsigned i = 0; i < x->n; i++) {
		s.node = x->node[i].offset;
		for (s.window = 0; !dt_reg(x->fdt, s.node, s.window, &s.base, &s.size);
		     s.window++) {
			if (x->nr_spans == x->max_spans) {
				unsigned max = x->max_spans ? 2 * x->max_spans : 64;
				struct dt_span *p = realloc(x->span, max * sizeof(*p));

				if (!p)
					return -ENOMEM;
				x->span = p;
				x->max_spans = max;
			}
			x->span[x->nr_spans++] = s;
		}
	}
	return 0;
}

static void dt_index_drop(struct index *x)
{
	free(x->node);
	free(x->by_phandle);
	free(x->by_name);
	free(x->span);
	free(x);
}

int dt_index(const void *fdt)
{
	struct index **at = &indexes, *x;
	unsigned n;

	if (dt_index_find(fdt))
		return 0;
	if (count_nodes(fdt, &n))
		return -E2BIG;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	*x = (struct index){ .fdt = fdt, .n = n, .node = malloc(n * sizeof(*x->node)) };
	if (x->node) {
		dt_index_fill(x);
		x->by_phandle = dt_index_sorted(x, by_phandle);
		x->by_name = dt_index_sorted(x, dt_index_by_name);
	}
	if (!x->node || !x->by_phandle || !x->by_name) {
		dt_index_drop(x);
		return -ENOMEM;
	}
	while (*at)
		at = &(*at)->next;
	*at = x;
	if (!add_spans(x))
		return 0;
	dt_forget(fdt);
	return -ENOMEM;
}

void dt_forget(const void *fdt)
{
	for (struct index **at = &indexes; *at; at = &(*at)->next)
		if ((*at)->fdt == fdt) {
			struct index *x = *at;

			*at = x->next;
			dt_index_drop(x);
			return;
		}
}

/* --- looking up --------------------------------------------------------------------------- */

int dt_parent(const void *fdt, int node)
{
	const struct index *x = dt_index_find(fdt);
	unsigned i;

	if (!x)
		return fdt_parent_offset(fdt, node);
	i = number_of(x, node);
	if (i == NONE || x->node[i].parent == NONE)
		return -FDT_ERR_NOTFOUND;
	return x->node[x->node[i].parent].offset;
}

int dt_by_phandle(const void *fdt, uint32_t phandle)
{
	const struct index *x = dt_index_find(fdt);
	unsigned lo = 0, hi = x ? x->n : 0;

	if (!x)
		return fdt_node_offset_by_phandle(fdt, phandle);
	if (!phandle || phandle == UINT32_MAX)
		return -FDT_ERR_BADPHANDLE;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (x->node[x->by_phandle[mid]].phandle < phandle)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == x->n || x->node[x->by_phandle[lo]].phandle != phandle)
		return -FDT_ERR_NOTFOUND;
	return x->node[x->by_phandle[lo]].offset;
}

/* <0: the entry comes before a child of `parent` that is called name[len]. */
static int dt_index_against(const struct index *x, unsigned n, unsigned parent, const char *name,
			    size_t len)
{
	int d = (int)x->node[n].parent - (int)parent;
	const char *s = name_of(x, n);

	if (!d)
		d = strncmp(s, name, len);
	return d ? d : s[len] != '\0';
}

static bool without_unit(const struct index *x, unsigned n, unsigned parent, const char *name,
			 size_t len)
{
	const char *s = name_of(x, n);

	return x->node[n].parent == parent && !strncmp(s, name, len) && s[len] == '@';
}

/* The child of `parent` that is called name[len], or so before its '@' if name has none. */
static unsigned child_of(const struct index *x, unsigned parent, const char *name, size_t len)
{
	unsigned lo = 0, hi = x->n, found = NONE;

	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;

		if (dt_index_against(x, x->by_name[mid], parent, name, len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < x->n && !dt_index_against(x, x->by_name[lo], parent, name, len))
		return x->by_name[lo];
	if (memchr(name, '@', len))
		return NONE;
	for (; lo < x->n && x->node[x->by_name[lo]].parent == parent &&
	       !strncmp(name_of(x, x->by_name[lo]), name, len);
	     lo++)
		if (without_unit(x, x->by_name[lo], parent, name, len))
			found = MIN(found, x->by_name[lo]);
	return found;
}

int dt_find(const void *fdt, const char *path)
{
	const struct index *x = dt_index_find(fdt);
	unsigned at = 0;

	if (!x || path[0] != '/')
		return fdt_path_offset(fdt, path);
	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		size_t len = strcspn(path, "/");

		at = child_of(x, at, path, len);
		if (at == NONE)
			return -FDT_ERR_NOTFOUND;
		path += len;
	}
	return x->node[at].offset;
}

int dt_twin(const void *fdt, int node)
{
	const struct index *x = dt_index_find(fdt);
	unsigned i = x ? number_of(x, node) : NONE, first;
	const char *name;

	if (i == NONE || x->node[i].parent == NONE)
		return -FDT_ERR_NOTFOUND;
	name = name_of(x, i);
	first = child_of(x, x->node[i].parent, name, strlen(name));
	return first == i || first == NONE ? -FDT_ERR_NOTFOUND : x->node[first].offset;
}

/* --- paths -------------------------------------------------------------------------------- */

/* Puts "/name" before buf[at]; the new place, or -ENAMETOOLONG. */
static int dt_index_prepend(const struct index *x, unsigned n, char *buf, int at)
{
	const char *name = name_of(x, n);
	int len = (int)strlen(name);

	if (at < len + 1)
		return -ENAMETOOLONG;
	at -= len + 1;
	buf[at] = '/';
	memcpy(buf + at + 1, name, (size_t)len);
	return at;
}

int dt_path(const void *fdt, int node, char *buf, unsigned len)
{
	const struct index *x = dt_index_find(fdt);
	unsigned i = x ? number_of(x, node) : NONE;
	int at = (int)len - 1, err;

	if (i == NONE || len < 2) {
		err = fdt_get_path(fdt, node, buf, (int)len);
		return !err ? 0 : err == -FDT_ERR_NOSPACE ? -ENAMETOOLONG : -EINVAL;
	}
	buf[at] = '\0';
	for (; x->node[i].parent != NONE && at >= 0; i = x->node[i].parent)
		at = dt_index_prepend(x, i, buf, at);
	if (at < 0)
		return at;
	if (at == (int)len - 1)
		buf[--at] = '/';
	memmove(buf, buf + at, len - (unsigned)at);
	return 0;
}

/* --- registers ------------------------------------------------------------------------- */

static bool walk_spans(struct dt_span_walk *w, struct dt_span *s)
{
	for (; w->node >= 0; w->node = fdt_next_node(w->fdt, w->node, NULL), w->i = 0)
		if (!dt_reg(w->fdt, w->node, w->i, &s->base, &s->size)) {
			s->node = w->node;
			s->window = w->i++;
			return true;
		}
	return false;
}

bool dt_next_span(struct dt_span_walk *w, struct dt_span *s)
{
	const struct index *x = dt_index_find(w->fdt);

	if (!x)
		return walk_spans(w, s);
	if (w->i >= x->nr_spans)
		return false;
	*s = x->span[w->i++];
	return true;
}
