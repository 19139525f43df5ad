/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to store the 12 bytes at r1 to r0. */
#include "asm.h"

	func	by_str
	ldm	r1, {r1, r2, r3}
	str	r1, [r0], #4
	str	r2, [r0], #4
	str	r3, [r0], #4
	bx	lr

	func	by_stm
	ldm	r1, {r1, r2, r3}
	stm	r0, {r1, r2, r3}
	bx	lr

	func	by_strd
	push	{r4, r5}
	ldrd	r4, r5, [r1]
	ldr	r2, [r1, #8]
	strd	r4, r5, [r0]
	str	r2, [r0, #8]
	pop	{r4, r5}
	bx	lr

	func	by_bytes
	mov	r3, #12
1:	ldrb	r2, [r1], #1
	strb	r2, [r0], #1
	subs	r3, r3, #1
	bne	1b
	bx	lr

	func	by_halves
	mov	r3, #6
1:	ldrh	r2, [r1], #2
	strh	r2, [r0], #2
	subs	r3, r3, #1
	bne	1b
	bx	lr

	func	by_strt
	ldm	r1, {r1, r2, r3}
	strt	r1, [r0], #4
	strt	r2, [r0], #4
	strt	r3, [r0], #4
	bx	lr

	func	by_strex
	push	{r4, r5}
	mov	r3, #3
1:	ldr	r2, [r1]
2:	ldrex	r4, [r0]
	strex	r5, r2, [r0]
	cmp	r5, #0
	bne	2b
	add	r0, r0, #4
	add	r1, r1, #4
	subs	r3, r3, #1
	bne	1b
	pop	{r4, r5}
	bx	lr

	func	by_vstm
	vldr	d0, [r1]
	vldr	s2, [r1, #8]
	vstm	r0, {s0-s2}
	bx	lr

	func	by_vst1
	vld1.8	{d0}, [r1]!
	vld1.32	{d1[0]}, [r1]
	vst1.8	{d0}, [r0]!
	vst1.32	{d1[0]}, [r0]
	bx	lr

	func	by_push
	mov	r12, sp
	ldm	r1, {r1, r2, r3}
	add	sp, r0, #12
	push	{r1, r2, r3}
	mov	sp, r12
	bx	lr

	.thumb
	.balign	4
	.global	by_thumb
	.thumb_func
by_thumb:
	push	{r4, lr}
	ldmia	r1, {r1, r2, r3}
	stmia	r0!, {r1, r2}
	str.w	r3, [r0], #4
	pop	{r4, pc}
	.balign	4
