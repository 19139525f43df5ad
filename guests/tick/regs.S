/* SPDX-License-Identifier: Apache-2.0 */
#include "asm.h"

	func	spin_registers
	push	{r4-r12, lr}
	mvn	r1, #1
	mvn	r2, #2
	mvn	r3, #3
	mvn	r4, #4
	mvn	r5, #5
	mvn	r6, #6
	mvn	r7, #7
	mvn	r8, #8
	mvn	r9, #9
	mvn	r10, #10
	mvn	r11, #11
	mvn	r12, #12
	mvn	lr, #14
1:	subs	r0, r0, #1
	bne	1b
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
	cmn	r\n, #\n + 1
	bne	2f
	.endr
	cmn	lr, #14 + 1
	bne	2f
	mov	r0, #1
	pop	{r4-r12, pc}
2:	mov	r0, #0
	pop	{r4-r12, pc}
