/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in the host's free RAM everything goes that a guest needs: its memory and
 * channels from the top, the VMM's own means for it from the bottom.  What is planned
 * here is what guest_build() takes.
 */
#include "partition_int.h"

#define MIB (1u << 20)

struct free_ram {
	struct part_run run[PART_MAX_RUNS]; /* in order of address */
	unsigned n;
};

/* Takes [at, at + size) out of run i, which holds it. */
static void part_fit_cut(struct free_ram *f, unsigned i, uint32_t at, uint32_t size)
{
	struct part_run *r = &f->run[i];
	uint32_t above = r->base + r->size - (at + size);

	r->size = at - r->base;
	if (!above || f->n == PART_MAX_RUNS)
		return;
	memmove(r + 2, r + 1, (f->n - i - 1) * sizeof(*r));
	r[1] = (struct part_run){ at + size, above };
	f->n++;
}

static bool part_fit_holds(const struct part_run *r, uint32_t at, uint32_t size)
{
	return size <= r->size && at >= r->base && at - r->base <= r->size - size;
}

/*
 * Where both sides are multiples of 1 MiB, shadow tables can use sections
 * (ARM ARM B3.5.1).
 */
static bool take_top(struct free_ram *f, uint32_t size, uint32_t *host)
{
	for (unsigned i = f->n; i-- > 0;) {
		const struct part_run *r = &f->run[i];
		uint32_t at = ALIGN_DOWN(r->base + (r->size - size), size < MIB ? PAGE_SIZE : MIB);

		if (!part_fit_holds(r, at, size))
			continue;
		part_fit_cut(f, i, at, size);
		*host = at;
		return true;
	}
	return false;
}

static bool take_bottom(struct free_ram *f, uint32_t size, uint32_t *host)
{
	for (unsigned i = 0; i < f->n; i++) {
		uint32_t at = ALIGN_UP(f->run[i].base, MEANS_ALIGN);

		if (!part_fit_holds(&f->run[i], at, size))
			continue;
		part_fit_cut(f, i, at, size);
		*host = at;
		return true;
	}
	return false;
}

/* "1024 KiB" for the `have` and `want` of a finding. */
static void part_fit_kib(char *buf, unsigned len, uint32_t n)
{
	snprintf(buf, len, "%lu KiB", (unsigned long)n);
}

/* `what` it is for: "it", or "the VMM's tables for it (...)". */
static void no_room(struct check *c, const struct free_ram *f, const struct part_range *r,
		    uint32_t size, const char *what)
{
	uint32_t left = 0, most = 0;
	char have[16], want[16], piece[16];

	for (unsigned k = 0; k < f->n; k++) {
		left += f->run[k].size >> 10;
		most = MAX(most, f->run[k].size >> 10);
	}
	part_fit_kib(have, sizeof(have), size >> 10);
	part_fit_kib(want, sizeof(want), left);
	part_fit_kib(piece, sizeof(piece), most);
	if (!f->n) {
		part_report(c, FOUND(RULE_FIT, r ? r->node : -1, .prop = r ? "reg" : NULL),
			    "the host's tree names no memory that is free: boot loaders fill in "
			    "the reg of its memory node, so take the tree as it is at boot");
		return;
	}
	part_report(c,
		    FOUND(RULE_FIT, r ? r->node : -1, .prop = r ? "reg" : NULL, .have = have,
			  .want = want),
		    "the host has no %s in one piece for %s (%s free, %s of them in one piece)",
		    have, what, want, piece);
}

static void fit_memory(struct check *c, struct free_ram *f)
{
	for (unsigned i = 0; i < c->g->nr_ranges; i++) {
		struct part_range *r = &c->g->ranges[i];
		bool channel = r->kind == REGION_CHANNEL;

		if ((r->kind != REGION_RAM && !channel) ||
		    (channel && part_far_memory(c, r, &r->host)))
			continue;
		if (!take_top(f, r->size, &r->host))
			no_room(c, f, r, r->size, "it");
	}
}

static void plan_means(struct part_guest *g)
{
	uint32_t ram = 0, devices = 0;

	for (unsigned i = 0; i < g->nr_ranges; i++)
		ram += g->ranges[i].kind == REGION_RAM ? g->ranges[i].size : 0;
	for (unsigned i = 0; i < g->nr_devs; i++)
		devices += ALIGN_UP(MAX(g->devs[i].cls->state_size, 1u), MEANS_GRAIN);
	means_plan(&g->means, ram, g->cpus, devices);
}

static void fit_means(struct check *c, struct free_ram *f)
{
	struct part_guest *g = c->g;

	if (!g->nr_ranges)
		return; /* which is an error already */
	plan_means(g);
	if (!take_bottom(f, g->means.size, &g->means_host))
		no_room(c, f, NULL, g->means.size, "what the VMM needs to run it");
}

void part_check_memory(struct partition *p)
{
	struct free_ram f;

	f.n = p->host->free_ram(f.run, PART_MAX_RUNS);
	for (struct part_guest *g = p->guests; g; g = g->next) {
		struct check c = { p, p->host, g, g->fdt, false };

		if (!g->fresh)
			continue;
		fit_memory(&c, &f);
		fit_means(&c, &f);
	}
}
