/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EMUL_CLOCK_H
#define EMUL_CLOCK_H

#include <espalier/emul.h>
#include <espalier/reciprocal.h>

/*
 * Converts time to ticks of one rate.  Registers that count are read often: no
 * division is needed for rates with a whole number of nanoseconds per tick.
 */
struct emul_clock {
	uint32_t hz;
	struct reciprocal ns_per_tick; /* d is 0: not a whole number */
};

/* hz: 1 kHz .. 1 GHz. */
void emul_clock_init(struct emul_clock *c, uint32_t hz);
/* Ticks since boot at `now` ns. */
uint64_t emul_clock_ticks(const struct emul_clock *c, uint64_t now);
/* The first nanosecond at which `tick` ticks have passed. */
uint64_t emul_clock_when(const struct emul_clock *c, uint64_t tick);

/*
 * Rate in Hz of clock `index` of the device's node; `fallback` if it has none, or
 * (with a warning) one outside of 1 kHz .. 1 GHz.
 */
uint32_t emul_clock_hz(const struct emul_dev *d, const void *fdt, int node, unsigned index,
		       uint32_t fallback);

#endif
