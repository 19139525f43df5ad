/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	/* enter_pl0(at, r0): goes to User mode there, bit 0 for Thumb; an exception ends it. */
	func	enter_pl0
	push	{r4-r11, lr}
	mrs	r2, cpsr
	bic	r2, r2, #0x3f
	orr	r2, r2, #0x10
	tst	r0, #1
	orrne	r2, r2, #0x20
	msr	spsr_cxsf, r2
	bic	lr, r0, #1
	mov	r0, r1
	movs	pc, lr

	/*
	 * run_pl0(at): runs instructions at PL0 until an SVC; r11 counts them, and r10
	 * becomes a hash of the numbers of those that were UNDEF, which is returned.
	 * VBAR is pl0_vectors meanwhile.
	 */
	func	run_pl0
	push	{r4-r11, lr}
	mrs	r2, cpsr
	bic	r2, r2, #0x3f
	orr	r2, r2, #0x10
	tst	r0, #1
	orrne	r2, r2, #0x20
	msr	spsr_cxsf, r2
	bic	lr, r0, #1
	mov	r10, #1
	mov	r11, #1
	movs	pc, lr

	.balign	32
	.global	pl0_vectors
pl0_vectors:
	b	.
	b	pl0_und
	b	pl0_svc
	b	pl0_abort
	b	pl0_abort
	b	.
	b	.
	b	.
pl0_und:				/* LR_und is 2 ahead in Thumb, even of a wide one */
	mrs	r9, spsr
	tst	r9, #0x20
	addne	lr, lr, #2
	eor	r10, r11, r10, ror #27
	movs	pc, lr
pl0_svc:
	mov	r0, r10
	pop	{r4-r11, pc}
pl0_abort:
	cps	#0x13
	mov	r0, #0xbad0
	pop	{r4-r11, pc}
