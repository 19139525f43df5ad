/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <espalier/fmt.h>
#include <espalier/util.h>

/* Where characters go; `n` counts those that did not fit as well. */
struct sink {
	char *buf;
	size_t size, n;
};

struct spec {
	bool left, zero, plus, space, alt, has_precision;
	unsigned width, precision;
	unsigned char longs; /* number of l's; j counts as two, hh as 'H' below */
	char narrow;         /* 'h', 'H' for hh, or 0 */
	char conv;
};

static void fmt_put(struct sink *s, char c)
{
	if (s->n + 1 < s->size)
		s->buf[s->n] = c;
	s->n++;
}

static void put_n(struct sink *s, char c, unsigned n)
{
	while (n--)
		fmt_put(s, c);
}

static void put_padded(struct sink *s, const struct spec *sp, const char *text, unsigned len)
{
	unsigned pad = sp->width > len ? sp->width - len : 0;

	if (!sp->left)
		put_n(s, ' ', pad);
	for (unsigned i = 0; i < len; i++)
		fmt_put(s, text[i]);
	if (sp->left)
		put_n(s, ' ', pad);
}

/* Writes v backwards from `end`; 32-bit division while it fits. */
static char *fmt_digits(char *end, uint64_t v, unsigned base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";

	for (; v >> 32; v /= base)
		*--end = set[v % base];
	for (uint32_t w = v; w; w /= base)
		*--end = set[w % base];
	return end;
}

static void put_number(struct sink *s, const struct spec *sp, uint64_t v, const char *sign,
		       unsigned base)
{
	char buf[24], *end = buf + sizeof(buf), *p = fmt_digits(end, v, base, sp->conv == 'X');
	unsigned len = end - p, zeros = 0, signs = strlen(sign), total;

	if (sp->has_precision)
		zeros = sp->precision > len ? sp->precision - len : 0;
	else if (!len)
		zeros = 1;
	total = signs + zeros + len;
	if (sp->zero && !sp->left && !sp->has_precision && sp->width > total) {
		zeros += sp->width - total;
		total = sp->width;
	}
	if (!sp->left && sp->width > total)
		put_n(s, ' ', sp->width - total);
	while (*sign)
		fmt_put(s, *sign++);
	put_n(s, '0', zeros);
	while (p < end)
		fmt_put(s, *p++);
	if (sp->left && sp->width > total)
		put_n(s, ' ', sp->width - total);
}

static uint64_t unsigned_arg(const struct spec *sp, va_list *ap)
{
	if (sp->longs >= 2)
		return va_arg(*ap, unsigned long long);
	if (sp->longs)
		return va_arg(*ap, unsigned long);
	if (sp->narrow == 'H')
		return (unsigned char)va_arg(*ap, unsigned);
	if (sp->narrow)
		return (unsigned short)va_arg(*ap, unsigned);
	return va_arg(*ap, unsigned);
}

static int64_t signed_arg(const struct spec *sp, va_list *ap)
{
	if (sp->longs >= 2)
		return va_arg(*ap, long long);
	if (sp->longs)
		return va_arg(*ap, long);
	if (sp->narrow == 'H')
		return (signed char)va_arg(*ap, int);
	if (sp->narrow)
		return (short)va_arg(*ap, int);
	return va_arg(*ap, int);
}

static void put_signed(struct sink *s, const struct spec *sp, int64_t v)
{
	const char *sign = v < 0 ? "-" : sp->plus ? "+" : sp->space ? " " : "";

	put_number(s, sp, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, sign, 10);
}

static void put_unsigned(struct sink *s, const struct spec *sp, uint64_t v)
{
	bool hex = sp->conv == 'x' || sp->conv == 'X';
	const char *prefix = sp->alt && hex && v ? (sp->conv == 'x' ? "0x" : "0X") : "";

	put_number(s, sp, v, prefix, hex ? 16 : sp->conv == 'o' ? 8 : 10);
}

static void put_string(struct sink *s, const struct spec *sp, const char *text)
{
	size_t len;

	if (!text)
		text = "(null)";
	len = sp->has_precision ? strnlen(text, sp->precision) : strlen(text);
	put_padded(s, sp, text, len);
}

/* A number in digits, or '*' for an argument. */
static const char *parse_count(const char *f, int *out, va_list *ap)
{
	*out = 0;
	if (*f == '*') {
		*out = va_arg(*ap, int);
		return f + 1;
	}
	while (*f >= '0' && *f <= '9')
		*out = *out * 10 + (*f++ - '0');
	return f;
}

static const char *parse_flags(const char *f, struct spec *sp)
{
	for (;; f++) {
		switch (*f) {
		case '-': sp->left = true; break;
		case '0': sp->zero = true; break;
		case '+': sp->plus = true; break;
		case ' ': sp->space = true; break;
		case '#': sp->alt = true; break;
		default: return f;
		}
	}
}

static const char *parse_size(const char *f, struct spec *sp)
{
	for (;; f++) {
		switch (*f) {
		case 'h': sp->narrow = sp->narrow ? 'H' : 'h'; break;
		case 'l': sp->longs++; break;
		case 'j': sp->longs = 2; break;
		case 'z':
		case 't': sp->longs = 1; break; /* size_t is as wide as long */
		default: return f;
		}
	}
}

static const char *parse_spec(const char *f, struct spec *sp, va_list *ap)
{
	int n;

	memset(sp, 0, sizeof(*sp));
	f = parse_flags(f, sp);
	f = parse_count(f, &n, ap);
	sp->left |= n < 0;
	sp->width = n < 0 ? -n : n;
	if (*f == '.') {
		f = parse_count(f + 1, &n, ap);
		sp->has_precision = n >= 0;
		sp->precision = n >= 0 ? n : 0;
	}
	f = parse_size(f, sp);
	sp->conv = *f;
	return *f ? f + 1 : f;
}

static void fmt_convert(struct sink *s, const struct spec *sp, va_list *ap)
{
	struct spec hex = *sp;
	char c;

	switch (sp->conv) {
	case 'd':
	case 'i': put_signed(s, sp, signed_arg(sp, ap)); break;
	case 'u':
	case 'x':
	case 'X':
	case 'o': put_unsigned(s, sp, unsigned_arg(sp, ap)); break;
	case 'p':
		hex.conv = 'x';
		hex.alt = true;
		put_unsigned(s, &hex, (uintptr_t)va_arg(*ap, void *));
		break;
	case 'c':
		c = va_arg(*ap, int);
		put_padded(s, sp, &c, 1);
		break;
	case 's': put_string(s, sp, va_arg(*ap, const char *)); break;
	case '%': fmt_put(s, '%'); break;
	default: /* shown as it is, so that it is noticed */
		fmt_put(s, '%');
		if (sp->conv)
			fmt_put(s, sp->conv);
	}
}

int fmt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct sink s = { buf, size, 0 };
	struct spec sp;
	va_list args;

	va_copy(args, ap);
	while (*fmt) {
		if (*fmt != '%') {
			fmt_put(&s, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt + 1, &sp, &args);
		fmt_convert(&s, &sp, &args);
	}
	va_end(args);
	if (size)
		buf[MIN(s.n, size - 1)] = '\0';
	return s.n;
}
