/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The honest neighbour: counts timer interrupts, prints how far it is, and checks
 * over and over that its memory, registers and translations are its own.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

#define HZ    50
#define WORDS 0x4000u
#define ALIAS 0x80000000u

/* Spins n rounds with r0-r12 loaded; true if they are what they were. */
uint32_t spin_registers(uint32_t n);

static volatile uint32_t ticks;
static uint64_t mine[32];

static void on_tick(unsigned intid) { ticks++; }

static uint32_t pattern(uint32_t i) { return 0x7ea5e000u ^ i * 0x9e3779b1u; }

static const char *what_is_wrong(void)
{
	uint64_t now[32];

	for (uint32_t i = 0; i < WORDS; i++)
		if (rd32(SCRATCH + 4 * i) != pattern(i) || rd32(ALIAS + 4 * i) != pattern(i))
			return "memory";
	vfp_store(now);
	for (unsigned i = 0; i < ARRAY_SIZE(now); i++)
		if (now[i] != mine[i])
			return "VFP";
	if (read_tpidrurw() != 0x7ea50001 || read_tpidruro() != 0x7ea50002 ||
	    read_tpidrprw() != 0x7ea50003)
		return "TPIDR";
	if (read_ttbr0() != (addr_of(l1_table) | TTBR_FLAGS) || read_vbar() != addr_of(vectors))
		return "CP15";
	return spin_registers(200000) ? NULL : "core registers";
}

void guest_main(void)
{
	uint32_t said = 0;

	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	map_identity(l1_table);
	map_section(l1_table, ALIAS, SCRATCH, MAP_AP(AP_RO));
	mmu_on(l1_table);
	for (uint32_t i = 0; i < WORDS; i++)
		wr32(SCRATCH + 4 * i, pattern(i));
	for (unsigned i = 0; i < ARRAY_SIZE(mine); i++)
		mine[i] = (uint64_t)pattern(i) << 32 | pattern(~i);
	vfp_load(mine);
	write_tpidrurw(0x7ea50001);
	write_tpidruro(0x7ea50002);
	write_tpidrprw(0x7ea50003);
	gic_init();
	twd_start(TWD_HZ / HZ, on_tick);
	irq_enable();
	for (;;) {
		const char *wrong = what_is_wrong();

		if (wrong) {
			print("FAIL %s at tick %u\n", wrong, ticks);
			done();
		}
		if (ticks - said >= HZ / 5) {
			said = ticks;
			print("tick %u\n", said);
		}
		wait_for(&ticks, ticks + 1);
	}
}
