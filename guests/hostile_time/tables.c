/* SPDX-License-Identifier: Apache-2.0 */
/* Many tables, address spaces and aliases, and operations that are about all of them. */
#include "hostile_time.h"

#define FIRST    0x200u /* megabytes that the identity map does not use */
#define LAST     0xff0u
#define TABLES   1900u
#define PAGES    16u /* that all tables map, again and again */
#define SPACES   255u
#define SPACE(n) ((uint32_t *)(SCRATCH + 0x400000u + 0x4000u * (n))) /* 4 MiB: 250 of them */
#define SHARED   (SCRATCH + 0x100000u)
#define SECTIONS (SCRATCH + 0x200000u)

static uint32_t other[4096] __attribute__((aligned(16384)));
static uint32_t page_table[256] __attribute__((aligned(1024)));

static bool usable(unsigned i) { return !l1_table[i] && i != 0xffa; }

static unsigned touch_all(unsigned step)
{
	unsigned n = 0;

	for (unsigned i = FIRST; i < LAST && n < TABLES; i++) {
		if (!usable(i))
			continue;
		for (unsigned j = 0; j < 256; j += step)
			(void)rd32((i << 20) + j * 0x1000);
		n++;
	}
	return n;
}

/* As many tables of one address space as the VMM has, all entries used. */
static void fill(uint32_t attr)
{
	unsigned n = 0;

	copy(other, l1_table, sizeof(other));
	for (unsigned j = 0; j < 256; j++)
		page_table[j] = desc_small(SHARED + (j % PAGES) * 0x1000, MAP_AP(AP_RW) | attr);
	for (unsigned i = FIRST; i < LAST && n < TABLES; i++)
		if (usable(i)) {
			other[i] = desc_table(page_table, 0);
			n++;
		}
	dsb();
	mmu_switch(other, 5);
	print("  %u tables are full\n", touch_all(16));
}

static void test_operations(uint32_t attr, const char *what)
{
	fill(attr);
	MEASURE("TLBIASID", write_tlbiasid(5));
	fill(attr);
	MEASURE("TLBIMVAA", write_tlbimvaa(0x80000000));
	MEASURE("TLBIMVA", write_tlbimva(0x80000005));
	MEASURE("DACR, a new manager", write_dacr(3));
	write_dacr(1);
	fill(attr);
	MEASURE("TLBIALL", write_tlbiall(0));
	fill(attr);
	other[FIRST] = 0;
	dsb();
	MEASURE("CONTEXTIDR and TTBR0", mmu_switch(l1_table, 0));
	check(true, what);
}

/* A frame with thousands of mappings changes its state. */
static void test_aliases(void)
{
	struct caught c;

	fill(MAP_NG);
	put_return(SHARED + 0x3000, 7);
	MEASURE("data to code", try_jump(&c, SHARED + 0x3000, 0));
	check_eq("a frame of many mappings runs", c.kind, EXC_NONE);
	touch_all(16);
	MEASURE("code to data", wr32(SHARED + 0x3000, 0xe12fff1e));
	check_eq("... and is written to", rd32((FIRST << 20) + 0x3000), 0xe12fff1e);
	mmu_switch(l1_table, 0);
}

/* One frame in a section of each of 250 megabytes. */
static void test_section_aliases(void)
{
	struct caught c;
	unsigned n = 0;

	for (unsigned i = FIRST; i < LAST && n < 250; i++)
		if (usable(i)) {
			other[i] = desc_section(SECTIONS, MAP_AP(AP_RW));
			n++;
		}
	dsb();
	mmu_switch(other, 0);
	tlb_flush();
	for (unsigned i = FIRST; i < LAST; i++)
		if (other[i] && !l1_table[i])
			(void)rd32(i << 20);
	put_return(SECTIONS, 3);
	MEASURE("data to code, in many sections", try_jump(&c, SECTIONS, 0));
	check_eq("a frame of many sections runs", c.kind, EXC_NONE);
	MEASURE("code to data", wr32(SECTIONS, 0));
	mmu_switch(l1_table, 0);
	copy(other, l1_table, sizeof(other));
}

/*
 * As many address spaces as there are ASIDs, a table of their own in each, and code at
 * the end of a megabyte whose halves want to be kept apart from their neighbours.
 */
static void test_spaces(void)
{
	uint32_t va = 0xb0000000;

	for (unsigned j = 0; j < 256; j++)
		page_table[j] = desc_small(SHARED + (j % PAGES) * 0x1000, MAP_AP(AP_RW) | MAP_NG);
	for (unsigned n = 1; n < 250; n++) {
		copy(SPACE(n), l1_table, 16384);
		SPACE(n)[va >> 20] = desc_table(page_table, 0);
		SPACE(n)[(va >> 20) + 1] = desc_section(SECTIONS, MAP_AP(AP_RW));
		dsb();
		mmu_switch(SPACE(n), n);
		(void)rd32(va);
		(void)rd32(va + 0x1000 * (n & 0xff));
	}
	MEASURE("TLBIMVAA of 250 spaces", write_tlbimvaa(va));
	wr32(SECTIONS, 0xe12fff1e);
	wr16(SECTIONS + 2, 0x0f10);
	MEASURE("code beside 250 spaces", ((void (*)(void))(va + MIB + 4))());
	check(true, "250 address spaces");
	MEASURE("TLBIALL with 250 roots", write_tlbiall(0));
	mmu_switch(l1_table, 0);
}

/* The guest maps all but nothing: the shim has to find another place, again and again. */
static void test_shim(void)
{
	for (unsigned i = 0; i < 0x1000; i++)
		if (!l1_table[i])
			other[i] = desc_section(0x30000000u, MAP_AP(AP_PRIV_RW));
		else
			other[i] = l1_table[i];
	dsb();
	mmu_switch(other, 0);
	for (unsigned k = 0; k < 8; k++)
		MEASURE("TLBIALL, the shim moves", write_tlbiall(0));
	/* Tables everywhere but in one megabyte, the lowest that nobody uses. */
	for (unsigned i = 1; i < 0x1000; i++)
		if (!l1_table[i] && i != 0x150)
			other[i] = desc_table(page_table, 0);
	other[0x150] = 0;
	dsb();
	for (unsigned k = 0; k < 8; k++)
		MEASURE("TLBIALL, one place is left", write_tlbiall(0));
	check_eq("the guest sees its own memory", rd32((0xffau << 20) + 0xfd000),
		 rd32(SHARED + 0xd000));
	mmu_switch(l1_table, 0);
	tlb_flush();
}

void attack_tables(void)
{
	test_operations(MAP_NG, "many tables of one address space");
	test_operations(0, "many tables for all address spaces");
	test_aliases();
	test_section_aliases();
	test_spaces();
	test_shim();
}
