/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invariant I7: makes the VMM work as long as possible at a time.  What the guest itself
 * can say is that all of it has its effect; how long the VMM took is in `vcpu stat`.
 */
#ifndef HOSTILE_TIME_H
#define HOSTILE_TIME_H

#include "bare.h"
#include "cp15.h"
#include "mmu.h"

/* A clock that costs one exit: the emulated global timer, in us. */
uint32_t clock_us(void);

/* Prints how long `op` took, the neighbour's turns included. */
#define MEASURE(what, op) \
	do { \
		uint32_t before_ = clock_us(); \
		op; \
		print("  %s: %u us\n", what, clock_us() - before_); \
	} while (0)

void attack_tables(void);   /* tables.c: many address spaces, mappings and aliases */
void attack_verifier(void); /* pages.c: pages that are dear to verify */
void attack_step(void);     /* steps.c: instructions that are dear to step */
void attack_devices(void);  /* devices.c */

#endif
