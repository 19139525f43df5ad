/* SPDX-License-Identifier: Apache-2.0 */
/* Small arrays of patches for exit context, where there is no heap. */
#include <espalier/page.h>

#include "vm.h"

static const uint16_t class_size[PATCH_CLASSES] = { 4, 16, 64, PATCH_MAX };

static unsigned class_of(unsigned n)
{
	unsigned c = 0;

	while (class_size[c] < n)
		c++;
	return c;
}

/* The first word of a page links the pages, of a free list the lists. */
static void refill(struct patch_pool *p, unsigned c)
{
	unsigned bytes = class_size[c] * sizeof(struct verify_patch);
	char *page = page_alloc(1, PAGE_SIZE, PAGE_SHADOW);

	if (!page)
		return;
	*(void **)page = p->pages;
	p->pages = page;
	for (unsigned at = 16; at + bytes <= PAGE_SIZE; at += bytes) {
		*(void **)(page + at) = p->free[c];
		p->free[c] = page + at;
	}
}

struct verify_patch *patch_alloc(struct patch_pool *p, unsigned n)
{
	unsigned c = class_of(n);
	void *list;

	if (!p->free[c])
		refill(p, c);
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

void patch_pool_destroy(struct patch_pool *p)
{
	while (p->pages) {
		void *page = p->pages;

		p->pages = *(void **)page;
		page_free(page, 1);
	}
	*p = (struct patch_pool){ 0 };
}
