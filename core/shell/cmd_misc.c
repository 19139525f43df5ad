/* SPDX-License-Identifier: Apache-2.0 */
/* help, echo, version, log, reset, shutdown */
#include <errno.h>
#include <string.h>

#include <espalier/device.h>
#include <espalier/log.h>
#include <espalier/version.h>

#include "shell_int.h"

/* --- help -------------------------------------------------------------------------- */

#define HELP_COLUMN 12

static void help_line(const struct shell_cmd *c, void *arg)
{
	shell_printf("%-*s%s\n", HELP_COLUMN, c->name, c->help);
}

static void help_sub(const struct shell_cmd *c, const struct shell_sub *s)
{
	shell_print_usage(c, s);
	shell_printf("\n    %s\n", s->help);
}

static int help_run(int argc, char **argv)
{
	const struct shell_cmd *c;
	const struct shell_sub *s;

	if (argc == 0) {
		shell_for_each_cmd(help_line, NULL);
		shell_printf("\"help <command>\" says more; TAB completes; ESC x q leaves a bound "
			     "vserial\n");
		return 0;
	}
	c = shell_find_cmd(argv[0]);
	if (!c) {
		shell_printf("help: no command \"%s\"\n", argv[0]);
		return -ENOENT;
	}
	if (argc == 2) {
		s = shell_find_sub(c, argv[1]);
		if (!s) {
			shell_printf("help: %s has no subcommand \"%s\"\n", c->name, argv[1]);
			return -ENOENT;
		}
		help_sub(c, s);
		return 0;
	}
	shell_printf("%s: %s\n", c->name, c->help);
	for (unsigned i = 0; i < c->nr_subs; i++)
		help_sub(c, &c->subs[i]);
	return 0;
}

static const struct shell_sub help_subs[] = {
	{ "",
	  "[<command> [<subcommand>]]",
	  "explain commands",
	  0,
	  2,
	  { ARG_CMD, ARG_SUB },
	  help_run },
};
SHELL_CMD(help, "help", "list or explain commands", help_subs);

/* --- echo, version ------------------------------------------------------------------ */

static int echo_run(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		shell_printf("%s%s", i ? " " : "", argv[i]);
	shell_printf("\n");
	return 0;
}

static const struct shell_sub echo_subs[] = {
	{ "", "[<word> ...]", "print the words", 0, SHELL_MAX_ARGS - 1, { ARG_TEXT }, echo_run },
};
SHELL_CMD(echo, "echo", "print words", echo_subs);

static int version_run(int argc, char **argv)
{
	shell_printf("Espalier %s (compiler %s)\n", espalier_version, __VERSION__);
	return 0;
}

static const struct shell_sub version_subs[] = {
	{ "", "", "print version and compiler", 0, 0, { ARG_NONE }, version_run },
};
SHELL_CMD(version, "version", "print the version", version_subs);

/* --- log ------------------------------------------------------------------------------ */

static const char *const level_names[] = {
	[LOG_ERR] = "err",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static void log_out(const char *line) { shell_printf("%s\n", line); }

static int log_show(int argc, char **argv)
{
	shell_log_flush(); /* what is new is then shown once, in its place */
	log_replay(log_out);
	return 0;
}

static int log_level(int argc, char **argv)
{
	if (argc == 0) {
		shell_printf("%s\n", level_names[log_get_level()]);
		return 0;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (!strcmp(argv[0], level_names[i])) {
			log_set_level(i);
			return 0;
		}
	}
	shell_printf("log level: %s: not one of err, warn, info, debug\n", argv[0]);
	return -EINVAL;
}

static const struct shell_sub log_subs[] = {
	{ "", "", "as log show", 0, 0, { ARG_NONE }, log_show },
	{ "show", "", "print the lines that are still kept", 0, 0, { ARG_NONE }, log_show },
	{ "level",
	  "[<err|warn|info|debug>]",
	  "print or set the level that is logged",
	  0,
	  1,
	  { ARG_LEVEL },
	  log_level },
};
SHELL_CMD(log, "log", "the VMM's log", log_subs);

/* --- power ---------------------------------------------------------------------------- */

static int cmd_misc_power(const char *what, void (*act)(void))
{
	if (!act) {
		shell_printf("%s: no driver of this board can do it\n", what);
		return -ENODEV;
	}
	act();
	shell_printf("%s: the board did not obey\n", what);
	return -EIO;
}

static int reset_run(int argc, char **argv)
{
	return cmd_misc_power("reset", power_ops ? power_ops->reset : NULL);
}

static int shutdown_run(int argc, char **argv)
{
	return cmd_misc_power("shutdown", power_ops ? power_ops->off : NULL);
}

static const struct shell_sub reset_subs[] = {
	{ "", "", "reset the board", 0, 0, { ARG_NONE }, reset_run },
};
SHELL_CMD(reset, "reset", "reset the board", reset_subs);

static const struct shell_sub shutdown_subs[] = {
	{ "", "", "power the board off", 0, 0, { ARG_NONE }, shutdown_run },
};
SHELL_CMD(shutdown, "shutdown", "power the board off", shutdown_subs);
