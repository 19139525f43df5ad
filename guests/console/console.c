/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011: flags, a fast producer, interrupt-driven output and input.  The other
 * end types what a line "TYPE <text>" asks for, followed by a carriage return.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "pl011.h"

static volatile uint32_t rx_done, tx_done, no_cause;
static char line[64];
static unsigned line_len;
static const char *tx_next;
static unsigned tx_left;

static uint32_t reg(uint32_t offset) { return rd32(UART0 + offset); }

static void test_registers(void)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0, 0, 0x0d, 0xf0, 0x05, 0xb1 };
	bool good = true;

	/* PeriphID2 has the revision, which differs between implementations. */
	for (unsigned i = 0; i < 8; i++)
		good &= i == 2 || (reg(UARTPERIPHID0 + 4 * i) & 0xff) == id[i];
	check(good, "peripheral and PrimeCell ID");
	wr32(UART0 + UARTIBRD, 0x1234);
	check_eq("UARTIBRD reads back", reg(UARTIBRD), 0x1234);
	wr32(UART0 + UARTFBRD, 0x2a);
	check_eq("UARTFBRD reads back", reg(UARTFBRD), 0x2a);
	wr32(UART0 + UARTIFLS, 0x1b);
	check_eq("UARTIFLS reads back", reg(UARTIFLS), 0x1b);
	wr32(UART0 + UARTIFLS, 0x12);
	wr32(UART0 + UARTIMSC, 0x7f0);
	check_eq("UARTIMSC reads back", reg(UARTIMSC), 0x7f0);
	wr32(UART0 + UARTIMSC, 0);
	check_eq("nothing is masked in", reg(UARTMIS), 0);
	uart_init();
}

static void test_flags(void)
{
	uart_drain();
	check_eq("FR when idle", reg(UARTFR) & (FR_TXFE | FR_TXFF | FR_BUSY | FR_RXFE | FR_RXFF),
		 FR_TXFE | FR_RXFE);
}

/* 64 KiB as fast as the FIFO takes them, with a checksum at the end. */
static void test_producer(void)
{
	uint32_t a = 1, b = 0;

	for (unsigned row = 0; row < 1024; row++) {
		for (unsigned i = 0; i < 62; i++) {
			char c = (char)(' ' + (row * 7 + i * 3) % 95);

			a = (a + (uint8_t)c) % 65521;
			b = (b + a) % 65521;
			uart_putc(c);
		}
		uart_putc('\r');
		uart_putc('\n');
	}
	print("ADLER32 %08x\n", b << 16 | a);
	check(true, "64 KiB sent");
}

static void put_pending(void)
{
	while (tx_left && !(reg(UARTFR) & FR_TXFF)) {
		wr32(UART0 + UARTDR, (uint8_t)*tx_next++);
		tx_left--;
	}
	if (!tx_left) {
		wr32(UART0 + UARTIMSC, reg(UARTIMSC) & ~INT_TX);
		tx_done = 1;
	}
}

static void take_input(void)
{
	while (!(reg(UARTFR) & FR_RXFE)) {
		char c = (char)reg(UARTDR);

		if (c == '\r' || c == '\n')
			rx_done++;
		else if (line_len < sizeof(line) - 1)
			line[line_len++] = c;
		line[line_len] = 0;
	}
}

static void uart_irq(unsigned intid)
{
	uint32_t mis = reg(UARTMIS);

	no_cause += !(mis & (INT_RX | INT_RT | INT_TX));
	wr32(UART0 + UARTICR, mis & ~INT_TX);
	if (mis & (INT_RX | INT_RT))
		take_input();
	if (mis & INT_TX)
		put_pending();
}

/* Like Linux's driver: fill the FIFO, then go on when the interrupt comes. */
static void send_by_irq(const char *text, unsigned n)
{
	uart_drain();
	tx_next = text;
	tx_left = n;
	tx_done = 0;
	irq_disable();
	wr32(UART0 + UARTIMSC, reg(UARTIMSC) | INT_TX);
	put_pending();
	irq_enable();
	wait_for(&tx_done, 1);
}

static void test_tx_irq(void)
{
	static char text[2048];

	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (char)(i % 64 == 62 ? '\r' : i % 64 == 63 ? '\n' : 'a' + i % 26);
	send_by_irq(text, sizeof(text));
	uart_drain();
	check(true, "2 KiB sent by interrupt");
	check_eq("TX interrupt is masked again", reg(UARTMIS), 0);
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

static void expect_line(const char *text, const char *what)
{
	line_len = 0;
	line[0] = 0;
	rx_done = 0;
	wr32(UART0 + UARTIMSC, INT_RX | INT_RT);
	print("TYPE %s\n", text);
	wait_for(&rx_done, 1);
	wr32(UART0 + UARTIMSC, 0);
	print("GOT %s\n", line);
	check(same(line, text), what);
}

static void test_rx_poll(void)
{
	unsigned n = 0;
	int c;

	print("TYPE polled\n");
	while ((c = uart_getc()) != '\r')
		line[n++ % (sizeof(line) - 1)] = (char)c;
	line[n % (sizeof(line) - 1)] = 0;
	print("GOT %s\n", line);
	check(same(line, "polled"), "a line read by polling");
	check_eq("then the FIFO is empty", reg(UARTFR) & FR_RXFE, FR_RXFE);
}

/* More than the 16 bytes of the FIFO wait while nobody reads: none is lost. */
static void test_rx_flow(void)
{
	unsigned n = 0;
	char c;

	print("TYPE abcdefghijklmnopqrstuvwxyz0123456789\n");
	while (!(reg(UARTFR) & FR_RXFF))
		;
	check(true, "the RX FIFO fills up");
	while ((c = (char)uart_getc()) != '\r')
		line[n++ % (sizeof(line) - 1)] = c;
	line[n % (sizeof(line) - 1)] = 0;
	check(same(line, "abcdefghijklmnopqrstuvwxyz0123456789"), "and nothing is lost");
}

void guest_main(void)
{
	test_registers();
	test_flags();
	test_producer();
	test_rx_poll();
	test_rx_flow();
	gic_init();
	gic_enable(UART0_IRQ, 0x80, uart_irq);
	irq_enable();
	test_tx_irq();
	expect_line("x", "one byte (receive timeout)");
	expect_line("hello", "a short line by interrupt");
	expect_line("the quick brown fox jumps over the lazy dog 0123456789",
		    "more than a FIFO by interrupt");
	check_eq("no interrupt without a cause", no_cause, 0);
	irq_disable();
	test_flags();
}
