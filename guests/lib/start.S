/* SPDX-License-Identifier: Apache-2.0 */
/* Entry: SVC mode, MMU off, interrupts masked; natively and as a guest. */
	.syntax unified
	.arm
	.section .text.start, "ax"
	.global _start
_start:
	mrc	p15, 0, r0, c0, c0, 5	@ MPIDR: only CPU 0 goes on
	ands	r0, r0, #3
1:	wfine
	bne	1b

	ldr	r0, =stack_top
	cps	#0x11			@ FIQ
	mov	sp, r0
	sub	r0, r0, #STACK_SIZE
	cps	#0x12			@ IRQ
	mov	sp, r0
	sub	r0, r0, #STACK_SIZE
	cps	#0x17			@ abort
	mov	sp, r0
	sub	r0, r0, #STACK_SIZE
	cps	#0x1b			@ undefined
	mov	sp, r0
	sub	r0, r0, #STACK_SIZE
	cps	#0x1f			@ system and user
	mov	sp, r0
	sub	r0, r0, #STACK_SIZE
	cps	#0x13			@ supervisor: the program runs here
	mov	sp, r0

	ldr	r0, =bss_start
	ldr	r1, =bss_end
	mov	r2, #0
2:	cmp	r0, r1
	strlo	r2, [r0], #4
	blo	2b

	ldr	r0, =vectors
	mcr	p15, 0, r0, c12, c0, 0	@ VBAR
	isb
	bl	uart_init
	bl	guest_main
	bl	done

	.equ	STACK_SIZE, 0x2000
	.section .bss.stack, "aw", %nobits
	.balign	4096
	.space	6 * STACK_SIZE
stack_top:
