/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The border between a program and its kernel: what PL0 must not do, tried at PL0 in ARM
 * and Thumb, in a page that is verified and in one that is stepped.  The bare machine says
 * what is right: the report is the same there, line by line.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define VA      0x00100000u
#define PAGE    (SCRATCH + 0x10000u)
#define PLACES  0x700u /* bytes of the page that hold instructions; data behind them */
#define SVC_ARM 0xef000001u
#define SVC_T16 0xdf01u

uint32_t enter_pl0(uint32_t at, uint32_t r0);
uint32_t run_pl0(uint32_t at);
extern const uint32_t pl0_vectors[];

static unsigned pages;

/* A fresh page at a fresh address; returns the address. */
static uint32_t new_page(bool stepped, uint32_t *page)
{
	uint32_t n = pages++ % 256, va = VA + n * 0x1000;

	*page = PAGE + n * 0x1000;
	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(*page + i, 0);
	if (stepped)
		put_data(*page, PLACES);
	map_page(l1_table, va, *page, MAP_AP(AP_RW));
	write_tlbimva(va);
	dsb();
	isb();
	return va;
}

/* Instruction and SVC #1, eight bytes; a wide Thumb word is hw1:hw2. */
static void put(uint32_t at, uint32_t word, bool thumb)
{
	if (!thumb) {
		wr32(at, word);
		wr32(at + 4, SVC_ARM);
		return;
	}
	if (word > 0xffff) {
		wr16(at, word >> 16);
		wr16(at + 2, word);
		wr16(at + 4, SVC_T16);
		wr16(at + 6, SVC_T16);
		return;
	}
	wr16(at, word);
	wr16(at + 2, SVC_T16);
	wr32(at + 4, 0);
}

static const char *name_of(const struct caught *c) { return exc_name(c->kind); }

/* --- instructions one by one ------------------------------------------------------ */

/*
 * r0 points at two words that an exception return would load: PC and a CPSR of SVC mode.
 * ADDS pc and the like are left out: QEMU's core ignores their S, at PL1 as well.
 */
static const struct {
	const char *what;
	uint32_t word;
} arm[] = {
	{ "rfeia r0", 0xf8900a00 },
	{ "rfeda r0!", 0xf8300a00 },
	{ "rfedb r0", 0xf9100a00 },
	{ "rfeib r0!", 0xf9b00a00 },
	{ "ldmia r0, {r1, pc}^", 0xe8d08002 },
	{ "ldmdb r0!, {pc}^", 0xe9708000 },
	{ "ldmia r0, {r1, sp}^", 0xe8d02002 },
	{ "stmia r0, {r1, sp}^", 0xe8c02002 },
	{ "movs pc, lr", 0xe1b0f00e },
	{ "movs pc, r0, lsl #1", 0xe1b0f080 },
	{ "subs pc, lr, #4", 0xe25ef004 },
	{ "srsdb sp!, #0x13", 0xf96d0513 },
	{ "mrs r1, spsr", 0xe14f1000 },
	{ "msr spsr_c, r1", 0xe161f001 },
	{ "msr cpsr_c, #0x13", 0xe321f013 },
	{ "msr cpsr_cxsf, r0", 0xe12ff000 },
	{ "cps #0x13", 0xf1020013 },
	{ "cpsid if", 0xf10c00c0 },
	{ "cpsie a, #0x1f", 0xf10a011f },
	{ "smc #0", 0xe1600070 },
	{ "smc #2", 0xe1600072 },
	{ "smc #3", 0xe1600073 },
	{ "smc #12", 0xe160007c },
	{ "smcne #3", 0x11600073 },
	{ "hvc #0", 0xe1400070 },
	{ "udf #0", 0xe7f000f0 },
	{ "udf 0xdef0", 0xe7fdeff0 },
	{ "udf e7f0def0", 0xe7f0def0 },
	{ "udf e7f0def1", 0xe7f0def1 },
	{ "udf e7ffdefd", 0xe7ffdefd },
	{ "bkpt", 0xe1200070 },
	{ "mcr p13 (DACR's fields)", 0xee030d10 },
	{ "mrc p13 (SCTLR's fields)", 0xee110d10 },
	{ "mcr p12", 0xee000c15 },
	{ "mrc p15 TPIDRURO", 0xee1d0f70 },
	{ "mcr p15 TPIDRURO", 0xee0d0f70 },
	{ "mrc p15 TPIDRPRW", 0xee1d0f90 },
	{ "mcr p15 DSB", 0xee070f9a },
	{ "mcr p15 ISB", 0xee070f95 },
	{ "mcr p15 ICIALLU", 0xee070f15 },
	{ "mcr p15 DCCMVAC", 0xee070f3a },
	{ "mcr2 p15", 0xfe030f10 },
	{ "mcrr p15", 0xec410f0e },
	{ "ldc p14", 0xed905e01 },
	{ "stc p15", 0xed800f01 },
	{ "cdp p15", 0xee000f00 },
	{ "vmrs fpexc", 0xeef80a10 },
	{ "vmsr fpexc", 0xeee80a10 },
	{ "vmrs fpscr", 0xeef10a10 },
	{ "ldrt r1, [r0]", 0xe4b01000 },
};

static const struct {
	const char *what;
	uint32_t word;
} thumb[] = {
	{ "rfeia r0", 0xe990c000 },
	{ "rfedb r0!", 0xe830c000 },
	{ "subs pc, lr, #0", 0xf3de8f00 },
	{ "subs pc, lr, #4", 0xf3de8f04 },
	{ "srsdb sp!, #0x13", 0xe82dc013 },
	{ "mrs r1, spsr", 0xf3ff8100 },
	{ "msr spsr_c, r1", 0xf3918100 },
	{ "msr cpsr_c, r0", 0xf3808100 },
	{ "cps #0x13", 0xf3af8113 },
	{ "cpsid if", 0xb673 },
	{ "smc #0", 0xf7f08000 },
	{ "smc #2", 0xf7f28000 },
	{ "udf #0x20", 0xde20 },
	{ "udf #0x21", 0xde21 },
	{ "udf #0x22", 0xde22 },
	{ "udf #0xef", 0xdeef },
	{ "bkpt", 0xbe00 },
	{ "mcr p13", 0xee030d10 },
	{ "mrc p15 TPIDRURO", 0xee1d0f70 },
	{ "mrc p15 SCTLR", 0xee110f10 },
	{ "mcr p15 DSB", 0xee070f9a },
	{ "mcrr p15", 0xec410f0e },
	{ "ldrsh.w pc, [r0] (hint)", 0xf9b0f000 },
	{ "pld [r0]", 0xf890f000 },
};

static void one(const char *what, uint32_t word, bool is_thumb, bool stepped)
{
	struct caught c;
	uint32_t page, va = new_page(stepped, &page);

	put(page, word, is_thumb);
	wr32(page + 0x10, 0xe10f0000); /* where a return would lead: MRS r0, CPSR */
	wr32(page + 0x14, 0xef000002);
	wr32(page + 0x20, va + 0x10);
	wr32(page + 0x24, 0x13);
	sync_code((void *)page, 0x1000);
	try_call(&c, enter_pl0, va | is_thumb, va + 0x20);
	print("%s %s: %s at %x, psr %x\n", is_thumb ? "thumb" : "arm", what, name_of(&c), c.pc - va,
	      c.spsr & 0x3f);
	check((c.spsr & 0x1f) == 0x10, what);
}

/* --- the whole of coprocessors 14 and 15 -------------------------------------------- */

#define PER_PAGE 128u

/* Bits 11..0 of n: CRn, CRm, opc2, L and part of opc1. */
static uint32_t access(unsigned cp, unsigned opc1, unsigned n)
{
	return 0xee000010 | cp << 8 | opc1 << 21 | (n & 15) << 16 | (n >> 4 & 15) |
	       (n >> 8 & 7) << 5 | (n >> 11 & 1) << 20;
}

/* An access, and a count: ADD r11, r11, #1. */
static void put_counted(uint32_t at, uint32_t word, bool is_thumb)
{
	put(at, word, is_thumb);
	wr32(at + 4, is_thumb ? 0x0b01f10b : 0xe28bb001);
}

static uint32_t hash_page(unsigned cp, unsigned opc1, unsigned first, bool is_thumb, bool stepped)
{
	uint32_t page, va = new_page(stepped, &page), hash;

	for (unsigned k = 0; k < PER_PAGE; k++)
		put_counted(page + 8 * k, access(cp, opc1, first + k), is_thumb);
	wr32(page + 8 * PER_PAGE, is_thumb ? SVC_T16 : SVC_ARM);
	sync_code((void *)page, 0x1000);
	write_vbar(code_addr(pl0_vectors));
	isb();
	hash = run_pl0(va | is_thumb);
	write_vbar(code_addr(vectors));
	isb();
	return hash;
}

static void coprocessors(bool is_thumb, bool stepped)
{
	for (unsigned cp = 14; cp < 16; cp++)
		for (unsigned opc1 = 0; opc1 < (stepped ? 1 : 8); opc1++) { /* a step takes long */
			uint32_t hash = 0;

			for (unsigned n = 0; n < 4096; n += PER_PAGE)
				hash = hash * 31 + hash_page(cp, opc1, n, is_thumb, stepped);
			print("p%u opc1 %u, %s: %x\n", cp, opc1, is_thumb ? "thumb" : "arm", hash);
		}
}

void guest_main(void)
{
	map_identity(l1_table);
	for (uint32_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += MIB)
		map_section(l1_table, a, a, MAP_AP(AP_PRIV_RW));
	mmu_on(l1_table);
	for (unsigned stepped = 0; stepped < 2; stepped++) {
		for (unsigned n = 0; n < ARRAY_SIZE(arm); n++)
			one(arm[n].what, arm[n].word, false, stepped);
		for (unsigned n = 0; n < ARRAY_SIZE(thumb); n++)
			one(thumb[n].what, thumb[n].word, true, stepped);
		coprocessors(false, stepped);
		coprocessors(true, stepped);
	}
}
