/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instruction at a time: displaced instructions, whose place a trap word has
 * taken, and whole frames that cannot be made safe.  An instruction runs as a
 * copy in the step page, followed by a trap; those that involve the PC are
 * emulated.
 *
 * The step page is mapped only while the copy runs.  The copy neither branches
 * nor reads the PC and the doorbell is held back, so nothing but the copy and
 * the trap can be executed there; and what is there has passed verify_clean(), as
 * everything that is mapped executable has.
 */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

#include "exit.h"

/*
 * Executes the guest's own instructions from av->frame.pc on, until one has to run as
 * a copy, none has to be stepped any more, or others want the CPU.
 */
void step(struct arch_vcpu *av);

/*
 * The guest is about to enter its abort or undef handler.  A hidden exit in there
 * would overwrite LR and SPSR of the mode for good.  Most kernels leave the
 * mode after a few instructions, and prefilling serves them; until a guest has
 * shown that it is one of them its handlers are stepped, which is exact.
 */
void step_handler(struct arch_vcpu *av);
/* The same whatever it has shown: what the handler needs is not all there. */
void step_this_handler(struct arch_vcpu *av);

/* True if `i` raises UNDEF: no SVC, no BKPT, and its condition passes. */
bool step_is_undefined(const struct insn *i, uint32_t cpsr);

/* Executes `i` as if it stood at av->frame.pc.  True: a copy has to run now. */
bool step_insn(struct arch_vcpu *av, const struct insn *i);

/*
 * If the exit is the trap behind a copy: finishes the step and is true.  With
 * av->frame at the trap.
 */
bool step_returns(struct arch_vcpu *av);

/* Forgets any step of a vCPU that is being reset. */
void step_reset(struct arch_vcpu *av);

/*
 * If the exit is an exception of the copy itself: moves av->frame and exc->lr back
 * to where the instruction belongs.
 */
void step_cancel(struct arch_vcpu *av, struct shim_exit *exc);

#endif
