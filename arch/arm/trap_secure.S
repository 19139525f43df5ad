/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Secure world's own vectors.  The VMM takes no exception on purpose here
 * (interrupts go to Monitor mode), so each one is a bug: save everything and
 * report.  An abort in Monitor mode arrives here as well, with SCR.NS cleared.
 */
#include <arch/cp15.h>
#include <arch/psr.h>
#include <arch/stacks.h>

#define PSR_IF (PSR_I | PSR_F)

	.syntax unified

	/*
	 * Makes a struct arch_frame on this CPU's trap stack.  The core's banked
	 * registers are those of the guest that ran, SP of our own mode included:
	 * it is made anew, without any other register.  `adjust` turns LR into the
	 * address of the instruction (ARM ARM table B1-7).
	 */
	.macro	trap cause, mode, adjust
	cpsid	aif
	sub	lr, lr, #\adjust
	mrc	CP15(sp, MPIDR)
	and	sp, sp, #3
	add	sp, pc, sp, lsl #2
	ldr	sp, [sp, #trap_stacks - . - 4]
	srsdb	sp!, #\mode		/* pc, cpsr */
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

	/* Top of each CPU's trap stack. */
	.set	cpu, 0
trap_stacks:
	.rept	CONFIG_MAX_CPUS
	.word	host_stacks + cpu * CPU_STACKS_SIZE + TRAP_STACK_TOP
	.set	cpu, cpu + 1
	.endr

trap_reset:	trap 0, MODE_SVC, 0
trap_und:	trap 1, MODE_UND, 4
trap_svc:	trap 2, MODE_SVC, 4
trap_pabt:	trap 3, MODE_ABT, 4
trap_dabt:	trap 4, MODE_ABT, 8
trap_irq:	trap 6, MODE_IRQ, 4
trap_fiq:	trap 7, MODE_FIQ, 4

	/* r0 = vector, sp = frame without sp and lr of the interrupted mode */
trap_common:
	ldr	r1, [sp, #16 * 4]	/* cpsr */
	and	r1, r1, #PSR_MODE
	cmp	r1, #MODE_USR		/* User mode has System mode's registers */
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
