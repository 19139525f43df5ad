/* SPDX-License-Identifier: Apache-2.0 */
/* Fills everything that a vCPU switch could leave behind with 0x5ec2e7xx, for ever. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

void fill_vfp(uint32_t v);
void fill_banked(uint32_t v);
uint32_t fill_core(uint32_t v);

void guest_main(void)
{
	struct caught c;
	uint32_t n = 0;

	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	map_identity(l1_table);
	mmu_on(l1_table);
	for (;;) {
		const uint32_t v = 0x5ec2e700 | (n & 0xff);

		fill_vfp(v);
		fill_banked(v);
		write_tpidrurw(v);
		write_tpidruro(v);
		write_tpidrprw(v);
		try_read(&c, v); /* unmapped: DFAR */
		try_jump(&c, v & ~3u, 0);
		write_par(v & 0xfffff000);
		fill_core(v);
		if (n++ % 1000 == 0)
			print("round %u\n", n / 1000);
	}
}
