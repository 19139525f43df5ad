/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariants I2 and I5: fault status and fault address are this guest's to write, and so
 * are the shim's slots.  It enters the VMM with every status there is, after exits of its
 * choice, and looks whether a page of data has become executable or its view has changed.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define SHIM  0xffafd000u
#define SLOTS 0xffafe000u
#define CODE  SCRATCH               /* is code, and stays so */
#define DATA  (SCRATCH + 0x100000u) /* holds a forbidden word, and is never executed */
#define AT    0x90000000u           /* a page that no table maps */

void enter_smc(uint32_t smc, uint32_t slots);

static uint32_t enter(uint32_t smc, uint32_t slots)
{
	enter_smc(smc, slots);
	return 0;
}

static void put_forbidden(void)
{
	wr32(DATA, 0xee130f10);     /* MRC DACR */
	wr32(DATA + 4, 0xee031f10); /* MCR DACR, r1 */
	wr32(DATA + 8, 0xee130f10);
	wr32(DATA + 12, 0xe12fff1e);
	dsb();
}

/* Exits whose walks end in many ways: what they leave behind is not to be used again. */
static void stir(unsigned n)
{
	struct caught c;

	try_read(&c, AT + n * MIB);
	try_write(&c, CODE + 0x800, n);
	try_jump(&c, AT + 2 * n * MIB, 0);
	try_jump(&c, CODE, 0);
}

/* Writes IFSR, DFSR and the addresses, then enters by the SMC at each word of the shim. */
static void forge(uint32_t fsr, uint32_t far)
{
	struct caught c;

	for (uint32_t at = 0x20; at < 0x80; at += 4) {
		if (rd32(SHIM + at) != 0xe1600070)
			continue;
		stir(at & 15);
		write_ifsr(fsr);
		write_ifar(far);
		write_dfsr(fsr);
		write_dfar(far);
		try_call(&c, enter, SHIM + at, SLOTS);
	}
}

void guest_main(void)
{
	struct caught c;
	unsigned ran = 0;
	uint32_t dacr;

	map_identity(l1_table);
	mmu_on(l1_table);
	put_return(CODE, 42);
	put_forbidden();
	dacr = read_dacr();
	for (uint32_t fs = 0; fs < 32; fs++) {
		uint32_t fsr = (fs & 15) | (fs & 16) << 6;

		forge(fsr, AT);
		forge(fsr | 0x8f0, DATA); /* a write, domain 15 */
		try_jump(&c, AT, 0xffffffff);
		ran += c.kind == EXC_NONE;
	}
	check_eq("no page appeared where none is mapped", ran, 0);
	check_eq("code runs", try_jump(&c, CODE, 0), 42);
	check_eq("DACR is as it was", read_dacr(), dacr);
	check_eq("data is as it was", rd32(DATA + 4), 0xee031f10);
}
