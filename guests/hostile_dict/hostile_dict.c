/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I8: uses up what the VMM keeps about replaced instructions, from PL1, by 600
 * distinct literals that have to be replaced.  Each is read back as it was written, and
 * code goes on at its pace.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define PAGES (SCRATCH + 0x100000u)

/* An MCR to DACR, all of whose fields that do not matter vary with k. */
static uint32_t literal(uint32_t k)
{
	return 0xee030f10 | (k & 7) << 21 | (k >> 3 & 15) << 12 | (k >> 7 & 7) << 5;
}

static bool reads_back(uint32_t k)
{
	uint32_t page = PAGES + k * 0x1000;
	struct caught c;
	uint32_t v;

	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(page + i, 0xe12fff1e); /* BX lr */
	wr32(page, 0xe59f0050);             /* LDR r0, [pc, #0x50] */
	wr32(page + 0x58, literal(k));
	sync_code((void *)page, 0x1000);
	v = try_jump(&c, page, 0);
	return c.kind == EXC_NONE && v == literal(k);
}

void guest_main(void)
{
	unsigned bad = 0;

	map_identity(l1_table);
	mmu_on(l1_table);
	for (uint32_t k = 0; k < 600; k++)
		bad += !reads_back(k);
	check_eq("literals that read otherwise", bad, 0);
	for (uint32_t k = 0; k < 600; k += 50)
		bad += !reads_back(k);
	check_eq("and once more", bad, 0);
}
