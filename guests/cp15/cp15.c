/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: what an ordinary kernel reads and reads back. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

CP15_REG(cbar, 4, c15, c0, 0)
CP15_REG(dcimvac, 0, c7, c6, 1)
CP15_REG(dcisw, 0, c7, c6, 2)
CP15_REG(dccsw, 0, c7, c10, 2)
CP15_REG(dccisw, 0, c7, c14, 2)
CP15_REG(iciallu_is, 0, c7, c1, 0)
CP15_REG(tlbiall_is, 0, c8, c3, 0)
CP15_REG(tlbimva_is, 0, c8, c3, 1)
CP15_REG(itlbiall, 0, c8, c5, 0)
CP15_REG(dtlbiall, 0, c8, c6, 0)

#define READABLE(name) \
	static uint32_t get_##name(uint32_t a, uint32_t b) { return read_##name() + (a & b & 0); }
#define WRITABLE(name) \
	static uint32_t set_##name(uint32_t a, uint32_t b) \
	{ \
		write_##name(a); \
		return b; \
	}
#define BOTH(name) READABLE(name) WRITABLE(name)

/* clang-format off */
READABLE(midr) READABLE(ctr) READABLE(tcmtr) READABLE(mpidr) READABLE(id_pfr0)
READABLE(id_mmfr0) READABLE(id_mmfr1) READABLE(id_mmfr2) READABLE(id_mmfr3)
READABLE(id_isar0) READABLE(id_isar1) READABLE(id_isar2) READABLE(id_isar3)
READABLE(id_isar4) READABLE(cbar)
BOTH(ttbr0) BOTH(ttbr1) BOTH(dacr) BOTH(contextidr) BOTH(tpidrurw) BOTH(tpidruro)
BOTH(tpidrprw) BOTH(vbar) BOTH(dfsr) BOTH(dfar) BOTH(ifsr) BOTH(ifar) BOTH(csselr)
BOTH(prrr) BOTH(nmrr)
	/* clang-format on */

	/* Of the Cortex-A9 r0p0 that the board has (DDI 0388, table 4-2). */
	static void test_id(void)
{
	static const struct {
		const char *what;
		try_fn get;
		uint32_t want;
	} rows[] = {
		{ "MIDR", get_midr, 0x410fc090 },
		{ "CTR", get_ctr, 0x80038003 },
		{ "TCMTR", get_tcmtr, 0 },
		{ "MPIDR of the only CPU", get_mpidr, 0x80000000 },
		{ "ID_PFR0", get_id_pfr0, 0x1031 },
		{ "ID_MMFR0", get_id_mmfr0, 0x00100103 },
		{ "ID_MMFR1", get_id_mmfr1, 0x20000000 },
		{ "ID_MMFR2", get_id_mmfr2, 0x01230000 },
		{ "ID_MMFR3", get_id_mmfr3, 0x00002111 },
		{ "ID_ISAR0", get_id_isar0, 0x00101111 },
		{ "ID_ISAR1", get_id_isar1, 0x13112111 },
		{ "ID_ISAR2", get_id_isar2, 0x21232041 },
		{ "ID_ISAR3", get_id_isar3, 0x11112131 },
		{ "ID_ISAR4", get_id_isar4, 0x00111142 },
		{ "base of the private peripherals", get_cbar, 0x1e000000 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		check_eq(rows[i].what, rows[i].get(0, 0), rows[i].want);
	check(read_tlbtr() == 0x402 || read_tlbtr() == 0, "TLBTR: unified TLB");
}

static void test_read_back(void)
{
	static const struct {
		const char *what;
		try_fn get, set;
		uint32_t mask;
	} rows[] = {
		{ "TTBR0", get_ttbr0, set_ttbr0, 0xffffc000 },
		{ "TTBR1", get_ttbr1, set_ttbr1, 0xffffc000 },
		{ "DACR", get_dacr, set_dacr, 0xffffffff },
		{ "CONTEXTIDR", get_contextidr, set_contextidr, 0xffffffff },
		{ "TPIDRURW", get_tpidrurw, set_tpidrurw, 0xffffffff },
		{ "TPIDRURO", get_tpidruro, set_tpidruro, 0xffffffff },
		{ "TPIDRPRW", get_tpidrprw, set_tpidrprw, 0xffffffff },
		{ "VBAR", get_vbar, set_vbar, 0xffffffe0 },
		{ "DFSR", get_dfsr, set_dfsr, 0x00000cff },
		{ "DFAR", get_dfar, set_dfar, 0xffffffff },
		{ "IFSR", get_ifsr, set_ifsr, 0x0000040f },
		{ "IFAR", get_ifar, set_ifar, 0xffffffff },
		{ "CSSELR", get_csselr, set_csselr, 0x00000001 },
		{ "PRRR", get_prrr, set_prrr, 0x0000ffff },
		{ "NMRR", get_nmrr, set_nmrr, 0xffffffff },
	};
	static const uint32_t values[] = { 0, 0xffffffff, 0x55555555, 0xaaaaaaaa, 0x12345678 };

	/* All of them are set before the first is read: none is another's alias. */
	for (unsigned n = 0; n < ARRAY_SIZE(values); n++) {
		uint32_t saved[ARRAY_SIZE(rows)], got[ARRAY_SIZE(rows)];
		unsigned good = 0;

		for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
			saved[i] = rows[i].get(0, 0);
			rows[i].set((values[n] + i * 0x01010100) & rows[i].mask, 0);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
			got[i] = rows[i].get(0, 0) & rows[i].mask;
			rows[i].set(saved[i], 0);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
			uint32_t want = (values[n] + i * 0x01010100) & rows[i].mask;

			good += got[i] == want;
			if (got[i] != want)
				print("  %s %08x want %08x\n", rows[i].what, got[i], want);
		}
		check_eq("registers read back", good, ARRAY_SIZE(rows));
	}
}

/* Bits that a kernel switches; the others stay as they are. */
static void test_sctlr(void)
{
	static const uint32_t bits[] = {
		SCTLR_A, SCTLR_C, SCTLR_Z, SCTLR_I, SCTLR_V, SCTLR_TRE, SCTLR_AFE, SCTLR_TE,
	};
	uint32_t before = read_sctlr(), others = 0;
	unsigned good = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(bits); i++) {
		write_sctlr(before ^ bits[i]);
		isb();
		others |= (read_sctlr() ^ before) & ~bits[i];
		good += ((read_sctlr() ^ before) & bits[i]) == bits[i];
		write_sctlr(before);
		isb();
	}
	check_eq("SCTLR bits switch", good, ARRAY_SIZE(bits));
	check_eq("each alone", others, 0);
	check_eq("SCTLR as before", read_sctlr(), before);
}

static void test_undefined(void)
{
	static const struct {
		const char *what;
		uint32_t word;
	} rows[] = {
		{ "write of MIDR", 0xee000f10 },
		{ "MRC p15 c0, c8", 0xee100f18 },
		{ "MRC p15 c11, opc1 7", 0xeefb0f10 },
		{ "MRC p13 c11", 0xee1b0d10 },
		{ "MCRR p15", 0xec410f02 },
		{ "LDC p15", 0xed905f00 },
		{ "CDP p15", 0xee010f00 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct caught c;

		wr32(SCRATCH + i * 8, rows[i].word);
		wr32(SCRATCH + i * 8 + 4, 0xe12fff1e);
		sync_code((void *)(SCRATCH + i * 8), 8);
		try_jump(&c, SCRATCH + i * 8, SCRATCH);
		check_fault(rows[i].what, &c, EXC_UNDEF, 0, 0);
		if (c.kind == EXC_UNDEF)
			check_eq("its pc", c.pc, SCRATCH + i * 8);
	}
}

/* The whole data cache by set and way, as Linux and boot loaders do it. */
static void by_set_way(void (*op)(uint32_t))
{
	write_csselr(0);
	isb();
	for (uint32_t way = 0; way < 4; way++)
		for (uint32_t set = 0; set < 256; set++)
			op(way << 30 | set << 5);
	dsb();
	isb();
}

static void test_cache(void)
{
	bool good = true;

	check_eq("CLIDR: level 1, split", read_clidr() & 7, 3);
	write_csselr(0);
	isb();
	check_eq("CCSIDR: lines of 8 words", read_ccsidr() & 7, 1);
	for (uint32_t i = 0; i < 0x10000; i += 4)
		wr32(SCRATCH + i, i * 3);
	by_set_way(write_dccsw);
	by_set_way(write_dccisw);
	for (uint32_t i = 0; i < 0x10000; i += 32)
		write_dccimvac(SCRATCH + i);
	dsb();
	for (uint32_t i = 0; i < 0x10000; i += 32)
		write_dcimvac(SCRATCH + i); /* clean before: loses nothing */
	dsb();
	write_iciallu(0);
	write_iciallu_is(0);
	isb();
	for (uint32_t i = 0; i < 0x10000; i += 4)
		good &= rd32(SCRATCH + i) == i * 3;
	check(good, "64 KiB over cache maintenance of every kind");
	write_tlbiall_is(0);
	write_tlbimva_is(SCRATCH);
	write_itlbiall(0);
	write_dtlbiall(0);
	dsb();
	isb();
	check_eq("and TLB maintenance", rd32(SCRATCH + 0x100), 0x300);
}

/* PAR without the attributes: they depend on the security state. */
static uint32_t translate(void (*op)(uint32_t), uint32_t va)
{
	uint32_t par;

	op(va);
	isb();
	par = read_par();
	return par & 1 ? par & 0x7f : par & 0xfffff000;
}

static void test_translate(void)
{
	const uint32_t va = 0x80000000;
	struct caught c;
	uint32_t dfar;

	map_section(l1_table, va, SCRATCH, MAP_AP(AP_RW));
	map_page(l1_table, va + MIB, SCRATCH + 0x5000, MAP_AP(AP_PRIV_RO));
	map_page(l1_table, va + MIB + 0x1000, SCRATCH + 0x6000, MAP_AP(AP_USER_RO));
	tlb_flush();
	try_read(&c, 0xc0000000);
	dfar = read_dfar();
	check_eq("VA to PA, section", translate(write_ats1cpr, va + 0x23456), SCRATCH + 0x23000);
	check_eq("VA to PA, page", translate(write_ats1cpr, va + MIB + 0x678), SCRATCH + 0x5000);
	check_eq("write to a read-only page", translate(write_ats1cpw, va + MIB), 0xf << 1 | 1);
	check_eq("user read of it", translate(write_ats1cur, va + MIB), 0xf << 1 | 1);
	check_eq("user read", translate(write_ats1cur, va + MIB + 0x1000), SCRATCH + 0x6000);
	check_eq("user write", translate(write_ats1cuw, va + MIB + 0x1000), 0xf << 1 | 1);
	check_eq("nothing there", translate(write_ats1cpr, 0xc0000000), 5 << 1 | 1);
	check_eq("no page there", translate(write_ats1cpr, va + MIB + 0x2000), 7 << 1 | 1);
	check_eq("DFAR is untouched", read_dfar(), dfar);
	write_par(0x12345000);
	check_eq("PAR reads back", read_par() & 0xfffff000, 0x12345000);
}

void guest_main(void)
{
	test_id();
	test_read_back();
	test_sctlr();
	test_undefined();
	test_cache();
	map_identity(l1_table);
	mmu_on(l1_table);
	test_id();
	test_cache();
	test_undefined();
	test_translate();
}
