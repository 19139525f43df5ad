/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A counter that counts down to 0 and from there starts again at `reload` with
 * the next count, or stays at 0.  Nothing ticks: its value and the times when
 * it reaches 0 follow from when it last was set.
 */
#ifndef EMUL_DOWNCOUNT_H
#define EMUL_DOWNCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct downcount {
	struct emul_clock clock;
	uint32_t div; /* prescaler, 1 or more */
	uint32_t reload;
	bool periodic; /* goes on after 0 */
	bool running;
	/* private */
	struct reciprocal by; /* of div */
	uint64_t base;        /* tick of the clock at which the counter was `from` */
	uint32_t from;
	uint64_t next; /* counts from base to the next 0, or DOWNCOUNT_NEVER */
};

#define DOWNCOUNT_NEVER UINT64_MAX

/* Stands at `value`, not periodic, undivided, reloading 0. */
void downcount_init(struct downcount *c, uint32_t hz, uint32_t value, uint64_t now);

/* Starts from `value` now; `now` in ns.  The next 0 is `value` counts away. */
void downcount_set(struct downcount *c, uint32_t value, uint64_t now);

/* To be called before one of the public fields changes, ... */
void downcount_freeze(struct downcount *c, uint64_t now);
/* ... and after: goes on from the value that it had. */
void downcount_go(struct downcount *c, uint64_t now);

uint32_t downcount_value(struct downcount *c, uint64_t now);

/* True if it has reached 0 (once or more) since the last call or setting. */
bool downcount_event(struct downcount *c, uint64_t now);

/* When it reaches 0 next, in ns; DOWNCOUNT_NEVER if it does not. */
uint64_t downcount_deadline(const struct downcount *c);

#endif
