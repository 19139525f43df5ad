/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles.  A chardev is a serial line of the host (a driver registers it
 * under its device-tree path).  A vserial is the far end of a guest's emulated
 * UART, "guest0/uart0".  The console switch joins one chardev, the VMM's, with
 * either the shell or one bound vserial; ESC x q unbinds.
 */
#ifndef ESPALIER_VCON_H
#define ESPALIER_VCON_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/list.h>

/* --- host serial lines ------------------------------------------------------ */

struct chardev;

/*
 * write, want_write and set_rx are called with interrupts masked and the
 * console's lock held: they must not call rx() or can_write() themselves.
 */
struct chardev_ops {
	/* Takes up to n bytes without waiting; returns how many. */
	unsigned (*write)(struct chardev *c, const char *buf, unsigned n);
	/* Polled, waits until sent: panic and early boot only. */
	void (*write_sync)(struct chardev *c, const char *buf, unsigned n);
	/* Asks for calls of can_write(), below, when there is room. */
	void (*want_write)(struct chardev *c, bool on);
	/* Stops or restarts taking input from the line (flow control). */
	void (*set_rx)(struct chardev *c, bool on);
	/* The VMM is going to use the line.  NULL if nothing is to do. */
	void (*start)(struct chardev *c);
	/*
	 * Nobody uses it any more, or a guest gets it for itself: silent, as after
	 * power-on, with nothing left of what was on the line.  NULL as above.
	 */
	void (*stop)(struct chardev *c);
};

struct chardev {
	struct list link;
	const char *path; /* host device-tree path */
	const struct chardev_ops *ops;
	const void *owner;      /* who opened it, NULL when free */
	const char *owner_name; /* the same to be shown: "console", "guest0" */
	/*
	 * Set by the owner.  Exit context. Returns how many bytes it took; the
	 * console turns the line off by set_rx() before it has to refuse any,
	 * as long as not more than 32 bytes come at once.
	 */
	unsigned (*rx)(struct chardev *c, const char *buf, unsigned n);
	void (*can_write)(struct chardev *c);
};

void chardev_register(struct chardev *c);
struct chardev *chardev_find(const char *path);
/*
 * Takes the line for `owner`, called `name` (kept until it is closed).  -EBUSY if
 * somebody has it.  Host thread, as is chardev_close().
 */
int chardev_open(struct chardev *c, const void *owner, const char *name);
/* Stops it; it is free then. */
void chardev_close(struct chardev *c);
/* True if the path is that of a line which the VMM itself does not use. */
bool chardev_spare(const char *path);
/* Calls fn for each, in order of path. */
void chardev_for_each(void (*fn)(struct chardev *c, void *arg), void *arg);

/* --- guest serial lines ---------------------------------------------------- */

#define VSERIAL_RING 8192u /* bytes of output kept for a line nobody looks at */
#define VSERIAL_IN   1024u /* bytes of input kept for a UART that is full */

#define VSERIAL_NAME_MAX 48

struct wire;

struct vserial {
	struct list link;
	char name[VSERIAL_NAME_MAX]; /* "guest0/uart0" */
	/*
	 * Set while it is wired to another guest's UART instead of being a line of the
	 * console (wire.h).  Output is kept in the ring all the same.
	 */
	struct wire *wire;
	/* The emulated UART's side; NULL-safe.  Interrupts are masked. */
	void *dev;
	/* Offers input; returns how many bytes the UART's FIFO took. */
	unsigned (*input)(void *dev, const char *buf, unsigned n);
	/* There is room for output again after vserial_output() returned short. */
	void (*can_output)(void *dev);
	/*
	 * Private.  Positions count bytes since creation modulo 2^32; a byte's
	 * place in a ring is its position modulo the ring's size.
	 */
	char *out;          /* VSERIAL_RING bytes: what was sent ... */
	uint32_t out_end;   /* ... up to here ... */
	uint32_t out_shown; /* ... and shown up to here */
	uint32_t out_kept;  /* bytes of the ring in use */
	char *in;           /* VSERIAL_IN bytes: input on its way to the UART */
	uint32_t in_end, in_taken;
	bool blocked;       /* can_output() is due */
	bool delivering;    /* input() is being called */
	bool deliver_again; /* vserial_want_input() came during input() */
};

#define VSERIAL_RINGS (VSERIAL_RING + VSERIAL_IN)
/*
 * Zeroes *s but for dev, input and can_output, which the caller has set.  `rings`:
 * VSERIAL_RINGS bytes, kept until it is destroyed.  -EEXIST (name in use),
 * -ENAMETOOLONG.  Host thread.
 */
int vserial_create(struct vserial *s, const char *name, char *rings);
/* Unbinds it if it is bound.  Host thread. */
void vserial_destroy(struct vserial *s);
/*
 * The guest sent n bytes: kept in the ring and, if bound, shown.  Returns how
 * many were taken; short only while bound and the ring is full of bytes that
 * the line has not taken yet; then can_output() follows.  An unbound line takes
 * everything (the ring forgets its oldest bytes).  Exit context, or with
 * interrupts masked.
 */
unsigned vserial_output(struct vserial *s, const char *buf, unsigned n);
/* Forgets input that the UART has not taken: it is being reset.  Any context. */
void vserial_drop_input(struct vserial *s);
/* The UART has room for input again; may call input().  As vserial_output(). */
void vserial_want_input(struct vserial *s);

/* Host thread. */
struct vserial *vserial_find(const char *name);
void vserial_for_each(void (*fn)(struct vserial *s, void *arg), void *arg);
/* Copies the newest bytes of the ring, at most len; returns how many. */
unsigned vserial_peek(struct vserial *s, char *buf, unsigned len);
/*
 * Joins the VMM's console with s: what s has sent and nobody has seen is shown,
 * input that the shell has not read yet goes to s.  NULL unbinds.  Not for one that
 * is wired.  Host thread.
 */
void vserial_bind(struct vserial *s);
struct vserial *vserial_bound(void);

/*
 * --- the VMM's own console ---------------------------------------------------
 *
 * While a vserial is bound, every byte of input is the guest's, but for the
 * exact sequence ESC x q, which unbinds.  ESC, and an x after it, are held back
 * until a byte follows that does not lead on, or for 100 ms after the last of
 * them (so a quick ESC x q shows the guest nothing, and a vi in the guest still
 * gets its ESC and x).  Typed slower than that, ESC x q works as well, but the
 * guest gets ESC, or ESC x.
 * A guest that takes no input at all does not lock anyone in: when its input
 * has been full for 2 s, further bytes are dropped with a bell and ESC x q works.
 */

/* Opens the chardev as the VMM's console.  0, or -EBUSY if it has an owner. */
int console_open(struct chardev *c);
/* The chardev that is the VMM's console, or NULL. */
struct chardev *console_chardev(void);
/* Thread context; waits for room.  '\n' is sent as "\r\n".  What a bound
 * guest sends waits meanwhile, so that n bytes stay together. */
void console_write(const char *buf, unsigned n);
/* Polled, any context: panic and early boot.  '\n' as above.  Works before
 * console_open() once console_set_early() was called. */
void console_write_sync(const char *buf, unsigned n);
void console_set_early(void (*put)(const char *buf, unsigned n));
/* True if the last byte sent, by whomever, was a '\n'. */
bool console_at_line_start(void);
/*
 * Next input byte for the shell; -1 when there is none.  Thread context.
 */
int console_getc(void);
/*
 * True if ^C is among the input that the shell has not read; that and what was
 * typed before it is then gone.  Thread context.
 */
bool console_interrupted(void);
/* True once after a bound console was left with ESC x q (or its line vanished). */
bool console_was_unbound(void);

#endif
