// SPDX-License-Identifier: Apache-2.0
/* sources: core/pass.c core/pass_irq.c core/irq.c core/chardev.c core/emul/rows.c
 * core/emul/gic.c core/emul/gic_dist.c core/emul/gic_cpu.c core/timer.c
 * tests/host/fake_emul.c tests/host/fake_arch.c */
/*
 * An interrupt of the host on its way: device, the host's GIC (a model here), the
 * VMM, the guest's GIC (the real one), the guest, and back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/irq.h>
#include <espalier/pass.h>
#include <espalier/vcon.h>
#include <regs/gic.h>

#include "../../core/emul/classes.h"
#include "fake_arch.h"
#include "fake_emul.h"

#define DIST  0
#define CPU   1
#define HOST  38u /* as the host's GIC has it */
#define GUEST 50u /* as the guest's has it */

static struct emul_dev *gic;

struct chardev *console_chardev(void)
{
	return NULL;
}

/* --- the host's GIC: IHI 0048B 3.2.4 ---------------------------------------------------- */

static struct { bool enabled, active, line, latch, edge; } in[96];
static unsigned fiqs;

static bool is_pending(unsigned i)
{
	return in[i].edge ? in[i].latch : in[i].line;
}

static unsigned nr(void) { return 96; }
static void enable(unsigned i, bool on) { in[i].enabled = on; }
static void pend(unsigned i) { in[i].latch = true; }
static void unpend(unsigned i) { in[i].latch = false; }
static void doorbell(bool on) { (void)on; }

static int ack(void)
{
	for (int i = 0; i < 96; i++) {
		if (!in[i].enabled || in[i].active || !is_pending((unsigned)i))
			continue;
		in[i].active = true;
		in[i].latch = false;
		/* A level that nobody masks would come for ever. */
		assert_true(++fiqs < 1000);
		return i;
	}
	return -1;
}

static void eoi(unsigned i)
{
	assert_true(in[i].active);
	in[i].active = false;
}

static void set_edge(unsigned i, bool edge)
{
	assert_false(in[i].enabled);
	in[i].edge = edge;
}

static const struct irqchip_ops chip = {
	nr, ack, eoi, enable, pend, is_pending, unpend, set_edge, doorbell
};

/* The device drives its line; a FIQ is taken at once if there is one. */
static void line(unsigned intid, bool level)
{
	in[intid].latch |= in[intid].edge && level && !in[intid].line;
	in[intid].line = level;
	irq_dispatch();
}

/* --- the guest ------------------------------------------------------------------------------ */

static uint32_t get(unsigned window, uint32_t off)
{
	uint32_t v = 0;

	assert_int_equal(fake_access(gic, 0, window, off, 4, false, &v), 0);
	irq_dispatch(); /* what has been unmasked comes now */
	return v;
}

static void put(unsigned window, uint32_t off, uint32_t v)
{
	assert_int_equal(fake_access(gic, 0, window, off, 4, true, &v), 0);
	irq_dispatch();
}

static void put_bit(uint32_t reg, unsigned intid)
{
	put(DIST, reg + intid / 32 * 4, BIT(intid % 32));
}

static uint32_t get_bit(uint32_t reg, unsigned intid)
{
	return get(DIST, reg + intid / 32 * 4) >> intid % 32 & 1;
}

static void guest_enables(unsigned intid) { put_bit(GICD_ISENABLER, intid); }
static void guest_disables(unsigned intid) { put_bit(GICD_ICENABLER, intid); }
static uint32_t guest_takes(void) { return get(CPU, GICC_IAR); }
static void guest_ends(unsigned intid) { put(CPU, GICC_EOIR, intid); }
static bool guest_has_irq(void) { return fake_vcpus[0].irq; }

static void guest_wants_edges(unsigned intid)
{
	put(DIST, GICD_ICFGR + intid / 16 * 4, GICD_ICFGR_EDGE << 2 * (intid % 16));
}

static void guest_starts_gic(void)
{
	put(DIST, GICD_CTLR, 1);
	put(CPU, GICC_PMR, 0xf0);
	put(CPU, GICC_CTLR, 1);
}

static int start(void **state)
{
	(void)state;
	irq_set_chip(&chip);
	memset(in, 0, sizeof(in));
	fake_start(1);
	assert_int_equal(pass_irq_claim(&fake_guest, HOST, GUEST, "/uart"), 0);
	gic = fake_device(&gic_class, NULL, 0, 0, 0);
	guest_starts_gic();
	fiqs = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_destroy(gic);
	pass_release(&fake_guest);
	assert_null(fake_guest.hw_irqs);
	assert_false(in[HOST].enabled);
	assert_null(pass_irq_owner(HOST));
	assert_int_equal(fake_irq_masked, 0);
	return 0;
}

/* --- levels ----------------------------------------------------------------------------------- */

static void test_level(void **state)
{
	(void)state;
	guest_enables(GUEST);
	assert_true(in[HOST].enabled);
	assert_false(guest_has_irq());

	line(HOST, true);
	assert_int_equal(fiqs, 1);
	assert_true(guest_has_irq());
	assert_false(in[HOST].enabled);
	assert_int_equal(guest_takes(), GUEST);
	assert_false(guest_has_irq());
	line(HOST, false); /* served */
	assert_false(in[HOST].enabled);
	guest_ends(GUEST);
	assert_true(in[HOST].enabled);
	assert_false(guest_has_irq());
	assert_int_equal(guest_takes(), GIC_SPURIOUS);

	line(HOST, true);
	assert_int_equal(fiqs, 2);
	assert_int_equal(guest_takes(), GUEST);
}

/* Ended but not served: pending again in the guest, without another FIQ. */
static void test_level_stays(void **state)
{
	(void)state;
	guest_enables(GUEST);
	line(HOST, true);
	for (int i = 0; i < 50; i++) {
		assert_true(guest_has_irq());
		assert_int_equal(guest_takes(), GUEST);
		guest_ends(GUEST);
	}
	assert_int_equal(fiqs, 1);
	assert_false(in[HOST].enabled);
	line(HOST, false);
	assert_int_equal(guest_takes(), GIC_SPURIOUS); /* it looks again */
	assert_true(in[HOST].enabled);
	assert_false(guest_has_irq());
}

/* Low and high again while the guest is at it: one more, no matter when it ends. */
static void test_level_again(void **state)
{
	(void)state;
	guest_enables(GUEST);
	line(HOST, true);
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, false);
	line(HOST, true);
	assert_int_equal(fiqs, 1);
	guest_ends(GUEST);
	assert_true(guest_has_irq());
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, false);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
}

/* The line drops before the guest gets to it: nothing is left to take. */
static void test_level_withdrawn(void **state)
{
	(void)state;
	guest_enables(GUEST);
	line(HOST, true);
	line(HOST, false);
	assert_int_equal(get_bit(GICD_ISPENDR, GUEST), 0);
	assert_false(guest_has_irq());
	assert_true(in[HOST].enabled);
	line(HOST, true);
	line(HOST, false);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
	line(HOST, true);
	assert_int_equal(get_bit(GICD_PPISR, GUEST), 1);
	assert_int_equal(guest_takes(), GUEST);
}

/* --- the guest's mask --------------------------------------------------------------------------- */

static void test_mask(void **state)
{
	(void)state;
	line(HOST, true); /* not enabled yet */
	assert_int_equal(fiqs, 0);
	assert_false(guest_has_irq());
	assert_int_equal(get_bit(GICD_ISPENDR, GUEST), 1); /* but to be seen */
	guest_enables(GUEST);
	assert_true(guest_has_irq());

	guest_disables(GUEST);
	assert_false(guest_has_irq());
	assert_false(in[HOST].enabled);
	line(HOST, false);
	guest_enables(GUEST);
	assert_false(guest_has_irq());
	assert_true(in[HOST].enabled);
	guest_disables(GUEST);
	assert_false(in[HOST].enabled);
	line(HOST, true);
	assert_int_equal(fiqs, 0);
	guest_enables(GUEST);
	assert_int_equal(guest_takes(), GUEST);
}

/* Linux masks what it handles in a thread: masked, ended, served, unmasked. */
static void test_mask_while_active(void **state)
{
	(void)state;
	guest_enables(GUEST);
	line(HOST, true);
	assert_int_equal(guest_takes(), GUEST);
	guest_disables(GUEST);
	guest_ends(GUEST);
	assert_false(in[HOST].enabled);
	assert_false(guest_has_irq());
	line(HOST, false);
	assert_false(in[HOST].enabled);
	guest_enables(GUEST);
	assert_true(in[HOST].enabled);
	assert_false(guest_has_irq());
	line(HOST, true);
	assert_int_equal(guest_takes(), GUEST);
	assert_int_equal(fiqs, 2);
}

/* Pended by the guest itself, without the device. */
static void test_software(void **state)
{
	(void)state;
	guest_enables(GUEST);
	put_bit(GICD_ISPENDR, GUEST);
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, true); /* meanwhile */
	assert_int_equal(fiqs, 1);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, false);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
	assert_true(in[HOST].enabled);
}

/* --- edges -------------------------------------------------------------------------------------- */

static void pulse(unsigned intid)
{
	line(intid, true);
	line(intid, false);
}

static void test_edge(void **state)
{
	(void)state;
	guest_enables(GUEST);
	guest_wants_edges(GUEST);
	assert_true(in[HOST].edge);
	assert_true(in[HOST].enabled);
	pulse(HOST);
	assert_int_equal(fiqs, 1);
	pulse(HOST); /* the guest has not taken the first: they become one */
	assert_int_equal(fiqs, 1);
	assert_true(guest_has_irq());
	assert_int_equal(guest_takes(), GUEST);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
	pulse(HOST);
	assert_int_equal(fiqs, 2);
	assert_int_equal(guest_takes(), GUEST);
	pulse(HOST); /* while it is active: kept by the host's GIC */
	assert_int_equal(fiqs, 2);
	guest_ends(GUEST);
	assert_true(guest_has_irq());
	assert_int_equal(fiqs, 2);
	assert_int_equal(guest_takes(), GUEST);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
	assert_true(in[HOST].enabled);
	line(HOST, true); /* a level does not count twice */
	assert_int_equal(guest_takes(), GUEST);
	guest_ends(GUEST);
	assert_int_equal(guest_takes(), GIC_SPURIOUS);
}

/* One that the guest clears without taking it must not keep the host's masked. */
static void test_edge_cleared(void **state)
{
	(void)state;
	guest_wants_edges(GUEST);
	guest_enables(GUEST);
	pulse(HOST);
	assert_false(in[HOST].enabled);
	put_bit(GICD_ICPENDR, GUEST);
	assert_false(guest_has_irq());
	assert_true(in[HOST].enabled);
	pulse(HOST);
	assert_int_equal(guest_takes(), GUEST);
}

/* --- as a wire --------------------------------------------------------------------------------- */

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
	case 0: case 1: case 2: device(true); return 0;
	case 3: case 4: case 5: device(false); return 0;
	case 6: guest_enables(GUEST); return 0;
	case 7: guest_disables(GUEST); return 0;
	case 8: case 9: return guest_takes();
	case 10: case 11: guest_ends(GUEST); return 0;
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
				fail_msg("seed %u, step %u: %u through the host, %u direct",
					 seed, i, through[i], direct[i]);
	}
}

/* --- its life --------------------------------------------------------------------------------- */

static void test_reset(void **state)
{
	(void)state;
	guest_enables(GUEST);
	guest_wants_edges(GUEST);
	pulse(HOST);
	assert_int_equal(guest_takes(), GUEST);
	gic_class.reset(gic); /* in the middle of it */
	assert_false(in[HOST].enabled);
	assert_false(in[HOST].edge);
	line(HOST, true);
	assert_int_equal(fiqs, 1);
	guest_starts_gic();
	assert_false(guest_has_irq());
	guest_enables(GUEST);
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, false);
	guest_ends(GUEST);
	assert_true(in[HOST].enabled);
}

static void test_stop(void **state)
{
	(void)state;
	guest_enables(GUEST);
	pass_stop(&fake_guest);
	assert_false(in[HOST].enabled);
	line(HOST, true);
	assert_int_equal(fiqs, 0);
	assert_false(guest_has_irq());
}

static void test_claims(void **state)
{
	static struct guest other = { .name = "other" };

	(void)state;
	assert_string_equal(pass_irq_owner(HOST), "guest0: /uart");
	assert_string_equal(pass_irq_device(&fake_guest, GUEST), "/uart");
	assert_null(pass_irq_device(&fake_guest, HOST));
	assert_int_equal(pass_irq_claim(&other, HOST, GUEST, "/u"), -EBUSY);
	assert_int_equal(pass_irq_claim(&fake_guest, HOST + 1, GUEST, "/u"), -EEXIST);
	assert_int_equal(pass_irq_claim(&other, 27, GUEST, "/u"), -EINVAL);
	assert_int_equal(pass_irq_claim(&other, 40, 27, "/u"), -EINVAL);
	assert_int_equal(pass_irq_claim(&other, 96, GUEST, "/u"), -EINVAL);
	assert_null(other.hw_irqs);
	assert_int_equal(pass_irq_claim(&other, 40, GUEST, "/u"), 0);
	/* The other's neither disturbs nor is disturbed; it has no GIC at all. */
	guest_enables(GUEST);
	line(40, true);
	line(HOST, true);
	assert_int_equal(fiqs, 1);
	assert_int_equal(guest_takes(), GUEST);
	pass_release(&other);
	assert_null(pass_irq_owner(40));
	assert_string_equal(pass_irq_owner(HOST), "guest0: /uart");
}

/* Two of one guest, in different words of its GIC. */
static void test_two(void **state)
{
	(void)state;
	fake_destroy(gic);
	assert_int_equal(pass_irq_claim(&fake_guest, HOST + 1, 70, "/timer"), 0);
	gic = fake_device(&gic_class, NULL, 0, 0, 0);
	guest_starts_gic();
	guest_enables(GUEST);
	guest_enables(70);
	line(HOST + 1, true);
	line(HOST, true);
	assert_int_equal(fiqs, 2);
	assert_int_equal(guest_takes(), GUEST);
	line(HOST, false);
	guest_ends(GUEST);
	assert_true(in[HOST].enabled);
	assert_false(in[HOST + 1].enabled);
	assert_int_equal(guest_takes(), 70);
	line(HOST + 1, false);
	guest_ends(70);
	assert_true(in[HOST + 1].enabled);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(test_level),         TEST(test_level_stays),
		TEST(test_level_again),   TEST(test_level_withdrawn),
		TEST(test_mask),          TEST(test_mask_while_active),
		TEST(test_software),      TEST(test_edge),
		TEST(test_edge_cleared),  TEST(test_reset),
		TEST(test_like_a_wire),   TEST(test_stop),          TEST(test_claims),
		TEST(test_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
