/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions taken by code that leaves LR and SPSR in their registers. */
	.syntax unified
	.arm
	.text

@ Vectors for raw_fault(): only data aborts are expected.
	.balign	32
	.global raw_vectors
raw_vectors:
	b	.
	b	.
	b	.
	b	.
	b	raw_dabt
	b	.
	b	.
	b	.

/*
 * r0 bad address, r1 addresses to touch in abort mode (0 ends), r2 code to visit
 * there, r3 out: LR, SPSR, DFSR, DFAR, SP, then LR and SPSR after the visit and
 * after touching the rest of r1's list in system mode.
 */
	.global raw_fault, raw_fault_insn
	.type	raw_fault, %function
raw_fault:
	push	{r4-r8, lr}
	mrc	p15, 0, r7, c12, c0, 0
	ldr	r4, =raw_vectors
	mcr	p15, 0, r4, c12, c0, 0
	isb
	mov	r4, #0
raw_fault_insn:
	ldr	r4, [r0]
	mcr	p15, 0, r7, c12, c0, 0
	isb
	mov	r0, r4
	pop	{r4-r8, pc}

raw_dabt:
	ldr	r4, [r1], #4
	cmp	r4, #0
	ldrne	r5, [r4]
	bne	raw_dabt
	str	lr, [r3]
	mrs	r5, spsr
	str	r5, [r3, #4]
	mrc	p15, 0, r5, c5, c0, 0
	str	r5, [r3, #8]
	mrc	p15, 0, r5, c6, c0, 0
	str	r5, [r3, #12]
	str	sp, [r3, #16]
	adr	r6, 1f
	bx	r2			@ comes back by bx r6
1:	str	lr, [r3, #20]
	mrs	r5, spsr
	str	r5, [r3, #24]
	cps	#0x1f
2:	ldr	r4, [r1], #4
	cmp	r4, #0
	ldrne	r5, [r4]
	bne	2b
	cps	#0x17
	str	lr, [r3, #28]
	mrs	r5, spsr
	str	r5, [r3, #32]
	mov	r4, #99
	subs	pc, lr, #4

/* Each of these faults at its label `at_`, is resumed there, and returns a sum. */
	.macro	at name
	.global	at_\name
at_\name:
	.endm

	.global	ldm_over
	.type	ldm_over, %function
ldm_over:			@ r0: 8 bytes before a page that is not there yet
	push	{r4-r7, lr}
	mov	r1, r0
	at	ldm_over
	ldmia	r1!, {r4-r7}
	sub	r1, r1, r0		@ 16
	add	r0, r4, r5
	add	r0, r0, r6
	add	r0, r0, r7
	add	r0, r0, r1, lsl #24
	pop	{r4-r7, pc}

	.global	stm_over
	.type	stm_over, %function
stm_over:			@ r0: 8 bytes after the start of such a page
	push	{r4-r7, lr}
	mov	r1, r0
	mov	r4, #1
	mov	r5, #2
	mov	r6, #3
	mov	r7, #4
	at	stm_over
	stmdb	r1!, {r4-r7}
	sub	r0, r0, r1		@ 16
	pop	{r4-r7, pc}

	.thumb
	.global	it_load
	.thumb_func
it_load:			@ r0: address in such a page; the third of an IT block
	push	{r4-r7, lr}
	movs	r4, #5
	movs	r5, #6
	cmp	r4, r5
	ittet	lo
	addlo	r4, #10
	ldrlo	r5, [r0]
	addhs	r4, #100
	addlo	r4, #1
	adds	r0, r4, r5
	pop	{r4-r7, pc}
	.balign	4
