/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I2: hides forbidden encodings wherever an instruction can begin, and
 * runs them.  A write that the VMM has caught acts upon the guest's own register;
 * one that it has not leaves that register as it was.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"
#include "windows.h"

struct witness witnesses[] = {
	{ "DACR", 0xee03, 0x0f10, read_dacr, write_dacr, 0, 0 },
	{ "TTBR1", 0xee02, 0x0f30, read_ttbr1, write_ttbr1, 0, 0x60400000 },
	{ "VBAR", 0xee0c, 0x0f10, read_vbar, write_vbar, 0, 0 },
	{ "PRRR", 0xee0a, 0x0f12, read_prrr, write_prrr, 0, 0x00098aa4 },
	{ "CONTEXTIDR", 0xee0d, 0x0f30, read_contextidr, write_contextidr, 0, 0x5a00 },
};
const unsigned nr_witnesses = ARRAY_SIZE(witnesses);

unsigned bad;

void witnesses_init(void)
{
	static uint32_t others[16] __attribute__((aligned(64)));

	copy(others, vectors, 16 * 4);
	sync_code(others, sizeof(others));
	for (unsigned i = 0; i < nr_witnesses; i++)
		witnesses[i].a = witnesses[i].read();
	witnesses[0].a = 1;
	witnesses[0].b = 0x55555555;
	witnesses[2].b = addr_of(others);
}

void wrong(const char *how, uint32_t at, uint32_t got, uint32_t want)
{
	if (bad++ < 6)
		print("  %s at %08x: got %08x want %08x\n", how, at, got, want);
}

void verdict(const char *what)
{
	check_eq(what, bad, 0);
	bad = 0;
}

bool attack(const struct witness *w, uint32_t at)
{
	struct caught c;
	uint32_t got;

	w->write(w->a);
	isb();
	try_call(&c, enter, at, w->b);
	got = w->read();
	w->write(w->a);
	isb();
	if (got == w->b || (c.kind == EXC_UNDEF && got == w->a))
		return got == w->b;
	wrong(w->name, at, got, w->b);
	print("  %s at %08x\n", exc_name(c.kind), c.pc);
	return false;
}

void honest(const char *how, uint32_t at, uint32_t v, uint32_t want)
{
	struct caught c;
	uint32_t got = try_call(&c, enter, at, v);

	if (c.kind != EXC_NONE || got != want) {
		wrong(how, at, got, want);
		if (c.kind != EXC_NONE)
			print("  %s at %08x\n", exc_name(c.kind), c.pc);
	}
}

void put16(uint32_t a, const uint16_t *hw, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		wr16(a + 2 * i, hw[i]);
	sync_code((void *)a, 2 * n);
}

void clear_pages(uint32_t a, unsigned n)
{
	for (uint32_t i = 0; i < n * 0x1000; i += 4)
		wr32(a + i, 0);
	sync_code((void *)a, n * 0x1000);
}

static volatile uint32_t ticks;

static void on_tick(unsigned intid) { ticks++; }

static void all(void)
{
	witnesses_init();
	test_windows();
	test_literals();
	test_copies();
	test_quarantine();
}

void guest_main(void)
{
	write_cpacr(15u << 20);
	isb();
	asm volatile(".fpu neon\n\tvmsr fpexc, %0" : : "r"(1u << 30));
	print("MMU off\n");
	all();
	map_identity(l1_table);
	mmu_on(l1_table);
	print("MMU on\n");
	all();
	test_straddle();
	test_aliases();
	print("with interrupts\n");
	gic_init();
	twd_start(TWD_HZ / 1000, on_tick);
	irq_enable();
	all();
	test_straddle();
	test_aliases();
	irq_disable();
	twd_stop();
	check(ticks > 10, "interrupts came meanwhile");
}
