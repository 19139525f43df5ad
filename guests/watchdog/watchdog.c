/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds its watchdog (SP805) for a while and then forgets it.  What follows is said by the
 * restart policy of its tree: three restarts, and no more.
 */
#include "bare.h"

#define WDOG        0x1000f000u
#define LOAD        (WDOG + 0x00u)
#define CONTROL     (WDOG + 0x08u)
#define INTCLR      (WDOG + 0x0cu)
#define RIS         (WDOG + 0x10u)
#define LOCK        (WDOG + 0xc00u)
#define LOCK_KEY    0x1acce551u
#define INTEN_RESEN 3u
#define TENTH       3277u /* of a second, at 32768 Hz */

void guest_main(void)
{
	wr32(LOCK, LOCK_KEY);
	wr32(LOAD, TENTH);
	wr32(CONTROL, INTEN_RESEN);
	for (unsigned n = 0; n < 3; n++) {
		while (!rd32(RIS))
			;
		wr32(INTCLR, 0);
	}
	print("fed three times\n");
	for (;;)
		;
}
