/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings that a guest causes: all are counted, few are logged. */
/* sources: core/guest/warn.c tests/host/fake_arch.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/timer.h>

static uint64_t now;
static char last[200];
static unsigned lines;

uint64_t timer_now(void) { return now; }

void log_printf(enum log_level l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last, sizeof(last), fmt, ap);
	va_end(ap);
	lines++;
}

static void flood(void **state)
{
	static struct guest a = { .name = "a" }, b = { .name = "b" };

	guest_warn(&a, WARN_DEVICE, "word %u", 1u);
	assert_string_equal(last, "a: word 1");
	for (; now < 3600 * NS_PER_SEC; now += NS_PER_MS)
		guest_warn(&a, WARN_DEVICE, "word %u", 2u);
	assert_in_range(lines, 2, 70);
	assert_int_equal(a.warn[WARN_DEVICE].count, 3600 * 1000 + 1);
	assert_non_null(strstr(last, "word 2 (63999 more left out)"));
	/* Another kind and another guest do not wait for it. */
	lines = 0;
	guest_warn(&a, WARN_DEVICE, "x");
	assert_int_equal(lines, 0);
	guest_warn(&a, WARN_ENDIAN, "x");
	guest_warn(&b, WARN_DEVICE, "x");
	assert_int_equal(lines, 2);
	assert_string_equal(last, "b: x");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(flood) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
