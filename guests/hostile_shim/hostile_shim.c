/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I5: the shim is in this guest's address space.  Jumps to every word of
 * it, writes rubbish into its slots, and enters the VMM with states that do not
 * exist.  A letter chooses: the later ones may end this guest, and nobody else.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

#define SHIM  0xffafd000u
#define SLOTS 0xffafe000u
#define STEP  0xffaff000u

uint32_t enter_shim(uint32_t at, uint32_t spsr);

/* Words of the shim are endless loops: a tick takes us out of them. */
static void on_irq(struct frame *f)
{
	uint32_t iar = rd32(GICC_IAR);

	wr32(TWD_INTSTAT, 1);
	wr32(GICC_EOIR, iar);
	if (f->pc - SHIM < 0x3000)
		exc_catch(f, EXC_IRQ);
}

static void nothing(unsigned intid) {}

static void well(const char *what)
{
	struct caught c;

	try_read(&c, 0x20000000);
	check(c.kind == EXC_DABT, what);
	put_return(SCRATCH, 42);
	check_eq("and code runs", try_jump(&c, SCRATCH, 0), 42);
}

static void jumps(void)
{
	struct caught c;

	for (uint32_t a = SHIM; a < SHIM + 0x3000; a += a < SHIM + 0x100 ? 4 : 0x40) {
		try_call(&c, enter_shim, a, 0x13);
		try_call(&c, enter_shim, a | 1, 0x13);
		try_call(&c, enter_shim, (a + 2) | 1, 0x33);
		try_call(&c, enter_shim, a, 0x1f);
	}
	well("jumps to all of the shim");
}

static void slots(void)
{
	struct caught c;
	unsigned writes = 0;

	for (uint32_t n = 0; n < 64; n++) {
		for (uint32_t a = SLOTS; a < SLOTS + 0x1000; a += 4) {
			try_write(&c, a, n * 0x9e3779b1u ^ a);
			writes += c.kind == EXC_NONE;
			if (c.kind != EXC_NONE)
				break;
		}
		try_read(&c, 0x20000000 + 4 * n);
		if (c.kind != EXC_DABT)
			break;
	}
	print("%u writes\n", writes ? 1 : 0);
	well("rubbish in the slots");
	for (uint32_t a = SHIM; a < SHIM + 0x1000; a += 4) {
		try_write(&c, a, 0xe12fff1e);
		if (c.kind == EXC_NONE && a < SHIM + 0x100)
			check(false, "the shim's code is read-only");
	}
	well("writes to its code");
}

static void loops(void)
{
	struct caught c;
	unsigned odd = 0;

	for (unsigned i = 0; i < 4; i++) { /* the first-level table as a second-level one */
		l1_table[0x900 + i] = (addr_of(l1_table) + i * 0x1000) | 1;
		l1_table[0x904 + i] = (addr_of(&l1_table[0x900]) & ~0x3ffu) | 1;
		l1_table[0x908 + i] = 3 | i << 10;
		l1_table[0x90c + i] = (RAM_BASE + RAM_SIZE - 0x400 + i * 0x400) | 1;
	}
	tlb_flush();
	for (uint32_t va = 0x90000000; va < 0x91000000; va += 0x1000) {
		try_read(&c, va);
		odd += c.kind != EXC_NONE && c.kind != EXC_DABT;
		try_jump(&c, va | (va >> 12 & 1), 0);
		odd += c.kind > EXC_DABT && c.kind != EXC_IRQ;
	}
	check_eq("tables that lead back to themselves", odd, 0);
	for (unsigned i = 0; i < 16; i++)
		l1_table[0x900 + i] = 0;
	tlb_flush();
	well("and afterwards");
}

static void garbage(uint32_t mode)
{
	struct caught c;

	for (uint32_t high = 0; high < 8; high++) {
		const uint32_t bits = (high & 1 ? 0x20 : 0) | (high & 2 ? 0x01000000 : 0) |
				      (high & 4 ? 0x0600fe00 : 0);

		/* Behind the b . at the vectors there are the three ways to the VMM. */
		for (uint32_t a = SHIM + 0x20; a < SHIM + 0x74; a += 4)
			try_call(&c, enter_shim, a, mode | bits);
	}
}

void guest_main(void)
{
	map_identity(l1_table);
	mmu_on(l1_table);
	gic_init();
	twd_start(TWD_HZ / 500, nothing);
	exc_set(EXC_IRQ, on_irq);
	irq_enable();
	for (;;) {
		char c;

		print("READY\n");
		c = (char)uart_getc();
		print("DOING %c\n", c);
		uart_drain();
		if (c == '1')
			jumps();
		else if (c == '2')
			slots();
		else if (c == '3')
			loops();
		else if (c == '4')
			done();
		else if (c >= '@' && c <= '_')
			garbage((uint32_t)c & 0x1f);
		print("STILL HERE\n");
	}
}
