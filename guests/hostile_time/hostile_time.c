/* SPDX-License-Identifier: Apache-2.0 */
#include "hostile_time.h"

#define GLOBAL_TIMER 0x1e000200u /* 100 MHz */

uint32_t clock_us(void) { return rd32(GLOBAL_TIMER) / 100; }

void guest_main(void)
{
	wr32(GLOBAL_TIMER + 8, 1);
	map_identity(l1_table);
	mmu_on(l1_table);
	attack_verifier();
	attack_step();
	attack_devices();
	attack_tables();
}
