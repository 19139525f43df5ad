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

#define OP_MIDR       0, c0, c0, 0
#define OP_CTR        0, c0, c0, 1
#define OP_MPIDR      0, c0, c0, 5
#define OP_CCSIDR     1, c0, c0, 0
#define OP_CLIDR      1, c0, c0, 1
#define OP_CSSELR     2, c0, c0, 0
#define OP_SCTLR      0, c1, c0, 0
#define OP_ACTLR      0, c1, c0, 1
#define OP_CPACR      0, c1, c0, 2
#define OP_SCR        0, c1, c1, 0
#define OP_SDER       0, c1, c1, 1
#define OP_NSACR      0, c1, c1, 2
#define OP_TTBR0      0, c2, c0, 0
#define OP_TTBR1      0, c2, c0, 1
#define OP_TTBCR      0, c2, c0, 2
#define OP_DACR       0, c3, c0, 0
#define OP_DFSR       0, c5, c0, 0
#define OP_IFSR       0, c5, c0, 1
#define OP_ADFSR      0, c5, c1, 0
#define OP_AIFSR      0, c5, c1, 1
#define OP_DFAR       0, c6, c0, 0
#define OP_IFAR       0, c6, c0, 2
#define OP_ICIALLUIS  0, c7, c1, 0
#define OP_BPIALLIS   0, c7, c1, 6
#define OP_PAR        0, c7, c4, 0
#define OP_ICIALLU    0, c7, c5, 0
#define OP_ICIMVAU    0, c7, c5, 1
#define OP_BPIALL     0, c7, c5, 6
#define OP_BPIMVA     0, c7, c5, 7
#define OP_DCIMVAC    0, c7, c6, 1
#define OP_DCISW      0, c7, c6, 2
#define OP_DCCMVAC    0, c7, c10, 1
#define OP_DCCSW      0, c7, c10, 2
#define OP_DCCMVAU    0, c7, c11, 1
#define OP_DCCIMVAC   0, c7, c14, 1
#define OP_DCCISW     0, c7, c14, 2
#define OP_TLBIALLIS  0, c8, c3, 0
#define OP_TLBIMVAIS  0, c8, c3, 1
#define OP_TLBIASIDIS 0, c8, c3, 2
#define OP_TLBIMVAAIS 0, c8, c3, 3
#define OP_TLBIALL    0, c8, c7, 0
#define OP_TLBIMVA    0, c8, c7, 1
#define OP_TLBIASID   0, c8, c7, 2
#define OP_TLBIMVAA   0, c8, c7, 3
#define OP_PMCR       0, c9, c12, 0
#define OP_PMCNTENSET 0, c9, c12, 1
#define OP_PMCCNTR    0, c9, c13, 0
#define OP_PRRR       0, c10, c2, 0
#define OP_NMRR       0, c10, c2, 1
#define OP_VBAR       0, c12, c0, 0
#define OP_MVBAR      0, c12, c0, 1
#define OP_ISR        0, c12, c1, 0
#define OP_CONTEXTIDR 0, c13, c0, 1
#define OP_TPIDRURW   0, c13, c0, 2
#define OP_TPIDRURO   0, c13, c0, 3
#define OP_TPIDRPRW   0, c13, c0, 4
#define OP_CBAR       4, c15, c0, 0

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
#define CP15_EXPAND(rt, ...)                    CP15_OPERANDS(rt, __VA_ARGS__)
#define CP15(rt, reg)                           CP15_EXPAND(rt, OP_##reg)

#else

#include <stdint.h>

#define READ_CP15(reg) CP15_MRC(OP_##reg)
#define CP15_MRC(...)  CP15_MRC_(__VA_ARGS__)
#define CP15_MRC_(opc1, crn, crm, opc2) \
	({ \
		uint32_t cp15_v; \
		__asm__ volatile("mrc p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 \
				 : "=r"(cp15_v) \
				 : \
				 : "memory"); \
		cp15_v; \
	})

/* The few registers of coprocessor 14: opc1, CRn, CRm, opc2 at the place of use. */
#define READ_CP14(opc1, crn, crm, opc2) \
	({ \
		uint32_t cp14_v; \
		__asm__ volatile("mrc p14, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 \
				 : "=r"(cp14_v) \
				 : \
				 : "memory"); \
		cp14_v; \
	})
#define WRITE_CP14(value, opc1, crn, crm, opc2) \
	__asm__ volatile("mcr p14, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 \
			 : \
			 : "r"((uint32_t)(value)) \
			 : "memory")

#define WRITE_CP15(reg, value) CP15_MCR(value, OP_##reg)
#define CP15_MCR(value, ...)   CP15_MCR_(value, __VA_ARGS__)
#define CP15_MCR_(value, opc1, crn, crm, opc2) \
	__asm__ volatile("mcr p15, " #opc1 ", %0, " #crn ", " #crm ", " #opc2 \
			 : \
			 : "r"((uint32_t)(value)) \
			 : "memory")

static inline void isb(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void dsb(void) { __asm__ volatile("dsb" : : : "memory"); }
static inline void dmb(void) { __asm__ volatile("dmb" : : : "memory"); }
static inline void wfi(void) { __asm__ volatile("wfi" : : : "memory"); }
static inline void clrex(void) { __asm__ volatile("clrex" : : : "memory"); }

#endif
#endif
