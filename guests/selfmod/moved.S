/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Position-independent code that is copied and run elsewhere.  It is full of
 * CP15 accesses, as the code of a boot loader is that moves itself.
 */
	.syntax unified
	.text

	.arm
	.balign	4
	.global moved_arm
moved_arm:			@ r0 = seed; returns a hash of what it did
	push	{r4-r7, lr}
	mov	r4, r0
	mrc	p15, 0, r5, c1, c0, 0	@ SCTLR: write it back unchanged
	mcr	p15, 0, r5, c1, c0, 0
	isb
	mrc	p15, 0, r6, c1, c0, 0
	cmp	r5, r6
	addeq	r4, r4, #1
	mrc	p15, 0, r5, c3, c0, 0	@ DACR likewise
	mcr	p15, 0, r5, c3, c0, 0
	mrc	p15, 0, r6, c3, c0, 0
	cmp	r5, r6
	addeq	r4, r4, #2
	mcr	p15, 0, r4, c13, c0, 4	@ TPIDRPRW
	mrc	p15, 0, r6, c13, c0, 4
	cmp	r4, r6
	addeq	r4, r4, #4
	mov	r5, #0
	mcr	p15, 0, r5, c8, c7, 0	@ TLBIALL
	mcr	p15, 0, r5, c7, c5, 6	@ BPIALL
	dsb
	isb
	cmp	r4, #0
	mrcmi	p15, 0, r4, c2, c0, 0	@ not executed: seeds are positive
	ldr	r5, 1f
	add	r4, r4, r5
	mov	r0, r4
	pop	{r4-r7, pc}
1:	.word	0x1000
	.global moved_arm_end
moved_arm_end:

	.thumb
	.balign	4
	.thumb_func
	.global moved_thumb
moved_thumb:
	push	{r4-r7, lr}
	mov	r4, r0
	mrc	p15, 0, r5, c1, c0, 0
	mcr	p15, 0, r5, c1, c0, 0
	isb
	mrc	p15, 0, r6, c1, c0, 0
	cmp	r5, r6
	it	eq
	addeq	r4, #1
	mrc	p15, 0, r5, c3, c0, 0
	cmp	r5, #0
	ite	ne
	mcrne	p15, 0, r5, c3, c0, 0
	mrceq	p15, 0, r4, c2, c0, 0
	mcr	p15, 0, r4, c13, c0, 4
	mrc	p15, 0, r6, c13, c0, 4
	cmp	r4, r6
	it	eq
	addeq	r4, #4
	movs	r5, #0
	mcr	p15, 0, r5, c8, c7, 0
	dsb
	isb
	add	r0, r4, #0x2000
	pop	{r4-r7, pc}
	.balign	4
	.global moved_thumb_end
moved_thumb_end:

/*
 * Patches the very page that it executes from: r0 times, the instruction at 2f
 * becomes mov r1, #i.  Returns the sum of what r1 was.
 */
	.arm
	.balign	32
	.global patch_self
patch_self:
	push	{r4-r8, lr}
	mov	r4, r0
	mov	r5, #0			@ sum
	mov	r6, #0			@ i
	adr	r7, 2f
	ldr	r8, 3f
1:	and	r1, r6, #0xff
	orr	r2, r8, r1
	str	r2, [r7]
	mcr	p15, 0, r7, c7, c11, 1	@ DCCMVAU
	dsb
	mcr	p15, 0, r7, c7, c5, 1	@ ICIMVAU
	mcr	p15, 0, r7, c7, c5, 6	@ BPIALL
	dsb
	isb
	mov	r1, #0
2:	mov	r1, #0
	add	r5, r5, r1
	add	r6, r6, #1
	cmp	r6, r4
	blo	1b
	mov	r0, r5
	pop	{r4-r8, pc}
3:	.word	0xe3a01000		@ mov r1, #0
	.global patch_self_end
patch_self_end:
