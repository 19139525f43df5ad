/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I8: reboots at once, for ever, to have the VMM load it for ever.  Its RAM is large
 * and dirty each time.
 */
#include "bare.h"

#define SYS_CFGDATA 0x100000a0u
#define SYS_CFGCTRL 0x100000a4u
#define REBOOT      (1u << 31 | 1u << 30 | 9u << 20) /* start, write, SYS_CFG_REBOOT */
#define END         (RAM_BASE + 64 * MIB)

void guest_main(void)
{
	for (uint32_t a = SCRATCH; a < END; a += 0x1000)
		wr32(a, a);
	wr32(SYS_CFGDATA, 0);
	wr32(SYS_CFGCTRL, REBOOT);
	for (;;)
		;
}
