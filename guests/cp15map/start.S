/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entered in Secure SVC; goes on in Non-secure SVC with NSACR as Espalier sets
 * it: VFP allowed, preload engine and TLB lockdown closed.
 */
	.syntax unified
	.arch_extension sec
	.arm

	.section .text.start, "ax"
	.global _start
_start:
	cpsid	aif
	ldr	r0, =0x00000c00		@ NSACR.cp11, cp10; PLE = TL = 0 (A9 TRM 4.3.14)
	mcr	p15, 0, r0, c1, c1, 2
	cps	#0x16			@ Monitor: the NS bank is reached with SCR.NS = 1
	mov	r0, #1			@ SCR.NS; FW = AW = 0
	mcr	p15, 0, r0, c1, c1, 0
	isb
	ldr	r0, =vectors
	mcr	p15, 0, r0, c12, c0, 0	@ VBAR, NS bank
	mov	r0, #0xd3		@ SVC, A/I/F masked
	msr	spsr_fsxc, r0
	ldr	lr, =1f
	movs	pc, lr
1:	ldr	sp, =stack_top
	cps	#0x1b			@ und mode only needs LR and SPSR
	cps	#0x13
	bl	cp15map
2:	wfi
	b	2b

	.balign 32
vectors:
	b	_start
	b	undefined
	b	bad
	b	bad
	b	bad
	b	bad
	b	bad
	b	bad

/* The word under test is UNDEF: say so and go on after it. */
undefined:
	ldr	sp, =undef_count
	str	r0, [sp, #4]
	ldr	r0, [sp]
	add	r0, r0, #1
	str	r0, [sp]
	ldr	r0, [sp, #4]
	movs	pc, lr

/* Any other exception: reported by the caller through the same counter. */
bad:
	ldr	r0, =0x10009000
	mov	r1, #'!'
	str	r1, [r0]
1:	b	1b

/* uint32_t cp15map_try(uint32_t word, uint32_t r0): the word runs with r0, r2, r3 its own */
	.global cp15map_try
cp15map_try:
	push	{r4, lr}
	ldr	r4, =slot
	str	r0, [r4]
	dsb
	mcr	p15, 0, r4, c7, c11, 1	@ DCCMVAU
	dsb
	mcr	p15, 0, r4, c7, c5, 1	@ ICIMVAU
	mcr	p15, 0, r4, c7, c5, 6	@ BPIALL
	dsb
	isb
	mov	r0, r1
	ldr	r3, =scratch
	blx	r4
	pop	{r4, pc}

	.ltorg
	.balign 4096
slot:	.word	0
	bx	lr
	.balign 4096

	.bss
	.balign 8
	.global undef_count
undef_count:
	.space	8
	.balign 64
scratch:
	.space	1024
	.space	4096
stack_top:
