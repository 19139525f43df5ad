/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The domains of a System Device Tree: each node below /domains that is compatible with
 * "openamp,domain-v1" says what one guest has.  What is not understood is refused by name:
 * a partition that is less than what was written would be wrong silently.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "derive.h"

#define LEVEL_SECURE (1u << 31)

struct domain {
	int node;
	uint32_t id;
	char *name;
	struct want want;
	char *dts;
	size_t dts_size;
	struct tree tree;
	struct part_guest guest;
};

struct domains {
	const struct args *a;
	const struct index *x;
	struct partition *part;
	struct domain *all;
	unsigned n;
	bool failed;
};

#define REFUSE(d, n, prop, fmt, ...) \
	(fprintf(stderr, "dtpart: %s: %s: " fmt "\n", (d)->x->node[n].path, prop, ##__VA_ARGS__), \
	 (d)->failed = true)

/* --- properties --------------------------------------------------------------------------- */

static uint32_t cell_of(const struct index *x, int node, const char *name, uint32_t otherwise)
{
	const struct prop *p = index_prop(x, node, name);

	return p && p->len == 4 ? prop_cell(p, 0) : otherwise;
}

/* Those that are read elsewhere, and those that would change what a domain may do. */
static void look_at_props(struct domains *d, int node)
{
	static const char *const known[] = { "compatible",
					     "id",
					     "cpus",
					     "access",
					     "memory",
					     "reserved-memory",
					     "os,type",
					     "#access-flags-cells",
					     "#memory-flags-cells",
					     "#address-cells",
					     "#size-cells",
					     "phandle",
					     "linux,phandle",
					     "status",
					     "label",
					     NULL };
	const struct node *n = &d->x->node[node];

	for (unsigned i = 0; i < n->nr_props; i++) {
		const struct prop *p = &d->x->props[n->first + i];
		bool found = false;

		for (unsigned k = 0; known[k]; k++)
			found |= !strcmp(known[k], p->name);
		if (strstr(p->name, "-implicit-default") && p->len == 4 && !prop_cell(p, 0))
			found = true;
		if (!found)
			REFUSE(d, node, p->name,
			       "not understood; remove it, if it may be left out");
	}
}

static void look_at_id(struct domains *d, struct domain *m)
{
	const struct prop *p = index_prop(d->x, m->node, "id");

	if (!p || p->len != 4) {
		REFUSE(d, m->node, "id", "one number is needed");
		return;
	}
	m->id = prop_cell(p, 0);
	for (struct domain *o = d->all; o < m; o++)
		if (o->id == m->id)
			REFUSE(d, m->node, "id", "%u is that of %s too", m->id,
			       d->x->node[o->node].path);
}

static void look_at_os(struct domains *d, const struct domain *m)
{
	static const char *const known[] = { "linux", "baremetal", "freertos", "zephyr", "custom" };
	const struct prop *p = index_prop(d->x, m->node, "os,type");
	const char *os = p ? dt_str(d->x->fdt, d->x->node[m->node].offset, "os,type") : "linux";

	for (unsigned i = 0; os && i < ARRAY_SIZE(known); i++)
		if (!strncmp(os, known[i], strlen(known[i])) &&
		    (!os[strlen(known[i])] || os[strlen(known[i])] == ','))
			return;
	if (!os || strncmp(os, "x-", 2))
		REFUSE(d, m->node, "os,type", "\"%.40s\" is no operating system that is known",
		       os ? os : "");
}

/* --- CPUs ------------------------------------------------------------------------------------ */

/* Numbers of the host's CPUs of a mask over the cluster's. */
static uint32_t cpus_of(struct domains *d, int node, int cluster, uint32_t mask)
{
	const struct index *x = d->x;
	uint32_t cpus = 0;
	unsigned bit = 0;

	for (int n = cluster + 1; n < x->node[cluster].end; n = x->node[n].end) {
		const char *type = dt_str(x->fdt, x->node[n].offset, "device_type");
		uint32_t number = cell_of(x, n, "reg", UINT32_MAX) & 0xff; /* of MPIDR: Aff0 */

		if (!type || strcmp(type, "cpu"))
			continue;
		if (bit < 32 && mask >> bit & 1 && number < 32)
			cpus |= 1u << number;
		bit++;
	}
	if (!mask || (bit < 32 && mask >> bit))
		REFUSE(d, node, "cpus", "0x%x: %s has %u CPUs", mask, x->node[cluster].path, bit);
	return cpus;
}

static void look_at_cpus(struct domains *d, struct domain *m)
{
	const struct prop *p = index_prop(d->x, m->node, "cpus");
	int cluster = p && p->len == 12 ? index_phandle(d->x, prop_cell(p, 0)) : -1;
	uint32_t level = cluster < 0 ? 0 : prop_cell(p, 2);

	if (!p || p->len != 12) {
		REFUSE(d, m->node, "cpus", "one cluster is needed: <&cluster mask level>");
		return;
	}
	if (cluster < 0 || strcmp(d->x->node[cluster].path, "/cpus")) {
		REFUSE(d, m->node, "cpus", "%s: guests run on the CPUs of /cpus alone",
		       cluster < 0 ? "no such node" : d->x->node[cluster].path);
		return;
	}
	if (level & LEVEL_SECURE)
		REFUSE(d, m->node, "cpus", "level 0x%x: guests are not in the Secure world", level);
	else if (level)
		REFUSE(d, m->node, "cpus", "level 0x%x: a Cortex-A9 has none; use 0", level);
	m->want.affinity = cpus_of(d, m->node, cluster, prop_cell(p, 1));
	m->want.cpus = (unsigned)__builtin_popcount(m->want.affinity);
}

/* --- memory ------------------------------------------------------------------------------------ */

static void add_ram(struct domains *d, struct domain *m, uint64_t base, uint64_t size)
{
	struct want *w = &m->want;

	if (!size || base > UINT32_MAX || size > UINT32_MAX || base + size > UINT64_C(1) << 32) {
		REFUSE(d, m->node, "memory", "0x%llx + 0x%llx is not below 4 GiB, or empty",
		       (unsigned long long)base, (unsigned long long)size);
		return;
	}
	if (w->nr_ram == WANT_MAX_RAM) {
		REFUSE(d, m->node, "memory", "more than %u ranges", WANT_MAX_RAM);
		return;
	}
	w->ram[w->nr_ram++] = (struct part_run){ (uint32_t)base, (uint32_t)size };
}

static uint64_t number_at(const struct prop *p, unsigned at, uint32_t cells)
{
	uint64_t v = 0;

	while (cells--)
		v = v << 32 | prop_cell(p, at++);
	return v;
}

static void look_at_memory(struct domains *d, struct domain *m)
{
	const struct prop *p = index_prop(d->x, m->node, "memory");
	uint32_t ac =
		cell_of(d->x, m->node, "#address-cells", cell_of(d->x, 0, "#address-cells", 2));
	uint32_t sc = cell_of(d->x, m->node, "#size-cells", cell_of(d->x, 0, "#size-cells", 1));
	uint32_t flags = cell_of(d->x, m->node, "#memory-flags-cells", 0);
	unsigned n = ac + sc + flags;

	if (!p || ac < 1 || ac > 2 || sc < 1 || sc > 2 || flags > 4 || !p->len ||
	    p->len % (4 * (int)n)) {
		REFUSE(d, m->node, "memory", "not of entries of %u cells: address, size, flags", n);
		return;
	}
	for (unsigned at = 0; at < (unsigned)p->len / 4; at += n) {
		add_ram(d, m, number_at(p, at, ac), number_at(p, at + ac, sc));
		for (unsigned k = 0; k < flags; k++)
			if (prop_cell(p, at + ac + sc + k))
				REFUSE(d, m->node, "memory", "flags 0x%x: not understood",
				       prop_cell(p, at + ac + sc + k));
	}
}

/* The same range in two domains is memory that they share. */
static void look_at_shared(struct domains *d, const struct domain *m, const struct domain *o)
{
	for (unsigned i = 0; i < m->want.nr_ram; i++)
		for (unsigned k = 0; k < o->want.nr_ram; k++) {
			const struct part_run *a = &m->want.ram[i], *b = &o->want.ram[k];

			if (ranges_meet(a->base, a->size, b->base, b->size))
				REFUSE(d, m->node, "memory",
				       "0x%x + 0x%x meets that of %s: RAM is not shared; a channel"
				       " (docs/channels.md) is",
				       a->base, a->size, d->x->node[o->node].path);
		}
}

/* --- devices ------------------------------------------------------------------------------------ */

/* Of the VMM's own, and the processor's, every guest has emulated ones. */
static bool is_emulated(const struct domains *d, int node)
{
	const struct part_host *h = d->part->host;
	int offset = d->x->node[node].offset;

	return (h->driver(d->x->fdt, offset) || part_of_processor(d->x->fdt, offset)) &&
	       part_find_class(h, d->x->fdt, offset);
}

static void add_access(struct domains *d, struct domain *m, int node)
{
	if (is_emulated(d, node)) {
		fprintf(stderr,
			"dtpart: %s: access: %s is the VMM's; the guest has an emulated one\n",
			d->x->node[m->node].path, d->x->node[node].path);
		return;
	}
	m->want.give[m->want.nr_give++] = d->x->node[node].path;
}

static void look_at_access(struct domains *d, struct domain *m)
{
	const struct prop *p = index_prop(d->x, m->node, "access");
	uint32_t flags = cell_of(d->x, m->node, "#access-flags-cells", 0);
	unsigned n = flags > 4 ? 0 : 1 + flags;

	if (p && (!n || p->len % (4 * (int)n))) {
		REFUSE(d, m->node, "access", "not of entries of a phandle and %u flags", flags);
		return;
	}
	m->want.give = xalloc((p ? (unsigned)p->len / 4 : 0) * sizeof(char *));
	for (unsigned at = 0; p && at < (unsigned)p->len / 4; at += n) {
		int node = index_phandle(d->x, prop_cell(p, at));

		for (unsigned k = 0; k < flags; k++)
			if (prop_cell(p, at + 1 + k))
				REFUSE(d, m->node, "access", "flags 0x%x of %s: not understood",
				       prop_cell(p, at + 1 + k),
				       node < 0 ? "?" : d->x->node[node].path);
		if (node < 0)
			REFUSE(d, m->node, "access", "no node has the phandle 0x%x",
			       prop_cell(p, at));
		else
			add_access(d, m, node);
	}
}

/* --- the nodes ---------------------------------------------------------------------------------- */

static bool is_domain(const struct index *x, int node)
{
	static const char *const names[] = { "openamp,domain-v1", NULL };

	return dt_match(x->fdt, x->node[node].offset, names) != NULL;
}

static void look_at_children(struct domains *d, struct domain *m)
{
	const struct index *x = d->x;

	for (int n = m->node + 1; n < x->node[m->node].end; n = x->node[n].end) {
		if (!strcmp(x->node[n].name, "chosen"))
			m->want.chosen = n;
		else if (!is_domain(x, n))
			REFUSE(d, n, "compatible", "a node that is not understood");
	}
}

/* Of the node without its unit address; if another has that, with the id behind. */
static void make_name(struct domains *d, struct domain *m)
{
	const char *name = d->x->node[m->node].name;
	int n = (int)strcspn(name, "@");

	m->name = format("%.*s", n, name);
	for (struct domain *o = d->all; o < m; o++)
		if (!strcmp(o->name, m->name)) {
			free(m->name);
			m->name = format("%.*s-%u", n, name, m->id);
			break;
		}
	if (strspn(m->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") !=
		    strlen(m->name) ||
	    strlen(m->name) >= PART_NAME_MAX)
		REFUSE(d, m->node, "name", "\"%.40s\" cannot be that of a guest", m->name);
	m->want.name = m->name;
}

static void read_domain(struct domains *d, int node)
{
	struct domain *m = &d->all[d->n++];

	m->node = node;
	m->want = (struct want){ .chosen = -1,
				 .reserved = node,
				 .allow_dma = d->a->allow_dma,
				 .kernel = d->a->kernel,
				 .initrd = d->a->initrd };
	look_at_props(d, node);
	look_at_id(d, m);
	make_name(d, m);
	look_at_os(d, m);
	look_at_cpus(d, m);
	look_at_memory(d, m);
	look_at_access(d, m);
	look_at_children(d, m);
	for (struct domain *o = d->all; o < m; o++)
		look_at_shared(d, m, o);
}

/* What stands between /domains and domains has to be without a meaning of its own. */
static void read_domains(struct domains *d)
{
	int top = index_path(d->x, "/domains");

	if (top < 0)
		die("%s: no /domains", d->x->tree->file);
	d->all = xalloc((size_t)(d->x->node[top].end - top) * sizeof(*d->all));
	for (int n = top + 1; n < d->x->node[top].end; n++) {
		if (!d->x->node[n].enabled)
			continue;
		if (is_domain(d->x, n))
			read_domain(d, n);
		else if (index_has(d->x, n, "compatible") && !is_domain(d->x, d->x->node[n].parent))
			REFUSE(d, n, "compatible", "a node that is not understood");
	}
	if (!d->n)
		die("%s: /domains: no node is compatible with \"openamp,domain-v1\"",
		    d->x->tree->file);
}

/* --- trees --------------------------------------------------------------------------------------- */

static void derive_domain(struct domains *d, struct domain *m)
{
	struct plan p;

	plan_init(&p, &m->want, d->x, d->part);
	if (plan_derive(&p)) {
		m->dts = p.dts;
		m->dts_size = p.dts_size;
		p.dts = NULL;
	} else {
		fprintf(stderr, "    of domain %s\n", d->x->node[m->node].path);
		d->failed = true;
	}
	plan_free(&p);
}

static void report_set(void *arg, const struct part_finding *f)
{
	struct domains *d = arg;
	char text[1024];

	if (f->rule->severity == PART_WARNING)
		return;
	fprintf(stderr, "dtpart: %s\n", part_finding_text(f, text, sizeof(text)));
	d->failed = true;
}

/* All of them together: no device has two owners, and the memory is enough for all. */
static void check_set(struct domains *d)
{
	d->part->report = report_set;
	d->part->arg = d;
	for (unsigned i = 0; i < d->n; i++) {
		struct domain *m = &d->all[i];

		tree_compile(&m->tree, m->dts, m->dts_size);
		m->guest = (struct part_guest){ .name = m->name,
						.file = m->name,
						.fdt = m->tree.fdt,
						.size = m->tree.size,
						.fresh = true };
		part_add(d->part, &m->guest);
	}
	part_check(d->part);
	for (unsigned i = 0; i < d->n; i++) {
		part_remove(d->part, &d->all[i].guest);
		tree_free(&d->all[i].tree);
	}
}

static void write_files(const struct domains *d)
{
	for (unsigned i = 0; i < d->n; i++) {
		const struct domain *m = &d->all[i];
		char *name = format("%s/%s.dts", d->a->out ? d->a->out : ".", m->name);
		FILE *f = fopen(name, "w");

		if (!f || fwrite(m->dts, 1, m->dts_size, f) != m->dts_size || fclose(f))
			die("%s: cannot be written", name);
		printf("%s: %s, %u MiB\n", name, d->x->node[m->node].path,
		       m->want.ram[0].size >> 20);
		free(name);
	}
}

int derive_domains(struct args *a, struct partition *part, const struct index *x)
{
	struct domains d = { .a = a, .x = x, .part = part };

	read_domains(&d);
	for (unsigned i = 0; i < d.n && !d.failed; i++)
		derive_domain(&d, &d.all[i]);
	if (!d.failed)
		check_set(&d);
	if (!d.failed)
		write_files(&d);
	for (unsigned i = 0; i < d.n; i++) {
		free(d.all[i].name);
		free(d.all[i].want.give);
		free(d.all[i].dts);
	}
	free(d.all);
	return d.failed ? 1 : 0;
}
