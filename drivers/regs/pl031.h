/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell Real Time Clock (PL031), ARM DDI 0224C chapter 3. */
#ifndef REGS_PL031_H
#define REGS_PL031_H

#define RTCDR        0x00u /* seconds */
#define RTCMR        0x04u
#define RTCLR        0x08u
#define RTCCR        0x0cu
#define RTCIMSC      0x10u
#define RTCRIS       0x14u
#define RTCMIS       0x18u
#define RTCICR       0x1cu
#define RTCPERIPHID0 0xfe0u
#define RTCPCELLID0  0xff0u

#define RTCCR_START  (1u << 0) /* cannot be cleared but by a reset */
#define RTCINT_MATCH (1u << 0)

#endif
