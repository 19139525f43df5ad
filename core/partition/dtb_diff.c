/* SPDX-License-Identifier: Apache-2.0 */
#include "dtb_diff.h"

#define MAX_SHOWN 4u  /* entries of reg and interrupts */
#define LIST_MAX  64u /* bytes of a list as text */

static void __printf(4, 5)
	dtb_diff_tell(struct dtb_diff *d, const char *path, const char *prop, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->n++;
	d->tell(d->arg, path, prop, text);
	d->have = d->want = d->owner = NULL;
}

/* --- the nodes that count ------------------------------------------------------------- */

struct walk {
	const void *fdt;
	int node, depth;
	int skip;  /* nodes deeper than this belong to another */
	bool cpus; /* below /cpus */
	bool cpu;  /* the node is a CPU */
};

#define WALK(tree) \
	{ \
		.fdt = (tree), .skip = INT32_MAX \
	}

/* Is that a node that the kernel would use?  As the partition checker sees it. */
static bool dtb_diff_counts(struct walk *w)
{
	static const char *const plain[] = { "chosen", "aliases", "reserved-memory" };
	const char *name = fdt_get_name(w->fdt, w->node, NULL);

	if (w->depth == 1)
		w->cpus = name && !strcmp(name, "cpus");
	for (unsigned i = 0; w->depth == 1 && i < ARRAY_SIZE(plain); i++)
		if (name && !strcmp(name, plain[i]))
			w->skip = w->depth;
	if (w->skip == w->depth || !dt_enabled(w->fdt, w->node)) {
		w->skip = w->depth;
		return false;
	}
	w->cpu = w->cpus && w->depth == 2 && dt_is_cpu(w->fdt, w->node);
	if (!w->cpu &&
	    (w->cpus || !has(w->fdt, w->node, "reg") || !part_is_mapped(w->fdt, w->node)))
		return false;
	w->skip = w->depth;
	return true;
}

/* Goes to the next node that counts; its path is in buf.  False: no more. */
static bool dtb_diff_next(struct walk *w, char buf[DT_PATH_MAX])
{
	while ((w->node = fdt_next_node(w->fdt, w->node, &w->depth)) >= 0 && w->depth > 0) {
		if (w->depth > w->skip)
			continue;
		w->skip = INT32_MAX;
		if (dtb_diff_counts(w) && !dt_path(w->fdt, w->node, buf, DT_PATH_MAX))
			return true;
	}
	return false;
}

/* --- values as text ----------------------------------------------------------------------- */

static void dtb_diff_append(char buf[LIST_MAX], const char *fmt, unsigned long a, unsigned long b)
{
	unsigned n = (unsigned)strlen(buf);

	if (n)
		n += (unsigned)snprintf(buf + n, LIST_MAX - n, " ");
	if (n < LIST_MAX)
		snprintf(buf + n, LIST_MAX - n, fmt, a, b);
}

static void reg_text(const void *fdt, int node, char buf[LIST_MAX])
{
	uint32_t base, size;
	int err;

	buf[0] = '\0';
	for (unsigned i = 0; !(err = dt_reg(fdt, node, i, &base, &size)) && i < MAX_SHOWN; i++)
		dtb_diff_append(buf, "0x%08lx-0x%08lx", base, (uint32_t)(base + (size - 1)));
	if (err != -ENOENT)
		dtb_diff_append(buf, err ? "(malformed)" : "...", 0, 0);
}

static bool same_reg(const void *a, int an, const void *b, int bn)
{
	for (unsigned i = 0;; i++) {
		uint32_t base[2] = { 0 }, size[2] = { 0 };
		int err[2] = { dt_reg(a, an, i, &base[0], &size[0]),
			       dt_reg(b, bn, i, &base[1], &size[1]) };

		if (err[0] != err[1] || base[0] != base[1] || size[0] != size[1])
			return false;
		if (err[0])
			return true;
	}
}

static void irqs_text(const void *fdt, int node, char buf[LIST_MAX])
{
	int intid = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < MAX_SHOWN && (intid = irq_from_dt(fdt, node, i)) >= 0; i++)
		dtb_diff_append(buf, "%lu", (unsigned long)intid, 0);
	if (intid >= 0 || intid != -ENOENT)
		dtb_diff_append(buf, intid < 0 ? "(malformed)" : "...", 0, 0);
	if (!buf[0])
		strcpy(buf, "none");
}

static bool same_irqs(const void *a, int an, const void *b, int bn)
{
	for (unsigned i = 0;; i++) {
		int x = irq_from_dt(a, an, i), y = irq_from_dt(b, bn, i);

		if (x != y)
			return false;
		if (x < 0)
			return true;
	}
}

static void compatible_text(const void *fdt, int node, char buf[LIST_MAX])
{
	const char *s;

	buf[0] = '\0';
	for (int i = 0; (s = fdt_stringlist_get(fdt, node, "compatible", i, NULL)); i++) {
		unsigned n = (unsigned)strlen(buf);

		snprintf(buf + n, LIST_MAX - n, "%s\"%s\"", i ? ", " : "", s);
	}
	if (!buf[0])
		strcpy(buf, "none");
}

static bool dtb_diff_same_compatible(const void *a, int an, const void *b, int bn)
{
	int alen, blen;
	const void *x = fdt_getprop(a, an, "compatible", &alen);
	const void *y = fdt_getprop(b, bn, "compatible", &blen);

	return x && y ? alen == blen && !memcmp(x, y, (size_t)alen) : !x && !y;
}

/* --- differences ------------------------------------------------------------------------- */

static const struct compared {
	const char *prop;
	bool (*same)(const void *a, int an, const void *b, int bn);
	void (*text)(const void *fdt, int node, char buf[LIST_MAX]);
} compared[] = {
	{ "reg", same_reg, reg_text },
	{ "compatible", dtb_diff_same_compatible, compatible_text },
	{ "interrupts", same_irqs, irqs_text },
};

static void dtb_diff_compare(struct dtb_diff *d, const char *path, int own, int node)
{
	for (unsigned i = 0; i < ARRAY_SIZE(compared); i++) {
		const struct compared *c = &compared[i];
		char have[LIST_MAX], want[LIST_MAX];

		if (c->same(d->g->fdt, own, d->fdt, node))
			continue;
		c->text(d->fdt, node, have);
		c->text(d->g->fdt, own, want);
		d->have = have;
		d->want = want;
		dtb_diff_tell(d, path, c->prop, "%.40s has %s, the partition %s", d->file, have,
			      want);
	}
}

static const struct part_range *range_at(const struct part_guest *g, uint32_t a)
{
	for (unsigned i = 0; i < g->nr_ranges; i++)
		if (a - g->ranges[i].base < g->ranges[i].size)
			return &g->ranges[i];
	return NULL;
}

/* Who has the host's device at `a`, guests that are only checked yet included. */
static void find_owner(struct dtb_diff *d, uint32_t a, char *buf, unsigned len)
{
	struct part_owner o;

	part_find(d->p, a, &o);
	for (const struct part_guest *g = d->p->guests; g && !o.owner; g = g->next)
		for (unsigned i = 0; g->fresh && i < g->nr_ranges; i++)
			if (g->ranges[i].kind == REGION_PASS &&
			    a - g->ranges[i].host < g->ranges[i].size)
				o.owner = g->name;
	d->owner = o.owner;
	part_owner_text(d->p, &o, buf, len);
}

/* A node that the partition has not: whose is what the kernel will look for there? */
static void not_given(struct dtb_diff *d, const char *path, const char *prop, int node)
{
	char reg[LIST_MAX], owner[DT_PATH_MAX + 48];
	const struct part_range *r;
	uint32_t base, size;

	reg_text(d->fdt, node, reg);
	d->have = reg;
	if (dt_reg(d->fdt, node, 0, &base, &size)) {
		dtb_diff_tell(d, path, prop, "%.40s has %s", d->file, reg[0] ? reg : "(nothing)");
		return;
	}
	r = range_at(d->g, base);
	if (r) {
		dtb_diff_tell(d, path, prop, "%.40s has %s, which is %.96s of the partition",
			      d->file, reg, r->path);
		return;
	}
	if (dt_is_memory(d->fdt, node)) {
		dtb_diff_tell(d, path, prop, "%.40s has %s, where the guest has no memory", d->file,
			      reg);
		return;
	}
	find_owner(d, base, owner, sizeof(owner));
	dtb_diff_tell(d, path, prop, "%.40s has %s; not the guest's: %.110s", d->file, reg, owner);
}

/* Enabled, with all above it? */
static bool dtb_diff_live(const void *fdt, int node)
{
	return node >= 0 && dt_available(fdt, node);
}

static void other_side(struct dtb_diff *d)
{
	struct walk w = WALK(d->fdt);
	char path[DT_PATH_MAX];

	while (dtb_diff_next(&w, path)) {
		int own = dt_find(d->g->fdt, path);

		if (dtb_diff_live(d->g->fdt, own) && !w.cpu)
			dtb_diff_compare(d, path, own, w.node);
		else if (!dtb_diff_live(d->g->fdt, own) && w.cpu)
			dtb_diff_tell(d, path, own < 0 ? NULL : "status",
				      "%.40s has that CPU, the partition has not", d->file);
		else if (!dtb_diff_live(d->g->fdt, own))
			not_given(d, path, own < 0 ? "reg" : "status", w.node);
	}
}

static void own_side(struct dtb_diff *d)
{
	struct walk w = WALK(d->g->fdt);
	char path[DT_PATH_MAX], reg[LIST_MAX];

	while (dtb_diff_next(&w, path)) {
		int node = dt_find(d->fdt, path);

		/* A kernel that does not look for what is not there needs no message. */
		if (dtb_diff_live(d->fdt, node) ||
		    part_word(d->g->fdt, w.node, "espalier,backing") == BACKING_ABSENT)
			continue;
		reg_text(d->g->fdt, w.node, reg);
		d->want = w.cpu ? NULL : reg;
		dtb_diff_tell(d, path, node < 0 ? NULL : "status",
			      "%.40s %s, the partition has %s%s", d->file,
			      node < 0 ? "has no such node" : "has it disabled",
			      w.cpu ? "that CPU" : "it at ", w.cpu ? "" : reg);
	}
}

void dtb_diff(struct dtb_diff *d)
{
	other_side(d);
	own_side(d);
}
