/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	func	fpexc_get
	vmrs	r0, fpexc
	bx	lr
	func	fpexc_set
	vmsr	fpexc, r0
	bx	lr
	func	fpscr_get
	vmrs	r0, fpscr
	bx	lr
	func	fpscr_set
	vmsr	fpscr, r0
	bx	lr
	func	fpsid_get
	vmrs	r0, fpsid
	bx	lr
	func	mvfr0_get
	vmrs	r0, mvfr0
	bx	lr
	func	mvfr1_get
	vmrs	r0, mvfr1
	bx	lr

	func	vfp_touch			@ one instruction of each kind
	vmov	s0, r0
	vadd.f32 s0, s0, s0
	vmov	r0, s0
	bx	lr
	func	neon_touch
	vdup.32	q1, r0
	vadd.i32 q1, q1, q1
	vmov.32	r0, d2[1]
	bx	lr

/*
 * r0 iterations: harmonic sum in double precision, returned as its bits; the
 * loop runs long enough for interrupts to come in the middle.
 */
	func	harmonic
	vmov.f64 d0, #1.0		@ k
	vmov.f64 d1, #1.0
	vsub.f64 d2, d1, d1		@ sum
1:	vdiv.f64 d3, d1, d0
	vadd.f64 d2, d2, d3
	vadd.f64 d0, d0, d1
	subs	r0, r0, #1
	bne	1b
	vmov	r0, r1, d2
	bx	lr

/*
 * Honest Thumb code of VFP whose halfwords, seen as an ARM word, are
 * 0xee020f10: MCR p15, 0, r0, c2, c0, 0.
 */
	.thumb
	.balign	4096			@ a page of its own, so that only it is stepped
	.global	vfp_window
	.thumb_func
vfp_window:
	mvn	r2, #0
	.hword	0x0f10			@ lsrs r0, r2, #28
	vmov	s4, r1			@ 0xee02 0x1a10
	vmov	r2, s4
	adds	r0, r0, r2
	bx	lr
	.balign	4

@ literals of VFP loads that look like MCR p15
	.arm
	func	vfp_literal
	vldr	d0, 1f
	vldr	s2, 1f + 8
	mrc	p15, 0, r1, c3, c0, 0
	vstr	d0, [r0]
	vstr	s2, [r0, #8]
	bx	lr
	.balign	8
1:	.word	0xee010f10, 0xee020f10, 0xee030f10
