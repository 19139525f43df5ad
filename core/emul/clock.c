/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of emulated devices, from the guest's tree. */
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/timer.h>

#include "clock.h"

/* Within these no deadline of any device overflows 64 bits of nanoseconds. */
#define MIN_HZ 1000u
#define MAX_HZ 1000000000u

uint32_t emul_clock_hz(const struct emul_dev *d, const void *fdt, int node, unsigned index,
		       uint32_t fallback)
{
	uint32_t hz;

	if (dt_clock_hz(fdt, node, index, &hz))
		return fallback;
	if (hz >= MIN_HZ && hz <= MAX_HZ)
		return hz;
	log_warn("%s: %s: clocks: entry %u is of %u Hz; %u Hz taken", d->guest->name, d->path,
		 index, (unsigned)hz, (unsigned)fallback);
	return fallback;
}

void emul_clock_init(struct emul_clock *c, uint32_t hz)
{
	*c = (struct emul_clock){ .hz = hz };
	if (NS_PER_SEC % hz == 0)
		c->ns_per_tick = reciprocal_of(NS_PER_SEC / hz);
}

uint64_t emul_clock_ticks(const struct emul_clock *c, uint64_t now)
{
	return c->ns_per_tick.d ? reciprocal_divide(&c->ns_per_tick, now) : ns_to_ticks(now, c->hz);
}

uint64_t emul_clock_when(const struct emul_clock *c, uint64_t tick)
{
	uint64_t ns;

	if (c->ns_per_tick.d)
		return tick * c->ns_per_tick.d;
	ns = ticks_to_ns(tick, c->hz);
	return ns_to_ticks(ns, c->hz) < tick ? ns + 1 : ns;
}
