/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/gic.c core/emul/gic_dist.c core/emul/gic_cpu.c
 * core/timer.c tests/host/fake_emul.c tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <regs/gic.h>

#include "emul/classes.h"
#include "fake_emul.h"

#define DIST 0
#define CPU  1

static struct emul_dev *gic;

static uint32_t get(unsigned vcpu, unsigned window, uint32_t off)
{
	uint32_t v = 0;

	assert_int_equal(fake_access(gic, vcpu, window, off, 4, false, &v), 0);
	return v;
}

static void put(unsigned vcpu, unsigned window, uint32_t off, uint32_t v)
{
	assert_int_equal(fake_access(gic, vcpu, window, off, 4, true, &v), 0);
}

static void put8(unsigned vcpu, uint32_t off, uint32_t v)
{
	assert_int_equal(fake_access(gic, vcpu, DIST, off, 1, true, &v), 0);
}

static uint32_t ack(void) { return get(0, CPU, GICC_IAR); }

static void eoi(uint32_t iar) { put(0, CPU, GICC_EOIR, iar); }

static void enable(unsigned intid)
{
	put(0, DIST, GICD_ISENABLER + intid / 32 * 4, BIT(intid % 32));
}

static void priority(unsigned intid, uint8_t p) { put8(0, GICD_IPRIORITYR + intid, p); }

static void edge(unsigned intid)
{
	uint32_t off = GICD_ICFGR + intid / 16 * 4;

	put(0, DIST, off, get(0, DIST, off) | GICD_ICFGR_EDGE << intid % 16 * 2);
}

/* A GIC that is switched on, as Linux does it. */
static void start(unsigned vcpus)
{
	fake_start(vcpus);
	gic = fake_device(&gic_class, NULL, 0, 0, 0);
	assert_non_null(gic);
	assert_ptr_equal(fake_guest.gic, gic);
	put(0, DIST, GICD_CTLR, 1);
	for (unsigned cpu = 0; cpu < vcpus; cpu++) {
		put(cpu, CPU, GICC_PMR, 0xf0);
		put(cpu, CPU, GICC_CTLR, 1);
	}
}

static int setup(void **state)
{
	start(1);
	return 0;
}

static int teardown(void **state)
{
	fake_destroy(gic);
	assert_null(fake_guest.gic);
	return 0;
}

static void reset_values(void **state)
{
	gic->cls->reset(gic);
	assert_int_equal(get(0, DIST, GICD_CTLR), 0);
	assert_int_equal(get(0, DIST, GICD_TYPER), 2); /* 96 INTIDs, one CPU, no security */
	assert_int_equal(get(0, DIST, GICD_IIDR), 0x0102043b);
	assert_int_equal(get(0, DIST, GICD_ISENABLER), 0xffff);
	assert_int_equal(get(0, DIST, GICD_ICFGR), 0xaaaaaaaa);
	assert_int_equal(get(0, DIST, GICD_ICFGR + 4), 0x7dc00000);
	assert_int_equal(get(0, DIST, GICD_ICFGR + 8), 0x55555555);
	assert_int_equal(get(0, DIST, GICD_ITARGETSR + 32), 0);
	assert_int_equal(get(0, DIST, 0xfe8), 0x1b); /* architecture version 1 */
	assert_int_equal(get(0, CPU, GICC_CTLR), 0);
	assert_int_equal(get(0, CPU, GICC_BPR), 2);
	assert_int_equal(get(0, CPU, GICC_RPR), 0xff);
	assert_int_equal(get(0, CPU, GICC_IAR), 1023);
	assert_int_equal(get(0, CPU, GICC_HPPIR), 1023);
	assert_int_equal(get(0, CPU, GICC_IIDR), 0x3901243b);
}

static void writable_bits(void **state)
{
	put(0, DIST, GICD_IPRIORITYR + 32, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_IPRIORITYR + 32), 0xf8f8f8f8);
	put8(0, GICD_IPRIORITYR + 34, 0x17);
	assert_int_equal(get(0, DIST, GICD_IPRIORITYR + 32), 0xf810f8f8);
	/* INTIDs 16..26 do not exist. */
	put(0, DIST, GICD_IPRIORITYR + 16, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_IPRIORITYR + 16), 0);
	put(0, DIST, GICD_ISENABLER, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_ISENABLER), 0xf800ffff);
	put(0, DIST, GICD_ICENABLER, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_ISENABLER), 0xffff); /* SGIs stay enabled */
	put(0, DIST, GICD_IGROUPR, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_IGROUPR), 0);
	put(0, DIST, GICD_ICFGR, 0);
	assert_int_equal(get(0, DIST, GICD_ICFGR), 0xaaaaaaaa);
	put(0, DIST, GICD_ICFGR + 8, 0xffffffff);
	assert_int_equal(get(0, DIST, GICD_ICFGR + 8), 0xffffffff);
	put(0, CPU, GICC_BPR, 0);
	assert_int_equal(get(0, CPU, GICC_BPR), 2);
	put(0, CPU, GICC_BPR, 0xf);
	assert_int_equal(get(0, CPU, GICC_BPR), 7);
	put(0, CPU, GICC_PMR, 0xff);
	assert_int_equal(get(0, CPU, GICC_PMR), 0xf8);
	put(0, CPU, GICC_ABPR, 5);
	assert_int_equal(get(0, CPU, GICC_ABPR), 0);
}

static void level_follows_the_line(void **state)
{
	enable(37);
	virq_set(&fake_guest, 37, true);
	assert_true(fake_vcpus[0].irq);
	assert_int_equal(get(0, CPU, GICC_HPPIR), 37);
	virq_set(&fake_guest, 37, false);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(ack(), GIC_SPURIOUS);

	virq_set(&fake_guest, 37, true);
	assert_int_equal(ack(), 37);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 4), BIT(5));
	assert_int_equal(get(0, DIST, GICD_ISPENDR + 4), BIT(5)); /* active and pending */
	eoi(37);
	assert_true(fake_vcpus[0].irq); /* the line is still high */
	assert_int_equal(ack(), 37);
	virq_set(&fake_guest, 37, false);
	eoi(37);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, CPU, GICC_RPR), 0xff);
}

static void edge_is_remembered(void **state)
{
	edge(50);
	virq_set(&fake_guest, 50, true);
	virq_set(&fake_guest, 50, false);
	assert_false(fake_vcpus[0].irq);
	enable(50);
	assert_true(fake_vcpus[0].irq);
	assert_int_equal(ack(), 50);
	eoi(50);
	assert_false(fake_vcpus[0].irq);
	/* A second edge while it is active comes afterwards; a level does not. */
	virq_set(&fake_guest, 50, true);
	assert_int_equal(ack(), 50);
	virq_set(&fake_guest, 50, false);
	virq_set(&fake_guest, 50, true);
	assert_false(fake_vcpus[0].irq);
	eoi(50);
	assert_int_equal(ack(), 50);
	eoi(50);
	assert_false(fake_vcpus[0].irq);
	virq_set(&fake_guest, 50, true); /* no change: no edge */
	assert_false(fake_vcpus[0].irq);
	put(0, DIST, GICD_ISPENDR + 4, BIT(18));
	assert_true(fake_vcpus[0].irq);
	put(0, DIST, GICD_ICPENDR + 4, BIT(18));
	assert_false(fake_vcpus[0].irq);
}

static void software_pends_a_level_interrupt_once(void **state)
{
	enable(60);
	put(0, DIST, GICD_ISPENDR + 4, BIT(28));
	assert_int_equal(ack(), 60);
	eoi(60);
	assert_int_equal(ack(), GIC_SPURIOUS);
	/* ICPENDR cannot take away the line's own level. */
	virq_set(&fake_guest, 60, true);
	put(0, DIST, GICD_ICPENDR + 4, BIT(28));
	assert_int_equal(ack(), 60);
}

static void priorities_order_and_mask(void **state)
{
	for (unsigned i = 40; i < 44; i++) {
		enable(i);
		virq_set(&fake_guest, i, true);
	}
	priority(40, 0xa0);
	priority(41, 0x80);
	priority(42, 0x80);
	priority(43, 0xf0); /* not above the mask of 0xf0 */
	assert_int_equal(get(0, CPU, GICC_HPPIR), 41);
	assert_int_equal(ack(), 41);
	assert_int_equal(get(0, CPU, GICC_RPR), 0x80);
	assert_int_equal(ack(), GIC_SPURIOUS); /* 42 is of the same priority */
	virq_set(&fake_guest, 41, false);
	eoi(41);
	assert_int_equal(ack(), 42);
	virq_set(&fake_guest, 42, false);
	eoi(42);
	assert_int_equal(ack(), 40);
	virq_set(&fake_guest, 40, false);
	eoi(40);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, CPU, GICC_HPPIR), 43); /* pending all the same */
	put(0, CPU, GICC_PMR, 0xf8);
	assert_true(fake_vcpus[0].irq);
	assert_int_equal(ack(), 43);
}

static void preemption_nests(void **state)
{
	for (unsigned i = 0; i < 3; i++) {
		enable(64 + i);
		priority(64 + i, (uint8_t)(0xc0 - 0x40 * i));
	}
	virq_set(&fake_guest, 64, true);
	assert_int_equal(ack(), 64);
	virq_set(&fake_guest, 65, true);
	assert_true(fake_vcpus[0].irq);
	assert_int_equal(ack(), 65);
	virq_set(&fake_guest, 66, true);
	assert_int_equal(ack(), 66);
	assert_int_equal(get(0, CPU, GICC_RPR), 0x40);
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 8), 7);
	for (unsigned i = 0; i < 3; i++)
		virq_set(&fake_guest, 64 + i, false);
	eoi(66);
	assert_int_equal(get(0, CPU, GICC_RPR), 0x80);
	/* Out of order: what is named ends, the running priority stays. */
	eoi(64);
	assert_int_equal(get(0, CPU, GICC_RPR), 0x80);
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 8), 2);
	eoi(64); /* again: nothing to end */
	eoi(1023);
	eoi(65);
	assert_int_equal(get(0, CPU, GICC_RPR), 0xff);
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 8), 0);
}

static void binary_point_groups(void **state)
{
	enable(64);
	enable(65);
	priority(64, 0x58);
	priority(65, 0x50);
	put(0, CPU, GICC_BPR, 4); /* groups of 0x20 */
	virq_set(&fake_guest, 64, true);
	assert_int_equal(ack(), 64);
	assert_int_equal(get(0, CPU, GICC_RPR), 0x40);
	virq_set(&fake_guest, 65, true);
	assert_false(fake_vcpus[0].irq); /* same group */
	priority(65, 0x38);
	assert_true(fake_vcpus[0].irq);
	/* With no group bits nothing preempts. */
	put(0, CPU, GICC_BPR, 7);
	assert_false(fake_vcpus[0].irq);
}

static void sgis(void **state)
{
	uint32_t iar;

	fake_destroy(gic);
	start(3);
	put(1, DIST, GICD_SGIR, 3 | BIT(16));           /* CPU 1 -> CPU 0 */
	put(2, DIST, GICD_SGIR, 3 | BIT(16) | BIT(17)); /* CPU 2 -> CPUs 0 and 1 */
	assert_true(fake_vcpus[0].irq && fake_vcpus[1].irq);
	assert_false(fake_vcpus[2].irq);
	assert_int_equal(get(0, CPU, GICC_HPPIR), 3 | 1 << GICC_IAR_CPU_SHIFT);
	iar = ack();
	assert_int_equal(iar, 3 | 1 << GICC_IAR_CPU_SHIFT);
	assert_int_equal(get(0, DIST, GICD_ISPENDR), BIT(3)); /* CPU 2's is left */
	eoi(iar);
	iar = ack();
	assert_int_equal(iar, 3 | 2 << GICC_IAR_CPU_SHIFT);
	eoi(iar);
	assert_int_equal(ack(), GIC_SPURIOUS);
	assert_int_equal(get(1, CPU, GICC_IAR), 3 | 2 << GICC_IAR_CPU_SHIFT);
	put(1, CPU, GICC_EOIR, 3 | 2 << GICC_IAR_CPU_SHIFT);

	put(0, DIST, GICD_SGIR, 5 | GICD_SGIR_TO_OTHERS << GICD_SGIR_FILTER_SHIFT);
	assert_false(fake_vcpus[0].irq);
	assert_true(fake_vcpus[1].irq && fake_vcpus[2].irq);
	put(0, DIST, GICD_SGIR, 0 | GICD_SGIR_TO_SELF << GICD_SGIR_FILTER_SHIFT);
	assert_int_equal(ack(), 0);
	eoi(0);
	put(0, DIST, GICD_SGIR, 0xffff0007u | 3u << GICD_SGIR_FILTER_SHIFT); /* reserved */
	assert_int_equal(ack(), GIC_SPURIOUS);
	put(0, DIST, GICD_ISPENDR, 0xffff); /* SGIs are not pended that way */
	assert_int_equal(ack(), GIC_SPURIOUS);
}

static void ppis_are_private(void **state)
{
	fake_destroy(gic);
	start(2);
	put(0, DIST, GICD_ISENABLER, BIT(29));
	put(1, DIST, GICD_ISENABLER, BIT(29));
	virq_set_ppi(&fake_guest, 1, 29, true);
	assert_false(fake_vcpus[0].irq);
	assert_true(fake_vcpus[1].irq);
	assert_int_equal(get(0, DIST, GICD_PPISR), 0);
	assert_int_equal(get(1, DIST, GICD_PPISR), BIT(13));
	assert_int_equal(get(1, CPU, GICC_IAR), 29);
	virq_set_ppi(&fake_guest, 1, 29, false);
	put(1, CPU, GICC_EOIR, 29);
	assert_false(fake_vcpus[1].irq);
	/* Inputs that do not exist. */
	virq_set_ppi(&fake_guest, 2, 29, true);
	virq_set_ppi(&fake_guest, 0, 15, true);
	virq_set_ppi(&fake_guest, 0, 20, true);
	virq_set_ppi(&fake_guest, 0, 32, true);
	virq_set(&fake_guest, 31, true);
	virq_set(&fake_guest, 96, true);
	virq_set(&fake_guest, UINT32_MAX, true);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, DIST, GICD_ISPENDR), 0);
}

static void spis_go_to_their_targets(void **state)
{
	fake_destroy(gic);
	start(2);
	assert_int_equal(get(0, DIST, GICD_TYPER), 2 | 1 << GICD_TYPER_CPUS_SHIFT);
	assert_int_equal(get(0, DIST, GICD_ITARGETSR), 0x01010101);
	assert_int_equal(get(1, DIST, GICD_ITARGETSR + 28), 0x02020202);
	enable(33);
	virq_set(&fake_guest, 33, true);
	assert_false(fake_vcpus[0].irq || fake_vcpus[1].irq);
	put8(0, GICD_ITARGETSR + 33, 0xfe);
	assert_int_equal(get(0, DIST, GICD_ITARGETSR + 32), 0x0200);
	assert_false(fake_vcpus[0].irq);
	assert_true(fake_vcpus[1].irq);
	put8(0, GICD_ITARGETSR + 33, 3);
	assert_true(fake_vcpus[0].irq && fake_vcpus[1].irq);
	assert_int_equal(get(1, CPU, GICC_IAR), 33); /* the first to ask gets it */
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(ack(), GIC_SPURIOUS);
	eoi(33); /* CPU 0 has not taken it */
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 4), 2);
	put(1, CPU, GICC_EOIR, 33);
	assert_true(fake_vcpus[0].irq);
}

static void switches(void **state)
{
	enable(40);
	virq_set(&fake_guest, 40, true);
	assert_true(fake_vcpus[0].irq);
	put(0, DIST, GICD_CTLR, 0);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(ack(), GIC_SPURIOUS);
	put(0, DIST, GICD_CTLR, 1);
	put(0, CPU, GICC_CTLR, 0);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(ack(), GIC_SPURIOUS);
	put(0, CPU, GICC_CTLR, 1);
	assert_true(fake_vcpus[0].irq);
	put(0, DIST, GICD_ICENABLER + 4, BIT(8));
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, DIST, GICD_ISPENDR + 4), BIT(8));
	enable(40);
	assert_int_equal(ack(), 40);
	/* A reset forgets everything but the level of the inputs. */
	gic->cls->reset(gic);
	assert_false(fake_vcpus[0].irq);
	assert_int_equal(get(0, DIST, GICD_ISACTIVER + 4), 0);
	assert_int_equal(get(0, DIST, GICD_ISPENDR + 4), BIT(8));
}

static void line_changes_only_when_it_changes(void **state)
{
	unsigned before;

	enable(40);
	enable(41);
	virq_set(&fake_guest, 40, true);
	before = fake_line_changes;
	virq_set(&fake_guest, 41, true);
	put(0, DIST, GICD_ISENABLER + 8, 1);
	assert_int_equal(fake_line_changes, before);
}

static void bad_accesses(void **state)
{
	uint32_t v = 0;
	struct guest other = { .name = "no GIC" };
	struct emul_dev *second;

	assert_int_equal(fake_access(gic, 1, CPU, GICC_IAR, 4, false, &v), -ENXIO);
	assert_int_equal(fake_access(gic, 0, 2, 0, 4, false, &v), -ENXIO);
	assert_int_equal(fake_access(gic, 0, CPU, GICC_IAR, 1, false, &v), -ENXIO);
	assert_int_equal(fake_access(gic, 0, CPU, 0x100, 4, false, &v), -ENXIO);
	assert_int_equal(fake_access(gic, 0, DIST, 0x1000, 4, true, &v), -ENXIO);
	virq_set(&other, 40, true);
	virq_set_ppi(&other, 0, 29, true);
	second = fake_device(&gic_class, NULL, 0, 0, 0);
	assert_null(second);
	assert_ptr_equal(fake_guest.gic, gic);
}

/* Every priority there is, one above the other: the stack holds them all. */
static void deepest_nesting(void **state)
{
	put(0, CPU, GICC_PMR, 0xff);
	for (int i = 30; i >= 0; i--) {
		enable(32 + i);
		priority(32 + i, (uint8_t)(i * 8));
		virq_set(&fake_guest, 32 + i, true);
		assert_int_equal(ack(), 32 + i);
	}
	assert_int_equal(ack(), GIC_SPURIOUS);
	assert_int_equal(get(0, CPU, GICC_RPR), 0);
	for (int i = 0; i <= 30; i++) {
		virq_set(&fake_guest, 32 + i, false);
		assert_int_equal(get(0, CPU, GICC_RPR), i * 8);
		eoi(32 + i);
	}
	assert_int_equal(get(0, CPU, GICC_RPR), 0xff);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* What the doctor sees of it. */
static void picture(void **state)
{
	struct virq_picture p;

	put(0, DIST, GICD_CTLR, 0);
	put(0, CPU, GICC_PMR, 0);
	virq_look(gic->guest, 0, &p);
	assert_true(p.present && !p.distributor && !p.cpu);
	assert_int_equal(p.enabled[1] | p.pending[1], 0);
	put(0, DIST, GICD_CTLR, 1);
	put(0, CPU, GICC_CTLR, 1);
	virq_look(gic->guest, 0, &p);
	assert_true(p.distributor && !p.cpu); /* its mask lets nothing in */
	put(0, CPU, GICC_PMR, 0xf0);
	enable(40);
	virq_set(gic->guest, 41, true);
	virq_look(gic->guest, 0, &p);
	assert_true(p.cpu);
	assert_int_equal(p.enabled[1], 1u << 8);
	assert_int_equal(p.pending[1], 1u << 9);
	assert_int_equal(p.enabled[2] | p.pending[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_values),
		TEST(writable_bits),
		TEST(level_follows_the_line),
		TEST(edge_is_remembered),
		TEST(software_pends_a_level_interrupt_once),
		TEST(priorities_order_and_mask),
		TEST(preemption_nests),
		TEST(binary_point_groups),
		TEST(sgis),
		TEST(ppis_are_private),
		TEST(spis_go_to_their_targets),
		TEST(switches),
		TEST(line_changes_only_when_it_changes),
		TEST(bad_accesses),
		TEST(deepest_nesting),
		TEST(picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
