/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/log.c core/lib/text.c core/lib/fmt.c tests/host/fake_arch.c */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/fmt.h>
#include <espalier/log.h>
#include <espalier/timer.h>
#include <espalier/util.h>
#include <espalier/vcon.h>

#include "fake_arch.h"

static char console[4096], shown[CONFIG_LOG_RING_BYTES * 2];
static unsigned lines;

void console_write_sync(const char *buf, unsigned n)
{
	size_t used = strlen(console);

	assert_true(used + n < sizeof(console));
	memcpy(console + used, buf, n);
	console[used + n] = '\0';
}

uint64_t timer_now(void) { return 12 * NS_PER_SEC + 345678901; }

static void out(const char *line)
{
	assert_null(strchr(line, '\n'));
	assert_int_equal(fake_irq_masked, 0);
	lines++;
	strcat(shown, line);
	strcat(shown, "|");
}

static const char *flushed(void)
{
	shown[0] = '\0';
	lines = 0;
	log_flush(out);
	return shown;
}

/* The order of the tests matters: to_ring is for ever. */
static void test_straight_to_console(void **state)
{
	log_info("hello %d", 5);
	log_warn("careful");
	log_err("bad");
	log_debug("dropped");
	assert_string_equal(console, "[   12.345678] hello 5\n"
				     "[   12.345678] warning: careful\n"
				     "[   12.345678] error: bad\n");
	assert_false(log_pending());
	assert_string_equal(flushed(), "");
}

static void test_ring(void **state)
{
	console[0] = '\0';
	log_to_ring();
	log_info("one");
	assert_true(log_pending());
	log_info("two");
	assert_string_equal(flushed(), "[   12.345678] one|[   12.345678] two|");
	assert_false(log_pending());
	assert_string_equal(flushed(), "");
	assert_string_equal(console, "");
}

static void test_level(void **state)
{
	log_set_level(LOG_DEBUG);
	log_debug("seen");
	log_set_level(LOG_ERR);
	assert_int_equal(log_get_level(), LOG_ERR);
	log_warn("dropped");
	log_set_level(LOG_INFO);
	assert_string_equal(flushed(), "[   12.345678] debug: seen|");
}

static void test_long_line(void **state)
{
	static char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	log_info("%s", text);
	log_info("next");
	flushed();
	assert_int_equal(lines, 2);
	assert_int_equal(strcspn(shown, "|"), 255);
	assert_non_null(strstr(shown, "] next|"));
}

/* More than the ring holds: the newest stay, the loss is told, once. */
static void test_overrun(void **state)
{
	unsigned n = CONFIG_LOG_RING_BYTES / 10; /* a line has more than 10 bytes */
	char last[32];

	for (unsigned i = 0; i < n; i++)
		log_info("line %u", i);
	flushed();
	assert_ptr_equal(strstr(shown, "(log lines were lost here)|["), shown);
	assert_null(strstr(strchr(shown, '|'), "lost"));
	snprintf(last, sizeof(last), "] line %u|", n - 1);
	assert_string_equal(shown + strlen(shown) - strlen(last), last);
	/* Every line of the ring is whole, and they follow each other. */
	char *p = strstr(shown, "] line ");
	unsigned first = strtoul(p + 7, NULL, 10);

	assert_int_equal(lines - 1, n - first);
	for (unsigned i = first; i < n; i++, p = strstr(p + 1, "] line "))
		assert_int_equal(strtoul(p + 7, NULL, 10), i);
	assert_null(p);
}

static void test_replay(void **state)
{
	shown[0] = '\0';
	lines = 0;
	log_replay(out);
	assert_true(lines > 100);
	assert_null(strstr(shown, "lost"));
	assert_false(log_pending());
	log_info("new");
	assert_true(log_pending());
	assert_string_equal(flushed(), "[   12.345678] new|");
}

/* --- fmt_vsnprintf() against the host's vsnprintf() -------------------------------- */

static int ours(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = fmt_vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

#define same(...) \
	do { \
		char a_[128], b_[128]; \
		int n_ = snprintf(a_, sizeof(a_), __VA_ARGS__); \
		assert_int_equal(ours(b_, sizeof(b_), __VA_ARGS__), n_); \
		assert_string_equal(b_, a_); \
	} while (0)

#pragma GCC diagnostic ignored "-Wformat"

static void test_fmt_numbers(void **state)
{
	static const char *const fmts[] = {
		"%d",   "%5d", "%-5d|", "%05d", "%+d",  "% d",   "%.3d",    "%8.3d",   "%-8.3d|",
		"%.0d", "%u",  "%x",    "%X",   "%#x",  "%#10x", "%#010x",  "%-#10x|", "%o",
		"%.8x", "%hd", "%hhd",  "%hu",  "%hhu", "%i",    "%08.3d|", "%+5d",    "%-+5d|",
	};
	static const int values[] = { 0, 1, -1, 42, -12345, INT_MAX, INT_MIN, 65536, 255 };

	for (unsigned f = 0; f < ARRAY_SIZE(fmts); f++)
		for (unsigned v = 0; v < ARRAY_SIZE(values); v++)
			same(fmts[f], values[v]);
}

static void test_fmt_64(void **state)
{
	static const long long values[] = { 0,         1,         -1,           LLONG_MAX,
					    LLONG_MIN, 1LL << 32, 9999999999LL, 0xffffffffLL };

	for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
		same("%lld|%llu|%llx|%20lld|%020llx", values[v], values[v], values[v], values[v],
		     values[v]);
		same("%jd %zu %td", (intmax_t)values[v], (size_t)values[v], (ptrdiff_t)values[v]);
		same("%ld %lu %lx", (long)values[v], (long)values[v], (long)values[v]);
	}
}

static void test_fmt_text(void **state)
{
	char unterminated[3] = { 'a', 'b', 'c' };

	same("%s|%5s|%-5s|%.2s|%5.1s|", "abc", "abc", "abc", "abc", "abc");
	same("%.3s|%.*s|", unterminated, 2, unterminated);
	same("%c%5c%-5c|%%", 'x', 'y', 'z');
	same("%*d|%-*d|%*d", 6, 42, 6, 42, -6, 42);
	same("%.*d|%.*d", 4, 42, -1, 42);
	same("%p", (void *)0x1234);
	same("%s", "");
	same("plain");
}

static void test_fmt_bounds(void **state)
{
	char buf[8];

	memset(buf, '#', sizeof(buf));
	assert_int_equal(ours(buf, 4, "%s", "abcdefg"), 7);
	assert_memory_equal(buf, "abc\0####", 8);
	assert_int_equal(ours(buf, 1, "%d", 12345), 5);
	assert_int_equal(buf[0], '\0');
	assert_int_equal(ours(NULL, 0, "%08x", 1), 8);
	/* What it does not know is shown, and a lone '%' at the end is safe. */
	assert_int_equal(ours(buf, sizeof(buf), "%f"), 2);
	assert_string_equal(buf, "%f");
	ours(buf, sizeof(buf), "a%");
	assert_string_equal(buf, "a%");
	ours(buf, sizeof(buf), "%s", (char *)NULL);
	assert_string_equal(buf, "(null)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_straight_to_console),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_overrun),
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_fmt_numbers),
		cmocka_unit_test(test_fmt_64),
		cmocka_unit_test(test_fmt_text),
		cmocka_unit_test(test_fmt_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
