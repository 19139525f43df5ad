/* SPDX-License-Identifier: Apache-2.0 */
/* Many transfers at once to devices, timers that expire all the time, caches by set and way. */
#include "hostile_time.h"

#define GICD  0x1e001000u
#define GICC  0x1e000100u
#define TWD   0x1e000600u
#define SP804 0x10011000u

static void stm(uint32_t to)
{
	asm volatile("stmia %0, {r1-r12}"
		     :
		     : "r"(to)
		     : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r12",
		       "memory");
}

static void ldm(uint32_t from)
{
	asm volatile("push {r11}\n\tldmia %0, {r1-r12}\n\tpop {r11}"
		     :
		     : "r"(from)
		     : "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r12",
		       "memory");
}

static void test_multiple(void)
{
	for (uint32_t at = 0x100; at < 0xc40; at += 48) {
		ldm(GICD + at);
		stm(GICD + at);
	}
	check(true, "LDM and STM over the distributor");
	for (unsigned n = 0; n < 64; n++) {
		ldm(GICC);
		stm(GICC + 0x10);
	}
	wr32(GICC, 0);
	check(true, "LDM and STM over the CPU interface");
}

/* All timers as fast as they can. */
static void test_timers(void)
{
	wr32(TWD, 0);
	wr32(TWD + 8, 7);
	for (unsigned n = 0; n < 2; n++) {
		wr32(SP804 + 0x20 * n, 1);
		wr32(SP804 + 0x20 * n + 8, 0xe2);
	}
	wr32(0x1e000218, 1); /* the global timer's auto-increment */
	wr32(0x1e000210, 0);
	wr32(0x1e000214, 0);
	wr32(0x1e000208, 0xf);
	for (uint32_t before = clock_us(); clock_us() - before < 30000;)
		wr32(TWD + 0xc, 1);
	wr32(TWD + 8, 0);
	wr32(SP804 + 8, 0);
	wr32(SP804 + 0x28, 0);
	wr32(0x1e000208, 1);
	check(true, "timers that expire with each tick");
}

static void test_set_way(void)
{
	for (uint32_t way = 0; way < 4; way++)
		for (uint32_t set = 0; set < 256; set++)
			asm volatile("mcr p15, 0, %0, c7, c14, 2" : : "r"(way << 30 | set << 5));
	check(true, "caches by set and way");
}

/* Instructions that cannot reach a device, one after the other. */
static void test_refused(void)
{
	struct caught c;

	for (unsigned n = 0; n < 40; n++)
		try_read(&c, 0xe0000000u + (n << 12));
	check_eq("reads of nothing", c.kind, EXC_DABT);
}

void attack_devices(void)
{
	test_multiple();
	test_timers();
	test_set_way();
	test_refused();
}
