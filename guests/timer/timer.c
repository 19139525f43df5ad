/* SPDX-License-Identifier: Apache-2.0 */
/* The timers that Linux uses here, and the interrupt controller under them. */
#include "bare.h"
#include "cp15.h"
#include "gic.h"

#define GT_LO     0x1e000200u
#define GT_HI     0x1e000204u
#define GT_CTRL   0x1e000208u
#define GT_STATUS 0x1e00020cu
#define GT_CMP_LO 0x1e000210u
#define GT_CMP_HI 0x1e000214u
#define GT_INC    0x1e000218u
#define SP804     0x10011000u
#define SYS_24MHZ 0x1000005cu

static volatile uint32_t ticks, order;

static void on_tick(unsigned intid) { ticks++; }

static void test_twd(void)
{
	uint32_t a, b;

	wr32(TWD_CONTROL, 0);
	wr32(TWD_LOAD, 0x12345678);
	check_eq("TWD load reads back", rd32(TWD_LOAD), 0x12345678);
	check_eq("TWD counter follows it", rd32(TWD_COUNTER), 0x12345678);
	wr32(TWD_CONTROL, 1);
	a = rd32(TWD_COUNTER);
	b = rd32(TWD_COUNTER);
	check(b < a && a < 0x12345678, "TWD counts down");
	ticks = 0;
	twd_start(TWD_HZ / 500, on_tick);
	wait_for(&ticks, 100);
	twd_stop();
	check(ticks >= 100, "100 periodic interrupts, waiting by WFI");
	a = ticks;
	for (unsigned i = 0; i < 10000; i++)
		(void)rd32(TWD_COUNTER);
	check_eq("none after it was stopped", ticks, a);

	/* One shot, polled. */
	irq_disable();
	wr32(TWD_LOAD, 1000);
	wr32(TWD_CONTROL, 5);
	while (!(rd32(TWD_INTSTAT) & 1))
		;
	check_eq("one shot stops at 0", rd32(TWD_COUNTER), 0);
	check_eq("its interrupt is pending", rd32(GICD_ISPENDR(IRQ_TWD)) >> IRQ_TWD & 1, 1);
	wr32(TWD_INTSTAT, 1);
	check_eq("status is cleared", rd32(TWD_INTSTAT), 0);
	wr32(TWD_CONTROL, 0);
	wr32(GICD_ICPENDR(IRQ_TWD), 1u << IRQ_TWD);
	irq_enable();
}

static uint64_t gt_now(void)
{
	uint32_t hi, lo;

	do {
		hi = rd32(GT_HI);
		lo = rd32(GT_LO);
	} while (hi != rd32(GT_HI));
	return (uint64_t)hi << 32 | lo;
}

static void on_gt(unsigned intid)
{
	wr32(GT_STATUS, 1);
	ticks++;
}

static void test_global_timer(void)
{
	uint64_t a, b;

	wr32(GT_CTRL, 0);
	wr32(GT_LO, 0);
	wr32(GT_HI, 0);
	wr32(GT_CTRL, 1);
	a = gt_now();
	b = gt_now();
	check(b > a, "the global timer counts up");
	ticks = 0;
	gic_enable(IRQ_GTIMER, 0x80, on_gt);
	b = gt_now() + 200000;
	wr32(GT_CMP_LO, (uint32_t)b);
	wr32(GT_CMP_HI, (uint32_t)(b >> 32));
	wr32(GT_INC, 100000);
	wr32(GT_CTRL, 0xf); /* auto-increment, IRQ, comparator, timer */
	wait_for(&ticks, 20);
	check(gt_now() >= b + 19 * 100000u, "20 comparator interrupts, not too early");
	wr32(GT_CTRL, 1);
	gic_disable(IRQ_GTIMER);
}

static void on_sp804(unsigned intid)
{
	wr32(SP804 + 0x0c, 1);
	ticks++;
}

static void test_sp804(void)
{
	wr32(SP804 + 0x08, 0);
	wr32(SP804 + 0x00, 1000);
	check_eq("SP804 load reads back", rd32(SP804), 1000);
	ticks = 0;
	gic_enable(IRQ_SP804_0, 0x80, on_sp804);
	wr32(SP804 + 0x08, 0xe2); /* enable, periodic, interrupt, 32 bits */
	wait_for(&ticks, 20);
	wr32(SP804 + 0x08, 0);
	wr32(SP804 + 0x0c, 1);
	gic_disable(IRQ_SP804_0);
	check(ticks >= 20, "20 SP804 interrupts");
	check_eq("SP804 status is clear", rd32(SP804 + 0x14), 0);
}

static void test_clocks(void)
{
	uint32_t a = rd32(SYS_24MHZ);
	uint64_t g = gt_now(), ratio;

	ticks = 0;
	twd_start(TWD_HZ / 100, on_tick);
	wait_for(&ticks, 30);
	twd_stop();
	a = rd32(SYS_24MHZ) - a;
	g = gt_now() - g;
	ratio = g * 100 / a; /* 100 MHz to 24 MHz */
	check(ratio > 375 && ratio < 458, "24 MHz counter and global timer agree");
	check(g >= 29 * (TWD_HZ / 100), "30 ticks are 290 ms at least");
}

/* --- the interrupt controller ---------------------------------------------- */

static void note(unsigned intid) { order = order * 16 + intid; }

/* Priority 0x40 interrupts priority 0x80, as its handler lets IRQs in. */
static void note_nested(unsigned intid)
{
	uint32_t spsr, lr;

	note(intid);
	wr32(GICD_SGIR, SGIR_SELF | 4); /* higher: at once */
	wr32(GICD_SGIR, SGIR_SELF | 6); /* lower: afterwards */
	dsb();
	/* LR_irq and SPSR_irq do not survive a nested IRQ: keep them here. */
	asm volatile("mrs %0, spsr\n\tmov %1, lr" : "=r"(spsr), "=r"(lr));
	asm volatile("cps #0x1f\n\tpush {lr}\n\tcpsie i\n\tisb\n\tcpsid i\n\tpop {lr}\n\tcps #0x12"
		     :
		     :
		     : "memory");
	asm volatile("msr spsr_cxsf, %0" : : "r"(spsr));
	note(15);
}

static void test_priorities(void)
{
	gic_enable(4, 0x40, note);
	gic_enable(5, 0x80, note);
	gic_enable(6, 0xa0, note);
	irq_disable();
	order = 0;
	wr32(GICD_SGIR, SGIR_SELF | 6);
	wr32(GICD_SGIR, SGIR_SELF | 5);
	wr32(GICD_SGIR, SGIR_SELF | 4);
	dsb();
	check_eq("highest pending", rd32(GICC_HPPIR) & 0x3ff, 4);
	check_eq("idle running priority", rd32(GICC_RPR) & 0xf0, 0xf0);
	irq_enable();
	isb();
	check_eq("taken in order of priority", order, 0x456);

	order = 0;
	gic_enable(5, 0x80, note_nested);
	wr32(GICD_SGIR, SGIR_SELF | 5);
	dsb();
	isb();
	check_eq("a higher one preempts, a lower one waits", order, 0x54f6);

	order = 0;
	gic_enable(5, 0x80, note);
	wr32(GICC_PMR, 0x80);
	wr32(GICD_SGIR, SGIR_SELF | 5);
	wr32(GICD_SGIR, SGIR_SELF | 4);
	dsb();
	isb();
	check_eq("PMR holds back its own priority", order, 4);
	wr32(GICC_PMR, 0xf0);
	dsb();
	isb();
	check_eq("until it is lowered", order, 0x45);
}

static void test_gic_state(void)
{
	uint32_t iar;

	check_eq("96 interrupts", rd32(GICD_TYPER) & 0x1f, 2);
	irq_disable();
	check_eq("nothing pending: spurious", rd32(GICC_IAR) & 0x3ff, SPURIOUS);
	wr32(GICD_ISPENDR(50), 1u << 18);
	check_eq("pending by software", rd32(GICD_ISPENDR(50)) >> 18 & 1, 1);
	check_eq("but not enabled", rd32(GICC_HPPIR) & 0x3ff, SPURIOUS);
	gic_enable(50, 0x80, note);
	iar = rd32(GICC_IAR);
	check_eq("acknowledged", iar, 50);
	check_eq("active", rd32(GICD_ISACTIVER(50)) >> 18 & 1, 1);
	check_eq("no longer pending", rd32(GICD_ISPENDR(50)) >> 18 & 1, 0);
	check_eq("running priority", rd32(GICC_RPR), 0x80);
	wr32(GICC_EOIR, iar);
	check_eq("ended", rd32(GICD_ISACTIVER(50)) >> 18 & 1, 0);
	gic_disable(50);
	wr32(GICD_ISPENDR(50), 1u << 18);
	wr32(GICD_ICPENDR(50), 1u << 18);
	check_eq("pending taken back", rd32(GICD_ISPENDR(50)) >> 18 & 1, 0);
	wr32(GICD_CTLR, 0);
	order = 0;
	irq_enable();
	wr32(GICD_SGIR, SGIR_SELF | 4);
	dsb();
	isb();
	check_eq("distributor off", order, 0);
	wr32(GICD_CTLR, 1);
	dsb();
	isb();
	check_eq("and on again", order, 4);
}

/* WFI must not sleep when its interrupt came between the check and the WFI. */
static void test_wfi_race(void)
{
	ticks = 0;
	gic_enable(7, 0x80, on_tick);
	for (unsigned i = 1; i <= 1000; i++) {
		wr32(GICD_SGIR, SGIR_SELF | 7);
		wait_for(&ticks, i);
	}
	check_eq("1000 SGIs, each before a WFI", ticks, 1000);
}

void guest_main(void)
{
	gic_init();
	irq_enable();
	test_twd();
	test_global_timer();
	test_sp804();
	test_clocks();
	test_priorities();
	test_gic_state();
	test_wfi_race();
	irq_disable();
}
