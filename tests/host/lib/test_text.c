/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches a terminal of text that somebody else chose. */
/* sources: core/lib/text.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/text.h>

#define assert_filtered(in, lines, out) filtered(in, sizeof(in) - 1, lines, out)

static void filtered(const char *in, unsigned n, bool lines, const char *out)
{
	char *s = malloc(n); /* exactly, for the sanitizer */

	memcpy(s, in, n);
	text_filter(s, n, lines);
	assert_int_equal(strlen(out), n);
	assert_memory_equal(s, out, n);
	free(s);
}

static void samples(void **state)
{
	assert_filtered("plain ~", false, "plain ~");
	assert_filtered("\033[2J\033]0;x\a", false, ".[2J.]0;x.");
	assert_filtered("a\tb\nc\r\x7f", true, "a\tb\nc..");
	assert_filtered("a\tb\nc", false, "a.b.c");
	assert_filtered("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8c\xb3", false,
			"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8c\xb3");
	assert_filtered("\x9b"
			"31m",
			false, ".31m"); /* CSI of 8 bits */
	assert_filtered("\xc2\x9b"
			"31m",
			false, "..31m");                           /* ... as UTF-8 */
	assert_filtered("\xc0\x9b \xe0\x82\x9b", false, ".. ..."); /* ... too long */
	assert_filtered("\xed\xa0\x80", false, "...");             /* a surrogate */
	assert_filtered("\xf4\x90\x80\x80", false, "....");        /* above U+10FFFF */
	assert_filtered("\xe2\x80\xae"
			"exe",
			false, "...exe");         /* right to left */
	assert_filtered("\xe2\x82", false, ".."); /* cut off */
}

/* Every sequence of up to three bytes, and the rest by chance. */
static void never_a_control(void **state)
{
	uint32_t r = 1;

	for (uint32_t v = 0; v < 1u << 24; v++) {
		uint8_t s[4] = { v, v >> 8, v >> 16, (r = r * 1664525 + 1013904223) >> 24 };

		text_filter((char *)s, 4, false);
		for (unsigned i = 0; i < 4; i++) {
			bool lead = i && (s[i - 1] == 0xc2);

			if (s[i] < ' ' || s[i] == 0x7f || (lead && s[i] < 0xa0 && s[i] >= 0x80))
				fail_msg("0x%08x", (unsigned)v);
		}
	}
}

static void made_of_a_format(void **state)
{
	char forged[] = "x: no such file\n[ 1.0] guest b destroyed\n";
	char honest[] = "\nRAM: 1\n";
	char inside[] = "\nname\nx: y\n";

	text_filter_made(forged, sizeof(forged) - 1, "%s: no such file\n");
	assert_string_equal(forged, "x: no such file.[ 1.0] guest b destroyed\n");
	text_filter_made(honest, sizeof(honest) - 1, "\nRAM: %u\n");
	assert_string_equal(honest, "\nRAM: 1\n");
	text_filter_made(inside, sizeof(inside) - 1, "\n%s: y\n");
	assert_string_equal(inside, ".name.x: y\n");
	assert_true(text_plain("abc ~"));
	assert_false(text_plain("a\033c"));
	assert_false(text_plain("gr\xc3\xbc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples),
		cmocka_unit_test(never_a_control),
		cmocka_unit_test(made_of_a_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
