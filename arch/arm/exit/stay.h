/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long guests keep this CPU in Monitor mode (invariant I7).  A stay begins when a
 * guest comes in and ends when somebody goes on, or when interrupts have been looked at
 * and the scheduler has chosen anew.  Under QEMU's -icount shift=0 a nanosecond is
 * an instruction.
 */
#ifndef ARCH_STAY_H
#define ARCH_STAY_H

#include <stdint.h>

#include <espalier/arch.h>

struct arch_vcpu;
struct cpu_local;

enum stay_kind {
	STAY_FIQ,
	STAY_SMC,
	STAY_CP15,
	STAY_UND,
	STAY_DABT,
	STAY_PABT,
	STAY_STEP,
	STAY_EXTERNAL,
	STAY_KINDS
};

struct stay {
	uint8_t kind; /* enum stay_kind of the one that lasts */
	uint8_t reg;  /* enum cp15_reg, of STAY_CP15 */
	uint8_t longest_kind, longest_reg;
	uint32_t longest, longest_pc;
	struct past {
		uint32_t pc; /* where it went on */
		uint8_t kind, reg;
	} past[ARCH_PAST]; /* the last stays, a ring */
	uint32_t stays;
	uint64_t bucket[ARCH_STAY_BUCKETS]; /* [n]: of n bits, 2^(n-1) ns and more */
};

/* Of the vCPU on this CPU; of nobody, which is not noted, if that is the host thread. */
void stay_begin(struct cpu_local *c);
/* Notes it; what follows is the beginning of another one of the same vCPU. */
void stay_end(struct cpu_local *c);

#endif
