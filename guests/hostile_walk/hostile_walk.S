/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	/*
	 * enter_smc(smc, slots): leaves a believable exception in the slots, whose
	 * instruction is the return below, and enters the VMM by the shim's own SMC.
	 */
	func	enter_smc
	push	{r4, lr}
	mrs	r2, cpsr
	adr	r3, 1f
	str	r2, [r1, #4]
	add	r3, r3, #4		/* what LR_abt is ahead of it */
	str	r3, [r1, #8]
	str	sp, [r1, #12]
	bx	r0
1:	pop	{r4, pc}
