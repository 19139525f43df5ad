/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESPALIER_VCPU_H
#define ESPALIER_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/sched.h>

struct guest;
struct arch_vcpu;

enum vcpu_state {
	VCPU_RESET,  /* created, not started */
	VCPU_READY,  /* runs or waits for its slice */
	VCPU_WFI,    /* waits for a virtual interrupt */
	VCPU_PAUSED, /* by command */
	VCPU_HALTED, /* by command, by the guest's power-off, or by a fatal fault */
};

struct vcpu {
	struct guest *guest;
	unsigned id;  /* 0 .. guest->nr_vcpus - 1 */
	unsigned cpu; /* physical CPU it runs on */
	enum vcpu_state state;
	bool was_wfi; /* paused while in WFI */
	bool irq;     /* level of the virtual IRQ input */
	struct sched_entity sched;
	uint64_t run_ns;  /* time spent running, up to its last switch */
	uint64_t work_ns; /* time that the host thread worked for it */
	struct arch_vcpu *arch;
};

/* "ready", "wfi", ... */
const char *vcpu_state_name(enum vcpu_state s);

#endif
