/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell.  A command is a row beside its subject, collected by the linker;
 * a row has subcommand rows or a function of its own.
 */
#ifndef ESPALIER_SHELL_H
#define ESPALIER_SHELL_H

#include <espalier/util.h>

#define SHELL_MAX_ARGS 16

/* What an argument is, for completion. */
enum shell_arg { ARG_NONE, ARG_GUEST, ARG_VSERIAL, ARG_CHARDEV, ARG_PATH, ARG_DT_PATH, ARG_TEXT };

struct shell_sub {
	const char *name;
	const char *args;        /* "<guest>", "<path> [<size>]"; "" for none */
	const char *help;        /* one line */
	unsigned char min, max;  /* arguments after the subcommand */
	enum shell_arg complete[2];
	/*
	 * argv[0] is the first argument after the subcommand.  0, or a negative
	 * errno after the error was printed.
	 */
	int (*run)(int argc, char **argv);
};

struct shell_cmd {
	const char *name;
	const char *help;
	const struct shell_sub *subs; /* a single sub named "" is the command itself */
	unsigned nr_subs;
};

#define SHELL_CMD(id, cmd_name, cmd_help, cmd_subs)                             \
	static const struct shell_cmd id = { cmd_name, cmd_help, cmd_subs,      \
					     ARRAY_SIZE(cmd_subs) };            \
	static const struct shell_cmd *const id##_row                           \
		__attribute__((used, section(".shell_cmds"))) = &id

/* Output of commands: to the console, through printf(3) as well. */
void shell_printf(const char *fmt, ...) __printf(1, 2);

/* Parses and runs one line.  0, or the command's negative errno. */
int shell_run_line(const char *line);

/*
 * Runs a script file of the disk image line by line ('#' comments); goes on
 * after an error, reports it as "path:line: ...".  Returns the number of
 * failed lines or a negative errno.
 */
int shell_run_script(const char *path);

/* The interactive loop; never returns. */
__noreturn void shell_main(void);

#endif
