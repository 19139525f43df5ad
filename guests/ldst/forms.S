/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One function and one row of forms[] per form of load and store.
 *
 * Before:  r4 base, r5 base - 4, r11 base + 12, r9 = 8, r10 = -4, r2 = V1, r3 = V2,
 *          r6 = r7 = r8 = 0; the registers at base hold LO, HI, INC.
 * After:   r6, r7, r8, how far r4 + r5 + r11 moved, and the registers are as the
 *          row says.
 */
#include "forms.h"
	.syntax unified

	.macro	row insn, base, r6, r7, r8, delta, m0, m1, m2, thumb
	.section .rodata.str, "a"
91:	.asciz	"\insn"
	.section .rodata.forms, "a"
	.word	90f + \thumb, 91b, \base, \thumb, \r6, \r7, \r8, \delta, \m0, \m1, \m2
	.endm

	.macro	body insn
	push	{r4-r11, lr}
	mov	r4, r0
	sub	r5, r0, #4
	add	r11, r0, #12
	push	{r1, lr}
	ldr	r2, =V1
	ldr	r3, =V2
	mov	r6, #0
	mov	r7, #0
	mov	r8, #0
	mov	r9, #8
	mvn	r10, #3
	mov	r12, sp
	\insn
	pop	{r1, r2}
	stmia	r1!, {r6, r7, r8}
	add	r4, r4, r5
	add	r4, r4, r11
	str	r4, [r1]
	pop	{r4-r11, pc}
	.ltorg
	.endm

	.macro	arm insn, r6=0, r7=0, r8=0, delta=0, m0=LO, m1=HI, m2=INC, base=BASE_TIMER
	row	"\insn", \base, \r6, \r7, \r8, \delta, \m0, \m1, \m2, 0
	.text
	.arm
	.balign	4
90:	body	"\insn"
	.endm

	.macro	thumb insn, r6=0, r7=0, r8=0, delta=0, m0=LO, m1=HI, m2=INC, base=BASE_TIMER
	row	"\insn", \base, \r6, \r7, \r8, \delta, \m0, \m1, \m2, 1
	.text
	.thumb
	.balign	4
90:	body	"\insn"
	.balign	4
	.endm

	.macro	both insn:vararg
	arm	\insn
	thumb	\insn
	.endm

	.section .rodata.forms, "a"
	.global forms
forms:

@ --- words, immediate offsets
	both	"ldr r6, [r4]", LO
	both	"ldr r6, [r4, #4]", HI
	both	"ldr r6, [r4, #8]!", INC, delta=8
	both	"ldr r6, [r4], #4", LO, delta=4
	both	"ldr r6, [r11, #-8]", HI
	both	"ldr r6, [r11, #-4]!", INC, delta=-4
	both	"ldr r6, [r4], #-16", LO, delta=-16
	both	"str r2, [r4]", m0=V1
	both	"str r2, [r4, #4]", m1=V1
	both	"str r2, [r4, #8]!", m2=V1, delta=8
	both	"str r2, [r4], #4", m0=V1, delta=4
	both	"str r2, [r11, #-8]", m1=V1
	both	"str r2, [r11, #-12]!", m0=V1, delta=-12
	both	"str r3, [r4], #-20", m0=V2, delta=-20
	thumb	"ldr.w r6, [r4, #4]", HI
	thumb	"str.w r2, [r4, #4]", m1=V1
	arm	"ldr r4, [r4]; mov r6, r4; sub r4, r5, #-4", LO

@ --- words, register offsets
	both	"ldr r6, [r4, r9]", INC
	both	"str r3, [r4, r9]", m2=V2
	thumb	"movs r7, #8; ldr r6, [r4, r7]; movs r7, #0", INC
	thumb	"movs r7, #4; str r2, [r4, r7]; movs r7, #0", m1=V1
	thumb	"movs r7, #1; ldr.w r6, [r4, r7, lsl #2]; movs r7, #0", HI
	thumb	"movs r7, #1; str.w r2, [r4, r7, lsl #3]; movs r7, #0", m2=V1
	arm	"ldr r6, [r4, r9, lsr #1]", HI
	arm	"ldr r6, [r4, -r10]", HI
	arm	"ldr r6, [r4], r9", LO, delta=8
	arm	"ldr r6, [r4, r9]!", INC, delta=8
	arm	"ldr r6, [r4, -r10, lsl #1]!", INC, delta=8
	arm	"ldr r6, [r4], -r9", LO, delta=-8
	arm	"str r2, [r4, r9, asr #1]!", m1=V1, delta=4
	arm	"str r2, [r4], -r10", m0=V1, delta=4
	arm	"str r2, [r4, r9, ror #1]", m1=V1

@ --- the stack pointer and the link register as data and as base
	both	"ldr lr, [r4]; mov r6, lr", LO
	both	"mov lr, r2; str lr, [r4, #4]", m1=V1
	both	"mov lr, r4; ldr r6, [lr, #8]!; mov r4, lr", INC, delta=8
	arm	"ldr sp, [r4]; mov r6, sp; mov sp, r12", LO
	both	"mov sp, r4; ldr r6, [sp, #4]; mov sp, r12", HI
	both	"mov sp, r4; str r2, [sp, #8]; mov sp, r12", m2=V1
	both	"mov sp, r4; pop {r6, r7}; mov r4, sp; mov sp, r12", LO, HI, delta=8
	both	"mov sp, r11; push {r2, r3}; mov r11, sp; mov sp, r12", m1=V1, m2=V2, delta=-8
	both	"mov sp, r11; push {r3}; mov r11, sp; mov sp, r12", m2=V2, delta=-4
	thumb	"mov sp, r4; pop.w {r6, r8}; mov r4, sp; mov sp, r12", LO, r8=HI, delta=8

@ --- unprivileged; the guest maps the device for PL0 as well
	both	"ldrt r6, [r4]", LO
	both	"strt r2, [r4]", m0=V1
	arm	"ldrt r6, [r4], #8", LO, delta=8
	arm	"strt r2, [r4], r9", m0=V1, delta=8

@ --- doublewords
	both	"ldrd r6, r7, [r4]", LO, HI
	both	"ldrd r6, r7, [r4, #8]!; movs r7, #0", INC, delta=8
	both	"ldrd r6, r7, [r4], #8", LO, HI, delta=8
	both	"ldrd r6, r7, [r11, #-12]", LO, HI
	both	"strd r2, r3, [r4]", m0=V1, m1=V2
	both	"strd r2, r3, [r4], #-8", m0=V1, m1=V2, delta=-8
	both	"strd r2, r3, [r11, #-12]!", m0=V1, m1=V2, delta=-12
	thumb	"ldrd r8, r6, [r4]", HI, r8=LO
	thumb	"strd r3, r2, [r4]", m0=V2, m1=V1
	arm	"strd r2, r3, [r4], r9", m0=V1, m1=V2, delta=8

@ --- multiples
	both	"ldmia r4, {r6, r7, r8}", LO, HI, INC
	both	"ldmia r4!, {r6, r7, r8}", LO, HI, INC, 12
	both	"ldmia r4!, {r7, r8}", 0, LO, HI, 8
	both	"ldmdb r11, {r6, r7, r8}", LO, HI, INC
	both	"ldmdb r11!, {r6, r7, r8}", LO, HI, INC, -12
	arm	"ldmib r5, {r6, r7, r8}", LO, HI, INC
	arm	"ldmib r5!, {r6, r7}", LO, HI, delta=8
	arm	"sub r11, r11, #4; ldmda r11!, {r6, r7, r8}", LO, HI, INC, -16
	both	"stmia r4, {r2, r3}", m0=V1, m1=V2
	both	"stmia r4!, {r2, r3}", m0=V1, m1=V2, delta=8
	both	"stmdb r11, {r2, r3}", m1=V1, m2=V2
	both	"stmdb r11!, {r2, r3, r10}", m0=V1, m1=V2, m2=0xfffffffc, delta=-12
	arm	"stmib r5!, {r2, r3, r9}", m0=V1, m1=V2, m2=8, delta=12
	arm	"sub r11, r11, #4; stmda r11, {r2, r3}", m1=V1, m2=V2, delta=-4
	thumb	"ldmia r4!, {r6, r7}", LO, HI, delta=8
	thumb	"stmia r4!, {r2, r3}", m0=V1, m1=V2, delta=8

@ --- conditions
	arm	"cmp r4, r4; ldrne r6, [r4]; ldreq r7, [r4, #4]", 0, HI
	arm	"cmp r4, r5; strls r2, [r4]; strhi r3, [r4, #4]!", m1=V2, delta=4
	arm	"cmp r4, r4; ldmiane r4!, {r6, r7}; stmiaeq r4!, {r2}", m0=V1, delta=4
	thumb	"cmp r4, r4; ite eq; ldreq r6, [r4]; ldrne r7, [r4, #4]", LO
	thumb	"cmp r4, r5; itete ls; strls r2, [r4]; strhi r3, [r4, #4]; ldrls r6, [r4]; ldrhi r7, [r4, #8]", 0, INC, m1=V2
	thumb	"cmp r4, r4; itt eq; ldreq.w r6, [r4], #4; ldreq.w r7, [r4], #4; add r6, r6, #1", LO + 1, HI, delta=8
	thumb	"cmp r4, r4; itt ne; ldmiane r4!, {r6, r7}; movne r8, #1"

@ --- flags stay
	both	"cmp r4, r5; ldr r6, [r4]; mrs r7, cpsr; lsr r7, r7, #28", LO, 2
	both	"cmp r5, r4; str r2, [r4]; mrs r7, cpsr; lsr r7, r7, #28", 0, 8, m0=V1

@ --- bytes: the priorities of the interrupt controller
	.macro	bytes insn:vararg
	arm	\insn, base=BASE_GIC
	thumb	\insn, base=BASE_GIC
	.endm
	bytes	"ldrb r6, [r4]", 0xf0, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrb r6, [r4, #1]", 0x10, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrb r6, [r4, #3]!", 0x90, delta=3, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrb r6, [r4], #5", 0xf0, delta=5, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrb r6, [r11, #-1]", 0x20, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrb r6, [r4, r9]", 0x80, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrsb r6, [r4]", 0xfffffff0, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrsb r6, [r4, #1]", 0x10, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrsb r6, [r4, r9]", 0xffffff80, m0=GLO, m1=GHI, m2=GINC
	bytes	"ldrsb r6, [r4, #2]!", 0xffffffa0, delta=2, m0=GLO, m1=GHI, m2=GINC
	bytes	"strb r2, [r4]", m0=0x90a010d0, m1=GHI, m2=GINC
	bytes	"strb r2, [r4, #6]", m0=GLO, m1=0x40d06070, m2=GINC
	bytes	"strb r3, [r4, #1]!", delta=1, m0=0x90a040f0, m1=GHI, m2=GINC
	bytes	"strb r3, [r4], #-1", delta=-1, m0=0x90a01040, m1=GHI, m2=GINC
	bytes	"strb r3, [r4, r9]", m0=GLO, m1=GHI, m2=0x20304040
	bytes	"ldrbt r6, [r4]", 0xf0, m0=GLO, m1=GHI, m2=GINC
	bytes	"strbt r3, [r4]", m0=0x90a01040, m1=GHI, m2=GINC

@ --- halfwords: the baud rate divisors of the UART
	.macro	halves insn:vararg
	arm	\insn, base=BASE_UART
	thumb	\insn, base=BASE_UART
	.endm
	halves	"ldrh r6, [r4]", ULO, m0=ULO, m1=UHI, m2=UINC
	halves	"ldrh r6, [r4, #4]!", UHI, delta=4, m0=ULO, m1=UHI, m2=UINC
	halves	"ldrh r6, [r4], #-4", ULO, delta=-4, m0=ULO, m1=UHI, m2=UINC
	halves	"ldrh r6, [r4, r9]", UINC, m0=ULO, m1=UHI, m2=UINC
	halves	"ldrsh r6, [r4]", 0xffff8123, m0=ULO, m1=UHI, m2=UINC
	halves	"ldrsh r6, [r11, #-12]!", 0xffff8123, delta=-12, m0=ULO, m1=UHI, m2=UINC
	halves	"strh r2, [r4]", m0=V1 & 0xffff, m1=UHI, m2=UINC
	halves	"strh r3, [r5, #4]!", delta=4, m0=V2 & 0xffff, m1=UHI, m2=UINC
	halves	"strh r3, [r4], #8", delta=8, m0=V2 & 0xffff, m1=UHI, m2=UINC
	halves	"ldrht r6, [r4]", ULO, m0=ULO, m1=UHI, m2=UINC
	halves	"strht r2, [r4]", m0=V1 & 0xffff, m1=UHI, m2=UINC

	.section .rodata.forms, "a"
	.word	0
