/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/classes.c core/emul/gic.c core/emul/gic_dist.c
 * core/emul/gic_cpu.c core/emul/twd.c core/emul/gtimer.c core/emul/scu.c core/emul/l2c310.c
 * core/emul/sysreg.c core/emul/syscfg.c core/emul/sp804.c core/emul/sp805.c core/emul/sp810.c core/emul/pl031.c
 * core/emul/pl011.c core/emul/doorbell.c core/emul/pl011_regs.c core/emul/clock.c
 * core/emul/downcount.c core/timer.c core/lib/dt.c core/lib/dt_index.c tests/host/fake_emul.c
 * tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_emul.h"

/* Rows must be sorted without overlap, or the binary search misses some. */
static void tables_are_sorted(void **state)
{
	unsigned maps = 0;

	for (const struct emul_class *const *c = emul_classes; *c; c++) {
		for (unsigned w = 0; w < EMUL_MAX_WINDOWS && (*c)->maps[w]; w++, maps++) {
			const struct reg_map *map = (*c)->maps[w];
			uint32_t end = 0;

			for (unsigned i = 0; i < map->n; i++) {
				const struct reg_row *r = &map->rows[i];

				if (r->offset != end || !r->name)
					fail_msg("%s: row %u (%s) is at 0x%x, not 0x%x", (*c)->name,
						 i, r->name ? r->name : "?", r->offset, end);
				end = r->offset + 4 * MAX(r->count, 1);
			}
		}
	}
	assert_true(maps >= 11);
}

/* Each register of each class is found by its own offset, and nothing past the end. */
static void every_register_is_found(void **state)
{
	for (const struct emul_class *const *c = emul_classes; *c; c++) {
		struct emul_dev *d;

		fake_start(1);
		d = fake_device(*c, NULL, 0, 0, 0);
		assert_non_null(d);
		for (unsigned w = 0; w < EMUL_MAX_WINDOWS; w++) {
			const struct reg_map *map = (*c)->maps[w];
			const struct reg_row *last = map ? &map->rows[map->n - 1] : NULL;
			uint32_t end = map ? last->offset + 4 * MAX(last->count, 1) : 0, v;

			for (uint32_t off = 0; off < end; off += 4)
				assert_int_equal(fake_access(d, 0, w, off, 4, false, &v), 0);
			assert_int_equal(fake_access(d, 0, w, end, 4, false, &v), -ENXIO);
			assert_int_equal(fake_access(d, 0, w, 0xfffffffc, 4, false, &v), -ENXIO);
		}
		fake_destroy(d);
	}
}

static uint32_t seen_value, seen_index;

static uint32_t get(struct emul_dev *d, const struct mmio *m, unsigned index)
{
	return 0x44332211 + index;
}

static void set(struct emul_dev *d, const struct mmio *m, unsigned index, uint32_t v)
{
	seen_index = index;
	seen_value = mmio_merge(m, 0xaaaaaaaa, v);
}

static const struct reg_row rows[] = {
	{ .offset = 0x00, .name = "words", .get = get, .set = set },
	{ .offset = 0x10, .count = 3, .name = "bytes", .get = get, .set = set, .bytes = 1 },
	{ .offset = 0x20, .name = "constant", .value = 0x12345678, .bytes = 1 },
};

static int access(uint32_t offset, unsigned size, bool write, uint32_t *v)
{
	struct mmio m = { .offset = offset, .size = (uint8_t)size, .write = write, .value = *v };
	int err = reg_rows_access(NULL, &m, rows, ARRAY_SIZE(rows));

	*v = m.value;
	return err;
}

static void lanes_and_sizes(void **state)
{
	uint32_t v = 0;

	assert_int_equal(access(0x00, 2, false, &v), -ENXIO);
	assert_int_equal(access(0x04, 4, false, &v), -ENXIO);
	assert_int_equal(access(0x1c, 4, false, &v), -ENXIO);
	assert_int_equal(access(0x12, 4, false, &v), -ENXIO);
	assert_int_equal(access(0x11, 2, false, &v), -ENXIO);
	assert_int_equal(access(0x10, 3, false, &v), -ENXIO);
	assert_int_equal(access(0x10, 0, false, &v), -ENXIO);
	assert_int_equal(access(0x18, 1, false, &v), 0);
	assert_int_equal(v, 0x13);
	assert_int_equal(access(0x13, 1, false, &v), 0);
	assert_int_equal(v, 0x44);
	assert_int_equal(access(0x22, 2, false, &v), 0);
	assert_int_equal(v, 0x1234);
	v = 0xffffff7f; /* bits beyond the access must not matter */
	assert_int_equal(access(0x15, 1, true, &v), 0);
	assert_int_equal(seen_index, 1);
	assert_int_equal(seen_value, 0xaaaa7faa);
	v = 0x12345678;
	assert_int_equal(access(0x1a, 2, true, &v), 0);
	assert_int_equal(seen_value, 0x5678aaaa);
	assert_int_equal(access(0x20, 4, true, &v), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_sorted),
		cmocka_unit_test(every_register_is_found),
		cmocka_unit_test(lanes_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
