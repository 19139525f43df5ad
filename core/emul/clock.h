/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EMUL_CLOCK_H
#define EMUL_CLOCK_H

#include <espalier/emul.h>

/*
 * Rate in Hz of clock `index` of the device's node; `fallback` if it has none, or
 * (with a warning) one outside of 1 kHz .. 1 GHz.
 */
uint32_t emul_clock_hz(const struct emul_dev *d, const void *fdt, int node, unsigned index,
		       uint32_t fallback);

#endif
