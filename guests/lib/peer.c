/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "peer.h"
#include "pl011.h"

volatile uint32_t peer_events;

/* --- the channel: each end writes the ring in its half ----------------------------- */

#define BELL      1u
#define RING_SIZE 0x1000u

/*
 * Counters modulo 2^32.  Whatever the other side writes there, no more than
 * RING_SIZE bytes are taken, all of them from the ring.
 */
struct ring {
	volatile uint32_t head; /* written by who sends */
	volatile uint32_t tail; /* written by who receives */
	uint32_t unused[2];
	volatile char data[RING_SIZE];
};
_Static_assert(sizeof(struct ring) <= CHANNEL_SIZE / 2, "a ring fits into its half");

static struct ring *out, *in;

static void on_bell(unsigned intid)
{
	wr32(CH_ACK, rd32(CH_PENDING)); /* before anybody looks into the rings */
	peer_events++;
}

void channel_init(void)
{
	uint32_t end = rd32(CH_END) & 1;

	out = (struct ring *)(CHANNEL + end * CHANNEL_SIZE / 2);
	in = (struct ring *)(CHANNEL + (1 - end) * CHANNEL_SIZE / 2);
	/* What was left by who ran here before: each side moves its own counters only. */
	in->tail = in->head;
	gic_enable(IRQ_CHANNEL, 0x80, on_bell);
	wr32(CH_ENABLE, BELL | CH_CHANGE);
	wr32(CH_CTRL, 1);
}

static uint32_t channel_put(const char *p, uint32_t n)
{
	uint32_t head = out->head, used = head - out->tail, done = 0;

	if (used > RING_SIZE)
		used = RING_SIZE;
	for (; done < n && used + done < RING_SIZE; done++)
		out->data[(head + done) % RING_SIZE] = p[done];
	if (done) {
		asm volatile("dmb" : : : "memory");
		out->head = head + done;
		dsb();
		wr32(CH_RING, BELL);
	}
	return done;
}

static uint32_t channel_get(char *p, uint32_t max)
{
	uint32_t tail = in->tail, ready = in->head - tail, done;

	asm volatile("dmb" : : : "memory");
	if (ready > RING_SIZE)
		ready = RING_SIZE;
	for (done = 0; done < max && done < ready; done++)
		p[done] = in->data[(tail + done) % RING_SIZE];
	if (done) {
		asm volatile("dmb" : : : "memory");
		in->tail = tail + done;
		dsb();
		wr32(CH_RING, BELL);
	}
	return done;
}

const struct peer by_channel = { "channel", channel_put, channel_get };

/* --- the wire ------------------------------------------------------------------------- */

/* The level of the interrupt goes with what caused it: masked until that is looked at. */
static void on_wire(unsigned intid)
{
	wr32(WIRE + UARTIMSC, 0);
	peer_events++;
}

void wire_init(void)
{
	wr32(WIRE + UARTCR, 0);
	wr32(WIRE + UARTIMSC, 0);
	wr32(WIRE + UARTIBRD, 13);
	wr32(WIRE + UARTFBRD, 1);
	wr32(WIRE + UARTLCR_H, LCR_H_FEN | LCR_H_WLEN8);
	wr32(WIRE + UARTICR, 0x7ff);
	wr32(WIRE + UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
	while (!(rd32(WIRE + UARTFR) & FR_RXFE))
		rd32(WIRE + UARTDR);
	gic_enable(IRQ_WIRE, 0x80, on_wire);
	wr32(WIRE + UARTIMSC, INT_RX | INT_RT);
}

static uint32_t wire_put(const char *p, uint32_t n)
{
	uint32_t done = 0;

	for (; done < n && !(rd32(WIRE + UARTFR) & FR_TXFF); done++)
		wr32(WIRE + UARTDR, (uint8_t)p[done]);
	if (done < n)
		wr32(WIRE + UARTIMSC, INT_RX | INT_RT | INT_TX);
	return done;
}

static uint32_t wire_get(char *p, uint32_t max)
{
	uint32_t done = 0;

	for (; done < max && !(rd32(WIRE + UARTFR) & FR_RXFE); done++)
		p[done] = (char)rd32(WIRE + UARTDR);
	wr32(WIRE + UARTIMSC, INT_RX | INT_RT);
	return done;
}

const struct peer by_wire = { "wire", wire_put, wire_get };

/* --- both --------------------------------------------------------------------------- */

void peer_send(const struct peer *p, const char *text, uint32_t n)
{
	for (;;) {
		uint32_t events = peer_events, done = p->put(text, n);

		text += done;
		n -= done;
		if (!n)
			return;
		if (!done)
			wait_for(&peer_events, events + 1);
	}
}

uint32_t peer_line(const struct peer *p, char *line, uint32_t max)
{
	uint32_t n = 0;

	for (;;) {
		uint32_t events = peer_events;
		char c;

		if (!p->get(&c, 1)) {
			wait_for(&peer_events, events + 1);
			continue;
		}
		if (c == '\n')
			break;
		if (c != '\r' && n < max - 1)
			line[n++] = c;
	}
	line[n] = '\0';
	return n;
}
