/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does one wrong thing, chosen by a letter that is typed to it.  What must
 * survive is everything else: the VMM, its shell and other guests.
 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define SYS_CFGDATA 0x100000a0u
#define SYS_CFGCTRL 0x100000a4u
#define CFG_REBOOT  (3u << 30 | 9u << 20)

extern const char _start[];

static void jump(uint32_t to) { ((void (*)(void))to)(); }

/* Exceptions go nowhere: the vectors lie in a hole. */
static void no_vectors(void)
{
	write_vbar(0x20000000);
	isb();
	asm volatile("udf #0");
}

/* Handlers that fault in their first instruction, for ever. */
static void endless_aborts(void)
{
	for (unsigned i = 0; i < 8; i++)
		wr32(SCRATCH + 4 * i, 0xe5900000); /* ldr r0, [r0] */
	sync_code((void *)SCRATCH, 32);
	write_vbar(SCRATCH);
	isb();
	map_identity(l1_table);
	mmu_on(l1_table);
	asm volatile("mov r0, #0\n\tldr r0, [r0]" : : : "r0", "memory");
}

static void endless_undef(void)
{
	for (unsigned i = 0; i < 8; i++)
		wr32(SCRATCH + 4 * i, 0xe7f000f0); /* udf */
	sync_code((void *)SCRATCH, 32);
	write_vbar(SCRATCH);
	isb();
	asm volatile("udf #0");
}

static void no_tables(void)
{
	write_ttbr0(0x20000000);
	write_dacr(1);
	write_sctlr(read_sctlr() | SCTLR_M);
	isb();
}

static void overwrite(void)
{
	for (uint32_t a = addr_of(_start); a < addr_of(_start) + 0x8000; a += 4)
		wr32(a, 0xffffffff);
}

static void spin(void)
{
	asm volatile("cpsid if");
	for (;;)
		;
}

static void sleep_for_ever(void)
{
	asm volatile("cpsid if");
	for (;;)
		asm volatile("wfi");
}

static void outside(void) { (void)rd32(0x10002000); }

static void reboot(void)
{
	uart_drain();
	wr32(SYS_CFGDATA, 0);
	wr32(SYS_CFGCTRL, CFG_REBOOT);
}

static void jump_device(void) { jump(0x20000000); }
static void jump_ram(void) { jump(RAM_BASE + RAM_SIZE + MIB); }
static void jump_uart(void) { jump(UART0); }
static void jump_zero(void) { jump(SCRATCH + 0x100000); }
static void undef(void) { asm volatile("udf #0"); }

static const struct {
	char letter;
	const char *what;
	void (*fn)(void);
} rows[] = {
	{ 'a', "access outside the map", outside },
	{ 'e', "endless aborts", endless_aborts },
	{ 'g', "endless undefined instructions", endless_undef },
	{ 'i', "jump into a hole of device space", jump_device },
	{ 'j', "jump past the end of RAM", jump_ram },
	{ 'k', "jump into a device", jump_uart },
	{ 'l', "spin with interrupts masked", spin },
	{ 'o', "overwrite the program", overwrite },
	{ 'p', "power off", done },
	{ 'r', "reboot", reboot },
	{ 't', "translation tables in a hole", no_tables },
	{ 'u', "undefined instruction", undef },
	{ 'v', "vectors in a hole", no_vectors },
	{ 'w', "sleep with interrupts masked", sleep_for_ever },
	{ 'z', "run through zeros", jump_zero },
};

void guest_main(void)
{
	for (;;) {
		char c;

		print("READY\n");
		c = (char)uart_getc();
		for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
			if (rows[i].letter == c) {
				print("DOING %s\n", rows[i].what);
				uart_drain();
				rows[i].fn();
				print("STILL HERE\n");
			}
	}
}
