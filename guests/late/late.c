/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The neighbour with a clock: looks at it all the time and says how long it was kept from
 * it at most, in us.
 */
#include "bare.h"
#include "mmu.h"

#define GLOBAL_TIMER 0x1e000200u /* 100 MHz */
#define TICKS_PER_US 100u
#define WINDOW       200000000u /* ticks between two lines: 2 s */

void guest_main(void)
{
	uint32_t last, now, said, worst = 0;

	map_identity(l1_table);
	mmu_on(l1_table);
	wr32(GLOBAL_TIMER + 8, 1);
	said = last = rd32(GLOBAL_TIMER);
	for (;;) {
		now = rd32(GLOBAL_TIMER);
		if (now - last > worst)
			worst = now - last;
		last = now;
		if (now - said < WINDOW)
			continue;
		print("late %u\n", worst / TICKS_PER_US);
		uart_drain();
		said = last = rd32(GLOBAL_TIMER);
		worst = 0;
	}
}
