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

/*
 * For an instruction that was executed by an older entry of the guest's TLB, so that it is
 * not known: if its tables do not let it fetch there any more it takes the abort, as if the
 * entry had just been evicted.  False: they do.
 */
bool exit_fetch_aborts(struct arch_vcpu *av);

/* What DFSR and DFAR, or IFSR and IFAR, show to the guest from now on. */
void exit_set_data_fault(struct arch_vcpu *av, const struct vm_abort *a);
void exit_set_prefetch_fault(struct arch_vcpu *av, uint32_t va, unsigned fs);

/* --- exceptions that came through the shim ------------------------------------- */

void shim_dabt(struct arch_vcpu *av);
void shim_pabt(struct arch_vcpu *av);
void shim_und(struct arch_vcpu *av);

/*
 * Takes what the shim left in the slots, once: they are the guest's to write.
 * Afterwards av->frame describes the guest at the instruction that trapped, and
 * *exc the mode that the exception went to.  False: the slots make no sense.
 */
bool shim_enter(struct arch_vcpu *av, unsigned lr_ahead_arm, unsigned lr_ahead_thumb,
		struct shim_exit *exc);

/*
 * The exception was not for the guest, but it has overwritten LR and SPSR of the
 * mode it went to.  That matters if the guest is in that very mode: give back
 * what its own last exception left there, which is right unless it has changed
 * them since.
 */
void shim_forget(struct arch_vcpu *av, uint32_t mode, const struct reflected *r);

/* The exception is the guest's: LR and SPSR of the mode are right already. */
void shim_reflect(struct arch_vcpu *av, const struct shim_exit *exc, uint32_t vector,
		  struct reflected *r);

/* --- replacement words ------------------------------------------------------------ */

/* A dictionary SMC; its condition passed, and PL0 cannot execute SMC. */
void exit_dictionary(struct arch_vcpu *av);

/* av->frame goes on behind `i`. */
void exit_next_insn(struct arch_vcpu *av, const struct insn *i);

/* Emulates a CP15 access or WFI at av->frame.pc and advances.  False: neither. */
bool exit_emulate(struct arch_vcpu *av, const struct insn *i);

static inline enum isa exit_isa(const struct arch_vcpu *av)
{
	return av->frame.cpsr & PSR_T ? ISA_THUMB : ISA_ARM;
}

#endif
