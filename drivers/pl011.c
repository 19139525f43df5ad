/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell UART (PL011), ARM DDI 0183G: the host's serial lines. */
#include <errno.h>
#include <stdlib.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/lock.h>
#include <espalier/log.h>
#include <espalier/vcon.h>
#include <regs/pl011.h>

#define RX_INTERRUPTS (UARTINT_RX | UARTINT_RT)
#define REGS_SIZE     (UARTDMACR + 4)

struct pl011 {
	struct chardev chardev;
	hpa_t base;
	unsigned irq;
	struct spinlock lock; /* of imsc; inside vcon's */
	uint32_t imsc;
	uint32_t ibrd, fbrd; /* the rate that the boot loader chose */
	bool requested;      /* the interrupt is: only a line that is in use has it */
	/* Input that the owner has not taken yet. */
	char buf[PL011_FIFO_DEPTH];
	unsigned from, to;
};

static struct pl011 *pl011_of(struct chardev *c) { return container_of(c, struct pl011, chardev); }

static void hw_pl011_interrupt(unsigned intid, void *arg);

static void set_interrupts(struct pl011 *u, uint32_t mask, bool on)
{
	uint32_t flags = spin_lock(&u->lock);
	int r = 0;

	if (on && !u->requested) {
		r = irq_request(u->irq, hw_pl011_interrupt, u, u->chardev.path);
		u->requested = r == 0;
	}
	u->imsc = on ? u->imsc | mask : u->imsc & ~mask;
	mmio_write32(u->base, UARTIMSC, u->imsc);
	spin_unlock(&u->lock, flags);
	if (r)
		log_err("%s: interrupt %u: error %d; no input or output by interrupt",
			u->chardev.path, u->irq, -r);
}

/* --- output --------------------------------------------------------------------- */

static unsigned pl011_write(struct chardev *c, const char *buf, unsigned n)
{
	struct pl011 *u = pl011_of(c);
	unsigned i;

	for (i = 0; i < n; i++) {
		if (mmio_read32(u->base, UARTFR) & UARTFR_TXFF)
			break;
		mmio_write32(u->base, UARTDR, (uint8_t)buf[i]);
	}
	return i;
}

static void put_polled(hpa_t base, const char *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		while (mmio_read32(base, UARTFR) & UARTFR_TXFF)
			;
		mmio_write32(base, UARTDR, (uint8_t)buf[i]);
	}
}

static void pl011_write_sync(struct chardev *c, const char *buf, unsigned n)
{
	put_polled(pl011_of(c)->base, buf, n);
}

/*
 * UARTTXINTR is raised when the FIFO drains through its mark and stays until it is
 * cleared (2.8), so asking after a short write loses nothing.
 */
static void pl011_want_write(struct chardev *c, bool on)
{
	set_interrupts(pl011_of(c), UARTINT_TX, on);
}

/* --- input ---------------------------------------------------------------------- */

/* Takes what is in the FIFO; bytes with a framing or parity error are dropped. */
static void hw_pl011_refill(struct pl011 *u)
{
	u->from = u->to = 0;
	while (u->to < sizeof(u->buf) && !(mmio_read32(u->base, UARTFR) & UARTFR_RXFE)) {
		uint32_t dr = mmio_read32(u->base, UARTDR);

		if (!(dr & (UARTDR_FE | UARTDR_PE | UARTDR_BE)))
			u->buf[u->to++] = dr;
	}
}

/* The owner stops it by set_rx(false), which masks the interrupts. */
static void hw_pl011_receive(struct pl011 *u)
{
	struct chardev *c = &u->chardev;

	while (u->imsc & RX_INTERRUPTS) {
		if (u->from == u->to)
			hw_pl011_refill(u);
		if (u->from == u->to || !c->rx)
			break;
		u->from += c->rx(c, u->buf + u->from, u->to - u->from);
		if (u->from < u->to)
			break;
	}
}

/*
 * What is in `buf` raises no interrupt of the UART, nor does what came into the
 * FIFO before the interrupt was cleared: pend it by hand.
 */
static void pl011_set_rx(struct chardev *c, bool on)
{
	struct pl011 *u = pl011_of(c);

	set_interrupts(u, RX_INTERRUPTS, on);
	if (on && (u->from < u->to || !(mmio_read32(u->base, UARTFR) & UARTFR_RXFE)))
		irq_pend(u->irq);
}

static void hw_pl011_interrupt(unsigned intid, void *arg)
{
	struct pl011 *u = arg;
	uint32_t mis = mmio_read32(u->base, UARTMIS);

	mmio_write32(u->base, UARTICR, mis);
	hw_pl011_receive(u);
	if ((mis & UARTINT_TX) && u->chardev.can_write)
		u->chardev.can_write(&u->chardev);
}

/* --- finding it ------------------------------------------------------------------- */

static void hw_pl011_quiet(struct pl011 *u)
{
	u->imsc = 0;
	mmio_write32(u->base, UARTIMSC, 0);
	mmio_write32(u->base, UARTICR, UARTINT_ALL);
}

/* 8 bits, no parity, FIFOs on. */
static void pl011_start(struct chardev *c)
{
	struct pl011 *u = pl011_of(c);

	hw_pl011_quiet(u);
	mmio_write32(u->base, UARTLCR_H, UARTLCR_H_FEN | UARTLCR_H_WLEN8);
	mmio_write32(u->base, UARTIFLS,
		     UARTIFLS_1_2 << UARTIFLS_RX_SHIFT | UARTIFLS_1_4 << UARTIFLS_TX_SHIFT);
	mmio_write32(u->base, UARTCR, UARTCR_UARTEN | UARTCR_TXE | UARTCR_RXE);
}

/*
 * The FIFOs are flushed when they are switched off (3.3.7), which writes that do
 * not change the bit may not do.
 */
static void pl011_stop(struct chardev *c)
{
	struct pl011 *u = pl011_of(c);

	if (u->requested)
		irq_release(u->irq);
	u->requested = false;
	u->from = u->to = 0;
	mmio_write32(u->base, UARTCR, 0);
	hw_pl011_quiet(u);
	mmio_write32(u->base, UARTDMACR, 0);
	mmio_write32(u->base, UARTIBRD, u->ibrd);
	mmio_write32(u->base, UARTFBRD, u->fbrd);
	mmio_write32(u->base, UARTLCR_H, UARTLCR_H_FEN);
	mmio_write32(u->base, UARTLCR_H, 0);
	mmio_write32(u->base, UARTIFLS,
		     UARTIFLS_1_2 << UARTIFLS_RX_SHIFT | UARTIFLS_1_2 << UARTIFLS_TX_SHIFT);
	mmio_write32(u->base, UARTRSR, 0); /* UARTECR */
	mmio_write32(u->base, UARTICR, UARTINT_ALL);
	mmio_write32(u->base, UARTCR, UARTCR_TXE | UARTCR_RXE);
}

static const struct chardev_ops ops = {
	.write = pl011_write,
	.write_sync = pl011_write_sync,
	.want_write = pl011_want_write,
	.set_rx = pl011_set_rx,
	.start = pl011_start,
	.stop = pl011_stop,
};

static int hw_pl011_probe(const struct device *dev)
{
	int irq = irq_from_dt(dev->fdt, dev->node, 0);
	struct pl011 *u;
	int r;

	if (irq < 0) {
		log_err("%s: interrupts: missing or malformed", dev->path);
		return irq;
	}
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->irq = irq;
	u->chardev.path = dev->path;
	u->chardev.ops = &ops;
	r = device_map(dev, 0, REGS_SIZE, &u->base);
	if (r) {
		free(u);
		return r;
	}
	u->ibrd = mmio_read32(u->base, UARTIBRD);
	u->fbrd = mmio_read32(u->base, UARTFBRD);
	hw_pl011_quiet(u);
	chardev_register(&u->chardev);
	return 0;
}

static const char *const compatible[] = { "arm,pl011", NULL };
static const struct driver driver = { "pl011", compatible, DRIVER_CONSOLE, hw_pl011_probe };
DRIVER(driver);

static void early_put(const char *buf, unsigned n) { put_polled(HPA(CONFIG_EARLY_UART), buf, n); }

void console_early_default(void)
{
	if (CONFIG_EARLY_UART && !arch_host_map(HPA(CONFIG_EARLY_UART), REGS_SIZE, HOST_MAP_DEVICE))
		console_set_early(early_put);
}
