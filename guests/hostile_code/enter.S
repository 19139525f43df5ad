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

/* The same at PL0: comes back by SVC, r0 as it was left. */
	.global	enter_user, leave_user
	.type	enter_user, %function
	.type	leave_user, %function
enter_user:
	push	{r4-r11, lr}
	ldr	r4, =user_sp
	str	sp, [r4]
	mov	ip, r0
	mov	r0, r1
	ldr	r1, =enter_data
	ldr	r2, =0x40404040
	ldr	r3, =user_back
	mov	r4, #0x10
	tst	ip, #1
	orrne	r4, r4, #0x20
	bic	ip, ip, #1
	msr	spsr_cxsf, r4
	cps	#0x1f
	mov	lr, r3
	cps	#0x13
	msr	spsr_cxsf, r4
	movs	pc, ip
user_back:
	svc	#0
@ the SVC handler returns to here in SVC mode, r0 as it was
leave_user:
	ldr	r4, =user_sp
	ldr	sp, [r4]
	pop	{r4-r11, pc}

	.bss
	.balign	8
user_sp:
	.space	8
	.global	enter_data
enter_data:
	.space	8192
