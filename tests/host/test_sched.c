/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler against a clock that only the test moves. */
/* sources: core/sched.c tests/host/fake_arch.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/arch.h>
#include <espalier/timer.h>
#include <espalier/vcpu.h>

#include "fake_arch.h"

#define MS NS_PER_MS
#define N  4

static uint64_t now;
static struct timer *slices[CONFIG_MAX_CPUS];
static struct vcpu v[N];
static uint64_t host_ns; /* the host thread ran */
static uint64_t idle_ns;
static unsigned switches;
static bool host_asleep;
static struct vcpu *ran; /* who ran last */

/* --- time ---------------------------------------------------------------------------- */

uint64_t timer_now(void) { return now; }

void timer_init(struct timer *t, void (*fn)(struct timer *))
{
	slices[fake_cpu] = t;
	*t = (struct timer){ .fn = fn };
}

void timer_arm(struct timer *t, uint64_t deadline)
{
	t->deadline = deadline;
	t->armed = true;
}

void timer_cancel(struct timer *t) { t->armed = false; }

/* --- the CPU --------------------------------------------------------------------------- */

static struct vcpu *pick(bool *idle)
{
	uint32_t flags = arch_irq_save();
	struct vcpu *p = sched_pick(idle);

	arch_irq_restore(flags);
	return p;
}

/* Runs whoever is picked up to `until`, interrupted by the slice timer only. */
static void run(uint64_t until)
{
	while (now < until) {
		struct timer *t = slices[0];
		uint64_t next = until;
		bool idle;
		struct vcpu *p = pick(&idle);

		if (t->armed && t->deadline < next)
			next = MAX(t->deadline, now);
		if (idle)
			idle_ns += next - now;
		else if (!p)
			host_ns += next - now;
		switches += p != ran;
		ran = p;
		now = next;
		if (t->armed && t->deadline <= now) {
			t->armed = false;
			t->fn(t);
		}
	}
}

/* Called by sched_wait(): the host thread gives up the CPU and goes on at once here. */
void arch_thread_yield(void) {}

static void host_sleeps(void)
{
	bool idle;

	sched_wait();
	sched_wait(); /* the first may only have taken a wake-up that was remembered */
	pick(&idle);
	host_asleep = true;
}

static void wake_host(void)
{
	sched_wake_host();
	host_asleep = false;
}

static void run_for(uint64_t ns)
{
	bool idle;

	run(now + ns);
	if (!host_asleep)
		return;
	wake_host(); /* which looks at run_ns, so all is charged by then */
	pick(&idle);
	host_sleeps();
}

static int setup(void **state)
{
	const struct sched_params p = SCHED_PARAMS_DEFAULT;

	memset(v, 0, sizeof(v));
	now = 5 * NS_PER_SEC;
	host_ns = idle_ns = 0;
	host_asleep = false;
	switches = 0;
	ran = NULL;
	fake_cpu = 0;
	sched_init();
	for (unsigned i = 0; i < N; i++) {
		v[i].id = i;
		sched_vcpu_init(&v[i], &p);
	}
	return 0;
}

static void set(struct vcpu *u, uint32_t weight, uint32_t slice_us)
{
	const struct sched_params p = { weight, slice_us, 1 };

	assert_int_equal(sched_vcpu_set(u, &p), 0);
}

/* `got` is `want` of `of` to a hundredth. */
#define assert_share(got, want, of) assert_in_range(100 * (got) / (of), (want)-1, (want) + 1)

/* --- tests --------------------------------------------------------------------------------- */

static void host_alone_and_idle(void **state)
{
	bool idle;

	assert_null(pick(&idle));
	assert_false(idle);
	assert_null(sched_current());
	run_for(100 * MS);
	assert_int_equal(host_ns, 100 * MS);
	host_sleeps();
	assert_null(pick(&idle));
	assert_true(idle);
	assert_false(slices[0]->armed);
	wake_host();
	assert_null(pick(&idle));
	assert_false(idle);
}

static void one_runs_undisturbed(void **state)
{
	host_sleeps();
	sched_vcpu_start(&v[0]);
	run_for(NS_PER_SEC);
	assert_int_equal(v[0].run_ns, NS_PER_SEC);
	assert_ptr_equal(sched_current(), &v[0]);
	assert_false(slices[0]->armed); /* nobody to share with: no timer */
	sched_vcpu_wfi(&v[0]);
	run_for(NS_PER_SEC);
	assert_int_equal(v[0].run_ns, NS_PER_SEC);
	assert_int_equal(idle_ns, NS_PER_SEC);
	assert_false(slices[0]->armed);
}

static void equal_shares(void **state)
{
	host_sleeps();
	for (unsigned i = 0; i < 3; i++)
		sched_vcpu_start(&v[i]);
	run_for(3 * NS_PER_SEC);
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(v[i].run_ns, 990 * MS, 1010 * MS);
	assert_in_range(switches, 290, 310); /* slices of 10 ms */
}

static void shares_by_weight(void **state)
{
	set(&v[0], 1, 10000);
	set(&v[1], 3, 10000);
	host_sleeps();
	sched_vcpu_start(&v[0]);
	sched_vcpu_start(&v[1]);
	run_for(4 * NS_PER_SEC);
	assert_share(v[0].run_ns, 25, 4 * NS_PER_SEC);
	assert_share(v[1].run_ns, 75, 4 * NS_PER_SEC);
	/* Changed while they run. */
	v[0].run_ns = v[1].run_ns = 0;
	set(&v[0], 400, 10000);
	set(&v[1], 100, 10000);
	run_for(4 * NS_PER_SEC);
	assert_share(v[0].run_ns, 80, 4 * NS_PER_SEC);
	/* The heaviest leaves a thousandth to the lightest, and does not starve it. */
	v[0].run_ns = v[1].run_ns = 0;
	set(&v[0], SCHED_WEIGHT_MAX, 10000);
	set(&v[1], 10, 1000);
	run_for(20 * NS_PER_SEC);
	assert_in_range(v[1].run_ns, 15 * MS, 25 * MS);
}

/* A slice is how long a turn is, not how much of the CPU one gets. */
static void slices_do_not_change_shares(void **state)
{
	set(&v[0], 100, 50000);
	set(&v[1], 100, 1000);
	host_sleeps();
	sched_vcpu_start(&v[0]);
	sched_vcpu_start(&v[1]);
	run_for(10 * NS_PER_SEC);
	assert_share(v[0].run_ns, 50, 10 * NS_PER_SEC);
	assert_in_range(v[0].sched.turns, 98, 102);
	assert_in_range(v[1].sched.turns, 4900, 5100);
}

/* Who slept for an hour does not get the hour back. */
static void sleep_is_not_saved_up(void **state)
{
	host_sleeps();
	sched_vcpu_start(&v[0]);
	sched_vcpu_start(&v[1]);
	run_for(100 * MS);
	sched_vcpu_wfi(&v[1]);
	run_for(3600 * NS_PER_SEC);
	v[0].run_ns = v[1].run_ns = 0;
	sched_vcpu_wake(&v[1]);
	run_for(NS_PER_SEC);
	assert_share(v[0].run_ns, 50, NS_PER_SEC);
	assert_share(v[1].run_ns, 50, NS_PER_SEC);
	/* Nor does one that starts late, when the clocks of others are far ahead. */
	v[0].run_ns = 0;
	sched_vcpu_start(&v[2]);
	run_for(3 * NS_PER_SEC);
	assert_share(v[2].run_ns, 33, 3 * NS_PER_SEC);
	assert_share(v[0].run_ns, 33, 3 * NS_PER_SEC);
}

/* All of them were asleep: the clock of the queue did not stand still meanwhile. */
static void sleep_of_all(void **state)
{
	host_sleeps();
	sched_vcpu_start(&v[0]);
	run_for(NS_PER_SEC);
	sched_vcpu_wfi(&v[0]);
	run_for(NS_PER_SEC);
	sched_vcpu_start(&v[1]);
	sched_vcpu_wake(&v[0]);
	v[0].run_ns = 0;
	run_for(NS_PER_SEC);
	assert_share(v[0].run_ns, 50, NS_PER_SEC);
}

static void waking_takes_over_soon(void **state)
{
	bool idle;

	set(&v[0], 100, 100000);
	host_sleeps();
	sched_vcpu_start(&v[1]);
	run_for(MS);
	sched_vcpu_wfi(&v[1]);
	sched_vcpu_start(&v[0]);
	run_for(50 * MS);
	assert_ptr_equal(pick(&idle), &v[0]);
	sched_vcpu_wake(&v[1]);
	assert_ptr_equal(pick(&idle), &v[1]);
	/* ... but not again and again: it has used up what it was behind. */
	run_for(6 * MS);
	sched_vcpu_wfi(&v[1]);
	assert_ptr_equal(pick(&idle), &v[0]);
	sched_vcpu_wake(&v[1]);
	assert_ptr_equal(pick(&idle), &v[0]);
}

static void host_goes_first(void **state)
{
	uint64_t before;
	bool idle;

	set(&v[0], SCHED_WEIGHT_MAX, SCHED_SLICE_MAX_US);
	host_sleeps();
	sched_vcpu_start(&v[0]);
	run_for(100 * MS);
	assert_ptr_equal(pick(&idle), &v[0]);
	wake_host();
	assert_null(pick(&idle));
	assert_false(idle);
	host_sleeps();
	assert_ptr_equal(pick(&idle), &v[0]);
	/* Its turn was interrupted, not ended. */
	assert_int_equal(v[0].sched.turns, 1);
	/* A busy host thread gets every other turn, whatever the weights. */
	set(&v[0], SCHED_WEIGHT_MAX, 10000);
	sched_vcpu_start(&v[1]);
	wake_host();
	before = host_ns;
	run_for(2 * NS_PER_SEC);
	assert_in_range(host_ns - before, 950 * MS, 1050 * MS);
	assert_in_range(v[0].run_ns + v[1].run_ns, 1050 * MS, 1150 * MS);
	/* With all vCPUs asleep it gets everything. */
	sched_vcpu_wfi(&v[0]);
	sched_vcpu_wfi(&v[1]);
	before = host_ns;
	run_for(NS_PER_SEC);
	assert_int_equal(host_ns - before, NS_PER_SEC);
}

/* Work of the host thread for a vCPU counts as its own time. */
static void host_works_for_one(void **state)
{
	uint64_t before;

	sched_vcpu_start(&v[0]);
	sched_vcpu_start(&v[1]);
	sched_work_for(&v[1]);
	run_for(NS_PER_SEC); /* half of it for the host thread */
	sched_work_for(NULL);
	assert_in_range(v[1].work_ns, 480 * MS, 520 * MS);
	assert_in_range(v[0].run_ns + v[1].run_ns, 480 * MS, 520 * MS);
	assert_in_range(v[0].run_ns, 470 * MS, 520 * MS); /* all of the rest */
	host_sleeps();
	before = v[0].run_ns;
	run_for(NS_PER_SEC);
	assert_share(v[0].run_ns - before, 50, NS_PER_SEC);
}

static void wake_is_remembered(void **state)
{
	bool idle;

	wake_host();
	sched_wait();
	assert_null(pick(&idle));
	assert_false(idle);
	sched_wait();
	pick(&idle);
	assert_true(idle);
}

static void states(void **state)
{
	bool idle;

	host_sleeps();
	assert_int_equal(v[0].state, VCPU_RESET);
	sched_vcpu_wake(&v[0]);
	sched_vcpu_wfi(&v[0]);
	sched_vcpu_resume(&v[0]);
	sched_vcpu_pause(&v[0]);
	assert_int_equal(v[0].state, VCPU_RESET);
	sched_vcpu_start(&v[0]);
	assert_ptr_equal(pick(&idle), &v[0]);
	sched_vcpu_pause(&v[0]);
	assert_null(pick(&idle));
	assert_true(idle);
	sched_vcpu_resume(&v[0]);
	assert_int_equal(v[0].state, VCPU_READY);
	/* Paused in WFI it goes on in WFI, unless an interrupt came. */
	sched_vcpu_wfi(&v[0]);
	sched_vcpu_pause(&v[0]);
	sched_vcpu_resume(&v[0]);
	assert_int_equal(v[0].state, VCPU_WFI);
	sched_vcpu_pause(&v[0]);
	sched_vcpu_wake(&v[0]);
	assert_int_equal(v[0].state, VCPU_PAUSED);
	sched_vcpu_resume(&v[0]);
	assert_int_equal(v[0].state, VCPU_READY);
	sched_vcpu_halt(&v[0]);
	sched_vcpu_wake(&v[0]);
	sched_vcpu_resume(&v[0]);
	assert_int_equal(v[0].state, VCPU_HALTED);
	sched_vcpu_stop(&v[0]);
	assert_null(pick(&idle));
	assert_true(idle);
}

static void params(void **state)
{
	struct sched_params p = SCHED_PARAMS_DEFAULT;
	bool idle;

	p.weight = 0;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -ERANGE);
	p.weight = SCHED_WEIGHT_MAX + 1;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -ERANGE);
	p.weight = 1;
	p.slice_us = SCHED_SLICE_MIN_US - 1;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -ERANGE);
	p.slice_us = SCHED_SLICE_MAX_US + 1;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -ERANGE);
	p.slice_us = SCHED_SLICE_MAX_US;
	p.cpus = 0;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -EINVAL);
	p.cpus = 3;
	assert_int_equal(sched_vcpu_set(&v[0], &p), -EINVAL);
	assert_int_equal(v[0].sched.params.weight, SCHED_WEIGHT_DEFAULT);
	assert_true(sched_cpu_online(0));
	assert_false(sched_cpu_online(1));
	assert_false(sched_cpu_online(UINT32_MAX));
	/* With another CPU a vCPU moves there. */
	if (CONFIG_MAX_CPUS > 1) {
		fake_cpu = 1;
		sched_init();
		fake_cpu = 0;
		host_sleeps();
		sched_vcpu_start(&v[0]);
		p.cpus = 2;
		assert_int_equal(sched_vcpu_set(&v[0], &p), 0);
		assert_null(pick(&idle));
		assert_true(idle);
		assert_int_equal(v[0].cpu, 1);
		fake_cpu = 1;
		host_sleeps();
		assert_ptr_equal(pick(&idle), &v[0]);
	}
}

/* Random starts, sleeps and wake-ups: nobody that wants the CPU waits for long. */
static void nobody_starves(void **state)
{
	uint64_t waits[N] = { 0 }, last[N] = { 0 };

	srand(1);
	for (unsigned i = 0; i < N; i++)
		set(&v[i], 20 + 60 * i, 1000 + 3000 * i);
	for (unsigned i = 0; i < N; i++) {
		waits[i] = now;
		sched_vcpu_start(&v[i]);
	}
	for (unsigned round = 0; round < 20000; round++) {
		struct vcpu *u = &v[rand() % N];

		if (rand() % 4 == 0)
			sched_vcpu_wfi(u);
		else
			sched_vcpu_wake(u);
		if (rand() % 8 == 0)
			wake_host();
		else
			host_sleeps();
		run_for((uint64_t)(rand() % 2000) * NS_PER_US);
		for (unsigned i = 0; i < N; i++) {
			if (v[i].state != VCPU_READY || v[i].run_ns != last[i])
				waits[i] = now;
			last[i] = v[i].run_ns;
			assert_true(now - waits[i] < 500 * MS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(host_alone_and_idle, setup),
		cmocka_unit_test_setup(one_runs_undisturbed, setup),
		cmocka_unit_test_setup(equal_shares, setup),
		cmocka_unit_test_setup(shares_by_weight, setup),
		cmocka_unit_test_setup(slices_do_not_change_shares, setup),
		cmocka_unit_test_setup(sleep_is_not_saved_up, setup),
		cmocka_unit_test_setup(sleep_of_all, setup),
		cmocka_unit_test_setup(waking_takes_over_soon, setup),
		cmocka_unit_test_setup(host_goes_first, setup),
		cmocka_unit_test_setup(host_works_for_one, setup),
		cmocka_unit_test_setup(wake_is_remembered, setup),
		cmocka_unit_test_setup(states, setup),
		cmocka_unit_test_setup(params, setup),
		cmocka_unit_test_setup(nobody_starves, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
