/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doorbell at one end of a channel, docs/channels.md.  What it does to the
 * peer is to set bits of the peer's CH_STATUS; everything else is its own.
 */
#include <errno.h>
#include <stdio.h>

#include <espalier/channel.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <regs/doorbell.h>

#include "classes.h"

#define VERSION 1

struct doorbell {
	struct emul_dev *dev;
	struct channel *ch; /* NULL until it has been created */
	unsigned end;
	uint32_t ctrl, status, enable;
	uint32_t seen; /* CH_PEER as of the last CH_CHANGE */
	bool line;
	uint32_t sent, received; /* writes to CH_RING, for `guest info` */
};

static struct doorbell *peer_of(const struct doorbell *s)
{
	const struct emul_dev *d = s->ch ? s->ch->end[!s->end] : NULL;
	struct doorbell *p = d ? d->state : NULL;

	return p && p->ch ? p : NULL;
}

static uint32_t peer_bits(const struct doorbell *s)
{
	const struct doorbell *p = peer_of(s);

	if (!p)
		return 0;
	return CH_PEER_PRESENT | (p->dev->guest->state == GUEST_RUNNING ? CH_PEER_RUNNING : 0) |
	       (p->ctrl & CH_CTRL_READY ? CH_PEER_READY : 0);
}

static void doorbell_update(struct doorbell *s)
{
	bool line = (s->status & s->enable) != 0;

	if (line == s->line)
		return;
	s->line = line;
	if (s->dev->nr_irqs)
		virq_set(s->dev->guest, s->dev->irq[0], line);
}

/* Something about this end is another: the peer gets to know. */
static void tell_peer(struct doorbell *s)
{
	struct doorbell *p = peer_of(s);
	uint32_t now;

	if (!p)
		return;
	now = peer_bits(p);
	if (now == p->seen)
		return;
	p->seen = now;
	p->status |= CH_CHANGE;
	doorbell_update(p);
}

/* --- registers ------------------------------------------------------------------ */

static struct doorbell *doorbell_of(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return d->state;
}

static uint32_t size_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return doorbell_of(d, m, i)->ch->size;
}

static uint32_t end_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return doorbell_of(d, m, i)->end;
}

static uint32_t peer_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return peer_bits(doorbell_of(d, m, i));
}

static uint32_t doorbell_ctrl_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return doorbell_of(d, m, i)->ctrl;
}

static void doorbell_ctrl_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct doorbell *s = doorbell_of(d, m, i);

	s->ctrl = v & CH_CTRL_READY;
	tell_peer(s);
}

static void ring_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct doorbell *s = doorbell_of(d, m, i), *p = peer_of(s);

	if (!p || !(v & CH_BELLS))
		return;
	s->sent++;
	p->received++;
	p->status |= v & CH_BELLS;
	doorbell_update(p);
}

static uint32_t status_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return doorbell_of(d, m, i)->status;
}

static void ack_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct doorbell *s = doorbell_of(d, m, i);

	s->status &= ~v;
	doorbell_update(s);
}

static uint32_t doorbell_enable_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return doorbell_of(d, m, i)->enable;
}

static void enable_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct doorbell *s = doorbell_of(d, m, i);

	s->enable = v & (CH_BELLS | CH_CHANGE);
	doorbell_update(s);
}

static uint32_t pending_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	const struct doorbell *s = doorbell_of(d, m, i);

	return s->status & s->enable;
}

static const struct reg_row rows[] = {
	{ .offset = CH_ID, .name = "CH_ID", .value = CH_ID_VALUE },
	{ .offset = CH_VERSION, .name = "CH_VERSION", .value = VERSION },
	{ .offset = CH_SIZE, .name = "CH_SIZE", .get = size_get },
	{ .offset = CH_END, .name = "CH_END", .get = end_get },
	{ .offset = CH_PEER, .name = "CH_PEER", .get = peer_get },
	{ .offset = CH_CTRL,
	  .name = "CH_CTRL",
	  .get = doorbell_ctrl_get,
	  .set = doorbell_ctrl_set },
	{ .offset = CH_RING, .name = "CH_RING", .set = ring_set },
	{ .offset = CH_STATUS, .name = "CH_STATUS", .get = status_get },
	{ .offset = CH_ACK, .name = "CH_ACK", .set = ack_set },
	{ .offset = CH_ENABLE, .name = "CH_ENABLE", .get = doorbell_enable_get, .set = enable_set },
	{ .offset = CH_PENDING, .name = "CH_PENDING", .get = pending_get },
	{ .offset = 0x02c, .count = (0x1000 - 0x02c) / 4, .name = "reserved" },
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

/* --- the class ------------------------------------------------------------------ */

static int doorbell_create(struct emul_dev *d, const void *fdt, int node)
{
	struct doorbell *s = d->state;

	s->dev = d;
	s->ch = channel_of(d, &s->end);
	if (!s->ch) /* channel_attach() comes first */
		log_err("%s: %s: not joined", d->guest->name, d->path);
	return s->ch ? 0 : -ENODEV;
}

static void doorbell_reset(struct emul_dev *d)
{
	struct doorbell *s = d->state;

	s->ctrl = s->status = s->enable = 0;
	s->seen = peer_bits(s);
	doorbell_update(s);
	tell_peer(s);
}

static void doorbell_destroy(struct emul_dev *d)
{
	struct doorbell *s = d->state, *p = peer_of(s);

	s->ch->end[s->end] = NULL;
	s->ch = NULL;
	if (p) {
		p->seen = peer_bits(p);
		p->status |= CH_CHANGE;
		doorbell_update(p);
	}
}

static void doorbell_state_changed(struct emul_dev *d) { tell_peer(d->state); }

static void doorbell_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct doorbell *s = d->state, *p = peer_of(s);

	snprintf(buf, len, "%s end %u, %u KiB, peer %s, rang %u, was rung %u, irq %d", s->ch->name,
		 s->end, (unsigned)s->ch->size >> 10, p ? p->dev->guest->name : "absent",
		 (unsigned)s->sent, (unsigned)s->received, s->line);
}

static const char *const compatible[] = { "espalier,channel", NULL };
static const char *const props[] = { "espalier,channel", "espalier,end", NULL };

const struct emul_class doorbell_class = {
	.name = "channel",
	.compatible = compatible,
	.state_size = sizeof(struct doorbell),
	.create = doorbell_create,
	.reset = doorbell_reset,
	.destroy = doorbell_destroy,
	.access = emul_rows_access,
	.maps = { NULL, &map },
	.state_changed = doorbell_state_changed,
	.props = props,
	.shares_memory = true,
	.describe = doorbell_describe,
};
