/* SPDX-License-Identifier: Apache-2.0 */
/* Every form of load and store on device registers; what a VMM must emulate. */
#include "bare.h"
#include "cp15.h"
#include "forms.h"
#include "mmu.h"

struct form {
	void (*fn)(uint32_t base, uint32_t *out);
	const char *insn;
	uint32_t base, thumb;
	uint32_t out[4]; /* r6, r7, r8, how far the bases moved */
	uint32_t mem[3];
};

extern const struct form forms[];

static const struct {
	uint32_t base;
	uint32_t mem[3];
} bases[] = {
	[BASE_TIMER] = { 0x1e000210, { LO, HI, INC } },
	[BASE_GIC] = { 0x1e001400 + 40, { GLO, GHI, GINC } },
	[BASE_UART] = { 0x10009024, { ULO, UHI, UINC } },
};

static bool run(const struct form *f)
{
	uint32_t base = bases[f->base].base;
	uint32_t out[4], mem[3];
	bool good = true;

	uart_drain();
	for (unsigned i = 0; i < 3; i++)
		wr32(base + 4 * i, bases[f->base].mem[i]);
	f->fn(base, out);
	out[3] -= base + base - 4 + base + 12;
	for (unsigned i = 0; i < 3; i++)
		mem[i] = rd32(base + 4 * i);
	uart_init();
	for (unsigned i = 0; i < 4; i++)
		good &= out[i] == f->out[i];
	for (unsigned i = 0; i < 3; i++)
		good &= mem[i] == f->mem[i];
	if (good)
		return true;
	print("FAIL %s %s\n  got", f->thumb ? "Thumb" : "ARM", f->insn);
	for (unsigned i = 0; i < 7; i++)
		print(" %08x", i < 4 ? out[i] : mem[i - 4]);
	print("\n want");
	for (unsigned i = 0; i < 7; i++)
		print(" %08x", i < 4 ? f->out[i] : f->mem[i - 4]);
	print("\n");
	return false;
}

static void run_all(const char *what)
{
	unsigned n = 0, bad = 0;

	for (const struct form *f = forms; f->fn; f++) {
		n++;
		bad += !run(f);
	}
	print("%u forms\n", n);
	check_eq(what, bad, 0);
}

static void test_id_ldm(void)
{
	uint32_t r[8];

	asm volatile("ldm %1, {r2-r9}\n\tstm %0, {r2-r9}"
		     :
		     : "r"(r), "r"(0x10009fe0)
		     : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory");
	check(r[0] == 0x11 && r[1] == 0x10 && r[3] == 0 && r[4] == 0x0d && r[5] == 0xf0 &&
		      r[6] == 0x05 && r[7] == 0xb1,
	      "LDM of 8 ID registers");
}

void guest_main(void)
{
	run_all("all forms with the MMU off");
	map_identity(l1_table);
	for (unsigned i = 0; i < 4096; i++)
		if (l1_table[i] && i < 0x600)
			l1_table[i] = desc_section(i << 20, MAP_AP(AP_RW) | MAP_DEVICE | MAP_XN);
	mmu_on(l1_table);
	run_all("all forms with the MMU on");
	run_all("and again");
	test_id_ldm();
}
