/* SPDX-License-Identifier: Apache-2.0 */
/* ARM and Thumb code in the same pages, with CP15 accesses in both. */
	.syntax unified
	.text

@ --- calls to and fro: returns how many of its r0 levels read DACR back
	.balign	4096
	.arm
	.global	mix_arm
	.type	mix_arm, %function
mix_arm:
	cmp	r0, #0
	bxeq	lr
	push	{r4, lr}
	mrc	p15, 0, r4, c3, c0, 0
	mcr	p15, 0, r4, c3, c0, 0
	sub	r0, r0, #1
	blx	mix_thumb
	mrc	p15, 0, r1, c3, c0, 0
	cmp	r1, r4
	addeq	r0, r0, #1
	pop	{r4, pc}

	.thumb
	.thumb_func
	.global	mix_thumb
mix_thumb:
	cbnz	r0, 1f
	bx	lr
1:	push	{r4, lr}
	mrc	p15, 0, r4, c3, c0, 0
	mcr	p15, 0, r4, c3, c0, 0
	subs	r0, #1
	blx	mix_arm
	mrc	p15, 0, r1, c3, c0, 0
	cmp	r1, r4
	it	eq
	addeq	r0, #1
	pop	{r4, pc}

/*
 * --- conditions: r0 NZCV; r1 the value for DACR.  Reads DACR and writes it if
 * the condition passes.  Returns bit 0: it was read, bit 1: it was written,
 * bit 2: MOV with the same condition passed, bit 3: the flags changed.
 */
	.macro	cond_body state, cc
	push	{r4-r8, lr}
	mrc	p15, 0, r4, c3, c0, 0
	mvn	r5, r4
	mov	r6, #0
	lsl	r0, r0, #28
	msr	cpsr_f, r0
	.ifc	\state, thumb
	ittt	\cc
	.endif
	mrc\cc	p15, 0, r5, c3, c0, 0
	mcr\cc	p15, 0, r1, c3, c0, 0
	mov\cc	r6, #4
	mrs	r7, cpsr
	mrc	p15, 0, r8, c3, c0, 0
	mcr	p15, 0, r4, c3, c0, 0
	cmp	r5, r4
	it	eq
	orreq	r6, r6, #1
	cmp	r8, r1
	it	eq
	orreq	r6, r6, #2
	eor	r7, r7, r0
	lsrs	r7, r7, #28
	it	ne
	orrne	r6, r6, #8
	mov	r0, r6
	pop	{r4-r8, pc}
	.endm

	.irp	cc, eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le
	.arm
	.balign	4
cond_arm_\cc:
	cond_body arm, \cc
	.thumb
	.thumb_func
cond_thumb_\cc:
	cond_body thumb, \cc
	.balign	4
	.endr

	.section .rodata
	.balign	4
	.global	conds, conds_end
conds:
	.irp	cc, eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le
	.word	cond_arm_\cc, cond_thumb_\cc
	.endr
conds_end:

@ --- an IT block of four, the accesses in every position: r0 picks the branch
	.text
	.thumb
	.thumb_func
	.global	it_four
it_four:
	mrc	p15, 0, r3, c3, c0, 0
	movs	r1, #0
	movs	r2, #0
	cmp	r0, #0
	itete	eq
	mrceq	p15, 0, r1, c3, c0, 0
	mrcne	p15, 0, r2, c3, c0, 0
	mcreq	p15, 0, r1, c3, c0, 0
	mcrne	p15, 0, r2, c3, c0, 0
	cmp	r0, #0
	itttt	ne
	addne	r2, #0x10
	mrcne	p15, 0, r3, c3, c0, 0
	addne	r2, #0x20
	addne	r2, r3
	add	r0, r1, r2, lsl #8
	bx	lr

/*
 * --- literals that look like writes of p15 and p14: r0 gets them all by
 * PC-relative loads of every kind.
 */
	.macro	words
	.word	0xee010f10, 0xee020f10	@ ARM MCR: SCTLR, TTBR0
	.word	0xee030f10, 0xee088f17	@ DACR, TLBIALL
	.word	0xee0c0f10, 0xee011e10	@ VBAR; MCR p14
	.word	0x0f10ee01, 0x0f10ee02	@ the same as Thumb sees them
	.word	0x0f10ee03, 0x8f17ee08
	.word	0xef70e320, 0xe320f003	@ WFI
	.endm

	.arm
	.balign	8
	.global	literals_arm
	.type	literals_arm, %function
literals_arm:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7
	ldr	r1, 1f + 4 * \n
	str	r1, [r0], #4
	.endr
	ldrd	r2, r3, 1f + 32
	strd	r2, r3, [r0], #8
	ldr	r1, 1f + 40
	ldr	r2, 1f + 44
	stmia	r0, {r1, r2}
	mrc	p15, 0, r0, c3, c0, 0	@ and a real one
	bx	lr
	.balign	8
1:	words

	.thumb
	.thumb_func
	.balign	8
	.global	literals_thumb
literals_thumb:
	.irp	n, 0, 1, 2, 3
	ldr.n	r1, 1f + 4 * \n
	str	r1, [r0], #4
	.endr
	.irp	n, 4, 5, 6, 7
	ldr.w	r1, 1f + 4 * \n
	str	r1, [r0], #4
	.endr
	ldrd	r2, r3, 1f + 32
	strd	r2, r3, [r0], #8
	ldr.n	r1, 1f + 40
	ldr.w	r2, 1f + 44
	stmia	r0!, {r1, r2}
	mrc	p15, 0, r0, c3, c0, 0
	bx	lr
	.balign	8
1:	words

	.section .rodata
	.balign	4
	.global	literals_want
literals_want:
	words

/*
 * --- honest Thumb code with a forbidden instruction at a halfword between two:
 * the second half of BLX is 0xee02, and 0xee02 0x0f10 is MCR p15 to TTBR0.
 */
	.text
	.thumb
	.balign	4
	.thumb_func
	.global	window_blx
window_blx:
	push	{r4, lr}
	movs	r2, #0
	.hword	0xf000, 0xee02		@ blx 1f, which is 0xc04 away
	.hword	0x0f10			@ lsrs r0, r2, #28
	adds	r0, r0, r1
	pop	{r4, pc}
	.balign	4
	.space	window_blx + 4 + 4 + 0xc04 - .
	.arm
1:	mov	r1, #0x55
	mvn	r2, #0
	bx	lr

	.thumb
	.thumb_func
	.global	window_ldr
window_ldr:				@ r0: a buffer of 4 KiB
	push	{r4, lr}
	mov	r1, r0
	mvn	r2, #0
	ldr.w	lr, [r1, #0xe02]	@ second half 0xee02
	lsrs	r0, r2, #28		@ 0x0f10
	add	r0, lr
	pop	{r4, pc}

	.balign	4
	.arm
	.global	window_svc
	.type	window_svc, %function
window_svc:				@ 0xef10ee02 is MCR p15 to TTBR0 in Thumb
	push	{r4, lr}
	svc	#0x10ee02
	pop	{r4, pc}

@ --- waiting: an interrupt is pending and masked
	.global	wfi_arm
	.type	wfi_arm, %function
wfi_arm:
	cmp	r0, r0
	wfi
	wfieq
	wfine				@ not executed
	mov	r0, #1
	bx	lr

	.thumb
	.thumb_func
	.global	wfi_thumb
wfi_thumb:
	cmp	r0, r0
	wfi
	wfi.w
	itte	eq
	wfieq
	wfieq.w
	wfine
	movs	r0, #1
	bx	lr

@ --- the registers that are banked, as Rt
	.thumb_func
	.global	sp_and_lr
sp_and_lr:
	push	{r4-r6, lr}
	mov	r4, sp
	mrc	p15, 0, lr, c3, c0, 0
	mov	r5, lr
	mrc	p15, 0, r6, c3, c0, 0
	subs	r0, r5, r6
	mov	lr, r6
	mcr	p15, 0, lr, c3, c0, 0
	mov	r3, sp
	subs	r4, r4, r3
	add	r0, r4
	pop	{r4-r6, pc}

	.balign	4
	.arm
	.global	sp_and_lr_arm
	.type	sp_and_lr_arm, %function
sp_and_lr_arm:				@ returns in how many modes it works
	push	{r4-r7, lr}
	mrs	r4, cpsr
	mov	r3, #0
	.irp	mode, 0x11, 0x12, 0x17, 0x1b, 0x1f, 0x13
	cps	#\mode
	mov	r5, sp
	mov	r6, lr
	mrc	p15, 0, sp, c3, c0, 0
	mrc	p15, 0, lr, c3, c0, 0
	mrc	p15, 0, r7, c3, c0, 0
	cmp	r7, sp
	cmpeq	r7, lr
	addeq	r3, r3, #1
	mcr	p15, 0, sp, c3, c0, 0
	mcr	p15, 0, lr, c3, c0, 0
	mov	sp, r5
	mov	lr, r6
	.endr
	msr	cpsr_cxsf, r4
	mov	r0, r3
	pop	{r4-r7, pc}

@ --- vectors for SCTLR.TE: entered in Thumb state
	.text
	.thumb
	.balign	32
	.global	thumb_vectors
thumb_vectors:
	.irp	n, 0, 0, 4, 8, 12, 0, 16, 20
	ldr.w	pc, 1f + \n
	.endr
1:	.word	enter_undef, enter_svc, enter_pabt, enter_dabt, enter_irq, enter_fiq

/*
 * --- a switch as compilers make it: word r0 of a table of offsets, or 0. Thumb sees
 * MCR2 and MRC2 in the negative ones (0xfffffe23). A page of its own, so that it is entered in Thumb state.
 */
	.text
	.thumb
	.balign	4096
	.thumb_func
	.global	table_thumb
table_thumb:
	cmp	r0, #12
	bhi	1f
	adr	r2, 2f
	ldr.w	r0, [r2, r0, lsl #2]
	bx	lr
1:	movs	r0, #0
	bx	lr
	.balign	4
2:	.word	0xf1, 0xffffff5f, 0xfffffe23, 0xfffffe23, 0x109, 0xfffffe23, 0xffffff57
	.word	0xfffffe35, 0xfffffe23, 0xfffffe23, 0x12f, 0xfffffe23, 0xfffffe35
	.balign	4096
