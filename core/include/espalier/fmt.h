/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The printf(3) family of the VMM.  The small C library's own knows no 64-bit
 * numbers and keeps state that exit context must not touch.
 */
#ifndef ESPALIER_FMT_H
#define ESPALIER_FMT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * As vsnprintf(3) with d i u x X o c s p %, the flags "-0 +#", widths, precisions
 * and the sizes hh h l ll z t j.  Floating point is not supported.  Any context.
 */
int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
