/* SPDX-License-Identifier: Apache-2.0 */
/* The far ends of the guests' UARTs: a ring of output, a FIFO of input. */
#include <errno.h>
#include <string.h>

#include <espalier/wire.h>

#include "vcon_int.h"

struct spinlock vcon_lock;

static struct list vserials = LIST_INIT(vserials);

int vserial_create(struct vserial *s, const char *name, char *rings)
{
	struct vserial fresh = {
		.out = rings,
		.in = rings + VSERIAL_RING,
		.dev = s->dev,
		.input = s->input,
		.can_output = s->can_output,
	};

	if (strlen(name) >= sizeof(fresh.name))
		return -ENAMETOOLONG;
	if (vserial_find(name))
		return -EEXIST;
	strcpy(fresh.name, name);
	*s = fresh;

	uint32_t flags = spin_lock(&vcon_lock);
	list_add_before(&s->link, &vserials);
	spin_unlock(&vcon_lock, flags);
	return 0;
}

void vserial_destroy(struct vserial *s)
{
	if (!s->out)
		return;
	s->input = NULL;
	s->can_output = NULL;
	if (vserial_bound() == s)
		vserial_bind(NULL);

	uint32_t flags = spin_lock(&vcon_lock);
	list_del(&s->link);
	spin_unlock(&vcon_lock, flags);
	s->out = NULL;
	s->in = NULL;
}

struct vserial *vserial_find(const char *name)
{
	list_for_each(it, &vserials) {
		struct vserial *s = list_entry(it, struct vserial, link);

		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

void vserial_for_each(void (*fn)(struct vserial *s, void *arg), void *arg)
{
	list_for_each_safe(it, &vserials)
		fn(list_entry(it, struct vserial, link), arg);
}

/* --- output ------------------------------------------------------------------ */

static void out_put(struct vserial *s, const char *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		s->out[s->out_end++ % VSERIAL_RING] = buf[i];
	s->out_kept = MIN(s->out_kept + n, VSERIAL_RING);
	if (vserial_unseen(s) > VSERIAL_RING)
		s->out_shown = s->out_end - VSERIAL_RING;
}

unsigned vserial_output(struct vserial *s, const char *buf, unsigned n)
{
	struct vcon_after after = { 0 };
	unsigned taken = 0;
	uint32_t flags;

	if (s->wire)
		n = wire_send(s->wire, buf, n);
	flags = spin_lock(&vcon_lock);
	if (!console_shows(s)) {
		/* Only the ring's worth of the end can be kept. */
		if (n > VSERIAL_RING)
			taken = n - VSERIAL_RING;
		out_put(s, buf + taken, n - taken);
		spin_unlock(&vcon_lock, flags);
		return n;
	}
	while (taken < n) {
		unsigned k = MIN(n - taken, VSERIAL_RING - vserial_unseen(s));

		if (k == 0)
			break;
		out_put(s, buf + taken, k);
		taken += k;
		console_pump(&after);
	}
	/* Nobody is to be called back: the caller learns it by the result. */
	s->blocked = taken < n;
	spin_unlock(&vcon_lock, flags);
	return taken;
}

unsigned vserial_peek(struct vserial *s, char *buf, unsigned len)
{
	uint32_t flags = spin_lock(&vcon_lock);
	unsigned n = MIN(len, s->out_kept);

	for (unsigned i = 0; i < n; i++)
		buf[i] = s->out[(s->out_end - n + i) % VSERIAL_RING];
	spin_unlock(&vcon_lock, flags);
	return n;
}

/* --- input ------------------------------------------------------------------- */

void vserial_in_put(struct vserial *s, char ch) { s->in[s->in_end++ % VSERIAL_IN] = ch; }

void vserial_drop_input(struct vserial *s)
{
	struct vcon_after after = { 0 };
	uint32_t irq = arch_irq_save();
	uint32_t flags = spin_lock(&vcon_lock);

	s->in_taken = s->in_end;
	console_in_taken(s, &after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	if (s->wire)
		wire_room(s->wire);
	arch_irq_restore(irq);
}

/* Takes a copy of the oldest input; returns how much, 0 if another call is at it. */
static unsigned deliver_begin(struct vserial *s, char *buf, unsigned len)
{
	uint32_t flags = spin_lock(&vcon_lock);
	unsigned n = 0;

	if (s->delivering) {
		s->deliver_again = true;
	} else {
		n = MIN(len, s->in_end - s->in_taken);
		for (unsigned i = 0; i < n; i++)
			buf[i] = s->in[(s->in_taken + i) % VSERIAL_IN];
		s->delivering = n > 0;
		s->deliver_again = false;
	}
	spin_unlock(&vcon_lock, flags);
	return n;
}

/* True if it is worth another try. */
static bool deliver_end(struct vserial *s, unsigned taken, bool all)
{
	struct vcon_after after = { 0 };
	uint32_t flags = spin_lock(&vcon_lock);
	bool again = all || s->deliver_again;

	s->in_taken += taken;
	s->delivering = false;
	if (taken)
		console_in_taken(s, &after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	if (taken && s->wire)
		wire_room(s->wire);
	return again;
}

void vserial_deliver(struct vserial *s)
{
	char buf[32];
	unsigned n, k;

	do {
		n = deliver_begin(s, buf, sizeof(buf));
		if (n == 0)
			return;
		/* A line without a UART behind it swallows its input. */
		k = s->input ? s->input(s->dev, buf, n) : n;
	} while (deliver_end(s, k, k == n));
}

void vserial_want_input(struct vserial *s) { vserial_deliver(s); }
