/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <espalier/util.h>
#include <insn/exec.h>

#include "insn_cpu.h"

#define PC  0x8000
#define USR 0x10
#define SVC 0x13
#define SYS 0x1f

static const uint32_t spsr_usr = 0x60000010, spsr_thumb = 0x20000030;

static struct insn_cpu cpu;

/* r1 = 0x9000, r2 = 3, lr = 0xa008; r3 points into RAM, where `words` stand around. */
static int go(const struct insn *i, uint32_t mode, const uint32_t *spsr)
{
	cpu_reset(&cpu, PC, mode);
	cpu.r[1] = 0x9000;
	cpu.r[2] = 3;
	cpu.r[3] = CPU_RAM_BASE + 0x40;
	cpu.r[14] = 0xa008;
	for (uint32_t k = 0; k < 32; k++)
		cpu_put(&cpu, CPU_RAM_BASE + 4 * k, 0x60000010 + 0x100 * k);
	return insn_emulate_exc_return(i, &cpu.env, spsr);
}

/* Where each form leads, and what becomes of r3; `word` is the RAM that it takes the PC from. */
static const struct {
	const char *name;
	struct insn i;
	uint32_t pc;
	int base; /* bytes that r3 moves */
} data[] = {
	{ "movs pc, r1", A(0xe1b0f001), 0x9000, 0 },
	{ "movs pc, r1, lsl #1", A(0xe1b0f081), 0x12000, 0 },
	{ "movs pc, #0x9000", A(0xe3b0fa09), 0x9000, 0 },
	{ "subs pc, lr, #4", A(0xe25ef004), 0xa004, 0 },
	{ "subs pc, lr, r2, lsl #2", A(0xe05ef102), 0xa008 - 12, 0 },
	{ "rsbs pc, r2, lr", A(0xe072f00e), 0xa004, 0 },
	{ "adds pc, r1, #8", A(0xe291f008), 0x9008, 0 },
	{ "orrs pc, r1, #4", A(0xe391f004), 0x9004, 0 },
	{ "bics pc, lr, #8", A(0xe3def008), 0xa000, 0 },
	{ "thumb subs pc, lr, #0", W(0xf3de8f00), 0xa008, 0 },
	{ "thumb subs pc, lr, #8", W(0xf3de8f08), 0xa000, 0 },
	{ "ldmia r3, {r4, pc}^", A(0xe8d38010), 0x60001110 & ~3u, 0 },
	{ "ldmia r3!, {r4, pc}^", A(0xe8f38010), 0x60001110 & ~3u, 8 },
	{ "ldmib r3!, {pc}^", A(0xe9f38000), 0x60001110 & ~3u, 4 },
	{ "ldmda r3!, {r4, pc}^", A(0xe8738010), 0x60001010, -8 },
	{ "ldmdb r3!, {r4, pc}^", A(0xe9738010), 0x60000f10, -8 },
};

static void test_spsr(void **state)
{
	for (unsigned k = 0; k < ARRAY_SIZE(data); k++) {
		assert_int_equal(go(&data[k].i, SVC, &spsr_usr), 0);
		if (cpu.env.pc != data[k].pc || cpu.env.cpsr != spsr_usr)
			fail_msg("%s: pc %x, cpsr %x", data[k].name, cpu.env.pc, cpu.env.cpsr);
		assert_int_equal(cpu.r[3], CPU_RAM_BASE + 0x40 + data[k].base);
		/* To Thumb state an address of a halfword is kept. */
		assert_int_equal(go(&data[k].i, SVC, &spsr_thumb), 0);
		assert_int_equal(cpu.env.cpsr, spsr_thumb);
		/* No SPSR: System mode; and what PL0 must not do. */
		assert_int_equal(go(&data[k].i, SYS, NULL), -EPERM);
		assert_int_equal(go(&data[k].i, USR, &spsr_usr), -EPERM);
		assert_int_equal(cpu.env.pc, PC);
		assert_int_equal(cpu.env.cpsr, USR);
		assert_int_equal(cpu.accesses, 0);
	}
}

static const struct {
	const char *name;
	struct insn i;
	unsigned at; /* word of RAM that the PC comes from; the CPSR is the next one */
	int base;
} rfes[] = {
	{ "rfeia r3", A(0xf8930a00), 16, 0 },         { "rfeia r3!", A(0xf8b30a00), 16, 8 },
	{ "rfeib r3!", A(0xf9b30a00), 17, 8 },        { "rfeda r3!", A(0xf8330a00), 15, -8 },
	{ "rfedb r3!", A(0xf9330a00), 14, -8 },       { "thumb rfeia r3!", W(0xe9b3c000), 16, 8 },
	{ "thumb rfedb r3!", W(0xe833c000), 14, -8 },
};

static void test_rfe(void **state)
{
	for (unsigned k = 0; k < ARRAY_SIZE(rfes); k++) {
		uint32_t pc = 0x60000010 + 0x100 * rfes[k].at;

		/* System mode has no SPSR, and RFE needs none. */
		assert_int_equal(go(&rfes[k].i, SYS, NULL), 0);
		if (cpu.env.pc != (pc & ~1u) || cpu.env.cpsr != pc + 0x100)
			fail_msg("%s: pc %x, cpsr %x", rfes[k].name, cpu.env.pc, cpu.env.cpsr);
		assert_int_equal(cpu.r[3], CPU_RAM_BASE + 0x40 + rfes[k].base);
		assert_int_equal(go(&rfes[k].i, USR, NULL), -EPERM);
		assert_int_equal(cpu.accesses, 0);
	}
}

/* What it loads is in data order, aligned, and there; else nothing happens. */
static void test_loads(void **state)
{
	static const struct insn ldm = A(0xe8f38010), rfe = A(0xf8b30a00);

	cpu_reset(&cpu, PC, SVC | CPSR_E);
	cpu.r[3] = CPU_RAM_BASE;
	cpu_put(&cpu, CPU_RAM_BASE, 0x00900000);
	cpu_put(&cpu, CPU_RAM_BASE + 4, 0x10000060);
	assert_int_equal(insn_emulate_exc_return(&rfe, &cpu.env, NULL), 0);
	assert_int_equal(cpu.env.pc, 0x9000);
	assert_int_equal(cpu.env.cpsr, 0x60000010);

	cpu_reset(&cpu, PC, SVC);
	cpu.r[3] = CPU_RAM_BASE + 2;
	assert_int_equal(insn_emulate_exc_return(&ldm, &cpu.env, &spsr_usr), -EFAULT);
	assert_int_equal(cpu.env.fault_va, CPU_RAM_BASE + 2);
	cpu.r[3] = CPU_RAM_BASE + CPU_RAM_SIZE - 4; /* the second word is not there */
	assert_int_equal(insn_emulate_exc_return(&ldm, &cpu.env, &spsr_usr), -ENXIO);
	assert_int_equal(cpu.r[3], CPU_RAM_BASE + CPU_RAM_SIZE - 4);
	assert_int_equal(cpu.accesses, 0);
	assert_int_equal(cpu.env.pc, PC);
}

static void test_others(void **state)
{
	static const struct insn none[] = { A(0xe1a0f00e), A(0xe8d38010 & ~0x8000u), A(0xe8938010),
					    T(0x4770), W(0xf3af8000) };

	for (unsigned k = 0; k < ARRAY_SIZE(none); k++)
		assert_int_equal(go(&none[k], SVC, &spsr_usr), -ENOTSUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spsr),
		cmocka_unit_test(test_rfe),
		cmocka_unit_test(test_loads),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
