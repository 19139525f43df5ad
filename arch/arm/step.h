/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instruction at a time: displaced instructions, whose place a trap word has
 * taken, and whole frames that cannot be made safe.  An instruction runs as a
 * copy in the step page, followed by a trap; those that involve the PC are
 * emulated.
 *
 * The step page is mapped only while the copy runs.  The copy neither branches
 * nor reads the PC and the doorbell is held back, so nothing but the copy and
 * the trap can be executed there, whatever else its bits would mean.
 */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

#include "exit.h"

/* Executes the guest's own instruction at av->frame.pc. */
void step(struct arch_vcpu *av);

/* Executes `i` as if it stood at av->frame.pc. */
void step_insn(struct arch_vcpu *av, const struct insn *i);

/*
 * If the exit is the trap behind a copy: finishes the step and is true.  With
 * av->frame at the trap.
 */
bool step_returns(struct arch_vcpu *av);

/*
 * If the exit is an exception of the copy itself: moves av->frame and exc->lr back
 * to where the instruction belongs.
 */
void step_cancel(struct arch_vcpu *av, struct shim_exit *exc);

#endif
