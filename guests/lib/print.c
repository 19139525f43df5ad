/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>

#include "bare.h"

static void put(char c)
{
	if (c == '\n')
		uart_putc('\r');
	uart_putc(c);
}

static void put_number(uint32_t v, unsigned base, unsigned width, char pad)
{
	char buf[10];
	unsigned n = 0;

	do {
		buf[n++] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	while (width-- > n)
		put(pad);
	while (n)
		put(buf[--n]);
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

void print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt; fmt++) {
		unsigned width = 0;
		char pad = ' ';

		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		if (*++fmt == '0')
			pad = '0';
		for (; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + (unsigned)(*fmt - '0');
		if (*fmt == 's') {
			put_string(va_arg(ap, const char *));
		} else if (*fmt == 'c') {
			put((char)va_arg(ap, int));
		} else if (*fmt == 'x') {
			put_number(va_arg(ap, uint32_t), 16, width, pad);
		} else if (*fmt == 'u') {
			put_number(va_arg(ap, uint32_t), 10, width, pad);
		} else if (*fmt == 'd') {
			int32_t v = va_arg(ap, int32_t);

			if (v < 0)
				put('-');
			put_number(v < 0 ? -(uint32_t)v : (uint32_t)v, 10, width, pad);
		} else {
			put(*fmt);
		}
	}
	va_end(ap);
}
