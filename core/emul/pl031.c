/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated PL031 real-time clock, DDI 0224C.  It starts with the host's time
 * and counts on while the guest is halted.
 */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/timer.h>
#include <regs/pl031.h>

#include "classes.h"
#include "primecell.h"

struct pl031 {
	struct emul_dev *dev;
	struct timer timer;
	uint32_t offset; /* seconds of the clock when the VMM booted */
	uint32_t last;   /* the clock when last looked at */
	uint32_t match, load;
	uint32_t imsc, ris;
	bool line;
};

static uint32_t pl031_seconds(uint64_t now) { return (uint32_t)(now / NS_PER_SEC); }

/* The interrupt comes when the clock counts up to RTCMR. */
static void pl031_catch_up(struct pl031 *s, uint64_t now)
{
	uint32_t clock = s->offset + pl031_seconds(now);

	if (s->match - s->last - 1 < clock - s->last)
		s->ris |= RTCINT_MATCH;
	s->last = clock;
}

static void pl031_settle(struct pl031 *s, uint64_t now)
{
	bool line = s->ris & s->imsc;
	uint32_t left = s->match - s->last;

	if (line != s->line) {
		s->line = line;
		if (s->dev->nr_irqs)
			virq_set(s->dev->guest, s->dev->irq[0], line);
	}
	if ((s->imsc & RTCINT_MATCH) && !s->ris && left)
		timer_arm(&s->timer, (now / NS_PER_SEC + left) * NS_PER_SEC);
	else
		timer_cancel(&s->timer);
}

static void pl031_matched(struct timer *t)
{
	struct pl031 *s = container_of(t, struct pl031, timer);
	uint64_t now = timer_now();

	pl031_catch_up(s, now);
	pl031_settle(s, now);
}

/* --- registers ----------------------------------------------------------------- */

static struct pl031 *pl031_look(struct emul_dev *d)
{
	pl031_catch_up(d->state, timer_now());
	return d->state;
}

static uint32_t pl031_dr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return pl031_look(d)->last;
}

static uint32_t mr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct pl031 *)d->state)->match;
}

static void mr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl031 *s = pl031_look(d);

	s->match = v;
	if (v == s->last)
		s->ris |= RTCINT_MATCH;
	pl031_settle(s, timer_now());
}

static uint32_t lr_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct pl031 *)d->state)->load;
}

static void lr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl031 *s = pl031_look(d);
	uint64_t now = timer_now();

	s->load = s->last = v;
	s->offset = v - pl031_seconds(now);
	pl031_settle(s, now);
}

static uint32_t imsc_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return ((struct pl031 *)d->state)->imsc;
}

static void pl031_imsc_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl031 *s = pl031_look(d);

	s->imsc = v & RTCINT_MATCH;
	pl031_settle(s, timer_now());
}

static uint32_t pl031_ris_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return pl031_look(d)->ris;
}

static uint32_t pl031_mis_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct pl031 *s = pl031_look(d);

	return s->ris & s->imsc;
}

static void pl031_icr_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct pl031 *s = pl031_look(d);

	s->ris &= ~v;
	pl031_settle(s, timer_now());
}

static const struct reg_row rows[] = {
	{ .offset = RTCDR, .name = "RTCDR", .get = pl031_dr_get },
	{ .offset = RTCMR, .name = "RTCMR", .get = mr_get, .set = mr_set },
	{ .offset = RTCLR, .name = "RTCLR", .get = lr_get, .set = lr_set },
	{ .offset = RTCCR, .name = "RTCCR", .value = RTCCR_START },
	{ .offset = RTCIMSC, .name = "RTCIMSC", .get = imsc_get, .set = pl031_imsc_set },
	{ .offset = RTCRIS, .name = "RTCRIS", .get = pl031_ris_get },
	{ .offset = RTCMIS, .name = "RTCMIS", .get = pl031_mis_get },
	{ .offset = RTCICR, .name = "RTCICR", .set = pl031_icr_set },
	RESERVED_ROW(0x020, 0xfe0),
	PRIMECELL_ID_ROWS(0x31, 0x10, 0x14, 0x00),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

/* --- the class --------------------------------------------------------------------- */

static int pl031_create(struct emul_dev *d, const void *fdt, int node)
{
	struct pl031 *s = d->state;

	s->dev = d;
	timer_init(&s->timer, pl031_matched);
	return 0;
}

static void pl031_reset(struct emul_dev *d)
{
	struct pl031 *s = d->state;
	uint64_t now = timer_now();

	s->match = s->load = s->imsc = s->ris = 0;
	s->offset = timer_epoch();
	s->last = s->offset + pl031_seconds(now);
	pl031_settle(s, now);
}

static void pl031_destroy(struct emul_dev *d) { timer_cancel(&((struct pl031 *)d->state)->timer); }

static void pl031_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct pl031 *s = pl031_look(d);

	snprintf(buf, len, "clock %u, match %u, irq %d", (unsigned)s->last, (unsigned)s->match,
		 s->line);
}

static const char *const compatible[] = { "arm,pl031", NULL };

const struct emul_class pl031_class = {
	.name = "pl031",
	.compatible = compatible,
	.state_size = sizeof(struct pl031),
	.create = pl031_create,
	.reset = pl031_reset,
	.destroy = pl031_destroy,
	.access = emul_rows_access,
	.maps = { &map },
	.describe = pl031_describe,
};
