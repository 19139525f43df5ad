/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <string.h>

#include <espalier/text.h>

/* Lead bytes by length: the bits that say so, and the least code point (RFC 3629, 3). */
static const struct {
	uint8_t mask, lead;
	uint32_t least;
} lengths[] = {
	[2] = { 0xe0, 0xc0, 0xa0 }, /* U+0080 to U+009F are control characters */
	[3] = { 0xf0, 0xe0, 0x800 },
	[4] = { 0xf8, 0xf0, 0x10000 },
};

static bool is_scalar(uint32_t c) { return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff); }

/* Text runs the other way from U+202A to 202E and 2066 to 2069; 2028 and 2029 end lines. */
static bool is_format(uint32_t c)
{
	return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* A sequence of k bytes. */
static bool is_sequence(const uint8_t *s, unsigned k)
{
	uint32_t c = s[0] & ~lengths[k].mask;

	for (unsigned i = 1; i < k; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return false;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c >= lengths[k].least && is_scalar(c) && !is_format(c);
}

unsigned text_char(const char *s, unsigned n)
{
	const uint8_t *b = (const uint8_t *)s;

	if (!n)
		return 0;
	if (b[0] < 0x80)
		return b[0] >= ' ' && b[0] != 0x7f;
	for (unsigned k = 2; k <= 4; k++)
		if ((b[0] & lengths[k].mask) == lengths[k].lead)
			return k <= n && is_sequence(b, k) ? k : 0;
	return 0;
}

bool text_plain(const char *s)
{
	while (*s >= ' ' && *s < 0x7f)
		s++;
	return !*s;
}

void text_filter(char *s, unsigned n, bool lines)
{
	for (unsigned i = 0, k; i < n; i += k) {
		k = text_char(s + i, n - i);
		if (k)
			continue;
		k = 1;
		if (!lines || (s[i] != '\n' && s[i] != '\t'))
			s[i] = '.';
	}
}

static unsigned text_newlines(const char *s, unsigned n)
{
	unsigned k = 0;

	for (unsigned i = 0; i < n; i++)
		k += s[i] == '\n';
	return k;
}

void text_filter_made(char *s, unsigned n, const char *fmt)
{
	unsigned len = strlen(fmt), end = n;

	if (text_newlines(s, n) != text_newlines(fmt, len)) {
		for (; len && end && fmt[len - 1] == '\n' && s[end - 1] == '\n'; len--)
			end--;
		text_filter(s, end, false);
	} else {
		text_filter(s, n, true);
	}
}
