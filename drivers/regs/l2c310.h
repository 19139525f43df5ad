/* SPDX-License-Identifier: Apache-2.0 */
/* CoreLink Level 2 Cache Controller L2C-310, ARM DDI 0246F chapter 3. */
#ifndef REGS_L2C310_H
#define REGS_L2C310_H

#define REG0_CACHE_ID              0x000u
#define REG0_CACHE_TYPE            0x004u
#define REG1_CONTROL               0x100u
#define REG1_AUX_CONTROL           0x104u
#define REG1_TAG_RAM_CONTROL       0x108u
#define REG1_DATA_RAM_CONTROL      0x10cu
#define REG2_EV_COUNTER_CTRL       0x200u
#define REG2_EV_COUNTER1_CFG       0x204u
#define REG2_EV_COUNTER0_CFG       0x208u
#define REG2_EV_COUNTER1           0x20cu
#define REG2_EV_COUNTER0           0x210u
#define REG2_INT_MASK              0x214u
#define REG2_INT_MASK_STATUS       0x218u
#define REG2_INT_RAW_STATUS        0x21cu
#define REG2_INT_CLEAR             0x220u
#define REG7_CACHE_SYNC            0x730u
#define REG7_INV_PA                0x770u
#define REG7_INV_WAY               0x77cu
#define REG7_CLEAN_PA              0x7b0u
#define REG7_CLEAN_INDEX           0x7b8u
#define REG7_CLEAN_WAY             0x7bcu
#define REG7_CLEAN_INV_PA          0x7f0u
#define REG7_CLEAN_INV_INDEX       0x7f8u
#define REG7_CLEAN_INV_WAY         0x7fcu
#define REG9_D_LOCKDOWN0           0x900u /* D and I in turn, 8 of each */
#define REG9_LOCK_LINE_EN          0x950u
#define REG9_UNLOCK_WAY            0x954u
#define REG12_ADDR_FILTERING_START 0xc00u
#define REG12_ADDR_FILTERING_END   0xc04u
#define REG15_DEBUG_CTRL           0xf40u
#define REG15_PREFETCH_CTRL        0xf60u
#define REG15_POWER_CTRL           0xf80u

#define REG1_CONTROL_ENABLE     (1u << 0)
#define REG1_AUX_ASSOC          (1u << 16) /* 16 ways instead of 8 */
#define REG1_AUX_WAY_SIZE_SHIFT 17         /* 3 bits: 1 = 16 KiB, 2 = 32 KiB ... */

#endif
