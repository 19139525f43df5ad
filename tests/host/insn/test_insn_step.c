/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <espalier/util.h>
#include <insn/step_row.h>

#include "insn_cpu.h"

static const struct {
	const char *name;
	struct insn i;
	enum step_kind kind;
} kinds[] = {
	{ "add r0, r1, r2", A(0xe0810002), STEP_OUT_OF_LINE },
	{ "add r0, pc, r2", A(0xe08f0002), STEP_EMULATE },
	{ "add r0, pc, r2, lsl r3: unpredictable", A(0xe08f0312), STEP_EXCEPTION },
	{ "adr r0, .", A(0xe28f0000), STEP_EMULATE },
	{ "mov pc, lr", A(0xe1a0f00e), STEP_EMULATE },
	{ "movs pc, lr", A(0xe1b0f00e), STEP_EXC_RETURN },
	{ "subs pc, lr, #4", A(0xe25ef004), STEP_EXC_RETURN },
	{ "cmp r1, #0", A(0xe3510000), STEP_OUT_OF_LINE },
	{ "cmp pc, #0", A(0xe35f0000), STEP_EMULATE },
	{ "movw r0, #1", A(0xe3000001), STEP_OUT_OF_LINE },
	{ "mul r0, r1, r2", A(0xe0000291), STEP_OUT_OF_LINE },
	{ "sdiv: not on this core", A(0xe710f211), STEP_EXCEPTION },
	{ "ldr r0, [r1]", A(0xe5910000), STEP_OUT_OF_LINE },
	{ "ldr r0, [pc, #8]", A(0xe59f0008), STEP_EMULATE },
	{ "ldr pc, [r1]", A(0xe591f000), STEP_EMULATE },
	{ "str pc, [r1]", A(0xe581f000), STEP_EMULATE },
	{ "pop {pc}", A(0xe8bd8000), STEP_EMULATE },
	{ "ldm r0, {r1, pc}^", A(0xe8d08002), STEP_EXC_RETURN },
	{ "ldm r0, {r1, sp}^", A(0xe8d02002), STEP_OUT_OF_LINE },
	{ "rfeia sp!", A(0xf8bd0a00), STEP_EXC_RETURN },
	{ "srsdb sp!, #19", A(0xf96d0513), STEP_OUT_OF_LINE },
	{ "cpsid i", A(0xf10c0080), STEP_OUT_OF_LINE },
	{ "mrs r0, cpsr", A(0xe10f0000), STEP_OUT_OF_LINE },
	{ "msr cpsr_c, r0", A(0xe121f000), STEP_OUT_OF_LINE },
	{ "mrs r0, sp_usr: virtualization extensions", A(0xe1010200), STEP_EXCEPTION },
	{ "b .", A(0xeafffffe), STEP_EMULATE },
	{ "blx .", A(0xfafffffe), STEP_EMULATE },
	{ "bx lr", A(0xe12fff1e), STEP_EMULATE },
	{ "svc #0", A(0xef000000), STEP_EXCEPTION },
	{ "bkpt", A(0xe1200070), STEP_EXCEPTION },
	{ "smc #0", A(0xe1600070), STEP_EXCEPTION },
	{ "hvc #0", A(0xe1400070), STEP_EXCEPTION },
	{ "udf", A(0xe7f000f0), STEP_EXCEPTION },
	{ "mcr p15, 0, r0, c1, c0, 0", A(0xee010f10), STEP_CP15 },
	{ "mrc p14, 0, r0, c0, c1, 0", A(0xee100e11), STEP_CP15 },
	{ "mcrr p15, 0, r0, r1, c5", A(0xec410f05), STEP_CP15 },
	{ "mcr p13: recoloured", A(0xee010d10), STEP_EXCEPTION },
	{ "mcr2 p15", A(0xfe010f10), STEP_EXCEPTION },
	{ "wfi", A(0xe320f003), STEP_WAIT },
	{ "nop", A(0xe320f000), STEP_OUT_OF_LINE },
	{ "wfe", A(0xe320f002), STEP_OUT_OF_LINE },
	{ "dsb sy", A(0xf57ff04f), STEP_OUT_OF_LINE },
	{ "isb sy", A(0xf57ff06f), STEP_OUT_OF_LINE },
	{ "clrex", A(0xf57ff01f), STEP_OUT_OF_LINE },
	{ "ldrex r0, [r1]", A(0xe1910f9f), STEP_OUT_OF_LINE },
	{ "strex r0, r1, [pc]: unpredictable", A(0xe18f0f91), STEP_EXCEPTION },
	{ "pld [r0]", A(0xf5d0f000), STEP_OUT_OF_LINE },
	{ "pld [pc]", A(0xf5dff000), STEP_EMULATE },
	{ "vadd.f32 s0, s1, s2", A(0xee300a81), STEP_OUT_OF_LINE },
	{ "vfma.f32: VFPv4", A(0xeea00a81), STEP_EXCEPTION },
	{ "vldr s0, [r0]", A(0xed900a00), STEP_OUT_OF_LINE },
	{ "vldr s0, [pc]", A(0xed9f0a00), STEP_EMULATE },
	{ "vmrs apsr_nzcv, fpscr", A(0xeef1fa10), STEP_OUT_OF_LINE },
	{ "vmov r0, s0", A(0xee100a10), STEP_OUT_OF_LINE },
	{ "vmov pc, s0: unpredictable", A(0xee10fa10), STEP_EXCEPTION },
	{ "vadd.i32 q0, q1, q2", A(0xf2220844), STEP_OUT_OF_LINE },
	{ "vld1.32 {d0}, [r0]!", A(0xf420078d), STEP_OUT_OF_LINE },

	{ "adds r0, r1, r2", T(0x1888), STEP_OUT_OF_LINE },
	{ "add r0, pc", T(0x4478), STEP_EMULATE },
	{ "mov pc, lr", T(0x46f7), STEP_EMULATE },
	{ "bx lr", T(0x4770), STEP_EMULATE },
	{ "ldr r0, [pc, #4]", T(0x4801), STEP_EMULATE },
	{ "ldr r0, [r1]", T(0x6808), STEP_OUT_OF_LINE },
	{ "push {r4, lr}", T(0xb510), STEP_OUT_OF_LINE },
	{ "pop {r4, pc}", T(0xbd10), STEP_EMULATE },
	{ "cbz r0, .", T(0xb100), STEP_EMULATE },
	{ "it eq", T(0xbf08), STEP_EMULATE },
	{ "nop", T(0xbf00), STEP_OUT_OF_LINE },
	{ "wfi", T(0xbf30), STEP_WAIT },
	{ "bkpt", T(0xbe00), STEP_EXCEPTION },
	{ "svc #0", T(0xdf00), STEP_EXCEPTION },
	{ "udf #0", T(0xde00), STEP_EXCEPTION },
	{ "beq .", T(0xd0fe), STEP_EMULATE },
	{ "cpsid i", T(0xb672), STEP_OUT_OF_LINE },
	{ "add.w r8, r9, r10", W(0xeb09080a), STEP_OUT_OF_LINE },
	{ "adr.w r8, .", W(0xf20f0800), STEP_EMULATE },
	{ "mov.w r8, r9", W(0xea4f0809), STEP_OUT_OF_LINE },
	{ "tst.w r8, #1", W(0xf0180f01), STEP_OUT_OF_LINE },
	{ "bl .", W(0xf7fffffe), STEP_EMULATE },
	{ "b.w .", W(0xf7ffbffe), STEP_EMULATE },
	{ "beq.w .", W(0xf43faffe), STEP_EMULATE },
	{ "blx .", W(0xf7ffeffe), STEP_EMULATE },
	{ "blx with its (0) set: UNDEFINED", W(0xf7ffefff), STEP_EXCEPTION },
	{ "tbb [pc, r0]", W(0xe8dff000), STEP_EMULATE },
	{ "ldr.w pc, [r0]", W(0xf8d0f000), STEP_EMULATE },
	{ "ldr.w r0, [pc, #4]", W(0xf8df0004), STEP_EMULATE },
	{ "pld [pc]", W(0xf89ff000), STEP_EMULATE },
	{ "subs pc, lr, #4", W(0xf3de8f04), STEP_EXC_RETURN },
	{ "rfeia sp!", W(0xe9bdc000), STEP_EXC_RETURN },
	{ "mrs r0, cpsr", W(0xf3ef8000), STEP_OUT_OF_LINE },
	{ "wfi.w", W(0xf3af8003), STEP_WAIT },
	{ "enterx: ThumbEE stays off", W(0xf3bf8f1f), STEP_EXCEPTION },
	{ "dmb ish", W(0xf3bf8f5b), STEP_OUT_OF_LINE },
	{ "smc #0", W(0xf7f08000), STEP_EXCEPTION },
	{ "udf.w #0", W(0xf7f0a000), STEP_EXCEPTION },
	{ "mcr p15, 0, r0, c1, c0, 0", W(0xee010f10), STEP_CP15 },
	{ "mcr2 p15", W(0xfe010f10), STEP_EXCEPTION },
	{ "sdiv: not on this core", W(0xfb90f0f1), STEP_EXCEPTION },
	{ "vadd.i32 q0, q1, q2", W(0xef220844), STEP_OUT_OF_LINE },
	{ "vldr d0, [r0]", W(0xed900b00), STEP_OUT_OF_LINE },
};

static void known_kinds(void **state)
{
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		if (insn_step_kind(&kinds[k].i) == kinds[k].kind)
			continue;
		print_error("%s\n", kinds[k].name);
		assert_int_equal(insn_step_kind(&kinds[k].i), kinds[k].kind);
	}
}

static void unpriv(void **state)
{
	static const struct {
		struct insn i;
		bool yes;
	} t[] = {
		{ A(0xe4b21004), true },  /* ldrt r1, [r2], #4 */
		{ A(0xe4921004), false }, /* ldr r1, [r2], #4 */
		{ A(0xe0f210b2), true },  /* ldrht r1, [r2], #2 */
		{ W(0xf8521e04), true },  /* ldrt r1, [r2, #4] */
		{ W(0xf8521f04), false }, /* ldr r1, [r2, #4]! */
		{ T(0x6811), false },     { A(0xe1a00000), false },
	};

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++)
		assert_int_equal(insn_is_unpriv(&t[k].i), t[k].yes);
}

static bool match(const struct step_row *r, uint32_t w) { return (w & r->mask) == r->value; }

static bool pc_rules_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* Is all that rows x and y share also within a row before x? */
static bool settled_before(const struct step_table *t, unsigned x, uint32_t mask, uint32_t value)
{
	for (unsigned k = 0; k < x; k++)
		if (!(t->row[k].mask & ~mask) && (value & t->row[k].mask) == t->row[k].value)
			return true;
	return false;
}

/* Of two rows that overlap and decide differently the first is the special case. */
static void check_overlaps(const char *name, const struct step_table *t)
{
	for (unsigned a = 0; a < t->count; a++) {
		const struct step_row *x = &t->row[a];

		assert_int_equal(x->value & ~x->mask, 0);
		assert_true(!x->pc || strlen(x->pc) == 4);
		assert_true(!x->pc || strspn(x->pc, ".PX") == 4);
		for (unsigned b = a + 1; b < t->count; b++) {
			const struct step_row *y = &t->row[b];

			if ((x->value ^ y->value) & x->mask & y->mask)
				continue;
			if (x->kind == y->kind && pc_rules_equal(x->pc, y->pc))
				continue;
			if (!(y->mask & ~x->mask))
				continue;
			/* A literal form: Rn = 15 there, and what y makes of that. */
			if (x->kind == STEP_EMULATE && y->pc && y->pc[0] == 'P' &&
			    (x->mask & x->value & 0x000f0000) == 0x000f0000)
				continue;
			if (settled_before(t, a, x->mask | y->mask, x->value | y->value))
				continue;
			print_error("%s: %08x/%08x and %08x/%08x\n", name, x->mask, x->value,
				    y->mask, y->value);
			fail();
		}
	}
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed ^ *seed >> 15;
}

static void check_reachable(const char *name, const struct step_table *t)
{
	uint32_t seed = 7;

	for (unsigned a = 0; a < t->count; a++) {
		unsigned tries, b = 0;

		for (tries = 0; tries < 2000; tries++) {
			uint32_t w = (next(&seed) & ~t->row[a].mask) | t->row[a].value;

			for (b = 0; !match(&t->row[b], w); b++)
				;
			if (b == a)
				break;
		}
		if (b != a)
			print_error("%s: %08x/%08x is never reached\n", name, t->row[a].mask,
				    t->row[a].value);
		assert_int_equal(b, a);
	}
}

static void tables_are_consistent(void **state)
{
	static const struct {
		const char *name;
		const struct step_table *t;
	} all[] = {
		{ "arm", &step_arm },         { "arm uncond", &step_arm_uncond },
		{ "thumb16", &step_thumb16 }, { "thumb32", &step_thumb32 },
		{ "vfp", &step_vfp },         { "neon", &step_neon },
	};

	for (unsigned k = 0; k < ARRAY_SIZE(all); k++) {
		check_overlaps(all[k].name, all[k].t);
		check_reachable(all[k].name, all[k].t);
	}
}

/* Rows that decide the same may overlap; no word fits two that do not. */
static void pc_tables_are_consistent(void **state)
{
	const struct pc_table *all[] = { &pc_arm, &pc_thumb16, &pc_thumb32 };

	for (unsigned t = 0; t < ARRAY_SIZE(all); t++) {
		for (unsigned a = 0; a < all[t]->count; a++) {
			const struct pc_row *x = &all[t]->row[a];

			assert_int_equal(x->value & ~x->mask, 0);
			for (unsigned b = a + 1; b < all[t]->count; b++) {
				const struct pc_row *y = &all[t]->row[b];

				if ((x->value ^ y->value) & x->mask & y->mask)
					continue;
				/* The special case comes first and is reached. */
				assert_int_equal(y->mask & ~x->mask, 0);
				assert_int_not_equal(y->mask, x->mask);
			}
		}
	}
}

/* Whatever is to be emulated has an emulation, but for these. */
static void emulations_exist(void **state)
{
	static const struct insn without[] = {
		A(0xed9f0a00), /* vldr s0, [pc] */
		W(0xed9f0b00), /* vldr d0, [pc] */
		A(0xec9f0a01), /* vldmia pc, {s0} */
		A(0xe8c18001), /* stmia r1, {r0, pc}^ */
	};
	struct insn_cpu cpu;

	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct insn i = kinds[k].i;
		bool vldr = (i.word & 0x0f000e00) == 0x0d000a00 && i.size == 4;

		cpu_reset(&cpu, 0x1100, i.isa == ISA_ARM ? 0x1f : 0x3f);
		if (kinds[k].kind != STEP_EMULATE || vldr)
			continue;
		assert_int_not_equal(insn_emulate_pc(&i, &cpu.env), -ENOTSUP);
	}
	for (unsigned k = 0; k < ARRAY_SIZE(without); k++) {
		cpu_reset(&cpu, 0x1100, 0x1f);
		assert_int_equal(insn_step_kind(&without[k]), STEP_EMULATE);
		assert_int_equal(insn_emulate_pc(&without[k], &cpu.env), -ENOTSUP);
		assert_int_equal(cpu.env.pc, 0x1100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_kinds),           cmocka_unit_test(unpriv),
		cmocka_unit_test(tables_are_consistent), cmocka_unit_test(pc_tables_are_consistent),
		cmocka_unit_test(emulations_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
