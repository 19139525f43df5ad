/* SPDX-License-Identifier: Apache-2.0 */
/* The trap table: a sorted array of non-overlapping guest-physical ranges. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/traptab.h>

#define FIRST_CAP 16

void traptab_init(struct traptab *t) { memset(t, 0, sizeof(*t)); }

void traptab_free(struct traptab *t)
{
	free(t->regions);
	traptab_init(t);
}

/* Address of the last byte; a region may end at 2^32. */
static uint32_t last_byte(const struct region *r) { return r->base.v + (r->size - 1); }

static int traptab_check(const struct region *r)
{
	if (r->size == 0 || last_byte(r) < r->base.v)
		return -EINVAL;
	if (region_mapped(r->kind) && ((r->base.v | r->host.v | r->size) & PAGE_MASK))
		return -EINVAL;
	if (r->kind == REGION_EMUL && !r->dev)
		return -EINVAL;
	return 0;
}

/* Number of regions that begin at or below `a`. */
static unsigned upper_bound(const struct traptab *t, uint32_t a)
{
	unsigned lo = 0, hi = t->n;

	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (t->regions[mid].base.v <= a)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int traptab_grow(struct traptab *t)
{
	unsigned cap = t->cap ? t->cap * 2 : FIRST_CAP;
	struct region *p = realloc(t->regions, cap * sizeof(*p));

	if (!p)
		return -ENOMEM;
	t->regions = p;
	t->cap = cap;
	return 0;
}

int traptab_add(struct traptab *t, const struct region *r, const struct region **other)
{
	int err = traptab_check(r);
	unsigned at;

	if (err)
		return err;
	at = upper_bound(t, r->base.v);
	if (at > 0 && last_byte(&t->regions[at - 1]) >= r->base.v) {
		if (other)
			*other = &t->regions[at - 1];
		return -EEXIST;
	}
	if (at < t->n && t->regions[at].base.v <= last_byte(r)) {
		if (other)
			*other = &t->regions[at];
		return -EEXIST;
	}
	if (t->n == t->cap) {
		err = traptab_grow(t);
		if (err)
			return err;
	}
	memmove(&t->regions[at + 1], &t->regions[at], (t->n - at) * sizeof(*t->regions));
	t->regions[at] = *r;
	t->n++;
	return 0;
}

const struct region *traptab_find(const struct traptab *t, gpa_t a)
{
	unsigned at = upper_bound(t, a.v);
	const struct region *r;

	if (at == 0)
		return NULL;
	r = &t->regions[at - 1];
	return a.v - r->base.v < r->size ? r : NULL;
}

static void *traptab_bytes_at(const struct region *r, gpa_t a, uint32_t size)
{
	uint32_t off = a.v - r->base.v;

	return size > r->size - off ? NULL : hpa_ptr(HPA(r->host.v + off));
}

void *traptab_ram(const struct traptab *t, gpa_t a, uint32_t size)
{
	const struct region *r = traptab_find(t, a);

	return r && r->kind == REGION_RAM ? traptab_bytes_at(r, a, size) : NULL;
}

void *traptab_memory(const struct traptab *t, gpa_t a, uint32_t size)
{
	const struct region *r = traptab_find(t, a);

	return r && (r->kind == REGION_RAM || r->kind == REGION_CHANNEL) ?
		       traptab_bytes_at(r, a, size) :
		       NULL;
}
