/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated PL011, DDI 0183G.  Its line is as fast as the console takes
 * bytes: the transmit FIFO fills only while the console is full, and the
 * receive FIFO takes only what it has room for, so that nothing is ever lost.
 *
 * Out of reset it is as a boot firmware leaves it, enabled with FIFOs at
 * 115200 8n1, because guests print early without setting it up.
 */
#include <errno.h>
#include <stdio.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/log.h>

#include "classes.h"
#include "clock.h"
#include "pl011_int.h"

#define DEFAULT_CLOCK 24000000u
#define FIRMWARE_BAUD 115200u

static const uint8_t fifo_levels[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };

unsigned pl011_depth(const struct pl011 *s)
{
	return s->lcr_h & UARTLCR_H_FEN ? PL011_FIFO_DEPTH : 1;
}

static unsigned rx_level(const struct pl011 *s)
{
	if (!(s->lcr_h & UARTLCR_H_FEN))
		return 1;
	return fifo_levels[s->ifls >> UARTIFLS_RX_SHIFT & UARTIFLS_MASK];
}

static unsigned tx_level(const struct pl011 *s)
{
	if (!(s->lcr_h & UARTLCR_H_FEN))
		return 0;
	return fifo_levels[s->ifls >> UARTIFLS_TX_SHIFT & UARTIFLS_MASK];
}

static void fifo_push(struct fifo *f, uint32_t c)
{
	f->data[(f->head + f->count++) % PL011_FIFO_DEPTH] = (uint16_t)c;
}

static uint32_t fifo_pop(struct fifo *f)
{
	uint32_t c = f->data[f->head];

	f->head = (f->head + 1) % PL011_FIFO_DEPTH;
	f->count--;
	return c;
}

void pl011_update(struct pl011 *s)
{
	bool line = (s->ris & s->imsc) != 0;

	if (line != s->line) {
		s->line = line;
		if (s->dev->nr_irqs)
			virq_set(s->dev->guest, s->dev->irq[0], line);
	}
}

/* --- receiving --------------------------------------------------------------- */

static bool can_receive(const struct pl011 *s)
{
	const uint32_t need = UARTCR_UARTEN | UARTCR_RXE;

	return (s->cr & need) == need && !(s->cr & UARTCR_LBE);
}

/* UARTRTINTR comes 32 bit times after the last character (2.8). */
void pl011_start_timeout(struct pl011 *s) { timer_arm(&s->timeout, timer_now() + s->timeout_ns); }

static void timed_out(struct timer *t)
{
	struct pl011 *s = container_of(t, struct pl011, timeout);

	if (s->rx.count)
		s->ris |= UARTINT_RT;
	pl011_update(s);
}

static void set_overrun(struct pl011 *s)
{
	s->overrun = true;
	s->rsr |= UARTRSR_OE;
	s->ris |= UARTINT_OE;
}

/* `c` with its error bits arrives from the line. */
void pl011_receive(struct pl011 *s, uint32_t c)
{
	/* The interrupts of framing, parity and break errors: UARTDR's bits - 1. */
	s->ris |= (c & (UARTDR_FE | UARTDR_PE | UARTDR_BE)) >> 1;
	if (s->rx.count >= pl011_depth(s)) {
		set_overrun(s);
		return;
	}
	s->overrun = false;
	fifo_push(&s->rx, c);
	s->received++;
	if (s->rx.count >= rx_level(s))
		s->ris |= UARTINT_RX;
	pl011_start_timeout(s);
}

static unsigned pl011_input(void *dev, const char *buf, unsigned n)
{
	struct pl011 *s = dev;
	unsigned took = 0;

	if (can_receive(s)) {
		while (took < n && s->rx.count < pl011_depth(s))
			pl011_receive(s, (uint8_t)buf[took++]);
		pl011_update(s);
	}
	s->refused = took < n;
	return took;
}

/* Asks the console for what it could not deliver when there is room for a bit more. */
static void ask_for_input(struct pl011 *s)
{
	if (s->refused && can_receive(s) && s->rx.count <= pl011_depth(s) / 2) {
		s->refused = false;
		vserial_want_input(&s->con);
	}
}

uint32_t pl011_take(struct pl011 *s)
{
	uint32_t c;

	if (!s->rx.count)
		return 0;
	c = fifo_pop(&s->rx);
	wire_read(&s->wire);
	s->rsr = (s->rsr & UARTRSR_OE) | (c & UARTDR_ERRORS) >> 8;
	if (s->overrun)
		c |= UARTDR_OE;
	if (s->rx.count < rx_level(s))
		s->ris &= ~UARTINT_RX;
	if (!s->rx.count) {
		s->ris &= ~UARTINT_RT;
		timer_cancel(&s->timeout);
	}
	ask_for_input(s);
	pl011_update(s);
	return c;
}

/* --- sending --------------------------------------------------------------------- */

static bool can_send(const struct pl011 *s)
{
	const uint32_t need = UARTCR_UARTEN | UARTCR_TXE;

	return (s->cr & need) == need;
}

/* Passes to the console what it takes now. */
static void send_some(struct pl011 *s)
{
	char buf[PL011_FIFO_DEPTH];
	unsigned n = s->tx.count, took;

	for (unsigned i = 0; i < n; i++)
		buf[i] = (char)s->tx.data[(s->tx.head + i) % PL011_FIFO_DEPTH];
	took = vserial_output(&s->con, buf, n);
	took = MIN(took, n);
	s->tx.head = (s->tx.head + took) % PL011_FIFO_DEPTH;
	s->tx.count -= took;
}

static void loop_back(struct pl011 *s)
{
	while (s->tx.count) {
		uint32_t c = fifo_pop(&s->tx);

		if (s->cr & UARTCR_RXE)
			pl011_receive(s, c);
	}
}

/*
 * Sends what can be sent.  UARTTXINTR marks the FIFO's way down through its
 * trigger level (2.8).  As a byte mostly leaves at once the way up to the
 * level would never be seen: every byte that leaves at or below it counts.
 */
static void pl011_drain(struct pl011 *s)
{
	unsigned before = s->tx.count;

	if (!before || !can_send(s))
		return;
	if (s->cr & UARTCR_LBE)
		loop_back(s);
	else
		send_some(s);
	s->sent += before - s->tx.count;
	if (s->tx.count < before && s->tx.count <= tx_level(s))
		s->ris |= UARTINT_TX;
}

void pl011_send(struct pl011 *s, uint32_t c)
{
	if (s->tx.count >= pl011_depth(s))
		return;
	fifo_push(&s->tx, c);
	if (s->tx.count > tx_level(s))
		s->ris &= ~UARTINT_TX;
	pl011_drain(s);
	pl011_update(s);
}

void pl011_kick(struct pl011 *s)
{
	pl011_drain(s);
	ask_for_input(s);
	pl011_update(s);
}

static void can_output(void *dev)
{
	struct pl011 *s = dev;

	pl011_drain(s);
	pl011_update(s);
}

/* --- settings ---------------------------------------------------------------------- */

/*
 * Of the four modem inputs; a console's line is always there and ready.  A wire has
 * its peer's DTR at DSR and DCD, which is on while the peer's guest is.
 */
static uint32_t modem_inputs(const struct pl011 *s)
{
	if (!(s->cr & UARTCR_LBE))
		return UARTFR_CTS |
		       (s->wire.line && !wire_up(&s->wire) ? 0 : UARTFR_DSR | UARTFR_DCD);
	return (s->cr & UARTCR_RTS ? UARTFR_CTS : 0) | (s->cr & UARTCR_DTR ? UARTFR_DSR : 0) |
	       (s->cr & UARTCR_OUT1 ? UARTFR_DCD : 0) | (s->cr & UARTCR_OUT2 ? UARTFR_RI : 0);
}

void pl011_modem_changed(struct pl011 *s)
{
	uint32_t now = modem_inputs(s), change = now ^ s->modem;

	s->modem = now;
	s->ris |= (change & UARTFR_CTS ? UARTINT_CTSM : 0) |
		  (change & UARTFR_DSR ? UARTINT_DSRM : 0) |
		  (change & UARTFR_DCD ? UARTINT_DCDM : 0) | (change & UARTFR_RI ? UARTINT_RIM : 0);
}

void pl011_baud_changed(struct pl011 *s)
{
	uint64_t divisor = s->ibrd * 64 + s->fbrd; /* of UARTCLK / 16, in 64ths */

	if (s->ibrd == 0)
		divisor = (uint64_t)s->clock * 4 / FIRMWARE_BAUD;
	s->timeout_ns = 32 * 16 * divisor * NS_PER_SEC / 64 / s->clock;
}

/* Clearing FEN empties both FIFOs (3.3.7). */
void pl011_flush(struct pl011 *s)
{
	s->rx.count = 0;
	s->tx.count = 0;
	s->ris &= ~(UARTINT_RX | UARTINT_RT);
	timer_cancel(&s->timeout);
}

/* --- the wire to another guest's UART ------------------------------------------------ */

static bool pl011_listens(void *dev) { return can_receive(dev); }

static void pl011_overrun(void *dev)
{
	struct pl011 *s = dev;

	set_overrun(s);
	pl011_update(s);
}

static void peer_changed(void *dev)
{
	struct pl011 *s = dev;

	pl011_modem_changed(s);
	pl011_update(s);
}

static const struct wire_ops wire_ops = { pl011_listens, pl011_overrun, peer_changed };

/* --- the class --------------------------------------------------------------------- */

/* n if the guest's tree calls the node serial<n>, else -1. */
static int alias_number(const void *fdt, int node)
{
	char alias[] = "serial0";

	for (int n = 0; n < 10; n++) {
		const char *path;

		alias[sizeof(alias) - 2] = (char)('0' + n);
		path = fdt_get_alias(fdt, alias);
		if (path && fdt_path_offset(fdt, path) == node)
			return n;
	}
	return -1;
}

static int create_vserial(struct pl011 *s, const char *name)
{
	char full[sizeof(s->con.name)];
	int n = snprintf(full, sizeof(full), "%s/%s", s->dev->guest->name, name);

	if (n < 0 || n >= (int)sizeof(full))
		return -ENAMETOOLONG;
	return vserial_create(&s->con, full, s->rings);
}

static int create_numbered(struct pl011 *s, int n)
{
	char name[16];

	snprintf(name, sizeof(name), "uart%d", n);
	return create_vserial(s, name);
}

/* By alias, else by the node's label, else the first number that is free. */
static int pl011_connect(struct pl011 *s, const void *fdt, int node)
{
	int err, n = alias_number(fdt, node);
	const char *label = dt_str(fdt, node, "label");

	if (n >= 0)
		return create_numbered(s, n);
	if (label)
		return create_vserial(s, label);
	for (n = 0; n < 100; n++) {
		err = create_numbered(s, n);
		if (err != -EEXIST)
			return err;
	}
	return -EEXIST;
}

static int pl011_create(struct emul_dev *d, const void *fdt, int node)
{
	const char *peer = dt_str(fdt, node, "espalier,peer");
	struct pl011 *s = d->state;
	int err;

	s->dev = d;
	s->con.dev = s;
	s->con.input = pl011_input;
	s->con.can_output = can_output;
	timer_init(&s->timeout, timed_out);
	s->clock = emul_clock_hz(d, fdt, node, 0, DEFAULT_CLOCK);
	err = pl011_connect(s, fdt, node);
	if (err) {
		log_err("%s: %s: cannot make its console (error %d)", d->guest->name, d->path, err);
		return err;
	}
	s->wire.ops = &wire_ops;
	if (peer)
		wire_create(&s->wire, d, &s->con, peer);
	return 0;
}

static void pl011_reset(struct emul_dev *d)
{
	struct pl011 *s = d->state;

	pl011_flush(s);
	s->rsr = s->ilpr = s->imsc = s->ris = s->dmacr = 0;
	s->overrun = false;
	s->ibrd = s->clock / (16 * FIRMWARE_BAUD);
	s->fbrd = (uint32_t)((uint64_t)s->clock * 4 / FIRMWARE_BAUD) % 64;
	pl011_baud_changed(s);
	s->lcr_h = UARTLCR_H_WLEN8 | UARTLCR_H_FEN;
	s->cr = UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE;
	s->ifls = UARTIFLS_1_2 << UARTIFLS_TX_SHIFT | UARTIFLS_1_2 << UARTIFLS_RX_SHIFT;
	s->modem = modem_inputs(s);
	pl011_update(s);
	vserial_drop_input(&s->con);
	s->refused = false;
	wire_state_changed(&s->wire);
}

static void pl011_state_changed(struct emul_dev *d)
{
	wire_state_changed(&((struct pl011 *)d->state)->wire);
}

static void pl011_destroy(struct emul_dev *d)
{
	struct pl011 *s = d->state;

	timer_cancel(&s->timeout);
	wire_destroy(&s->wire);
	vserial_destroy(&s->con);
}

static void pl011_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct pl011 *s = d->state;

	int n = snprintf(buf, len, "%s: sent %u, received %u, tx fifo %u, rx fifo %u, irq %d",
			 s->con.name, (unsigned)s->sent, (unsigned)s->received, s->tx.count,
			 s->rx.count, s->line);

	if (s->wire.line && n > 0 && (unsigned)n < len)
		snprintf(buf + n, len - (unsigned)n, "; wired to %s (%s), lost %u",
			 s->wire.peer_name, wire_up(&s->wire) ? "there" : "not there",
			 (unsigned)s->wire.lost);
}

static const char *const compatible[] = { "arm,pl011", NULL };
static const char *const props[] = { "espalier,peer", NULL };

const struct emul_class pl011_class = {
	.name = "pl011",
	.line = true,
	.compatible = compatible,
	.state_size = sizeof(struct pl011),
	.create = pl011_create,
	.reset = pl011_reset,
	.destroy = pl011_destroy,
	.access = emul_rows_access,
	.maps = { &pl011_map },
	.state_changed = pl011_state_changed,
	.props = props,
	.describe = pl011_describe,
};
