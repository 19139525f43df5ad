/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	func	read_banked		@ 16 words; only this guest's stack pointers are left out
	push	{r4, lr}
	mrs	r4, cpsr
	cps	#0x11
	stmia	r0!, {r8-r12, r14}
	mrs	r14, spsr
	str	r14, [r0], #4
	.irp	mode, 0x12, 0x17, 0x1b
	cps	#\mode
	str	lr, [r0], #4
	mrs	r1, spsr
	str	r1, [r0], #4
	.endr
	cps	#0x1f
	str	lr, [r0], #4
	msr	cpsr_c, r4
	pop	{r4, pc}
