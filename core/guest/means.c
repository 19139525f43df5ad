/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that is set aside for a guest when it is created. */
#include <errno.h>

#include <espalier/log.h>
#include <espalier/page.h>

#include "guest_int.h"

int guest_means_reserve(struct guest *g)
{
	const struct part_guest *p = &g->part;

	g->means = (struct means){ .plan = p->means };
	g->means.base = page_alloc_at(HPA(p->means_host), p->means.size >> PAGE_SHIFT, PAGE_MEANS);
	if (g->means.base)
		return 0;
	log_err("%s: the host's %lu KiB at 0x%08lx for its tables are taken", g->dtb_path,
		(unsigned long)p->means.size >> 10, (unsigned long)p->means_host);
	return -ENOMEM;
}

void guest_means_release(struct guest *g)
{
	if (g->means.base)
		page_free(g->means.base, g->means.plan.size >> PAGE_SHIFT);
	g->means.base = NULL;
}

void *means_take(struct guest *g, enum means_kind k, uint32_t bytes, uint32_t align)
{
	struct means *m = &g->means;
	uint32_t at = ALIGN_UP(m->used[k], align), size = ALIGN_UP(bytes, MEANS_GRAIN);
	char *p = m->base;

	if (!p || at > m->plan.bytes[k] || size > m->plan.bytes[k] - at)
		return NULL;
	for (unsigned i = 0; i < k; i++)
		p += m->plan.bytes[i];
	m->used[k] = at + size;
	ram_clear(p + at, size);
	return p + at;
}
