/* SPDX-License-Identifier: Apache-2.0 */
/* The console switch: input, nothing lost or reordered, and the way out. */
/*
 * sources: core/console/console.c core/console/vserial.c core/console/chardev.c
 * tests/host/fake_arch.c tests/host/fake_line.c
 */
#include "vcon_uart.h"

/* --- input ------------------------------------------------------------------------- */

static void test_shell_input(void **state)
{
	fake_wakes = 0;
	type("help\r");
	assert_true(fake_wakes > 0);
	assert_string_equal(shell_input(), "help\r");
	assert_int_equal(console_getc(), -1);
}

static void test_shell_input_is_never_lost(void **state)
{
	char *text = pattern(5000), *got = calloc(1, 5001);
	unsigned n = 0;
	int ch;

	type(text);
	assert_false(line.rx_on);
	while (n < 5000 && (ch = console_getc()) >= 0) {
		got[n++] = ch;
		fake_line_read();
	}
	assert_string_equal(got, text);
	assert_true(line.rx_on);
	free(text);
	free(got);
}

static void test_interrupt(void **state)
{
	type("abc");
	assert_false(console_interrupted());
	type("\003d\003ef");
	assert_true(console_interrupted());
	assert_false(console_interrupted());
	assert_string_equal(shell_input(), "ef");
	type("\003g");
	assert_string_equal(shell_input(), "\003g"); /* read as a key, it is none any more */
	assert_false(console_interrupted());
	type("\003");
	vserial_bind(&uart.s); /* the guest's now */
	assert_got("\003");
	vserial_bind(NULL);
	assert_false(console_interrupted());
}

static void test_reset_forgets_input(void **state)
{
	char *text = pattern(4000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	assert_false(line.rx_on);
	line.ntyped = line.nread; /* the rest is not typed after all */
	vserial_drop_input(&uart.s);
	assert_true(line.rx_on);
	uart_room(&uart, FAKE_FOREVER);
	assert_got("");
	type("new");
	assert_got("new");
	free(text);
}

static void test_slow_guest_gets_everything(void **state)
{
	char *text = pattern(20000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	assert_false(line.rx_on);
	for (unsigned i = 0; uart.ngot < 20000 && i < 20000; i++) {
		uart_room(&uart, 1 + i % 5);
		fake_line_read();
		fake_advance(NS_PER_MS); /* less than a stall between two bites */
	}
	assert_got(text);
	assert_true(line.rx_on);
	free(text);
}

static void test_bound_console_is_transparent(void **state)
{
	char all[255], expect[255];

	for (unsigned i = 0; i < sizeof(all); i++)
		expect[i] = all[i] = i + 1;
	vserial_bind(&uart.s);
	fake_line_type(all, sizeof(all));
	assert_int_equal(uart.ngot, sizeof(all));
	assert_memory_equal(uart.got, expect, sizeof(all));
	assert_int_equal(console_getc(), -1);
}

static void test_typed_ahead_goes_to_the_guest(void **state)
{
	type("ls\r");
	vserial_bind(&uart.s);
	assert_got("ls\r");
	assert_string_equal(shell_input(), "");
}

static void test_typed_ahead_with_the_way_out(void **state)
{
	type("ls\r\033xqhelp\r");
	vserial_bind(&uart.s);
	assert_got("ls\r");
	assert_null(vserial_bound());
	assert_true(console_was_unbound());
	assert_string_equal(shell_input(), "help\r");
}

static void test_input_typed_before_leaving_is_delivered(void **state)
{
	vserial_bind(&uart.s);
	uart.room = 2;
	type("echo\033xq");
	assert_null(vserial_bound());
	uart_room(&uart, FAKE_FOREVER);
	assert_got("echo");
}

/* --- ESC x q ----------------------------------------------------------------------- */

static void test_escape(void **state)
{
	static const struct {
		const char *typed, *guest, *shell;
		bool leaves;
	} rows[] = {
		{ "\033xq", "", "", true },
		{ "ab\033xqcd", "ab", "cd", true },
		{ "\033", "\033", "", false },
		{ "\033[A", "\033[A", "", false },
		{ "\033y", "\033y", "", false },
		{ "xq", "xq", "", false },
		{ "\033xy", "\033xy", "", false },
		{ "\033xx", "\033xx", "", false },
		{ "\033xxq", "\033xxq", "", false },
		{ "\033xQ", "\033xQ", "", false },
		{ "\033x", "\033x", "", false },
		{ "\033q", "\033q", "", false },
		{ "\033\033", "\033\033", "", false },
		{ "\033\033x", "\033\033x", "", false },
		{ "\033\033xq", "\033", "", true },
		{ "\033x\033xq", "\033x", "", true },
		{ "\033x\033[A", "\033x\033[A", "", false },
		{ "\033xy\033xq.", "\033xy", ".", true },
		{ "\003\t\004\033Oq", "\003\t\004\033Oq", "", false },
	};

	/* All at once, then split into reads of one byte. */
	for (unsigned i = 0; i < 2 * (sizeof(rows) / sizeof(rows[0])); i++) {
		unsigned r = i / 2;

		line.chunk = i % 2 ? 1 : 16;
		uart.ngot = 0;
		vserial_bind(&uart.s);
		type(rows[r].typed);
		fake_advance(100 * NS_PER_MS);
		assert_got(rows[r].guest);
		assert_int_equal(console_was_unbound(), rows[r].leaves);
		assert_int_equal(vserial_bound() == NULL, rows[r].leaves);
		assert_string_equal(shell_input(), rows[r].shell);
		vserial_bind(NULL);
		console_was_unbound();
	}
}

/* Types a key, checks what the guest got by then, and lets time pass. */
static void type_slowly(const char *key, const char *guest, unsigned ms)
{
	type(key);
	assert_got(guest);
	fake_advance(ms * NS_PER_MS);
}

static void test_held_keys_are_let_go(void **state)
{
	vserial_bind(&uart.s);
	type_slowly("\033", "", 99);
	assert_got("");
	fake_advance(NS_PER_MS);
	assert_got("\033"); /* vi leaves its insert mode */
	type_slowly("x", "\033", 99);
	assert_got("\033");
	fake_advance(NS_PER_MS);
	assert_got("\033x"); /* ... and deletes a character */
	type_slowly("y", "\033xy", 200);
	type_slowly("\033", "\033xy", 50);
	type_slowly("[", "\033xy\033[", 0);
	type_slowly("A", "\033xy\033[A", 200);
	assert_got("\033xy\033[A");
	uart.ngot = 0;
	type_slowly("\033", "", 99);
	type_slowly("x", "", 99); /* the time of both starts again */
	assert_got("");
	fake_advance(NS_PER_MS);
	assert_got("\033x");
	assert_false(console_was_unbound());
}

static void test_any_fingers_get_out(void **state)
{
	static const struct {
		unsigned after_esc, after_x; /* ms */
		const char *guest;
	} rows[] = {
		{ 0, 0, "" },          { 99, 99, "" },          { 100, 0, "\033" },
		{ 5000, 99, "\033" },  { 0, 100, "\033x" },     { 99, 5000, "\033x" },
		{ 100, 100, "\033x" }, { 5000, 5000, "\033x" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uart.ngot = 0;
		vserial_bind(&uart.s);
		type("\033");
		fake_advance(rows[i].after_esc * NS_PER_MS);
		type("x");
		fake_advance(rows[i].after_x * NS_PER_MS);
		type("q");
		assert_null(vserial_bound());
		assert_true(console_was_unbound());
		assert_false(console_was_unbound());
		fake_advance(NS_PER_SEC);
		assert_got(rows[i].guest);
	}
	assert_string_equal(shell_input(), "");
}

/* Handed over, input fills the guest's to the last byte; the held ones count. */
static void test_held_keys_have_their_room(void **state)
{
	static const char keys[] = "\033x\033\033x.\033x";
	char *text = pattern(VSERIAL_IN - 32);

	for (unsigned i = 0; i < 32; i++) {
		char more[64] = "", all[2048];
		const char *rest;

		uart.ngot = uart.room = 0;
		vserial_bind(&uart.s);
		line.chunk = 1;
		type(text);
		vserial_bind(NULL);
		memset(more, ',', i);
		for (unsigned k = 0; k < 4; k++)
			strcat(more, keys);
		type(more);
		vserial_bind(&uart.s);
		fake_advance(NS_PER_SEC);
		vserial_bind(NULL);
		rest = shell_input();
		uart_room(&uart, FAKE_FOREVER);
		assert_int_equal(uart.ngot, VSERIAL_IN);
		snprintf(all, sizeof(all), "%s%s", text, more);
		assert_memory_equal(uart.got, all, VSERIAL_IN);
		assert_string_equal(rest, all + VSERIAL_IN);
		assert_string_equal(line.sent, ""); /* no bell */
	}
	free(text);
}

static void test_escape_does_not_outlive_its_binding(void **state)
{
	vserial_bind(&uart.s);
	type("\033x");
	vserial_bind(&other.s);
	type("q");
	assert_ptr_equal(vserial_bound(), &other.s);
	assert_int_equal(other.ngot, 1);
	fake_advance(NS_PER_SEC);
	assert_int_equal(other.ngot, 1);
	assert_got("\033x"); /* it was typed there */
}

static void test_a_dead_guest_can_be_left(void **state)
{
	char *text = pattern(4000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	assert_false(line.rx_on);
	type("\033xq");
	assert_ptr_equal(vserial_bound(), &uart.s);
	fake_advance(2 * NS_PER_SEC);
	assert_true(line.rx_on);
	assert_true(fake_line_read());
	assert_null(vserial_bound());
	assert_true(console_was_unbound());
	assert_non_null(strchr(line.sent, '\a'));
	/* What was taken is there, in order and without holes, when it wakes up. */
	uart_room(&uart, FAKE_FOREVER);
	assert_true(uart.ngot >= VSERIAL_IN - 64);
	assert_memory_equal(uart.got, text, VSERIAL_IN - 64);
	free(text);
}

/* Stopped by the shell's input, then bound to a guest that takes none. */
static void test_a_dead_guest_can_be_left_at_once(void **state)
{
	char *text = pattern(4000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	vserial_bind(NULL); /* the guest's input is full, and now so is the shell's */
	fake_line_read();
	assert_false(line.rx_on);
	fake_advance(10 * NS_PER_SEC);
	vserial_bind(&uart.s);
	assert_false(line.rx_on);
	fake_advance(2 * NS_PER_SEC);
	assert_true(line.rx_on);
	type("\033xq");
	assert_null(vserial_bound());
	free(text);
}

static void test_a_slow_guest_is_not_dead(void **state)
{
	char *text = pattern(3000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	for (unsigned i = 0; uart.ngot < 3000 && i < 400; i++) {
		fake_advance(1900 * NS_PER_MS);
		uart_room(&uart, 8);
		fake_line_read();
	}
	assert_got(text);
	free(text);
}

static void test_recovered_guest_gets_flow_control_again(void **state)
{
	char *text = pattern(4000);

	vserial_bind(&uart.s);
	uart.room = 0;
	type(text);
	fake_advance(2 * NS_PER_SEC);
	fake_line_read(); /* dropped */
	uart_room(&uart, FAKE_FOREVER);
	uart.ngot = 0;
	uart.room = 0;
	type(text);
	assert_false(line.rx_on);
	for (unsigned i = 0; uart.ngot < 4000 && i < 4000; i++) {
		uart_room(&uart, 3);
		fake_line_read();
	}
	assert_got(text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shell_input),
		TEST(test_shell_input_is_never_lost),
		TEST(test_interrupt),
		TEST(test_reset_forgets_input),
		TEST(test_slow_guest_gets_everything),
		TEST(test_bound_console_is_transparent),
		TEST(test_typed_ahead_goes_to_the_guest),
		TEST(test_typed_ahead_with_the_way_out),
		TEST(test_input_typed_before_leaving_is_delivered),
		TEST(test_escape),
		TEST(test_held_keys_are_let_go),
		TEST(test_any_fingers_get_out),
		TEST(test_held_keys_have_their_room),
		TEST(test_escape_does_not_outlive_its_binding),
		TEST(test_a_dead_guest_can_be_left),
		TEST(test_a_dead_guest_can_be_left_at_once),
		TEST(test_a_slow_guest_is_not_dead),
		TEST(test_recovered_guest_gets_flow_control_again),
	};

	fake_line_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
