/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small ARMv7 core: what the model's hardware and its reference have in common. Both
 * execute the same instructions in the same way; what differs is how an address becomes
 * memory, and what coprocessor 15 and SMC do.
 */
#ifndef MODEL_CORE_H
#define MODEL_CORE_H

#include "insn/cpaccess.h"
#include "vm.h"

struct core;

struct core_ops {
	/*
	 * One access of 1, 2 or 4 aligned bytes.  v NULL: would it fault?  0, or -EFAULT
	 * with c->fault filled in.
	 */
	int (*access)(struct core *c, uint32_t va, unsigned size, enum gwalk_access acc, bool user,
		      uint32_t *v);
	/* MRC or MCR of p14 or p15.  False: UNDEF. */
	bool (*cp)(struct core *c, const struct cp_access *a, uint32_t *v);
	/* Sets DFSR and DFAR, or IFSR and IFAR, from c->fault. */
	void (*fault)(struct core *c, bool data);
	uint32_t (*vectors)(struct core *c);
	uint32_t (*sctlr)(struct core *c);
	/* At PL1.  False: UNDEF. */
	bool (*smc)(struct core *c);
};

struct core {
	uint32_t r[13]; /* r8-r12 are those of all modes but FIQ */
	uint32_t pc, cpsr;
	struct banked bank;
	uint32_t s[64]; /* VFP */
	bool irq;
	bool special;     /* the access is no plain load or store: none for emulated devices */
	uint32_t entered; /* mode of the last exception since the operation began */
	/* An instruction did what the architecture leaves open: nothing to compare with. */
	bool unpredictable;
	struct vm_abort fault;
	const struct core_ops *ops;
};

/* Executes one instruction, or takes the exception that it or an interrupt raises. */
void core_step(struct core *c);
void core_exception(struct core *c, uint32_t mode, uint32_t vector, uint32_t lr);
/* Register 0..14 in the mode of `cpsr`; sp, lr and spsr of a mode. */
uint32_t *core_reg(struct core *c, uint32_t cpsr, unsigned r);
uint32_t *core_bank(struct core *c, uint32_t mode);

static inline bool core_user(const struct core *c) { return (c->cpsr & PSR_MODE) == MODE_USR; }

#endif
