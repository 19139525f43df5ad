/* SPDX-License-Identifier: Apache-2.0 */
	.syntax unified
	.text
	.arm
	.global	enter
	.type	enter, %function
/*
 * Branches to r0 (bit 0: Thumb) with r0 = the second argument, r1 = memory to
 * load from, r2 = r6 = 0x40404040, and the way back in r3 and lr.
 */
enter:
	push	{r4-r11, lr}
	mov	ip, r0
	mov	r0, r1
	ldr	r1, =enter_data
	ldr	r2, =0x40404040
	mov	r6, r2
	adr	lr, 1f
	mov	r3, lr
	bx	ip
1:	pop	{r4-r11, pc}

	.bss
	.balign	8
	.global	enter_data
enter_data:
	.space	8192
