/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I3 over two guests: writes code into a channel and jumps there, what it
 * wrote itself and what its peer wrote, by every kind of mapping.  The two ends run
 * this program at the same time.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"
#include "peer.h"

#define FS_EXTERNAL  0x008u
#define ALIAS        0x80000000u
#define THUMB_RETURN 0x47702007u /* movs r0, #7; bx lr */
#define RETURN_7     0xe3a00007u /* mov r0, #7 */
#define BX_LR        0xe12fff1eu

static uint32_t half(uint32_t end) { return CHANNEL + end * CHANNEL_SIZE / 2; }

/* Ways to bring code into memory that do not care what they write to. */
static void fill(uint32_t a)
{
	uint32_t words[2] = { RETURN_7, BX_LR };

	for (uint32_t i = 0; i < CHANNEL_SIZE / 2 - 0x100; i += 16) {
		copy((void *)(a + i), words, 8);
		wr32(a + i + 8, THUMB_RETURN);
		wr32(a + i + 12, BX_LR);
	}
	sync_code((void *)a, CHANNEL_SIZE / 2);
}

/* Jumps over the whole half, in both states; counts what was not a prefetch abort. */
static uint32_t jumps(uint32_t at)
{
	uint32_t bad = 0;
	struct caught c;

	for (uint32_t i = 0; i < CHANNEL_SIZE / 2 - 0x100; i += 0x130) {
		uint32_t a = at + (i & ~15u);

		try_jump(&c, a, 0);
		bad += c.kind != EXC_PABT || (c.fsr & 0x40f) != FS_EXTERNAL || c.pc != a;
		try_jump(&c, (a + 8) | 1, 0);
		bad += c.kind != EXC_PABT || (c.fsr & 0x40f) != FS_EXTERNAL;
	}
	return bad;
}

static void both(const char *what, uint32_t channel)
{
	print("%s\n", what);
	check_eq("code of its own is not executed", jumps(channel), 0);
	check_eq("nor that of the other end", jumps(channel + CHANNEL_SIZE / 2), 0);
}

/* Verified code of the guest's RAM falls through into the page behind it. */
static void fall_through(void)
{
	uint32_t last = ALIAS + 0x1000 - 4;
	struct caught c;

	map_page(l1_table, ALIAS, SCRATCH, MAP_AP(AP_RW));
	map_page(l1_table, ALIAS + 0x1000, half(0), MAP_AP(AP_RW));
	tlb_flush();
	wr32(last, 0xe1a00000); /* nop */
	sync_code((void *)last, 4);
	try_jump(&c, last, 0);
	check(c.kind == EXC_PABT && c.pc == last + 4, "falling through into it");
	/* A Thumb encoding of which the second half lies in the channel. */
	wr16(last + 2, 0xf04f); /* mov.w r0, #imm */
	sync_code((void *)last, 4);
	try_jump(&c, (last + 2) | 1, 0);
	check(c.kind == EXC_PABT, "an encoding that ends in it");
}

static void tables(void)
{
	struct caught c;

	wr32(half(0) + 0x400, desc_small(SCRATCH, MAP_AP(AP_RW)));
	l1_table[0xb00] = (half(0) + 0x400) | 1;
	tlb_flush();
	try_read(&c, 0xb0000000);
	check(c.kind == EXC_DABT && (c.fsr & 0x40f) == 0xe, "its tables are not walked");
	l1_table[0xb00] = 0;
	tlb_flush();
}

static void edges(void)
{
	static const uint32_t holes[] = { CHANNEL - 4, CHANNEL + CHANNEL_SIZE, DOORBELL - 4,
					  DOORBELL + 0x1000 };
	uint32_t bad = 0;
	struct caught c;

	for (unsigned i = 0; i < ARRAY_SIZE(holes); i++) {
		try_read(&c, holes[i]);
		bad += c.kind != EXC_DABT;
		try_write(&c, holes[i], 1);
		bad += c.kind != EXC_DABT;
	}
	check_eq("around it there is nothing", bad, 0);
	try_jump(&c, CH_ID, 0);
	check(c.kind == EXC_PABT, "the doorbell is not executed either");
	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(DOORBELL + i, i == 0x14 ? 1 : 0xffffffff);
	check_eq("CH_END after writes to everything", rd32(CH_END) < 2, 1);
	wr32(CH_ENABLE, 0);
}

/* Both have written their code: then it counts. */
static void meet(uint32_t end)
{
	wr32(half(end) + CHANNEL_SIZE / 2 - 4, 0x600d600d);
	for (;;)
		if (rd32(half(1 - end) + CHANNEL_SIZE / 2 - 4) == 0x600d600d)
			return;
}

void guest_main(void)
{
	uint32_t end = rd32(CH_END) & 1, word;

	fill(half(end));
	print("WRITTEN\n");
	meet(end);
	word = rd32(half(1 - end));
	check_eq("what the other end wrote is there", word, RETURN_7);
	both("MMU off", CHANNEL);
	map_identity(l1_table);
	map_section(l1_table, CHANNEL, CHANNEL, MAP_AP(AP_RW));
	mmu_on(l1_table);
	both("MMU on, writable and executable", CHANNEL);
	map_section(l1_table, CHANNEL, CHANNEL, MAP_AP(AP_RO));
	tlb_flush();
	both("read-only and executable", CHANNEL);
	for (uint32_t i = 0; i < CHANNEL_SIZE; i += 0x1000)
		map_page(l1_table, ALIAS + MIB + i, CHANNEL + i, MAP_AP(AP_RO));
	map_section(l1_table, CHANNEL, CHANNEL, MAP_AP(AP_RW));
	tlb_flush();
	both("executable alias", ALIAS + MIB);
	write_dacr(DACR_SET(0, DOM_MANAGER));
	isb();
	both("domain of managers", CHANNEL);
	write_dacr(DACR_SET(0, DOM_CLIENT));
	isb();
	fall_through();
	tables();
	edges();
}
