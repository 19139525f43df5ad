/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler of one CPU: the host thread (boot, then the shell) and the
 * vCPUs.  The host thread goes first when it wakes up, and gets at most every
 * other turn while it stays busy.  vCPUs share the rest by weight: whoever has
 * had the least time for its weight gets the next turn, of its own slice.
 * Switching happens when an exit returns: arch asks sched_pick() and switches if
 * the answer has changed.
 */
#ifndef ESPALIER_SCHED_H
#define ESPALIER_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/list.h>

struct vcpu;

/* How a vCPU is scheduled; espalier,weight, -slice-us and -affinity. */
struct sched_params {
	uint32_t weight;   /* share of the CPU among those that want it */
	uint32_t slice_us; /* how long a turn lasts */
	uint32_t cpus;     /* bit n: it may run on CPU n */
};

#define SCHED_WEIGHT_DEFAULT   100u
#define SCHED_WEIGHT_MAX       10000u /* 1 is the least */
#define SCHED_SLICE_DEFAULT_US 10000u
#define SCHED_SLICE_MIN_US     1000u
#define SCHED_SLICE_MAX_US     1000000u
#define SCHED_PARAMS_DEFAULT \
	((struct sched_params){ SCHED_WEIGHT_DEFAULT, SCHED_SLICE_DEFAULT_US, 1 })

/* A vCPU in the scheduler; private to it but for the first two. */
struct sched_entity {
	struct sched_params params;
	uint64_t turns;   /* times it was given a turn */
	struct list link; /* in the CPU's queue while it is READY */
	uint64_t vtime;   /* ns it ran, times default weight / weight */
	uint32_t pace;    /* default weight / weight, in 1/65536 */
};

/* Makes the calling CPU one that vCPUs can run on. */
void sched_init(void);
/* True if sched_init() ran there; any value of `cpu`. */
bool sched_cpu_online(unsigned cpu);

/* Before anything else is done with v, which is in no queue. */
void sched_vcpu_init(struct vcpu *v, const struct sched_params *p);
/*
 * Changes how it is scheduled from now on; host thread.  -ERANGE: weight or
 * slice; -EINVAL: no CPU, or one that is not online.  Nothing is changed then.
 */
int sched_vcpu_set(struct vcpu *v, const struct sched_params *p);

/* vCPU state changes; any context.  They never switch by themselves. */
void sched_vcpu_start(struct vcpu *v); /* RESET/HALTED -> READY */
void sched_vcpu_pause(struct vcpu *v);
void sched_vcpu_resume(struct vcpu *v);
void sched_vcpu_halt(struct vcpu *v);
/* To RESET, off every queue. */
void sched_vcpu_stop(struct vcpu *v);
/* The vCPU executed WFI and has no interrupt pending. */
void sched_vcpu_wfi(struct vcpu *v);
/* A virtual interrupt arrived: WFI -> READY. */
void sched_vcpu_wake(struct vcpu *v);

/*
 * Who the CPU should run now: a vCPU; NULL for the host thread, or with *idle
 * for nobody.  Interrupts are masked.
 */
struct vcpu *sched_pick(bool *idle);

/* vCPU in whose context this CPU is, NULL in the host thread. */
struct vcpu *sched_current(void);

/*
 * From now on the host thread works for v, which is charged for it: v's clock runs as if
 * v had the CPU itself.  NULL: for nobody.  Host thread.
 */
void sched_work_for(struct vcpu *v);

/* The host thread sleeps until sched_wake_host(); thread context. */
void sched_wait(void);
/* Wakes the host thread; any context.  Remembered if it does not sleep. */
void sched_wake_host(void);

#endif
