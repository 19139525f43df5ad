/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small arrays of patches for exit context, where there is no heap.  The pages are the
 * guest's means.
 */
#include <string.h>

#include "vm.h"

static const uint16_t class_size[PATCH_CLASSES] = { 4, 16, 64, PATCH_MAX };

static unsigned class_of(unsigned n)
{
	unsigned c = 0;

	while (class_size[c] < n)
		c++;
	return c;
}

/* A free entry's first word links its list. */
static void patch_pool_refill(struct patch_pool *p, unsigned c)
{
	unsigned bytes = class_size[c] * sizeof(struct verify_patch);
	char *page = p->next;

	if (page == p->end)
		return;
	p->next += PAGE_SIZE;
	for (unsigned at = 0; at + bytes <= PAGE_SIZE; at += bytes) {
		*(void **)(page + at) = p->free[c];
		p->free[c] = page + at;
	}
}

struct verify_patch *patch_alloc(struct patch_pool *p, unsigned n)
{
	unsigned c = class_of(n);
	void *list;

	if (!p->free[c])
		patch_pool_refill(p, c);
	list = p->free[c];
	if (list)
		p->free[c] = *(void **)list;
	return list;
}

void patch_free(struct patch_pool *p, struct verify_patch *list, unsigned n)
{
	unsigned c = class_of(n);

	*(void **)list = p->free[c];
	p->free[c] = list;
}

/* A smaller list that cannot be had is the old one, too large for what it is from then on. */
void patch_shrink(struct patch_pool *p, struct gframe *f, unsigned n)
{
	struct verify_patch *list = f->patches;
	unsigned old = f->npatches;

	if (n && class_of(n) != class_of(old)) {
		list = patch_alloc(p, n);
		if (list)
			memcpy(list, f->patches, n * sizeof(*list));
		else
			list = f->patches;
	}
	if (!n || list != f->patches)
		patch_free(p, f->patches, old);
	f->patches = n ? list : NULL;
	f->npatches = (uint16_t)n;
}

void patch_pool_init(struct patch_pool *p, void *base, uint32_t size)
{
	p->base = base;
	p->end = base ? (char *)base + size : NULL;
	patch_pool_reset(p);
}

void patch_pool_reset(struct patch_pool *p)
{
	memset(p->free, 0, sizeof(p->free));
	p->next = p->base;
}
