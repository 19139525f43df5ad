/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/guest/pass.c core/guest/pass_irq.c core/irq.c core/console/chardev.c
 * core/emul/rows.c core/emul/gic.c core/emul/gic_dist.c core/emul/gic_cpu.c core/timer.c
 * tests/host/fake_emul.c tests/host/fake_arch.c
 */
/*
 * A random guest with a random device: through the host's GIC and the VMM it sees
 * what it sees when the device's line is the guest's input.
 */
#include "pass_host.h"

#define STEPS 400

static uint32_t random_state;

static uint32_t random_number(uint32_t below)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % below;
}

static bool wired; /* the device's line is the guest's input, without a host in between */

static void device(bool level)
{
	if (wired)
		virq_set(&fake_guest, GUEST, level);
	else
		line(HOST, level);
}

/* What a guest sees that does this and that. */
static uint32_t step(void)
{
	uint32_t what = random_number(16);

	switch (what) {
	case 0:
	case 1:
	case 2: device(true); return 0;
	case 3:
	case 4:
	case 5: device(false); return 0;
	case 6: guest_enables(GUEST); return 0;
	case 7: guest_disables(GUEST); return 0;
	case 8:
	case 9: return guest_takes();
	case 10:
	case 11: guest_ends(GUEST); return 0;
	case 12: return get_bit(GICD_ISPENDR, GUEST);
	case 13: put_bit(random_number(2) ? GICD_ISPENDR : GICD_ICPENDR, GUEST); return 0;
	case 14: return get(CPU, GICC_HPPIR);
	default:
		put(DIST, GICD_ICFGR + GUEST / 16 * 4,
		    random_number(4) ? 0 : GICD_ICFGR_EDGE << 2 * (GUEST % 16));
		return get_bit(GICD_ISACTIVER, GUEST);
	}
}

static void play(void **state, uint32_t seed, bool direct, uint32_t *seen)
{
	stop(state);
	start(state);
	random_state = seed;
	wired = direct;
	if (direct) { /* a GIC that knows nothing of the claim */
		fake_destroy(gic);
		pass_release(&fake_guest);
		gic = fake_device(&gic_class, NULL, 0, 0, 0);
		guest_starts_gic();
	}
	for (unsigned i = 0; i < STEPS; i++) {
		seen[i] = step();
		if (!direct)
			assert_true(!in[HOST].enabled || get_bit(GICD_ISENABLER, GUEST));
	}
}

/* The guest cannot tell whether there is a host in between. */
static void test_like_a_wire(void **state)
{
	static uint32_t through[STEPS], direct[STEPS];

	for (uint32_t seed = 1; seed <= 500; seed++) {
		play(state, seed, false, through);
		play(state, seed, true, direct);
		for (unsigned i = 0; i < STEPS; i++)
			if (through[i] != direct[i])
				fail_msg("seed %u, step %u: %u through the host, %u direct", seed,
					 i, through[i], direct[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_like_a_wire, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
