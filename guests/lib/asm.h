/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/* For assembly only: ARM code with VFP and NEON, and how a function begins. */
	.syntax unified
	.fpu	neon
	.text
	.arm

	.macro	func name
	.balign	4
	.global	\name
	.type	\name, %function
\name:
	.endm
