/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and pages by eight words at a time: exits wait for it. */
#ifndef ARCH_MMU_WORDS_H
#define ARCH_MMU_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __arm__

/* `n` words at p become 0; n is a multiple of 8 and not 0. */
static inline void words_clear(void *p, unsigned n)
{
	__asm__ volatile("mov r2, #0\n\tmov r3, #0\n\tmov r4, #0\n\tmov r5, #0\nmov r6, #0\n\tmov "
			 "r8, #0\n\tmov r9, #0\n\tmov r12, #0\n1:	stmia	%0!, {r2, r3, r4, "
			 "r5, r6, r8, r9, r12}\n\tsubs	%1, %1, #8\n\tbne	1b"
			 : "+r"(p), "+r"(n)
			 :
			 : "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r12", "cc", "memory");
}

/* Copies `n` words, a multiple of 8 and not 0; the two do not overlap. */
static inline void words_copy(void *to, const void *from, unsigned n)
{
	__asm__ volatile("1:	ldmia	%1!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\tstmia	"
			 "%0!, {r3, r4, r5, r6, r8, r9, r10, r12}\n\tsubs	%2, %2, "
			 "#8\n\tbne	1b"
			 : "+r"(to), "+r"(from), "+r"(n)
			 :
			 : "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "cc", "memory");
}

#else

static inline void words_clear(void *p, unsigned n) { memset(p, 0, 4 * n); }
static inline void words_copy(void *to, const void *from, unsigned n) { memcpy(to, from, 4 * n); }

#endif

static inline bool words_equal(const uint32_t *a, const uint32_t *b, unsigned n)
{
	uint32_t differ = 0;

	for (unsigned i = 0; i < n; i += 4)
		differ |= (a[i] ^ b[i]) | (a[i + 1] ^ b[i + 1]) | (a[i + 2] ^ b[i + 2]) |
			  (a[i + 3] ^ b[i + 3]);
	return !differ;
}

#endif
