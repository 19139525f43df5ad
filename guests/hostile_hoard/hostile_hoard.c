/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I8: tries to make the VMM need more memory than was set aside for this guest.
 * The frames of half its RAM become code that is full of words to be replaced; then there
 * are more address spaces than roots, and more megabytes in them than tables.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define FIRST     (RAM_BASE + 8 * MIB)
#define LAST      (RAM_BASE + RAM_SIZE)
#define PAGE      0x1000u
#define WORDS     255u
#define MCR_TTBR1 0xee020f30u /* MCR p15, 0, r0, c2, c0, 1 */

#define SPACES    64u /* more than the roots of a guest of 16 MiB */
#define L1_BYTES  0x4000u
#define WINDOW    0x40000000u
#define PER_SPACE 64u /* megabytes: 4096 level 2 tables in all */

static void fill(uint32_t page, uint8_t n)
{
	for (unsigned i = 2; i < 2 + WORDS; i++)
		wr32(page + 4 * i, MCR_TTBR1);
	put_return(page, n);
	sync_code((void *)page, PAGE);
}

static void test_patches(void)
{
	unsigned good = 0, frames = 0;
	struct caught c;

	for (unsigned pass = 0; pass < 2; pass++)
		for (uint32_t p = FIRST; p < LAST; p += PAGE, frames++) {
			if (!pass)
				fill(p, p / PAGE);
			good += try_jump(&c, p, 0) == (uint8_t)(p / PAGE) && c.kind == EXC_NONE;
		}
	check_eq("code full of words to replace runs", good, frames);
}

static void enter_space(uint32_t *l1, uint32_t asid)
{
	write_contextidr(0);
	isb();
	write_ttbr0(addr_of(l1));
	isb();
	write_contextidr(asid);
	isb();
}

/* A table and an ASID each; the same windows onto one megabyte. */
static void test_spaces(void)
{
	unsigned good = 0;

	wr32(SCRATCH, 0x5eed);
	for (uint32_t asid = 1; asid <= SPACES; asid++) {
		uint32_t *l1 = copy((void *)(SCRATCH + MIB + asid * L1_BYTES), l1_table, L1_BYTES);

		for (uint32_t m = 0; m < PER_SPACE; m++)
			map_section(l1, WINDOW + m * MIB, SCRATCH, MAP_AP(AP_RW) | MAP_NG);
		enter_space(l1, asid);
		for (uint32_t m = 0; m < PER_SPACE; m++)
			good += rd32(WINDOW + m * MIB) == 0x5eed;
	}
	enter_space(l1_table, 0);
	check_eq("address spaces without end", good, SPACES * PER_SPACE);
}

void guest_main(void)
{
	map_identity(l1_table);
	mmu_on(l1_table);
	test_patches();
	test_spaces();
}
