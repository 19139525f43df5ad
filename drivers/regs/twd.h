/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cortex-A9 MPCore private timer and watchdog, ARM DDI 0407 chapter 4.
 * The watchdog's offsets are from its own node's window (TRM: + 0x20).
 */
#ifndef REGS_TWD_H
#define REGS_TWD_H

#define TWD_LOAD     0x00u
#define TWD_COUNTER  0x04u
#define TWD_CONTROL  0x08u
#define TWD_ISR      0x0cu
#define TWD_WRESET   0x10u /* watchdog only: Reset Status, write 1 to clear */
#define TWD_WDISABLE 0x14u /* watchdog only: Disable */

#define TWD_CONTROL_ENABLE          (1u << 0)
#define TWD_CONTROL_RELOAD          (1u << 1)
#define TWD_CONTROL_IRQ             (1u << 2)
#define TWD_CONTROL_WDMODE          (1u << 3) /* watchdog only; cleared through Disable */
#define TWD_CONTROL_PRESCALER_SHIFT 8         /* 8 bits: PERIPHCLK / (x + 1) */
#define TWD_CONTROL_PRESCALER_MASK  0xff00u

#define TWD_ISR_EVENT (1u << 0) /* write 1 to clear */

/* Written one after the other to Disable they leave watchdog mode. */
#define TWD_WDISABLE_KEY1 0x12345678u
#define TWD_WDISABLE_KEY2 0x87654321u

#endif
