/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads, writes and jumps where it is told: a letter, r, b (a byte), w or x, and
 * eight hexadecimal digits. Says what came of it: "= <value>", or the abort. A digit n
 * before the letter does it 10^n times; the last result is said.
 */
#include "bare.h"

static uint32_t get_hex(void)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < 8; i++) {
		int c = uart_getc();

		v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return v;
}

static uint32_t read_byte(uint32_t a, uint32_t b) { return *(volatile uint8_t *)a; }

static void act(int what, uint32_t a, struct caught *c)
{
	uint32_t v = 0;

	if (what == 'r')
		v = try_read(c, a);
	else if (what == 'b')
		v = try_call(c, read_byte, a, 0);
	else if (what == 'w')
		try_write(c, a, 0x5a5a5a5a);
	else
		try_jump(c, a, 0);
	c->r[0] = v;
}

void guest_main(void)
{
	struct caught c;

	for (;;) {
		uint32_t times = 1, a;
		int what;

		print("READY\n");
		what = uart_getc();
		if (what >= '0' && what <= '9') {
			for (; what > '0'; what--)
				times *= 10;
			what = uart_getc();
		}
		a = get_hex();
		for (; times; times--)
			act(what, a, &c);
		if (c.kind == EXC_NONE)
			print("= %08x\n", c.r[0]);
		else
			print("%s fsr %03x far %08x\n", exc_name(c.kind), c.fsr, c.far);
	}
}
