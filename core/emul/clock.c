/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of emulated devices, from the guest's tree. */
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/log.h>

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
