/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell Real Time Clock (PL031), ARM DDI 0224C: what the date is at boot. */
#include <espalier/device.h>
#include <espalier/timer.h>
#include <regs/pl031.h>

static int hw_pl031_probe(const struct device *dev)
{
	hpa_t base;
	int r = device_map(dev, 0, RTCDR + 4, &base);

	if (!r)
		timer_set_epoch(mmio_read32(base, RTCDR) - (uint32_t)(timer_now() / NS_PER_SEC));
	return r;
}

static const char *const compatible[] = { "arm,pl031", NULL };
static const struct driver driver = { "pl031", compatible, DRIVER_LOOK, hw_pl031_probe };
DRIVER(driver);
