/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCH_EXIT_H
#define ARCH_EXIT_H

#include "vm.h"

/* Offsets of the exception vectors (ARM ARM table B1-3). */
#define VECTOR_UND  0x04u
#define VECTOR_SVC  0x08u
#define VECTOR_PABT 0x0cu
#define VECTOR_DABT 0x10u

/* An exception to make up: the mode and vector it goes to and its LR. */
struct exception {
	uint32_t mode, vector, lr;
};

/* What the shim saved of an exception that really happened. */
struct shim_exit {
	uint32_t cpsr;         /* of the mode that it went to */
	uint32_t spsr, lr, sp; /* of that mode */
	bool moved;            /* lr and spsr are not what the hardware holds */
};

/* Entry points for monitor.S: the frame that ran, the frame to go on with. */
struct frame *exit_smc(struct frame *f);
struct frame *exit_fiq(struct frame *f);
struct frame *exit_external_data(struct frame *f);
struct frame *exit_external_prefetch(struct frame *f);

/*
 * The guest at av->frame takes an exception that did not happen in hardware;
 * av->frame.pc is the instruction that causes it.
 */
void exit_take_exception(struct arch_vcpu *av, const struct exception *e);
void exit_undefined(struct arch_vcpu *av);
void exit_data_abort(struct arch_vcpu *av, const struct vm_abort *a);
void exit_prefetch_abort(struct arch_vcpu *av, uint32_t va, unsigned fs);

/* av->frame goes on behind `i`. */
void exit_next_insn(struct arch_vcpu *av, const struct insn *i);

/* Emulates a CP15 access or WFI at av->frame.pc and advances.  False: neither. */
bool exit_emulate(struct arch_vcpu *av, const struct insn *i);

static inline enum isa exit_isa(const struct arch_vcpu *av)
{
	return av->frame.cpsr & PSR_T ? ISA_THUMB : ISA_ARM;
}

#endif
