/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <espalier/util.h>
#include <insn/exec.h>

#include "insn_cpu.h"

#define PC    0x8000
#define ARM   0x1f
#define THUMB 0x3f
#define SAME  16 /* no register changes */

/* r1 = 0x9001, r2 = 3, r3 = 0; then the PC, the state and a register. */
static const struct {
	const char *name;
	struct insn i;
	uint32_t pc, cpsr;
	unsigned reg;
	uint32_t value;
} runs[] = {
	{ "b .+16", A(0xea000002), PC + 16, ARM, SAME, 0 },
	{ "b .-8", A(0xeafffffc), PC - 8, ARM, SAME, 0 },
	{ "bl .+16", A(0xeb000002), PC + 16, ARM, 14, PC + 4 },
	{ "blx .+18", A(0xfb000002), PC + 18, THUMB, 14, PC + 4 },
	{ "bx r1", A(0xe12fff11), 0x9000, THUMB, SAME, 0 },
	{ "bxj r1", A(0xe12fff21), 0x9000, THUMB, SAME, 0 },
	{ "blx r1", A(0xe12fff31), 0x9000, THUMB, 14, PC + 4 },
	{ "bx pc", A(0xe12fff1f), PC + 8, ARM, SAME, 0 },
	{ "bne .+16: not taken", A(0x0a000002), PC + 4, ARM, SAME, 0 },
	{ "mov pc, r1", A(0xe1a0f001), 0x9000, THUMB, SAME, 0 },
	{ "add pc, pc, r2, lsl #2", A(0xe08ff102), PC + 20, ARM, SAME, 0 },
	{ "adr r4, .+12", A(0xe28f4004), PC + 4, ARM, 4, PC + 12 },
	{ "sub r4, pc, #0xff0", A(0xe24f4eff), PC + 4, ARM, 4, PC + 8 - 0xff0 },
	{ "rsb r4, r2, pc", A(0xe062400f), PC + 4, ARM, 4, PC + 8 - 3 },
	{ "mvn r4, pc", A(0xe1e0400f), PC + 4, ARM, 4, ~(uint32_t)(PC + 8) },
	{ "bic r4, pc, #8", A(0xe3cf4008), PC + 4, ARM, 4, PC },
	{ "mov r4, pc, ror #4", A(0xe1a0426f), PC + 4, ARM, 4, 0x80000800 },
	{ "subs r4, pc, pc", A(0xe05f400f), PC + 4, ARM | CPSR_Z | CPSR_C, 4, 0 },
	{ "cmp pc, #0", A(0xe35f0000), PC + 4, ARM | CPSR_C, SAME, 0 },
	{ "teq r3, pc", A(0xe133000f), PC + 4, ARM, SAME, 0 },
	{ "pld [pc, #-4]", A(0xf55ff004), PC + 4, ARM, SAME, 0 },

	{ "add r4, pc (high)", T(0x447c), PC + 2, THUMB, 4, 0xa0b0c000 + 4 * 0x01010101 + PC + 4 },
	{ "add pc, r2", T(0x4497), PC + 6, THUMB, SAME, 0 },
	{ "mov pc, r1", T(0x468f), 0x9000, THUMB, SAME, 0 },
	{ "mov r4, pc", T(0x467c), PC + 2, THUMB, 4, PC + 4 },
	{ "bx r1", T(0x4708), 0x9000, THUMB, SAME, 0 },
	{ "bx pc", T(0x4778), PC + 4, ARM, SAME, 0 },
	{ "blx r1", T(0x4788), 0x9000, THUMB, 14, PC + 3 },
	{ "adr r4, .+12", T(0xa402), PC + 2, THUMB, 4, PC + 12 },
	{ "cbz r3, .+70", T(0xb30b), PC + 70, THUMB, SAME, 0 },
	{ "cbnz r3, .+70", T(0xbb0b), PC + 2, THUMB, SAME, 0 },
	{ "cbnz r2, .+4", T(0xb902), PC + 4, THUMB, SAME, 0 },
	{ "bne .-6", T(0xd1fb), PC - 6, THUMB, SAME, 0 },
	{ "beq .-6: not taken", T(0xd0fb), PC + 2, THUMB, SAME, 0 },
	{ "b .-2048+4", T(0xe400), PC + 4 - 2048, THUMB, SAME, 0 },
	{ "bne.w .-4096", W(0xf47eaffe), PC - 4096, THUMB, SAME, 0 },
	{ "b.w .+0x2004", W(0xf002b800), PC + 0x2004, THUMB, SAME, 0 },
	{ "bl .", W(0xf7fffffe), PC, THUMB, 14, PC + 5 },
	{ "blx .+8", W(0xf000e802), PC + 8, ARM, 14, PC + 5 },
	{ "adr.w r4, .+0x804", W(0xf60f0400), PC + 4, THUMB, 4, PC + 0x804 },
	{ "adr.w r4, .-4", W(0xf2af0408), PC + 4, THUMB, 4, PC - 4 },
	{ "bxj r1", W(0xf3c18f00), 0x9000, THUMB, SAME, 0 },
	{ "pli [pc, #4]", W(0xf99ff004), PC + 4, THUMB, SAME, 0 },
	{ "it eq", T(0xbf08), PC + 2, THUMB | 0x0800, SAME, 0 },
	{ "ittte ne", T(0xbf1d + 0), PC + 2, THUMB | 0x1c00 | 0x02000000, SAME, 0 },
};

static void start(struct insn_cpu *c, const struct insn *i)
{
	cpu_reset(c, PC, i->isa == ISA_ARM ? ARM : THUMB);
	c->r[1] = 0x9001;
	c->r[2] = 3;
	c->r[3] = 0;
}

static void every_run(void **state)
{
	struct insn_cpu c, before;

	for (unsigned k = 0; k < ARRAY_SIZE(runs); k++) {
		struct insn i = runs[k].i;

		print_message("    %s\n", runs[k].name);
		start(&c, &i);
		before = c;
		assert_int_equal(insn_step_kind(&i), STEP_EMULATE);
		assert_int_equal(insn_emulate_pc(&i, &c.env), 0);
		assert_int_equal(c.env.pc, runs[k].pc);
		assert_int_equal(c.env.cpsr, runs[k].cpsr);
		if (runs[k].reg != SAME)
			before.r[runs[k].reg] = runs[k].value;
		assert_memory_equal(c.r, before.r, sizeof(c.r));
	}
}

static void table_branches(void **state)
{
	struct insn tbb = { ISA_THUMB, 4, 0xe8d4f002 }, tbh = { ISA_THUMB, 4, 0xe8d4f012 };
	struct insn_cpu c;

	start(&c, &tbb);
	c.r[4] = CPU_RAM_BASE;
	assert_int_equal(insn_emulate_pc(&tbb, &c.env), 0);
	assert_int_equal(c.env.pc, PC + 4 + 2 * c.ram[3]);
	start(&c, &tbh);
	c.r[4] = CPU_RAM_BASE + 1; /* an unaligned table */
	assert_int_equal(insn_emulate_pc(&tbh, &c.env), 0);
	assert_int_equal(c.env.pc, PC + 4 + 2 * (c.ram[7] | c.ram[8] << 8));
	start(&c, &tbh);
	c.r[4] = 0x10;
	assert_int_equal(insn_emulate_pc(&tbh, &c.env), -ENXIO);
	assert_int_equal(c.env.pc, PC);
}

/* -EINVAL, and nothing has changed. */
static void unpredictable(void **state)
{
	static const struct {
		struct insn i;
		uint32_t it;
	} t[] = {
		{ T(0xb10b), 0x08 },     /* cbz in an IT block */
		{ T(0xd1fb), 0x08 },     /* b<c> in one */
		{ T(0xbf08), 0x08 },     /* it in one */
		{ T(0xe400), 0x04 },     /* b not at its end */
		{ T(0x468f), 0x14 },     /* mov pc not at its end */
		{ W(0xf7fffffe), 0x04 }, /* bl not at its end */
		{ T(0xbfec), 0 },        /* ite al */
		{ A(0xe12fff12), 0 },    /* bx to address 2, with r2 = 2 */
		{ A(0xe1a0f002), 0 },    { T(0x4710), 0 },
	};
	struct insn_cpu c, before;

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		start(&c, &t[k].i);
		c.r[2] = 2;
		c.env.cpsr = insn_with_itstate(c.env.cpsr, t[k].it);
		before = c;
		assert_int_equal(insn_emulate_pc(&t[k].i, &c.env), -EINVAL);
		assert_memory_equal(&c, &before, sizeof(c));
	}
}

static void branch_ends_it_block(void **state)
{
	struct insn b = { ISA_THUMB, 2, 0xe400 }, mov = { ISA_THUMB, 2, 0x467c };
	struct insn_cpu c;

	start(&c, &b);
	c.env.cpsr = insn_with_itstate(THUMB, 0x18); /* last, NE */
	assert_int_equal(insn_emulate_pc(&b, &c.env), 0);
	assert_int_equal(c.env.cpsr, THUMB);
	assert_int_equal(c.env.pc, PC + 4 - 2048);
	start(&c, &b);
	c.env.cpsr = insn_with_itstate(THUMB, 0x08); /* last, EQ: not taken */
	assert_int_equal(insn_emulate_pc(&b, &c.env), 0);
	assert_int_equal(c.env.cpsr, THUMB);
	assert_int_equal(c.env.pc, PC + 2);
	start(&c, &mov);
	c.env.cpsr = insn_with_itstate(THUMB, 0x1a); /* NE now, then EQ-NE.. */
	assert_int_equal(insn_emulate_pc(&mov, &c.env), 0);
	assert_int_equal(c.env.cpsr, insn_with_itstate(THUMB, 0x14));
}

static void only_what_uses_the_pc(void **state)
{
	static const struct insn t[] = { A(0xe0810002), A(0xef000000), A(0xe1b0f00e),
					 T(0x1888),     W(0xeb09080a), A(0xee010f10) };
	struct insn_cpu c;

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		start(&c, &t[k]);
		assert_int_equal(insn_emulate_pc(&t[k], &c.env), -ENOTSUP);
		assert_int_equal(c.env.pc, PC);
	}
}

static void conditions_by_flags(void **state)
{
	/* NZCV as an index, the conditions that hold (ARM ARM table A8-1). */
	static const uint16_t holds[16] = {
		[0x0] = 0x56aa, [0x1] = 0x6a6a, [0x2] = 0x55a6, [0x3] = 0x6966,
		[0x4] = 0x66a9, [0x5] = 0x6a69, [0x6] = 0x66a5, [0x7] = 0x6a65,
		[0x8] = 0x6a9a, [0x9] = 0x565a, [0xa] = 0x6996, [0xb] = 0x5556,
		[0xc] = 0x6a99, [0xd] = 0x6659, [0xe] = 0x6a95, [0xf] = 0x6655,
	};

	for (uint32_t flags = 0; flags < 16; flags++) {
		for (unsigned cond = 0; cond < 15; cond++)
			assert_int_equal(insn_cond_passed(cond, flags << 28),
					 holds[flags] >> cond & 1);
		assert_true(insn_cond_passed(15, flags << 28));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_run),
		cmocka_unit_test(table_branches),
		cmocka_unit_test(unpredictable),
		cmocka_unit_test(branch_ends_it_block),
		cmocka_unit_test(only_what_uses_the_pc),
		cmocka_unit_test(conditions_by_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
