/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's RAM: one byte per page says who owns it.  Small runs are taken
 * first-fit from the bottom, behind a hint below which nothing is free; guest RAM
 * comes from the top, so that the two do not cut each other up.
 */
#include <errno.h>
#include <string.h>

#include <espalier/lock.h>
#include <espalier/log.h>
#include <espalier/page.h>
#include <espalier/util.h>

#define MAX_PAGES (UINT32_C(1) << (30 - PAGE_SHIFT)) /* 1 GiB of RAM */

struct bank {
	uint32_t base; /* page number */
	uint32_t pages;
	uint32_t hint;  /* index: no free page below */
	uint8_t *owner; /* enum page_owner */
};

static struct bank banks[CONFIG_MAX_BANKS];
static unsigned nr_banks;
static uint8_t owners[MAX_PAGES];
static unsigned counts[PAGE_OWNERS];
static struct spinlock page_lock;

int page_add_bank(hpa_t base, uint32_t size)
{
	uint64_t end = (uint64_t)base.v + size;
	uint32_t first = ((uint64_t)base.v + PAGE_MASK) >> PAGE_SHIFT;
	uint32_t last = MIN(end, UINT64_C(1) << 32) >> PAGE_SHIFT;
	uint32_t used = 0, flags;
	int r = 0;

	if (last <= first)
		return 0;
	flags = spin_lock(&page_lock);
	for (unsigned i = 0; i < nr_banks; i++) {
		used += banks[i].pages;
		if (first < banks[i].base + banks[i].pages && banks[i].base < last)
			r = -EEXIST;
	}
	if (r) {
		/* a page that is had twice would be given away twice */
	} else if (nr_banks == CONFIG_MAX_BANKS || last - first > MAX_PAGES - used) {
		r = -ENOSPC;
	} else {
		banks[nr_banks++] = (struct bank){ first, last - first, 0, owners + used };
		counts[PAGE_FREE] += last - first;
	}
	spin_unlock(&page_lock, flags);
	return r;
}

static void set_owner(struct bank *b, uint32_t i, uint32_t n, enum page_owner owner)
{
	for (uint32_t k = i; k < i + n; k++)
		counts[b->owner[k]]--;
	counts[owner] += n;
	memset(b->owner + i, owner, n);
	if (owner == PAGE_FREE)
		b->hint = MIN(b->hint, i);
	else if (i <= b->hint && b->hint < i + n)
		b->hint = i + n;
}

void page_reserve(hpa_t base, uint32_t size, enum page_owner owner)
{
	uint64_t first = base.v >> PAGE_SHIFT;
	uint64_t last = ((uint64_t)base.v + size + PAGE_MASK) >> PAGE_SHIFT;
	uint32_t flags = spin_lock(&page_lock);

	for (struct bank *b = banks; b < banks + nr_banks; b++) {
		uint64_t from = MAX(first, b->base);
		uint64_t to = MIN(last, (uint64_t)b->base + b->pages);

		if (from < to)
			set_owner(b, from - b->base, to - from, owner);
	}
	spin_unlock(&page_lock, flags);
}

/* Index of the first taken page of [i, i + n), or i + n. */
static uint32_t first_taken(const struct bank *b, uint32_t i, uint32_t n)
{
	uint32_t k = i;

	while (k < i + n && b->owner[k] == PAGE_FREE)
		k++;
	return k;
}

/* Index of the last taken page of [i, i + n) plus one, or i. */
static uint32_t last_taken(const struct bank *b, uint32_t i, uint32_t n)
{
	uint32_t k = i + n;

	while (k > i && b->owner[k - 1] == PAGE_FREE)
		k--;
	return k;
}

/* Page numbers are aligned, not indexes; -1 when there is no such run. */
static int64_t page_find_up(const struct bank *b, uint32_t n, uint32_t align)
{
	uint64_t at = ALIGN_UP((uint64_t)b->base + b->hint, (uint64_t)align);

	while (at + n <= (uint64_t)b->base + b->pages) {
		uint32_t i = at - b->base, k = first_taken(b, i, n);

		if (k == i + n)
			return i;
		at = ALIGN_UP((uint64_t)b->base + k + 1, (uint64_t)align);
	}
	return -1;
}

static int64_t page_find_down(const struct bank *b, uint32_t n, uint32_t align)
{
	int64_t end = (int64_t)b->base + b->pages;

	while (end - n >= (int64_t)b->base + b->hint) {
		int64_t at = ALIGN_DOWN(end - n, (int64_t)align);
		uint32_t k;

		if (at < (int64_t)b->base + b->hint)
			break;
		k = last_taken(b, at - b->base, n);
		if (k == at - b->base)
			return at - b->base;
		end = (int64_t)b->base + k - 1;
	}
	return -1;
}

static void *page_take(struct bank *b, uint32_t i, uint32_t n, enum page_owner owner)
{
	set_owner(b, i, n, owner);
	return hpa_ptr(HPA((b->base + i) << PAGE_SHIFT));
}

void *page_alloc(unsigned n, uint32_t align, enum page_owner owner)
{
	uint32_t pages = MAX(align >> PAGE_SHIFT, 1), flags;
	bool top = owner == PAGE_GUEST;
	void *p = NULL;

	if (!n || n > MAX_PAGES || (align & (align - 1)) || owner == PAGE_FREE)
		return NULL;
	flags = spin_lock(&page_lock);
	for (unsigned k = 0; k < nr_banks && !p; k++) {
		struct bank *b = &banks[top ? nr_banks - 1 - k : k];
		int64_t i = top ? page_find_down(b, n, pages) : page_find_up(b, n, pages);

		if (i >= 0)
			p = page_take(b, i, n, owner);
	}
	spin_unlock(&page_lock, flags);
	return p;
}

/* The bank that holds pages [page, page + n) whole, or NULL. */
static struct bank *page_bank_of(uint32_t page, uint32_t n)
{
	for (struct bank *b = banks; b < banks + nr_banks; b++)
		if (page >= b->base && page - b->base < b->pages &&
		    n <= b->pages - (page - b->base))
			return b;
	return NULL;
}

void *page_alloc_at(hpa_t base, unsigned n, enum page_owner owner)
{
	uint32_t page = base.v >> PAGE_SHIFT, flags;
	void *p = NULL;
	struct bank *b;

	if (!n || (base.v & PAGE_MASK) || owner == PAGE_FREE)
		return NULL;
	flags = spin_lock(&page_lock);
	b = page_bank_of(page, n);
	if (b && first_taken(b, page - b->base, n) == page - b->base + n)
		p = page_take(b, page - b->base, n, owner);
	spin_unlock(&page_lock, flags);
	return p;
}

void page_free(void *p, unsigned n)
{
	uint32_t a = ptr_hpa(p).v, page = a >> PAGE_SHIFT, flags, i, k;
	const char *wrong = NULL;
	struct bank *b;

	if (!p || !n)
		return;
	flags = spin_lock(&page_lock);
	b = page_bank_of(page, n);
	if (!b || (a & PAGE_MASK)) {
		wrong = "not pages of RAM";
	} else {
		i = page - b->base;
		for (k = i; k < i + n && !wrong; k++)
			if (b->owner[k] == PAGE_FREE)
				wrong = "free already";
			else if (b->owner[k] != b->owner[i])
				wrong = "of several owners";
		if (!wrong)
			set_owner(b, i, n, PAGE_FREE);
	}
	spin_unlock(&page_lock, flags);
	if (wrong)
		panic("page_free(0x%lx, %u): %s", (unsigned long)a, n, wrong);
}

unsigned page_count(enum page_owner owner) { return owner < PAGE_OWNERS ? counts[owner] : 0; }

static void free_runs(const struct bank *b, void (*fn)(void *arg, hpa_t base, uint32_t size),
		      void *arg)
{
	for (uint32_t i = b->hint, k; i < b->pages; i = k + 1) {
		k = first_taken(b, i, b->pages - i);
		if (k > i)
			fn(arg, HPA((b->base + i) << PAGE_SHIFT), (k - i) << PAGE_SHIFT);
	}
}

void page_for_each_free(void (*fn)(void *arg, hpa_t base, uint32_t size), void *arg)
{
	for (unsigned n = 0; n < nr_banks; n++)
		free_runs(&banks[n], fn, arg);
}

bool page_is_ram(hpa_t a, uint32_t size)
{
	uint64_t last = (uint64_t)a.v + (size ? size - 1 : 0);
	uint32_t first = a.v >> PAGE_SHIFT;

	if (last >> 32)
		return false;
	return page_bank_of(first, (uint32_t)(last >> PAGE_SHIFT) - first + 1) != NULL;
}
