/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Secure world's own vectors.  The VMM takes no exception on purpose here
 * (interrupts go to Monitor mode), so each one is a bug: save everything and
 * report.  An abort in Monitor mode arrives here as well, with SCR.NS cleared.
 */
#define MODE_SVC 0x13
#define MODE_ABT 0x17
#define MODE_SYS 0x1f
#define PSR_IF   0xc0

	.syntax unified

	/*
	 * Makes a struct arch_frame on the ABT stack whatever the mode; `adjust` turns
	 * LR into the address of the instruction (ARM ARM table B1-7).
	 */
	.macro	trap cause, adjust
	sub	lr, lr, #\adjust
	srsdb	sp!, #MODE_ABT		/* pc, cpsr */
	cpsid	aif, #MODE_ABT
	sub	sp, sp, #8		/* sp, lr */
	push	{r0-r12}
	mov	r0, #\cause
	b	trap_common
	.endm

	.section .text.trap, "ax"
	.arm
	.global	secure_vectors
	.balign	32
secure_vectors:
	b	trap_reset
	b	trap_und
	b	trap_svc
	b	trap_pabt
	b	trap_dabt
	b	.
	b	trap_irq
	b	trap_fiq

trap_reset:	trap 0, 0
trap_und:	trap 1, 4
trap_svc:	trap 2, 4
trap_pabt:	trap 3, 4
trap_dabt:	trap 4, 8
trap_irq:	trap 6, 4
trap_fiq:	trap 7, 4

	/* r0 = vector, sp = frame without sp and lr of the interrupted mode */
trap_common:
	ldr	r1, [sp, #16 * 4]	/* cpsr */
	and	r1, r1, #0x1f
	cmp	r1, #0x10		/* User mode has System mode's registers */
	moveq	r1, #MODE_SYS
	orr	r1, r1, #PSR_IF
	mrs	r2, cpsr
	mov	r3, sp
	msr	cpsr_c, r1
	mov	r4, sp
	mov	r5, lr
	msr	cpsr_c, r2
	str	r4, [r3, #13 * 4]
	str	r5, [r3, #14 * 4]
	mov	r1, r3
	bic	sp, sp, #7
	bl	trap_report
	b	.
