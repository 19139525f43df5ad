/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One interrupt of a device through the GIC: levels that stay, levels that go away,
 * masks, and edges.  The device is the UART: having printed something it
 * asks for more (UARTTXINTR), and UARTIMSC decides whether anybody hears.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "pl011.h"

#define GICD_ICFGR(n) (GICD + 0xc00 + (n) / 16 * 4)
#define ROUNDS        100

static volatile uint32_t count, limit;
static void (*at_limit)(void);

static void line(bool on)
{
	wr32(UART0 + UARTIMSC, on ? INT_TX : 0);
	(void)rd32(UART0 + UARTIMSC); /* it has arrived there */
	dsb();
}

static void lower(void) { line(false); }
static void mask(void) { gic_disable(UART0_IRQ); }

static void on_irq(unsigned intid)
{
	if (++count >= limit)
		at_limit();
}

static bool pending(void) { return rd32(GICD_ISPENDR(UART0_IRQ)) >> UART0_IRQ % 32 & 1; }

/* Time enough for what should not come. */
static void a_while(void)
{
	for (unsigned i = 0; i < 1000; i++)
		(void)rd32(GICC_RPR);
}

/* From here on the handler does `fn` the n-th time. */
static void expect(uint32_t n, void (*fn)(void))
{
	count = 0;
	limit = n;
	at_limit = fn;
}

static void set_edge(bool edge)
{
	uint32_t bit = 2u << 2 * (UART0_IRQ % 16), v;

	gic_disable(UART0_IRQ);
	v = rd32(GICD_ICFGR(UART0_IRQ));
	wr32(GICD_ICFGR(UART0_IRQ), edge ? v | bit : v & ~bit);
	wr32(GICD_ICPENDR(UART0_IRQ), 1u << UART0_IRQ % 32);
	gic_enable(UART0_IRQ, 0x80, on_irq);
}

static void test_level_stays(void)
{
	expect(ROUNDS, lower);
	line(true);
	wait_for(&count, ROUNDS);
	a_while();
	check_eq("a level comes until it is lowered", count, ROUNDS);
}

static void test_withdrawn(void)
{
	bool was, is;
	uint32_t seen, taken;

	expect(1, lower);
	irq_disable();
	line(true);
	a_while();
	was = pending();
	seen = rd32(GICC_HPPIR);
	line(false);
	a_while();
	is = pending();
	taken = rd32(GICC_IAR);
	irq_enable();
	check(was && seen == UART0_IRQ, "a level is pending");
	check(!is && taken == SPURIOUS, "and no more once it was lowered");
	check_eq("nothing was taken", count, 0);
}

static void test_masked(void)
{
	bool was;
	uint32_t masked;

	expect(1, lower);
	mask();
	line(true);
	a_while();
	was = pending();
	masked = count;
	gic_enable(UART0_IRQ, 0x80, on_irq);
	wait_for(&count, 1);
	check(was, "a masked level is pending");
	check_eq("but does not come", masked, 0);
	check_eq("until it is unmasked", count, 1);

	mask();
	line(true);
	a_while();
	line(false);
	gic_enable(UART0_IRQ, 0x80, on_irq);
	a_while();
	check_eq("nothing comes if it was lowered before", count, 1);
}

/* As a kernel does that handles the device in a thread. */
static void test_masked_by_handler(void)
{
	uint32_t masked;

	expect(1, mask);
	line(true);
	wait_for(&count, 1);
	a_while();
	masked = count;
	line(false);
	gic_enable(UART0_IRQ, 0x80, on_irq);
	a_while();
	check_eq("masked by its handler it does not come again", masked, 1);
	check_eq("nor after it was served", count, 1);
	expect(1, lower);
	line(true);
	wait_for(&count, 1);
	check_eq("but for the next time", count, 1);
}

static void test_edge(void)
{
	uint32_t first, high;

	set_edge(true);
	expect(UINT32_MAX, lower);
	line(true);
	wait_for(&count, 1);
	first = count;
	a_while();
	high = count;
	line(false);
	for (unsigned i = 0; i < ROUNDS; i++) {
		line(true);
		wait_for(&count, high + i + 1);
		line(false);
	}
	a_while();
	check_eq("an edge comes", first, 1);
	check_eq("once, although the level stays", high, 1);
	check_eq("each of many comes", count, ROUNDS + 1);
	set_edge(false);
}

void guest_main(void)
{
	print("this is to be sent, so that more is asked for\n");
	uart_drain();
	check(rd32(UART0 + UARTRIS) & INT_TX, "the UART asks for more");
	uart_drain();
	gic_init();
	gic_enable(UART0_IRQ, 0x80, on_irq);
	irq_enable();
	test_level_stays();
	test_withdrawn();
	test_masked();
	test_masked_by_handler();
	test_edge();
	test_level_stays();
	irq_disable();
}
