/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I4: tries to keep the CPU, to reach the Secure world and the
 * registers that rule it.  The VMM's prompt must answer all the while.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

#define MODE_MON 0x16u
#define CODE     SCRATCH

/* One instruction, then bx lr. */
static enum exc run_word(uint32_t word, struct caught *c)
{
	wr32(CODE, word);
	wr32(CODE + 4, 0xe12fff1e);
	sync_code((void *)CODE, 8);
	try_jump(c, CODE, 0);
	return c->kind;
}

static enum exc run_thumb(uint16_t a, uint16_t b, struct caught *c)
{
	wr16(CODE, a);
	wr16(CODE + 2, b);
	wr16(CODE + 4, 0x4770);
	sync_code((void *)CODE, 8);
	try_jump(c, CODE | 1, 0);
	return c->kind;
}

static void test_secure_registers(void)
{
	static const struct {
		const char *what;
		uint32_t word;
	} rows[] = {
		{ "read SCR", 0xee110f11 },    { "write SCR", 0xee010f11 },
		{ "read SDER", 0xee110f31 },   { "write SDER", 0xee010f31 },
		{ "write NSACR", 0xee010f51 }, { "read MVBAR", 0xee1c0f30 },
		{ "write MVBAR", 0xee0c0f30 },
	};
	struct caught c;

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		check_eq(rows[i].what, run_word(rows[i].word, &c), EXC_UNDEF);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		check_eq(rows[i].what,
			 run_thumb((uint16_t)(rows[i].word >> 16), (uint16_t)rows[i].word, &c),
			 EXC_UNDEF);
}

/*
 * Calls to a monitor that is not the guest's are undefined.  ARM's SMC #2 to #15
 * are words of the VMM's dictionary: WFI and DACR writes, nothing new.
 */
static void test_calls(void)
{
	unsigned arm = 0, thumb = 0, hvc = 0;
	struct caught c;

	for (uint32_t i = 0; i < 16; i++) {
		if (i < 2)
			arm += run_word(0xe1600070 | i, &c) == EXC_UNDEF && c.pc == CODE;
		thumb += run_thumb((uint16_t)(0xf7f0 | i), 0x8000, &c) == EXC_UNDEF && c.pc == CODE;
		hvc += run_word(0xe1400070 | i, &c) == EXC_UNDEF && c.pc == CODE;
	}
	check_eq("SMC #0 and #1 in ARM", arm, 2);
	check_eq("SMC in Thumb", thumb, 16);
	check_eq("HVC", hvc, 16);
}

static uint32_t to_mode_msr(uint32_t mode, uint32_t b)
{
	uint32_t before = read_cpsr(), after;

	asm volatile("msr cpsr_c, %1\n\tmrs %0, cpsr\n\tmsr cpsr_c, %2"
		     : "=&r"(after)
		     : "r"(0xc0 | mode), "r"(before)
		     : "memory");
	return after & 0x1f;
}

static uint32_t to_mode_cps(uint32_t a, uint32_t b)
{
	uint32_t before = read_cpsr(), after;

	asm volatile("cps #0x16\n\tmrs %0, cpsr\n\tmsr cpsr_c, %1"
		     : "=&r"(after)
		     : "r"(before)
		     : "memory");
	return after & 0x1f;
}

static uint32_t to_mode_return(uint32_t mode, uint32_t b)
{
	uint32_t before = read_cpsr(), after;

	asm volatile("msr spsr_cxsf, %1\n\tadr lr, 1f\n\tmovs pc, lr\n1:\tmrs %0, cpsr\n\t"
		     "msr cpsr_c, %2"
		     : "=&r"(after)
		     : "r"(0xc0 | mode), "r"(before)
		     : "lr", "memory");
	return after & 0x1f;
}

static void test_monitor_mode(void)
{
	struct caught c;

	check(try_call(&c, to_mode_msr, MODE_MON, 0) != MODE_MON, "MSR to Monitor mode");
	check(try_call(&c, to_mode_cps, 0, 0) != MODE_MON, "CPS to Monitor mode");
	check(try_call(&c, to_mode_return, MODE_MON, 0) != MODE_MON, "return to Monitor mode");
}

static void test_group_0(void)
{
	for (unsigned i = 0; i < 96; i += 32) {
		wr32(GICD + 0x80 + i / 8, 0); /* IGROUPR: all Group 0 */
		wr32(GICD_ISENABLER(i), 0xffffffff);
		wr32(GICD_ISPENDR(i), 0xffffffff);
	}
	wr32(GICC_CTLR, 0x1f); /* both groups, FIQEn, AckCtl, CBPR */
	wr32(GICD_CTLR, 3);
	for (unsigned i = 0; i < 16; i++) {
		wr32(GICD_SGIR, 0x00ff0000 | i);
		wr32(GICD_SGIR, 0x00ff8000 | i);
		wr32(GICD_SGIR, 0x02008000 | i);
	}
	check(true, "SGIs of both groups");
	wr32(GICD_CTLR, 0);
	gic_init();
	check(true, "and the guest goes on");
}

/* Seconds with everything masked: the VMM must go on without us. */
static void test_mask(void)
{
	uint32_t start;

	asm volatile("cpsid aif");
	asm volatile("msr cpsr_c, #0xd3");
	wr32(TWD_LOAD, 0xffffffff);
	wr32(TWD_CONTROL, 1);
	print("SPINNING\n");
	uart_drain();
	start = rd32(TWD_COUNTER);
	while (start - rd32(TWD_COUNTER) < 3 * TWD_HZ)
		for (volatile unsigned i = 0; i < 100000; i++)
			;
	check(true, "3 seconds with FIQ masked");
	asm volatile("cps #0x11\n\tcps #0x13");
	check(true, "FIQ mode and back");
}

void guest_main(void)
{
	gic_init();
	test_secure_registers();
	test_calls();
	test_monitor_mode();
	map_identity(l1_table);
	mmu_on(l1_table);
	test_secure_registers();
	test_calls();
	test_monitor_mode();
	test_group_0();
	test_mask();
}
