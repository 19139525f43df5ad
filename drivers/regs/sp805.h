/* SPDX-License-Identifier: Apache-2.0 */
/* Watchdog Module (SP805), ARM DDI 0270B chapter 3. */
#ifndef REGS_SP805_H
#define REGS_SP805_H

#define SP805_LOAD    0x00u  /* WdogLoad */
#define SP805_VALUE   0x04u  /* WdogValue */
#define SP805_CONTROL 0x08u  /* WdogControl */
#define SP805_INTCLR  0x0cu  /* WdogIntClr */
#define SP805_RIS     0x10u  /* WdogRIS */
#define SP805_MIS     0x14u  /* WdogMIS */
#define SP805_LOCK    0xc00u /* WdogLock */
#define SP805_ITCR    0xf00u /* WdogITCR */
#define SP805_ITOP    0xf04u /* WdogITOP */

#define SP805_CONTROL_INTEN (1u << 0) /* counts, and raises WDOGINT at 0 */
#define SP805_CONTROL_RESEN (1u << 1) /* raises WDOGRES at the next 0 */

#define SP805_LOCK_KEY    0x1acce551u
#define SP805_LOCK_LOCKED 1u

#endif
