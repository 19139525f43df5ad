/* SPDX-License-Identifier: Apache-2.0 */
/* sources: tests/host/verify/verify_check.c arch/arm/insn/cpaccess.c arch/arm/verify/ */
#include "verify_page.h"

static void test_thumb_recolour(void **state)
{
	struct insn i = { ISA_THUMB, 4, 0xee012d10 }, o;

	fill(NOP_T);
	put_wide(10, MCR_SCTLR);
	put_wide(21, 0xee030f10); /* DACR: no SMC in Thumb */
	put_wide(40, 0xfe012f10); /* mcr2 */
	put_wide(50, 0xee120f10); /* mrc TTBR0 */
	put_wide(60, 0xee053f10); /* DFSR */
	put_wide(70, 0xee1d0f70); /* TPIDRURO stays */
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 5);
	expect(20, 4, VERIFY_RECOLOUR, 0x2d10ee01);
	expect(42, 4, VERIFY_RECOLOUR, 0x0d10ee03);
	expect(80, 4, VERIFY_RECOLOUR, 0x2d10fe01);
	expect(100, 4, VERIFY_RECOLOUR, 0x0d10ee12);
	expect(120, 4, VERIFY_RECOLOUR, 0x3d10ee05);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, MCR_SCTLR);
	assert_int_equal(o.isa, ISA_THUMB);
}

static void test_thumb_wfi(void **state)
{
	struct insn i = { ISA_THUMB, 2, 0 }, o;

	fill(NOP_T);
	put_hw(9, 0xbf30);
	put_wide(20, 0xf3af8003);
	put_wide(31, 0xf2403000); /* movw */
	put_hw(32, 0xbf30);       /* its second half */
	put_wide(40, 0xf7fc8000); /* smc of the guest: stays, Thumb SMC is never ours */
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 2);
	i.word = get_hw(9);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0xbf30);
	assert_int_equal(o.size, 2);
	i.word = get_hw(20);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0xf3af8003);
	assert_int_equal(o.size, 4);
	memcpy(page, before, sizeof(page));
	assert_int_equal(run(ISA_THUMB, VERIFY_PL0), VERIFY_OK);
	assert_int_equal(res.npatches, 1);
}

static void test_thumb_displace(void **state)
{
	struct insn i = { ISA_THUMB, 2, 0 }, o;

	fill(NOP_T);
	/* bl with second half 0xfe03, then cmp r7, #0x10: (0xfe03, 0x2f10) writes DACR */
	put_wide(100, 0xf7fffe03);
	put_hw(102, 0x2f10);
	/* the next instruction is wide */
	put_wide(201, 0xf7ffee02);
	put_wide(203, 0xff100000);
	put_hw(203, 0xef10);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(res.displaced, 2);
	i.word = get_hw(102);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0x2f10);
	i.word = get_hw(203);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0xef100000);
	assert_int_equal(o.size, 4);
	assert_int_equal(get_hw(204), 0);
}

/* An ARM word that nobody meant, in Thumb code. */
static void test_thumb_arm_word(void **state)
{
	struct insn i, o;

	fill(NOP_T);
	put_hw(100, 0x2f10);       /* cmp r7, #16 */
	put_wide(101, 0xee010a00); /* vmla: word 50 is mcr SCTLR */
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(res.displaced, 1);
	assert_int_equal(get_hw(100) & 0xff10, 0xde00);
	/* Executed in ARM state it is UNDEF (a CDP), and the VMM finds what it was. */
	i = arm(page[50]);
	assert_int_equal(i.word & 0x0f000010, 0x0e000000);
	assert_true(verify_trapped(&dict, page, patches, res.npatches, 200, &i, &o));
	assert_int_equal(o.word, 0xee012f10);
	/* The low half is a second half: the instruction before goes whole. */
	memcpy(page, before, sizeof(page));
	put_wide(99, 0xf2402f10); /* movw with second half 0x2f10 */
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(get_hw(100), 0xbf00);
	i = (struct insn){ ISA_THUMB, 2, get_hw(99) };
	assert_true(verify_trapped(&dict, page, patches, res.npatches, 198, &i, &o));
	assert_int_equal(o.word, 0xf2402f10);
	/* The same among ARM code: that would damage the word before. */
	fill(NOP);
	put_wide(99, 0xf2402f10);
	put_hw(101, 0xee01);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_QUARANTINE);
	assert_int_equal(res.reason, VERIFY_REASON_MIXED);
}

static void test_thumb_literal(void **state)
{
	struct insn i, o;

	fill(NOP_T);
	put_hw(10, 0x4804);       /* ldr r0, [pc, #16]: word 10 */
	put_wide(12, 0xf8df1008); /* ldr.w r1, [pc, #8]: word 9 */
	page[9] = 0x2f10ee01;     /* data: a Thumb window */
	page[10] = MCR_TTBR1;     /* data: an ARM word */
	page[11] = 0xffff1234;    /* would swallow what follows if it were code */
	put_wide(16, 0xf2404801); /* movw: its second half is no load of word 10 */
	put_hw(14, 0x4a03);       /* ldr r2, [pc, #12]: word 11 */
	put_wide(24, MCR_SCTLR);  /* code again */
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(verify_lookup(patches, res.npatches, 36)->kind, VERIFY_LITERAL);
	assert_int_equal(verify_lookup(patches, res.npatches, 40)->kind, VERIFY_LITERAL);
	expect(48, 4, VERIFY_RECOLOUR, 0x2d10ee01);
	assert_int_equal(page[11], 0xffff1234);
	i = (struct insn){ ISA_THUMB, 2, get_hw(10) };
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0x4804);
	i.word = get_hw(12);
	assert_true(verify_original(&dict, &i, &o));
	assert_int_equal(o.word, 0xf8df1008);
	assert_int_equal(get_hw(14), 0x4a03);
	assert_int_equal(get_hw(17), 0x4801);
	assert_int_equal(res.ambiguous, 0); /* our own traps do not count */
}

/* A switch as GCC makes it; its table holds what looks like accesses. */
static void test_thumb_table(void **state)
{
	static const uint32_t table[] = { 0xf1,       0xffffff5f, 0xfffffe23,
					  0xfffffe23, MCR_TTBR1,  0x2f10ee01 };

	for (unsigned w = 0; w < 2; w++) {
		struct insn i = { ISA_THUMB, 4, 0 }, o;

		verify_dict_init(&dict);
		fill(NOP_T);
		put_hw(9, 0x2b05);  /* cmp r3, #5 */
		put_hw(10, 0xd813); /* bhi */
		if (w)
			put_wide(11, 0xf20f0206); /* adr.w r2, [pc, #6]: not aligned, no table */
		put_hw(13, 0xa201);               /* adr r2, word 8 */
		put_wide(14, 0xf8523023);         /* ldr.w r3, [r2, r3, lsl #2] */
		memcpy(page + 8, table, sizeof(table));
		put_wide(28, MCR_SCTLR); /* code again */
		assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
		for (unsigned k = 2; k < 6; k++)
			assert_int_equal(verify_lookup(patches, res.npatches, 32 + 4 * k)->kind,
					 VERIFY_LITERAL);
		assert_null(verify_lookup(patches, res.npatches, 36));
		expect(56, 4, VERIFY_RECOLOUR, 0x2d10ee01);
		i.word = (uint32_t)get_hw(14) << 16 | get_hw(15);
		assert_int_equal(verify_lookup(patches, res.npatches, 28)->kind, VERIFY_TRAP);
		i.size = 2;
		i.word = get_hw(14);
		assert_true(verify_original(&dict, &i, &o));
		assert_int_equal(o.word, 0xf8523023);
		assert_int_equal(res.npatches, 6);
	}
}

/* Without its parts, or out of the page, it is none. */
static void test_thumb_no_table(void **state)
{
	static const struct {
		unsigned at;
		uint32_t hw;
	} spoilt[] = {
		{ 9, 0x2a05 },  /* cmp r2 */
		{ 13, 0xa101 }, /* adr r1 */
		{ 13, 0xa2ff }, /* elsewhere */
		{ 14, 0xf853 }, /* another base */
	};

	for (unsigned k = 0; k < ARRAY_SIZE(spoilt); k++) {
		verify_dict_init(&dict);
		fill(NOP_T);
		put_hw(9, 0x2b05);
		put_hw(13, 0xa201);
		put_wide(14, 0xf8523023);
		page[9] = 0x2f10ee01;
		put_hw(spoilt[k].at, (uint16_t)spoilt[k].hw);
		run(ISA_THUMB, 0);
		assert_null(verify_lookup(patches, res.npatches, 28));
	}
	/* At the end of the page it is cut there. */
	fill(NOP_T);
	put_hw(2030, 0x2b40); /* cmp r3, #64 */
	put_hw(2032, 0xa202); /* adr r2, word 1019 */
	put_wide(2034, 0xf8523023);
	page[1023] = 0x2f10ee01;
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(verify_lookup(patches, res.npatches, 4092)->kind, VERIFY_LITERAL);
	assert_int_equal(verify_lookup(patches, res.npatches, 4068)->kind, VERIFY_TRAP);
}

static void test_thumb_boundary(void **state)
{
	fill(NOP_T);
	put_hw(0, 0xee01); /* may be the second half of what the page before ends with */
	put_hw(1, 0x2f10);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_QUARANTINE);
	assert_int_equal(res.reason, VERIFY_REASON_BOUNDARY);
	assert_int_equal(res.where, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_thumb_recolour, setup),
		cmocka_unit_test_setup(test_thumb_wfi, setup),
		cmocka_unit_test_setup(test_thumb_displace, setup),
		cmocka_unit_test_setup(test_thumb_arm_word, setup),
		cmocka_unit_test_setup(test_thumb_literal, setup),
		cmocka_unit_test_setup(test_thumb_table, setup),
		cmocka_unit_test_setup(test_thumb_no_table, setup),
		cmocka_unit_test_setup(test_thumb_boundary, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
