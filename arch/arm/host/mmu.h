/* SPDX-License-Identifier: Apache-2.0 */
/* The VMM's own (Secure) translation tables; see mmu.c. */
#ifndef ARCH_HOSTMMU_H
#define ARCH_HOSTMMU_H

#include <stdint.h>

/*
 * Builds the map of the VMM's image and returns the value for TTBR0.  Called
 * once by entry.S with the MMU off.
 */
uint32_t host_mmu_init(void);

#endif
