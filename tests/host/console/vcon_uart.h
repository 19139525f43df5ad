/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's UART on one side of the console switch, a terminal on the other. */
#ifndef TEST_VCON_UART_H
#define TEST_VCON_UART_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/arch.h>
#include <espalier/timer.h>

#include "fake_line.h"

/* A guest's UART: takes `room` bytes of input, sends what is left of `out`. */
struct uart {
	struct vserial s;
	char rings[VSERIAL_RINGS];
	char got[1u << 16];
	unsigned ngot, room;
	const char *out;
	unsigned nout;
	unsigned unblocked;
};

static inline unsigned uart_input(void *dev, const char *buf, unsigned n)
{
	struct uart *u = dev;
	unsigned k = n < u->room ? n : u->room;

	assert_true(u->ngot + k <= sizeof(u->got));
	memcpy(u->got + u->ngot, buf, k);
	u->ngot += k;
	if (u->room != FAKE_FOREVER)
		u->room -= k;
	return k;
}

/* Sends 16 bytes at a time, as far as they are taken. */
static inline void uart_send(struct uart *u)
{
	uint32_t flags = arch_irq_save();

	while (u->nout) {
		unsigned n = u->nout < 16 ? u->nout : 16;
		unsigned k = vserial_output(&u->s, u->out, n);

		u->out += k;
		u->nout -= k;
		if (k < n)
			break;
	}
	arch_irq_restore(flags);
}

static inline void uart_can_output(void *dev)
{
	struct uart *u = dev;

	u->unblocked++;
	uart_send(u);
}

static inline void uart_room(struct uart *u, unsigned n)
{
	uint32_t flags = arch_irq_save();

	u->room = n;
	vserial_want_input(&u->s);
	arch_irq_restore(flags);
}

static struct uart uart, other;

static inline void uart_create(struct uart *u, const char *name)
{
	memset(u, 0, sizeof(*u));
	u->s.dev = u;
	u->s.input = uart_input;
	u->s.can_output = uart_can_output;
	u->room = FAKE_FOREVER;
	assert_int_equal(vserial_create(&u->s, name, u->rings), 0);
}

static inline int setup(void **state)
{
	uart_create(&uart, "guest0/uart0");
	uart_create(&other, "guest1/uart0");
	fake_line_clear();
	while (console_getc() >= 0)
		;
	console_was_unbound();
	return 0;
}

static inline int teardown(void **state)
{
	vserial_destroy(&uart.s);
	vserial_destroy(&other.s);
	console_was_unbound();
	return 0;
}

static inline void send(struct uart *u, const char *text)
{
	u->out = text;
	u->nout = strlen(text);
	uart_send(u);
}

static inline void type(const char *text) { fake_line_type(text, strlen(text)); }

static inline void assert_got(const char *text)
{
	assert_int_equal(uart.ngot, strlen(text));
	assert_memory_equal(uart.got, text, uart.ngot);
}

/* What the shell would read. */
static inline const char *shell_input(void)
{
	static char buf[1024];
	unsigned n = 0;
	int ch;

	while ((ch = console_getc()) >= 0 && n < sizeof(buf) - 1)
		buf[n++] = ch;
	buf[n] = '\0';
	return buf;
}

/* n bytes that do not repeat with a power of two */
static inline char *pattern(unsigned n)
{
	char *p = malloc(n + 1);

	for (unsigned i = 0; i < n; i++)
		p[i] = 'A' + i % 53;
	p[n] = '\0';
	return p;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
