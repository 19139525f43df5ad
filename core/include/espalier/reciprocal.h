/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Division of 64-bit numbers by a number that stays the same, by way of its
 * reciprocal: the Cortex-A9 has no divide instruction, and the library's
 * division takes hundreds of instructions.
 */
#ifndef ESPALIER_RECIPROCAL_H
#define ESPALIER_RECIPROCAL_H

#include <stdint.h>

struct reciprocal {
	uint64_t inverse; /* (2^64 - 1) / d */
	uint32_t d;
};

/* d > 0. */
static inline struct reciprocal reciprocal_of(uint32_t d)
{
	return (struct reciprocal){ UINT64_MAX / d, d };
}

/* The upper half of a * b. */
static inline uint64_t multiply_high(uint64_t a, uint64_t b)
{
	uint32_t a0 = (uint32_t)a, a1 = (uint32_t)(a >> 32);
	uint32_t b0 = (uint32_t)b, b1 = (uint32_t)(b >> 32);
	uint64_t low = (uint64_t)a0 * b0;
	uint64_t mid = (uint64_t)a1 * b0 + (low >> 32); /* at most 2^64 - 2^32 */
	uint64_t cross = (uint64_t)a0 * b1 + (uint32_t)mid;

	return (uint64_t)a1 * b1 + (mid >> 32) + (cross >> 32);
}

/* x / r.d, exactly: the product is at most 2 too low. */
static inline uint64_t reciprocal_divide(const struct reciprocal *r, uint64_t x)
{
	uint64_t q = multiply_high(x, r->inverse), rest = x - q * r->d;

	for (; rest >= r->d; rest -= r->d)
		q++;
	return q;
}

#endif
