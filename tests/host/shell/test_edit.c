/* SPDX-License-Identifier: Apache-2.0 */
/* The line editor: keystrokes in; the line, and what a terminal shows, out. */
/* sources: core/shell/edit.c core/shell/history.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shell/edit.h"

#define UP    "\033[A"
#define DOWN  "\033[B"
#define RIGHT "\033[C"
#define LEFT  "\033[D"
#define HOME  "\033[H"
#define END   "\033[F"
#define DEL   "\033[3~"

/* --- a terminal of one row that matters --------------------------------------------- */

static struct {
	char raw[65536]; /* all that was sent */
	unsigned nraw;
	char row[EDIT_COLUMNS + 1]; /* what stands in the cursor's row */
	unsigned col, rows;
	bool wrapped; /* something was written beyond the last column */
} term;

static void term_char(char c)
{
	if (term.col >= EDIT_COLUMNS) {
		term.wrapped = true;
		term.col = EDIT_COLUMNS - 1;
	}
	term.row[term.col++] = c;
}

/* ESC [ number letter; returns its length */
static unsigned term_csi(const char *s)
{
	char *end;
	unsigned n = strtoul(s + 2, &end, 10);

	switch (*end) {
	case 'K': memset(term.row + term.col, ' ', EDIT_COLUMNS - term.col); break;
	case 'D':
		assert_true(n >= 1 && n <= term.col);
		term.col -= n;
		break;
	case 'H': term.col = 0; break;
	case 'J':
		assert_int_equal(n, 2);
		memset(term.row, ' ', EDIT_COLUMNS);
		break;
	default: fail_msg("unknown sequence ESC[%s", s + 2);
	}
	return end + 1 - s;
}

static void term_write(void *arg, const char *buf, unsigned n)
{
	char copy[1024];

	assert_true(n < sizeof(copy) && term.nraw + n < sizeof(term.raw));
	memcpy(copy, buf, n);
	copy[n] = '\0';
	memcpy(term.raw + term.nraw, buf, n);
	term.nraw += n;
	term.raw[term.nraw] = '\0';
	for (unsigned i = 0; i < n; i++) {
		if (copy[i] == '\033')
			i += term_csi(copy + i) - 1;
		else if (copy[i] == '\r')
			term.col = 0;
		else if (copy[i] == '\n') {
			memset(term.row, ' ', EDIT_COLUMNS);
			term.rows++;
		} else if (copy[i] == '\b')
			term.col--;
		else if (copy[i] != '\a')
			term_char(copy[i]);
	}
}

static void term_clear(void)
{
	memset(&term, 0, sizeof(term));
	memset(term.row, ' ', EDIT_COLUMNS);
}

/* The row without the blanks at its end. */
static const char *shown(void)
{
	static char row[EDIT_COLUMNS + 1];
	int n = EDIT_COLUMNS;

	memcpy(row, term.row, EDIT_COLUMNS);
	while (n && row[n - 1] == ' ')
		n--;
	row[n] = '\0';
	return row;
}

/* --- the editor ------------------------------------------------------------------------ */

static const char *const words[] = {
	"guest", "guard", "help", "/system/banner.txt", "/system/boot/", "with space", NULL,
};

static void complete(void *arg, const char *line, unsigned start, unsigned pos, edit_offer_fn offer,
		     void *offer_arg)
{
	for (unsigned i = 0; words[i]; i++)
		offer(offer_arg, words[i], words[i][strlen(words[i]) - 1] != '/');
}

static const struct edit_ops ops = { term_write, complete };
static struct edit e;

static int setup(void **state)
{
	term_clear();
	edit_init(&e, &ops, NULL, "# ");
	edit_start(&e);
	return 0;
}

static int teardown(void **state)
{
	history_free(&e.history);
	return 0;
}

/* Types; returns how many lines were entered.  The last one stays in e.line. */
static unsigned keys_n(const char *s, unsigned n)
{
	unsigned lines = 0;

	for (unsigned i = 0; i < n; i++) {
		if (edit_input(&e, s[i]) == EDIT_LINE) {
			lines++;
			if (i + 1 < n)
				edit_start(&e);
		}
	}
	return lines;
}

static unsigned keys(const char *s) { return keys_n(s, strlen(s)); }

static void test_what_is_sent_for_plain_typing(void **state)
{
	assert_int_equal(keys("ls\r"), 1);
	assert_string_equal(e.line, "ls");
	/* A dumb terminal, or expect, sees just what was typed. */
	assert_string_equal(term.raw, "# ls\r\n");
}

static void test_ends_of_lines(void **state)
{
	assert_int_equal(keys("a\rb\nc\r\nd\n"), 4);
	assert_int_equal(keys("\r"), 1);
	assert_int_equal(keys("\n"), 0); /* the rest of that CR LF */
	assert_int_equal(keys("\n"), 1);
	assert_int_equal(keys("\r\r"), 2);
	assert_int_equal(keys("\n\n"), 1);
}

/* Keys, and the line that Enter then gives. */
static void test_keys(void **state)
{
	static const struct {
		const char *keys, *line;
	} rows[] = {
		{ "abc\177d", "abd" },
		{ "abc\bd", "abd" },
		{ "\177\177a", "a" },
		{ "abc" LEFT "X", "abXc" },
		{ "abc" LEFT LEFT LEFT LEFT LEFT "X", "Xabc" },
		{ "abc" LEFT RIGHT RIGHT "X", "abcX" },
		{ "abc" HOME "X" END "Y", "XabcY" },
		{ "abc\033[1~X\033[4~Y", "XabcY" },
		{ "abc\033[7~X\033[8~Y", "XabcY" },
		{ "abc\033OHX\033OFY", "XabcY" },
		{ "abc\001X\005Y", "XabcY" },
		{ "abc\002X\006Y", "abXcY" },
		{ "abc" HOME DEL "X", "Xbc" },
		{ "abc" DEL "X", "abcX" },
		{ "abc" LEFT LEFT "\177X", "Xbc" },
		{ "abc" LEFT LEFT "\013X", "aX" },
		{ "abc" LEFT "\025X", "Xc" },
		{ "one two  three\027X", "one two  X" },
		{ "one two  \027X", "one X" },
		{ "one two" LEFT LEFT "\027X", "one Xwo" },
		{ "\027\013\025\001\005X", "X" },
		{ "abc\003de", "de" },
		{ "abc\004\032\007d", "abcd" },             /* ^D and others: nothing */
		{ "a\033[200~b\033[99;5Xc\033zd", "abcd" }, /* unknown sequences vanish */
		{ "a\033[1;5Cb", "ab" },
		{ "a\033\033[Db", "ba" },
		{ "a\377\200b", "ab" },
		{ "abc\014d", "abcd" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[EDIT_COLUMNS + 1];

		term_clear();
		edit_start(&e);
		assert_int_equal(keys(rows[i].keys), 0);
		assert_string_equal(e.line, rows[i].line);
		assert_int_equal(e.len, strlen(e.line));
		snprintf(want, sizeof(want), "# %s", rows[i].line);
		assert_string_equal(shown(), want);
		assert_int_equal(term.col, 2 + e.pos);
		assert_int_equal(keys("\r"), 1);
		assert_string_equal(e.line, rows[i].line);
	}
}

static void test_exact_output(void **state)
{
	static const struct {
		const char *keys, *sent;
	} rows[] = {
		{ "ab\177", "# ab\b \b" },
		{ "ab" LEFT "c", "# ab\r# ab\033[K\033[1D\r# acb\033[K\033[1D" },
		{ "ab\003", "# ab^C\r\n# " },
		{ "a\014", "# a\033[H\033[2J\r# a\033[K" },
		{ "a\025", "# a\r# \033[K" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		term_clear();
		edit_start(&e);
		keys(rows[i].keys);
		assert_string_equal(term.raw, rows[i].sent);
	}
}

/* --- long lines -------------------------------------------------------------------------- */

static void test_long_lines_stay_in_their_row(void **state)
{
	char text[EDIT_MAX];

	for (unsigned i = 0; i < sizeof(text) - 1; i++)
		text[i] = 'a' + i % 26;
	text[sizeof(text) - 1] = '\0';
	keys(text);
	assert_string_equal(e.line, text);
	assert_false(term.wrapped);
	/* The row shows the part around the cursor. */
	assert_memory_equal(term.row + 2, text + e.left, e.len - e.left);
	assert_int_equal(term.col, 2 + e.pos - e.left);

	keys("x"); /* full: refused with a bell */
	assert_string_equal(e.line, text);
	assert_int_equal(term.raw[term.nraw - 1], '\a');

	for (unsigned i = 0; i < 200; i++) {
		keys(LEFT);
		assert_true(e.pos >= e.left && e.pos - e.left <= EDIT_COLUMNS - 3);
		assert_int_equal(term.col, 2 + e.pos - e.left);
		assert_memory_equal(term.row + 2, text + e.left,
				    EDIT_COLUMNS - 3 < e.len - e.left ? EDIT_COLUMNS - 3 :
									e.len - e.left);
	}
	keys(HOME DEL);
	assert_string_equal(e.line, text + 1);
	assert_memory_equal(term.row, "# bcdef", 7);
	keys(END);
	while (e.len)
		keys("\177");
	assert_string_equal(shown(), "#");
	assert_false(term.wrapped);
}

static void test_entering_a_long_line_shows_all_of_it(void **state)
{
	char text[120];

	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	keys(text);
	term_clear();
	keys("\r");
	assert_memory_equal(term.raw, "\r# ", 3);
	assert_memory_equal(term.raw + 3, text, strlen(text));
	assert_string_equal(term.raw + 3 + strlen(text), "\r\n");
}

static void test_hide_and_show(void **state)
{
	keys("abc" LEFT);
	edit_hide(&e);
	assert_string_equal(shown(), "");
	assert_int_equal(term.col, 0);
	edit_show(&e);
	assert_string_equal(shown(), "# abc");
	assert_int_equal(term.col, 4);
}

/* --- history --------------------------------------------------------------------------------- */

static void test_history(void **state)
{
	keys("one\rtwo\rtwo\r  \r");
	edit_start(&e);
	keys("thr" UP);
	assert_string_equal(e.line, "two");
	keys("\020"); /* ^P */
	assert_string_equal(e.line, "one");
	keys(UP);
	assert_string_equal(e.line, "one");
	assert_int_equal(term.raw[term.nraw - 1], '\a');
	keys(DOWN DOWN);
	assert_string_equal(e.line, "thr"); /* what was begun is not lost */
	keys(DOWN);
	assert_string_equal(e.line, "thr");
	keys(UP "!\r");
	assert_string_equal(e.line, "two!");
	edit_start(&e);
	keys(UP UP);
	assert_string_equal(e.line, "two"); /* the original is not changed */
	assert_string_equal(shown(), "# two");
}

static void test_history_forgets_the_oldest(void **state)
{
	char line[16];

	for (unsigned i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "line %u\r", i);
		keys(line);
		edit_start(&e);
	}
	for (unsigned i = 0; i < 50; i++)
		keys(UP);
	assert_string_equal(e.line, "line 8");
	assert_null(history_get(&e.history, HISTORY_LINES + 1));
	assert_string_equal(history_get(&e.history, HISTORY_LINES), "line 8");
	assert_null(history_get(&e.history, 0));
}

/* --- completion ---------------------------------------------------------------------------- */

static void test_completion(void **state)
{
	static const struct {
		const char *keys, *line;
	} rows[] = {
		{ "h\t", "help " },
		{ "help\t", "help " },
		{ "gu\t", "gu" },
		{ "g\t", "gu" },
		{ "gue\tx", "guest x" },
		{ "x\t", "x" },
		{ "a gue\t", "a guest " },
		{ "a;gue\t", "a;guest " },
		{ "/s\t", "/system/b" },
		{ "/system/bo\t", "/system/boot/" },
		{ "w\t", "w" }, /* would need quotes: not offered */
		{ "\"gue\t", "\"gue" },
		{ "g\\u\t", "g\\u" },
		{ "# gue\t", "# gue" },
		{ "gue rest" HOME RIGHT RIGHT RIGHT "\t", "guest rest" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		term_clear();
		edit_start(&e);
		keys(rows[i].keys);
		assert_string_equal(e.line, rows[i].line);
	}
}

static void test_completion_lists(void **state)
{
	keys("gu\t");
	assert_string_equal(term.raw, "# gu\r\nguest  guard  \r\n\r# gu\033[K");
	term_clear();
	edit_start(&e);
	keys("/system/b\t");
	/* Of paths the last part is enough. */
	assert_non_null(strstr(term.raw, "\r\nbanner.txt  boot/       \r\n"));
	assert_string_equal(shown(), "# /system/b");
}

static void test_completion_of_a_full_line(void **state)
{
	for (unsigned i = 0; i < EDIT_MAX - 4; i++)
		keys("x");
	keys(" h\t");
	assert_int_equal(e.len, EDIT_MAX - 2);
	assert_int_equal(e.line[e.len], '\0');
}

/* What does not fit is not cut off and run: another command may come of it. */
static void test_too_long_is_not_run(void **state)
{
	for (unsigned i = 0; i < EDIT_MAX - 1; i++)
		keys("x");
	assert_false(e.too_long);
	keys("y\r");
	assert_string_equal(e.line, "");
	assert_non_null(strstr(term.raw, "line too long: not run"));
	edit_start(&e);
	keys("ab\r");
	assert_string_equal(e.line, "ab");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_sent_for_plain_typing),
		TEST(test_ends_of_lines),
		TEST(test_keys),
		TEST(test_exact_output),
		TEST(test_too_long_is_not_run),
		TEST(test_long_lines_stay_in_their_row),
		TEST(test_entering_a_long_line_shows_all_of_it),
		TEST(test_hide_and_show),
		TEST(test_history),
		TEST(test_history_forgets_the_oldest),
		TEST(test_completion),
		TEST(test_completion_lists),
		TEST(test_completion_of_a_full_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
