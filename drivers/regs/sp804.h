/* SPDX-License-Identifier: Apache-2.0 */
/* Dual-Timer Module (SP804), ARM DDI 0271D chapter 3. */
#ifndef REGS_SP804_H
#define REGS_SP804_H

#define SP804_STRIDE 0x20u /* Timer2's registers follow Timer1's */

#define SP804_LOAD      0x00u /* TimerXLoad */
#define SP804_VALUE     0x04u /* TimerXValue */
#define SP804_CONTROL   0x08u /* TimerXControl */
#define SP804_INTCLR    0x0cu /* TimerXIntClr */
#define SP804_RIS       0x10u /* TimerXRIS */
#define SP804_MIS       0x14u /* TimerXMIS */
#define SP804_BGLOAD    0x18u /* TimerXBGLoad */
#define SP804_ITCR      0xf00u
#define SP804_ITOP      0xf04u
#define SP804_PERIPHID0 0xfe0u
#define SP804_PCELLID0  0xff0u

#define SP804_CONTROL_ONESHOT   (1u << 0)
#define SP804_CONTROL_32BIT     (1u << 1)
#define SP804_CONTROL_PRE_SHIFT 2 /* 2 bits: 1, 16, 256 */
#define SP804_CONTROL_PRE_MASK  (3u << SP804_CONTROL_PRE_SHIFT)
#define SP804_CONTROL_INTEN     (1u << 5)
#define SP804_CONTROL_PERIODIC  (1u << 6)
#define SP804_CONTROL_ENABLE    (1u << 7)

#endif
