/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I3: writes code that reads TTBR0 and VBAR and runs it, with every
 * store and through every pair of mappings.  Code that runs unverified sees the
 * VMM's values instead of the guest's.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define EXEC     0x80000000u
#define WRITE    0x90000000u
#define FRAME    (SCRATCH + 0x10000u)
#define BIG      (SCRATCH + 0x400000u)
#define OTHER_L1 ((uint32_t *)(SCRATCH + 0x300000u))

typedef void (*store_fn)(uint32_t to, const uint32_t *words);
void by_str(uint32_t to, const uint32_t *words);
void by_stm(uint32_t to, const uint32_t *words);
void by_strd(uint32_t to, const uint32_t *words);
void by_bytes(uint32_t to, const uint32_t *words);
void by_halves(uint32_t to, const uint32_t *words);
void by_strt(uint32_t to, const uint32_t *words);
void by_strex(uint32_t to, const uint32_t *words);
void by_vstm(uint32_t to, const uint32_t *words);
void by_vst1(uint32_t to, const uint32_t *words);
void by_push(uint32_t to, const uint32_t *words);
void by_thumb(uint32_t to, const uint32_t *words);

static const struct {
	const char *what;
	store_fn fn;
} stores[] = {
	{ "STR", by_str },     { "STM", by_stm },   { "STRD", by_strd },   { "STRB", by_bytes },
	{ "STRH", by_halves }, { "STRT", by_strt }, { "STREX", by_strex }, { "VSTM", by_vstm },
	{ "VST1", by_vst1 },   { "PUSH", by_push }, { "Thumb", by_thumb },
};

static unsigned bad;

/* What the code written now must return, n-th time. */
static void payload(uint32_t *words, unsigned n)
{
	words[0] = n & 1 ? 0xee120f10 : 0xee1c0f10; /* mrc p15, 0, r0, c2 / c12, c0, 0 */
	words[1] = 0xe2800000 | (n & 0xff);         /* add r0, r0, #n */
	words[2] = 0xe12fff1e;
}

static uint32_t expected(unsigned n)
{
	/* These are the guest's own words, from a page that never changes. */
	return (n & 1 ? read_ttbr0() : read_vbar()) + (n & 0xff);
}

static void run(uint32_t at, unsigned n)
{
	struct caught c;
	uint32_t got = try_jump(&c, at, 0);

	if (c.kind == EXC_NONE && got == expected(n))
		return;
	if (bad++ < 10)
		print("  round %u: %s, returned %08x want %08x\n", n, exc_name(c.kind), got,
		      expected(n));
}

static void clean(uint32_t at) { sync_code((void *)at, 16); }

/* Each store, through `write`, of code that runs at `exec`. */
static void rounds(const char *what, uint32_t write, uint32_t exec)
{
	uint32_t words[3];

	bad = 0;
	for (unsigned n = 0; n < 20 * ARRAY_SIZE(stores); n++) {
		uint32_t offset = n * 52 % 0xf00 & ~3u;

		payload(words, n);
		stores[n % ARRAY_SIZE(stores)].fn(write + offset, words);
		clean(write + offset);
		run(exec + offset, n);
		if (n % 5 == 0)
			run(exec + offset, n);
	}
	check_eq(what, bad, 0);
}

/* Stores that begin in one page and end in the next, which has run. */
static void test_seam(void)
{
	uint32_t words[3];

	bad = 0;
	for (unsigned n = 0; n < 10 * ARRAY_SIZE(stores); n++) {
		payload(words, n);
		stores[n % ARRAY_SIZE(stores)].fn(WRITE + 0x1000 - 4 * (n % 3), words);
		clean(WRITE + 0xfe0);
		clean(WRITE + 0x1000);
		run(EXEC + 0x1000 - 4 * (n % 3), n);
	}
	wr32(WRITE + 0x1000, 0xe12fff1e);
	for (unsigned n = 0; n < 40; n++) {
		payload(words, n);
		wr32(WRITE + 0xff8, words[0]);
		wr32(WRITE + 0xffa, words[0] >> 16 | words[1] << 16); /* unaligned */
		wr32(WRITE + 0xffe, words[1] >> 16 | words[2] << 16); /* over the seam */
		wr16(WRITE + 0x1002, (uint16_t)(words[2] >> 16));
		wr32(WRITE + 0xff8, words[0]);
		clean(WRITE + 0xfe0);
		clean(WRITE + 0x1000);
		run(EXEC + 0xff8, n);
	}
	check_eq("stores over the end of a page", bad, 0);
}

/* One address space may write, the other may execute. */
static void test_two_spaces(void)
{
	uint32_t words[3];

	bad = 0;
	copy(OTHER_L1, l1_table, 16384);
	OTHER_L1[EXEC >> 20] = desc_section(FRAME & ~(MIB - 1), MAP_AP(AP_RW) | MAP_XN | MAP_NG);
	l1_table[EXEC >> 20] = desc_section(FRAME & ~(MIB - 1), MAP_AP(AP_RO) | MAP_NG);
	tlb_flush();
	for (unsigned n = 0; n < 200; n++) {
		uint32_t at = EXEC + (FRAME & (MIB - 1)) + n % 7 * 16;

		payload(words, n);
		write_contextidr(0);
		write_ttbr0(addr_of(OTHER_L1) | TTBR_FLAGS);
		isb();
		write_contextidr(2);
		isb();
		stores[n % ARRAY_SIZE(stores)].fn(at, words);
		clean(at);
		write_contextidr(0);
		write_ttbr0(addr_of(l1_table) | TTBR_FLAGS);
		isb();
		write_contextidr(1);
		isb();
		run(at, n);
	}
	check_eq("written in one address space, run in another", bad, 0);
	write_contextidr(0);
	tlb_flush();
}

static void test_mmu_off_writes(void)
{
	uint32_t words[3];

	bad = 0;
	map_page(l1_table, EXEC + MIB, FRAME, MAP_AP(AP_RO));
	for (unsigned n = 0; n < 20; n++) {
		mmu_off();
		payload(words, n);
		by_stm(FRAME + 0x80, words);
		clean(FRAME + 0x80);
		run(FRAME + 0x80, n);
		payload(words, n + 1);
		by_str(FRAME + 0x80, words);
		mmu_on(l1_table);
		clean(FRAME + 0x80);
		run(EXEC + MIB + 0x80, n + 1);
	}
	check_eq("written with the MMU off", bad, 0);
}

/* Executable first, then remapped writable, without what the architecture asks. */
static void test_remap(void)
{
	uint32_t words[3];

	bad = 0;
	for (unsigned n = 0; n < 100; n++) {
		payload(words, n);
		map_page(l1_table, EXEC + MIB, FRAME, MAP_AP(AP_RW));
		tlb_flush_page(EXEC + MIB);
		by_stm(EXEC + MIB, words);
		clean(EXEC + MIB);
		map_page(l1_table, EXEC + MIB, FRAME, MAP_AP(n & 2 ? AP_RO : AP_RW));
		if (n & 4)
			tlb_flush_page(EXEC + MIB);
		run(EXEC + MIB, n);
		if (!(n & 2)) {
			payload(words, n + 1);
			by_str(EXEC + MIB, words);
			clean(EXEC + MIB);
			run(EXEC + MIB, n + 1);
		}
	}
	check_eq("remapped between writing and running", bad, 0);
}

/*
 * A megabyte of code that only sections map: read-only to execute, writable by an alias,
 * and both by the identity map.  Every page of it has run before the writing begins.
 */
static void test_sections(void)
{
	uint32_t exec = EXEC + 2 * MIB, write = WRITE + 2 * MIB, words[3];

	bad = 0;
	map_section(l1_table, exec, BIG, MAP_AP(AP_RO));
	map_section(l1_table, write, BIG, MAP_AP(AP_RW) | MAP_XN);
	tlb_flush();
	for (unsigned n = 0; n < 512; n++) {
		uint32_t offset = n % 256 * 0x1000 + n % 200 * 16;

		payload(words, n);
		by_stm(write + offset, words);
		clean(write + offset);
		if (n >= 256)
			run(exec + offset, n);
	}
	for (unsigned n = 0; n < 256; n++)
		run(exec + n * 0x1000 + (n + 256) % 200 * 16, n + 256);
	for (unsigned n = 0; n < 40 * ARRAY_SIZE(stores); n++) {
		uint32_t offset = n * 37 % 256 * 0x1000 + 0xf00 - n % 50 * 4;

		payload(words, n);
		stores[n % ARRAY_SIZE(stores)].fn((n & 8 ? BIG : write) + offset, words);
		clean(write + offset);
		run((n & 16 ? BIG : exec) + offset, n);
	}
	check_eq("sections of code, written and run by aliases", bad, 0);
}

void guest_main(void)
{
	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	rounds("MMU off, one mapping", FRAME, FRAME);
	map_identity(l1_table);
	for (unsigned i = 0; i < 4; i++) {
		map_page(l1_table, EXEC + i * 0x1000, FRAME + i * 0x1000, MAP_AP(AP_RO));
		map_page(l1_table, WRITE + i * 0x1000, FRAME + i * 0x1000, MAP_AP(AP_RW) | MAP_XN);
		map_page(l1_table, EXEC + 0x10000 + i * 0x1000, FRAME + i * 0x1000, MAP_AP(AP_RW));
	}
	mmu_on(l1_table);
	rounds("one writable and executable section", FRAME, FRAME);
	rounds("writable page, executable page", WRITE, EXEC);
	rounds("writable section, executable page", FRAME, EXEC);
	rounds("writable page, executable section", WRITE, FRAME);
	rounds("writable and executable page", EXEC + 0x10000, EXEC + 0x10000);
	rounds("two writable and executable mappings", EXEC + 0x10000, FRAME);
	test_seam();
	test_remap();
	test_mmu_off_writes();
	test_sections();
	test_two_spaces();
}
