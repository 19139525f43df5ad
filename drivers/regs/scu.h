/* SPDX-License-Identifier: Apache-2.0 */
/* Cortex-A9 MPCore Snoop Control Unit, ARM DDI 0407 2.2. */
#ifndef REGS_SCU_H
#define REGS_SCU_H

#define SCU_CONTROL      0x00u
#define SCU_CONFIG       0x04u
#define SCU_CPU_POWER    0x08u /* 1 byte per CPU */
#define SCU_INVALIDATE   0x0cu
#define SCU_FILTER_START 0x40u
#define SCU_FILTER_END   0x44u
#define SCU_SAC          0x50u
#define SCU_SNSAC        0x54u

#define SCU_CONTROL_ENABLE   (1u << 0)
#define SCU_CONFIG_CPUS(x)   ((3u & (x)) + 1)
#define SCU_CONFIG_SMP_SHIFT 4 /* 4 bits: CPUs that take part in coherency */

#endif
