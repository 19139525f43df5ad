/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Monitor mode: the way into the VMM and out of it.
 *
 * SP_mon points at the struct frame of whoever runs, a vCPU or the host thread.
 * An entry saves r0-r12, LR_mon and SPSR_mon there, moves to the CPU's monitor
 * stack and calls a C function, which returns the frame to go on with.  SCR.NS
 * is left alone: it belongs to the switch of context (vcpu/switch.c).
 */
#include <asm-offsets.h>

#include <arch/cp15.h>
#include <arch/psr.h>

	.syntax unified
	.arch armv7-a
	.arch_extension sec
	.fpu neon
	.arm

	/* r0-r12 are in the frame: saves the rest of it and goes to C. */
	.macro	to_c handler
	mrs	r1, spsr
	str	lr, [sp, #FRAME_PC]
	str	r1, [sp, #FRAME_CPSR]
	mov	r0, sp
	ldr	sp, [sp, #FRAME_STACK_TOP]
	bl	\handler
	b	monitor_leave
	.endm

	/* `adjust`: what LR_mon is ahead of the instruction to go on with. */
	.macro	entry name, adjust, handler
\name:
	.if	\adjust
	sub	lr, lr, #\adjust
	.endif
	stmia	sp, {r0-r12}
	to_c	\handler
	.endm

	.text
	.balign	32
	.global	monitor_vectors
monitor_vectors:
	b	.			/* 0x00 not used */
	b	.			/* 0x04 not used */
	b	monitor_smc		/* 0x08 SMC */
	b	monitor_pabt		/* 0x0c external abort of a fetch, SCR.EA */
	b	monitor_dabt		/* 0x10 external abort of an access, SCR.EA */
	b	.			/* 0x14 not used */
	b	.			/* 0x18 IRQ: SCR.IRQ is 0 */
	b	monitor_fiq		/* 0x1c FIQ, SCR.FIQ */

	/*
	 * A DACR write that only opens or closes domains (no Manager before or
	 * after, the shim's domain untouched) at a place that sites.c has noted.
	 * In QEMU a DACR write empties the TLB, the Monitor's too: it comes last.
	 */
monitor_smc:
	stmia	sp, {r0-r12}
	ldr	r2, [sp, #FRAME_FAST]
	ubfx	r1, lr, #2, #FAST_SITE_INDEX_BITS
	eor	r1, r1, lr, lsr #FAST_SITE_TAG
	ubfx	r1, r1, #0, #FAST_SITE_INDEX_BITS
	ldr	r3, [r2, r1, lsl #2]
	eor	r0, r3, lr
	orr	r0, r0, lr, lsl #30	/* not of an ARM instruction */
	lsrs	r0, r0, #FAST_SITE_TAG
	bne	monitor_smc_slow
	tst	r3, #FAST_SITE_VALID
	beq	monitor_smc_slow
	mrs	r5, spsr
	and	r5, r5, #PSR_MODE
	cmp	r5, #MODE_FIQ		/* FIQ mode has other r8-r12 */
	beq	monitor_smc_slow
	and	r3, r3, #15
	ldr	r4, [sp, r3, lsl #2]	/* the guest's new DACR */
	ldr	r5, [sp, #VCPU_DACR]
	movw	r8, #0x5555
	movt	r8, #0x5555
	and	r6, r4, r4, lsr #1
	and	r7, r5, r5, lsr #1
	orr	r6, r6, r7
	tst	r6, r8			/* a Manager: 0b11 */
	bne	monitor_smc_slow
	eor	r6, r4, r5
	lsrs	r6, r6, #30
	bne	monitor_smc_slow
	str	r4, [sp, #VCPU_DACR]
	mcr	CP15(r4, PRRR)		/* what the guest's reads became reads of */
	ldr	r7, [sp, #VCPU_FAST_DACRS]
	ldr	r10, [sp, #VCPU_FAST_DACRS + 4]
	adds	r7, r7, #1
	adc	r10, r10, #0
	str	r7, [sp, #VCPU_FAST_DACRS]
	str	r10, [sp, #VCPU_FAST_DACRS + 4]
	and	r6, r4, r8
	orr	r6, r6, #0x40000000	/* the shim's domain 15: Client */
	ldr	r7, [sp, #VCPU_HW_DACR]
	cmp	r6, r7
	ldmiaeq	sp, {r0-r12}
	movseq	pc, lr
	str	r6, [sp, #VCPU_HW_DACR]
	mov	r12, r6
	ldmia	sp, {r0-r11}
	mcr	CP15(r12, DACR)
	ldr	r12, [sp, #FRAME_R12]
	movs	pc, lr

monitor_smc_slow:
	to_c	exit_smc

	entry	monitor_fiq, 4, exit_fiq
	entry	monitor_pabt, 4, exit_external_prefetch
	entry	monitor_dabt, 8, exit_external_data

	/* r0: the frame to go on with.  The FIQ mask comes with its CPSR. */
monitor_leave:
	mov	sp, r0
	ldr	r1, [sp, #FRAME_CPSR]
	ldr	lr, [sp, #FRAME_PC]
	msr	spsr_fsxc, r1
	ldmia	sp, {r0-r12}
	movs	pc, lr

	/*
	 * void monitor_init(struct frame *thread): called from Secure SVC, puts
	 * the host thread's frame into SP_mon.
	 */
	.global	monitor_init
	.type	monitor_init, %function
monitor_init:
	mrs	r1, cpsr
	cps	#MODE_MON
	mov	sp, r0
	msr	cpsr_c, r1
	bx	lr

	/* void arch_thread_yield(void): the handler sees the thread's frame. */
	.global	arch_thread_yield
	.type	arch_thread_yield, %function
arch_thread_yield:
	smc	#0
	bx	lr

	.macro	save_mode mode, offset
	cps	#\mode
	add	r2, r0, #\offset
	mrs	r3, spsr
	stmia	r2, {sp, lr}
	str	r3, [r2, #8]
	.endm

	.macro	load_mode mode, offset
	cps	#\mode
	add	r2, r0, #\offset
	ldr	r3, [r2, #8]
	ldr	sp, [r2]
	ldr	lr, [r2, #4]
	msr	spsr_fsxc, r3
	.endm

	/*
	 * void banked_save(struct banked *b): Monitor mode with SCR.NS = 0 (with
	 * NS = 1 a CPS out of Monitor mode would leave the Secure world).
	 */
	.global	banked_save
	.type	banked_save, %function
banked_save:
	mov	r1, lr
	cps	#MODE_SYS
	add	r2, r0, #BANKED_USR
	stmia	r2, {sp, lr}
	save_mode MODE_SVC, BANKED_SVC
	save_mode MODE_ABT, BANKED_ABT
	save_mode MODE_UND, BANKED_UND
	save_mode MODE_IRQ, BANKED_IRQ
	cps	#MODE_FIQ
	add	r2, r0, #BANKED_FIQ
	mrs	r3, spsr
	stmia	r2, {r8-r12, sp, lr}
	str	r3, [r2, #28]
	cps	#MODE_MON
	bx	r1

	/* void banked_load(const struct banked *b): the reverse. */
	.global	banked_load
	.type	banked_load, %function
banked_load:
	mov	r1, lr
	cps	#MODE_SYS
	ldr	sp, [r0, #BANKED_USR]
	ldr	lr, [r0, #BANKED_USR + 4]
	load_mode MODE_SVC, BANKED_SVC
	load_mode MODE_ABT, BANKED_ABT
	load_mode MODE_UND, BANKED_UND
	load_mode MODE_IRQ, BANKED_IRQ
	cps	#MODE_FIQ
	add	r2, r0, #BANKED_FIQ
	ldr	r3, [r2, #28]
	ldmia	r2, {r8-r12}
	ldr	sp, [r2, #20]
	ldr	lr, [r2, #24]
	msr	spsr_fsxc, r3
	cps	#MODE_MON
	bx	r1

	/* void vfp_save(uint64_t d[32], uint32_t sys[2]): FPEXC and FPSCR. */
	.global	vfp_save
	.type	vfp_save, %function
vfp_save:
	vmrs	r2, fpexc
	mov	r3, #0x40000000		/* FPEXC.EN */
	vmsr	fpexc, r3
	vmrs	r3, fpscr
	strd	r2, r3, [r1]
	vstmia	r0!, {d0-d15}
	vstmia	r0!, {d16-d31}
	bx	lr

	/* void vfp_load(const uint64_t d[32], const uint32_t sys[2]) */
	.global	vfp_load
	.type	vfp_load, %function
vfp_load:
	mov	r3, #0x40000000
	vmsr	fpexc, r3
	vldmia	r0!, {d0-d15}
	vldmia	r0!, {d16-d31}
	ldrd	r2, r3, [r1]
	vmsr	fpscr, r3
	vmsr	fpexc, r2
	bx	lr
