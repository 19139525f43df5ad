/* SPDX-License-Identifier: Apache-2.0 */
/* arch/cp15.h for the host: accesses become calls of the model's hardware (hw.c). */
#ifndef MODEL_ARCH_CP15_H
#define MODEL_ARCH_CP15_H

/* The real ones stay unused, and so are not compiled into anything. */
#define isb   arm_isb
#define dsb   arm_dsb
#define dmb   arm_dmb
#define wfi   arm_wfi
#define clrex arm_clrex
#include_next <arch/cp15.h>
#undef isb
#undef dsb
#undef dmb
#undef wfi
#undef clrex

#undef CP15_MRC_
#undef CP15_MCR_
#undef READ_CP14
#undef WRITE_CP14

enum {
	model_c0,
	model_c1,
	model_c2,
	model_c3,
	model_c4,
	model_c5,
	model_c6,
	model_c7,
	model_c8,
	model_c9,
	model_c10,
	model_c11,
	model_c12,
	model_c13,
	model_c14,
	model_c15
};

/* A register's number: coprocessor 15 or 14, opc1, CRn, CRm, opc2. */
#define CP_KEY(cp, opc1, crn, crm, opc2) \
	((unsigned)((cp)&1) << 14 | (unsigned)(opc1) << 11 | (unsigned)(crn) << 7 | \
	 (unsigned)(crm) << 3 | (unsigned)(opc2))
#define CP15_KEY(...)                   CP15_KEY_(__VA_ARGS__)
#define CP15_KEY_(opc1, crn, crm, opc2) CP_KEY(15, opc1, model_##crn, model_##crm, opc2)
#define CP15_OF(reg)                    CP15_KEY(OP_##reg)

uint32_t hw_cp_read(unsigned key);
void hw_cp_write(unsigned key, uint32_t v);

#define CP15_MRC_(opc1, crn, crm, opc2)        hw_cp_read(CP15_KEY_(opc1, crn, crm, opc2))
#define CP15_MCR_(value, opc1, crn, crm, opc2) hw_cp_write(CP15_KEY_(opc1, crn, crm, opc2), value)
#define READ_CP14(opc1, crn, crm, opc2)        hw_cp_read(CP_KEY(14, opc1, model_##crn, model_##crm, opc2))
#define WRITE_CP14(value, opc1, crn, crm, opc2) \
	hw_cp_write(CP_KEY(14, opc1, model_##crn, model_##crm, opc2), value)

static inline void isb(void) {}
static inline void dsb(void) {}
static inline void dmb(void) {}
static inline void wfi(void) {}
static inline void clrex(void) {}

#endif
