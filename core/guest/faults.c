/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exit context counts in a table of fixed size; the host thread puts it into
 * words, which takes the trees.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/faults.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/partition.h>
#include <espalier/sched.h>
#include <espalier/timer.h>

#define INTERVAL_MIN NS_PER_SEC
#define INTERVAL_MAX (64 * NS_PER_SEC)

static struct fault_node *nodes; /* those further down in the tree come later */
static unsigned nr_nodes;

/* --- the host's addresses ------------------------------------------------------- */

static bool faults_covers(uint32_t base, uint32_t size, uint32_t a) { return a - base < size; }

static void faults_add_node(const void *fdt, int node, struct fault_node *list, unsigned *n)
{
	char path[DT_PATH_MAX];
	uint32_t base, size;

	for (unsigned i = 0; !dt_reg(fdt, node, i, &base, &size); i++) {
		if (!size)
			continue;
		if (list) {
			const char *p =
				dt_path(fdt, node, path, sizeof(path)) ? NULL : strdup(path);

			list[*n] = (struct fault_node){ base, base + (size - 1), node, p };
		}
		++*n;
	}
}

static unsigned faults_collect(const void *fdt, struct fault_node *list)
{
	unsigned n = 0;

	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		faults_add_node(fdt, node, list, &n);
	return n;
}

void faults_init(const void *fdt)
{
	unsigned n = faults_collect(fdt, NULL);

	nodes = calloc(n ? n : 1, sizeof(*nodes));
	if (nodes)
		nr_nodes = faults_collect(fdt, nodes);
	else
		log_err("out of memory for the map of the host's nodes");
}

/* The smallest range that holds the address. */
static const struct fault_node *node_at(uint32_t a)
{
	const struct fault_node *best = NULL;

	for (const struct fault_node *n = nodes; n < nodes + nr_nodes; n++)
		if (a >= n->base && a <= n->last &&
		    (!best || n->last - n->base <= best->last - best->base))
			best = n;
	return best;
}

/* --- counting ---------------------------------------------------------------------- */

static struct fault_row *faults_find_row(struct guest *g, const struct fault *f)
{
	const struct region *r = traptab_find(&g->map, f->a);
	const struct fault_node *host = r ? NULL : node_at(f->a.v);
	const char *own = r ? r->path : NULL;
	uint32_t page = r || host ? 0 : ALIGN_DOWN(f->a.v, PAGE_SIZE);
	struct fault_table *t = &g->fault_table;
	struct fault_row *row = t->row;

	while (row < t->row + t->n && (row->host != host || row->own != own || row->page != page))
		row++;
	if (row == t->row + t->n && t->n < FAULT_ROWS) {
		*row = (struct fault_row){ .host = host, .own = own, .page = page };
		t->n++;
	}
	return row;
}

void guest_fault(struct guest *g, const struct fault *f)
{
	uint32_t flags = spin_lock(&g->fault_table.lock);
	struct fault_row *row = faults_find_row(g, f);
	bool wake = false;

	g->faults++;
	row->count[f->kind]++;
	row->last = *f;
	if (!f->harmless && !row->pending && timer_now() >= row->quiet_until)
		wake = row->pending = true;
	spin_unlock(&g->fault_table.lock, flags);
	if (wake)
		sched_wake_host();
}

bool faults_row(struct guest *g, unsigned i, struct fault_row *row)
{
	uint32_t flags = spin_lock(&g->fault_table.lock);

	*row = g->fault_table.row[i];
	spin_unlock(&g->fault_table.lock, flags);
	return fault_sum(row) != 0;
}

/* --- words ---------------------------------------------------------------------------- */

/* RAM has no owner by address: a guest's is not where the host's is. */
static const char *owner_of(uint32_t a)
{
	struct part_owner o;

	partition_find(a, &o);
	if (o.what == PART_RAM)
		return PART_VMM;
	return o.owner ? o.owner : "nobody";
}

/* True if a node of the tree has the address; as it is not in the map, it is disabled. */
static bool tree_has(const void *fdt, uint32_t a)
{
	uint32_t base, size;

	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		for (unsigned i = 0; !dt_reg(fdt, node, i, &base, &size); i++)
			if (faults_covers(base, size, a))
				return true;
	return false;
}

void fault_where(const struct guest *g, const struct fault_row *row, struct fault_place *p)
{
	if (row->own) {
		*p = (struct fault_place){ row->own, g->name, false };
		return;
	}
	p->node = row->host ? row->host->path : NULL;
	p->owner = owner_of(row->last.a.v);
	p->disabled = tree_has(g->dtb, row->last.a.v);
}

static void faults_say(const struct guest *g, const struct fault_row *row, uint64_t left_out)
{
	static const char *const what[] = {
		[FAULT_READ] = "read",
		[FAULT_WRITE] = "write",
		[FAULT_FETCH] = "fetch",
	};
	const struct fault *f = &row->last;
	char more[40] = "", where[128];
	struct fault_place p;
	const char *name;

	fault_where(g, row, &p);
	name = p.node ? strrchr(p.node, '/') + 1 : "no node of the host";
	if (row->own && f->kind == FAULT_FETCH)
		snprintf(where, sizeof(where), "%s is its own, and not RAM", name);
	else if (row->own)
		snprintf(where, sizeof(where), "%s is its own, but has no register like that",
			 name);
	else
		snprintf(where, sizeof(where), "%s %s%s; %s in %s's tree", name,
			 p.node ? "belongs to " : "lies there", p.node ? p.owner : "",
			 p.disabled ? "disabled" : "not", g->name);
	if (left_out)
		snprintf(more, sizeof(more), " (%llu more left out)", (unsigned long long)left_out);
	log_warn("%s: %s of %u bytes at 0x%08lx, pc 0x%08lx: %s%s", g->name, what[f->kind], f->size,
		 (unsigned long)f->a.v, (unsigned long)f->pc, where, more);
}

static void flush_row(struct guest *g, struct fault_row *row)
{
	uint32_t flags = spin_lock(&g->fault_table.lock);
	struct fault_row copy = *row;
	uint64_t sum = fault_sum(row);

	if (row->pending) {
		row->pending = false;
		row->logged = sum;
		row->interval = row->interval ? MIN(2 * row->interval, INTERVAL_MAX) : INTERVAL_MIN;
		row->quiet_until = timer_now() + row->interval;
	}
	spin_unlock(&g->fault_table.lock, flags);
	if (copy.pending)
		faults_say(g, &copy, sum - copy.logged - 1);
}

void faults_flush(struct guest *g)
{
	for (unsigned i = 0; i <= FAULT_ROWS; i++)
		flush_row(g, &g->fault_table.row[i]);
}
