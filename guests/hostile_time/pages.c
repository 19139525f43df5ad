/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that are dear to verify, and what makes the VMM verify them. */
#include "hostile_time.h"

#define ROOM     (SCRATCH + 0x100000u) /* pages of this file */
#define MEGABYTE (SCRATCH + 0x300000u)
#define EXEC     0x90000000u

#define DACR_WRITE  0xee030f10u
#define TTBR1_WRITE 0xee020f30u
#define BX_LR       0xe12fff1eu

typedef void (*fn)(uint32_t a, uint32_t b);

static void call_thumb(uint32_t at, uint32_t a) { ((fn)(at | 1))(a, 0); }

static void call_arm(uint32_t at) { ((fn)at)(0, 0); }

/* 168 forbidden words that 84 loads of the page read; BX LR at 0xe00. */
static void literal_page(uint32_t page)
{
	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(page + i, 0xbf00bf00);
	for (uint32_t i = 0; i < 84; i++)
		wr32(page + 0x10 + 8 * i, 0x0bffed9f); /* vldr d0, [pc, #1020] */
	for (uint32_t i = 0; i < 168; i++)
		wr32(page + 0x410 + 4 * i, DACR_WRITE);
	wr16(page + 0xe00, 0x4770);
	sync_code((void *)page, 0x1000);
}

/* As many words as possible of one kind; returns through the last one. */
static void word_page(uint32_t page, uint32_t word)
{
	for (uint32_t i = 0; i < 0xffc; i += 4)
		wr32(page + i, word);
	wr32(page + 0xffc, BX_LR);
	sync_code((void *)page, 0x1000);
}

/* Stores of many words from a page into itself: each is a change of running code. */
static void test_own_page(void)
{
	/* push {r4-r11, lr}; r1 = r0; NOPs into r2, r3; stmia.w r1, {r2-r12}; pop {r4-r11, pc} */
	static const uint16_t code[] = { 0xe92d, 0x4ff0, 0x4601, 0x4a04, 0x4613, 0xe881, 0x1ffc,
					 0xe8bd, 0x8ff0, 0xbf00, 0xbf00, 0xbf00, 0xbf00, 0xbf00 };

	literal_page(ROOM);
	for (unsigned i = 0; i < ARRAY_SIZE(code); i++)
		wr16(ROOM + 0xc00 + 2 * i, code[i]);
	sync_code((void *)ROOM, 0x1000);
	call_thumb(ROOM + 0xe00, 0);
	for (unsigned n = 0; n < 8; n++) {
		wr16(ROOM + 0xd00, (uint16_t)n);
		MEASURE("STM into its own page", call_thumb(ROOM + 0xc00, ROOM + 0xf00));
		check_eq("STM stored", rd32(ROOM + 0xf00), 0xbf00bf00);
	}
}

/* Page after page of the same, so that what is known of one helps with no other. */
static void test_many(void)
{
	static const struct {
		const char *what;
		uint32_t word;
	} rows[] = {
		{ "forbidden words", TTBR1_WRITE },
		{ "reads", 0xee110f10 /* SCTLR */ },
		{ "reads of a spare register", 0xee1a0f12 /* PRRR */ },
		{ "windows across words", 0x0f10ee02 },
		{ "windows in words", 0x0f30ee02 },
		{ "traps", 0xe7f1def0 },
		{ "SMC", 0xe1600074 },
		{ "WFI", 0x0320f003 /* never */ },
		{ "literal loads", 0xe51f0008 },
		{ "branches", 0xeaffffff },
		{ "conditional words", 0x0e030f10 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t arm = ROOM + 0x10000 + i * 0x2000, thumb = arm + 0x1000;

		word_page(arm, rows[i].word);
		MEASURE("entered in ARM state", call_arm(arm + 0xffc));
		word_page(thumb, rows[i].word);
		wr16(thumb + 0xffc, 0x4770);
		sync_code((void *)thumb, 0x1000);
		MEASURE("entered in Thumb state", call_thumb(thumb + 0xffc, 0));
		check(true, rows[i].what);
	}
}

/* New words all the time: the dictionary fills up. */
static void test_dictionary(void)
{
	uint32_t word = DACR_WRITE;

	for (uint32_t page = ROOM; page < ROOM + 0x20000; page += 0x1000) {
		for (uint32_t i = 0; i < 0xff8; i += 8, word += 0x10) {
			wr32(page + i, 0xe59f0000 + (word & 0xf000)); /* ldr rN, [pc] */
			wr32(page + i + 4, (word & 0xff0) | 0xee030f10);
		}
		wr32(page + 0xffc, BX_LR);
		sync_code((void *)page, 0x1000);
		call_arm(page + 0xffc);
	}
	check(true, "32 pages of words that nobody has seen");
}

/* A read-only megabyte of 256 such pages, of which one after the other runs. */
static void test_section(void)
{
	uint32_t us = clock_us();

	for (uint32_t i = 0; i < 256; i++)
		literal_page(MEGABYTE + i * 0x1000);
	map_section(l1_table, EXEC, MEGABYTE, MAP_AP(AP_RO));
	tlb_flush();
	for (unsigned i = 0; i < 40; i++)
		call_thumb(EXEC + i * 0x1000 + 0xe00, 0);
	print("  40 pages of a read-only megabyte: %u us\n", clock_us() - us);
	check(true, "a megabyte of dear pages");
	/* Cheap ones: now all 256 can become code. */
	for (uint32_t i = 0; i < 256; i++) {
		word_page(MEGABYTE + i * 0x1000, 0xe1a00000);
	}
	for (unsigned i = 0; i < 256; i++)
		call_arm(EXEC + i * 0x1000 + 0xffc);
	check(true, "a megabyte of cheap pages");
	wr32(MEGABYTE, 0xe1a00000);
	check_eq("a store into it", rd32(EXEC), 0xe1a00000);
	l1_table[EXEC >> 20] = 0;
	tlb_flush();
}

/* Every frame of a range becomes code with as many patches as there may be. */
static void test_patches(void)
{
	for (uint32_t page = ROOM; page < ROOM + 0x100000; page += 0x1000) {
		wr32(page, BX_LR);
		for (uint32_t i = 4; i <= 4 * 255; i += 4)
			wr32(page + i, TTBR1_WRITE);
		sync_code((void *)page, 0x400);
		call_arm(page);
	}
	for (uint32_t page = ROOM; page < ROOM + 0x100000; page += 0x1000)
		wr32(page + 4, 0);
	check_eq("256 frames of 255 patches", rd32(ROOM + 8), TTBR1_WRITE);
}

void attack_verifier(void)
{
	test_own_page();
	test_many();
	test_section();
	test_patches();
	test_dictionary();
}
