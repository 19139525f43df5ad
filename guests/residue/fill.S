/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	func	fill_vfp
	.irp	q, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vdup.32	q\q, r0
	.endr
	bx	lr

	func	fill_banked		@ FIQ's own registers and the others' LR and SPSR
	push	{r4, lr}
	mrs	r4, cpsr
	cps	#0x11
	mov	r8, r0
	mov	r9, r0
	mov	r10, r0
	mov	r11, r0
	mov	r12, r0
	mov	r13, r0
	mov	r14, r0
	.irp	mode, 0x12, 0x17, 0x1b, 0x1f
	cps	#\mode
	mov	lr, r0
	.endr
	msr	cpsr_c, r4
	pop	{r4, pc}

	func	fill_core
	push	{r4-r12, lr}
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
	mov	r\n, r0
	.endr
	mov	lr, #20000
1:	subs	lr, lr, #1
	bne	1b
	pop	{r4-r12, pc}
