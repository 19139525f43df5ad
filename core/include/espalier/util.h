/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESPALIER_UTIL_H
#define ESPALIER_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)        (UINT32_C(1) << (n))
/* Bits hi..lo of x, both inclusive, shifted down. hi < 31 or lo > 0. */
#define BITS(x, hi, lo)               (((uint32_t)(x) >> (lo)) & ((UINT32_C(2) << ((hi) - (lo))) - 1))
#define ALIGN_UP(x, a)                (((x) + ((a)-1)) & ~((a)-1))
#define ALIGN_DOWN(x, a)              ((x) & ~((a)-1))
#define MIN(a, b)                     ((a) < (b) ? (a) : (b))
#define MAX(a, b)                     ((a) > (b) ? (a) : (b))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))

/* newlib's <sys/cdefs.h> has these two with the same meaning. */
#ifndef __packed
#define __packed __attribute__((packed))
#endif
#ifndef __aligned
#define __aligned(n) __attribute__((aligned(n)))
#endif
#define __printf(fmt, va) __attribute__((format(printf, fmt, va)))
#define __noreturn        __attribute__((noreturn))
#define likely(x)         __builtin_expect(!!(x), 1)
#define unlikely(x)       __builtin_expect(!!(x), 0)

#endif
