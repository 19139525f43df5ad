/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between vserial.c and console.c.  Both guard what they share by vcon_lock.
 * Calls out to a UART, the timer and the scheduler are collected in a struct
 * vcon_after and made by vcon_run() once the lock is free, still with
 * interrupts masked, because they may come straight back in here.
 */
#ifndef CORE_VCON_H
#define CORE_VCON_H

#include <espalier/lock.h>
#include <espalier/vcon.h>

struct vcon_after {
	struct vserial *deliver; /* has input to pass on */
	struct vserial *unblock; /* its can_output() is due */
	bool wake;               /* the host thread has something to do */
	bool arm_hold;           /* start the clock of the keys that are held back */
	bool arm_stall;          /* start the clock of an input that is full */
};

extern struct spinlock vcon_lock;

/* Makes the calls.  Interrupts masked, vcon_lock not held. */
void vcon_run(const struct vcon_after *a);

/* --- vserial.c; the lock is held ------------------------------------------- */

/* Bytes sent and not shown yet / bytes of input there is room for. */
static inline uint32_t vserial_unseen(const struct vserial *s) { return s->out_end - s->out_shown; }
static inline uint32_t vserial_in_room(const struct vserial *s)
{
	return VSERIAL_IN - (s->in_end - s->in_taken);
}
/* There must be room. */
void vserial_in_put(struct vserial *s, char ch);

/* Passes input on until the UART is full; interrupts masked, lock *not* held. */
void vserial_deliver(struct vserial *s);

/* --- console.c; the lock is held ------------------------------------------- */

bool console_shows(const struct vserial *s);
/* Shows what the bound line has sent, as far as the host's line takes it. */
void console_pump(struct vcon_after *a);
/* The input of s has been taken from: lets more in. */
void console_in_taken(struct vserial *s, struct vcon_after *a);

#endif
