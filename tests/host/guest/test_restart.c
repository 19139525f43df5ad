/* SPDX-License-Identifier: Apache-2.0 */
/* Restart policies: which end leads to a restart, and after which pause. */
/* sources: core/guest/restart.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <espalier/restart.h>
#include <espalier/util.h>

static void policies(void **state)
{
	/* Power-off, reboot, watchdog, fault. */
	static const char wanted[][GUEST_ENDS] = {
		[RESTART_ON_REQUEST] = "-.xx.",
		[RESTART_ALWAYS] = "-xxxx",
		[RESTART_ON_FAILURE] = "-.xxx",
		[RESTART_NEVER] = "-....",
	};

	for (unsigned p = 0; p < ARRAY_SIZE(wanted); p++)
		for (unsigned e = END_POWER_OFF; e < GUEST_ENDS; e++)
			assert_int_equal(restart_wanted(p, e), wanted[p][e] == 'x');
}

static void pauses(void **state)
{
	uint64_t before = 0;

	assert_int_equal(restart_pause(0), 0);
	assert_int_equal(restart_pause(1), RESTART_PAUSE_NS);
	for (uint32_t n = 2; n < 100; n++) {
		uint64_t p = restart_pause(n);

		assert_true(p == 2 * before || p == RESTART_PAUSE_MAX_NS || n == 2);
		assert_true(p >= before);
		before = p;
	}
	assert_int_equal(restart_pause(UINT32_MAX), RESTART_PAUSE_MAX_NS);
}

/* One that ends at once, for ever: what it has of an hour. */
static void an_hour_of_reboots(void **state)
{
	struct restart r = { .policy = RESTART_ALWAYS };
	uint64_t now = NS_PER_SEC, end = now + 3600 * NS_PER_SEC;
	bool limit;

	while (now < end) {
		r.started = now;
		assert_true(restart_plan(&r, END_REBOOT, now + NS_PER_MS, &limit));
		assert_true(r.due > now);
		now = r.due;
	}
	assert_in_range(r.total, 60, 75);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(pauses),
		cmocka_unit_test(an_hour_of_reboots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
