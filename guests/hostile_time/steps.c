/* SPDX-License-Identifier: Apache-2.0 */
/* Quarantined code: each instruction is emulated, and some have much to do. */
#include "hostile_time.h"

#define CODE  SCRATCH
#define DATA  (SCRATCH + 0x40000u)
#define LOOPS 40

typedef uint32_t (*fn)(uint32_t a, uint32_t b);

/*
 * A page that cannot be made safe, with a loop of `word`s at its end: data that looks
 * like an access, in the middle of what is not code.
 */
static void stepped_page(const uint32_t *words, unsigned n)
{
	uint32_t at = CODE + 0x800;

	for (uint32_t i = 0; i < 0x1000; i += 4)
		wr32(CODE + i, 0x12345678);
	wr32(CODE + 0x100, 0x0e030f10); /* MCREQ to DACR amid words of no condition */
	wr32(at, 0xe92d5ff0);           /* push {r4-r12, lr} */
	for (unsigned i = 0; i < 60; i++)
		wr32(at + 4 + 4 * i, words[i % n]);
	wr32(at + 4 + 240, 0xe8bd9ff0); /* pop {r4-r12, pc} */
	sync_code((void *)CODE, 0x1000);
}

static void run(const char *what, const uint32_t *words, unsigned n, uint32_t a)
{
	uint32_t before = clock_us();

	stepped_page(words, n);
	for (unsigned i = 0; i < LOOPS; i++)
		((fn)(CODE + 0x800))(a, DATA);
	print("  %s: %u us\n", what, clock_us() - before);
	check(true, what);
}

void attack_step(void)
{
	static const uint32_t ldm[] = { 0xe8901ffc }; /* ldmia r0, {r2-r12} */
	static const uint32_t stm[] = { 0xe8801ffc }; /* stmia r0, {r2-r12} */
	static const uint32_t both[] = { 0xe8901ffc, 0xe8811ffc };
	static const uint32_t vldm[] = { 0xec900b20, 0xec810b20 }; /* d0-d15 */
	static const uint32_t crossing[] = { 0xe5902000, 0xe5812000 };

	run("stepped LDM", ldm, 1, DATA);
	run("stepped LDM over a page's end", ldm, 1, DATA + 0xfe8);
	run("stepped STM", stm, 1, DATA);
	run("stepped LDM and STM", both, 2, DATA);
	run("stepped loads over a page's end", crossing, 2, DATA + 0xffe);
	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	run("stepped VLDM and VSTM", vldm, 2, DATA);
	run("stepped STM to a device", stm, 1, 0x1e001800);
	run("stepped LDM from a device", ldm, 1, 0x1e001400);
}
