/* SPDX-License-Identifier: Apache-2.0 */
	.syntax unified
	.text
	.arm
	.global	enter_shim
	.type	enter_shim, %function
enter_shim:			@ r0 where, r1 what SPSR is
	push	{r4-r11, lr}
	msr	spsr_cxsf, r1
	mov	ip, r0
	adr	lr, 1f
	mov	r0, r1			@ where the shim would have loaded SPSR to
	bx	ip
	nop
1:	nop
	pop	{r4-r11, pc}
