/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address types.  One-member structs, so that a guest-virtual, a
 * guest-physical and a host-physical address cannot be mixed by accident.
 * The VMM maps host-physical memory 1:1, so an hpa converts to a pointer.
 */
#ifndef ESPALIER_ADDR_H
#define ESPALIER_ADDR_H

#include <stdint.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1u << PAGE_SHIFT)
#define PAGE_MASK  (PAGE_SIZE - 1)

typedef struct {
	uint32_t v;
} gva_t; /* guest-virtual */
typedef struct {
	uint32_t v;
} gpa_t; /* guest-physical */
typedef struct {
	uint32_t v;
} hpa_t; /* host-physical (== host-virtual) */

#define GVA(x) ((gva_t){ (uint32_t)(x) })
#define GPA(x) ((gpa_t){ (uint32_t)(x) })
#define HPA(x) ((hpa_t){ (uint32_t)(x) })

/* The VMM's own pointer to host-physical memory (1:1 map). */
static inline void *hpa_ptr(hpa_t a) { return (void *)(uintptr_t)a.v; }
static inline hpa_t ptr_hpa(const void *p) { return HPA((uintptr_t)p); }

#endif
