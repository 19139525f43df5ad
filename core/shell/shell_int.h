/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the shell share. */
#ifndef SHELL_INTERNAL_H
#define SHELL_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/nearest.h>
#include <espalier/shell.h>

#include "edit.h"

struct guest;
struct vcpu;
struct vserial;

/* --- the table of commands (shell.c) ----------------------------------------- */

/* Calls fn for each command in order of name. */
void shell_for_each_cmd(void (*fn)(const struct shell_cmd *c, void *arg), void *arg);
const struct shell_cmd *shell_find_cmd(const char *name);
const struct shell_sub *shell_find_sub(const struct shell_cmd *c, const char *name);
/* True if the command has no named subcommands. */
bool shell_cmd_is_plain(const struct shell_cmd *c);
/* "guest create <name> <dtb>" */
void shell_print_usage(const struct shell_cmd *c, const struct shell_sub *s);

/* --- parse.c --------------------------------------------------------------------- */

/*
 * Splits the command that *rest begins with into words, in place.  *rest becomes
 * what follows its ';', or NULL at the end.  Returns the number of words;
 * -EINVAL: a quote or backslash without its end; -E2BIG: more than max words.
 */
int parse_command(char **rest, char **argv, unsigned max);

/*
 * A number: hexadecimal if `base` is 16 (0x allowed), else decimal or 0x....
 * -EINVAL: something else; -ERANGE: more than 32 bits.
 */
int parse_u32(const char *word, unsigned base, uint32_t *out);

/* As above; complains about argument `word` and returns -EINVAL. */
int shell_number(const char *word, unsigned base, uint32_t *out);

/* --- what arguments name (names.c) -------------------------------------------- */

/* Each prints what is wrong and returns NULL if there is no such thing. */
struct guest *shell_guest(const char *name);
struct vcpu *shell_vcpu(const char *name);
struct vserial *shell_vserial(const char *name);

/*
 * "[guest0:]/path": *fdt is the tree, and the path in it is returned.  NULL when
 * there is no such guest, or no host tree (nothing is printed).
 */
const char *shell_tree(const char *word, const void **fdt);

/* --- the rest ---------------------------------------------------------------------- */

/* For struct edit_ops. */
void shell_complete(void *arg, const char *line, unsigned start, unsigned pos, edit_offer_fn offer,
		    void *offer_arg);

/*
 * Says why `what` failed, after what the log has to say about it; returns rc.
 * 0 prints nothing.
 */
int shell_result(int rc, const char *what);

/*
 * True if ^C was pressed, which is then shown; long loops of commands ask for it
 * and return -EINTR.
 */
bool shell_interrupted(void);

/* Text of a guest or a file with control characters shown as dots. */
void shell_print_text(const char *buf, unsigned n);

#define SECONDS_MAX 24
/* "12.345" */
const char *shell_seconds(uint64_t ns, char buf[SECONDS_MAX]);

#endif
