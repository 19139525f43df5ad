/* SPDX-License-Identifier: Apache-2.0 */
/* Faults by node: rows, their limit, the rate of lines in the log, owners. */
/*
 * sources: core/guest/faults.c core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c
 * core/lib/nearest.c core/guest/traptab.c tests/host/fake_arch.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/dt.h>
#include <espalier/faults.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/timer.h>

#include "fdt_gen.h"

static struct guest me;
static uint64_t now;
static char logged[4096];
static unsigned lines;

uint64_t timer_now(void) { return now; }

void log_printf(enum log_level l, const char *fmt, ...)
{
	va_list ap;

	assert_int_equal(l, LOG_WARN);
	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
	lines++;
}

static const char *driver(const void *fdt, int node)
{
	return fdt_node_check_compatible(fdt, node, "test,vmm") ? NULL : "vmm";
}

static bool is_ram(uint32_t a, uint32_t size) { return a >= 0x80000000 && a < 0x90000000; }

/* The machine: "other" has what lies at 0x3000. */
void partition_find(uint32_t a, struct part_owner *o)
{
	struct part_host host = { .fdt = host_fdt, .driver = driver, .is_ram = is_ram };
	struct part_range passed = {
		.base = 0x3000,
		.size = 0x1000,
		.host = 0x3000,
		.kind = REGION_PASS,
	};
	struct part_guest other = { .name = "other", .ranges = &passed, .nr_ranges = 1 };

	part_find(&(struct partition){ .host = &host, .guests = &other }, a, o);
}

static void fault(uint32_t a, enum fault_kind kind)
{
	guest_fault(&me, &(struct fault){ GPA(a), 0x80008000, 4, (uint8_t)kind, false });
}

/* The line that one fault makes. */
static const char *line(uint32_t a, enum fault_kind kind)
{
	unsigned before = lines;

	now += 100 * NS_PER_SEC;
	fault(a, kind);
	faults_flush(&me);
	assert_int_equal(lines, before + 1);
	return logged;
}

static int setup(void **state)
{
	struct region own = { .base = { 0x5000 },
			      .size = 0x1000,
			      .kind = REGION_EMUL,
			      .dev = (void *)1,
			      .path = "/own@5000" };

	traptab_free(&me.map);
	free(me.dtb);
	memset(&me, 0, sizeof(me));
	strcpy(me.name, "me");
	assert_int_equal(traptab_add(&me.map, &own, NULL), 0);
	me.dtb = fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
			      " own@5000 { reg = <0x5000 0x1000>; };"
			      " off@4000 { reg = <0x4000 0x800>; status = \"disabled\"; }; };");
	now = NS_PER_SEC;
	lines = 0;
	return 0;
}

static void lines_of_owners(void **state)
{
	assert_string_equal(line(0x3018, FAULT_READ), "me: read of 4 bytes at 0x00003018, pc "
						      "0x80008000: uart@0 belongs to other;"
						      " not in me's tree");
	assert_string_equal(line(0x2000, FAULT_WRITE), "me: write of 4 bytes at 0x00002000, pc "
						       "0x80008000: vmm@2000 belongs to the VMM;"
						       " not in me's tree");
	assert_string_equal(line(0x4004, FAULT_FETCH), "me: fetch of 4 bytes at 0x00004004, pc "
						       "0x80008000: spare@4000 belongs to nobody;"
						       " disabled in me's tree");
	assert_non_null(strstr(line(0x4804, FAULT_READ), "spare@4000 belongs to nobody; not in"));
	assert_non_null(strstr(line(0x80000000, FAULT_READ), "memory@80000000 belongs to the VMM"));
	assert_non_null(
		strstr(line(0xfffff000, FAULT_READ), "no node of the host lies there; not"));
	assert_non_null(
		strstr(line(0x5010, FAULT_READ), "own@5000 is its own, but has no register"));
	assert_non_null(strstr(line(0x5010, FAULT_FETCH), "own@5000 is its own, and not RAM"));
	/* Of nodes inside each other the smaller one. */
	assert_non_null(strstr(line(0x3ffc, FAULT_READ), "part@3ff0 belongs to other"));
	assert_int_equal(me.faults, 9);
}

static void rate(void **state)
{
	struct fault_row row;

	fault(0x3000, FAULT_READ);
	fault(0x3004, FAULT_READ);
	faults_flush(&me);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(logged, "at 0x00003004"));
	assert_non_null(strstr(logged, "(1 more left out)"));
	for (unsigned i = 0; i < 1000; i++) {
		fault(0x3008, FAULT_WRITE);
		faults_flush(&me);
	}
	assert_int_equal(lines, 1);
	fault(0x4000, FAULT_READ); /* another node is another matter */
	faults_flush(&me);
	assert_int_equal(lines, 2);
	now += NS_PER_SEC;
	fault(0x300c, FAULT_READ);
	faults_flush(&me);
	assert_int_equal(lines, 3);
	assert_non_null(strstr(logged, "(1000 more left out)"));
	/* A minute and more of it: ever fewer lines. */
	for (unsigned i = 0; i < 600; i++) {
		now += NS_PER_SEC;
		fault(0x3000, FAULT_READ);
		faults_flush(&me);
	}
	assert_in_range(lines, 3 + 5, 3 + 16);
	assert_true(faults_row(&me, 0, &row));
	assert_int_equal(row.count[FAULT_READ], 603);
	assert_int_equal(row.count[FAULT_WRITE], 1000);
	assert_int_equal(row.last.a.v, 0x3000);
}

static void harmless_is_not_logged(void **state)
{
	struct fault_row row;

	guest_fault(&me, &(struct fault){ GPA(0x3000), 4, 4, FAULT_READ, true });
	faults_flush(&me);
	assert_int_equal(lines, 0);
	assert_true(faults_row(&me, 0, &row));
	assert_false(faults_row(&me, 1, &row));
}

static void bounded(void **state)
{
	struct fault_row row;

	for (uint32_t i = 0; i < 40; i++)
		fault(0x10000000 + i * PAGE_SIZE + 4, FAULT_READ);
	for (unsigned i = 0; i < FAULT_ROWS; i++) {
		assert_true(faults_row(&me, i, &row));
		assert_int_equal(fault_sum(&row), 1);
		assert_int_equal(row.page, 0x10000000 + i * PAGE_SIZE);
	}
	assert_true(faults_row(&me, FAULT_ROWS, &row));
	assert_int_equal(fault_sum(&row), 40 - FAULT_ROWS);
	faults_flush(&me);
	assert_int_equal(lines, FAULT_ROWS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lines_of_owners, setup),
		cmocka_unit_test_setup(rate, setup),
		cmocka_unit_test_setup(harmless_is_not_logged, setup),
		cmocka_unit_test_setup(bounded, setup),
	};
	void *host = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
		" vmm@2000 { compatible = \"test,vmm\"; reg = <0x2000 0x1000>; };"
		" spare@4000 { reg = <0x4000 0x1000>; };"
		" bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x3000 0x1000>;"
		"  uart@0 { reg = <0 0x1000>; }; };"
		" part@3ff0 { reg = <0x3ff0 0x10>; };"
		" memory@80000000 { reg = <0x80000000 0x10000000>; }; };");

	host_fdt = host;
	faults_init(host);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
