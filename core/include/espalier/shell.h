/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell.  A command is a row beside its subject, collected by the linker;
 * a row has subcommand rows or a function of its own.
 */
#ifndef ESPALIER_SHELL_H
#define ESPALIER_SHELL_H

#include <stdbool.h>

#include <espalier/util.h>

#define SHELL_MAX_ARGS 66  /* a command with the names and trees of 32 guests */
#define SHELL_LINE_MAX 256 /* bytes, NUL included */
#define SHELL_PROMPT   "espalier# "

/* What an argument is, for completion. */
enum shell_arg {
	ARG_NONE,
	ARG_GUEST,   /* guest0 */
	ARG_VCPU,    /* guest0/vcpu0 */
	ARG_VSERIAL, /* guest0/uart0 */
	ARG_PATH,    /* of the disk image */
	ARG_DT_PATH, /* /soc, or guest0:/soc in a guest's tree */
	ARG_DT_PROP, /* a property of the node that the argument before names */
	ARG_LEVEL,   /* of the log */
	ARG_CMD,     /* a command of the shell */
	ARG_SUB,     /* a subcommand of the command that the argument before names */
	ARG_TEXT,    /* anything */
};

struct shell_sub {
	const char *name;
	const char *args;       /* "<guest>", "<path> [<size>]"; "" for none */
	const char *help;       /* one line */
	unsigned char min, max; /* arguments after the subcommand, < SHELL_MAX_ARGS */
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
	/*
	 * A sub named "" is what the bare command does; when it is the only
	 * one, it takes the command's arguments.
	 */
	const struct shell_sub *subs;
	unsigned nr_subs;
};

/* The linker makes __start_ and __stop_ symbols for a section of such a name. */
#define SHELL_CMD(id, cmd_name, cmd_help, cmd_subs) \
	static const struct shell_cmd cmd_##id = { cmd_name, cmd_help, cmd_subs, \
						   ARRAY_SIZE(cmd_subs) }; \
	static const struct shell_cmd *const cmd_##id##_row \
		__attribute__((used, section("shell_cmds"))) = &cmd_##id

/* Output of commands: to the console, through printf(3) as well. */
void shell_printf(const char *fmt, ...) __printf(1, 2);

/*
 * Parses and runs one line: commands separated by ';', words by blanks; "..."
 * and \ quote, # starts a comment.  0, or the negative errno of the first
 * command that failed (the rest of the line is not run).
 */
int shell_run_line(const char *line);

/*
 * Runs a script file of the disk image line by line ('#' comments); goes on
 * after an error, reports it as "path:line: ...".  Returns the number of
 * failed lines or a negative errno, -EINTR after ^C.
 */
int shell_run_script(const char *path);

/*
 * Shows what waits in the log, above the line that is being edited.  Commands
 * that take long call it now and then.
 */
void shell_log_flush(void);

/* The interactive loop; never returns. */
__noreturn void shell_main(void);

#endif
