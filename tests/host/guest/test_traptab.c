/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/guest/traptab.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <espalier/traptab.h>
#include <espalier/util.h>

static struct region ram(uint32_t base, uint32_t size, uint32_t host)
{
	return (struct region){
		.base = GPA(base), .size = size, .kind = REGION_RAM, .host = HPA(host)
	};
}

static struct region absent(uint32_t base, uint32_t size)
{
	return (struct region){ .base = GPA(base), .size = size, .kind = REGION_ABSENT };
}

static int add(struct traptab *t, struct region r)
{
	const struct region *other;

	return traptab_add(t, &r, &other);
}

static void rejects_bad_ranges(void **state)
{
	struct traptab t;
	struct region emul = { .base = GPA(0x1000), .size = 0x100, .kind = REGION_EMUL };

	traptab_init(&t);
	assert_int_equal(add(&t, absent(0x1000, 0)), -EINVAL);
	assert_int_equal(add(&t, absent(0xfffff000, 0x1001)), -EINVAL);
	assert_int_equal(add(&t, ram(0x1001, 0x1000, 0x2000)), -EINVAL);
	assert_int_equal(add(&t, ram(0x1000, 0x1001, 0x2000)), -EINVAL);
	assert_int_equal(add(&t, ram(0x1000, 0x1000, 0x2001)), -EINVAL);
	assert_int_equal(add(&t, emul), -EINVAL);
	assert_int_equal(t.n, 0);
	assert_int_equal(add(&t, absent(0xfffff000, 0x1000)), 0);
	assert_int_equal(add(&t, absent(0, 1)), 0);
	traptab_free(&t);
	assert_null(traptab_find(&t, GPA(0)));
}

static void names_the_region_in_the_way(void **state)
{
	struct traptab t;
	const struct region *other;
	static const struct {
		uint32_t base, size;
	} in_the_way[] = {
		{ 0x2000, 0x1000 }, { 0x1fff, 2 },    { 0x2fff, 1 },
		{ 0x0, 0x10000 },   { 0x2800, 0x10 },
	};

	traptab_init(&t);
	assert_int_equal(add(&t, absent(0x8000, 0x1000)), 0);
	assert_int_equal(add(&t, absent(0x2000, 0x1000)), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(in_the_way); i++) {
		struct region r = absent(in_the_way[i].base, in_the_way[i].size);

		other = NULL;
		assert_int_equal(traptab_add(&t, &r, &other), -EEXIST);
		assert_non_null(other);
		assert_int_equal(other->base.v, 0x2000);
	}
	assert_int_equal(t.n, 2);
	assert_int_equal(add(&t, absent(0x1000, 0x1000)), 0);
	assert_int_equal(add(&t, absent(0x3000, 0x5000)), 0);
	traptab_free(&t);
}

static void whole_address_space(void **state)
{
	struct traptab t;

	traptab_init(&t);
	assert_int_equal(add(&t, absent(0, 0x80000000)), 0);
	assert_int_equal(add(&t, absent(0x80000000, 0x80000000)), 0);
	assert_int_equal(traptab_find(&t, GPA(0xffffffff))->base.v, 0x80000000);
	assert_int_equal(traptab_find(&t, GPA(0x7fffffff))->base.v, 0);
	traptab_free(&t);
}

/* Random insertions against a plain list; then every boundary is looked up. */
static void stays_sorted(void **state)
{
	struct traptab t;
	static uint8_t owner[4096];
	unsigned seed = 1, added = 0;

	traptab_init(&t);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t base = (seed = seed * 1103515245 + 12345) >> 8 & 0xfff;
		uint32_t size = ((seed = seed * 1103515245 + 12345) >> 8 & 7) + 1;
		int free_there = base + size <= sizeof(owner);

		if (!free_there)
			continue;
		for (uint32_t a = base; a < base + size; a++)
			free_there &= !owner[a];
		assert_int_equal(add(&t, absent(base, size)), free_there ? 0 : -EEXIST);
		if (!free_there)
			continue;
		added++;
		for (uint32_t a = base; a < base + size; a++)
			owner[a] = 1;
	}
	assert_int_equal(t.n, added);
	assert_true(added > 100);
	for (unsigned i = 1; i < t.n; i++)
		assert_true(t.regions[i - 1].base.v + t.regions[i - 1].size <= t.regions[i].base.v);
	for (uint32_t a = 0; a < sizeof(owner); a++) {
		const struct region *r = traptab_find(&t, GPA(a));

		assert_int_equal(r != NULL, owner[a]);
		if (r)
			assert_true(a >= r->base.v && a - r->base.v < r->size);
	}
	traptab_free(&t);
}

static void ram_pointers(void **state)
{
	struct traptab t;

	traptab_init(&t);
	assert_int_equal(add(&t, ram(0x60000000, 0x2000, 0x70000000)), 0);
	assert_int_equal(add(&t, ram(0x60002000, 0x1000, 0x50000000)), 0);
	assert_int_equal(add(&t, absent(0x60003000, 0x1000)), 0);
	assert_ptr_equal(traptab_ram(&t, GPA(0x60000000), 0x2000), hpa_ptr(HPA(0x70000000)));
	assert_ptr_equal(traptab_ram(&t, GPA(0x60001ffc), 4), hpa_ptr(HPA(0x70001ffc)));
	assert_ptr_equal(traptab_ram(&t, GPA(0x60002000), 0x1000), hpa_ptr(HPA(0x50000000)));
	/* Across the end of one region, even into the next RAM. */
	assert_null(traptab_ram(&t, GPA(0x60001ffe), 4));
	assert_null(traptab_ram(&t, GPA(0x60000000), 0xffffffff));
	assert_null(traptab_ram(&t, GPA(0x60003000), 4));
	assert_null(traptab_ram(&t, GPA(0x5fffffff), 1));
	traptab_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejects_bad_ranges),
		cmocka_unit_test(names_the_region_in_the_way),
		cmocka_unit_test(whole_address_space),
		cmocka_unit_test(stays_sorted),
		cmocka_unit_test(ram_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
