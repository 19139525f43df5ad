/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and running commands, and the interactive loop. */
#include <errno.h>
#include <string.h>

#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/shell.h>
#include <espalier/vcon.h>

#include "shell_int.h"

extern const struct shell_cmd *const __start_shell_cmds[];
extern const struct shell_cmd *const __stop_shell_cmds[];

/* --- the table ------------------------------------------------------------------- */

void shell_for_each_cmd(void (*fn)(const struct shell_cmd *c, void *arg), void *arg)
{
	const struct shell_cmd *last = NULL, *next;

	/* Few enough to find the next one in order each time. */
	do {
		next = NULL;
		for (unsigned i = 0; __start_shell_cmds + i < __stop_shell_cmds; i++) {
			const struct shell_cmd *c = __start_shell_cmds[i];

			if ((!last || strcmp(c->name, last->name) > 0) &&
			    (!next || strcmp(c->name, next->name) < 0))
				next = c;
		}
		if (next)
			fn(next, arg);
		last = next;
	} while (next);
}

const struct shell_cmd *shell_find_cmd(const char *name)
{
	for (unsigned i = 0; __start_shell_cmds + i < __stop_shell_cmds; i++)
		if (!strcmp(__start_shell_cmds[i]->name, name))
			return __start_shell_cmds[i];
	return NULL;
}

const struct shell_sub *shell_find_sub(const struct shell_cmd *c, const char *name)
{
	for (unsigned i = 0; i < c->nr_subs; i++)
		if (!strcmp(c->subs[i].name, name))
			return &c->subs[i];
	return NULL;
}

bool shell_cmd_is_plain(const struct shell_cmd *c)
{
	return c->nr_subs == 1 && c->subs[0].name[0] == '\0';
}

void shell_print_usage(const struct shell_cmd *c, const struct shell_sub *s)
{
	shell_printf("%s%s%s%s%s", c->name, s->name[0] ? " " : "", s->name, s->args[0] ? " " : "",
		     s->args);
}

/* --- one line ---------------------------------------------------------------------- */

static void shell_offer_cmd(const struct shell_cmd *c, void *arg) { nearest_offer(arg, c->name); }

static int unknown_cmd(const char *name)
{
	struct nearest n;

	nearest_init(&n, name);
	shell_for_each_cmd(shell_offer_cmd, &n);
	shell_printf("%s: no such command", name);
	if (n.best)
		shell_printf("; did you mean \"%s\"?\n", n.best);
	else
		shell_printf("; \"help\" lists them\n");
	return -ENOENT;
}

static void print_subs(const struct shell_cmd *c)
{
	shell_printf("usage: %s ", c->name);
	for (unsigned i = 0; i < c->nr_subs; i++)
		if (c->subs[i].name[0])
			shell_printf("%s%s", c->subs[i].name, i + 1 < c->nr_subs ? "|" : "");
	shell_printf(" ...\n");
}

static int unknown_sub(const struct shell_cmd *c, const char *name)
{
	struct nearest n;

	if (!name) {
		shell_printf("%s: missing subcommand\n", c->name);
		print_subs(c);
		return -EINVAL;
	}
	nearest_init(&n, name);
	for (unsigned i = 0; i < c->nr_subs; i++)
		nearest_offer(&n, c->subs[i].name);
	shell_printf("%s: no such subcommand \"%s\"", c->name, name);
	if (n.best)
		shell_printf("; did you mean \"%s\"?", n.best);
	shell_printf("\n");
	print_subs(c);
	return -ENOENT;
}

/* The text of argument number i in "<a> <b> [c]", without the rest. */
static unsigned arg_text(const char *args, unsigned i, const char **start)
{
	while (i--) {
		args += strcspn(args, " ");
		args += strspn(args, " ");
	}
	*start = args;
	return strcspn(args, " ");
}

static int wrong_args(const struct shell_cmd *c, const struct shell_sub *s, int argc, char **argv)
{
	const char *what;
	unsigned n;

	shell_printf("%s%s%s: ", c->name, s->name[0] ? " " : "", s->name);
	if (argc < s->min) {
		n = arg_text(s->args, argc, &what);
		shell_printf("missing argument %.*s\n", (int)n, what);
	} else {
		shell_printf("unexpected argument \"%s\"\n", argv[s->max]);
	}
	shell_printf("usage: ");
	shell_print_usage(c, s);
	shell_printf("\n");
	return -EINVAL;
}

static int run_command(int argc, char **argv)
{
	const struct shell_cmd *c = shell_find_cmd(argv[0]);
	const struct shell_sub *s;
	int skip = 2;

	if (!c)
		return unknown_cmd(argv[0]);
	if (argc == 1 || shell_cmd_is_plain(c)) {
		s = shell_find_sub(c, "");
		skip = 1;
	} else {
		s = argv[1][0] ? shell_find_sub(c, argv[1]) : NULL;
	}
	if (!s)
		return unknown_sub(c, argc > 1 ? argv[1] : NULL);
	argc -= skip;
	argv += skip;
	if (argc < s->min || argc > s->max)
		return wrong_args(c, s, argc, argv);
	return s->run(argc, argv);
}

int shell_run_line(const char *line)
{
	char copy[SHELL_LINE_MAX], *rest = copy;
	char *argv[SHELL_MAX_ARGS + 1];
	int rc = 0;

	if (strlen(line) >= sizeof(copy)) {
		shell_printf("line too long: more than %u characters\n",
			     (unsigned)sizeof(copy) - 1);
		return -E2BIG;
	}
	strcpy(copy, line);
	while (rest && rc == 0) {
		int argc = parse_command(&rest, argv, SHELL_MAX_ARGS);

		if (argc == -E2BIG)
			shell_printf("%s: more than %u words\n", argv[0], SHELL_MAX_ARGS);
		else if (argc < 0)
			shell_printf("a quote or a backslash at the end of the line is open\n");
		if (argc < 0)
			return argc;
		if (argc == 0)
			continue;
		argv[argc] = NULL;
		rc = run_command(argc, argv);
	}
	return rc;
}

/* --- the loop ------------------------------------------------------------------------ */

static void edit_write(void *arg, const char *buf, unsigned n)
{
	if (n)
		console_write(buf, n);
}

static const struct edit_ops edit_ops = { edit_write, shell_complete };

static struct {
	struct edit edit;
	bool editing;   /* a line with a prompt stands on the terminal */
	char bound[48]; /* name of the line that is or was bound */
} shell;

/* A line of the log; it starts at the left even below a guest's half line. */
static void log_line(const char *line)
{
	if (!shell.editing && !console_at_line_start())
		shell_printf("\n");
	shell_printf("%s\n", line);
}

void shell_log_flush(void)
{
	if (!log_pending())
		return;
	if (shell.editing)
		edit_hide(&shell.edit);
	log_flush(log_line);
	if (shell.editing)
		edit_show(&shell.edit);
}

static void run_entered(void)
{
	struct vserial *s;

	shell.editing = false;
	shell_run_line(shell.edit.line);
	s = vserial_bound();
	if (s)
		strcpy(shell.bound, s->name);
}

/* A prompt whenever the console is the shell's and has none. */
static void shell_prompt(void)
{
	if (console_was_unbound()) {
		if (!console_at_line_start())
			shell_printf("\n");
		shell_printf("[%s] unbound\n", shell.bound);
	}
	if (!shell.editing && !vserial_bound()) {
		edit_start(&shell.edit);
		shell.editing = true;
	}
}

__noreturn void shell_main(void)
{
	struct vserial *s = vserial_bound();
	int ch;

	edit_init(&shell.edit, &edit_ops, NULL, SHELL_PROMPT);
	if (s)
		strcpy(shell.bound, s->name);
	for (;;) {
		guest_run_requests();
		shell_log_flush();
		shell_prompt();
		ch = console_getc();
		if (ch < 0)
			sched_wait();
		else if (edit_input(&shell.edit, ch) == EDIT_LINE)
			run_entered();
	}
}
