/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
/* What all forms compute is tests/qemu/test_insn_oracle.py's; here are the borders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <espalier/util.h>
#include <insn/simple.h>

#include "insn_cpu.h"

#define PC    0x8000
#define ARM   0x1f
#define THUMB 0x3f
#define SAME  16 /* no register changes */
#define NZ    (CPSR_N | CPSR_Z)
#define ZC    (CPSR_Z | CPSR_C)

/* r1 = 0x80000001, r2 = 32, r3 = 0, r4 = 0x7fffffff, r5 = 33; flags before and after. */
static const struct {
	const char *name;
	struct insn i;
	uint32_t before, after;
	unsigned reg;
	uint32_t value;
} runs[] = {
	{ "adds r0, r1, r1", A(0xe0910001), 0, CPSR_C | CPSR_V, 0, 2 },
	{ "add r0, r1, r1: no flags", A(0xe0810001), NZ, NZ, 0, 2 },
	{ "adcs r0, r4, #0", A(0xe2b40000), CPSR_C, CPSR_N | CPSR_V, 0, 0x80000000 },
	{ "rscs r0, r3, r3", A(0xe0f30003), CPSR_C, ZC, 0, 0 },
	{ "cmp r3, #1", A(0xe3530001), CPSR_V, CPSR_N, SAME, 0 },
	{ "movs r0, r1, lsl r2", A(0xe1b00211), 0, ZC, 0, 0 },
	{ "movs r0, r1, lsl r5", A(0xe1b00511), CPSR_C, CPSR_Z, 0, 0 },
	{ "movs r0, r1, lsr r2", A(0xe1b00231), 0, ZC, 0, 0 },
	{ "movs r0, r1, asr r5", A(0xe1b00551), 0, CPSR_N | CPSR_C, 0, ~0u },
	{ "movs r0, r4, ror r2", A(0xe1b00274), CPSR_C, 0, 0, 0x7fffffff },
	{ "movs r0, r4, ror r3", A(0xe1b00374), CPSR_C, CPSR_C, 0, 0x7fffffff },
	{ "movs r0, r4, rrx", A(0xe1b00064), CPSR_C, CPSR_N | CPSR_C, 0, 0xbfffffff },
	{ "movs r0, #0x80000000", A(0xe3b00102), 0, CPSR_N | CPSR_C, 0, 0x80000000 },
	{ "addeq r0, r1, r1: not done", A(0x00910001), 0, 0, SAME, 0 },
	{ "movw r0, #0xabcd", A(0xe30a0bcd), 0, 0, 0, 0xabcd },
	{ "movt r4, #0xabcd", A(0xe34a4bcd), 0, 0, 4, 0xabcdffff },
	{ "muls r0, r1, r2", A(0xe0100291), ZC | CPSR_V, CPSR_C | CPSR_V, 0, 32 },
	{ "mls r0, r2, r5, r1", A(0xe0601592), 0, 0, 0, 0x80000001 - 32 * 33 },
	{ "smulls r6, r3, r3, r1", A(0xe0d36193), CPSR_V, CPSR_Z | CPSR_V, 6, 0 },
	{ "clz r0, r3", A(0xe16f0f13), 0, 0, 0, 32 },
	{ "sxtb r0, r1, ror #24", A(0xe6af0c71), 0, 0, 0, 0xffffff80 },
	{ "uxtah r0, r2, r4", A(0xe6f20074), 0, 0, 0, 0xffff + 32 },
	{ "sbfx r0, r1, #31, #1", A(0xe7a00fd1), 0, 0, 0, ~0u },
	{ "ubfx r0, r1, #0, #32", A(0xe7ff0051), 0, 0, 0, 0x80000001 },
	{ "bfi r1, r4, #0, #32", A(0xe7df1014), 0, 0, 1, 0x7fffffff },
	{ "bfc r4, #1, #30", A(0xe7de409f), 0, 0, 4, 1 },
	{ "rbit r0, r5", A(0xe6ff0f35), 0, 0, 0, 0x84000000 },
	{ "rev r0, r2", A(0xe6bf0f32), 0, 0, 0, 0x20000000 },
	{ "rev16 r0, r1", A(0xe6bf0fb1), 0, 0, 0, 0x00800100 },
	{ "revsh r0, r4", A(0xe6ff0fb4), 0, 0, 0, ~0u },
	{ "nop", A(0xe320f000), NZ, NZ, SAME, 0 },
	{ "yield", A(0xe320f001), 0, 0, SAME, 0 },

	{ "lsls r0, r1, #1", T(0x0048), 0, CPSR_C, 0, 2 },
	{ "asrs r0, r1, #32", T(0x1008), 0, CPSR_N | CPSR_C, 0, ~0u },
	{ "adds r0, r4, #7", T(0x1de0), 0, CPSR_N | CPSR_V, 0, 0x80000006 },
	{ "subs r2, #33", T(0x3a21), ZC, CPSR_N, 2, ~0u },
	{ "movs r0, #0", T(0x2000), CPSR_C | CPSR_V, ZC | CPSR_V, 0, 0 },
	{ "rors r4, r2", T(0x41d4), CPSR_C, 0, 4, 0x7fffffff },
	{ "negs r0, r3", T(0x4258), 0, ZC, 0, 0 },
	{ "muls r1, r2", T(0x4351), CPSR_V, CPSR_V, 1, 32 },
	{ "add sp, r2: no flags", T(0x4495), NZ, NZ, 13, 0xa0b0c000 + 13 * 0x01010101 + 32 },
	{ "cmp r8, r8", T(0x45c0), 0, ZC, SAME, 0 },
	{ "sub sp, #508", T(0xb0ff), 0, 0, 13, 0xa0b0c000 + 13 * 0x01010101 - 508 },
	{ "sxth r0, r4", T(0xb220), 0, 0, 0, ~0u },
	{ "nop", T(0xbf00), 0, 0, SAME, 0 },

	{ "ands.w r0, r1, #0x80000000", W(0xf0114000), 0, CPSR_N | CPSR_C, 0, 0x80000000 },
	{ "mov.w r0, #0xab00ab00", W(0xf04f20ab), 0, 0, 0, 0xab00ab00 },
	{ "mvns r0, r3", W(0xea7f0003), 0, CPSR_N, 0, ~0u },
	{ "orn r0, r3, #0xff", W(0xf06300ff), 0, 0, 0, 0xffffff00 },
	{ "sub.w sp, sp, r2, lsl #3", W(0xebad0dc2), 0, 0, 13, 0xa0b0c000 + 13 * 0x01010101 - 256 },
	{ "mov.w sp, r2", W(0xea4f0d02), 0, 0, 13, 32 },
	{ "cmn.w sp, #0", W(0xf11d0f00), 0, CPSR_N, SAME, 0 },
	{ "addw r0, r1, #0xfff", W(0xf60170ff), NZ, NZ, 0, 0x80001000 },
	{ "subw sp, sp, #0xfff", W(0xf6ad7dff), 0, 0, 13, 0xa0b0c000 + 13 * 0x01010101 - 0xfff },
	{ "lsls.w r0, r1, r2", W(0xfa11f002), 0, ZC, 0, 0 },
	{ "nop.w", W(0xf3af8000), 0, 0, SAME, 0 },
};

static void start(struct insn_cpu *c, const struct insn *i, uint32_t flags)
{
	cpu_reset(c, PC, (i->isa == ISA_ARM ? ARM : THUMB) | flags);
	c->r[1] = 0x80000001;
	c->r[2] = 32;
	c->r[3] = 0;
	c->r[4] = 0x7fffffff;
	c->r[5] = 33;
}

static void every_run(void **state)
{
	struct insn_cpu c, before;

	for (unsigned k = 0; k < ARRAY_SIZE(runs); k++) {
		struct insn i = runs[k].i;

		print_message("    %s\n", runs[k].name);
		start(&c, &i, runs[k].before);
		before = c;
		assert_int_equal(insn_emulate_simple(&i, &c.env), 0);
		assert_int_equal(c.env.pc, PC + i.size);
		assert_int_equal(c.env.cpsr & 0xf0000000, runs[k].after);
		assert_int_equal(c.env.cpsr << 4, before.env.cpsr << 4);
		if (runs[k].reg != SAME)
			before.r[runs[k].reg] = runs[k].value;
		assert_memory_equal(c.r, before.r, sizeof(c.r));
	}
}

static void two_results(void **state)
{
	static const struct insn t[] = { A(0xe0a30191), W(0xfbe10301) }; /* umlal r0, r3, r1, r1 */
	struct insn_cpu c;

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		start(&c, &t[k], 0);
		c.r[0] = 0xffffffff;
		assert_int_equal(insn_emulate_simple(&t[k], &c.env), 0);
		assert_int_equal(c.r[0], 0);
		assert_int_equal(c.r[3], 0x40000002);
	}
}

/* In an IT block the 16-bit forms leave the flags alone, but CMP and 32-bit S do not. */
static void it_blocks(void **state)
{
	struct insn adds = T(0x1849) /* r1, r1, r1 */, cmp = T(0x2900), w = W(0xeb110101);
	struct insn_cpu c;

	start(&c, &adds, insn_with_itstate(CPSR_Z, 0x04)); /* ITT EQ: two to go */
	assert_int_equal(insn_emulate_simple(&adds, &c.env), 0);
	assert_int_equal(c.r[1], 2);
	assert_int_equal(c.env.cpsr, insn_with_itstate(THUMB | CPSR_Z, 0x08));
	assert_int_equal(insn_emulate_simple(&w, &c.env), 0);
	assert_int_equal(c.r[1], 4);
	assert_int_equal(c.env.cpsr, THUMB);
	assert_int_equal(c.env.pc, PC + 6);

	start(&c, &adds, insn_with_itstate(CPSR_Z, 0x1c)); /* ITTE NE.. : not done, then EQ */
	assert_int_equal(insn_emulate_simple(&adds, &c.env), 0);
	assert_int_equal(c.r[1], 0x80000001);
	assert_int_equal(c.env.cpsr, insn_with_itstate(THUMB | CPSR_Z, 0x18));
	c.env.cpsr = insn_with_itstate(THUMB | CPSR_Z, 0x08);
	assert_int_equal(insn_emulate_simple(&cmp, &c.env), 0);
	assert_int_equal(c.env.cpsr, THUMB | CPSR_N | CPSR_C);
}

/* -ENOTSUP, and nothing has changed. */
static void refused(void **state)
{
	static const struct {
		struct insn i;
		uint32_t it;
	} t[] = {
		{ A(0xe08f0002), 0 },          /* add r0, pc, r2 */
		{ A(0xe1a0f00e), 0 },          /* mov pc, lr */
		{ A(0xe1b0f00e), 0 },          /* movs pc, lr */
		{ A(0xe1a0f312), 0 },          /* mov pc, r2, lsl r3: unpredictable */
		{ A(0xe3510000 | 0x1000), 0 }, /* cmp with a (0) set */
		{ A(0xf3510000), 0 },          /* no condition */
		{ A(0xe0833391), 0 },          /* umull r3, r3 */
		{ A(0xe0403391), 0 },          /* umaal */
		{ A(0xe7bf0fd1), 0 },          /* sbfx r0, r1, #31, #32 */
		{ A(0xe7c10111), 0 },          /* bfi from 2 to 1 */
		{ A(0xe6800071), 0 },          /* sxtab16 */
		{ A(0xe6810011), 0 },          /* pkhbt */
		{ A(0xe1010052), 0 },          /* qadd */
		{ A(0xe320f002), 0 },          /* wfe */
		{ A(0xe320f003), 0 },          /* wfi */
		{ A(0xe320f004), 0 },          /* sev */
		{ A(0xe10f0000), 0 },          /* mrs */
		{ A(0xe12ff000), 0 },          /* msr */
		{ A(0xe5910000), 0 },          /* ldr */
		{ A(0xe1910f9f), 0 },          /* ldrex */
		{ A(0xf57ff05f), 0 },          /* dmb */
		{ A(0xf5d1f000), 0 },          /* pld */
		{ A(0xea000000), 0 },          /* b */
		{ A(0xef000000), 0 },          /* svc */
		{ A(0xee010f10), 0 },          /* mcr */
		{ A(0xe01000f2), 0 },          /* ldrh */
		{ A(0xe7f000f0), 0 },          /* udf */
		{ T(0x0008), 0x08 },           /* movs r0, r1 in an IT block */
		{ T(0x447c), 0 },              /* add r4, pc */
		{ T(0x4497), 0 },              /* add pc, r2 */
		{ T(0x467c), 0 },              /* mov r4, pc */
		{ T(0x4508), 0 },              /* cmp of low registers */
		{ T(0xa001), 0 },              /* adr */
		{ T(0xbf20), 0 },              /* wfe */
		{ T(0xbf08), 0 },              /* it eq */
		{ T(0xb662), 0 },              /* cps */
		{ T(0xb650), 0 },              /* setend */
		{ T(0xba80), 0 },              /* nothing, between rev16 and revsh */
		{ W(0xf04f1000), 0 },          /* mov.w r0, #0x00000000, repeated */
		{ W(0xf04f0d01), 0 },          /* mov.w sp, #1 */
		{ W(0xf1010d01), 0 },          /* add.w sp, r1, #1 */
		{ W(0xebad1d02), 0 },          /* sub.w sp, sp, r2, lsl #4 */
		{ W(0xebad0d12), 0 },          /* sub.w sp, sp, r2, lsr #32 */
		{ W(0xea4f0d0d), 0 },          /* mov.w sp, sp */
		{ W(0xea5f0d02), 0 },          /* movs.w sp, r2 */
		{ W(0xea018002), 0 },          /* and with a (0) set */
		{ W(0xea1d0f02), 0 },          /* tst sp */
		{ W(0xeac10002), 0 },          /* pkhbt */
		{ W(0xf20f0000), 0 },          /* adr */
		{ W(0xf36102c0), 0 },          /* bfi from 3 to 0 */
		{ W(0xf341701f), 0 },          /* sbfx r0, r1, #28, #32 */
		{ W(0xfab1f082), 0 },          /* clz of two registers */
		{ W(0xfba10002), 0 },          /* umull r0, r0 */
		{ W(0xfbe10062), 0 },          /* umaal */
		{ W(0xfa2ff081), 0 },          /* sxtb16 */
		{ W(0xf3af8002), 0 },          /* wfe */
		{ W(0xf3bf8f5f), 0 },          /* dmb */
		{ W(0xf3de8f04), 0 },          /* subs pc, lr, #4 */
		{ W(0xf3ef8000), 0 },          /* mrs */
		{ W(0xf8d10000), 0 },          /* ldr.w */
	};
	struct insn_cpu c, before;

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		print_message("    %x\n", (unsigned)t[k].i.word);
		start(&c, &t[k].i, 0);
		c.env.cpsr = insn_with_itstate(c.env.cpsr, t[k].it);
		before = c;
		assert_int_equal(insn_emulate_simple(&t[k].i, &c.env), -ENOTSUP);
		assert_memory_equal(&c, &before, sizeof(c));
	}
}

/* Every 16-bit word: simple is what may be copied and is no load, store or control. */
static void all_16_bit_words(void **state)
{
	struct insn_cpu c;

	for (uint32_t w = 0; w < 0xe800; w++) {
		struct insn i = insn_t16(w);
		bool memory = (w >= 0x4800 && w < 0xa000) || (w & 0xf600) == 0xb400 ||
			      (w & 0xf000) == 0xc000;
		bool control = (w & 0xff00) == 0xb600 || (w >> 8 == 0xbf && (w & 0xef));
		bool simple = insn_step_kind(&i) == STEP_OUT_OF_LINE && !memory && !control;

		cpu_reset(&c, PC, THUMB);
		if (simple != !insn_emulate_simple(&i, &c.env))
			fail_msg("%04x: %d", (unsigned)w, simple);
	}
}

/* Rows stand in the group that finds them. */
static void rows_are_reachable(void **state)
{
	for (unsigned g = 0; g < 32; g++) {
		for (unsigned k = 0; k < simple_thumb16[g].count; k++)
			assert_true(((simple_thumb16[g].row[k].value ^ g << 11) &
				     simple_thumb16[g].row[k].mask & 0xf800) == 0);
		for (unsigned k = 0; k < simple_thumb32[g].count; k++)
			assert_true(((simple_thumb32[g].row[k].value ^ (0xe0 | g) << 24) &
				     simple_thumb32[g].row[k].mask & 0xff000000) == 0);
		for (unsigned k = 0; g < 16 && k < simple_arm[g].count; k++)
			assert_true(((simple_arm[g].row[k].value ^ g << 24) & 0x0f000000) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_run),        cmocka_unit_test(two_results),
		cmocka_unit_test(it_blocks),        cmocka_unit_test(refused),
		cmocka_unit_test(all_16_bit_words), cmocka_unit_test(rows_are_reachable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
