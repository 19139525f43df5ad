/* SPDX-License-Identifier: Apache-2.0 */
/* UARTs of two guests that are wired to each other. */
/*
 * sources: core/console/wire.c core/console/vserial.c core/emul/rows.c core/emul/pl011.c
 * core/emul/pl011_regs.c core/emul/clock.c core/lib/dt.c core/lib/dt_index.c core/timer.c tests/host/fake_emul.c
 * tests/host/fake_arch.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/timer.h>
#include <espalier/wire.h>
#include <regs/pl011.h>

#include "console/vcon_int.h"
#include "emul/classes.h"
#include "fake_emul.h"
#include "fdt_gen.h"

#define IN_FLIGHT (VSERIAL_IN + 2 * PL011_FIFO_DEPTH) /* both FIFOs and the line */

/* --- a console that nothing is bound to --------------------------------------------- */

bool console_shows(const struct vserial *s) { return false; }
void console_pump(struct vcon_after *a) {}
void console_in_taken(struct vserial *s, struct vcon_after *a) {}
void vcon_run(const struct vcon_after *a) {}
void vserial_bind(struct vserial *s) {}
struct vserial *vserial_bound(void) { return NULL; }

/* --- two guests of one UART each ---------------------------------------------------- */

static struct side {
	struct guest g;
	bool exists;
	void *fdt;
	struct emul_dev *uart;
} a, b;

static int make(struct side *s, const char *name, const char *peer, unsigned irq)
{
	struct emul_dev *d = calloc(1, sizeof(*d));
	char prop[80] = "";
	int err;

	if (peer)
		snprintf(prop, sizeof(prop), "espalier,peer = \"%s\";", peer);
	memset(&s->g, 0, sizeof(s->g));
	strcpy(s->g.name, name);
	s->g.dtb_path = "/g.dtb";
	s->fdt = fdt_from_dts("/dts-v1/; / { uart { label = \"uart1\"; %s }; };", prop);
	s->exists = true;
	*d = (struct emul_dev){ .cls = &pl011_class,
				.guest = &s->g,
				.path = "/uart",
				.irq = { irq },
				.nr_irqs = 1,
				.state = calloc(1, pl011_class.state_size) };
	err = pl011_class.create(d, s->fdt, fdt_path_offset(s->fdt, "/uart"));
	if (err) {
		free(d->state);
		free(d);
		free(s->fdt);
		s->exists = false;
		return err;
	}
	s->uart = d;
	pl011_class.reset(d);
	return 0;
}

static void state(struct side *s, enum guest_state st)
{
	s->g.state = st;
	s->uart->cls->state_changed(s->uart);
}

static void unmake(struct side *s)
{
	if (!s->exists)
		return;
	s->exists = false;
	fake_destroy(s->uart);
	free(s->fdt);
}

static void make_a(void)
{
	assert_int_equal(make(&a, "a", "b/uart1", 37), 0);
	state(&a, GUEST_RUNNING);
}

static void make_b(void)
{
	assert_int_equal(make(&b, "b", "a/uart1", 38), 0);
	state(&b, GUEST_RUNNING);
}

static int setup(void **st)
{
	fake_start(1);
	make_a();
	make_b();
	return 0;
}

static int teardown(void **st)
{
	unmake(&a);
	unmake(&b);
	return 0;
}

static bool full(const struct side *s) { return rd(s->uart, UARTFR) & UARTFR_TXFF; }
static bool empty(const struct side *s) { return rd(s->uart, UARTFR) & UARTFR_RXFE; }
static void put(const struct side *s, unsigned v) { wr(s->uart, UARTDR, v & 0xff); }

/* Sends from `n` on what fits; returns the number of the next byte. */
static unsigned fill(const struct side *s, unsigned n)
{
	for (unsigned i = 0; i < 10000 && !full(s); i++)
		put(s, n++);
	return n;
}

static unsigned take(const struct side *s, unsigned n, unsigned max)
{
	for (; max-- && !empty(s); n++)
		assert_int_equal(rd(s->uart, UARTDR) & 0xff, n & 0xff);
	return n;
}

/* --- tests ---------------------------------------------------------------------------- */

static void both_ways(void **st)
{
	wr(b.uart, UARTIMSC, UARTINT_RX | UARTINT_RT);
	put(&a, 'x');
	put(&b, 'y');
	assert_int_equal(rd(b.uart, UARTDR), 'x');
	assert_int_equal(rd(a.uart, UARTDR), 'y');
	assert_true(empty(&a) && empty(&b));
	assert_false(fake_spi[38]);
	put(&a, 'z');
	fake_pass(NS_PER_SEC); /* the receive timeout */
	assert_true(fake_spi[38]);
	assert_int_equal(rd(b.uart, UARTDR), 'z');
	assert_false(fake_spi[38]);
}

/* What is sent is kept to be looked at, as that of a console is. */
static void dump(void **st)
{
	struct vserial *s = vserial_find("a/uart1");
	char buf[8];

	assert_non_null(s);
	assert_non_null(s->wire);
	put(&a, 'h');
	put(&a, 'i');
	assert_int_equal(vserial_peek(s, buf, sizeof(buf)), 2);
	assert_memory_equal(buf, "hi", 2);
}

/* A fast sender and a slow reader: everything arrives, in order. */
static void back_pressure(void **st)
{
	unsigned sent = 0, got = 0;

	while (got < 50000) {
		sent = fill(&a, sent);
		assert_true(full(&a));
		assert_true(sent - got <= IN_FLIGHT);
		fake_pass(WIRE_STALL_NS * 3 / 4);
		got = take(&b, got, 1 + got % 23);
	}
	got = take(&b, got, UINT32_MAX);
	assert_int_equal(got, sent);
	assert_int_equal(rd(b.uart, UARTRIS) & UARTINT_OE, 0);
}

/* Nobody reads: the sender is free again after a while, the receiver knows. */
static void never_read(void **st)
{
	unsigned n, got;

	n = fill(&a, 0);
	assert_int_equal(n, IN_FLIGHT);
	fake_pass(WIRE_STALL_NS * 9 / 10);
	assert_true(full(&a));
	fake_pass(WIRE_STALL_NS / 5);
	assert_false(full(&a));
	assert_int_equal(rd(b.uart, UARTRIS) & UARTINT_OE, UARTINT_OE);
	for (unsigned i = 0; i < 1000; i++) { /* it does not wait again */
		put(&a, 0);
		assert_false(full(&a));
	}
	/* What came before is whole; then everything goes on. */
	assert_int_equal(rd(b.uart, UARTDR) & UARTDR_OE, UARTDR_OE);
	got = take(&b, 1, UINT32_MAX);
	assert_int_equal(got, n - PL011_FIFO_DEPTH);
	n = fill(&a, got);
	assert_true(full(&a));
	assert_int_equal(take(&b, got, UINT32_MAX), n);
}

/* One character now and then is reading. */
static void slow_reader(void **st)
{
	unsigned n, got = 0;

	n = fill(&a, 0);
	for (unsigned i = 0; i < 20; i++) {
		fake_pass(WIRE_STALL_NS * 9 / 10);
		got = take(&b, got, 1);
	}
	assert_int_equal(got, 20);
	n = fill(&a, n);
	assert_int_equal(take(&b, got, UINT32_MAX), n);
}

static void free_sender(const struct side *s)
{
	for (unsigned i = 0; i < 3 * IN_FLIGHT; i++) {
		assert_false(full(s));
		put(s, 'n');
	}
}

static void unplugged(void **st)
{
	static const enum guest_state off[] = { GUEST_RESET, GUEST_HALTED };

	for (unsigned i = 0; i < ARRAY_SIZE(off); i++) {
		state(&b, off[i]);
		free_sender(&a);
		state(&b, GUEST_RUNNING);
		assert_true(empty(&b));
	}
	wr(b.uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE);
	free_sender(&a);
	wr(b.uart, UARTCR, UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
	assert_true(empty(&b));
	unmake(&b);
	free_sender(&a);
	make_b();
	assert_true(empty(&b));
	put(&a, '!');
	assert_int_equal(rd(b.uart, UARTDR), '!');
	/* A pause is short: nothing is lost, but the sender waits. */
	state(&b, GUEST_PAUSED);
	fill(&a, 0);
	assert_true(full(&a));
	state(&b, GUEST_RUNNING);
	assert_int_equal(take(&b, 0, UINT32_MAX), IN_FLIGHT);
}

/* Whatever ends the receiver frees a sender that waits for it. */
static void ends_mid_traffic(void **st)
{
	fill(&a, 0);
	state(&b, GUEST_HALTED);
	assert_false(full(&a));
	b.g.state = GUEST_RESET;
	pl011_class.reset(b.uart);
	state(&b, GUEST_RUNNING);
	assert_true(empty(&b));

	fill(&a, 0);
	unmake(&b);
	assert_false(full(&a));
	free_sender(&a);
	make_b();
	fill(&a, 0);
	unmake(&a); /* the sender: what is under way arrives */
	assert_int_equal(take(&b, 0, UINT32_MAX), IN_FLIGHT - PL011_FIFO_DEPTH);
	free_sender(&b);
	make_a();
	put(&b, 'b');
	assert_int_equal(rd(a.uart, UARTDR), 'b');
	/* The timer of a receiver that is gone must not fire. */
	fill(&a, 0);
	unmake(&b);
	fake_pass(2 * WIRE_STALL_NS);
}

static void other_order(void **st)
{
	unmake(&a);
	unmake(&b);
	make_b();
	free_sender(&b);
	make_a();
	put(&b, '1');
	put(&a, '2');
	assert_int_equal(rd(a.uart, UARTDR), '1');
	assert_int_equal(rd(b.uart, UARTDR), '2');
}

/* DSR and DCD say whether somebody is there. */
static void carrier(void **st)
{
	const uint32_t there = UARTFR_DSR | UARTFR_DCD, ints = UARTINT_DSRM | UARTINT_DCDM;

	assert_int_equal(rd(a.uart, UARTFR) & there, there);
	wr(a.uart, UARTICR, 0x7ff);
	wr(a.uart, UARTIMSC, UARTINT_DCDM);
	state(&b, GUEST_HALTED);
	assert_int_equal(rd(a.uart, UARTFR) & (there | UARTFR_CTS), UARTFR_CTS);
	assert_int_equal(rd(a.uart, UARTRIS) & ints, ints);
	assert_true(fake_spi[37]);
	wr(a.uart, UARTICR, 0x7ff);
	assert_false(fake_spi[37]);
	unmake(&b);
	assert_false(fake_spi[37]);
	make_b();
	assert_int_equal(rd(a.uart, UARTFR) & there, there);
	assert_true(fake_spi[37]);
}

/* The rules refuse it; if it came to that, nothing would be joined. */
static void not_mutual(void **st)
{
	unmake(&b);
	assert_int_equal(make(&b, "b", "c/uart1", 38), 0);
	state(&b, GUEST_RUNNING);
	free_sender(&a);
	free_sender(&b);
	assert_true(empty(&a) && empty(&b));
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(both_ways),   T(dump),       T(back_pressure),    T(never_read),
		T(slow_reader), T(unplugged),  T(ends_mid_traffic), T(other_order),
		T(carrier),     T(not_mutual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
