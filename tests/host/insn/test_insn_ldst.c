/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/ */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <espalier/util.h>
#include <insn/ldst.h>

#include "insn_cpu.h"

#define SYS_ARM   0x1f
#define SYS_THUMB 0x3f
#define RAM       (CPU_RAM_BASE + 0x100)
#define PC        0x8000

static struct insn_cpu cpu;

static void start(struct insn i) { cpu_reset(&cpu, PC, i.isa == ISA_ARM ? SYS_ARM : SYS_THUMB); }

static int run(struct insn i) { return insn_emulate_ldst(&i, &cpu.env); }

/*
 * One load or store each: rn, rm and the offset that is expected, what is
 * written back, and how the value comes back.
 */
struct form {
	const char *name;
	struct insn i;
	unsigned rt, rn, rm;
	uint32_t rm_value;
	int32_t at;    /* address - RAM */
	int32_t wback; /* base afterwards - RAM */
	unsigned size;
	bool load, sign, user;
};

#define NONE 16

static const struct form forms[] = {
	{ "ldr r1, [r2, #4]", A(0xe5921004), 1, 2, NONE, 0, 4, 0, 4, true, false, false },
	{ "ldr r1, [r2, #-4]!", A(0xe5321004), 1, 2, NONE, 0, -4, -4, 4, true, false, false },
	{ "ldr r1, [r2], #12", A(0xe492100c), 1, 2, NONE, 0, 0, 12, 4, true, false, false },
	{ "ldrt r1, [r2], #12", A(0xe4b2100c), 1, 2, NONE, 0, 0, 12, 4, true, false, true },
	{ "str r1, [r2, r3, lsl #2]", A(0xe7821103), 1, 2, 3, 3, 12, 0, 4, false, false, false },
	{ "str r1, [r2, -r3, asr #1]!", A(0xe72210c3), 1, 2, 3, (uint32_t)-16, 8, 8, 4, false,
	  false, false },
	{ "ldrb r1, [r2, r3, lsr #32]", A(0xe7d21023), 1, 2, 3, 0x80000000, 0, 0, 1, true, false,
	  false },
	{ "ldrb r1, [r2, r3, ror #8]", A(0xe7d21463), 1, 2, 3, 0x700, 7, 0, 1, true, false, false },
	{ "strb r1, [r2], -r3", A(0xe6421003), 1, 2, 3, 8, 0, -8, 1, false, false, false },
	{ "strbt r1, [r2], #1", A(0xe4e21001), 1, 2, NONE, 0, 0, 1, 1, false, false, true },
	{ "ldrh r1, [r2, #6]", A(0xe1d210b6), 1, 2, NONE, 0, 6, 0, 2, true, false, false },
	{ "ldrsh r1, [r2, -r3]!", A(0xe13210f3), 1, 2, 3, 6, -6, -6, 2, true, true, false },
	{ "ldrsb r1, [r2], #17", A(0xe0d211d1), 1, 2, NONE, 0, 0, 17, 1, true, true, false },
	{ "strh r1, [r2, r3]", A(0xe18210b3), 1, 2, 3, 10, 10, 0, 2, false, false, false },
	{ "ldrsht r1, [r2], #-2", A(0xe07210f2), 1, 2, NONE, 0, 0, -2, 2, true, true, true },
	{ "str r1, [r2] unaligned", A(0xe5821001), 1, 2, NONE, 0, 1, 0, 4, false, false, false },
	{ "ldrh r1, [r2, #3]", A(0xe1d210b3), 1, 2, NONE, 0, 3, 0, 2, true, false, false },

	{ "ldr r1, [r2, #20]", T(0x6951), 1, 2, NONE, 0, 20, 0, 4, true, false, false },
	{ "strb r1, [r2, #5]", T(0x7151), 1, 2, NONE, 0, 5, 0, 1, false, false, false },
	{ "ldrh r1, [r2, #6]", T(0x88d1), 1, 2, NONE, 0, 6, 0, 2, true, false, false },
	{ "ldrsb r1, [r2, r3]", T(0x56d1), 1, 2, 3, 9, 9, 0, 1, true, true, false },
	{ "ldrsh r1, [r2, r3]", T(0x5ed1), 1, 2, 3, 8, 8, 0, 2, true, true, false },
	{ "str r1, [r2, r3]", T(0x50d1), 1, 2, 3, 8, 8, 0, 4, false, false, false },
	{ "str r1, [sp, #8]", T(0x9102), 1, 13, NONE, 0, 8, 0, 4, false, false, false },
	{ "ldr r1, [sp, #16]", T(0x9904), 1, 13, NONE, 0, 16, 0, 4, true, false, false },

	{ "ldr.w r1, [r2, #0x80]", W(0xf8d21080), 1, 2, NONE, 0, 0x80, 0, 4, true, false, false },
	{ "strh.w r1, [r2, #0x82]", W(0xf8a21082), 1, 2, NONE, 0, 0x82, 0, 2, false, false, false },
	{ "ldrsb r1, [r2, #-3]", W(0xf9121c03), 1, 2, NONE, 0, -3, 0, 1, true, true, false },
	{ "str r1, [r2], #4", W(0xf8421b04), 1, 2, NONE, 0, 0, 4, 4, false, false, false },
	{ "ldr r1, [r2, #-8]!", W(0xf8521d08), 1, 2, NONE, 0, -8, -8, 4, true, false, false },
	{ "ldrsht r1, [r2, #5]", W(0xf9321e05), 1, 2, NONE, 0, 5, 0, 2, true, true, true },
	{ "strt r1, [r2, #4]", W(0xf8421e04), 1, 2, NONE, 0, 4, 0, 4, false, false, true },
	{ "ldrb r1, [r2, r3, lsl #3]", W(0xf8121033), 1, 2, 3, 5, 40, 0, 1, true, false, false },
	{ "push {r1} (one register)", W(0xf84d1d04), 1, 13, NONE, 0, -4, -4, 4, false, false,
	  false },
};

static uint32_t expected(const struct form *f, const uint8_t *p)
{
	uint32_t v = 0;

	memcpy(&v, p, f->size);
	if (f->sign && f->size == 1)
		return (uint32_t)(int8_t)v;
	return f->sign ? (uint32_t)(int16_t)v : v;
}

static void check_form(const struct form *f)
{
	uint8_t before[CPU_RAM_SIZE];
	uint32_t stored, va = RAM + (uint32_t)f->at;
	uint8_t *p = &cpu.ram[va - CPU_RAM_BASE];

	start(f->i);
	cpu.r[f->rn] = RAM;
	if (f->rm != NONE)
		cpu.r[f->rm] = f->rm_value;
	stored = cpu.r[f->rt];
	memcpy(before, cpu.ram, sizeof(before));
	assert_int_equal(run(f->i), 0);
	assert_int_equal(cpu.r[f->rn], RAM + (uint32_t)f->wback);
	assert_int_equal(cpu.env.pc, PC + f->i.size);
	assert_int_equal(cpu.users, f->user ? cpu.accesses : 0);
	assert_int_equal(insn_is_unpriv(&f->i), f->user);
	if (f->load) {
		assert_int_equal(cpu.r[f->rt], expected(f, p));
	} else {
		assert_memory_equal(p, &stored, f->size);
		memcpy(p, &before[p - cpu.ram], f->size);
	}
	assert_memory_equal(before, cpu.ram, sizeof(before));
}

static void every_form(void **state)
{
	for (unsigned k = 0; k < ARRAY_SIZE(forms); k++) {
		print_message("    %s\n", forms[k].name);
		check_form(&forms[k]);
	}
}

/* base register r4 = RAM: first address, base afterwards, registers moved. */
struct multi {
	const char *name;
	struct insn i;
	unsigned rn;
	int32_t first, wback;
	uint16_t regs;
	bool load;
};

static const struct multi multis[] = {
	{ "stmia r4, {r0-r3}", A(0xe884000f), 4, 0, 0, 0x000f, false },
	{ "stmib r4!, {r0-r3}", A(0xe9a4000f), 4, 4, 16, 0x000f, false },
	{ "stmda r4!, {r0-r3, lr}", A(0xe824400f), 4, -16, -20, 0x400f, false },
	{ "push {r4-r8, lr}", A(0xe92d41f0), 13, -24, -24, 0x41f0, false },
	{ "ldmia r4!, {r0-r3}", A(0xe8b4000f), 4, 0, 16, 0x000f, true },
	{ "ldmib r4, {r1, r4}", A(0xe9940012), 4, 4, 0, 0x0012, true },
	{ "ldmda r4, {r1, r3}", A(0xe814000a), 4, -4, 0, 0x000a, true },
	{ "ldmdb r4!, {r1, r3}", A(0xe934000a), 4, -8, -8, 0x000a, true },
	{ "stmia r4!, {r4, r5}: the old base", A(0xe8a40030), 4, 0, 8, 0x0030, false },
	{ "strd r2, [r4, #8]!", A(0xe1e420f8), 4, 8, 8, 0x000c, false },
	{ "ldrd r2, [r4], #-8", A(0xe04420d8), 4, 0, -8, 0x000c, true },
	{ "push {r0-r3, lr}", T(0xb50f), 13, -20, -20, 0x400f, false },
	{ "pop {r0-r7}", T(0xbcff), 13, 0, 32, 0x00ff, true },
	{ "stmia r4!, {r0-r2}", T(0xc407), 4, 0, 12, 0x0007, false },
	{ "ldmia r4!, {r0-r2}", T(0xcc07), 4, 0, 12, 0x0007, true },
	{ "ldmia r4, {r2, r4}: base loaded", T(0xcc14), 4, 0, 0, 0x0014, true },
	{ "stmdb r4!, {r8-r12, lr}", W(0xe9245f00), 4, -24, -24, 0x5f00, false },
	{ "ldmia.w r4, {r8-r12}", W(0xe8941f00), 4, 0, 0, 0x1f00, true },
	{ "ldmdb r4!, {r8, r9}", W(0xe9340300), 4, -8, -8, 0x0300, true },
	{ "strd r8, r9, [r4, #-16]", W(0xe9448904), 4, -16, 0, 0x0300, false },
	{ "ldrd r8, r9, [r4], #16", W(0xe8f48904), 4, 0, 16, 0x0300, true },
};

static void check_multi(const struct multi *m)
{
	uint32_t va = RAM + (uint32_t)m->first, old[15];

	start(m->i);
	cpu.r[m->rn] = RAM;
	memcpy(old, cpu.r, sizeof(old));
	assert_int_equal(run(m->i), 0);
	for (unsigned r = 0; r < 15; r++) {
		bool moved = m->regs >> r & 1;

		if (moved)
			assert_int_equal(m->load ? cpu.r[r] : old[r], cpu_word(&cpu, va));
		if (!moved || !m->load)
			assert_int_equal(cpu.r[r], r == m->rn ? RAM + (uint32_t)m->wback : old[r]);
		va += moved ? 4 : 0;
	}
	assert_int_equal(cpu.env.pc, PC + m->i.size);
	assert_int_equal(cpu.probed, 4 * cpu.accesses);
}

static void every_multiple(void **state)
{
	for (unsigned k = 0; k < ARRAY_SIZE(multis); k++) {
		print_message("    %s\n", multis[k].name);
		check_multi(&multis[k]);
	}
}

static void pc_loads(void **state)
{
	static const struct {
		struct insn i;
		uint32_t target, pc, cpsr;
		int err;
	} t[] = {
		{ A(0xe594f000), 0x9000, 0x9000, SYS_ARM, 0 }, /* ldr pc, [r4] */
		{ A(0xe594f000), 0x9001, 0x9000, SYS_THUMB, 0 },
		{ A(0xe594f000), 0x9003, 0x9002, SYS_THUMB, 0 },
		{ A(0xe594f000), 0x9002, PC, SYS_ARM, -EINVAL },
		{ A(0xe8b48000), 0x9001, 0x9000, SYS_THUMB, 0 }, /* ldm r4!, {pc} */
		{ W(0xf854fb04), 0x9000, 0x9000, SYS_ARM, 0 },   /* ldr pc, [r4], #4 */
		{ W(0xf854fb04), 0x9001, 0x9000, SYS_THUMB, 0 },
	};

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		start(t[k].i);
		cpu.r[4] = RAM;
		cpu_put(&cpu, RAM, t[k].target);
		assert_int_equal(run(t[k].i), t[k].err);
		assert_int_equal(cpu.env.pc, t[k].pc);
		assert_int_equal(cpu.env.cpsr, t[k].cpsr);
		if (t[k].err)
			assert_int_equal(cpu.r[4], RAM);
	}
}

static void pc_operands(void **state)
{
	struct insn literal = insn_t16(0x4901), str_pc = insn_arm(0xe584f000);

	start(literal); /* ldr r1, [pc, #4] at a halfword address */
	cpu.env.pc = RAM + 2;
	assert_int_equal(run(literal), 0);
	assert_int_equal(cpu.r[1], cpu_word(&cpu, RAM + 8));
	start(str_pc);
	cpu.r[4] = RAM;
	assert_int_equal(run(str_pc), 0);
	assert_int_equal(cpu_word(&cpu, RAM), PC + 8);
}

/* The carry goes into an offset by RRX. */
static void rrx_offset(void **state)
{
	struct insn ldr = insn_arm(0xe7921063); /* ldr r1, [r2, r3, rrx] */

	start(ldr);
	cpu.env.cpsr |= CPSR_C;
	cpu.r[2] = RAM + 0x80000000;
	cpu.r[3] = 9;
	assert_int_equal(run(ldr), 0);
	assert_int_equal(cpu.r[1], cpu_word(&cpu, RAM + 4));
	start(ldr);
	cpu.r[2] = RAM;
	cpu.r[3] = 9;
	assert_int_equal(run(ldr), 0);
	assert_int_equal(cpu.r[1], cpu_word(&cpu, RAM + 4));
}

static void swaps(void **state)
{
	struct insn swp = insn_arm(0xe1021093), swpb = insn_arm(0xe1421093);
	uint32_t old;

	start(swp);
	cpu.r[2] = RAM;
	old = cpu_word(&cpu, RAM);
	assert_int_equal(run(swp), 0);
	assert_int_equal(cpu.r[1], old);
	assert_int_equal(cpu_word(&cpu, RAM), cpu.r[3]);
	start(swpb);
	cpu.r[2] = RAM + 3;
	assert_int_equal(run(swpb), 0);
	assert_int_equal(cpu.r[1], old >> 24);
	assert_int_equal(cpu_word(&cpu, RAM), (old & 0xffffff) | cpu.r[3] << 24);
}

static void big_endian_data(void **state)
{
	struct insn ldr = insn_arm(0xe5921000), strh = insn_arm(0xe1c210b0);

	start(ldr);
	cpu.env.cpsr |= CPSR_E;
	cpu.r[2] = RAM + 1;
	assert_int_equal(run(ldr), 0);
	assert_int_equal(cpu.r[1], __builtin_bswap32(cpu_word(&cpu, RAM + 1)));
	cpu.r[2] = RAM;
	cpu.r[1] = 0x1122;
	assert_int_equal(run(strh), 0);
	assert_int_equal(cpu_word(&cpu, RAM) & 0xffff, 0x2211);
}

/* Nothing changes when a callback fails, even in the middle. */
static void failures_leave_all(void **state)
{
	static const struct insn i[] = { A(0xe8b4000f), A(0xe5b41004), A(0xe1021093),
					 W(0xf8541b04), W(0xe8f48904), T(0xcc07) };
	uint32_t old[15];

	for (unsigned k = 0; k < ARRAY_SIZE(i); k++) {
		for (int probe = 0; probe < 2; probe++) {
			start(i[k]);
			if (!probe)
				cpu.env.probe = NULL;
			cpu.r[4] = CPU_RAM_BASE + CPU_RAM_SIZE - (i[k].word == 0xe5b41004 ? 0 : 4);
			cpu.r[2] = 0x10;
			if (i[k].word == 0xf8541b04)
				cpu.r[4] += 4;
			memcpy(old, cpu.r, sizeof(old));
			assert_int_equal(run(i[k]), -ENXIO);
			assert_memory_equal(old, cpu.r, sizeof(old));
			assert_int_equal(cpu.env.pc, PC);
		}
	}
}

static void probe_precedes_stores(void **state)
{
	struct insn stm = insn_arm(0xe884000f);
	uint32_t old;

	start(stm);
	cpu.r[4] = CPU_RAM_BASE + CPU_RAM_SIZE - 8;
	old = cpu_word(&cpu, cpu.r[4]);
	assert_int_equal(run(stm), -ENXIO);
	assert_int_equal(cpu.accesses, 0);
	assert_int_equal(cpu_word(&cpu, cpu.r[4]), old);
}

static void alignment_faults(void **state)
{
	static const struct insn i[] = { A(0xe894000f), A(0xe1c420d0), A(0xe1041093), T(0xc407),
					 W(0xe9d48900) };

	for (unsigned k = 0; k < ARRAY_SIZE(i); k++) {
		start(i[k]);
		cpu.r[4] = RAM + 2;
		assert_int_equal(run(i[k]), -EFAULT);
		assert_int_equal(cpu.env.fault_va, RAM + 2);
		assert_int_equal(cpu.accesses, 0);
	}
}

static void conditions(void **state)
{
	struct insn ldreq = insn_arm(0x05921000), ldr = insn_t16(0x6811);

	start(ldreq);
	cpu.r[2] = RAM;
	assert_int_equal(run(ldreq), 0);
	assert_int_equal(cpu.accesses, 0);
	assert_int_equal(cpu.env.pc, PC + 4);
	cpu.env.cpsr |= CPSR_Z;
	assert_int_equal(run(ldreq), 0);
	assert_int_equal(cpu.accesses, 1);

	start(ldr); /* itte eq: eq, eq, ne */
	cpu.r[2] = RAM;
	cpu.env.cpsr = insn_with_itstate(SYS_THUMB | CPSR_Z, 0x06);
	for (unsigned k = 0; k < 3; k++)
		assert_int_equal(run(ldr), 0);
	assert_int_equal(cpu.accesses, 2);
	assert_int_equal(cpu.env.cpsr, SYS_THUMB | CPSR_Z);
	assert_int_equal(cpu.env.pc, PC + 6);
}

static void pc_load_only_ends_it_block(void **state)
{
	struct insn pop = insn_t16(0xbd00);

	start(pop);
	cpu.r[13] = RAM;
	cpu_put(&cpu, RAM, 0x9001);
	cpu.env.cpsr = insn_with_itstate(SYS_THUMB | CPSR_Z, 0x04);
	assert_int_equal(run(pop), -EINVAL);
	assert_int_equal(cpu.r[13], RAM);
	cpu.env.cpsr = insn_with_itstate(SYS_THUMB | CPSR_Z, 0x08);
	assert_int_equal(run(pop), 0);
	assert_int_equal(cpu.env.cpsr, SYS_THUMB | CPSR_Z);
	assert_int_equal(cpu.env.pc, 0x9000);
}

static void refusals(void **state)
{
	static const struct {
		struct insn i;
		int err;
	} t[] = {
		{ A(0xe1921f9f), -ENOTSUP },         /* ldrex */
		{ A(0xe8d4000f), -ENOTSUP },         /* ldm r4, {..}^ */
		{ A(0xe8c4000f), -ENOTSUP },         /* stm r4, {..}^ */
		{ A(0xe8d48001), -ENOTSUP },         /* ldm r4, {r0, pc}^ */
		{ A(0xf5d1f000), -ENOTSUP },         /* pld */
		{ A(0xf8920a00), -ENOTSUP },         /* rfe */
		{ A(0xed921a00), -ENOTSUP },         /* vldr */
		{ A(0xe1a00000), -ENOTSUP },         /* nop */
		{ A(0xe7f000f0), -ENOTSUP },         /* udf */
		{ A(0xe5b22004), -EINVAL },          /* ldr r2, [r2, #4]! */
		{ A(0xe8b40010), -EINVAL },          /* ldm r4!, {r4} */
		{ A(0xe8940000), -EINVAL },          /* ldm r4, {} */
		{ A(0xe1c430d0), -EINVAL },          /* ldrd r3 */
		{ A(0xe79210ff & ~0xf0u), -EINVAL }, /* ldr r1, [r2, pc] */
		{ A(0xe1821fb3), -EINVAL },          /* strh with (0) bits set */
		{ T(0xb400), -EINVAL },              /* push {} */
		{ T(0x4671), -ENOTSUP },             /* mov */
		{ W(0xe8521f00), -ENOTSUP },         /* ldrex */
		{ W(0xe8d2f003), -ENOTSUP },         /* tbb */
		{ W(0xf892f000), -ENOTSUP },         /* pld */
		{ W(0xf99ff000), -ENOTSUP },         /* pli literal */
		{ W(0xf8cf1000), -ENOTSUP },         /* str to pc + imm: UNDEFINED */
		{ W(0xe8b40010), -EINVAL },          /* one register */
		{ W(0xe8a4a003), -EINVAL },          /* stm with pc, sp */
	};

	for (unsigned k = 0; k < ARRAY_SIZE(t); k++) {
		start(t[k].i);
		assert_int_equal(run(t[k].i), t[k].err);
		assert_int_equal(cpu.accesses, 0);
		assert_int_equal(cpu.env.pc, PC);
	}
}

/* A row may overlap a later one only by lying within it, or by saying so. */
static void check_overlaps(const struct ldst_table *t)
{
	for (unsigned a = 0; a < t->count; a++) {
		const struct ldst_row *x = &t->row[a];

		assert_int_equal(x->value & ~x->mask, 0);
		assert_int_equal(x->sbz & x->mask, 0);
		for (unsigned b = a + 1; b < t->count; b++) {
			const struct ldst_row *y = &t->row[b];

			if ((x->value ^ y->value) & x->mask & y->mask)
				continue;
			if (!(x->flags & LDST_FIRST))
				assert_int_equal(y->mask & ~x->mask, 0);
			assert_int_not_equal(x->mask, y->mask);
		}
	}
}

/* Some word gets as far as each row. */
static void check_reachable(const struct ldst_table *t)
{
	uint32_t seed = 1;

	for (unsigned a = 0; a < t->count; a++) {
		const struct ldst_row *x = &t->row[a];
		unsigned b = 0;

		for (unsigned tries = 0; tries < 1000 && (tries == 0 || b < a); tries++) {
			uint32_t w;

			seed = seed * 1664525 + 1013904223;
			w = ((seed ^ seed >> 13) & ~x->mask) | x->value;
			for (b = 0; b < a && (w & t->row[b].mask) != t->row[b].value; b++)
				;
		}
		assert_int_equal(b, a);
	}
}

static void check_table(const struct ldst_table *t)
{
	check_overlaps(t);
	check_reachable(t);
}

static void tables_are_consistent(void **state)
{
	check_table(&ldst_arm);
	check_table(&ldst_thumb16);
	check_table(&ldst_thumb32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form),
		cmocka_unit_test(every_multiple),
		cmocka_unit_test(pc_loads),
		cmocka_unit_test(pc_operands),
		cmocka_unit_test(rrx_offset),
		cmocka_unit_test(swaps),
		cmocka_unit_test(big_endian_data),
		cmocka_unit_test(failures_leave_all),
		cmocka_unit_test(probe_precedes_stores),
		cmocka_unit_test(alignment_faults),
		cmocka_unit_test(conditions),
		cmocka_unit_test(pc_load_only_ends_it_block),
		cmocka_unit_test(refusals),
		cmocka_unit_test(tables_are_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
