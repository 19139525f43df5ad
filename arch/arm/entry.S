/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the boot loader jumps to: CPU in Secure SVC mode, MMU and caches off,
 * r2 = address of the host's device tree (Linux' boot protocol).  Sets up what C
 * needs and calls vmm_main(dtb) with FIQ masked.
 */
#include <arch/cp15.h>
#include <arch/psr.h>
#include <arch/stacks.h>

	.syntax unified
	.arch_extension sec

	.section .text.entry, "ax"
	.arm
	.global	_start
	.type	_start, %function
_start:
	cpsid	aif, #MODE_SVC
	mov	r10, r2

	/* Count cycles from here on; the stack protector wants a number below. */
	mov	r0, #1			/* PMCR.E (ARM ARM B4.1.117) */
	mcr	CP15(r0, PMCR)
	mov	r0, #0x80000000		/* PMCNTENSET.C */
	mcr	CP15(r0, PMCNTENSET)

	/* The Cortex-A9 does not invalidate its caches at reset. */
	mov	r0, #0
	mcr	CP15(r0, TLBIALL)
	mcr	CP15(r0, ICIALLU)
	mcr	CP15(r0, BPIALL)
	bl	l1d_invalidate
	mrc	CP15(r0, ACTLR)
	orr	r0, r0, #(ACTLR_SMP | ACTLR_FW)
	mcr	CP15(r0, ACTLR)

	/* Only CPU 0 goes on. */
	mrc	CP15(r0, MPIDR)
	ands	r0, r0, #0xff
	bne	park

	/*
	 * FIQ and external aborts go to Monitor mode; the Non-secure world can mask
	 * neither (FW = AW = 0).  It may use VFP; it may not lock TLB entries
	 * (NSACR.TL) or the preload engine (NSACR.PLE), nor write ACTLR.SMP.
	 */
	mov	r0, #(SCR_FIQ | SCR_EA)
	mcr	CP15(r0, SCR)
	mov	r0, #(NSACR_CP10 | NSACR_CP11)
	mcr	CP15(r0, NSACR)
	mov	r0, #0x00f00000		/* CPACR: full access to cp10 and cp11 */
	mcr	CP15(r0, CPACR)
	isb

	ldr	r0, =secure_vectors
	mcr	CP15(r0, VBAR)
	ldr	r0, =monitor_vectors
	mcr	CP15(r0, MVBAR)

	/* The other modes have no stack of their own: see trap_secure.S. */
	ldr	sp, =host_stacks + HOST_STACK_TOP

	ldr	r0, =bss_start
	ldr	r1, =bss_end
	mov	r2, #0
1:	cmp	r0, r1
	strlo	r2, [r0], #4
	blo	1b

	/* A guard value that differs from boot to boot; no C has run yet. */
	mrc	CP15(r0, PMCCNTR)
	mov	r1, #0
	mcr	CP15(r1, PMCR)
	ldr	r1, =0x9e3779b1		/* 2^32 / golden ratio: spreads the low bits */
	mul	r0, r0, r1
	eor	r0, r0, r10
	bic	r0, r0, #0xff		/* a NUL stops overflowing strings */
	ldr	r1, =__stack_chk_guard
	str	r0, [r1]

	bl	host_mmu_init		/* returns the value for TTBR0 */
	mcr	CP15(r0, TTBR0)
	mov	r0, #0
	mcr	CP15(r0, TTBCR)
	mov	r0, #1			/* domain 0 is a client */
	mcr	CP15(r0, DACR)
	dsb
	isb
	mrc	CP15(r0, SCTLR)
	ldr	r1, =(SCTLR_A | SCTLR_V | SCTLR_EE | SCTLR_TRE | SCTLR_AFE | SCTLR_TE)
	bic	r0, r0, r1
	ldr	r1, =(SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I)
	orr	r0, r0, r1
	mcr	CP15(r0, SCTLR)
	isb

	mov	r0, r10
	bl	vmm_main
	b	arch_halt
	.size	_start, . - _start

park:	wfi
	b	park

	/*
	 * Invalidates the L1 data cache by set and way (ARM ARM B2.2).  Level 0
	 * of CCSIDR tells its geometry; the A9 has no other level of its own.
	 */
	.type	l1d_invalidate, %function
l1d_invalidate:
	mov	r0, #0
	mcr	CP15(r0, CSSELR)
	isb
	mrc	CP15(r0, CCSIDR)
	and	r1, r0, #7
	add	r1, r1, #4		/* log2(line size in bytes) */
	ubfx	r2, r0, #3, #10		/* ways - 1 */
	ubfx	r3, r0, #13, #15	/* sets - 1 */
	clz	r4, r2			/* shift of the way field */
1:	mov	r5, r2
2:	lsl	r6, r5, r4
	orr	r6, r6, r3, lsl r1
	mcr	CP15(r6, DCISW)
	subs	r5, r5, #1
	bpl	2b
	subs	r3, r3, #1
	bpl	1b
	dsb
	bx	lr
	.size	l1d_invalidate, . - l1d_invalidate

	.section .noinit.stacks, "aw", %nobits
	.global	host_stacks
	.global	monitor_stack_top
	.balign	STACK_PAGE
host_stacks:
	.space	CPU_STACKS_SIZE * CONFIG_MAX_CPUS
	.equ	monitor_stack_top, host_stacks + MONITOR_STACK_TOP
