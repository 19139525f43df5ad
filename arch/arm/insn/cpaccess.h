/* SPDX-License-Identifier: Apache-2.0 */
/* CP14/CP15 accesses as data, and what arch/arm/cp15.txt says about them. */
#ifndef ARCH_INSN_CPACCESS_H
#define ARCH_INSN_CPACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cp15_encodings.h"

/* One MCR, MRC, MCR2 or MRC2 on p14 or p15 (ARM ARM A8.8.98, A8.8.107). */
struct cp_access {
	uint8_t cp, opc1, crn, crm, opc2, rt;
	bool read; /* MRC, MRC2 */
	bool two;  /* MCR2, MRC2: UNDEF on this core whatever the register */
};

/*
 * Decodes an ARM word, or a 32-bit Thumb encoding as hw1:hw2 (same layout,
 * condition field 0b1110 or 0b1111).  False: not such an instruction.
 */
bool cp_decode(uint32_t word, struct cp_access *a);

struct cp15_info {
	enum cp15_class class;
	enum cp15_reg reg; /* CP15_NONE unless the class is CP15_CLASS_EMULATE */
	bool harmless;     /* a write that would hurt nobody but the guest itself */
	bool secret;       /* a read that would show the guest what is the VMM's */
	const char *name;  /* "?" without a row */
};

/* The table's answer; `two` and `rt` do not count. */
struct cp15_info cp15_lookup(const struct cp_access *a);

/* Name of a virtual register, "none" for CP15_NONE and out of range. */
const char *cp15_reg_name(enum cp15_reg reg);

enum cp_danger {
	CP_NATIVE,    /* may run as it is */
	CP_FIDELITY,  /* harmless, but the guest or the VMM would see a wrong value */
	CP_FORBIDDEN, /* must not be executable (invariant I2) */
};
enum cp_danger cp_danger(uint32_t word);

#endif
