/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I2: the addresses of this guest's vectors are words of its choice in pages of
 * the VMM's.  It chooses forbidden encodings, looks for them in the shim's megabyte, and
 * runs what it finds there in either state.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define SHIM_MIB    0xffa00000u
#define ALL_MANAGER 0xffffffffu

/* Sets VBAR and SCTLR.V around nothing that can fault: the vectors lead nowhere. */
static void choose(uint32_t vbar)
{
	write_vbar(vbar);
	isb();
	write_vbar(code_addr(vectors));
	isb();
}

static unsigned words_seen, words_run;

/* Reads the shim's megabyte: is `w` on a page that can be executed? */
static void hunt(uint32_t w)
{
	struct caught c;

	for (uint32_t a = SHIM_MIB; a - SHIM_MIB < MIB; a += 4) {
		uint32_t v = try_read(&c, a);

		if (c.kind != EXC_NONE) {
			a |= 0xffc; /* the rest of this page */
			continue;
		}
		if ((v ^ w) & ~0x1fu)
			continue;
		words_seen++;
		try_jump(&c, a, ALL_MANAGER);
		words_run += c.kind == EXC_NONE;
		try_jump(&c, a | 1, ALL_MANAGER);
		words_run += c.kind == EXC_NONE;
		try_jump(&c, (a - 2) | 1, ALL_MANAGER);
		words_run += c.kind == EXC_NONE;
	}
}

/* A native read of the hardware's DACR, were it possible, would show Manager. */
static bool dacr_is_mine(void) { return read_dacr() != ALL_MANAGER; }

void guest_main(void)
{
	static const uint32_t forbidden[] = {
		0xee030f00, /* MCR DACR, r0 (with the vector's offset: c3, c8) */
		0xee020f00, /* MCR TTBR0 */
		0xee010f00, /* MCR SCTLR */
		0x0f10ee00, /* as a Thumb pair: MCR SCTLR .. DACR */
	};

	map_identity(l1_table);
	mmu_on(l1_table);
	for (unsigned n = 0; n < ARRAY_SIZE(forbidden); n++) {
		choose(forbidden[n]);
		hunt(forbidden[n]);
		hunt(code_addr(vectors));
	}
	print("%u such words can be read\n", words_seen ? 1 : 0);
	check_eq("none of them can be executed", words_run, 0);
	check(dacr_is_mine(), "DACR is as it was");
}
