/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCH_CACHE_H
#define ARCH_CACHE_H

#include <stdint.h>

/*
 * Makes [p, p + size) as written by the VMM visible to instruction fetches of
 * either world (ARM ARM B2.2.7).  Line aligned outwards.
 */
void cache_sync_code(const void *p, uint32_t size);

/* Writes [p, p + size) back to memory. */
void cache_clean(const void *p, uint32_t size);

#endif
