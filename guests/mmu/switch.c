/* SPDX-License-Identifier: Apache-2.0 */
/* Translation that changes: TLB maintenance, ASIDs, TTBR1, vectors, AFE, TRE. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"
#include "tests.h"

#define PAGE     0xa0000000u
#define FRAME(n) (SCRATCH + 0x100000u + 0x1000u * (n))
#define OTHER_L1 ((uint32_t *)(SCRATCH + 0x300000u)) /* 16 KiB-aligned */
#define OTHER_L2 ((uint32_t *)(SCRATCH + 0x310000u))

static void fill_frames(void)
{
	for (unsigned i = 0; i < 8; i++)
		wr32(FRAME(i), 0xf4a3e000 + i);
}

static void flush_mva(void) { write_tlbimva(PAGE | (read_contextidr() & 0xff)); }
static void flush_mvaa(void) { write_tlbimvaa(PAGE); }
static void flush_asid(void) { write_tlbiasid(read_contextidr() & 0xff); }
static void flush_all(void) { write_tlbiall(0); }

void test_tlb(void)
{
	static const struct {
		const char *what;
		void (*flush)(void);
		uint32_t attr; /* TLBIASID acts on non-global entries */
	} rows[] = {
		{ "TLBIMVA shows a changed page", flush_mva, 0 },
		{ "TLBIMVAA shows a changed page", flush_mvaa, 0 },
		{ "TLBIASID shows a changed page", flush_asid, MAP_NG },
		{ "TLBIALL shows a changed page", flush_all, 0 },
		{ "TLBIMVA shows a changed non-global page", flush_mva, MAP_NG },
	};
	struct caught c;

	fill_frames();
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t attr = MAP_AP(AP_RW) | rows[i].attr;
		bool good = true;

		map_page(l1_table, PAGE, FRAME(7), attr);
		tlb_flush();
		for (unsigned n = 0; n < 50; n++) {
			good &= rd32(PAGE) == 0xf4a3e000 + (n ? (n - 1) % 7 : 7);
			*pte_of(l1_table, PAGE) = desc_small(FRAME(n % 7), attr);
			dsb();
			rows[i].flush();
			dsb();
			isb();
		}
		check(good, rows[i].what);
	}

	*pte_of(l1_table, PAGE) = desc_small(FRAME(0), MAP_AP(AP_RO));
	tlb_flush_page(PAGE);
	try_write(&c, PAGE + 4, 1);
	check_fault("a page made read-only", &c, EXC_DABT, FSR_WRITE | FS_PERM_PAGE, PAGE + 4);
	*pte_of(l1_table, PAGE) = 0;
	tlb_flush_page(PAGE);
	try_read(&c, PAGE + 4);
	check_fault("a page taken away", &c, EXC_DABT, FS_XLAT_PAGE, PAGE + 4);
	l1_table[PAGE >> 20] = desc_section(SCRATCH + 0x100000, MAP_AP(AP_RW));
	tlb_flush_page(PAGE);
	check_eq("a table that became a section", try_read(&c, PAGE + 0x3000), 0xf4a3e003);
	l1_table[PAGE >> 20] = 0;
	tlb_flush_page(PAGE);
	try_read(&c, PAGE);
	check_fault("a section taken away", &c, EXC_DABT, FS_XLAT_SECTION, PAGE);
}

void test_asid(void)
{
	bool good = true;

	fill_frames();
	map_identity(OTHER_L1);
	map_page(l1_table, PAGE, FRAME(0), MAP_AP(AP_RW) | MAP_NG);
	map_page(l1_table, PAGE + 0x1000, FRAME(2), MAP_AP(AP_RW));
	OTHER_L1[PAGE >> 20] = desc_table(OTHER_L2, 0);
	OTHER_L2[0] = desc_small(FRAME(1), MAP_AP(AP_RW) | MAP_NG);
	OTHER_L2[1] = desc_small(FRAME(2), MAP_AP(AP_RW));
	tlb_flush();
	for (unsigned i = 0; i < 64; i++) {
		mmu_switch(l1_table, 1);
		good &= rd32(PAGE) == 0xf4a3e000 && rd32(PAGE + 0x1000) == 0xf4a3e002;
		mmu_switch(OTHER_L1, 2);
		good &= rd32(PAGE) == 0xf4a3e001 && rd32(PAGE + 0x1000) == 0xf4a3e002;
	}
	check(good, "64 switches between two address spaces");
	check_eq("CONTEXTIDR reads back", read_contextidr(), 2);
	check_eq("TTBR0 reads back", read_ttbr0() & ~0x3fffu, addr_of(OTHER_L1));

	/* The page of ASID 1 changes while ASID 2 runs. */
	*pte_of(l1_table, PAGE) = desc_small(FRAME(5), MAP_AP(AP_RW) | MAP_NG);
	dsb();
	write_tlbiasid(1);
	dsb();
	check_eq("TLBIASID of another one leaves ours", rd32(PAGE), 0xf4a3e001);
	mmu_switch(l1_table, 1);
	check_eq("and drops what is stale there", rd32(PAGE), 0xf4a3e005);
	*pte_of(l1_table, PAGE) = desc_small(FRAME(6), MAP_AP(AP_RW) | MAP_NG);
	dsb();
	write_tlbimva(PAGE | 1);
	dsb();
	isb();
	check_eq("TLBIMVA with our ASID", rd32(PAGE), 0xf4a3e006);

	good = true;
	for (unsigned asid = 3; asid < 200; asid++) {
		mmu_switch(asid & 1 ? OTHER_L1 : l1_table, asid);
		good &= rd32(PAGE) == (asid & 1 ? 0xf4a3e001 : 0xf4a3e006);
	}
	check(good, "200 ASIDs over two tables");
	mmu_switch(l1_table, 0);
	tlb_flush();
}

static void set_ttbcr(uint32_t v)
{
	write_ttbcr(v);
	isb();
	tlb_flush();
}

void test_ttbr1(void)
{
	static uint32_t small_l1[32] __attribute__((aligned(128)));
	struct caught c;

	fill_frames();
	map_section(l1_table, PAGE, FRAME(0), MAP_AP(AP_RW));
	map_identity(OTHER_L1);
	map_section(OTHER_L1, PAGE, FRAME(0) + MIB, MAP_AP(AP_RW));
	map_section(OTHER_L1, 0x500000, FRAME(0) + MIB, MAP_AP(AP_RW));
	wr32(FRAME(0) + MIB, 0x77777777);
	write_ttbr1(addr_of(OTHER_L1) | TTBR_FLAGS);
	set_ttbcr(0);
	check_eq("TTBCR.N = 0: TTBR0 for all", rd32(PAGE), 0xf4a3e000);
	set_ttbcr(1);
	check_eq("TTBCR.N = 1: TTBR1 above 2 GiB", rd32(PAGE), 0x77777777);
	check_eq("TTBCR.N = 1: TTBR0 below", rd32(FRAME(1)), 0xf4a3e001);
	check_eq("TTBCR reads back", read_ttbcr(), 1);
	set_ttbcr(2);
	check_eq("TTBCR.N = 2: TTBR1 above 1 GiB", rd32(PAGE), 0x77777777);

	/* N = 7: TTBR0 has 32 entries for the first 32 MiB. */
	small_l1[0] = desc_section(FRAME(0), MAP_AP(AP_RW));
	small_l1[5] = 0;
	write_ttbr0(addr_of(small_l1) | TTBR_FLAGS);
	set_ttbcr(7);
	check_eq("TTBCR.N = 7: a table of 128 bytes", try_read(&c, 0x2000), 0xf4a3e002);
	try_read(&c, 0x500000);
	check_fault("TTBCR.N = 7: a hole in it", &c, EXC_DABT, FS_XLAT_SECTION, 0x500000);

	write_ttbr0(addr_of(l1_table) | TTBR_FLAGS);
	set_ttbcr(1u << 5 | 1); /* PD1: no walks through TTBR1 */
	try_read(&c, PAGE);
	check_fault("TTBCR.PD1", &c, EXC_DABT, FS_XLAT_SECTION, PAGE);
	write_ttbcr(0);
	tlb_flush();
	check_eq("TTBCR back to 0", rd32(PAGE), 0xf4a3e000);
}

static unsigned svc_seen;

static void count_svc(struct frame *f) { svc_seen = svc_seen * 10 + f->r[0]; }

static void do_svc(uint32_t n)
{
	register uint32_t r0 asm("r0") = n;

	asm volatile("svc #0" : "+r"(r0) : : "lr", "memory");
}

extern const uint32_t vectors_end[];

void test_vectors(void)
{
	uint32_t vbar = read_vbar();
	uint32_t size = addr_of(vectors_end) - addr_of(vectors);
	struct caught c;

	exc_set(EXC_SVC, count_svc);
	do_svc(1);
	copy((void *)FRAME(16), vectors, size);
	sync_code((void *)FRAME(16), size);
	write_vbar(FRAME(16));
	isb();
	do_svc(2);
	check_eq("VBAR reads back", read_vbar(), FRAME(16));
	map_page(l1_table, 0xffff0000, FRAME(16), MAP_AP(AP_PRIV_RO));
	map_page(l1_table, 0xffff1000, FRAME(17), MAP_AP(AP_PRIV_RW));
	tlb_flush();
	write_vbar(PAGE); /* not code: high vectors do not use it */
	write_sctlr(read_sctlr() | SCTLR_V);
	isb();
	do_svc(3);
	try_read(&c, 0xc0000000);
	check_fault("data abort through the high vectors", &c, EXC_DABT, FS_XLAT_SECTION,
		    0xc0000000);
	write_vbar(vbar);
	write_sctlr(read_sctlr() & ~SCTLR_V);
	isb();
	do_svc(4);
	check_eq("SVC through VBAR, a copy, high vectors, VBAR", svc_seen, 1234);
	exc_set(EXC_SVC, NULL);
}

void test_access_flag(void)
{
	struct caught c;

	map_page(l1_table, PAGE + 0x100000, FRAME(1), MAP_AP(AP_PRIV_RW));
	l1_table[(PAGE >> 20) + 2] = desc_section(FRAME(0), MAP_AP(AP_PRIV_RW) & ~1u);
	write_sctlr(read_sctlr() | SCTLR_AFE);
	isb();
	tlb_flush();
	check_eq("AFE, flag set", try_read(&c, PAGE + 0x100000), 0xf4a3e001);
	*pte_of(l1_table, PAGE + 0x100000) &= ~(1u << 4);
	tlb_flush_page(PAGE + 0x100000);
	try_read(&c, PAGE + 0x100010);
	check_fault("AFE, page without the flag", &c, EXC_DABT, FS_ACCESS_PAGE, PAGE + 0x100010);
	try_write(&c, PAGE + 0x200010, 1);
	check_fault("AFE, section without the flag", &c, EXC_DABT, FSR_WRITE | FS_ACCESS_SECTION,
		    PAGE + 0x200010);
	write_sctlr(read_sctlr() & ~SCTLR_AFE);
	isb();
	tlb_flush();
}

/* TEX remap as Linux sets it up: all of our mappings stay normal or device. */
void test_remap(void)
{
	uint32_t prrr = 0xff0a81a8, nmrr = 0x40e040e0;

	write_prrr(prrr);
	write_nmrr(nmrr);
	isb();
	write_sctlr(read_sctlr() | SCTLR_TRE);
	isb();
	tlb_flush();
	check_eq("memory with TRE", rd32(FRAME(2)), 0xf4a3e002);
	check_eq("PRRR reads back", read_prrr(), prrr);
	check_eq("NMRR reads back", read_nmrr(), nmrr);
	check_eq("SCTLR.TRE reads back", read_sctlr() & SCTLR_TRE, SCTLR_TRE);
	write_sctlr(read_sctlr() & ~SCTLR_TRE);
	isb();
	tlb_flush();
	check_eq("SCTLR.TRE is clear", read_sctlr() & SCTLR_TRE, 0);
}

/* The running tables are changed through an alias, moved, and left read-only. */
void test_tables_elsewhere(void)
{
	const uint32_t window = 0xb0000000;
	uint32_t *alias;
	struct caught c;

	fill_frames();
	map_section(l1_table, window, SCRATCH + 0x300000, MAP_AP(AP_RW));
	tlb_flush();
	copy(OTHER_L1, l1_table, 16384);
	write_ttbr0(addr_of(OTHER_L1) | TTBR_FLAGS);
	tlb_flush();
	alias = (uint32_t *)window; /* OTHER_L1 by another address */
	alias[PAGE >> 20] = desc_section(FRAME(0) + MIB, MAP_AP(AP_RW));
	tlb_flush_page(PAGE);
	check_eq("a table changed through an alias", rd32(PAGE), 0x77777777);
	OTHER_L1[SCRATCH >> 20] = desc_section(SCRATCH, MAP_AP(AP_RW));
	alias[(SCRATCH >> 20) + 3] = desc_section(SCRATCH + 0x300000, MAP_AP(AP_PRIV_RO));
	tlb_flush();
	try_write(&c, addr_of(OTHER_L1), 0);
	check_fault("a table mapped read-only", &c, EXC_DABT, FSR_WRITE | FS_PERM_SECTION,
		    addr_of(OTHER_L1));
	alias[PAGE >> 20] = desc_section(FRAME(0), MAP_AP(AP_RW));
	tlb_flush_page(PAGE);
	check_eq("but writable by its alias", rd32(PAGE), 0xf4a3e000);
	write_ttbr0(addr_of(l1_table) | TTBR_FLAGS);
	tlb_flush();
}
