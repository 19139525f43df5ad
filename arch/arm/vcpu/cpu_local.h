/* SPDX-License-Identifier: Apache-2.0 */
/* What one physical CPU keeps about the contexts that it runs. */
#ifndef ARCH_CPU_LOCAL_H
#define ARCH_CPU_LOCAL_H

#include "vm.h"

struct cpu_local {
	struct frame thread; /* the host thread, Secure SVC mode */
	struct banked thread_banked;
	struct arch_vcpu *current;  /* NULL: the host thread */
	struct arch_vcpu *ns_owner; /* whose NS CP15 bank, VFP and TLB are in place */
	struct arch_vcpu *stays;    /* whose exit lasts; NULL: not a guest's */
	uint32_t stay_from;         /* the counter when it began */
};

struct cpu_local *cpu_local(void);

/* Puts the context of `next` (NULL: host thread) in place (switch.c). */
void switch_to(struct cpu_local *c, struct arch_vcpu *next);

/* Forgets a vCPU that goes away. */
void switch_forget(struct arch_vcpu *av);

#endif
