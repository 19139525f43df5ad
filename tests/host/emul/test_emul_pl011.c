/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/pl011.c core/emul/pl011_regs.c core/emul/clock.c
 * core/lib/dt.c core/lib/dt_index.c core/timer.c tests/host/fake_emul.c tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <regs/pl011.h>

#include "emul/classes.h"
#include "fake_emul.h"
#include "fdt_gen.h"

#define IRQ 37

static struct emul_dev *uart;

static int setup(void **state)
{
	fake_start(1);
	uart = fake_device(&pl011_class, NULL, 0, IRQ, 0);
	assert_non_null(uart);
	return 0;
}

static int teardown(void **state)
{
	fake_destroy(uart);
	assert_null(fake_vserial);
	return 0;
}

static unsigned type(const char *text)
{
	return fake_vserial->input(fake_vserial->dev, text, (unsigned)strlen(text));
}

/* The console line gets room for n more bytes. */
static void room(unsigned n)
{
	fake_out_room = n;
	if (n)
		fake_vserial->can_output(fake_vserial->dev);
}

static void send(const char *text)
{
	for (; *text; text++)
		wr(uart, UARTDR, (uint8_t)*text);
}

static bool sent(const char *text)
{
	return fake_out_len == strlen(text) && !memcmp(fake_out, text, fake_out_len);
}

static void ids(void **state)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(rd(uart, UARTPERIPHID0 + 4 * i), id[i]);
	assert_int_equal(rd(uart, UARTFR) & 0xf8, UARTFR_TXFE | UARTFR_RXFE);
	assert_int_equal(rd(uart, UARTIFLS), 0x12);
	assert_int_equal(rd(uart, UARTRIS), 0);
	assert_int_equal(rd(uart, UARTCR), UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
	assert_int_equal(rd(uart, UARTIBRD), 13);
	assert_int_equal(rd(uart, UARTFBRD), 1);
}

static void output_goes_at_once(void **state)
{
	send("hello");
	assert_true(sent("hello"));
	assert_true(rd(uart, UARTFR) & UARTFR_TXFE);
	assert_false(rd(uart, UARTFR) & UARTFR_BUSY);
}

static void narrow_accesses(void **state)
{
	uint32_t v = 'x';

	assert_int_equal(fake_access(uart, 0, 0, UARTDR, 1, true, &v), 0);
	v = 'y';
	assert_int_equal(fake_access(uart, 0, 0, UARTDR, 2, true, &v), 0);
	assert_true(sent("xy"));
	assert_int_equal(fake_access(uart, 0, 0, UARTFR, 2, false, &v), 0);
	assert_true(v & UARTFR_TXFE);
}

/* A full console fills the FIFO; then TXFF, and nothing is lost. */
static void transmit_back_pressure(void **state)
{
	room(2);
	send("0123456789abcdefgh");
	assert_true(sent("01"));
	assert_true(rd(uart, UARTFR) & UARTFR_TXFF);
	assert_true(rd(uart, UARTFR) & UARTFR_BUSY);
	assert_false(rd(uart, UARTFR) & UARTFR_TXFE);
	wr(uart, UARTDR, 'X'); /* the guest did not look: lost, as on hardware */
	room(5);
	assert_true(sent("0123456"));
	assert_false(rd(uart, UARTFR) & (UARTFR_TXFF | UARTFR_TXFE));
	room(100);
	assert_true(sent("0123456789abcdefgh"));
	assert_true(rd(uart, UARTFR) & UARTFR_TXFE);
}

/* A driver as Linux has it: half a FIFO per interrupt, TXFF not looked at then. */
static void interrupt_driven_producer(void **state)
{
	char expected[4000];
	unsigned done = 0, idle = 0;

	for (unsigned i = 0; i < sizeof(expected); i++)
		expected[i] = (char)('a' + i % 26);
	room(0);
	while (done < sizeof(expected) && !(rd(uart, UARTFR) & UARTFR_TXFF))
		wr(uart, UARTDR, (uint8_t)expected[done++]);
	wr(uart, UARTIMSC, UARTINT_TX);
	while (fake_out_len < sizeof(expected)) {
		if (fake_spi[IRQ] && done < sizeof(expected)) {
			assert_int_equal(rd(uart, UARTMIS), UARTINT_TX);
			for (unsigned i = 0; i < 8 && done < sizeof(expected); i++)
				wr(uart, UARTDR, (uint8_t)expected[done++]);
			idle = 0;
			continue;
		}
		assert_true(idle++ < 20);
		room(3);
	}
	assert_int_equal(fake_out_len, sizeof(expected));
	assert_memory_equal(fake_out, expected, sizeof(expected));
}

static void transmit_levels(void **state)
{
	static const unsigned level[5] = { 2, 4, 8, 12, 14 };

	wr(uart, UARTIMSC, UARTINT_TX);
	for (unsigned l = 0; l < 5; l++) {
		wr(uart, UARTIFLS, l << UARTIFLS_TX_SHIFT);
		room(0);
		send("0123456789abcdef");
		assert_int_equal(rd(uart, UARTRIS) & UARTINT_TX, 0); /* above the level */
		room(16 - level[l] - 1);
		assert_false(fake_spi[IRQ]);
		room(1); /* down through the level */
		assert_true(fake_spi[IRQ]);
		wr(uart, UARTICR, UARTINT_TX);
		assert_false(fake_spi[IRQ]);
		room(16);
		assert_true(fake_spi[IRQ]);
		/* It stays up to the level, and goes above it. */
		room(0);
		for (unsigned i = 0; i < level[l]; i++)
			wr(uart, UARTDR, 'x');
		assert_true(fake_spi[IRQ]);
		wr(uart, UARTDR, 'x');
		assert_false(fake_spi[IRQ]);
		room(16);
		wr(uart, UARTICR, UARTINT_TX);
	}
	/* Enabling the interrupt with an empty FIFO does not raise it. */
	wr(uart, UARTIMSC, 0);
	wr(uart, UARTIMSC, UARTINT_TX);
	assert_false(fake_spi[IRQ]);
	/* Without FIFOs it comes when the only place gets free. */
	wr(uart, UARTLCR_H, UARTLCR_H_WLEN8);
	room(0);
	send("a");
	assert_false(fake_spi[IRQ]);
	assert_true(rd(uart, UARTFR) & UARTFR_TXFF);
	room(1);
	assert_true(fake_spi[IRQ]);
	room(0);
	send("b"); /* a write clears it */
	assert_false(fake_spi[IRQ]);
}

static void receive_levels(void **state)
{
	static const unsigned level[5] = { 2, 4, 8, 12, 14 };

	wr(uart, UARTIMSC, UARTINT_RX);
	for (unsigned l = 0; l < 5; l++) {
		wr(uart, UARTIFLS, l << UARTIFLS_RX_SHIFT);
		for (unsigned i = 0; i < level[l] - 1; i++)
			type("x");
		assert_false(fake_spi[IRQ]);
		type("y");
		assert_true(fake_spi[IRQ]);
		assert_int_equal(rd(uart, UARTDR), 'x'); /* below the level */
		assert_false(fake_spi[IRQ]);
		type("z");
		assert_true(fake_spi[IRQ]);
		wr(uart, UARTICR, UARTINT_RX);
		assert_false(fake_spi[IRQ]);
		while (!(rd(uart, UARTFR) & UARTFR_RXFE))
			rd(uart, UARTDR);
	}
	wr(uart, UARTLCR_H, UARTLCR_H_WLEN8);
	assert_int_equal(type("ab"), 1);
	assert_true(fake_spi[IRQ]);
	assert_true(rd(uart, UARTFR) & UARTFR_RXFF);
	assert_int_equal(rd(uart, UARTDR), 'a');
	assert_false(fake_spi[IRQ]);
}

static void receive_timeout(void **state)
{
	const uint64_t bit = NS_PER_SEC / 115200;

	wr(uart, UARTIMSC, UARTINT_RT);
	type("a");
	fake_pass(31 * bit);
	assert_false(fake_spi[IRQ]);
	type("b"); /* starts anew */
	fake_pass(31 * bit);
	assert_false(fake_spi[IRQ]);
	fake_pass(2 * bit);
	assert_true(fake_spi[IRQ]);
	assert_int_equal(rd(uart, UARTDR), 'a');
	assert_true(fake_spi[IRQ]); /* one is left */
	wr(uart, UARTICR, UARTINT_RT);
	assert_false(fake_spi[IRQ]);
	fake_pass(33 * bit); /* and is not forgotten */
	assert_true(fake_spi[IRQ]);
	assert_int_equal(rd(uart, UARTDR), 'b');
	assert_false(fake_spi[IRQ]);
	fake_pass(NS_PER_SEC);
	assert_int_equal(rd(uart, UARTRIS), 0);
	assert_int_equal(rd(uart, UARTDR), 0);
	/* The divisor counts: 1200 baud at 24 MHz. */
	wr(uart, UARTIBRD, 1250);
	wr(uart, UARTFBRD, 0);
	type("c");
	fake_pass(31 * (NS_PER_SEC / 1200));
	assert_false(fake_spi[IRQ]);
	fake_pass(2 * (NS_PER_SEC / 1200));
	assert_true(fake_spi[IRQ]);
}

static void receive_back_pressure(void **state)
{
	assert_int_equal(type("0123456789abcdefXYZ"), 16);
	assert_true(rd(uart, UARTFR) & UARTFR_RXFF);
	assert_int_equal(rd(uart, UARTRIS) & UARTINT_OE, 0);
	assert_int_equal(fake_want_input, 0);
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(rd(uart, UARTDR), '0' + i);
	assert_int_equal(fake_want_input, 0);
	assert_int_equal(rd(uart, UARTDR), '7'); /* half empty */
	assert_int_equal(fake_want_input, 1);
	assert_int_equal(rd(uart, UARTDR), '8'); /* asked already */
	assert_int_equal(fake_want_input, 1);
	assert_int_equal(type("XYZ0123456789"), 9);
	for (unsigned i = 0; i < 8; i++)
		rd(uart, UARTDR);
	assert_int_equal(fake_want_input, 2);
	/* Switched off, it takes nothing, and asks when it is switched on. */
	wr(uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE);
	assert_int_equal(type("q"), 0);
	wr(uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
	assert_int_equal(fake_want_input, 3);
	assert_int_equal(type("q"), 1);
}

static void transmitter_off(void **state)
{
	wr(uart, UARTCR, UARTCR_UARTEN | UARTCR_RXE);
	send("abc");
	assert_int_equal(fake_out_len, 0);
	assert_true(rd(uart, UARTFR) & UARTFR_BUSY);
	wr(uart, UARTCR, UARTCR_TXE | UARTCR_RXE);
	assert_int_equal(fake_out_len, 0);
	wr(uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
	assert_true(sent("abc"));
}

static void loopback_overrun_and_break(void **state)
{
	const uint32_t loop = UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE | UARTCR_LBE;

	wr(uart, UARTCR, loop);
	wr(uart, UARTIMSC, UARTINT_OE | UARTINT_BE);
	assert_int_equal(type("t"), 0); /* the line is cut off */
	send("0123456789abcdef");
	assert_int_equal(fake_out_len, 0);
	assert_false(fake_spi[IRQ]);
	send("X");
	assert_true(fake_spi[IRQ]);
	assert_int_equal(rd(uart, UARTRIS) & UARTINT_OE, UARTINT_OE);
	assert_int_equal(rd(uart, UARTDR), '0' | UARTDR_OE);
	assert_int_equal(rd(uart, UARTRSR), UARTRSR_OE);
	send("g");
	assert_int_equal(rd(uart, UARTDR), '1'); /* it fitted: no OE any more */
	assert_int_equal(rd(uart, UARTRSR), UARTRSR_OE);
	wr(uart, UARTRSR, 0);
	assert_int_equal(rd(uart, UARTRSR), 0);
	wr(uart, UARTICR, UARTINT_OE);
	assert_false(fake_spi[IRQ]);
	while (!(rd(uart, UARTFR) & UARTFR_RXFE))
		rd(uart, UARTDR);
	wr(uart, UARTLCR_H, rd(uart, UARTLCR_H) | UARTLCR_H_BRK);
	assert_true(fake_spi[IRQ]);
	assert_int_equal(rd(uart, UARTMIS), UARTINT_BE);
	wr(uart, UARTLCR_H, rd(uart, UARTLCR_H)); /* still the same break */
	assert_int_equal(rd(uart, UARTDR), UARTDR_BE);
	assert_int_equal(rd(uart, UARTRSR), UARTRSR_BE);
	assert_true(rd(uart, UARTFR) & UARTFR_RXFE);
	wr(uart, UARTICR, UARTINT_BE);
	assert_false(fake_spi[IRQ]);
}

static void modem_lines(void **state)
{
	const uint32_t loop = UARTCR_UARTEN | UARTCR_LBE;
	const uint32_t all = UARTFR_CTS | UARTFR_DSR | UARTFR_DCD | UARTFR_RI;

	assert_int_equal(rd(uart, UARTFR) & all, UARTFR_CTS | UARTFR_DSR | UARTFR_DCD);
	wr(uart, UARTCR, loop);
	assert_int_equal(rd(uart, UARTFR) & all, 0);
	assert_int_equal(rd(uart, UARTRIS), UARTINT_CTSM | UARTINT_DSRM | UARTINT_DCDM);
	wr(uart, UARTICR, UARTINT_ALL);
	wr(uart, UARTIMSC, UARTINT_RIM);
	wr(uart, UARTCR, loop | UARTCR_RTS);
	assert_int_equal(rd(uart, UARTFR) & all, UARTFR_CTS);
	assert_int_equal(rd(uart, UARTRIS), UARTINT_CTSM);
	assert_false(fake_spi[IRQ]);
	wr(uart, UARTCR, loop | UARTCR_RTS | UARTCR_OUT2);
	assert_true(fake_spi[IRQ]);
	assert_int_equal(rd(uart, UARTFR) & all, UARTFR_CTS | UARTFR_RI);
}

static void fen_off_flushes(void **state)
{
	room(0);
	send("abc");
	type("def");
	wr(uart, UARTLCR_H, UARTLCR_H_WLEN8);
	assert_true(rd(uart, UARTFR) & UARTFR_TXFE);
	assert_true(rd(uart, UARTFR) & UARTFR_RXFE);
	room(10);
	assert_int_equal(fake_out_len, 0);
	fake_pass(NS_PER_SEC);
	assert_int_equal(rd(uart, UARTRIS) & (UARTINT_RT | UARTINT_RX), 0);
}

static void reset_lowers_the_line(void **state)
{
	wr(uart, UARTIMSC, UARTINT_RX);
	type("0123456789");
	assert_true(fake_spi[IRQ]);
	fake_dropped_input = 0;
	uart->cls->reset(uart);
	assert_int_equal(fake_dropped_input, 1);
	assert_false(fake_spi[IRQ]);
	assert_true(rd(uart, UARTFR) & UARTFR_RXFE);
	fake_pass(NS_PER_SEC);
	assert_int_equal(rd(uart, UARTRIS), 0);
}

static void names(void **state)
{
	void *fdt = fdt_from_dts("/dts-v1/; / { aliases { serial3 = &u; serial1 = \"/gone\"; };\n"
				 " clk: clk { compatible = \"fixed-clock\"; #clock-cells = <0>;\n"
				 "  clock-frequency = <1843200>; };\n"
				 " u: serial@9000 { clocks = <&clk>; };\n"
				 " serial@a000 { label = \"gps\"; };\n"
				 " serial@b000 { };\n"
				 " serial@c000 { label = \"%s\"; }; };\n",
				 "a-label-that-is-far-too-long-to-be-the-name-of-a-console");
	static const char *const expected[] = {
		"guest0/uart3",
		"guest0/gps",
		"guest0/uart0",
		NULL,
	};
	int node = fdt_path_offset(fdt, "/serial@9000");

	for (unsigned i = 0; i < ARRAY_SIZE(expected); i++) {
		struct emul_dev *d;

		fake_vserial = NULL; /* the one of setup() */
		d = fake_device(&pl011_class, fdt, node, 0, 0);
		if (expected[i]) {
			assert_non_null(d);
			assert_string_equal(fake_vserial->name, expected[i]);
			if (i == 0)
				assert_int_equal(rd(d, UARTIBRD), 1);
			wr(d, UARTIMSC, UARTINT_ALL); /* no interrupt: nobody to tell */
			wr(d, UARTDR, 'x');
			fake_destroy(d);
		} else {
			assert_null(d);
		}
		node = fdt_next_subnode(fdt, node);
	}
	free(fdt);
}

static void numbers_avoid_each_other(void **state)
{
	struct emul_dev *second = fake_device(&pl011_class, NULL, 0, 0, 0);

	assert_non_null(second);
	assert_string_equal(fake_vserial->name, "guest0/uart1");
	fake_destroy(second);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ids),
		TEST(output_goes_at_once),
		TEST(narrow_accesses),
		TEST(transmit_back_pressure),
		TEST(interrupt_driven_producer),
		TEST(transmit_levels),
		TEST(receive_levels),
		TEST(receive_timeout),
		TEST(receive_back_pressure),
		TEST(transmitter_off),
		TEST(loopback_overrun_and_break),
		TEST(modem_lines),
		TEST(fen_off_flushes),
		TEST(reset_lowers_the_line),
		TEST(names),
		TEST(numbers_avoid_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
