/* SPDX-License-Identifier: Apache-2.0 */
/* Wires between UARTs of guests. */
#include <errno.h>
#include <string.h>

#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/wire.h>

#include "vcon_int.h"

static struct list wires = LIST_INIT(wires);

bool wire_up(const struct wire *w)
{
	const struct guest *g = w->peer ? w->peer->dev->guest : NULL;

	return g && (g->state == GUEST_RUNNING || g->state == GUEST_PAUSED);
}

/* --- traffic --------------------------------------------------------------------- */

static void wire_unblock(struct wire *w)
{
	if (!w || !w->blocked)
		return;
	w->blocked = false;
	w->line->can_output(w->line->dev);
}

/* Puts into the line of `to` and its UART what they have room for. */
static unsigned wire_push(struct wire *to, const char *buf, unsigned n)
{
	unsigned done = 0, k;

	do {
		uint32_t flags = spin_lock(&vcon_lock);

		k = MIN(n - done, vserial_in_room(to->line));
		for (unsigned i = 0; i < k; i++)
			vserial_in_put(to->line, buf[done + i]);
		spin_unlock(&vcon_lock, flags);
		done += k;
		vserial_deliver(to->line);
	} while (k && done < n);
	return done;
}

unsigned wire_send(struct wire *w, const char *buf, unsigned n)
{
	struct wire *to = w->peer;
	unsigned done;

	w->blocked = false; /* nor to be called back from in here */
	if (!wire_up(w) || !to->ops->listens(to->line->dev)) {
		w->lost += n;
		return n;
	}
	done = wire_push(to, buf, n);
	if (done == n)
		return n;
	if (to->deaf && to->reads == to->reads_then) {
		w->lost += n - done;
		to->ops->overrun(to->line->dev);
		return n;
	}
	to->deaf = false;
	w->blocked = true;
	if (!to->stall.armed) {
		to->reads_then = to->reads;
		timer_arm(&to->stall, timer_now() + WIRE_STALL_NS);
	}
	return done;
}

/* This end was full a while ago. */
static void wire_stalled(struct timer *t)
{
	struct wire *w = container_of(t, struct wire, stall);

	if (!w->peer || !w->peer->blocked)
		return;
	w->deaf = w->reads == w->reads_then;
	if (w->deaf) {
		wire_unblock(w->peer);
	} else {
		w->reads_then = w->reads;
		timer_arm(t, timer_now() + WIRE_STALL_NS);
	}
}

void wire_read(struct wire *w) { w->reads++; }

void wire_room(struct wire *w) { wire_unblock(w->peer); }

void wire_state_changed(struct wire *w)
{
	struct wire *p = w->peer;

	w->deaf = false;
	if (!p)
		return;
	p->ops->peer_changed(p->line->dev);
	wire_unblock(p);
}

/* --- joining ----------------------------------------------------------------------- */

static struct wire *wire_of(const char *line)
{
	list_for_each(it, &wires) {
		struct wire *w = list_entry(it, struct wire, link);

		if (!strcmp(w->line->name, line))
			return w;
	}
	return NULL;
}

void wire_create(struct wire *w, struct emul_dev *d, struct vserial *line, const char *peer)
{
	if (strlen(peer) >= sizeof(w->peer_name))
		return; /* no line is called that */
	w->dev = d;
	w->line = line;
	strcpy(w->peer_name, peer);
	timer_init(&w->stall, wire_stalled);
	list_add_before(&w->link, &wires);
	line->wire = w;
	w->peer = wire_of(peer);
	if (w->peer && strcmp(w->peer->peer_name, line->name))
		w->peer = NULL;
	if (w->peer) {
		w->peer->peer = w;
		wire_state_changed(w);
	}
}

void wire_destroy(struct wire *w)
{
	struct wire *p = w->peer;

	if (!w->line)
		return;
	timer_cancel(&w->stall);
	list_del(&w->link);
	w->line->wire = NULL;
	w->peer = NULL;
	if (p) {
		p->peer = NULL;
		p->ops->peer_changed(p->line->dev);
		wire_unblock(p);
	}
	w->line = NULL;
}
