/* SPDX-License-Identifier: Apache-2.0 */
/* The console switch: output, nothing lost or reordered; how lines come and go. */
/*
 * sources: core/console/console.c core/console/vserial.c core/console/chardev.c
 * tests/host/fake_arch.c tests/host/fake_line.c
 */
#include "vcon_uart.h"

/* --- registries --------------------------------------------------------------- */

static void test_names(void **state)
{
	static struct vserial s;
	static char rings[VSERIAL_RINGS];

	assert_ptr_equal(vserial_find("guest0/uart0"), &uart.s);
	assert_null(vserial_find("guest0/uart1"));
	assert_int_equal(vserial_create(&s, "guest0/uart0", rings), -EEXIST);
	assert_int_equal(vserial_create(&s, "a-name-that-is-longer-than-all-that-there-is-room-for",
					rings),
			 -ENAMETOOLONG);
	assert_ptr_equal(chardev_find("/soc/uart@0"), &line.c);
	assert_null(chardev_find("/soc/uart@1"));
	assert_int_equal(console_open(&line.c), -EBUSY);
}

static void note_path(struct chardev *c, void *arg)
{
	strcat(arg, c->path);
	strcat(arg, " ");
}

static void test_chardev_order(void **state)
{
	static struct chardev a = { .path = "/a" }, z = { .path = "/z" };
	char paths[64] = "";

	chardev_register(&z);
	chardev_register(&a);
	chardev_for_each(note_path, paths);
	assert_string_equal(paths, "/a /soc/uart@0 /z ");
	list_del(&a.link);
	list_del(&z.link);
}

/* --- output ---------------------------------------------------------------------- */

static void test_unbound_output_is_kept(void **state)
{
	char buf[VSERIAL_RING + 10];
	char *text = pattern(3 * VSERIAL_RING + 5);

	assert_int_equal(vserial_peek(&uart.s, buf, sizeof(buf)), 0);
	send(&uart, "hello");
	assert_string_equal(line.sent, "");
	assert_int_equal(vserial_peek(&uart.s, buf, 3), 3);
	assert_memory_equal(buf, "llo", 3);
	assert_int_equal(vserial_peek(&uart.s, buf, sizeof(buf)), 5);

	send(&uart, text);
	assert_int_equal(uart.nout, 0);
	assert_int_equal(vserial_peek(&uart.s, buf, sizeof(buf)), VSERIAL_RING);
	assert_memory_equal(buf, text + 2 * VSERIAL_RING + 5, VSERIAL_RING);
	free(text);
}

static void test_one_piece_bigger_than_the_ring(void **state)
{
	char *text = pattern(VSERIAL_RING + 7), buf[VSERIAL_RING];

	assert_int_equal(vserial_output(&uart.s, text, VSERIAL_RING + 7), VSERIAL_RING + 7);
	assert_int_equal(vserial_peek(&uart.s, buf, sizeof(buf)), VSERIAL_RING);
	assert_memory_equal(buf, text + 7, VSERIAL_RING);
	free(text);
}

static void test_bind_shows_what_nobody_has_seen(void **state)
{
	send(&uart, "one ");
	vserial_bind(&uart.s);
	assert_ptr_equal(vserial_bound(), &uart.s);
	assert_string_equal(line.sent, "one ");
	send(&uart, "two ");
	send(&other, "not this ");
	assert_string_equal(line.sent, "one two ");
	vserial_bind(NULL);
	send(&uart, "three");
	assert_string_equal(line.sent, "one two ");
	vserial_bind(&uart.s);
	assert_string_equal(line.sent, "one two three");
}

static void test_slow_line_loses_nothing(void **state)
{
	char *text = pattern(5 * VSERIAL_RING);

	line.room = 0;
	vserial_bind(&uart.s);
	send(&uart, text);
	assert_int_equal(uart.nout, 4 * VSERIAL_RING); /* held back, not dropped */
	assert_true(line.want);
	for (unsigned i = 0; line.nsent < 5 * VSERIAL_RING && i < 10 * VSERIAL_RING; i++)
		fake_line_room(1 + i % 7);
	assert_string_equal(line.sent, text);
	assert_int_equal(uart.nout, 0);
	assert_true(uart.unblocked > 0);
	assert_false(line.want && line.room == 0);
	free(text);
}

static void test_slow_replay_keeps_order(void **state)
{
	send(&uart, "first ");
	line.room = 2;
	vserial_bind(&uart.s);
	send(&uart, "second");
	assert_string_equal(line.sent, "fi");
	fake_line_room(FAKE_FOREVER);
	assert_string_equal(line.sent, "first second");
	assert_false(line.want);
}

static void test_unbinding_frees_a_blocked_guest(void **state)
{
	char *text = pattern(2 * VSERIAL_RING);

	line.room = 0;
	vserial_bind(&uart.s);
	send(&uart, text);
	assert_int_equal(uart.nout, VSERIAL_RING);
	vserial_bind(NULL);
	assert_int_equal(uart.unblocked, 1);
	assert_int_equal(uart.nout, 0);
	free(text);
}

/* --- the VMM's own output ------------------------------------------------------- */

static void test_newlines(void **state)
{
	console_write("a\nb\r\nc\n\n", 8);
	assert_string_equal(line.sent, "a\r\nb\r\nc\r\n\r\n");
	assert_true(console_at_line_start());
	fake_line_clear();
	console_write_sync("x\ny", 3);
	assert_string_equal(line.sent, "x\r\ny");
	assert_false(console_at_line_start());
}

static void test_guest_output_is_raw(void **state)
{
	vserial_bind(&uart.s);
	send(&uart, "a\nb\r\n\033[1m");
	assert_string_equal(line.sent, "a\nb\r\n\033[1m");
}

static unsigned waits;

static void guest_talks(void)
{
	waits++;
	send(&uart, "GUEST");
}

/* The guest sends whenever the host thread waits in the middle of its line. */
static void test_host_line_is_not_cut(void **state)
{
	waits = 0;
	vserial_bind(&uart.s);
	line.room = 3;
	line.drain = 5;
	fake_waiting = guest_talks;
	console_write("host line\n", 10);
	fake_waiting = NULL;
	assert_int_equal(waits, 2);
	fake_line_room(FAKE_FOREVER);
	assert_string_equal(line.sent, "host line\r\nGUESTGUEST");
}

static void test_sent_during_a_host_line(void **state)
{
	vserial_bind(&uart.s);
	line.room = 0;
	send(&uart, "kept ");
	line.drain = 4;
	console_write("log\n", 4);
	fake_line_room(FAKE_FOREVER);
	/* The line was the host thread's first; the guest's bytes follow whole. */
	assert_string_equal(line.sent, "log\r\nkept ");
}

/* --- life and death -------------------------------------------------------------------- */

static void test_destroy_while_bound(void **state)
{
	vserial_bind(&uart.s);
	type("x");
	vserial_destroy(&uart.s);
	assert_null(vserial_bound());
	assert_true(console_was_unbound());
	assert_null(vserial_find("guest0/uart0"));
	type("help");
	assert_string_equal(shell_input(), "help");
	vserial_destroy(&uart.s); /* harmless */
}

static unsigned greedy_input(void *dev, const char *buf, unsigned n)
{
	struct uart *u = dev;
	unsigned k = uart_input(dev, buf, n);

	/* The UART empties itself at once and says so. */
	u->room = 4;
	vserial_want_input(&u->s);
	return k;
}

static void test_want_input_from_within_input(void **state)
{
	uart.s.input = greedy_input;
	uart.room = 4;
	vserial_bind(&uart.s);
	type("a line that is longer than four bytes\r");
	assert_got("a line that is longer than four bytes\r");
}

static void test_line_without_uart(void **state)
{
	static struct vserial s;
	static char rings[VSERIAL_RINGS];

	memset(&s, 0, sizeof(s));
	assert_int_equal(vserial_create(&s, "guest9/uart9", rings), 0);
	vserial_bind(&s);
	type("into the void");
	assert_int_equal(vserial_output(&s, "x", 1), 1);
	vserial_destroy(&s);
	assert_string_equal(line.sent, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_chardev_order),
		TEST(test_unbound_output_is_kept),
		TEST(test_one_piece_bigger_than_the_ring),
		TEST(test_bind_shows_what_nobody_has_seen),
		TEST(test_slow_line_loses_nothing),
		TEST(test_slow_replay_keeps_order),
		TEST(test_unbinding_frees_a_blocked_guest),
		TEST(test_newlines),
		TEST(test_guest_output_is_raw),
		TEST(test_host_line_is_not_cut),
		TEST(test_sent_during_a_host_line),
		TEST(test_want_input_from_within_input),
		TEST(test_destroy_while_bound),
		TEST(test_line_without_uart),
	};

	fake_line_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
