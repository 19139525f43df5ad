/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/page.c tests/host/fake_arch.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <espalier/log.h>
#include <espalier/page.h>
#include <espalier/util.h>

#include "fake_arch.h"

/* The allocator keeps its banks for ever: one map for all tests, emptied by each. */
#define LOW       0x60000000u
#define LOW_SIZE  0x02000000u /* 32 MiB */
#define HIGH      0x80000000u
#define HIGH_SIZE 0x01000800u /* 16 MiB and half a page */
#define VMM_SIZE  0x00100000u

static jmp_buf on_panic;
static bool expect_panic;

__noreturn void panic(const char *fmt, ...)
{
	if (!expect_panic)
		abort();
	expect_panic = false;
	longjmp(on_panic, 1);
}

#define assert_panics(statement) \
	do { \
		expect_panic = true; \
		if (!setjmp(on_panic)) { \
			statement; \
			fail_msg("did not panic"); \
		} \
		assert_int_equal(fake_irq_masked, 0); \
	} while (0)

static uint32_t addr(const void *p) { return (uint32_t)(uintptr_t)p; }

static unsigned free_at_start;

static int setup(void **state)
{
	assert_int_equal(page_add_bank(HPA(LOW), LOW_SIZE), 0);
	assert_int_equal(page_add_bank(HPA(HIGH), HIGH_SIZE), 0);
	page_reserve(HPA(LOW), VMM_SIZE - 1, PAGE_VMM);
	free_at_start = page_count(PAGE_FREE);
	return 0;
}

static int all_free_again(void **state)
{
	assert_int_equal(page_count(PAGE_FREE), free_at_start);
	assert_int_equal(page_count(PAGE_MEANS), 0);
	assert_int_equal(page_count(PAGE_GUEST), 0);
	assert_int_equal(fake_irq_masked, 0);
	return 0;
}

static void test_counts(void **state)
{
	assert_int_equal(free_at_start, (LOW_SIZE - VMM_SIZE + HIGH_SIZE) / PAGE_SIZE);
	assert_int_equal(page_count(PAGE_VMM), VMM_SIZE / PAGE_SIZE);
	assert_true(page_is_ram(HPA(LOW), LOW_SIZE));
	assert_true(page_is_ram(HPA(HIGH), 0x01000000));
	assert_false(page_is_ram(HPA(HIGH), HIGH_SIZE));
	assert_false(page_is_ram(HPA(LOW - 1), 2));
	assert_false(page_is_ram(HPA(LOW), HIGH - LOW));
	assert_false(page_is_ram(HPA(HIGH), 0xffffffff));
	assert_true(page_is_ram(HPA(LOW + 5), 0));
}

static void test_small_from_bottom(void **state)
{
	void *a = page_alloc(1, PAGE_SIZE, PAGE_MEANS);
	void *b = page_alloc(4, 16384, PAGE_MEANS);
	void *c = page_alloc(1, PAGE_SIZE, PAGE_MEANS);

	assert_int_equal(addr(a), LOW + VMM_SIZE);
	assert_int_equal(addr(b), LOW + VMM_SIZE + 16384);
	assert_int_equal(addr(c), LOW + VMM_SIZE + PAGE_SIZE);
	assert_int_equal(page_count(PAGE_MEANS), 6);
	page_free(a, 1);
	assert_ptr_equal(page_alloc(1, PAGE_SIZE, PAGE_MEANS), a);
	page_free(a, 1);
	page_free(b, 4);
	page_free(c, 1);
}

static void test_guest_from_top(void **state)
{
	const uint32_t mib = 0x100000;
	void *a = page_alloc(8 * mib / PAGE_SIZE, mib, PAGE_GUEST);
	void *b = page_alloc(8 * mib / PAGE_SIZE, mib, PAGE_GUEST);
	void *c = page_alloc(8 * mib / PAGE_SIZE, mib, PAGE_GUEST);

	assert_int_equal(addr(a), HIGH + 8 * mib);
	assert_int_equal(addr(b), HIGH);
	assert_int_equal(addr(c), LOW + LOW_SIZE - 8 * mib);
	assert_null(page_alloc(24 * mib / PAGE_SIZE, mib, PAGE_GUEST));
	page_free(a, 8 * mib / PAGE_SIZE);
	page_free(b, 8 * mib / PAGE_SIZE);
	page_free(c, 8 * mib / PAGE_SIZE);
}

/* The alignment is one of addresses, not of places in a bank. */
static void test_alignment(void **state)
{
	void *p = page_alloc(1, 0x80000000, PAGE_MEANS);

	assert_int_equal(addr(p), HIGH);
	assert_null(page_alloc(1, 0x80000000, PAGE_MEANS));
	page_free(p, 1);
	p = page_alloc(1, 0x01000000, PAGE_GUEST);
	assert_int_equal(addr(p), HIGH);
	page_free(p, 1);
}

static void test_alloc_at(void **state)
{
	hpa_t at = HPA(LOW + 0x800000);
	void *p = page_alloc_at(at, 16, PAGE_GUEST);

	assert_int_equal(addr(p), at.v);
	assert_null(page_alloc_at(HPA(at.v + 15 * PAGE_SIZE), 1, PAGE_GUEST));
	assert_null(page_alloc_at(HPA(at.v - PAGE_SIZE), 2, PAGE_GUEST));
	assert_null(page_alloc_at(HPA(at.v + 16 * PAGE_SIZE + 1), 1, PAGE_GUEST));
	assert_null(page_alloc_at(HPA(LOW), 1, PAGE_GUEST));
	assert_null(page_alloc_at(HPA(LOW + LOW_SIZE - PAGE_SIZE), 2, PAGE_GUEST));
	assert_null(page_alloc_at(HPA(0), 1, PAGE_GUEST));
	page_free(p, 16);
}

static void test_bad_requests(void **state)
{
	assert_null(page_alloc(0, PAGE_SIZE, PAGE_MEANS));
	assert_null(page_alloc(1, 3 * PAGE_SIZE, PAGE_MEANS));
	assert_null(page_alloc(1, PAGE_SIZE, PAGE_FREE));
	assert_null(page_alloc(0xffffffff, PAGE_SIZE, PAGE_MEANS));
	assert_null(page_alloc(0xffffffff, PAGE_SIZE, PAGE_GUEST));
}

static void test_wrong_frees_panic(void **state)
{
	void *p = page_alloc(3, PAGE_SIZE, PAGE_MEANS);
	void *q = page_alloc_at(HPA(addr(p) + 3 * PAGE_SIZE), 1, PAGE_GUEST);

	page_free(NULL, 1);
	assert_panics(page_free(hpa_ptr(HPA(addr(p) + 1)), 1));
	assert_panics(page_free(hpa_ptr(HPA(LOW - PAGE_SIZE)), 1));
	assert_panics(page_free(p, 4));
	page_free(p, 3);
	assert_panics(page_free(p, 1));
	assert_panics(page_free(p, 3));
	page_free(q, 1);
	assert_panics(page_free(q, 1));
}

/* Everything can be had, nothing twice, and all of it comes back. */
static void test_exhaust(void **state)
{
	static void *p[(LOW_SIZE + HIGH_SIZE) / PAGE_SIZE];
	unsigned n = 0;

	while ((p[n] = page_alloc(1, PAGE_SIZE, PAGE_MEANS)))
		n++;
	assert_int_equal(n, free_at_start);
	assert_int_equal(page_count(PAGE_FREE), 0);
	assert_null(page_alloc(1, PAGE_SIZE, PAGE_GUEST));
	for (unsigned i = 1; i < n; i++)
		assert_true(p[i] > p[i - 1]);
	for (unsigned i = 0; i < n; i++)
		page_free(p[(i * 7919) % n], 1); /* 7919 is prime to n */
}

/* A guest's life a hundred times over, in an order that is not a stack's. */
static void test_rounds(void **state)
{
	srand(1);
	for (int round = 0; round < 100; round++) {
		void *ram = page_alloc(4096, 0x100000, PAGE_GUEST);
		void *p[64];
		unsigned n[64];

		assert_non_null(ram);
		for (unsigned i = 0; i < ARRAY_SIZE(p); i++) {
			n[i] = 1 + rand() % 8;
			p[i] = page_alloc(n[i], rand() % 2 ? 16384 : PAGE_SIZE, PAGE_MEANS);
			assert_non_null(p[i]);
			if (i % 3 == 2) {
				page_free(p[i - 1], n[i - 1]);
				p[i - 1] = NULL;
			}
		}
		page_free(ram, 4096);
		for (unsigned i = 0; i < ARRAY_SIZE(p); i++)
			page_free(p[i], n[i]);
		assert_int_equal(page_count(PAGE_FREE), free_at_start);
	}
}

static void test_too_many_banks(void **state)
{
	uint32_t base = 0x90000000;

	assert_int_equal(page_add_bank(HPA(base), 0x40000000), -ENOSPC); /* over 1 GiB */
	assert_int_equal(page_add_bank(HPA(base + 1), PAGE_SIZE), 0);    /* no whole page */
	assert_int_equal(page_add_bank(HPA(LOW - PAGE_SIZE), 2 * PAGE_SIZE), -EEXIST);
	assert_int_equal(page_add_bank(HPA(HIGH), PAGE_SIZE), -EEXIST);
	for (unsigned i = 2; i < CONFIG_MAX_BANKS; i++)
		assert_int_equal(page_add_bank(HPA(base + 2 * i * PAGE_SIZE), PAGE_SIZE), 0);
	assert_int_equal(page_add_bank(HPA(base), PAGE_SIZE), -ENOSPC);
	/* A range over several banks and the holes between them. */
	page_reserve(HPA(base), 0x10000000, PAGE_INITRD);
	assert_int_equal(page_count(PAGE_INITRD), CONFIG_MAX_BANKS - 2);
	assert_int_equal(page_count(PAGE_FREE), free_at_start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test_teardown(test_small_from_bottom, all_free_again),
		cmocka_unit_test_teardown(test_guest_from_top, all_free_again),
		cmocka_unit_test_teardown(test_alignment, all_free_again),
		cmocka_unit_test_teardown(test_alloc_at, all_free_again),
		cmocka_unit_test_teardown(test_bad_requests, all_free_again),
		cmocka_unit_test_teardown(test_wrong_frees_panic, all_free_again),
		cmocka_unit_test_teardown(test_exhaust, all_free_again),
		cmocka_unit_test_teardown(test_rounds, all_free_again),
		cmocka_unit_test(test_too_many_banks),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
