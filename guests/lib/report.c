/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"

/* vexpress system registers: configuration bus (DUI 0447, 4.3). */
#define SYS_CFGDATA  0x100000a0u
#define SYS_CFGCTRL  0x100000a4u
#define CFG_START    (1u << 31)
#define CFG_WRITE    (1u << 30)
#define CFG_SHUTDOWN (8u << 20)

static unsigned good_count, bad_count;

bool check(bool good, const char *what)
{
	if (good)
		good_count++;
	else
		bad_count++;
	print("%s %s\n", good ? "ok" : "FAIL", what);
	return good;
}

bool check_eq(const char *what, uint32_t got, uint32_t want)
{
	check(got == want, what);
	if (got != want)
		print("  got %08x want %08x\n", got, want);
	return got == want;
}

void done(void)
{
	print("DONE %u ok, %u failed\n", good_count, bad_count);
	uart_drain();
	wr32(SYS_CFGDATA, 0);
	wr32(SYS_CFGCTRL, CFG_START | CFG_WRITE | CFG_SHUTDOWN);
	for (;;)
		asm volatile("wfi");
}
