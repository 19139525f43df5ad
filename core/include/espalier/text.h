/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter between text that a guest, its tree or a file chose and the console: what a
 * terminal would act on is shown as '.', so that such text can neither move the cursor
 * nor pass for a line of the VMM's own.  Everything that the log and the shell print goes
 * through it.  UTF-8 is let through where it is well-formed (RFC 3629) and no control
 * character (U+0080 to U+009F).
 */
#ifndef ESPALIER_TEXT_H
#define ESPALIER_TEXT_H

#include <stdbool.h>

/* Bytes of the printable character that s[n] begins with, 1 to 4; 0: it is none. */
unsigned text_char(const char *s, unsigned n);

/* True if all of the string is printable ASCII. */
bool text_plain(const char *s);

/* Makes s[n] printable in place; '\n' and '\t' stay only if `lines`. */
void text_filter(char *s, unsigned n, bool lines);

/*
 * The same for what was made of the format `fmt`: newlines stay if there are as many of
 * them as in the format; else, as an argument brought some, only those that the format
 * ends with.
 */
void text_filter_made(char *s, unsigned n, const char *fmt);

#endif
