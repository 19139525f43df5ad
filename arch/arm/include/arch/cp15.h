/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CP15 registers by the manual's name (ARM ARM DDI 0406C B3.17, table B3-42;
 * Cortex-A9 TRM DDI 0388 4.2).  One row: opc1, CRn, CRm, opc2.
 *
 * C:        uint32_t v = READ_CP15(SCTLR);  WRITE_CP15(SCTLR, v);
 * assembly: mrc CP15(r0, SCTLR)             mcr CP15(r0, SCTLR)
 */
#ifndef ARCH_CP15_H
#define ARCH_CP15_H

#define CP15_MIDR       0, c0, c0, 0
#define CP15_CTR        0, c0, c0, 1
#define CP15_MPIDR      0, c0, c0, 5
#define CP15_CCSIDR     1, c0, c0, 0
#define CP15_CLIDR      1, c0, c0, 1
#define CP15_CSSELR     2, c0, c0, 0
#define CP15_SCTLR      0, c1, c0, 0
#define CP15_ACTLR      0, c1, c0, 1
#define CP15_CPACR      0, c1, c0, 2
#define CP15_SCR        0, c1, c1, 0
#define CP15_SDER       0, c1, c1, 1
#define CP15_NSACR      0, c1, c1, 2
#define CP15_TTBR0      0, c2, c0, 0
#define CP15_TTBR1      0, c2, c0, 1
#define CP15_TTBCR      0, c2, c0, 2
#define CP15_DACR       0, c3, c0, 0
#define CP15_DFSR       0, c5, c0, 0
#define CP15_IFSR       0, c5, c0, 1
#define CP15_ADFSR      0, c5, c1, 0
#define CP15_AIFSR      0, c5, c1, 1
#define CP15_DFAR       0, c6, c0, 0
#define CP15_IFAR       0, c6, c0, 2
#define CP15_ICIALLUIS  0, c7, c1, 0
#define CP15_BPIALLIS   0, c7, c1, 6
#define CP15_PAR        0, c7, c4, 0
#define CP15_ICIALLU    0, c7, c5, 0
#define CP15_ICIMVAU    0, c7, c5, 1
#define CP15_BPIALL     0, c7, c5, 6
#define CP15_BPIMVA     0, c7, c5, 7
#define CP15_DCIMVAC    0, c7, c6, 1
#define CP15_DCISW      0, c7, c6, 2
#define CP15_DCCMVAC    0, c7, c10, 1
#define CP15_DCCSW      0, c7, c10, 2
#define CP15_DCCMVAU    0, c7, c11, 1
#define CP15_DCCIMVAC   0, c7, c14, 1
#define CP15_DCCISW     0, c7, c14, 2
#define CP15_TLBIALLIS  0, c8, c3, 0
#define CP15_TLBIMVAIS  0, c8, c3, 1
#define CP15_TLBIASIDIS 0, c8, c3, 2
#define CP15_TLBIMVAAIS 0, c8, c3, 3
#define CP15_TLBIALL    0, c8, c7, 0
#define CP15_TLBIMVA    0, c8, c7, 1
#define CP15_TLBIASID   0, c8, c7, 2
#define CP15_TLBIMVAA   0, c8, c7, 3
#define CP15_PMCR       0, c9, c12, 0
#define CP15_PMCNTENSET 0, c9, c12, 1
#define CP15_PMCCNTR    0, c9, c13, 0
#define CP15_PRRR       0, c10, c2, 0
#define CP15_NMRR       0, c10, c2, 1
#define CP15_VBAR       0, c12, c0, 0
#define CP15_MVBAR      0, c12, c0, 1
#define CP15_ISR        0, c12, c1, 0
#define CP15_CONTEXTIDR 0, c13, c0, 1
#define CP15_TPIDRURW   0, c13, c0, 2
#define CP15_TPIDRURO   0, c13, c0, 3
#define CP15_TPIDRPRW   0, c13, c0, 4
#define CP15_CBAR       4, c15, c0, 0

/* SCTLR (ARM ARM B4.1.130). */
#define SCTLR_M   0x00000001
#define SCTLR_A   0x00000002
#define SCTLR_C   0x00000004
#define SCTLR_SW  0x00000400
#define SCTLR_Z   0x00000800
#define SCTLR_I   0x00001000
#define SCTLR_V   0x00002000
#define SCTLR_EE  0x02000000
#define SCTLR_TRE 0x10000000
#define SCTLR_AFE 0x20000000
#define SCTLR_TE  0x40000000

/* SCR (ARM ARM B4.1.129). */
#define SCR_NS  0x01
#define SCR_IRQ 0x02
#define SCR_FIQ 0x04
#define SCR_EA  0x08
#define SCR_FW  0x10
#define SCR_AW  0x20

/* ACTLR (Cortex-A9 TRM 4.3.10). */
#define ACTLR_FW  0x01
#define ACTLR_SMP 0x40

/* NSACR (ARM ARM B4.1.111): the NS world may use coprocessors 10 and 11. */
#define NSACR_CP10 0x400
#define NSACR_CP11 0x800

#ifdef __ASSEMBLER__

#define CP15_OPERANDS(rt, opc1, crn, crm, opc2) p15, opc1, rt, crn, crm, opc2
#define CP15_EXPAND(rt, ...) CP15_OPERANDS(rt, __VA_ARGS__)
#define CP15(rt, reg) CP15_EXPAND(rt, CP15_##reg)

#else

#include <stdint.h>

#define READ_CP15(reg) CP15_MRC(CP15_##reg)
#define CP15_MRC(...) CP15_MRC_(__VA_ARGS__)
#define CP15_MRC_(opc1, crn, crm, opc2)                                       \
	({                                                                    \
		uint32_t cp15_v;                                              \
		__asm__ volatile("mrc p15, " #opc1 ", %0, " #crn ", " #crm    \
				 ", " #opc2 : "=r"(cp15_v) : : "memory");     \
		cp15_v;                                                       \
	})

#define WRITE_CP15(reg, value) CP15_MCR(value, CP15_##reg)
#define CP15_MCR(value, ...) CP15_MCR_(value, __VA_ARGS__)
#define CP15_MCR_(value, opc1, crn, crm, opc2)                                \
	__asm__ volatile("mcr p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 \
			 : : "r"((uint32_t)(value)) : "memory")

static inline void isb(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void dsb(void) { __asm__ volatile("dsb" : : : "memory"); }
static inline void dmb(void) { __asm__ volatile("dmb" : : : "memory"); }

#endif
#endif
