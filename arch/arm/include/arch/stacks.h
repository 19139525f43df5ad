/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stacks of one CPU.  A page that is never mapped lies below each of them:
 *
 *	guard | host thread (SVC) | guard | Monitor | guard | exceptions
 *
 * "exceptions" is for the panic path of the Secure vectors, whatever the mode.
 * For C and assembly alike.
 */
#ifndef ARCH_STACKS_H
#define ARCH_STACKS_H

#define STACK_PAGE 4096

#define MONITOR_STACK_PAGES 2
#define TRAP_STACK_PAGES    1

/* Offsets from the start of the CPU's part of host_stacks, in bytes. */
#define HOST_STACK_TOP    ((1 + CONFIG_STACK_PAGES) * STACK_PAGE)
#define MONITOR_STACK_TOP (HOST_STACK_TOP + (1 + MONITOR_STACK_PAGES) * STACK_PAGE)
#define TRAP_STACK_TOP    (MONITOR_STACK_TOP + (1 + TRAP_STACK_PAGES) * STACK_PAGE)
#define CPU_STACKS_SIZE   TRAP_STACK_TOP

#ifndef __ASSEMBLER__
#include <stdint.h>

/* entry.S; CONFIG_MAX_CPUS times CPU_STACKS_SIZE bytes. */
extern uint8_t host_stacks[];
/* CPU 0's Monitor stack; the others' are CPU_STACKS_SIZE further each. */
extern uint8_t monitor_stack_top[];
#endif

#endif
