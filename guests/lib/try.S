/* SPDX-License-Identifier: Apache-2.0 */
/* try_call(): a call that an exception may end.  See bare.h and exception.c. */
	.syntax unified
	.arm
	.text
	.global try_call
	.type	try_call, %function
try_call:			@ r0 caught, r1 fn, r2 a, r3 b
	push	{r4-r11, lr}
	mrs	r4, cpsr
	ldr	r5, =try_top
	ldr	r6, [r5]
	push	{r0, r4, r6}	@ struct try_block
	str	sp, [r5]
	mov	r4, #0
	str	r4, [r0]	@ EXC_NONE
	mov	ip, r1
	mov	r0, r2
	mov	r1, r3
	blx	ip
	b	1f

@ exc_dispatch() returns to here in the mode of the call, r0-r12 arbitrary
	.global try_land
	.type	try_land, %function
try_land:
	mov	r0, #0
1:	ldr	r5, =try_top
	ldr	sp, [r5]
	pop	{r1, r2, r6}
	str	r6, [r5]
	pop	{r4-r11, pc}

	.global op_read
	.type	op_read, %function
op_read:
	ldr	r0, [r0]
	bx	lr

	.global op_write
	.type	op_write, %function
op_write:
	str	r1, [r0]
	bx	lr

	.global op_read_user
	.type	op_read_user, %function
op_read_user:
	mov	r2, r0
	ldrt	r0, [r2]
	bx	lr

	.global op_write_user
	.type	op_write_user, %function
op_write_user:
	strt	r1, [r0]
	bx	lr

	.global op_jump
	.type	op_jump, %function
op_jump:			@ r0 target, r1 its r0
	mov	ip, r0
	mov	r0, r1
	bx	ip
