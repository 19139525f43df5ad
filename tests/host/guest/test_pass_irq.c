/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/guest/pass.c core/guest/pass_irq.c core/irq.c core/console/chardev.c
 * core/emul/rows.c core/emul/gic.c core/emul/gic_dist.c core/emul/gic_cpu.c core/timer.c
 * tests/host/fake_emul.c tests/host/fake_arch.c
 */
/*
 * An interrupt of the host on its way: device, the host's GIC (a model here), the
 * VMM, the guest's GIC (the real one), the guest, and back.
 */
#include "pass_host.h"

/* --- levels ------------------------------------------- */

static void test_level(void **state)
{
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

/* --- the guest's mask ------------------------------------------- */

static void test_mask(void **state)
{
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

/* --- edges ------------------------------------------- */

static void pulse(unsigned intid)
{
	line(intid, true);
	line(intid, false);
}

static void test_edge(void **state)
{
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

/* --- its life ------------------------------------------- */

static void test_reset(void **state)
{
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
		TEST(test_level),        TEST(test_level_stays),
		TEST(test_level_again),  TEST(test_level_withdrawn),
		TEST(test_mask),         TEST(test_mask_while_active),
		TEST(test_software),     TEST(test_edge),
		TEST(test_edge_cleared), TEST(test_reset),
		TEST(test_stop),         TEST(test_claims),
		TEST(test_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
