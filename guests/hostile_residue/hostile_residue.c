/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I6: looks for the pattern of the guest `residue` in all that a vCPU
 * switch could leave behind, at the start and after having been away.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

void read_banked(uint32_t *words);

static unsigned found;

static void look(const char *where, const uint32_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (words[i] >> 8 == 0x5ec2e7 || words[i] >> 12 == 0x5ec2e) {
			if (found++ < 10)
				print("  %s %u: %08x\n", where, i, words[i]);
		}
}

static void look_everywhere(void)
{
	static uint32_t vfp[64], banked[16];
	const uint32_t cp15[] = {
		read_tpidrurw(), read_tpidruro(), read_tpidrprw(), read_dfar(),       read_ifar(),
		read_dfsr(),     read_ifsr(),     read_par(),      read_contextidr(), read_csselr(),
	};

	look("CP15", cp15, ARRAY_SIZE(cp15));
	read_banked(banked);
	look("banked", banked, ARRAY_SIZE(banked));
	vfp_store(vfp);
	look("VFP", vfp, ARRAY_SIZE(vfp));
}

static volatile uint32_t ticks;

static void on_tick(unsigned intid) { ticks++; }

void guest_main(void)
{
	struct caught c;

	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	look_everywhere();
	check_eq("at the start", found, 0);
	map_identity(l1_table);
	mmu_on(l1_table);
	gic_init();
	twd_start(TWD_HZ / 500, on_tick);
	irq_enable();
	for (uint32_t n = 0; n < 500; n++) {
		wait_for(&ticks, ticks + 1);
		look_everywhere();
		if (n % 8 == 0)
			try_read(&c, 0x20000000);
	}
	check_eq("500 times after having been away", found, 0);
	/* What another address space left in the TLB would answer here. */
	for (uint32_t va = 0x70000000; va < 0x71000000; va += 0x1000) {
		try_read(&c, va);
		found += c.kind != EXC_DABT;
	}
	check_eq("translations that are not its own", found, 0);
	irq_disable();
	twd_stop();
}
