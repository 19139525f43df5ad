/* SPDX-License-Identifier: Apache-2.0 */
/* Code that is written, patched, copied and moved while it runs. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define ALIAS 0x80000000u
#define CODE  SCRATCH /* pages for code, 1:1 */

extern const char moved_arm[], moved_arm_end[], moved_thumb[], moved_thumb_end[];
extern const char patch_self[], patch_self_end[];
extern const char _start[];

typedef uint32_t (*code_fn)(uint32_t a);

static uint32_t call(uint32_t at, uint32_t a) { return ((code_fn)at)(a); }

static void test_write_then_run(void)
{
	bool good = true;

	for (unsigned i = 0; i < 64; i++) {
		put_return(CODE + i * 64, (uint8_t)(i + 100));
		good &= call(CODE + i * 64, 0) == i + 100;
	}
	for (unsigned i = 0; i < 64; i++)
		good &= call(CODE + i * 64, 0) == i + 100;
	check(good, "64 functions written and run one by one");
}

static void test_patch_loop(void)
{
	uint32_t sum = 0;

	put_return(CODE, 0);
	for (unsigned i = 0; i < 1000; i++) {
		wr32(CODE, 0xe3a00000 | (i & 0xff));
		sync_code((void *)CODE, 4);
		sum += call(CODE, 0);
	}
	check_eq("one instruction patched 1000 times", sum, 124716);
}

/* The patched halfword is Thumb: movs r0, #i; bx lr. */
static void test_patch_thumb(void)
{
	uint32_t sum = 0;

	wr16(CODE + 0x1002, 0x4770);
	for (unsigned i = 0; i < 1000; i++) {
		wr16(CODE + 0x1000, 0x2000 | (i & 0xff));
		sync_code((void *)(CODE + 0x1000), 4);
		sum += call(CODE + 0x1001, 0);
	}
	check_eq("one Thumb instruction patched 1000 times", sum, 124716);
}

static void test_patch_self(void)
{
	uint32_t size = addr_of(patch_self_end) - addr_of(patch_self);

	copy((void *)(CODE + 0x2000), patch_self, size);
	sync_code((void *)(CODE + 0x2000), size);
	check_eq("the page that executes patches itself", call(CODE + 0x2000, 1000), 124716);
	check_eq("and in its first place, too", call(addr_of(patch_self), 300), 33586);
}

/* Data in the page of code: counters beside the instructions that use them. */
static void test_data_beside_code(void)
{
	uint32_t at = CODE + 0x3000;

	wr32(at, 0xe59f1010);      /* ldr r1, [pc, #16] */
	wr32(at + 4, 0xe0811000);  /* add r1, r1, r0 */
	wr32(at + 8, 0xe58f1008);  /* str r1, [pc, #8] */
	wr32(at + 12, 0xe1a00001); /* mov r0, r1 */
	wr32(at + 16, 0xe12fff1e); /* bx lr */
	wr32(at + 24, 0);
	sync_code((void *)at, 28);
	for (unsigned i = 1; i <= 200; i++)
		call(at, i);
	check_eq("a counter in the page of its code", rd32(at + 24), 20100);
	for (unsigned i = 0; i < 100; i++)
		wr32(at + 64 + 4 * i, i);
	check_eq("still the same code", call(at, 0), 20100);
}

static void test_moved(void)
{
	uint32_t arm = addr_of(moved_arm_end) - addr_of(moved_arm);
	uint32_t thumb = addr_of(moved_thumb_end) - code_addr(moved_thumb);
	uint32_t to = CODE + 0x4000;
	bool good = true;

	check_eq("code with CP15 accesses, in place", call(addr_of(moved_arm), 0x10), 0x1017);
	check_eq("the same in Thumb", call(code_addr(moved_thumb) | 1, 0x10), 0x2015);
	copy((void *)to, moved_arm, arm);
	copy((void *)(to + 0x800), (const void *)code_addr(moved_thumb), thumb);
	sync_code((void *)to, 0x1000);
	check_eq("copied after it ran", call(to, 0x20), 0x1027);
	check_eq("the same in Thumb", call(to + 0x801, 0x20), 0x2025);
	/* A chain of copies, each of a page that has run. */
	for (unsigned i = 0; i < 20; i++) {
		copy((void *)(to + 0x1000), (void *)to, 0x1000);
		sync_code((void *)(to + 0x1000), 0x1000);
		to += 0x1000;
		good &= call(to, 0x30 + i) == 0x1037 + i;
		good &= call(to + 0x801, 0x30 + i) == 0x2035 + i;
	}
	check(good, "20 copies of copies");
	check_eq("the last one at an odd place",
		 (copy((void *)(to + 0x1ff8), (void *)to, 0x1000),
		  sync_code((void *)(to + 0x1ff8), 0x1000), call(to + 0x1ff8, 1)),
		 0x1008);
}

/* What a debugger or a checksum over its own code sees: unchanged words. */
static uint32_t sum_of(uint32_t a, uint32_t end)
{
	uint32_t s = 0;

	for (; a < end; a += 4)
		s = (s << 5 | s >> 27) ^ rd32(a);
	return s;
}

static void test_restored(void)
{
	uint32_t to = CODE + 0x30000;
	uint32_t n = addr_of(moved_arm_end) - addr_of(moved_arm);
	uint32_t before, between;
	struct caught c;

	copy((void *)to, moved_arm, n);
	before = sum_of(to, to + n);
	sync_code((void *)to, n);
	call(to, 1);
	wr32(to + 0x800, 1); /* the page is data again */
	between = sum_of(to, to + n);
	check_eq("code that ran and was written to reads as before", between, before);
	/* No replacement of any register's access: it is UNDEF and stays. */
	wr32(to + 0x900, 0xee0b5d10); /* mcr p13, 0, r5, c11, c0, 0 */
	wr32(to + 0x904, 0xe12fff1e);
	sync_code((void *)(to + 0x900), 8);
	try_jump(&c, to + 0x900, 0);
	check_eq("MCR p13 is undefined", c.kind, EXC_UNDEF);
	wr32(to + 0x800, 2);
	check_eq("and stays what it was", rd32(to + 0x900), 0xee0b5d10);
}

/* Written through one mapping, executed through another (Linux's fixmap). */
static void test_alias(void)
{
	uint32_t sum = 0;
	struct caught c;

	map_page(l1_table, ALIAS, CODE + 0x40000, MAP_AP(AP_RO));
	map_page(l1_table, ALIAS + 0x1000, CODE + 0x40000, MAP_AP(AP_RW) | MAP_XN);
	map_page(l1_table, ALIAS + 0x2000, CODE + 0x40000, MAP_AP(AP_RO));
	tlb_flush();
	for (unsigned i = 0; i < 300; i++) {
		put_return(ALIAS + 0x1000 + (i & 7) * 16, (uint8_t)i);
		sync_code((void *)(ALIAS + (i & 7) * 16), 8);
		sum += call(ALIAS + (i & 7) * 16, 0);
		if (i % 3 == 0)
			sum += call(ALIAS + 0x2000 + (i & 7) * 16, 0) & 1;
	}
	check_eq("patched through an alias 300 times", sum, 33636);
	check_eq("read through the executable one", rd32(ALIAS), 0xe3a00028);
	try_write(&c, ALIAS, 0);
	check_fault("which is read-only", &c, EXC_DABT, FSR_WRITE | FS_PERM_PAGE, ALIAS);

	/* A patch window that is mapped for each patch, as __patch_text does. */
	sum = 0;
	for (unsigned i = 0; i < 300; i++) {
		map_page(l1_table, ALIAS + 0x5000, CODE + 0x40000 + (i & 3) * 0x1000,
			 MAP_AP(AP_PRIV_RW) | MAP_XN);
		tlb_flush_page(ALIAS + 0x5000);
		put_return(ALIAS + 0x5000, (uint8_t)i);
		*pte_of(l1_table, ALIAS + 0x5000) = 0;
		tlb_flush_page(ALIAS + 0x5000);
		sync_code((void *)(CODE + 0x40000 + (i & 3) * 0x1000), 8);
		sum += call(CODE + 0x40000 + (i & 3) * 0x1000, 0);
	}
	check_eq("patched through a window 300 times", sum, 33586);
}

/* A page of code is replaced under its virtual address. */
static void test_remapped_code(void)
{
	unsigned good = 0;

	put_return(CODE + 0x50000, 50);
	put_return(CODE + 0x51000, 51);
	for (unsigned i = 0; i < 100; i++) {
		map_page(l1_table, ALIAS + 0x6000, CODE + 0x50000 + (i & 1) * 0x1000,
			 MAP_AP(AP_RO));
		tlb_flush_page(ALIAS + 0x6000);
		good += call(ALIAS + 0x6000, 0) == 50 + (i & 1);
	}
	check_eq("100 times other code at the same address", good, 100);
}

/* The whole program moves: its text at another address runs its tests again. */
static void test_program_moved(void)
{
	uint32_t text = addr_of(_start) & ~(MIB - 1);
	uint32_t (*sum)(uint32_t, uint32_t) = sum_of;
	uint32_t want = sum_of(addr_of(moved_arm), addr_of(moved_arm_end));

	copy((void *)(CODE + MIB), (void *)text, MIB);
	sync_code((void *)(CODE + MIB), MIB);
	sum = (void *)(addr_of(sum) - text + CODE + MIB);
	check_eq("a copy of the program's own text runs",
		 sum(addr_of(moved_arm), addr_of(moved_arm_end)), want);
	check_eq("its copy of code that ran", call(addr_of(moved_arm) - text + CODE + MIB, 0x40),
		 0x1047);
}

static void test_all(void)
{
	test_write_then_run();
	test_patch_loop();
	test_patch_thumb();
	test_patch_self();
	test_data_beside_code();
	test_moved();
	test_restored();
}

void guest_main(void)
{
	print("MMU off\n");
	write_dacr(DACR_SET(0, DOM_CLIENT)); /* what moved_thumb reads back */
	test_all();
	map_identity(l1_table);
	mmu_on(l1_table);
	print("MMU on\n");
	test_all();
	test_alias();
	test_remapped_code();
	test_program_moved();
}
