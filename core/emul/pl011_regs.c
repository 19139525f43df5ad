/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated PL011's registers, DDI 0183G 3.3. */
#include "pl011_int.h"
#include "primecell.h"

static uint32_t dr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return pl011_take(d->state);
}

static void dr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	pl011_send(d->state, v & 0xff);
}

static uint32_t rsr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct pl011 *)d->state)->rsr;
}

static void ecr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	((struct pl011 *)d->state)->rsr = 0;
}

static uint32_t fr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	const struct pl011 *s = d->state;

	return s->modem | (s->rx.count ? 0 : UARTFR_RXFE) |
	       (s->rx.count >= pl011_depth(s) ? UARTFR_RXFF : 0) |
	       (s->tx.count ? UARTFR_BUSY : UARTFR_TXFE) |
	       (s->tx.count >= pl011_depth(s) ? UARTFR_TXFF : 0);
}

static void ibrd_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;

	s->ibrd = v & 0xffff;
	pl011_baud_changed(s);
}

static void fbrd_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;

	s->fbrd = v & 0x3f;
	pl011_baud_changed(s);
}

static void lcr_h_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;
	uint32_t set = v & ~s->lcr_h, cleared = s->lcr_h & ~v;
	const uint32_t looped = UARTCR_UARTEN | UARTCR_LBE | UARTCR_RXE;

	if (cleared & UARTLCR_H_FEN)
		pl011_flush(s);
	s->lcr_h = v & 0xff;
	/* A break is one zero character, however long it lasts (3.3.1). */
	if ((set & UARTLCR_H_BRK) && (s->cr & looped) == looped)
		pl011_receive(s, UARTDR_BE);
	pl011_kick(s);
}

static void cr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;

	s->cr = v & 0xff87;
	pl011_modem_changed(s);
	pl011_kick(s);
}

static void imsc_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;

	s->imsc = v & UARTINT_ALL;
	pl011_update(s);
}

static uint32_t mis_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	const struct pl011 *s = d->state;

	return s->ris & s->imsc;
}

static void icr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl011 *s = d->state;

	/* Characters that stay in the FIFO will time out again. */
	if ((v & s->ris & UARTINT_RT) && s->rx.count)
		pl011_start_timeout(s);
	s->ris &= ~v;
	pl011_update(s);
}

/* Registers that only hold what was written. */
#define PLAIN(field) \
	static uint32_t field##_get(struct emul_dev *d, const struct mmio *m, unsigned i) \
	{ \
		return ((struct pl011 *)d->state)->field; \
	}
#define PLAIN_SET(field, mask) \
	PLAIN(field) \
	static void field##_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		((struct pl011 *)d->state)->field = v & (mask); \
	}
PLAIN(ibrd)
PLAIN(fbrd)
PLAIN(lcr_h)
PLAIN(cr)
PLAIN(imsc)
PLAIN(ris)
PLAIN_SET(ilpr, 0xff)
PLAIN_SET(ifls, 0x3f)
PLAIN_SET(dmacr, 7)

#define RW(reg, fn) \
	{ \
		.offset = reg, .name = #reg, .get = fn##_get, .set = fn##_set, .bytes = 1 \
	}
#define RO(reg, fn) \
	{ \
		.offset = reg, .name = #reg, .get = fn##_get, .bytes = 1 \
	}

static const struct reg_row rows[] = {
	RW(UARTDR, dr),
	{ .offset = UARTRSR, .name = "UARTRSR/ECR", .get = rsr_get, .set = ecr_set, .bytes = 1 },
	RESERVED_ROW(0x008, 0x00c), /* singly: UARTFR is found at once then */
	RESERVED_ROW(0x00c, 0x010),
	RESERVED_ROW(0x010, 0x014),
	RESERVED_ROW(0x014, 0x018),
	RO(UARTFR, fr),
	RESERVED_ROW(0x01c, 0x020),
	RW(UARTILPR, ilpr),
	RW(UARTIBRD, ibrd),
	RW(UARTFBRD, fbrd),
	RW(UARTLCR_H, lcr_h),
	RW(UARTCR, cr),
	RW(UARTIFLS, ifls),
	RW(UARTIMSC, imsc),
	RO(UARTRIS, ris),
	RO(UARTMIS, mis),
	{ .offset = UARTICR, .name = "UARTICR", .set = icr_set, .bytes = 1 },
	RW(UARTDMACR, dmacr),
	RESERVED_ROW(0x04c, UARTTCR),
	{ .offset = UARTTCR, .count = 4, .name = "UARTTCR..UARTTDR", .bytes = 1 },
	RESERVED_ROW(0x090, 0xfe0),
	/* r1p1, with 16-character FIFOs, as on the board. */
	PRIMECELL_ID_ROWS(0x11, 0x10, 0x14, 0x00),
};

const struct reg_map pl011_map = { rows, ARRAY_SIZE(rows) };
