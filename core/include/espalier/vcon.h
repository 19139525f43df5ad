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

struct chardev_ops {
	/* Takes up to n bytes without waiting; returns how many. */
	unsigned (*write)(struct chardev *c, const char *buf, unsigned n);
	/* Polled, waits until sent: panic and early boot only. */
	void (*write_sync)(struct chardev *c, const char *buf, unsigned n);
	/* Asks for chardev_can_write() calls when there is room. */
	void (*want_write)(struct chardev *c, bool on);
	/* Stops or restarts taking input from the line (flow control). */
	void (*set_rx)(struct chardev *c, bool on);
};

struct chardev {
	struct list link;
	const char *path; /* host device-tree path */
	const struct chardev_ops *ops;
	void *owner;      /* who opened it, NULL when free */
	/* Set by the owner.  Exit context. Returns how many bytes it took. */
	unsigned (*rx)(struct chardev *c, const char *buf, unsigned n);
	void (*can_write)(struct chardev *c);
};

void chardev_register(struct chardev *c);
struct chardev *chardev_find(const char *path);
/* Calls fn for each, in order of path. */
void chardev_for_each(void (*fn)(struct chardev *c, void *arg), void *arg);

/* --- guest serial lines ---------------------------------------------------- */

#define VSERIAL_RING 8192 /* bytes of output kept for a line nobody looks at */

struct vserial {
	struct list link;
	char name[48]; /* "guest0/uart0" */
	/* The emulated UART's side; NULL-safe.  Interrupts are masked. */
	void *dev;
	/* Offers input; returns how many bytes the UART's FIFO took. */
	unsigned (*input)(void *dev, const char *buf, unsigned n);
	/* Output was accepted after vserial_output() returned short. */
	void (*can_output)(void *dev);
	/* private to vcon.c */
	char *ring;
	uint32_t head, total;
	bool blocked;
};

/* -ENOMEM, -EEXIST (name in use). */
int vserial_create(struct vserial *s, const char *name);
void vserial_destroy(struct vserial *s);
/*
 * The guest sent n bytes: kept in the ring and, if bound, shown.  Returns how
 * many were taken; short only while bound and the line is full, then
 * can_output() follows.  An unbound line takes everything (the ring forgets
 * its oldest bytes).
 */
unsigned vserial_output(struct vserial *s, const char *buf, unsigned n);
/* The UART has room for input again. */
void vserial_want_input(struct vserial *s);

struct vserial *vserial_find(const char *name);
void vserial_for_each(void (*fn)(struct vserial *s, void *arg), void *arg);
/* Copies the newest bytes of the ring, at most len; returns how many. */
unsigned vserial_peek(struct vserial *s, char *buf, unsigned len);
/* Binds the VMM's console to s.  NULL unbinds. */
void vserial_bind(struct vserial *s);
struct vserial *vserial_bound(void);

/* --- the VMM's own console --------------------------------------------------- */

/* Opens the chardev as the VMM's console. */
void console_open(struct chardev *c);
/* Thread context; waits for room.  '\n' is sent as "\r\n". */
void console_write(const char *buf, unsigned n);
/* Polled, any context: panic and early boot.  Works before console_open() once
 * console_set_early() was called. */
void console_write_sync(const char *buf, unsigned n);
void console_set_early(void (*put)(const char *buf, unsigned n));
/*
 * Next input byte for the shell; -1 when there is none.  Thread context.
 */
int console_getc(void);
/* True once after a bound console was left with ESC x q. */
bool console_was_unbound(void);

#endif
