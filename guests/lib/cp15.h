/* SPDX-License-Identifier: Apache-2.0 */
/* CP15 and CPSR accessors: read_NAME(), write_NAME(v); ARM ARM B3.17. */
#ifndef CP15_H
#define CP15_H

#include <stdint.h>

#define CP15_REG(name, op1, crn, crm, op2) \
	static inline uint32_t read_##name(void) \
	{ \
		uint32_t v; \
		asm volatile("mrc p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 \
			     : "=r"(v) \
			     : \
			     : "memory"); \
		return v; \
	} \
	static inline void write_##name(uint32_t v) \
	{ \
		asm volatile("mcr p15, " #op1 ", %0, " #crn ", " #crm ", " #op2 \
			     : \
			     : "r"(v) \
			     : "memory"); \
	}

CP15_REG(midr, 0, c0, c0, 0)
CP15_REG(ctr, 0, c0, c0, 1)
CP15_REG(tcmtr, 0, c0, c0, 2)
CP15_REG(tlbtr, 0, c0, c0, 3)
CP15_REG(mpidr, 0, c0, c0, 5)
CP15_REG(id_pfr0, 0, c0, c1, 0)
CP15_REG(id_pfr1, 0, c0, c1, 1)
CP15_REG(id_mmfr0, 0, c0, c1, 4)
CP15_REG(id_mmfr1, 0, c0, c1, 5)
CP15_REG(id_mmfr2, 0, c0, c1, 6)
CP15_REG(id_mmfr3, 0, c0, c1, 7)
CP15_REG(id_isar0, 0, c0, c2, 0)
CP15_REG(id_isar1, 0, c0, c2, 1)
CP15_REG(id_isar2, 0, c0, c2, 2)
CP15_REG(id_isar3, 0, c0, c2, 3)
CP15_REG(id_isar4, 0, c0, c2, 4)
CP15_REG(ccsidr, 1, c0, c0, 0)
CP15_REG(clidr, 1, c0, c0, 1)
CP15_REG(csselr, 2, c0, c0, 0)
CP15_REG(sctlr, 0, c1, c0, 0)
CP15_REG(actlr, 0, c1, c0, 1)
CP15_REG(cpacr, 0, c1, c0, 2)
CP15_REG(ttbr0, 0, c2, c0, 0)
CP15_REG(ttbr1, 0, c2, c0, 1)
CP15_REG(ttbcr, 0, c2, c0, 2)
CP15_REG(dacr, 0, c3, c0, 0)
CP15_REG(dfsr, 0, c5, c0, 0)
CP15_REG(ifsr, 0, c5, c0, 1)
CP15_REG(dfar, 0, c6, c0, 0)
CP15_REG(ifar, 0, c6, c0, 2)
CP15_REG(par, 0, c7, c4, 0)
CP15_REG(iciallu, 0, c7, c5, 0)
CP15_REG(icimvau, 0, c7, c5, 1)
CP15_REG(bpiall, 0, c7, c5, 6)
CP15_REG(ats1cpr, 0, c7, c8, 0)
CP15_REG(ats1cpw, 0, c7, c8, 1)
CP15_REG(ats1cur, 0, c7, c8, 2)
CP15_REG(ats1cuw, 0, c7, c8, 3)
CP15_REG(dccmvac, 0, c7, c10, 1)
CP15_REG(dccmvau, 0, c7, c11, 1)
CP15_REG(dccimvac, 0, c7, c14, 1)
CP15_REG(tlbiall, 0, c8, c7, 0)
CP15_REG(tlbimva, 0, c8, c7, 1)
CP15_REG(tlbiasid, 0, c8, c7, 2)
CP15_REG(tlbimvaa, 0, c8, c7, 3)
CP15_REG(prrr, 0, c10, c2, 0)
CP15_REG(nmrr, 0, c10, c2, 1)
CP15_REG(vbar, 0, c12, c0, 0)
CP15_REG(contextidr, 0, c13, c0, 1)
CP15_REG(tpidrurw, 0, c13, c0, 2)
CP15_REG(tpidruro, 0, c13, c0, 3)
CP15_REG(tpidrprw, 0, c13, c0, 4)

#define SCTLR_M   (1u << 0)
#define SCTLR_A   (1u << 1)
#define SCTLR_C   (1u << 2)
#define SCTLR_Z   (1u << 11)
#define SCTLR_I   (1u << 12)
#define SCTLR_V   (1u << 13)
#define SCTLR_TRE (1u << 28)
#define SCTLR_AFE (1u << 29)
#define SCTLR_TE  (1u << 30)

#define MODE_USR 0x10u
#define MODE_FIQ 0x11u
#define MODE_IRQ 0x12u
#define MODE_SVC 0x13u
#define MODE_ABT 0x17u
#define MODE_UND 0x1bu
#define MODE_SYS 0x1fu
#define PSR_T    (1u << 5)
#define PSR_F    (1u << 6)
#define PSR_I    (1u << 7)

static inline void dsb(void) { asm volatile("dsb" : : : "memory"); }
static inline void isb(void) { asm volatile("isb" : : : "memory"); }

static inline uint32_t read_cpsr(void)
{
	uint32_t v;

	asm volatile("mrs %0, cpsr" : "=r"(v) : : "memory");
	return v;
}

static inline void irq_enable(void) { asm volatile("cpsie i" : : : "memory"); }
static inline void irq_disable(void) { asm volatile("cpsid i" : : : "memory"); }

#endif
