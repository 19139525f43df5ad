/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console switch: one line of the host, the shell, and at most one bound
 * vserial.  The ring of the bound vserial is the queue to the line; the host
 * thread writes to the line directly and waits when it is full.
 */
#include <errno.h>
#include <string.h>

#include <espalier/sched.h>
#include <espalier/timer.h>

#include "vcon_int.h"

#define KEY_ESC    0x1b
#define KEY_CTRL_C 0x03
#define HELD_NS    (100 * NS_PER_MS)
#define STALL_NS   (2 * NS_PER_SEC)

/* Input is stopped below IN_LOW bytes of room and goes on from IN_HIGH. */
#define SHELL_IN 512u
#define IN_LOW   32u /* a full PL011 FIFO */
#define IN_HIGH  128u

/* Leaves the bound line. */
static const char way_out[] = { KEY_ESC, 'x', 'q' };

static struct {
	struct chardev *line;
	void (*early)(const char *buf, unsigned n);
	struct vserial *bound;
	bool was_unbound;
	/* to the line */
	bool host_writes; /* the host thread has the line for itself */
	bool host_waits;  /* ... and sleeps until it takes more */
	char last;        /* byte sent */
	/* from the line */
	char in[SHELL_IN]; /* for the shell; positions as in struct vserial */
	uint32_t in_end, in_taken;
	unsigned interrupts; /* how many of them are ^C */
	bool stopped;        /* set_rx(false) is in force */
	bool dropping;       /* the bound line is full and stuck: only ESC x q counts */
	uint32_t stall_at;   /* in_taken of the bound line when it got stuck */
	/* Input of the bound line: */
	unsigned escape; /* how many keys of the way out were the last ones */
	unsigned held;   /* how many of these, again the last, the guest lacks */
	struct timer hold, stall;
} con;

void vcon_run(const struct vcon_after *a)
{
	if (a->arm_hold)
		timer_arm(&con.hold, timer_now() + HELD_NS);
	if (a->arm_stall)
		timer_arm(&con.stall, timer_now() + STALL_NS);
	if (a->deliver)
		vserial_deliver(a->deliver);
	if (a->unblock && a->unblock->can_output)
		a->unblock->can_output(a->unblock->dev);
	if (a->wake)
		sched_wake_host();
}

/* --- output -------------------------------------------------------------------- */

static unsigned line_write(const char *buf, unsigned n)
{
	unsigned k = con.line->ops->write(con.line, buf, n);

	if (k)
		con.last = buf[k - 1];
	return k;
}

bool console_shows(const struct vserial *s) { return con.bound == s && con.line; }

void console_pump(struct vcon_after *a)
{
	struct vserial *s = con.bound;

	if (!s || !con.line || con.host_writes)
		return;
	while (vserial_unseen(s)) {
		uint32_t at = s->out_shown % VSERIAL_RING;
		unsigned n = MIN(vserial_unseen(s), VSERIAL_RING - at);
		unsigned k = line_write(s->out + at, n);

		s->out_shown += k;
		if (k < n) {
			con.line->ops->want_write(con.line, true);
			break;
		}
	}
	if (s->blocked && vserial_unseen(s) < VSERIAL_RING) {
		s->blocked = false;
		a->unblock = s;
	}
}

/* The line's driver has room. */
static void console_can_write(struct chardev *c)
{
	struct vcon_after after = { 0 };
	uint32_t flags = spin_lock(&vcon_lock);

	c->ops->want_write(c, false);
	after.wake = con.host_waits;
	con.host_waits = false;
	console_pump(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
}

/* The host thread takes the line for itself, or gives it back. */
static void host_writes(bool on)
{
	struct vcon_after after = { 0 };
	uint32_t irq = arch_irq_save();
	uint32_t flags = spin_lock(&vcon_lock);

	con.host_writes = on;
	if (!on)
		console_pump(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	arch_irq_restore(irq);
}

static void host_put(const char *buf, unsigned n)
{
	while (n) {
		uint32_t flags = spin_lock(&vcon_lock);
		unsigned k = line_write(buf, n);

		if (k == 0) {
			con.host_waits = true;
			con.line->ops->want_write(con.line, true);
		}
		spin_unlock(&vcon_lock, flags);
		if (k == 0)
			sched_wait();
		buf += k;
		n -= k;
	}
}

/* Calls put for pieces of buf with "\r\n" in place of a bare '\n'. */
static void put_crlf(void (*put)(const char *buf, unsigned n), const char *buf, unsigned n)
{
	unsigned start = 0;

	for (unsigned i = 0; i < n; i++) {
		if (buf[i] != '\n' || (i > 0 && buf[i - 1] == '\r'))
			continue;
		if (i > start)
			put(buf + start, i - start);
		put("\r\n", 2);
		start = i + 1;
	}
	if (n > start)
		put(buf + start, n - start);
}

void console_write(const char *buf, unsigned n)
{
	if (!con.line) {
		console_write_sync(buf, n);
		return;
	}
	host_writes(true);
	put_crlf(host_put, buf, n);
	host_writes(false);
}

static void sync_put(const char *buf, unsigned n)
{
	if (con.line)
		con.line->ops->write_sync(con.line, buf, n);
	else if (con.early)
		con.early(buf, n);
	con.last = buf[n - 1];
}

void console_write_sync(const char *buf, unsigned n) { put_crlf(sync_put, buf, n); }

void console_set_early(void (*put)(const char *buf, unsigned n)) { con.early = put; }

bool console_at_line_start(void) { return con.last == '\n' || con.last == '\0'; }

/* --- input --------------------------------------------------------------------- */

static uint32_t shell_in_room(void) { return SHELL_IN - (con.in_end - con.in_taken); }

/* What is held has its room already; a line that is `dropping` may lack it. */
static uint32_t in_room(void)
{
	uint32_t room;

	if (!con.bound)
		return shell_in_room();
	room = vserial_in_room(con.bound);
	return room - MIN(room, con.held);
}

/* The line is stopped: finds out whether the bound guest takes input at all. */
static void console_watch(struct vcon_after *a)
{
	con.stall_at = con.bound->in_taken;
	a->arm_stall = true;
}

/* Stops or restarts the line as there is room for its input. */
static void console_flow(struct vcon_after *a)
{
	uint32_t room = in_room();

	if (!con.line)
		return;
	if (!con.stopped && !con.dropping && room < IN_LOW) {
		con.stopped = true;
		con.line->ops->set_rx(con.line, false);
		if (con.bound)
			console_watch(a);
	} else if (con.stopped && (room >= IN_HIGH || con.dropping)) {
		con.stopped = false;
		con.line->ops->set_rx(con.line, true);
	}
}

static void console_unbind(struct vcon_after *a)
{
	struct vserial *s = con.bound;

	con.bound = NULL;
	con.was_unbound = true;
	con.escape = con.held = 0;
	con.dropping = false;
	a->wake = true;
	/* An unbound line takes any output. */
	if (s->blocked) {
		s->blocked = false;
		a->unblock = s;
	}
}

static void guest_put(char ch, struct vcon_after *a)
{
	if (vserial_in_room(con.bound) == 0) {
		line_write("\a", 1);
		return;
	}
	vserial_in_put(con.bound, ch);
	a->deliver = con.bound;
}

/* They lead nowhere, or not soon: the guest gets the keys that were held. */
static void let_go(struct vcon_after *a)
{
	for (; con.held; con.held--)
		guest_put(way_out[con.escape - con.held], a);
}

/* One byte for the bound line.  There is room for it, or the line is `dropping`. */
static void guest_byte(char ch, struct vcon_after *a)
{
	if (ch != way_out[con.escape]) {
		let_go(a);
		con.escape = 0;
	}
	if (ch != way_out[con.escape]) {
		guest_put(ch, a);
		return;
	}
	con.escape++;
	con.held++;
	if (con.escape == sizeof(way_out))
		console_unbind(a);
	else
		a->arm_hold = true;
}

static void shell_put(char ch)
{
	con.in[con.in_end++ % SHELL_IN] = ch;
	con.interrupts += ch == KEY_CTRL_C;
}

/* There must be one. */
static unsigned char shell_take(void)
{
	unsigned char ch = con.in[con.in_taken++ % SHELL_IN];

	con.interrupts -= ch == KEY_CTRL_C;
	return ch;
}

/* Sorts bytes by who is to have them; returns how many it took. */
static unsigned in_sort(const char *buf, unsigned n, struct vcon_after *a)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (in_room() == 0 && !con.dropping)
			break;
		if (con.bound) {
			guest_byte(buf[i], a);
		} else {
			shell_put(buf[i]);
			a->wake = true;
		}
	}
	return i;
}

static unsigned console_rx(struct chardev *c, const char *buf, unsigned n)
{
	struct vcon_after after = { 0 };
	uint32_t flags = spin_lock(&vcon_lock);
	unsigned taken = in_sort(buf, n, &after);

	console_flow(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	return taken;
}

void console_in_taken(struct vserial *s, struct vcon_after *a)
{
	if (s != con.bound)
		return;
	con.dropping = false;
	console_flow(a);
}

/* Nothing came after ESC or ESC x: a late x or q still counts. */
static void hold_timeout(struct timer *t)
{
	struct vcon_after after = { 0 };
	uint32_t flags = spin_lock(&vcon_lock);

	let_go(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
}

static void stall_timeout(struct timer *t)
{
	struct vcon_after after = { 0 };
	uint32_t flags = spin_lock(&vcon_lock);

	if (con.bound && con.stopped) {
		if (con.bound->in_taken == con.stall_at) {
			con.dropping = true;
			console_flow(&after);
		} else {
			console_watch(&after);
		}
	}
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
}

/* Takes what the shell may have, by `take`, and lets more in. */
static int host_take(int (*take)(void))
{
	struct vcon_after after = { 0 };
	uint32_t irq = arch_irq_save();
	uint32_t flags = spin_lock(&vcon_lock);
	int r = take();

	console_flow(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	arch_irq_restore(irq);
	return r;
}

static int take_one(void) { return con.bound || con.in_end == con.in_taken ? -1 : shell_take(); }

int console_getc(void) { return host_take(take_one); }

static int take_interrupt(void)
{
	bool any = con.interrupts;

	while (con.interrupts)
		shell_take();
	return any;
}

bool console_interrupted(void) { return host_take(take_interrupt); }

/* --- the switch ------------------------------------------------------------------ */

/* Gives what the shell has not read to the line that was just bound. */
static void hand_over_input(struct vcon_after *a)
{
	char left[SHELL_IN];
	unsigned n = 0, taken;

	while (con.in_taken != con.in_end)
		left[n++] = shell_take();
	taken = n ? in_sort(left, n, a) : 0;
	/* What does not fit any more waits for the next time the shell reads. */
	while (taken < n)
		shell_put(left[taken++]);
}

void vserial_bind(struct vserial *s)
{
	struct vcon_after after = { 0 };
	uint32_t irq = arch_irq_save();
	uint32_t flags;

	if (s && con.bound)
		vserial_bind(NULL);
	flags = spin_lock(&vcon_lock);
	if (con.bound) {
		let_go(&after);
		console_unbind(&after);
	}
	if (s) {
		con.was_unbound = false;
		con.bound = s;
		console_pump(&after);
		hand_over_input(&after);
	}
	console_flow(&after);
	if (con.bound && con.stopped) /* since before it was bound */
		console_watch(&after);
	spin_unlock(&vcon_lock, flags);
	vcon_run(&after);
	arch_irq_restore(irq);
}

struct vserial *vserial_bound(void) { return con.bound; }

bool console_was_unbound(void)
{
	uint32_t flags = spin_lock(&vcon_lock);
	bool was = con.was_unbound;

	con.was_unbound = false;
	spin_unlock(&vcon_lock, flags);
	return was;
}

struct chardev *console_chardev(void) { return con.line; }

int console_open(struct chardev *c)
{
	int err = chardev_open(c, &con, "console");

	if (err)
		return err;
	if (c->ops->start)
		c->ops->start(c);
	timer_init(&con.hold, hold_timeout);
	timer_init(&con.stall, stall_timeout);

	uint32_t flags = spin_lock(&vcon_lock);
	c->rx = console_rx;
	c->can_write = console_can_write;
	con.line = c;
	c->ops->set_rx(c, true);
	spin_unlock(&vcon_lock, flags);
	return 0;
}
