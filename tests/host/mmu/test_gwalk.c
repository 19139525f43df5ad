/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/mmu/gwalk.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mmu/gwalk.h"

/* 64 KiB of guest-physical memory from 0 on, as words. */
static uint32_t mem[16384];

static int read_mem(void *ctx, uint32_t pa, uint32_t *v)
{
	if (pa / 4 >= sizeof(mem) / 4)
		return -EFAULT;
	*v = mem[pa / 4];
	return 0;
}

#define TTBR0_AT 0x4000u
#define TTBR1_AT 0x8000u
#define L2_AT    0xc000u

static struct gwalk_regs regs;

static int setup(void **state)
{
	memset(mem, 0, sizeof(mem));
	regs = (struct gwalk_regs){
		.sctlr = SCTLR_M, .ttbr0 = TTBR0_AT, .ttbr1 = TTBR1_AT, .dacr = 0x55555555
	};
	return 0;
}

static void l1(uint32_t table, uint32_t va, uint32_t d) { mem[table / 4 + (va >> 20)] = d; }
static void l2(uint32_t va, uint32_t d) { mem[L2_AT / 4 + (va >> 12 & 255)] = d; }

static unsigned walk(uint32_t va, enum gwalk_access acc, bool user, struct gwalk *t)
{
	return gwalk(&regs, read_mem, NULL, va, acc, user, t);
}

static void mmu_off_is_identity(void **state)
{
	struct gwalk t;

	regs.sctlr = 0;
	assert_int_equal(walk(0x12345678, GWALK_EXEC, true, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x12345678);
	assert_false(t.xn);
}

static void section_fields(void **state)
{
	struct gwalk t;

	/* nG, AP[2] = 0, AP = 11, domain 5, XN */
	l1(TTBR0_AT, 0x40100000, 0x76500000 | 1u << 17 | 3u << 10 | 5u << 5 | 1u << 4 | 2);
	assert_int_equal(walk(0x401abcde, GWALK_WRITE, true, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x765abcde);
	assert_int_equal(t.domain, 5);
	assert_int_equal(t.level, 1);
	assert_true(t.ng);
	assert_int_equal(walk(0x40100000, GWALK_EXEC, false, &t), FSR_PERMISSION_1);
	assert_int_equal(t.pa, 0x76500000);
}

static void supersection(void **state)
{
	struct gwalk t;

	/* domain bits are address bits 39:36 there: the domain is 0 */
	l1(TTBR0_AT, 0x45600000, 0x31000000 | 1u << 18 | 1u << 10 | 2);
	assert_int_equal(walk(0x456789ab, GWALK_READ, false, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x316789ab);
	assert_int_equal(t.domain, 0);
}

static void pages(void **state)
{
	struct gwalk t;

	l1(TTBR0_AT, 0xc0000000, L2_AT | 2u << 5 | 1);
	l2(0xc0003000, 0x65432000 | 3u << 4 | 1u << 11 | 2);           /* small, RW, nG */
	l2(0xc0004000, 0x65433000 | 2u << 4 | 3);                      /* small, PL0 RO, XN */
	l2(0xc0010000, 0x77770000 | 1u << 15 | 1u << 9 | 1u << 4 | 1); /* large, XN, PL1 RO */
	assert_int_equal(walk(0xc0003004, GWALK_WRITE, true, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x65432004);
	assert_true(t.ng && t.level == 2 && t.domain == 2);
	assert_int_equal(walk(0xc0004000, GWALK_WRITE, false, &t), FSR_NONE);
	assert_int_equal(walk(0xc0004000, GWALK_WRITE, true, &t), FSR_PERMISSION_2);
	assert_int_equal(walk(0xc0004000, GWALK_EXEC, false, &t), FSR_PERMISSION_2);
	assert_int_equal(walk(0xc0010123, GWALK_READ, false, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x77770123);
	assert_int_equal(walk(0xc0010123, GWALK_WRITE, false, &t), FSR_PERMISSION_2);
	assert_true(t.xn);
}

static void faults(void **state)
{
	struct gwalk t;

	assert_int_equal(walk(0x00100000, GWALK_READ, false, &t), FSR_TRANSLATION_1);
	l1(TTBR0_AT, 0x00200000, L2_AT | 1);
	assert_int_equal(walk(0x00200000, GWALK_READ, false, &t), FSR_TRANSLATION_2);
	l1(TTBR0_AT, 0x00300000, 0x70000000 | 1); /* table outside memory */
	assert_int_equal(walk(0x00300000, GWALK_READ, false, &t), FSR_WALK_EXTERNAL_2);
	regs.ttbr0 = 0x70000000;
	assert_int_equal(walk(0x00300000, GWALK_READ, false, &t), FSR_WALK_EXTERNAL_1);
	regs.ttbr0 = TTBR0_AT;
	l1(TTBR0_AT, 0x00400000, 0x10000003); /* reserved on this core */
	assert_int_equal(walk(0x00400000, GWALK_READ, false, &t), FSR_TRANSLATION_1);
}

static void domains(void **state)
{
	struct gwalk t;

	l1(TTBR0_AT, 0, 0x10000000 | 3u << 5 | 1u << 4 | 2); /* AP 000, XN, domain 3 */
	regs.dacr = 0;
	assert_int_equal(walk(0, GWALK_READ, false, &t), FSR_DOMAIN_1);
	assert_int_equal(t.domain, 3);
	regs.dacr = 2u << 6; /* reserved */
	assert_int_equal(walk(0, GWALK_READ, false, &t), FSR_DOMAIN_1);
	regs.dacr = 1u << 6;
	assert_int_equal(walk(0, GWALK_READ, false, &t), FSR_PERMISSION_1);
	regs.dacr = 3u << 6;
	assert_int_equal(walk(0, GWALK_EXEC, true, &t), FSR_NONE);
	assert_true(t.manager);
}

/* ARM ARM table B3-8, all eight rows. */
static void permissions(void **state)
{
	static const char table[8][5] = { "----", "rw--", "rwr-", "rwrw",
					  "----", "r---", "r-r-", "r-r-" };

	for (unsigned ap = 0; ap < 8; ap++) {
		assert_int_equal(gwalk_ap_permits(ap, false, false), table[ap][0] == 'r');
		assert_int_equal(gwalk_ap_permits(ap, true, false), table[ap][1] == 'w');
		assert_int_equal(gwalk_ap_permits(ap, false, true), table[ap][2] == 'r');
		assert_int_equal(gwalk_ap_permits(ap, true, true), table[ap][3] == 'w');
	}
}

static void ttbcr_split(void **state)
{
	struct gwalk t;

	regs.ttbcr = 2; /* TTBR0 below 1 GiB, its table 4 KiB long and aligned */
	regs.ttbr0 = 0x1000;
	l1(0x1000, 0x3ff00000, 0x11100000 | 1u << 10 | 2);
	l1(TTBR1_AT, 0x40000000, 0x22200000 | 1u << 10 | 2);
	assert_int_equal(walk(0x3ff00000, GWALK_READ, false, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x11100000);
	assert_int_equal(walk(0x40000000, GWALK_READ, false, &t), FSR_NONE);
	assert_int_equal(t.pa, 0x22200000);
	regs.ttbcr |= TTBCR_PD1;
	assert_int_equal(walk(0x40000000, GWALK_READ, false, &t), FSR_TRANSLATION_1);
	regs.ttbcr |= TTBCR_PD0;
	assert_int_equal(walk(0x3ff00000, GWALK_READ, false, &t), FSR_TRANSLATION_1);
}

static void access_flag(void **state)
{
	struct gwalk t;

	regs.sctlr |= SCTLR_AFE;
	l1(TTBR0_AT, 0, L2_AT | 1);
	l2(0x1000, 0x5000 | 2);                     /* AP[2:0] = 000: flag clear */
	l2(0x2000, 0x5000 | 1u << 4 | 2);           /* 001: PL1 RW */
	l2(0x3000, 0x5000 | 3u << 4 | 2);           /* 011: RW */
	l2(0x4000, 0x5000 | 1u << 9 | 3u << 4 | 2); /* 111: RO */
	assert_int_equal(walk(0x1000, GWALK_READ, false, &t), FSR_ACCESS_FLAG_2);
	assert_int_equal(walk(0x2000, GWALK_WRITE, false, &t), FSR_NONE);
	assert_int_equal(walk(0x2000, GWALK_READ, true, &t), FSR_PERMISSION_2);
	assert_int_equal(walk(0x3000, GWALK_WRITE, true, &t), FSR_NONE);
	assert_int_equal(walk(0x4000, GWALK_READ, true, &t), FSR_NONE);
	assert_int_equal(walk(0x4000, GWALK_WRITE, false, &t), FSR_PERMISSION_2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(mmu_off_is_identity, setup),
		cmocka_unit_test_setup(section_fields, setup),
		cmocka_unit_test_setup(supersection, setup),
		cmocka_unit_test_setup(pages, setup),
		cmocka_unit_test_setup(faults, setup),
		cmocka_unit_test_setup(domains, setup),
		cmocka_unit_test_setup(permissions, setup),
		cmocka_unit_test_setup(ttbcr_split, setup),
		cmocka_unit_test_setup(access_flag, setup),
	};

	return cmocka_run_group_tests_name("gwalk", tests, NULL, NULL);
}
