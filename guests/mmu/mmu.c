/* SPDX-License-Identifier: Apache-2.0 */
/* Translation: MMU on and off, descriptors, permissions, domains, faults. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"
#include "tests.h"

#define ALIAS    0x80000000u /* nothing else is mapped there */
#define FRAME(n) (SCRATCH + 0x1000u * (n))

static void test_on_off(void)
{
	bool kept = true;

	for (unsigned i = 0; i < 8; i++) {
		wr32(SCRATCH + 4 * i, 0xc0de0000 + i);
		mmu_on(l1_table);
		kept &= rd32(SCRATCH + 4 * i) == 0xc0de0000 + i;
		wr32(SCRATCH + 4 * i, 0xfeed0000 + i);
		write_dccimvac(SCRATCH + 4 * i);
		mmu_off();
		kept &= rd32(SCRATCH + 4 * i) == 0xfeed0000 + i;
	}
	check(kept, "memory is the same with the MMU on and off");
	check_eq("SCTLR.M is clear", read_sctlr() & SCTLR_M, 0);
	mmu_on(l1_table);
	check_eq("SCTLR.M is set", read_sctlr() & SCTLR_M, SCTLR_M);
}

static void test_section(void)
{
	map_section(l1_table, ALIAS, SCRATCH, MAP_AP(AP_RW));
	map_section(l1_table, ALIAS + MIB, SCRATCH + 2 * MIB, MAP_AP(AP_RW));
	tlb_flush();
	wr32(SCRATCH + 0x1230, 0x11111111);
	wr32(SCRATCH + 2 * MIB + 0x1230, 0x22222222);
	check_eq("section reads its frame", rd32(ALIAS + 0x1230), 0x11111111);
	check_eq("next section reads its own", rd32(ALIAS + MIB + 0x1230), 0x22222222);
	wr32(ALIAS + 0xffffc, 0x33333333);
	check_eq("last word of a section", rd32(SCRATCH + 0xffffc), 0x33333333);
	wr32(ALIAS + 0xffffe, 0x55554444); /* SCTLR.A = 0: across two sections */
	check_eq("unaligned word, low half", rd32(SCRATCH + 0xffffc) >> 16, 0x4444);
	check_eq("unaligned word, high half", rd32(SCRATCH + 2 * MIB) & 0xffff, 0x5555);
}

static void test_supersection(void)
{
	for (unsigned i = 0; i < 16; i++)
		l1_table[(0x90000000 >> 20) + i] = desc_supersection(RAM_BASE, MAP_AP(AP_RW));
	tlb_flush();
	wr32(SCRATCH + 0x3344, 0x600d600d);
	check_eq("supersection", rd32(0x90000000 + SCRATCH - RAM_BASE + 0x3344), 0x600d600d);
}

/* 256 small pages in a permuted order: page i is frame (37 i + shift) mod 256. */
static void map_permuted(unsigned shift)
{
	for (unsigned i = 0; i < 256; i++)
		map_page(l1_table, ALIAS + 0x200000 + i * 0x1000, FRAME((i * 37 + shift) & 255),
			 MAP_AP(AP_RW));
}

static unsigned count_permuted(unsigned shift)
{
	unsigned good = 0;

	for (unsigned i = 0; i < 256; i++)
		good += rd32(ALIAS + 0x200000 + i * 0x1000 + 4 * i) ==
			0xf0000000 + ((i * 37 + shift) & 255);
	return good;
}

static void test_small_pages(void)
{
	for (unsigned f = 0; f < 256; f++)
		for (unsigned i = 0; i < 256; i++)
			wr32(FRAME(f) + 4 * i, 0xf0000000 + f);
	map_permuted(0);
	tlb_flush();
	check_eq("256 small pages", count_permuted(0), 256);
	map_permuted(11);
	tlb_flush();
	check_eq("256 small pages, remapped, TLBIALL", count_permuted(11), 256);
	map_permuted(99);
	for (unsigned i = 0; i < 256; i++)
		tlb_flush_page(ALIAS + 0x200000 + i * 0x1000);
	check_eq("256 small pages, remapped, TLBIMVAA", count_permuted(99), 256);
}

static void test_large_page(void)
{
	unsigned good = 0;

	map_large(l1_table, ALIAS + 0x310000, FRAME(0x20), MAP_AP(AP_RW));
	tlb_flush();
	for (unsigned i = 0; i < 16; i++) {
		wr32(FRAME(0x20 + i) + 0x80, 0x1a59e000 + i);
		good += rd32(ALIAS + 0x310000 + i * 0x1000 + 0x80) == 0x1a59e000 + i;
	}
	check_eq("large page", good, 16);
}

/* Code seen through another address than its own. */
static void test_execute_alias(void)
{
	struct caught c;
	unsigned sum = 0;

	map_section(l1_table, ALIAS + 0x400000, SCRATCH, MAP_AP(AP_RW));
	for (unsigned i = 0; i < 32; i++) {
		put_return(FRAME(i) + 0x100, (uint8_t)(i + 1));
		map_page(l1_table, ALIAS + 0x500000 + i * 0x1000, FRAME(31 - i), MAP_AP(AP_RO));
	}
	tlb_flush();
	check_eq("code runs in a section", try_jump(&c, ALIAS + 0x404100, 0), 5);
	for (unsigned i = 0; i < 32; i++)
		sum += try_jump(&c, ALIAS + 0x500100 + i * 0x1000, 0) * (i + 1);
	check_eq("code runs in 32 small pages", sum, 5984);
}

static void test_unmapped(void)
{
	struct caught c;

	l1_table[ALIAS >> 20] = 0;
	map_page(l1_table, ALIAS + 0x600000, FRAME(1), MAP_AP(AP_RW));
	tlb_flush();
	try_read(&c, ALIAS + 0x124);
	check_fault("read, no section", &c, EXC_DABT, FS_XLAT_SECTION, ALIAS + 0x124);
	try_write(&c, ALIAS + 0x128, 1);
	check_fault("write, no section", &c, EXC_DABT, FSR_WRITE | FS_XLAT_SECTION, ALIAS + 0x128);
	try_jump(&c, ALIAS + 0x130, 0);
	check_fault("fetch, no section", &c, EXC_PABT, FS_XLAT_SECTION, ALIAS + 0x130);
	try_read(&c, ALIAS + 0x601004);
	check_fault("read, no page", &c, EXC_DABT, FS_XLAT_PAGE, ALIAS + 0x601004);
	try_write(&c, ALIAS + 0x601008, 1);
	check_fault("write, no page", &c, EXC_DABT, FSR_WRITE | FS_XLAT_PAGE, ALIAS + 0x601008);
	try_jump(&c, ALIAS + 0x60100c, 0);
	check_fault("fetch, no page", &c, EXC_PABT, FS_XLAT_PAGE, ALIAS + 0x60100c);
	try_read(&c, 0);
	check_fault("read at 0", &c, EXC_DABT, FS_XLAT_SECTION, 0);
	try_jump(&c, 0, 0);
	check_fault("fetch at 0", &c, EXC_PABT, FS_XLAT_SECTION, 0);
}

/* A new valid entry needs no TLB maintenance (ARM ARM B3.9.5). */
static void test_new_entry(void)
{
	struct caught c;

	wr32(FRAME(3) + 0x10, 0xabcdef01);
	map_page(l1_table, ALIAS + 0x602000, FRAME(3), MAP_AP(AP_RW));
	dsb();
	isb();
	check_eq("a new page is there at once", try_read(&c, ALIAS + 0x602010), 0xabcdef01);
	check_no_fault("without a fault", &c);
}

/* What AP[2:0] allows (ARM ARM B3.7.1), a row per value. */
static const struct {
	const char *what;
	uint8_t ap, priv_read, priv_write, user_read, user_write;
} ap_rows[] = {
	{ "AP 0: no access", 0, 0, 0, 0, 0 },
	{ "AP 1: privileged only", 1, 1, 1, 0, 0 },
	{ "AP 2: user read-only", 2, 1, 1, 1, 0 },
	{ "AP 3: full access", 3, 1, 1, 1, 1 },
	{ "AP 5: privileged read-only", 5, 1, 0, 0, 0 },
	{ "AP 6: read-only (old)", 6, 1, 0, 1, 0 },
	{ "AP 7: read-only", 7, 1, 0, 1, 0 },
};

static bool allowed(const struct caught *c, bool yes, uint32_t fsr, uint32_t far)
{
	if (yes)
		return c->kind == EXC_NONE;
	return c->kind == EXC_DABT && (c->fsr & 0xc0f) == fsr && c->far == far;
}

static bool try_all_four(unsigned i, uint32_t va, uint32_t fsr)
{
	struct caught c;
	bool good;

	try_read(&c, va);
	good = allowed(&c, ap_rows[i].priv_read, fsr, va);
	try_write(&c, va + 4, 0x1234);
	good &= allowed(&c, ap_rows[i].priv_write, fsr | FSR_WRITE, va + 4);
	try_read_user(&c, va + 8);
	good &= allowed(&c, ap_rows[i].user_read, fsr, va + 8);
	try_write_user(&c, va + 12, 0x5678);
	return good & allowed(&c, ap_rows[i].user_write, fsr | FSR_WRITE, va + 12);
}

static void test_permissions(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(ap_rows); i++) {
		uint32_t ap = ap_rows[i].ap;
		bool good;

		map_section(l1_table, ALIAS, SCRATCH, MAP_AP(ap));
		map_page(l1_table, ALIAS + 0x600000, FRAME(4), MAP_AP(ap));
		map_large(l1_table, ALIAS + 0x610000, FRAME(0x10), MAP_AP(ap));
		tlb_flush();
		good = try_all_four(i, ALIAS + 0x2000, FS_PERM_SECTION);
		good &= try_all_four(i, ALIAS + 0x600020, FS_PERM_PAGE);
		good &= try_all_four(i, ALIAS + 0x617020, FS_PERM_PAGE);
		check(good, ap_rows[i].what);
	}
}

static void test_execute_never(void)
{
	struct caught c;

	put_return(FRAME(5), 77);
	map_section(l1_table, ALIAS, SCRATCH, MAP_AP(AP_RW) | MAP_XN);
	map_page(l1_table, ALIAS + 0x600000, FRAME(5), MAP_AP(AP_RW) | MAP_XN);
	map_page(l1_table, ALIAS + 0x601000, FRAME(5), MAP_AP(AP_NONE));
	tlb_flush();
	try_jump(&c, ALIAS + 0x5000, 0);
	check_fault("fetch, XN section", &c, EXC_PABT, FS_PERM_SECTION, ALIAS + 0x5000);
	try_jump(&c, ALIAS + 0x600000, 0);
	check_fault("fetch, XN page", &c, EXC_PABT, FS_PERM_PAGE, ALIAS + 0x600000);
	try_jump(&c, ALIAS + 0x601000, 0);
	check_fault("fetch, no access", &c, EXC_PABT, FS_PERM_PAGE, ALIAS + 0x601000);
	check_eq("an XN page is still readable", try_read(&c, ALIAS + 0x600000), 0xe3a0004d);
	*pte_of(l1_table, ALIAS + 0x600000) = desc_small(FRAME(5), MAP_AP(AP_RO));
	tlb_flush_page(ALIAS + 0x600000);
	check_eq("XN taken away", try_jump(&c, ALIAS + 0x600000, 0), 77);
	*pte_of(l1_table, ALIAS + 0x600000) = desc_small(FRAME(5), MAP_AP(AP_RO) | MAP_XN);
	tlb_flush_page(ALIAS + 0x600000);
	try_jump(&c, ALIAS + 0x600000, 0);
	check_fault("and set again", &c, EXC_PABT, FS_PERM_PAGE, ALIAS + 0x600000);
}

static void test_domains(void)
{
	struct caught c;

	map_section(l1_table, ALIAS, SCRATCH, MAP_AP(AP_PRIV_RO) | MAP_DOMAIN(3));
	map_section(l1_table, ALIAS + MIB, SCRATCH, MAP_AP(AP_PRIV_RO) | MAP_DOMAIN(4));
	map_page(l1_table, ALIAS + 0x700000, FRAME(6), MAP_AP(AP_PRIV_RO) | MAP_XN | MAP_DOMAIN(3));
	write_dacr(DACR_SET(0, DOM_CLIENT) | DACR_SET(3, DOM_CLIENT) | DACR_SET(4, DOM_CLIENT));
	tlb_flush();
	wr32(SCRATCH + 0x40, 0xd0d0d0d0);
	check_eq("client reads", try_read(&c, ALIAS + 0x40), 0xd0d0d0d0);
	try_write(&c, ALIAS + 0x40, 1);
	check_fault("client is checked", &c, EXC_DABT, FSR_WRITE | FS_PERM_SECTION, ALIAS + 0x40);
	check_eq("DFSR has the domain", c.fsr >> 4 & 15, 3);

	write_dacr(DACR_SET(0, DOM_CLIENT) | DACR_SET(3, DOM_MANAGER) | DACR_SET(4, DOM_NONE));
	isb();
	try_write(&c, ALIAS + 0x40, 0xd1d1d1d1);
	check_no_fault("manager is not checked", &c);
	check_eq("its write arrives", rd32(SCRATCH + 0x40), 0xd1d1d1d1);
	put_return(FRAME(6), 66);
	check_eq("manager ignores XN", try_jump(&c, ALIAS + 0x700000, 0), 66);
	try_write(&c, ALIAS + 0x700040, 5);
	check_no_fault("manager writes a read-only page", &c);
	try_read(&c, ALIAS + MIB + 0x44);
	check_fault("no access: read", &c, EXC_DABT, FS_DOMAIN_SECTION, ALIAS + MIB + 0x44);
	try_jump(&c, ALIAS + MIB + 0x6000, 0);
	check_fault("no access: fetch", &c, EXC_PABT, FS_DOMAIN_SECTION, ALIAS + MIB + 0x6000);

	write_dacr(DACR_SET(0, DOM_CLIENT) | DACR_SET(4, DOM_CLIENT));
	isb();
	try_write(&c, ALIAS + 0x700048, 5);
	check_fault("no access: page", &c, EXC_DABT, FSR_WRITE | FS_DOMAIN_PAGE, ALIAS + 0x700048);
	check_eq("the other domain is back", try_read(&c, ALIAS + MIB + 0x40), 0xd1d1d1d1);
	check_eq("DACR reads back", read_dacr(), DACR_SET(0, 1) | DACR_SET(4, 1));
	write_dacr(DACR_SET(0, DOM_CLIENT));
	isb();
}

void guest_main(void)
{
	map_identity(l1_table);
	test_on_off();
	test_section();
	test_supersection();
	test_small_pages();
	test_large_page();
	test_execute_alias();
	test_unmapped();
	test_new_entry();
	test_permissions();
	test_execute_never();
	test_domains();
	test_tlb();
	test_asid();
	test_ttbr1();
	test_vectors();
	test_access_flag();
	test_remap();
	test_tables_elsewhere();
	mmu_off();
	check_eq("off at the end", read_sctlr() & SCTLR_M, 0);
}
