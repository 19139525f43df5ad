/* SPDX-License-Identifier: Apache-2.0 */
/* VFP and NEON: enabling, registers over interrupts and exits, UNDEF when off. */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

uint32_t fpexc_get(uint32_t a, uint32_t b);
uint32_t fpexc_set(uint32_t v, uint32_t b);
uint32_t fpscr_get(uint32_t a, uint32_t b);
uint32_t fpscr_set(uint32_t v, uint32_t b);
uint32_t fpsid_get(uint32_t a, uint32_t b);
uint32_t mvfr0_get(uint32_t a, uint32_t b);
uint32_t mvfr1_get(uint32_t a, uint32_t b);
uint32_t vfp_touch(uint32_t a, uint32_t b);
uint32_t neon_touch(uint32_t a, uint32_t b);
uint64_t harmonic(uint32_t n);
uint32_t vfp_window(uint32_t a, uint32_t b);
uint32_t vfp_literal(uint32_t *out);

#define FPEXC_EN  (1u << 30)
#define CPACR_VFP (15u << 20)

static uint32_t pattern[64];

static void set_cpacr(uint32_t v)
{
	write_cpacr(v);
	isb();
}

static void test_enable(void)
{
	struct caught c;

	set_cpacr(0);
	try_call(&c, vfp_touch, 1, 0);
	check_fault("VFP with CPACR = 0", &c, EXC_UNDEF, 0, 0);
	try_call(&c, neon_touch, 1, 0);
	check_fault("NEON with CPACR = 0", &c, EXC_UNDEF, 0, 0);
	try_call(&c, fpexc_get, 0, 0);
	check_fault("VMRS with CPACR = 0", &c, EXC_UNDEF, 0, 0);
	set_cpacr(CPACR_VFP);
	check_eq("CPACR reads back", read_cpacr() & CPACR_VFP, CPACR_VFP);
	try_call(&c, fpexc_set, 0, 0);
	check_no_fault("VMSR FPEXC", &c);
	try_call(&c, vfp_touch, 1, 0);
	check_fault("VFP with FPEXC.EN = 0", &c, EXC_UNDEF, 0, 0);
	try_call(&c, neon_touch, 1, 0);
	check_fault("NEON with FPEXC.EN = 0", &c, EXC_UNDEF, 0, 0);
	check_eq("FPSID: VFP of ARM", try_call(&c, fpsid_get, 0, 0) >> 16, 0x4103);
	fpexc_set(FPEXC_EN, 0);
	check_eq("FPEXC.EN reads back", fpexc_get(0, 0) & FPEXC_EN, FPEXC_EN);
	check_eq("1.0 + 1.0", try_call(&c, vfp_touch, 0x3f800000, 0), 0x40000000);
	check_eq("NEON add", try_call(&c, neon_touch, 21, 0), 42);
	check_eq("MVFR0: 32 double registers", mvfr0_get(0, 0) & 0xfff, 0x222);
	check_eq("MVFR1", mvfr1_get(0, 0), 0x01111111);
	fpscr_set(0x03c00000, 0);
	check_eq("FPSCR reads back", fpscr_get(0, 0), 0x03c00000);
	fpscr_set(0, 0);
}

static bool registers_intact(void)
{
	uint32_t got[64];
	bool good = true;

	vfp_store(got);
	for (unsigned i = 0; i < 64; i++)
		good &= got[i] == pattern[i];
	return good;
}

static volatile uint32_t ticks;

static void on_tick(unsigned intid) { ticks++; }

static void test_registers(void)
{
	for (unsigned i = 0; i < 64; i++)
		pattern[i] = 0x01020304 * (i + 1) ^ 0xc0ffee00;
	vfp_load(pattern);
	check(registers_intact(), "64 words in d0 to d31");
	for (unsigned i = 0; i < 200; i++) {
		write_dacr(read_dacr());
		map_section(l1_table, 0x80000000 + i * MIB, SCRATCH, MAP_AP(AP_RW));
		dsb();
		(void)rd32(0x80000000 + i * MIB);
		(void)rd32(UART0 + 0x18);
	}
	check(registers_intact(), "the same after many exits");
	twd_start(TWD_HZ / 1000, on_tick);
	irq_enable();
	wait_for(&ticks, 50);
	irq_disable();
	check(registers_intact(), "the same after 50 interrupts and WFI");
	set_cpacr(0);
	set_cpacr(CPACR_VFP);
	fpexc_set(0, 0);
	fpexc_set(FPEXC_EN, 0);
	check(registers_intact(), "the same after VFP was off");
}

static void test_sums(void)
{
	uint64_t first = harmonic(100000);
	bool same = true;

	check_eq("harmonic sum of 100000, high word", (uint32_t)(first >> 32), 0x40282e27);
	irq_enable();
	for (unsigned i = 0; i < 10; i++)
		same &= harmonic(100000) == first;
	irq_disable();
	twd_stop();
	check(same, "10 times the same while interrupts come");
}

static void test_windows(void)
{
	uint32_t out[3];

	for (unsigned i = 0; i < 3; i++)
		check_eq("VMOV over a forbidden ARM word", vfp_window(0, 100), 115);
	check_eq("function with VFP literals", vfp_literal(out), addr_of(out));
	check(out[0] == 0xee010f10 && out[1] == 0xee020f10 && out[2] == 0xee030f10,
	      "its literals are unaltered");
}

void guest_main(void)
{
	map_identity(l1_table);
	mmu_on(l1_table);
	gic_init();
	test_enable();
	test_registers();
	test_sums();
	test_windows();
}
