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
	c->hz = hz;
	c->ns_per_tick = NS_PER_SEC % hz ? 0 : (uint32_t)(NS_PER_SEC / hz);
	c->inverse = c->ns_per_tick ? UINT32_MAX / c->ns_per_tick : 0;
	c->base_ns = c->base_ticks = 0;
}

/* ns / ns_per_tick: the estimate is at most 2 too low. */
static uint32_t divide(const struct emul_clock *c, uint32_t ns)
{
	uint32_t q = (uint32_t)((uint64_t)ns * c->inverse >> 32);
	uint32_t rest = ns - q * c->ns_per_tick;

	for (; rest >= c->ns_per_tick; rest -= c->ns_per_tick)
		q++;
	return q;
}

uint64_t emul_clock_ticks(struct emul_clock *c, uint64_t now)
{
	if (!c->ns_per_tick)
		return ns_to_ticks(now, c->hz);
	if (now - c->base_ns > UINT32_MAX) {
		c->base_ticks = now / c->ns_per_tick;
		c->base_ns = c->base_ticks * c->ns_per_tick;
	}
	return c->base_ticks + divide(c, (uint32_t)(now - c->base_ns));
}

uint64_t emul_clock_when(const struct emul_clock *c, uint64_t tick)
{
	uint64_t ns;

	if (c->ns_per_tick)
		return tick * c->ns_per_tick;
	ns = ticks_to_ns(tick, c->hz);
	return ns_to_ticks(ns, c->hz) < tick ? ns + 1 : ns;
}
