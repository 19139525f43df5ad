/* SPDX-License-Identifier: Apache-2.0 */
/* The VMM's heap, that of malloc(3).  Host thread only. */
#ifndef ESPALIER_HEAP_H
#define ESPALIER_HEAP_H

#include <stdint.h>

/* Bytes that are allocated now, with what malloc(3) needs for itself. */
uint32_t heap_in_use(void);

#endif
