/* SPDX-License-Identifier: Apache-2.0 */
/* Code for PL0, position-independent, in pages of its own; ends by svc #0. */
	.syntax unified
	.section .text.user, "ax"
	.balign	4096
	.global	user_text
user_text:

	.arm
	.macro	ufunc name
	.balign	4
	.global	\name
	.type	\name, %function
\name:
	.endm
	.macro	utfunc name
	.thumb
	.balign	4
	.thumb_func
	.global	\name
\name:
	.endm

	ufunc	u_add			@ r0 + 1
	add	r0, r0, #1
	svc	#0
	utfunc	u_add_thumb
	adds	r0, #2
	svc	#0

	.arm
	ufunc	u_calls			@ r0 system calls, half of them from Thumb
	mov	r4, r0
	mov	r5, #0
	mov	r0, #0
1:	svc	#1			@ r0 += 1
	add	r5, r5, #1
	blx	u_call_thumb
	cmp	r5, r4
	blo	1b
	svc	#0
	utfunc	u_call_thumb
	svc	#1
	adds	r5, #1
	bx	lr

	.arm
	ufunc	u_read
	ldr	r0, [r0]
	svc	#0
	ufunc	u_write
	str	r0, [r0]
	svc	#0
	utfunc	u_read_thumb
	ldr	r0, [r0]
	svc	#0
	utfunc	u_write_thumb
	mov	r1, r0
	str.w	r0, [r1], #4
	mov	r0, r1
	svc	#0
	.arm
	ufunc	u_jump
	bx	r0

@ --- what PL0 may not do
	.macro	undef n, insn
	.arm
	ufunc	u_undef_\n
	\insn
	svc	#0
	utfunc	u_undef_thumb_\n
	\insn
	svc	#0
	.endm
	undef	0, "mrc p15, 0, r0, c1, c0, 0"
	undef	1, "mcr p15, 0, r0, c1, c0, 0"
	undef	2, "mrc p15, 0, r0, c2, c0, 0"
	undef	3, "mcr p15, 0, r0, c3, c0, 0"
	undef	4, "mcr p15, 0, r0, c8, c7, 0"
	undef	5, "mrc p15, 0, r0, c13, c0, 4"
	undef	6, "mcr p15, 0, r0, c13, c0, 3"
	undef	7, "mcr p15, 0, r0, c7, c14, 1"
	undef	8, "udf #17"
	undef	9, "smc #3"
	undef	10, "mrc p15, 0, r0, c0, c0, 0"
	undef	11, "mcr p15, 0, r0, c7, c5, 0"

@ --- what it may: returns 0x1f
	.arm
	ufunc	u_allowed
	mov	r4, #0
	mcr	p15, 0, r0, c13, c0, 2	@ TPIDRURW
	mrc	p15, 0, r1, c13, c0, 2
	cmp	r0, r1
	orreq	r4, r4, #1
	mrc	p15, 0, r1, c13, c0, 3	@ TPIDRURO: the kernel put r0 + 1 there
	sub	r1, r1, #1
	cmp	r0, r1
	orreq	r4, r4, #2
	mcr	p15, 0, r0, c7, c10, 5	@ DMB, DSB, ISB of old
	mcr	p15, 0, r0, c7, c10, 4
	mcr	p15, 0, r0, c7, c5, 4
	orr	r4, r4, #4
	mrs	r5, cpsr
	cpsie	i			@ no effect in PL0
	cps	#0x13
	msr	cpsr_c, #0xd3
	mrs	r6, cpsr
	and	r5, r5, #0xff
	and	r6, r6, #0xff
	cmp	r5, r6
	orreq	r4, r4, #8
	and	r6, r6, #0x1f
	cmp	r6, #0x10
	orreq	r4, r4, #16
	mov	r0, r4
	svc	#0

/*
 * --- registers while interrupts come: r0 = address of a counter that is to
 * reach 50; the others hold a pattern.  Returns 0, or the register that changed.
 */
	ufunc	u_registers
	mov	r1, #0x10
	mov	r3, #0x30
	mov	r4, #0x40
	mov	r5, #0x50
	mov	r6, #0x60
	mov	r7, #0x70
	mov	r8, #0x80
	mov	r9, #0x90
	mov	r10, #0xa0
	mov	r11, #0xb0
	mov	r12, #0xc0
	mov	sp, #0xd0
	mov	lr, #0xe0
1:	ldr	r2, [r0]
	cmp	r2, #50
	bhs	2f
	cmp	r1, #0x10
	movne	r0, #1
	bne	3f
	.irp	n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
	cmp	r\n, #(\n * 16)
	movne	r0, #\n
	bne	3f
	.endr
	b	1b
2:	mov	r0, #0
3:	svc	#0

	utfunc	u_wfi
	cmp	r0, r0
	wfi
	it	ne
	wfine
	wfi.w
	adds	r0, #3
	svc	#0

	.balign	4096
	.global	user_text_end
user_text_end:

@ --- the kernel's side
	.text
	.arm
/* enter_user(code, r0): does not return; r13_usr is set, interrupts as they are */
	.global	enter_user
	.type	enter_user, %function
enter_user:
	mrs	r2, cpsr
	and	r2, r2, #0xc0
	orr	r2, r2, #0x10
	tst	r0, #1
	orrne	r2, r2, #0x20
	bic	r0, r0, #1
	msr	spsr_cxsf, r2
	mov	r3, r0
	mov	r0, r1
	mov	lr, #0
	movs	pc, r3

/* user_bank(in, out): loads sp_usr, lr_usr from in by LDM^, stores them by STM^ */
	.global	user_bank
	.type	user_bank, %function
user_bank:
	ldm	r0, {sp, lr}^
	nop
	mcr	p15, 0, r2, c8, c7, 0	@ an exit in between: TLBIALL
	stm	r1, {sp, lr}^
	bx	lr

/* rfe_srs(out): stores by SRS to the stack of system mode, goes on by RFE */
	.global	rfe_srs
	.type	rfe_srs, %function
rfe_srs:
	push	{r4, lr}
	mrs	r4, cpsr
	cps	#0x1f
	mov	r1, sp
	add	sp, r0, #8
	cps	#0x13
	ldr	lr, =0x12345678
	ldr	r2, =0x800000d3
	msr	spsr_cxsf, r2
	srsdb	sp!, #0x1f		@ LR_svc, SPSR_svc to out
	cps	#0x1f
	sub	r0, sp, r0		@ 0
	mov	sp, r1
	cps	#0x13
	adr	r1, 1f
	push	{r1, r4}
	rfeia	sp!
	mov	r0, #1			@ skipped
1:	pop	{r4, pc}

/* set_bank(mode, regs), get_bank(mode, regs): sp, lr, spsr, and r8-r12 of FIQ */
	.global	set_bank
	.type	set_bank, %function
set_bank:
	mrs	r2, cpsr
	bic	r3, r2, #0x1f
	orr	r3, r3, r0
	msr	cpsr_c, r3
	ldr	sp, [r1]
	ldr	lr, [r1, #4]
	ldr	r3, [r1, #8]
	cmp	r0, #0x1f
	msrne	spsr_cxsf, r3
	cmp	r0, #0x11
	addeq	r3, r1, #12
	ldmeq	r3, {r8-r12}
	msr	cpsr_c, r2
	bx	lr

	.global	get_bank
	.type	get_bank, %function
get_bank:
	mrs	r2, cpsr
	bic	r3, r2, #0x1f
	orr	r3, r3, r0
	msr	cpsr_c, r3
	str	sp, [r1]
	str	lr, [r1, #4]
	mov	r3, #0
	cmp	r0, #0x1f
	mrsne	r3, spsr
	str	r3, [r1, #8]
	cmp	r0, #0x11
	addeq	r3, r1, #12
	stmeq	r3, {r8-r12}
	msr	cpsr_c, r2
	bx	lr
