/* SPDX-License-Identifier: Apache-2.0 */
/* The host's RAM, in pages of 4 KiB.  Any context. */
#ifndef ESPALIER_PAGE_H
#define ESPALIER_PAGE_H

#include <stdbool.h>

#include <espalier/addr.h>

/* Who a page belongs to; `host ram` adds up by owner. */
enum page_owner {
	PAGE_FREE,
	PAGE_VMM,    /* image, heap, stacks, allocator */
	PAGE_MEANS,  /* what the VMM needs for guests (means.h) */
	PAGE_GUEST,  /* guest RAM */
	PAGE_INITRD, /* disk image and host DTB */
	PAGE_OWNERS,
};

/*
 * Gives RAM [base, base + size) to the allocator; unaligned ends are dropped.
 * May be called once per memory bank, before the first page_alloc().
 * -ENOSPC when there are more banks than CONFIG_MAX_BANKS or more than 1 GiB;
 * -EEXIST when it overlaps another bank.
 */
int page_add_bank(hpa_t base, uint32_t size);

/* Takes [base, base + size) out of the free pages, rounded outwards. */
void page_reserve(hpa_t base, uint32_t size, enum page_owner owner);

/*
 * `n` contiguous pages at a multiple of `align` bytes (a power of two, at least
 * PAGE_SIZE), contents undefined.  NULL when there is no such run.  Big runs
 * (PAGE_GUEST) come from the top of RAM, small ones from the bottom.
 */
void *page_alloc(unsigned n, uint32_t align, enum page_owner owner);

/* As page_alloc(), at exactly `base`.  NULL when any page there is taken. */
void *page_alloc_at(hpa_t base, unsigned n, enum page_owner owner);

void page_free(void *p, unsigned n);

/* Pages that belong to `owner` now. */
unsigned page_count(enum page_owner owner);

/*
 * Calls fn for each run of free pages, in order of address.  Host thread; what is
 * allocated meanwhile may or may not be seen.
 */
void page_for_each_free(void (*fn)(void *arg, hpa_t base, uint32_t size), void *arg);

/* True if [a, a + size) is RAM that the allocator manages. */
bool page_is_ram(hpa_t a, uint32_t size);

#endif
