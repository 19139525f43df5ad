/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's RAM. */
#include <errno.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/log.h>
#include <espalier/page.h>

#include "guest_int.h"

int guest_ram_alloc(struct guest *g)
{
	g->ram_dirty = true;
	for (unsigned i = 0; i < g->map.n; i++) {
		struct region *r = &g->map.regions[i];
		hpa_t planned = HPA(g->part.ranges[i].host); /* the model is in the same order */

		if (r->kind != REGION_RAM)
			continue;
		if (!page_alloc_at(planned, r->size >> PAGE_SHIFT, PAGE_GUEST)) {
			log_err("%s: %s: the host's memory at 0x%08lx is taken", g->dtb_path,
				r->path, (unsigned long)planned.v);
			return -ENOMEM;
		}
		r->host = planned;
	}
	return 0;
}

void guest_ram_free(struct guest *g)
{
	for (unsigned i = 0; i < g->map.n; i++) {
		struct region *r = &g->map.regions[i];

		if (r->kind == REGION_RAM && r->host.v)
			page_free(hpa_ptr(r->host), r->size >> PAGE_SHIFT);
		r->host = HPA(0);
	}
}

/*
 * Words, as the small C library's memset() works byte by byte.  What is zero
 * already is only read: an emulator need not back it with memory of its own then,
 * which makes the first start of a guest several times as fast.
 */
void ram_clear(void *at, uint32_t bytes)
{
	uint64_t *p = at;

	for (uint64_t *end = p + bytes / 8; p < end; p += 4)
		if (p[0] | p[1] | p[2] | p[3])
			p[0] = p[1] = p[2] = p[3] = 0;
}

void guest_ram_clear(struct guest *g)
{
	if (!g->ram_dirty)
		return;
	for (unsigned i = 0; i < g->map.n; i++) {
		const struct region *r = &g->map.regions[i];

		if (r->kind != REGION_RAM)
			continue;
		arch_guest_before_write(g, r->base, r->size);
		ram_clear(hpa_ptr(r->host), r->size);
	}
	g->ram_dirty = false;
}

void *guest_ram_writable(struct guest *g, gpa_t a, uint32_t n)
{
	void *p = traptab_ram(&g->map, a, n);

	if (p)
		arch_guest_before_write(g, a, n);
	return p;
}

/* A channel holds no code, so nothing of it has to become data first. */
int guest_write(struct guest *g, gpa_t a, const void *buf, uint32_t n)
{
	void *p = traptab_memory(&g->map, a, n);

	if (!p)
		return -EFAULT;
	arch_guest_before_write(g, a, n);
	memcpy(p, buf, n);
	return 0;
}

int guest_read(struct guest *g, gpa_t a, void *buf, uint32_t n)
{
	const void *p = traptab_memory(&g->map, a, n);

	if (!p)
		return -EFAULT;
	memcpy(buf, p, n);
	return 0;
}

uint32_t guest_ram_sum(const struct guest *g, gpa_t a, uint32_t n)
{
	const uint32_t *p = traptab_ram(&g->map, GPA(a.v & ~3u), n);
	uint32_t sum = 1;

	for (uint32_t i = 0; p && i < n / 4; i++)
		sum = (sum << 1 | sum >> 31) ^ p[i];
	return p ? sum : 0;
}
