/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire between the emulated UARTs of two guests (docs/channels.md).  Each end
 * names the other; they are joined while both exist.  An end whose peer is not
 * there, is not started, or has its receiver off sends into nothing.  Otherwise a
 * receiver that is full holds the sender back, until it has not been read for
 * WIRE_STALL_NS: then what comes is lost, as an overrun, until it is read again.
 */
#ifndef ESPALIER_WIRE_H
#define ESPALIER_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/list.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>

struct emul_dev;

#define WIRE_STALL_NS (2 * NS_PER_SEC)

/* Of the UART; `dev` is that of its vserial.  Exit context. */
struct wire_ops {
	bool (*listens)(void *dev);      /* is its receiver on? */
	void (*overrun)(void *dev);      /* something for it was lost */
	void (*peer_changed)(void *dev); /* wire_up() may be another */
};

struct wire {
	struct vserial *line; /* NULL: not wired */
	const struct wire_ops *ops;
	char peer_name[VSERIAL_NAME_MAX];
	uint32_t lost; /* bytes that this end sent and the peer did not take */
	/* private */
	struct list link;
	struct emul_dev *dev;
	struct wire *peer;   /* NULL while there is none */
	struct timer stall;  /* of this end's receiver */
	uint32_t reads;      /* characters that the guest has taken */
	uint32_t reads_then; /* ... when it was full */
	bool blocked;        /* can_output() of this end is due */
	bool deaf;           /* this end has been full for too long */
};

/*
 * Wires the UART d, whose `line` was created, to the one called `peer` if that, or as
 * soon as it, names this one.  w is zeroed but for ops.  Host thread, interrupts
 * masked, as wire_destroy().
 */
void wire_create(struct wire *w, struct emul_dev *d, struct vserial *line, const char *peer);
void wire_destroy(struct wire *w);

/* Is there somebody at the other end, whose guest has been started? */
bool wire_up(const struct wire *w);

/* The calls below: exit context, or with interrupts masked. */

/* This end sends; returns how many bytes are gone.  If short, can_output() follows. */
unsigned wire_send(struct wire *w, const char *buf, unsigned n);
/* The guest of this end has taken a character from its UART. */
void wire_read(struct wire *w);
/* There is room in this end's line. */
void wire_room(struct wire *w);
/* The guest of this end started, stopped or was reset. */
void wire_state_changed(struct wire *w);

#endif
