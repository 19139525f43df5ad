/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim, copied into a page of its own for every vCPU and mapped for PL1 only
 * at VBAR_NS.  System calls and interrupts go straight to the guest's vectors;
 * aborts and undefined instructions leave r0, SPSR, LR and SP in the slots of
 * the following page and enter the VMM, which decides whose they are.
 *
 * It is the guest's own privilege that runs here: it holds no secret, and a
 * guest that jumps to any of it gains nothing.  No word of it depends on the guest:
 * the addresses of its vectors lie on the page before, its slots on the page behind, and
 * neither is ever executable.
 */
#include <asm-offsets.h>

	.syntax unified
	.arch armv7-a
	.arch_extension sec
	.arm

	.macro	unused
	.inst	SHIM_FILL
	.endm

	.macro	to_vmm
	str	r0, shim_template + SHIM_SLOT_R0
	mrs	r0, spsr
	str	r0, shim_template + SHIM_SLOT_SPSR
	str	lr, shim_template + SHIM_SLOT_LR
	str	sp, shim_template + SHIM_SLOT_SP
	smc	#0
	.endm

	.section .rodata.shim, "a"
	.balign	32
	.global	shim_template, shim_template_end
	.global	shim_und_exit, shim_pabt_exit, shim_dabt_exit
shim_template:
	unused				/* reset */
	b	shim_und
	ldr	pc, shim_template + SHIM_VECTOR_SVC
	b	shim_pabt
	b	shim_dabt
	unused				/* reserved */
	ldr	pc, shim_template + SHIM_VECTOR_IRQ
	unused				/* FIQ is taken to Monitor mode */
shim_und:
	to_vmm
shim_und_exit:				/* what LR_mon is after the SMC */
shim_pabt:
	to_vmm
shim_pabt_exit:
shim_dabt:
	to_vmm
shim_dabt_exit:
shim_template_end:
