/* SPDX-License-Identifier: Apache-2.0 */
/* Replacement words in other places, and pages that cannot be made code. */
#include "cp15.h"
#include "mmu.h"
#include "windows.h"

#define CODE (SCRATCH + 0x200000u)
#define COPY (SCRATCH + 0x280000u)

/* --- copies of running code ------------------------------------------------------------ */

/* A page of every witness in every form, run, copied as it reads and run again. */
void test_copies(void)
{
	clear_pages(CODE, 1);
	for (unsigned i = 0; i < nr_witnesses; i++) {
		const struct witness *w = &witnesses[i];

		wr32(CODE + 32 * i, (uint32_t)w->hw1 << 16 | w->hw2);
		wr32(CODE + 32 * i + 4, 0xe12fff1e);
		wr32(CODE + 32 * i + 8, ((uint32_t)w->hw1 << 16 | w->hw2) & 0x0fffffff); /* EQ */
		wr32(CODE + 32 * i + 12, 0xe12fff1e);
		put16(CODE + 32 * i + 16, (const uint16_t[]){ w->hw1, w->hw2, 0x4770 }, 3);
	}
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < nr_witnesses; i++) {
			attack(&witnesses[i], CODE + 32 * i);
			attack(&witnesses[i], (CODE + 32 * i + 16) | 1);
		}
		/* Code that has been copied is copied again: as U-Boot and zImage do. */
		copy((void *)(COPY + round * 0x1000), (void *)CODE, 0x1000);
		copy((void *)CODE, (void *)(COPY + round * 0x1000), 0x1000);
		sync_code((void *)CODE, 0x1000);
		sync_code((void *)(COPY + round * 0x1000), 0x1000);
		for (unsigned i = 0; i < nr_witnesses; i++) {
			attack(&witnesses[i], COPY + round * 0x1000 + 32 * i);
			attack(&witnesses[i], (COPY + round * 0x1000 + 32 * i + 16) | 1);
		}
	}
	verdict("copies of replacement words");
}

/* --- quarantine -------------------------------------------------------------------------- */

/* ARM code around at: rubbish of other conditions, so that nothing may be displaced. */
static void rubbish(uint32_t page)
{
	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(page + i, 0x1a2b3c40 + i * 0x9e37u);
}

/* Honest code beside a window that cannot be broken. */
static void one_quarantine(const struct witness *w, unsigned n)
{
	uint32_t page = CODE + 0x10000 + n * 0x1000, at = page + 0x100;

	rubbish(page);
	wr32(at, (uint32_t)w->hw1 << 16 | 0x0a00);
	wr32(at + 4, 0xe2800000 | w->hw2);
	wr32(at + 8, 0xe12fff1e);
	wr16(at + 0x50a, 0x4770);
	sync_code((void *)page, 0x1000);
	honest("quarantined", at + 8, 5, 5);
	attack(w, (at + 2) | 1);
	honest("quarantined", at + 8, 5, 5);
	attack(w, (at + 2) | 1);
	/* A direct one and one at a page's end, in a page that is quarantined by now. */
	wr32(at + 0x80, (uint32_t)w->hw1 << 16 | w->hw2);
	wr32(at + 0x84, 0xe12fff1e);
	put16(at + 0x90, (const uint16_t[]){ w->hw1, w->hw2, 0x4770 }, 3);
	wr16(page + 0xffe, w->hw1);
	put16(page + 0x1000, (const uint16_t[]){ w->hw2, 0x4770 }, 2);
	sync_code((void *)page, 0x1004);
	attack(w, at + 0x80);
	attack(w, (at + 0x90) | 1);
	attack(w, (page + 0xffe) | 1);
}

/* All kinds of instructions, one by one, in a frame that is stepped. */
static const uint32_t kinds[] = {
	0xe92d41f0, /*  0 push {r4-r8, lr} */
	0xe1a04000, /*  4 mov r4, r0 */
	0xe3a05000, /*  8 mov r5, #0 */
	0xe59f603c, /*  c ldr r6, [pc, #60] (50) */
	0xe0855006, /* 10 add r5, r5, r6 */
	0xe2544001, /* 14 subs r4, r4, #1 */
	0x1afffffb, /* 18 bne 0xc */
	0xe1917f9f, /* 1c ldrex r7, [r1] */
	0xe2877001, /* 20 add r7, r7, #1 */
	0xe1818f97, /* 24 strex r8, r7, [r1] */
	0xe1a00000, /* 28 nop: an interrupt may well fail the strex */
	0xee105a10, /* 2c vmov r5, s0 is next; this one: vmov r5, s0 */
	0xee005a10, /* 30 vmov s0, r5 */
	0xe10f7000, /* 34 mrs r7, cpsr */
	0xe129f007, /* 38 msr cpsr_cf, r7 */
	0xeb000001, /* 3c bl 0x48 */
	0xe1a00005, /* 40 mov r0, r5 */
	0xe8bd81f0, /* 44 pop {r4-r8, pc} */
	0xe2855001, /* 48 add r5, r5, #1 */
	0xe12fff1e, /* 4c bx lr */
	0x00001000, /* 50 */
};

static void all_kinds(void)
{
	uint32_t page = CODE + 0x30000, at = page + 0x200, words[ARRAY_SIZE(kinds)];

	rubbish(page);
	wr32(page + 0x800, 0xee030a00); /* what quarantines it */
	wr32(page + 0x804, 0xe2800f10);
	copy(words, kinds, sizeof(kinds));
	words[11] = 0xee005a10; /* vmov s0, r5 */
	words[12] = 0xee105a10; /* vmov r5, s0 */
	copy((void *)at, words, sizeof(words));
	sync_code((void *)page, 0x1000);
	for (uint32_t v = 1; v < 5; v++)
		honest("stepped code", at, v, v * 0x1000 + 1);
}

void test_quarantine(void)
{
	for (unsigned i = 0; i < nr_witnesses; i++)
		one_quarantine(&witnesses[i], i * 2);
	all_kinds();
	verdict("frames that cannot be code");
}
