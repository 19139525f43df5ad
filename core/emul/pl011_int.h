/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated PL011: pl011.c is the UART, pl011_regs.c how the guest sees it. */
#ifndef EMUL_PL011_H
#define EMUL_PL011_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/emul.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <espalier/wire.h>
#include <regs/pl011.h>

struct fifo {
	uint16_t data[PL011_FIFO_DEPTH];
	unsigned head, count;
};

struct pl011 {
	struct emul_dev *dev;
	struct vserial con;
	struct wire wire;     /* espalier,peer */
	struct timer timeout; /* receive timeout */
	uint64_t timeout_ns;
	uint32_t clock; /* UARTCLK, Hz */
	struct fifo rx, tx;
	uint32_t rsr, ilpr, ibrd, fbrd, lcr_h, cr, ifls, imsc, ris, dmacr;
	uint32_t modem; /* UARTFR's modem bits when last looked at */
	bool overrun;   /* UARTDR.OE until a character fits again */
	bool refused;   /* input waits in the console */
	bool line;
	uint32_t sent, received;   /* bytes, for `guest info` */
	char rings[VSERIAL_RINGS]; /* of con */
};

/* Characters that each FIFO holds now: 16, or 1 without UARTLCR_H.FEN. */
unsigned pl011_depth(const struct pl011 *s);

/* The next received character with its error bits; 0 when there is none. */
uint32_t pl011_take(struct pl011 *s);
/* A character with its error bits arrives from the line. */
void pl011_receive(struct pl011 *s, uint32_t c);
/* The guest sends a character; lost if the FIFO is full. */
void pl011_send(struct pl011 *s, uint32_t c);
/* Goes on with what waits after a change of settings, both ways. */
void pl011_kick(struct pl011 *s);
/* Empties both FIFOs. */
void pl011_flush(struct pl011 *s);

void pl011_start_timeout(struct pl011 *s);
/* After a change of the divisor. */
void pl011_baud_changed(struct pl011 *s);
/* After a change of UARTCR: loopback moves the modem inputs. */
void pl011_modem_changed(struct pl011 *s);
/* Drives the interrupt from UARTRIS and UARTIMSC. */
void pl011_update(struct pl011 *s);

extern const struct reg_map pl011_map;

#endif
