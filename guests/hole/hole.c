/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses outside the guest's map.  In device space they are external aborts; in
 * the RAM window they read as zero, as on the board.  Not for the bare machine,
 * which has other devices there.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define FS_EXTERNAL 0x008u

static void test_device_space(void)
{
	static const uint32_t holes[] = {
		0x00000000, 0x10008000, 0x1000a000, 0x10020000, 0x1e002000, 0x20000000,
		0x40000000, 0x48000000, 0x4e000000, 0xa0000000, 0xfffff000,
	};
	unsigned reads = 0, writes = 0, fetches = 0;
	struct caught c;

	for (unsigned i = 0; i < ARRAY_SIZE(holes); i++) {
		uint32_t a = holes[i] + 0x10;

		try_read(&c, a);
		reads += c.kind == EXC_DABT && (c.fsr & 0xc0f) == FS_EXTERNAL && c.far == a;
		try_write(&c, a, 0x12345678);
		writes += c.kind == EXC_DABT && (c.fsr & 0xc0f) == (FSR_WRITE | FS_EXTERNAL) &&
			  c.far == a;
		try_jump(&c, a, 0);
		fetches += c.kind == EXC_PABT && (c.fsr & 0x40f) == FS_EXTERNAL && c.pc == a;
	}
	check_eq("reads of holes in device space", reads, ARRAY_SIZE(holes));
	check_eq("writes", writes, ARRAY_SIZE(holes));
	check_eq("fetches", fetches, ARRAY_SIZE(holes));
}

static void test_ram_window(void)
{
	const uint32_t end = RAM_BASE + RAM_SIZE;
	struct caught c;
	bool good = true;

	wr32(end - 4, 0x89abcdef);
	check_eq("the last word of RAM", rd32(end - 4), 0x89abcdef);
	for (uint32_t a = end; a < 0x68000000; a += 4 * MIB) {
		try_write(&c, a, 0xffffffff);
		good &= c.kind == EXC_NONE;
		good &= try_read(&c, a) == 0 && c.kind == EXC_NONE;
	}
	check(good, "past the end of RAM: reads as zero, ignores writes");
	check_eq("a word over the end of RAM", try_read(&c, end - 2), 0x89ab);
	try_write(&c, end - 2, 0x11112222);
	check_eq("and a write over it", rd32(end - 4), 0x2222cdef);
}

/* A bus error inside a multiple leaves its base as it was. */
static void test_multiple(void)
{
	const uint32_t code = SCRATCH;
	struct caught c;

	wr32(code, 0xe8b0000e);     /* ldm r0!, {r1, r2, r3} */
	wr32(code + 4, 0xe12fff1e); /* bx lr */
	sync_code((void *)code, 8);
	try_jump(&c, code, 0x20000000);
	check_fault("LDM of a hole", &c, EXC_DABT, FS_EXTERNAL, 0x20000000);
	check_eq("its base is unchanged", c.r[0], 0x20000000);
	check_eq("its pc", c.pc, code);
}

static void test_walk(void)
{
	struct caught c;

	l1_table[0xb00] = 0x20000000 | 1; /* a second-level table in a hole */
	map_section(l1_table, 0xb0100000, 0x20000000, MAP_AP(AP_RW) | MAP_DEVICE);
	tlb_flush();
	try_read(&c, 0xb0000000);
	check_fault("a table in a hole", &c, EXC_DABT, 0xe, 0xb0000000);
	try_read(&c, 0xb0100010);
	check_fault("a section of a hole", &c, EXC_DABT, FS_EXTERNAL, 0xb0100010);
	try_jump(&c, 0xb0100010, 0);
	check(c.kind == EXC_PABT && (c.fsr & 0x40f) == FS_EXTERNAL, "a fetch from it");
}

void guest_main(void)
{
	print("MMU off\n");
	test_device_space();
	test_ram_window();
	test_multiple();
	map_identity(l1_table);
	for (uint32_t i = 0; i < 4096; i++)
		if (i < 0x600 || !l1_table[i]) /* devices executable, too: no XN before the bus */
			l1_table[i] = desc_section(i << 20, MAP_AP(AP_RW) | MAP_DEVICE);
	mmu_on(l1_table);
	print("MMU on\n");
	test_device_space();
	test_ram_window();
	test_multiple();
	test_walk();
}
