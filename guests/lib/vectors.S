/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exception entry.  Each handler stays in the exception's own mode, with LR and
 * SPSR on that mode's stack before anything else can abort: nesting works.
 */
	.syntax unified
	.arm
	.text
	.balign	32
	.global vectors
vectors:
	ldr	pc, 1f			@ reset: never taken
	ldr	pc, 1f
	ldr	pc, 2f
	ldr	pc, 3f
	ldr	pc, 4f
	ldr	pc, 1f			@ Hyp: does not exist on this core
	ldr	pc, 5f
	ldr	pc, 6f
1:	.word	enter_undef
2:	.word	enter_svc
3:	.word	enter_pabt
4:	.word	enter_dabt
5:	.word	enter_irq
6:	.word	enter_fiq
	.global vectors_end
vectors_end:

@ `back`: what to take off LR to get frame.pc (UNDEF depends on SPSR.T: in C)
	.macro	entry name, kind, back
	.global	\name
	.type	\name, %function
\name:
	sub	sp, sp, #8
	push	{r0-r12}
	sub	r0, lr, #\back
	str	lr, [sp, #52]
	str	r0, [sp, #56]
	mrs	r0, spsr
	push	{r0}
	mov	r0, sp
	mov	r1, #\kind
	mov	r4, sp
	bic	sp, sp, #7
	clrex
	bl	exc_dispatch
	mov	sp, r4
	b	leave
	.endm

	entry	enter_undef, 1, 0
	entry	enter_svc, 2, 0
	entry	enter_pabt, 3, 4
	entry	enter_dabt, 4, 8
	entry	enter_irq, 5, 4
	entry	enter_fiq, 6, 4

leave:
	pop	{r0}
	msr	spsr_cxsf, r0
	pop	{r0-r12}
	add	sp, sp, #4
	ldm	sp!, {pc}^
