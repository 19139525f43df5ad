/* SPDX-License-Identifier: Apache-2.0 */
/* Cortex-A9 MPCore global timer, ARM DDI 0407 chapter 4. */
#ifndef REGS_GTIMER_H
#define REGS_GTIMER_H

#define GT_COUNTER_LO 0x00u
#define GT_COUNTER_HI 0x04u
#define GT_CONTROL    0x08u
#define GT_ISR        0x0cu
#define GT_COMPARE_LO 0x10u
#define GT_COMPARE_HI 0x14u
#define GT_AUTO_INC   0x18u

#define GT_CONTROL_ENABLE          (1u << 0) /* shared by all CPUs, as the prescaler */
#define GT_CONTROL_COMP            (1u << 1) /* this and the next two: one per CPU */
#define GT_CONTROL_IRQ             (1u << 2)
#define GT_CONTROL_AUTO            (1u << 3)
#define GT_CONTROL_PRESCALER_SHIFT 8 /* 8 bits: PERIPHCLK / (x + 1) */
#define GT_CONTROL_PRESCALER_MASK  0xff00u

#define GT_ISR_EVENT (1u << 0) /* write 1 to clear */

#endif
