/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I1: tries to reach memory that is not its own, by every kind of
 * translation, and writes wherever it may.  Outside its map it may see zeros (the
 * RAM window) or external aborts and nothing else.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define WINDOW 0x80000000u
#define MARK   0xbadbadbau
#define L2     ((uint32_t *)SCRATCH)

/* Device space that is this guest's: pages of GIC and timers, sysreg, UART, SP804. */
static bool own(uint32_t pa)
{
	static const uint32_t pages[] = { 0x10000000, 0x10009000, 0x10011000, 0x1e000000,
					  0x1e001000 };

	if (pa - RAM_BASE < RAM_SIZE)
		return true;
	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		if ((pa & ~0xfffu) == pages[i])
			return true;
	return false;
}

static unsigned leaks, told;

/* Reads, writes and reads again at va, which should be pa. */
static void probe(const char *how, uint32_t va, uint32_t pa)
{
	static const uint16_t offsets[] = { 0x10 };
	struct caught c;
	uint32_t v;

	if (own(pa))
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
		v = try_read(&c, va + offsets[i]);
		if (c.kind != EXC_NONE)
			v = 0;
		try_write(&c, va + offsets[i], MARK);
		if (c.kind == EXC_NONE)
			v |= try_read(&c, va + offsets[i]);
		if (!v)
			continue;
		leaks++;
		if (told++ < 10)
			print("  %s: pa %08x reads %08x\n", how, pa + offsets[i], v);
	}
}

static void verdict(const char *what)
{
	check_eq(what, leaks, 0);
	leaks = 0;
}

/* Sparse in each MiB: an abort each, and the VMM steps their handlers. */
static const uint32_t spots[] = { 0, 0x10000, 0x55000 };

/*
 * The MiBs to try: the host's RAM on this board, its devices, and a sixteenth of
 * the rest.
 */
static bool worth(uint32_t mib)
{
	if (mib >= 0x600 && mib < 0x800)
		return mib < 0x610 || !(mib & 1);
	return !(mib & 15) || mib == 0x101 || mib == 0x4e0;
}

static void test_mmu_off(void)
{
	for (uint32_t i = 0; i < 4096; i++)
		for (unsigned s = 0; worth(i) && s < ARRAY_SIZE(spots); s++)
			probe("MMU off", (i << 20) + spots[s], (i << 20) + spots[s]);
	verdict("all of memory, MMU off");
}

static void test_sections(void)
{
	for (uint32_t i = 0; i < 4096; i++) {
		if (!worth(i))
			continue;
		map_section(l1_table, WINDOW, i << 20, MAP_AP(AP_RW) | (i & 1 ? MAP_DEVICE : 0));
		tlb_flush_page(WINDOW);
		for (unsigned s = 0; s < ARRAY_SIZE(spots); s++) {
			tlb_flush_page(WINDOW + spots[s]);
			probe("section", WINDOW + spots[s], (i << 20) + spots[s]);
		}
	}
	verdict("all of memory, by sections");
}

static void test_supersections(void)
{
	/* The physical address bits above 31 do not exist on this core. */
	for (uint32_t ext = 0; ext < 16; ext += 5)
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t d = desc_supersection(i << 24, MAP_AP(AP_RW)) | ext << 20;

			for (unsigned k = 0; k < 16; k++)
				l1_table[(WINDOW >> 20) + k] = d;
			tlb_flush();
			if (!own(i << 24))
				probe("supersection", WINDOW, i << 24);
			probe("supersection", WINDOW + 0x10000, (i << 24) + 0x10000);
			probe("supersection", WINDOW + 0x300000, (i << 24) + 0x300000);
		}
	for (unsigned k = 0; k < 16; k++)
		l1_table[(WINDOW >> 20) + k] = 0;
	verdict("all of memory, by supersections");
}

static void test_pages(void)
{
	for (uint32_t i = 0; i < 4096; i++) {
		if (!worth(i))
			continue;
		l1_table[WINDOW >> 20] = desc_table(L2, 0);
		for (unsigned s = 0; s < 256; s++)
			L2[s] = desc_small((i << 20) + s * 0x1000, MAP_AP(AP_RW));
		for (unsigned s = 0; s < 16; s++)
			L2[0xa0 + s] = desc_large((i << 20) + 0xa0000, MAP_AP(AP_RW));
		tlb_flush();
		probe("small page", WINDOW, i << 20);
		probe("large page", WINDOW + 0xa7000, (i << 20) + 0xa7000);
	}
	l1_table[WINDOW >> 20] = 0;
	tlb_flush();
	verdict("all of memory, by pages");
}

/* Second-level tables anywhere: what lies there must not be walked. */
static void test_tables(void)
{
	for (uint32_t i = 0; i < 4096; i++) {
		uint32_t at = i << 20;
		struct caught c;

		if (own(at) || !worth(i))
			continue;
		for (unsigned s = i & 3; s < 4; s += 4) {
			uint32_t v;

			l1_table[WINDOW >> 20] = (at + s * 0x400) | 1;
			tlb_flush();
			v = try_read(&c, WINDOW + s * 0x10000);
			if (c.kind == EXC_NONE) {
				leaks++;
				print("  a table at %08x maps to %08x\n", at, v);
			}
		}
	}
	l1_table[WINDOW >> 20] = 0;
	tlb_flush();
	verdict("no translation table outside its RAM");
}

static uint32_t run_with_ttbr0(uint32_t ttbr, uint32_t b)
{
	/* TTBR1 keeps the program mapped; TTBR0 has the first 32 MiB. */
	uint32_t v;

	write_ttbcr(7);
	write_ttbr0(ttbr);
	tlb_flush();
	v = rd32(0x100000);
	return v;
}

static void test_first_level(void)
{
	write_ttbr1(addr_of(l1_table));
	for (uint32_t i = 0; i < 4096; i++) {
		struct caught c;

		if (own(i << 20) || !worth(i))
			continue;
		try_call(&c, run_with_ttbr0, i << 20, 0);
		if (c.kind == EXC_NONE) {
			leaks++;
			print("  a first-level table at %08x maps\n", i << 20);
		}
		write_ttbr0(addr_of(l1_table)); /* first: TTBCR = 0 makes it all there is */
		write_ttbcr(0);
		tlb_flush();
	}
	verdict("no first-level table outside its RAM");
}

void guest_main(void)
{
	test_mmu_off();
	map_identity(l1_table);
	mmu_on(l1_table);
	test_sections();
	test_supersections();
	test_pages();
	test_tables();
	test_first_level();
}
