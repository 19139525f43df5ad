/* SPDX-License-Identifier: Apache-2.0 */
/* The shell: words, errors, commands, completion, scripts and the loop. */
/*
 * sources: core/shell/ core/lib/text.c core/guest/warn.c core/lib/sha256.c core/lib/nearest.c
 * core/partition/ core/lib/dt_irq.c
 * core/guest/restart.c core/console/console.c core/console/vserial.c core/console/chardev.c core/log.c
 * core/lib/dt.c core/lib/dt_index.c core/lib/dt_refs.c core/fs/ tests/host/fake_arch.c tests/host/fake_line.c
 * tests/host/fake_guests.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/arch.h>
#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/nearest.h>
#include <espalier/sha256.h>
#include <espalier/vfs.h>
#include <sys/mman.h>

#include "disk_gen.h"
#include "fake_guests.h"
#include "fake_line.h"
#include "fdt_gen.h"
#include "shell/shell_int.h"

static struct disk disk;
static void *tree;
static struct vserial uart;

/* What running the line prints; its result goes to *rc. */
static const char *run_rc(const char *cmd, int *rc)
{
	fake_line_clear();
	*rc = shell_run_line(cmd);
	shell_log_flush();
	return line.sent;
}

static const char *run(const char *cmd)
{
	int rc;
	const char *out = run_rc(cmd, &rc);

	if (rc)
		fail_msg("%s: %d: %s", cmd, rc, out);
	return out;
}

static void assert_prints(const char *cmd, const char *text)
{
	const char *out = run(cmd);

	if (!strstr(out, text))
		fail_msg("\"%s\" does not print \"%s\" but:\n%s", cmd, text, out);
}

static void assert_fails(const char *cmd, const char *text)
{
	int rc;
	const char *out = run_rc(cmd, &rc);

	assert_true(rc < 0);
	if (!strstr(out, text))
		fail_msg("\"%s\" does not print \"%s\" but:\n%s", cmd, text, out);
}

/* --- words ----------------------------------------------------------------------------- */

static void test_split(void **state)
{
	static const struct {
		const char *line, *words; /* each followed by '|' */
		const char *rest;
	} rows[] = {
		{ "", "", NULL },
		{ "  \t ", "", NULL },
		{ "a b", "a|b|", NULL },
		{ "  a\t b  ", "a|b|", NULL },
		{ "a \"b c\" d", "a|b c|d|", NULL },
		{ "a\" b\"c", "a bc|", NULL },
		{ "\"\"", "|", NULL },
		{ "a\\ b", "a b|", NULL },
		{ "\"a\\\"b\"", "a\"b|", NULL },
		{ "a\\;b", "a;b|", NULL },
		{ "\"a;b#c\"", "a;b#c|", NULL },
		{ "a # b", "a|", NULL },
		{ "a#b", "a#b|", NULL },
		{ "# a; b", "", NULL },
		{ "a; b", "a|", " b" },
		{ "a;b", "a|", "b" },
		{ ";", "", "" },
		{ "a\r", "a|", NULL },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		char copy[64], words[64] = "", *rest = copy, *argv[8];
		int n;

		strcpy(copy, rows[i].line);
		n = parse_command(&rest, argv, 8);
		assert_true(n >= 0);
		for (int k = 0; k < n; k++) {
			strcat(words, argv[k]);
			strcat(words, "|");
		}
		assert_string_equal(words, rows[i].words);
		if (rows[i].rest)
			assert_string_equal(rest, rows[i].rest);
		else
			assert_null(rest);
	}
}

static void test_split_errors(void **state)
{
	static const char *const open[] = { "a \"b", "a \\", "\"", "a \"b\\\"" };
	char copy[64], *rest, *argv[2];

	for (unsigned i = 0; i < ARRAY_SIZE(open); i++) {
		strcpy(copy, open[i]);
		rest = copy;
		assert_int_equal(parse_command(&rest, argv, 2), -EINVAL);
	}
	strcpy(copy, "a b c");
	rest = copy;
	assert_int_equal(parse_command(&rest, argv, 2), -E2BIG);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *word;
		unsigned base;
		int rc;
		uint32_t value;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "4294967295", 10, 0, 0xffffffff },
		{ "4294967296", 10, -ERANGE, 0 },
		{ "99999999999999999999999999", 10, -ERANGE, 0 },
		{ "0xFf", 10, 0, 255 },
		{ "60000000", 16, 0, 0x60000000 },
		{ "0X10", 16, 0, 16 },
		{ "100000000", 16, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "0x", 16, -EINVAL, 0 },
		{ "12a", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "0xg", 16, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
	};
	uint32_t v;

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse_u32(rows[i].word, rows[i].base, &v), rows[i].rc);
		if (rows[i].rc == 0)
			assert_int_equal(v, rows[i].value);
	}
}

static void test_distance(void **state)
{
	assert_int_equal(edit_distance("", ""), 0);
	assert_int_equal(edit_distance("abc", "abc"), 0);
	assert_int_equal(edit_distance("abc", ""), 3);
	assert_int_equal(edit_distance("guset", "guest"), 1); /* neighbours swapped */
	assert_int_equal(edit_distance("gest", "guest"), 1);
	assert_int_equal(edit_distance("guuest", "guest"), 1);
	assert_int_equal(edit_distance("kitten", "sitting"), 3);
}

/* --- wrong commands --------------------------------------------------------------------- */

#define TEN " 1 1 1 1 1 1 1 1 1 1"

static void test_errors_name_what_is_wrong(void **state)
{
	static const struct {
		const char *line, *text;
	} rows[] = {
		{ "guset list", "guset: no such command; did you mean \"guest\"?" },
		{ "xyzzy", "xyzzy: no such command; \"help\" lists them" },
		{ "guest", "guest: missing subcommand\r\nusage: guest list|create|" },
		{ "guest lsit", "guest: no such subcommand \"lsit\"; did you mean \"list\"?" },
		{ "guest lsit", "usage: guest list|" },
		{ "guest \"\"", "guest: no such subcommand \"\"" },
		{ "guest kick",
		  "guest kick: missing argument <guest>\r\nusage: guest kick <guest>\r\n" },
		{ "guest create g", "guest create: missing argument <dtb-path>" },
		{ "guest list x",
		  "guest list: unexpected argument \"x\"\r\nusage: guest list\r\n" },
		{ "version 1", "version: unexpected argument \"1\"\r\nusage: version\r\n" },
		{ "guest kick guest2", "guest2: no such guest; did you mean \"guest0\"?" },
		{ "guest kick nobody", "nobody: no such guest\r\n" },
		{ "vcpu stat guest0", "guest0: not a vCPU; they are called like guest0/vcpu0" },
		{ "vcpu stat guest0/vcpu1", "guest0/vcpu1: no such vCPU; guest0 has vcpu0" },
		{ "vcpu stat guest0/uart0", "guest0/uart0: no such vCPU" },
		{ "vcpu dumpreg nobody/vcpu0", "nobody: no such guest" },
		{ "vcpu weight nobody/vcpu0", "nobody: no such guest" },
		{ "vcpu weight guest0/vcpu0 0", "a weight is 1 to 10000, a slice 1000 to" },
		{ "vcpu slice guest0/vcpu0 10ms", "10ms: not a number" },
		{ "vcpu slice guest0/vcpu0 10", "a weight is 1 to 10000, a slice 1000 to" },
		{ "vcpu affinity guest0/vcpu0 0 1", "CPU 1 is not one that runs guests" },
		{ "vserial bind guest0/uart1", "no such vserial; did you mean \"guest0/uart0\"?" },
		{ "vserial dump guest0/uart0 many", "many: not a number" },
		{ "memory dump zz", "zz: not a hexadecimal number" },
		{ "memory dump 100000000", "100000000: more than 32 bits" },
		{ "memory dump 0", "memory dump: 00000000-0000007f: not all of it is RAM" },
		{ "memory dump fffffff0 64", "not all of it is RAM" },
		{ "memory dump 60000000 0", "memory dump: length 0: not 1 to 65536" },
		{ "memory dump 60000000 65537", "length 65537" },
		{ "devtree print /nowhere", "/nowhere: no such node (FDT_ERR_NOTFOUND)" },
		{ "devtree print guest7:/", "guest7:/: no such tree" },
		{ "devtree get / nothing", "/: no property \"nothing\"" },
		{ "vfs cat /missing", "/missing" },
		{ "vfs cat /dir", "/dir: is a directory" },
		{ "vfs run /missing", "/missing" },
		{ "vfs sha256 /dir", "/dir: is a directory" },
		{ "log level loud", "log level: loud: not one of err, warn, info, debug" },
		{ "help nonsense", "help: no command \"nonsense\"" },
		{ "help guest nonsense", "help: guest has no subcommand \"nonsense\"" },
		{ "shutdown", "shutdown: no driver of this board can do it" },
		{ "echo \"a", "a quote or a backslash at the end of the line is open" },
		{ "echo" TEN TEN TEN TEN TEN TEN " 1 1 1 1 1 1", "more than 66 words" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_fails(rows[i].line, rows[i].text);
}

static void test_line_too_long(void **state)
{
	char text[SHELL_LINE_MAX + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_fails(text, "line too long: more than 255 characters");
}

static void test_several_commands(void **state)
{
	assert_string_equal(run("echo a; echo b ;echo \"c;d\" # e"), "a\r\nb\r\nc;d\r\n");
	assert_fails("echo a; nonsense; echo b", "a\r\nnonsense: no such command");
	assert_null(strstr(line.sent, "\r\nb"));
	assert_string_equal(run(" ; ;"), "");
}

/* --- commands ------------------------------------------------------------------------------ */

static void count_cmd(const struct shell_cmd *c, void *arg)
{
	char text[64];

	(*(unsigned *)arg)++;
	for (unsigned i = 0; i < c->nr_subs; i++) {
		const struct shell_sub *s = &c->subs[i];

		assert_true(s->help[0] && s->min <= s->max && s->max < SHELL_MAX_ARGS);
		assert_non_null(s->run);
	}
	snprintf(text, sizeof(text), "help %s", c->name);
	assert_prints(text, c->help);
}

static void test_help(void **state)
{
	unsigned n = 0;

	shell_for_each_cmd(count_cmd, &n);
	assert_int_equal(n, 16);
	run("help");
	assert_non_null(strstr(line.sent, "chardev "));
	assert_true(strstr(line.sent, "chardev ") < strstr(line.sent, "vserial "));
	assert_prints("help guest", "guest create <name> <dtb-path> ...\r\n    build guests");
	assert_string_equal(run("help guest kick"),
			    "guest kick <guest>\r\n"
			    "    load and start a guest that is new or reset\r\n");
}

static void test_guest_actions(void **state)
{
	static const char *const verbs[] = {
		"destroy", "kick", "pause", "resume", "halt", "reset",
	};
	char cmd[64], did[64];

	for (unsigned i = 0; i < ARRAY_SIZE(verbs); i++) {
		snprintf(cmd, sizeof(cmd), "guest %s guest1", verbs[i]);
		snprintf(did, sizeof(did), "%s guest1", verbs[i]);
		assert_string_equal(run(cmd), "");
		assert_string_equal(fake_did, did);
	}
	run("guest create g2 /g2.dtb");
	assert_string_equal(fake_did, "create g2 /g2.dtb");
	fake_result = -EBUSY;
	assert_fails("guest kick guest0", "error: guest0: refused\r\nguest kick guest0: failed");
	fake_result = -EINVAL;
	assert_fails("guest create g2 /g2.dtb", "guest create g2: failed");
	assert_fails("guest create g2 /g2.dtb g3", "g3: the file of its device tree is missing");
	assert_fails("guest create a /a b /b", "guest create of the set: failed");
	assert_string_equal(fake_did, "create a /a b /b");
}

static void test_guest_views(void **state)
{
	assert_prints("guest list",
		      "guest0           reset        1    64 MiB      1.500 s  /guests/guest.dtb");
	assert_prints("guest list", "guest1           halted ");
	assert_prints("guest info guest0", "faults:      5000000000 accesses");
	assert_prints("guest info guest0",
		      "device:      /soc/uart@9000 (pl011; irq 37): 115200 baud\r\n");
	assert_prints("guest info guest0", "device:      /soc/gic@1000 (gic)\r\n");
	assert_prints("guest info guest0", "memory:      65536 KiB");
	assert_prints("guest info guest1", "state:       halted (it fell asleep)");
	assert_prints("guest doctor guest0", "- it has a cold\r\n");
	assert_prints("guest doctor guest1", "guest1 is halted, and nothing is wrong");
	assert_prints(
		"guest faults guest0",
		"nobody                    1          2 6000000000 00008000 20000010 20000000-\r\n"
		"-                         1          2 6000000000 00008000 20000010 (others)\r\n");
	assert_prints("guest memmap guest0",
		      "60000000-63ffffff ram      70000000 /memory@60000000");
	assert_prints("guest memmap guest0", "10009000-10009fff emulated        - /soc/uart@9000");
	assert_prints("vcpu list",
		      "guest0/vcpu0           reset      0      1.500 s    100    10000 us\r\n");
	assert_prints("vcpu weight guest0/vcpu0 250; vcpu weight guest0/vcpu0", "250\r\n");
	assert_prints("vcpu slice guest0/vcpu0 2000; vcpu slice guest0/vcpu0", "2000 us\r\n");
	assert_prints("vcpu list", "250     2000 us\r\n");
	assert_prints("vcpu affinity guest0/vcpu0 0; vcpu affinity guest0/vcpu0", "0 \r\n");
	assert_prints("vcpu stat guest0/vcpu0", "sched.run-us                      1500000\r\n");
	assert_prints("vcpu dumpreg guest0/vcpu0",
		      "r3         abcd0003\r\npc         abcd0004\r\n");
	assert_prints("vcpu stat guest0/vcpu0", "smc.tlbimva                   12345678901\r\n");
}

static void test_devtree(void **state)
{
	assert_string_equal(run("devtree get / compatible"),
			    "compatible = \"test,board\", \"second\";\r\n");
	assert_string_equal(run("devtree get /soc/uart@9000 reg"), "reg = <0x9000 0x1000>;\r\n");
	assert_string_equal(run("devtree get /soc/uart@9000 mac"), "mac = [02 00 fe];\r\n");
	assert_string_equal(run("devtree get /soc/uart@9000 empty"), "empty;\r\n");
	assert_string_equal(run("devtree get /soc/uart@9000 quote"),
			    "quote = \"a\\\"b\\\\c\";\r\n");
	assert_string_equal(run("devtree get uart reg"), "reg = <0x9000 0x1000>;\r\n");
	assert_string_equal(run("devtree get guest1:/soc/uart@9000 empty"), "empty;\r\n");
	assert_string_equal(run("devtree print guest0:/soc/leaf"),
			    "leaf {\r\n    value = <0x1>;\r\n};\r\n");
	assert_prints("devtree print", "/ {\r\n    compatible = ");
	assert_prints("devtree print",
		      "\r\n        leaf {\r\n            value = <0x1>;\r\n        };");
	assert_prints("devtree ls", "compatible\r\n");
	assert_string_equal(run("devtree ls /soc"), "#address-cells\r\n#size-cells\r\n"
						    "uart@9000/\r\nleaf/\r\n");
}

static void test_vfs(void **state)
{
	assert_string_equal(run("vfs cat /hello.txt"), "hello\r\nworld\r\n");
	assert_string_equal(run("vfs cat /noend"), "no end\r\n");
	assert_string_equal(run("vfs cat /binary"), "a.b..c\r\n");
	assert_prints("vfs ls", "-644         12 hello.txt\r\n");
	assert_prints("vfs ls /", "d755");
	assert_prints("vfs ls /", "link -> hello.txt\r\n");
	assert_prints("vfs ls /hello.txt", "-644         12 /hello.txt\r\n");
	/* printf 'hello\nworld\n' | sha256sum */
	assert_string_equal(run("vfs sha256 /hello.txt"),
			    "4a1e67f2fe1d1cc7b31d0ca2ec441da4778203a036a77da10344c85e24ff0f92"
			    "  /hello.txt\r\n");
}

static void test_script(void **state)
{
	assert_string_equal(run("vfs run /good.espalier"), "one\r\ntwo\r\n");
	assert_fails("vfs run /bad.espalier", "one\r\nnonsense: no such command");
	assert_non_null(
		strstr(line.sent, "\r\n/bad.espalier:3: failed: nonsense --here\r\ntwo\r\n"));
	assert_non_null(strstr(line.sent, "/bad.espalier: 1 failed\r\n"));
	assert_int_equal(shell_run_script("/bad.espalier"), 1);
	assert_int_equal(shell_run_script("/good.espalier"), 0);
	assert_true(shell_run_script("/missing") < 0);
	assert_fails("vfs run /binary", "/binary: not a text file");
	assert_fails("vfs run /self.espalier",
		     "/self.espalier: scripts are nested more than 4 deep");
}

/* ^C is there when the command asks for the first time. */
static void test_interrupt(void **state)
{
	static const struct {
		const char *cmd, *out;
	} rows[] = {
		{ "vfs cat /hello.txt; echo no", "hello\r\nworld\r\n^C\r\n" },
		{ "vfs cat /noend", "no end^C\r\n" },
		{ "vfs sha256 /hello.txt", "^C\r\n" },
		{ "devtree print", "^C\r\n" },
		{ "vfs run /good.espalier", "^C\r\n" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_line_clear();
		fake_line_type("x\003", 2);
		assert_int_equal(shell_run_line(rows[i].cmd), -EINTR);
		assert_string_equal(line.sent, rows[i].out);
		assert_int_equal(console_getc(), -1);
	}
}

static void test_host(void **state)
{
	assert_prints("version", "Espalier 1.2.3-test");
	assert_prints("host info", "board:       A test board\r\n");
	assert_prints("host info", "compatible:  test,board second\r\n");
	assert_prints("host info", "CPU 0:       Cortex-A9 r0p0 (MIDR 0x410fc090)");
	assert_prints("host info", "disk image:  2 KiB at 0x68000000");
	assert_prints("host info", "console:     /soc/uart@0");
	assert_prints("host irq", "   37           42  /soc/uart@9000\r\n");
	assert_prints("host ram", "pages: RAM of guests                   4096 KiB");
	assert_prints("host ram", "heap: in use                          12345 bytes");
	assert_prints("host ram", "pages: all                            15360 KiB");
	assert_prints("host cpu", "CPU 0: Cortex-A9 r0p0 (MIDR 0x410fc090), in use\r\n"
				  "CPU 1: not in use\r\n");
	assert_prints("host cpu", "guests ran for 3.000 s of ");
	assert_prints("chardev list", "/soc/uart@0                              console\r\n");
}

static void test_reset_board(void **state)
{
	int rc;

	run_rc("reset", &rc);
	assert_string_equal(fake_did, "board reset");
	assert_true(rc < 0); /* it came back */
}

static void test_memory_dump(void **state)
{
	uint8_t *p = mmap((void *)0x60000000, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	assert_ptr_equal(p, (void *)0x60000000);
	fake_ram = HPA(0x60000000);
	fake_ram_size = 8192;
	memcpy(p + 0x10, "Espalier\001\002\003", 11);
	assert_string_equal(run("memory dump 60000010 18"),
			    "60000010  45737061 6c696572 01020300 00000000  Espalier........\r\n"
			    "60000020  0000                                 ..\r\n");
	run("memory dump 0x60001000 4096");
	assert_fails("memory dump 60001001 4096", "not all of it is RAM");
	fake_ram_size = 0;
	munmap(p, 8192);
}

static void test_log(void **state)
{
	log_warn("number %d", 1);
	assert_true(log_pending());
	assert_prints("log", "warning: number 1");
	run("log level debug");
	assert_string_equal(run("log level"), "debug\r\n");
	log_debug("number %d", 2);
	assert_prints("log show", "debug: number 2");
	run("log level info");
	log_debug("number %d", 3);
	assert_null(strstr(run("log"), "number 3"));
}

static void test_vserial(void **state)
{
	uint32_t flags = arch_irq_save();

	vserial_output(&uart, "one\r\n\033[1mtwo", 12);
	arch_irq_restore(flags);
	assert_string_equal(run("vserial dump guest0/uart0"), "one\r\n.[1mtwo\r\n");
	assert_string_equal(run("vserial dump guest0/uart0 3"), "two\r\n");
	assert_prints("vserial list", "guest0/uart0             -, 12 bytes of output unseen\r\n");
}

/* --- completion ----------------------------------------------------------------------------- */

static void collect(void *arg, const char *word, bool whole)
{
	strcat(arg, word);
	strcat(arg, whole ? "| " : " ");
}

/* What the shell offers at the end of the line. */
static const char *offers(const char *text)
{
	static char words[2048];
	int start = edit_word_start(text, strlen(text));

	words[0] = '\0';
	assert_true(start >= 0);
	shell_complete(NULL, text, start, strlen(text), collect, words);
	return words;
}

static void test_completion(void **state)
{
	assert_non_null(strstr(offers("gu"), "guest| "));
	assert_non_null(strstr(offers("echo x; gu"), "guest| "));
	assert_string_equal(offers("vcpu "), "list| dumpreg| stat| weight| slice| affinity| ");
	assert_string_equal(offers("guest kick "), "guest0| guest1| ");
	assert_string_equal(offers("guest kick guest0 "), "");
	assert_string_equal(offers("guest create x /h"), "/hello.txt| ");
	assert_string_equal(offers("guest check x /y z /h"), "/hello.txt| ");
	assert_string_equal(offers("who-owns /bus/r"), "/bus/rtc@17000| /bus/free@18000| ");
	assert_string_equal(offers("vfs cat /d"), "/dir/ ");
	assert_string_equal(offers("vfs cat /dir/"), "/dir/inner| ");
	assert_string_equal(offers("vfs cat d"), "/ ");
	assert_string_equal(offers("vfs cat /missing/"), "");
	assert_string_equal(offers("vcpu stat "), "guest0/vcpu0| guest1/vcpu0| ");
	assert_string_equal(offers("vserial bind "), "guest0/uart0| ");
	assert_string_equal(offers("devtree print /"), "/cpus/ /aliases| /soc/ /bus/ ");
	assert_string_equal(offers("devtree print "), "/ guest0:/ guest1:/ ");
	assert_string_equal(offers("devtree print guest0:/soc/"),
			    "guest0:/soc/uart@9000| guest0:/soc/leaf| ");
	assert_string_equal(offers("devtree get /soc/leaf "), "value| ");
	assert_string_equal(offers("log level "), "err| warn| info| debug| ");
	assert_string_equal(offers("help vcpu "), "list| dumpreg| stat| weight| slice| affinity| ");
	assert_string_equal(offers("echo "), "");
	assert_string_equal(offers("nonsense "), "");
	assert_string_equal(offers("guest nonsense "), "");
}

/* --- the loop -------------------------------------------------------------------------------- */

static jmp_buf out_of_shell;
static unsigned guest_input;
static char guest_got[64];

static unsigned uart_input(void *dev, const char *buf, unsigned n)
{
	memcpy(guest_got + guest_input, buf, n);
	guest_input += n;
	return n;
}

static void guest_says(const char *text)
{
	uint32_t flags = arch_irq_save();

	vserial_output(&uart, text, strlen(text));
	arch_irq_restore(flags);
}

static void say_more(void) { guest_says("# "); }
static void say_half_a_line(void) { guest_says("\r\nhalf"); }
static void log_a_line(void) { log_info("news"); }

/* Each time the shell falls asleep: what it must have sent, then the next event. */
static const struct step {
	const char *sent;
	const char *type;
	void (*event)(void);
} steps[] = {
	{ "espalier# ", "echo hi\r", NULL },
	{ "echo hi\r\nhi\r\nespalier# ",
	  "gu\x7f\x7f"
	  "guest k\tguest0\r",
	  NULL },
	{ "gu\b \b\b \bguest kick guest0\r\nespalier# ", "half", NULL },
	{ "half", NULL, log_a_line },
	{ "\r\033[K[    0.000000] news\r\n\r"
	  "espalier# half\033[K",
	  "\x15", NULL },
	{ "\r"
	  "espalier# \033[K",
	  "vserial bind guest0/uart0\r", NULL },
	{ "vserial bind guest0/uart0\r\n[guest0/uart0] bound; ESC x q leaves\r\nboot\r\n", NULL,
	  say_more },
	{ "# ", "ls\r\x03\t", NULL },
	{ "", NULL, say_half_a_line },
	{ "\r\nhalf", NULL, log_a_line },
	{ "\r\n[    0.000000] news\r\n", NULL, say_more },
	{ "# ", "\033xqver", NULL },
	{ "\r\n[guest0/uart0] unbound\r\nespalier# ver", "\x03", NULL },
	{ "^C\r\nespalier# ", "echo a\r\necho b\n", NULL },
	{ "echo a\r\na\r\nespalier# echo b\r\nb\r\nespalier# ", NULL, NULL },
};
static unsigned step;

static void next_step(void)
{
	const struct step *s = &steps[step];

	assert_string_equal(line.sent, s->sent);
	fake_line_clear();
	if (++step == ARRAY_SIZE(steps))
		longjmp(out_of_shell, 1);
	if (s->event)
		s->event();
	if (s->type)
		fake_line_type(s->type, strlen(s->type));
}

static void test_session(void **state)
{
	shell_log_flush();
	uart.input = uart_input;
	guest_says("boot\r\n");
	fake_line_clear();
	fake_now = 0;
	fake_idle = next_step;
	if (!setjmp(out_of_shell))
		shell_main();
	fake_idle = NULL;
	assert_int_equal(step, ARRAY_SIZE(steps));
	assert_string_equal(fake_did, "kick guest0");
	assert_memory_equal(guest_got, "ls\r\003\t", 5); /* nothing of ESC x q */
	assert_int_equal(guest_input, 5);
	assert_true(fake_requests >= ARRAY_SIZE(steps));
}

/* --- sha256 ------------------------------------------------------------------------------------ */

static void hash(const void *data, unsigned n, unsigned piece, char hex[65])
{
	uint8_t sum[SHA256_SIZE];
	struct sha256 c;

	sha256_init(&c);
	for (unsigned i = 0; i < n; i += piece)
		sha256_update(&c, (const uint8_t *)data + i, n - i < piece ? n - i : piece);
	sha256_final(&c, sum);
	for (unsigned i = 0; i < SHA256_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", sum[i]);
}

/* Every length around the padding's corners, in odd pieces, against sha256sum(1). */
static void test_sha256(void **state)
{
	static uint8_t data[300];
	char want[65], got[65], cmd[160];

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = i * 7 + i / 256;
	for (unsigned n = 0; n <= sizeof(data); n += n < 130 ? 1 : 17) {
		char path[] = "/tmp/espalier-sha-XXXXXX";
		int fd = mkstemp(path);
		FILE *f;

		assert_int_equal(write(fd, data, n), n);
		close(fd);
		snprintf(cmd, sizeof(cmd), "sha256sum %s", path);
		f = popen(cmd, "r");
		assert_int_equal(fscanf(f, "%64s", want), 1);
		pclose(f);
		unlink(path);
		hash(data, n, 1 + n % 70, got);
		assert_string_equal(got, want);
	}
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int setup(void **state)
{
	static char rings[VSERIAL_RINGS];

	fake_guests_make(tree);
	memset(&uart, 0, sizeof(uart));
	assert_int_equal(vserial_create(&uart, "guest0/uart0", rings), 0);
	return 0;
}

static int teardown(void **state)
{
	vserial_destroy(&uart);
	return 0;
}

/* who-owns, map, guest check */
static void test_partitions(void **state)
{
	assert_prints("who-owns 0x17004",
		      "/bus/rtc@17000, which belongs to guest0 (its /rtc@9000)");
	assert_prints("who-owns /bus/rtc@17000", "which belongs to guest0");
	assert_prints("who-owns 0x18000", "/bus/free@18000, which belongs to nobody");
	assert_prints("who-owns 37", "INTID 37: nothing");
	assert_prints("who-owns 0x60000000", "RAM of the VMM");
	assert_prints("who-owns 0", "INTID 0: nothing");
	assert_fails("who-owns /no", "/no: the host has no such node");
	assert_fails("who-owns x", "x: ");
	assert_prints("map", "00017000-00017fff guest0                 /bus/rtc@17000"
			     " (its /rtc@9000)");
	assert_prints("map", "00018000-00018fff -                      /bus/free@18000");
	fake_result = 0;
	assert_prints("guest check g /g.dtb", "no errors");
	fake_result = 1;
	assert_fails("guest check g /g.dtb",
		     "error: /g.dtb: /x: reg: bad [P001]\r\n"
		     "    owner: guest1: /y\r\n    hint: compile it with dtc, and copy the whole"
		     " file\r\n1 error\r\n");
	fake_result = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_split),
		TEST(test_split_errors),
		TEST(test_numbers),
		TEST(test_distance),
		TEST(test_errors_name_what_is_wrong),
		TEST(test_line_too_long),
		TEST(test_several_commands),
		TEST(test_help),
		TEST(test_guest_actions),
		TEST(test_guest_views),
		TEST(test_partitions),
		TEST(test_devtree),
		TEST(test_vfs),
		TEST(test_script),
		TEST(test_interrupt),
		TEST(test_host),
		TEST(test_reset_board),
		TEST(test_memory_dump),
		TEST(test_log),
		TEST(test_vserial),
		TEST(test_completion),
		TEST(test_session),
		TEST(test_sha256),
	};
	int rc;

	disk_make(&disk, "printf 'hello\\nworld\\n' > hello.txt; printf 'no end' > noend;"
			 " printf 'a\\000b\\033\\r\\001c' > binary; mkdir dir; touch dir/inner;"
			 " ln -s hello.txt link; chmod 644 hello.txt; chmod 755 dir;"
			 " printf '# comment\\necho one\\r\\n\\necho two' > good.espalier;"
			 " printf 'echo one\\n\\nnonsense --here\\necho two\\n' > bad.espalier;"
			 " echo vfs run /self.espalier > self.espalier");
	tree = fdt_from_dts("/dts-v1/; / { compatible = \"test,board\", \"second\";"
			    " model = \"A test board\";"
			    " cpus { #address-cells = <1>; #size-cells = <0>;"
			    "  cpu@0 { reg = <0>; }; cpu@1 { reg = <1>; }; };"
			    " aliases { uart = \"/soc/uart@9000\"; };"
			    " soc { #address-cells = <1>; #size-cells = <1>;"
			    "  uart@9000 { reg = <0x9000 0x1000>; mac = [02 00 fe]; empty;"
			    "   quote = \"a\\\"b\\\\c\"; };"
			    "  leaf { value = <1>; }; };"
			    " bus { #address-cells = <1>; #size-cells = <1>; ranges;"
			    "  rtc@17000 { reg = <0x17000 0x1000>; };"
			    "  free@18000 { reg = <0x18000 0x1000>; }; }; };");
	host_fdt = tree;
	assert_int_equal(vfs_mount(&disk.mem.block), 0);
	fake_line_open();
	log_to_ring();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	disk_free(&disk);
	free(tree);
	return rc;
}
