/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scheduler of one CPU: the host thread (boot, then the shell) and the
 * vCPUs.  The host thread goes first when it wakes up; vCPUs share the rest in
 * equal slices, round robin.  Switching happens when an exit returns: arch
 * asks sched_pick() and switches if the answer has changed.
 */
#ifndef ESPALIER_SCHED_H
#define ESPALIER_SCHED_H

#include <stdbool.h>

struct vcpu;

#define SCHED_SLICE_NS UINT64_C(10000000)

void sched_init(void);

/* vCPU state changes; any context.  They never switch by themselves. */
void sched_vcpu_start(struct vcpu *v);  /* RESET/HALTED -> READY */
void sched_vcpu_pause(struct vcpu *v);
void sched_vcpu_resume(struct vcpu *v);
void sched_vcpu_halt(struct vcpu *v);
/* To RESET, off every queue. */
void sched_vcpu_stop(struct vcpu *v);
/* The vCPU executed WFI and has no interrupt pending. */
void sched_vcpu_wfi(struct vcpu *v);
/* A virtual interrupt arrived: WFI -> READY. */
void sched_vcpu_wake(struct vcpu *v);

/* Who the CPU should run now: a vCPU; NULL for the host thread. */
struct vcpu *sched_pick(bool *idle);

/* vCPU in whose context this CPU is, NULL in the host thread. */
struct vcpu *sched_current(void);

/* The host thread sleeps until sched_wake_host(); thread context. */
void sched_wait(void);
/* Wakes the host thread; any context.  Remembered if it does not sleep. */
void sched_wake_host(void);

#endif
