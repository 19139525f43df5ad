/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I8: tries to drown the console of the VMM.  Each of these makes the VMM warn;
 * the test counts the lines.
 */
#include "bare.h"
#include "cp15.h"

#define ROUNDS    3000u
#define TIMER     0x1e000200u /* global timer: emulated, and VLDM has no place there */
#define HOLE      0x20000000u
#define SCTLR_EE  (1u << 25)
#define FPEXC_EN  (1u << 30)
#define CPACR_VFP (15u << 20)

static uint32_t vldm(uint32_t a, uint32_t b)
{
	asm volatile(".fpu neon\n\tvldmia %0, {d0-d3}" : : "r"(a) : "memory");
	return 0;
}

static void vfp_on(void)
{
	write_cpacr(CPACR_VFP);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(FPEXC_EN));
}

static void big_endian_exceptions(void)
{
	write_sctlr(read_sctlr() | SCTLR_EE);
	isb();
	write_sctlr(read_sctlr() & ~SCTLR_EE);
	isb();
}

void guest_main(void)
{
	unsigned aborts = 0, holes = 0;
	struct caught c;

	vfp_on();
	for (unsigned n = 0; n < ROUNDS; n++) {
		try_call(&c, vldm, TIMER, 0);
		aborts += c.kind == EXC_DABT;
		try_read(&c, HOLE + (n % 64) * MIB);
		holes += c.kind == EXC_DABT;
		big_endian_exceptions();
	}
	check_eq("VLDM from a device aborts", aborts, ROUNDS);
	check_eq("and so do holes", holes, ROUNDS);
}
