/* SPDX-License-Identifier: Apache-2.0 */
	.syntax unified
	.arch armv7-a
	.arch_extension sec
	.arm

	.text
	.global _start
_start:
	ldr	sp, =stack_top
	ldr	r0, =vectors
	mcr	p15, 0, r0, c12, c0, 0		@ VBAR
	mov	r0, #0xf << 20
	mcr	p15, 0, r0, c1, c0, 2		@ CPACR: VFP and NEON on
	isb
	mov	r0, #1 << 30
	.fpu	neon
	vmsr	fpexc, r0
	bl	runner
1:	b	1b

@ uint32_t run(struct frame *in, struct frame *out): in SVC, the case in SYS.
@ A frame is r0-r14, pc, cpsr.
	.global run
run:
	push	{r4-r11, lr}
	clrex
	cps	#0x1b
	mov	sp, r1
	cps	#0x17
	mov	sp, r1
	cps	#0x13
	ldr	lr, [r0, #60]
	ldr	r3, [r0, #64]
	msr	spsr_cxsf, r3
	ldm	r0, {r0-r14}^
	nop
	movs	pc, lr

	.macro	ended kind
	stm	sp, {r0-r14}^
	nop
	str	lr, [sp, #60]
	mrs	r0, spsr
	str	r0, [sp, #64]
	mov	r0, #\kind
	cps	#0x13
	pop	{r4-r11, pc}
	.endm

on_undef:
	ended	1
on_svc:						@ none is run
	mov	r0, #2
	b	.
on_pabt:
	ended	3
on_dabt:
	ended	4

	.align	5
vectors:
	b	.
	b	on_undef
	b	on_svc
	b	on_pabt
	b	on_dabt
	b	.
	b	.
	b	.

	.global semihost
semihost:
	push	{lr}
	svc	0x123456
	pop	{pc}

	.bss
	.align	3
	.space	4096
stack_top:
